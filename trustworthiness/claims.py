"""Claims: each finding with the codings it rests on, and through them released transcript and consent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.checks import Problem
from study import Event, Fact, Subject
from trustworthiness.entries import (
    Digest,
    Entries,
    Entry,
    content_of,
    is_code,
    parts,
    rows_of,
    vanished,
    version_of,
)

FILE = "analysis/claims.csv"
COLUMNS = ("claim_id", "statement", "themes", "codes", "codings")
KIND = "claim.asserted"
MOST_CAUSES = 300
"""A line of the trail holds 64 KiB; above this only the imports are named, which name the rest."""


@dataclass(frozen=True, slots=True)
class Support:
    """What claims may rest on.

    `segments` are the imported codings (columns coding, transcript, code). For each transcript, `imports` holds the id
    of its coding.imported event and `grounds` those of its release and of the consents in force at its interview.
    `unconsented` are transcripts whose interview had no consent in force.
    """

    segments: pd.DataFrame
    codes: Collection[str]
    themes: Mapping[str, Collection[str]]
    imports: Mapping[str, str]
    grounds: Mapping[str, Sequence[str]]
    unconsented: Collection[str] = ()


def read_claims(
    table: pd.DataFrame, support: Support, *, events: Sequence[Event], digest: Digest, now: str, file: str = FILE
) -> Entries:
    """One claim.asserted a row of the text table that cites evidence the study has; `now` is an RFC 3339 instant.

    A claim rests on the codings it names, or, where it names none, on everything coded under its codes and the codes of
    its themes. A claim that rests on nothing, or cites what does not exist, is not asserted (AN020 to AN024).
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row, cells in rows_of(table, COLUMNS):
        id = cells["claim_id"]
        place = f"claim:{id}" if is_code(id) else "analysis:claims"
        column = "claim_id" if not is_code(id) or id in seen else "" if cells["statement"] else "statement"
        seen.add(id)
        faults = [("AN024", column)] if column else _faults(cells, support)
        if faults:
            problems += [Problem(check, file, row, column, place) for check, column in faults]
        else:
            entries.append(_entry(cells, support, events, digest, now))
            if set(_resting_on(cells, support)["transcript"]) & set(support.unconsented):
                problems.append(Problem("AN025", file, row, "codings", place))
    problems += vanished(events, KIND, "claim", seen, file, "claim")
    return Entries(tuple(entries), tuple(problems))


def _faults(cells: dict[str, str], support: Support) -> list[tuple[str, str]]:
    """The checks a claim does not meet, each with the column to look at."""
    themes, codes, codings = (parts(cells[name]) for name in ("themes", "codes", "codings"))
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
    cited = parts(cells["codings"])
    if cited:
        return segments[segments["coding"].isin(cited)]
    return segments[segments["code"].isin(_codes(cells, support))]


def _codes(cells: dict[str, str], support: Support) -> tuple[str, ...]:
    """The codes a claim names and those of its themes, sorted."""
    of_themes = (code for theme in parts(cells["themes"]) for code in support.themes.get(theme, ()))
    return tuple(sorted({*parts(cells["codes"]), *of_themes}))


def _entry(cells: dict[str, str], support: Support, events: Sequence[Event], digest: Digest, now: str) -> Entry:
    id = cells["claim_id"]
    rests_on = _resting_on(cells, support)
    codes = tuple(sorted({*_codes(cells, support), *rests_on["code"]} & set(support.codes)))
    content = content_of({**cells, "rests_on": sorted(rests_on["coding"]), "all_codes": codes}, digest)
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
            "version": version_of(events, KIND, "claim", id, content),
            "themes": len(parts(cells["themes"])),
            "codes": codes,
            "codings": len(rests_on),
            "content": content,
        },
    )
    document = {**cells, **{name: list(parts(cells[name])) for name in ("themes", "codes", "codings")}}
    return Entry(fact, {**document, "rests_on": sorted(rests_on["coding"])})
