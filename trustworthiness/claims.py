"""Claims: each finding with the codings it rests on, and through them released transcript and consent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.checks import Problem
from study import Event, Fact, Subject
from trustworthiness.entries import (
    Digest,
    Entries,
    Entry,
    content_of,
    day_of,
    is_code,
    parts,
    rows_of,
    vanished,
    version_of,
)

FILE = "analysis/claims.csv"
OPTIONAL = ("status", "reason", "reviewed")
COLUMNS = ("claim_id", "statement", "themes", "codes", "codings", *OPTIONAL)
KIND, RETRACTED = "claim.asserted", "claim.retracted"
MOST_CAUSES = 300
"""A line of the trail holds 64 KiB; above this only the imports are named, which name the rest."""


@dataclass(frozen=True, slots=True)
class Support:
    """What claims may rest on.

    `segments` are the imported codings (columns coding, transcript, code). For each transcript, `imports` holds the id
    of its coding.imported event and `grounds` those of its release and of the consents in force at its interview.
    `unconsented` are transcripts whose interview had no consent in force. `people` are the trail codes behind each
    transcript, `withdrawn` the codings whose words a participant took back in a member check; on fewer than `k` people
    a claim is small. `recoded` are former codes with what they became: a claim may go on naming them.
    """

    segments: pd.DataFrame
    codes: Collection[str]
    themes: Mapping[str, Collection[str]]
    imports: Mapping[str, str]
    grounds: Mapping[str, Sequence[str]]
    unconsented: Collection[str] = ()
    people: Mapping[str, Collection[str]] = field(default_factory=dict)
    withdrawn: Collection[str] = ()
    recoded: Mapping[str, str] = field(default_factory=dict)
    k: int = 1


def read_claims(
    table: pd.DataFrame, support: Support, *, events: Sequence[Event], digest: Digest, now: str, file: str = FILE
) -> Entries:
    """One claim.asserted a row of the text table that cites evidence the study has; `now` is an RFC 3339 instant.

    A claim rests on the codings it names, or, where it names none, on everything coded under its codes and the codes of
    its themes. A claim that rests on nothing, or cites what does not exist, is not asserted (AN020 to AN024). One with
    the status `retracted` and a reason is claim.retracted; one asserted again afterwards is a new version.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    releases = {e.id for e in events if e.kind == "transcript.released"}
    for row in rows_of(table, COLUMNS, file):
        cells, id = row.cells, row.cells["claim_id"]
        place = f"claim:{id}" if is_code(id) else "analysis:claims"
        asserted = latest_assertion(events, id)
        column = _fault(cells, seen, asserted)
        seen.add(id)
        if cells["status"] == "retracted" and not column and asserted:
            entries += _retraction(cells, asserted, events, digest, now)
            continue
        faults = [("AN024", column)] if column else _faults(cells, support)
        if not faults:
            entry = _entry(cells, support, events, digest, now)
            entries.append(entry)
            faults = _doubts(cells, support, asserted, entry, releases)
        problems += [Problem(check, row.file, row.number, column, place) for check, column in faults]
    problems += vanished(events, KIND, "claim", seen, file, "claim")
    return Entries(tuple(entries), tuple(problems))


def latest_assertion(events: Iterable[Event], claim: str) -> Event | None:
    """The newest version of a claim that is on record, retracted or not; None before it was asserted."""
    found = (e for e in events if e.kind == KIND and e.subject_id("claim") == claim)
    return max(found, key=lambda e: (int(e.data["version"]), e.id), default=None)


def is_retracted(events: Iterable[Event], asserted: Event) -> bool:
    """Whether that very version was retracted."""
    of = (asserted.subject_id("claim"), asserted.data["version"])
    return any(e.kind == RETRACTED and (e.subject_id("claim"), e.data["version"]) == of for e in events)


def _fault(cells: dict[str, str], seen: Collection[str], asserted: Event | None) -> str:
    """The column that makes a row useless, or ""."""
    if not is_code(cells["claim_id"]) or cells["claim_id"] in seen:
        return "claim_id"
    if cells["status"] not in ("", "asserted", "retracted"):
        return "status"
    if cells["status"] == "retracted":
        return "reason" if not cells["reason"] else "" if asserted else "status"
    if not cells["statement"]:
        return "statement"
    return "reviewed" if cells["reviewed"] and day_of(cells["reviewed"]) is None else ""


def _retraction(
    cells: dict[str, str], asserted: Event, events: Sequence[Event], digest: Digest, now: str
) -> tuple[Entry, ...]:
    """That a claim's newest version is retracted; nothing where that is on record."""
    if is_retracted(events, asserted):
        return ()
    said = {"claim_id": cells["claim_id"], "reason": cells["reason"]}
    fact = Fact(
        RETRACTED,
        now,
        subject=(Subject("claim", cells["claim_id"]),),
        causes=(asserted.id,),
        data={"version": int(asserted.data["version"]), "content": content_of(said, digest)},
    )
    return (Entry(fact, said),)


def _doubts(
    cells: dict[str, str], support: Support, asserted: Event | None, entry: Entry, releases: Collection[str]
) -> list[tuple[str, str]]:
    """What a reader should know of a claim that is asserted: the checks, each with the column to look at."""
    cited = _resting_on(cells, support)
    transcripts = set(cited["transcript"])
    found = []
    if transcripts & set(support.unconsented):
        found.append(("AN025", "codings"))
    people = {person for transcript in transcripts for person in support.people.get(transcript, ())}
    if 0 < len(people) < support.k:
        found.append(("AN026", "codings"))
    if set(cited["coding"]) & set(support.withdrawn):
        found.append(("AN027", "codings"))
    if asserted is not None and asserted.data["version"] == entry.fact.data["version"]:
        now = {support.grounds[t][0] for t in transcripts if support.grounds.get(t)}
        then = {cause.id for cause in asserted.causes} & set(releases)  # none where it names only imports
        found += [("AN028", "codings")] if then and not now <= then else []
    return found


def _faults(cells: dict[str, str], support: Support) -> list[tuple[str, str]]:
    """The checks a claim does not meet, each with the column to look at."""
    themes, codes, codings = parts(cells["themes"]), _named_codes(cells, support), _cited(cells, support)
    if not (themes or codes or codings):
        return [("AN020", "codings")]
    faults = []
    if not set(codings) <= set(support.segments["coding"]):
        faults.append(("AN021", "codings"))
    if not set(codes) <= set(support.codes):
        faults.append(("AN022", "codes"))
    if support.themes and not set(themes) <= set(support.themes):
        faults.append(("AN022", "themes"))
    if not faults and _resting_on(cells, support).empty:
        faults.append(("AN023", "codes"))
    return faults


def _resting_on(cells: dict[str, str], support: Support) -> pd.DataFrame:
    segments = support.segments
    cited = _cited(cells, support)
    if cited:
        return segments[segments["coding"].isin(cited)]
    return segments[segments["code"].isin(_codes(cells, support))]


def _codes(cells: dict[str, str], support: Support) -> tuple[str, ...]:
    """The codes a claim names and those of its themes, sorted."""
    of_themes = (code for theme in parts(cells["themes"]) for code in support.themes.get(theme, ()))
    return tuple(sorted({*_named_codes(cells, support), *of_themes}))


def _named_codes(cells: dict[str, str], support: Support) -> tuple[str, ...]:
    """The codes in a cell, former ones as what they became."""
    return tuple(support.recoded.get(code, code) for code in parts(cells["codes"]))


def _cited(cells: dict[str, str], support: Support) -> tuple[str, ...]:
    """The codings in a cell, those under a former code by the id they have now."""
    return tuple(_now(coding, support.recoded) for coding in parts(cells["codings"]))


def _now(coding: str, recoded: Mapping[str, str]) -> str:
    """A coding's id, transcript/coder/code/start, with the code it has now."""
    words = coding.split("/")
    code = "/".join(words[2:-1])
    return "/".join((*words[:2], recoded[code], words[-1])) if code in recoded else coding


def _entry(cells: dict[str, str], support: Support, events: Sequence[Event], digest: Digest, now: str) -> Entry:
    id = cells["claim_id"]
    rests_on = _resting_on(cells, support)
    codes = tuple(sorted({*_codes(cells, support), *rests_on["code"]} & set(support.codes)))
    content = content_of(
        {
            **{name: value for name, value in cells.items() if name not in ("status", "reason")},
            "rests_on": sorted(rests_on["coding"]),
            "all_codes": codes,
        },
        digest,
        optional=OPTIONAL,
    )
    transcripts = sorted(set(rests_on["transcript"]))
    imports = [support.imports[t] for t in transcripts if t in support.imports]
    grounds = [id for t in transcripts for id in support.grounds.get(t, ())]
    causes = dict.fromkeys([*imports, *grounds] if len(imports) + len(grounds) <= MOST_CAUSES else imports)
    fact = Fact(
        KIND,
        now,
        subject=(Subject("claim", id),),
        causes=tuple(causes),
        data={
            "version": _version(id, content, events),
            "themes": len(parts(cells["themes"])),
            "codes": codes,
            "codings": len(rests_on),
            "content": content,
        },
    )
    shown = {name: value for name, value in cells.items() if value or name not in OPTIONAL}
    document = {**shown, **{name: list(parts(cells[name])) for name in ("themes", "codes", "codings")}}
    return Entry(fact, {**document, "rests_on": sorted(rests_on["coding"])})


def _version(claim: str, content: str, events: Sequence[Event]) -> int:
    """The version of an assertion; one more than one that was retracted, even with the same content."""
    asserted = latest_assertion(events, claim)
    version = version_of(events, KIND, "claim", claim, content)
    is_again = asserted is not None and version == asserted.data["version"] and is_retracted(events, asserted)
    return version + 1 if is_again else version


def what_changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """In which of statement, themes, codes and support a version of a claim differs from the one before."""
    names = {"statement": "statement", "themes": "themes", "codes": "codes", "rests_on": "support"}
    return tuple(said for name, said in names.items() if before.get(name) != now.get(name))
