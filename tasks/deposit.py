"""The deposit package of a study: de-identified transcripts of those who agreed, with what makes them usable.

Only copies a person released go in, of interviews of which every speaker consents to archiving today. Every text is
searched once more before anything is written; where something is found, no package is made.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from evidence.disclosure import what_may_stay
from pages.audit_item import table_csv
from pages.deposit import deposit_readme, terms_text, transcript_text
from pages.layout import plural
from recruitment import fold_consent, fold_recruitment
from study import Query, StudyError
from study.identifiers import digest
from study.objects import NotStored
from study.query import QueryRecord
from study.query import place as query_place
from tasks.audit_visit import SEVERITY
from tasks.codings import material_of
from tasks.deposit_record import STEP, contents_path, ids_taken_back, package_path
from tasks.deposit_search import Search
from tasks.deposit_surveys import deposited_surveys
from tasks.gates import Gatekeeper
from tasks.read import read_restricted_table
from tasks.released import Released, released_transcripts
from tasks.withdrawn_quotes import WithdrawnQuotes, withdrawn_quotes
from tasks.workspace import Workspace
from trustworthiness.deposit import Contents, Emptied, metadata, packed, without_words

BESIDE = ("role", "group")
"""What may be said beside a deposited transcript, where it fits enough people."""
TEAM_TEXTS = ("codebook/", "instruments/", "consent_forms/", "data/surveys/")
"""The team's own words, and numbers only: searched for what the registries know."""
OUR_TEXTS = ("README.md", "LICENSE.txt", "metadata.json")
"""Words of this program and of study.yaml: searched for codes, because any word may be somebody's surname."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package made, or the queries that kept it from being made; sentences with counts."""

    queries: tuple[Query, ...] = ()
    said: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


@dataclass(slots=True)
class _Chosen:
    """Which transcripts go in, by the id they bear there; which do not, by reason, with the speakers behind each."""

    ids: dict[str, str] = field(default_factory=dict)
    shown: dict[str, Released] = field(default_factory=dict)
    speakers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    out: Counter[str] = field(default_factory=Counter)
    people_out: dict[str, set[str]] = field(default_factory=dict)
    no_copy: list[str] = field(default_factory=list)
    lapsed: bool = False
    taken_back: WithdrawnQuotes = field(default_factory=WithdrawnQuotes)


@task(name="make a deposit package", cache_policy=NO_CACHE)
def package(place: Workspace) -> Package:
    """Write <study>-deposit.zip under restricted/deposit/<archive>/; StudyError where there is nothing to deposit."""
    archive = place.protocol.archive
    if archive is None:
        raise StudyError(
            "the protocol names no archive", where="study.yaml, archive", remedy="Name it there, or deposit nothing."
        )
    chosen = _choose(place)
    waiting = [_without_copy(place, chosen.no_copy)] if chosen.no_copy else []
    if not chosen.ids:
        why = "no ethics approval is in force today" if chosen.lapsed else "nobody's released copy may be archived"
        if waiting:
            return Package(tuple(waiting), (f"Nothing can be deposited: {why}.",))
        raise StudyError(
            f"nothing can be deposited: {why}",
            where="the deposit",
            remedy="See the register of consent for `archive`, and restricted/consent/refused-deposit.csv.",
        )
    files, contents = _files(place, chosen)
    found = _leaks(place, files, chosen)
    key = package_path(place, archive.id)
    if found:
        place.restricted.erase_all_versions(key)
        said = f"No package was made: {plural(len(found), 'text')} in it may identify somebody."
        return Package((*found, *waiting), (said,))
    body = packed(files, f"{place.protocol.id}-deposit")
    place.restricted.put(key, body)
    place.restricted.erase_old_versions(key)
    listed = {
        "transcripts": {t: id for id, t in chosen.ids.items()},
        "files": len(files) + 1,
        "package": digest(body),
        "taken_back": ids_taken_back(chosen.taken_back),
    }
    place.restricted.put(contents_path(archive.id), json.dumps(listed, indent=1, sort_keys=True).encode())
    sentences = (
        f"Package for {archive.name}: {plural(contents.transcripts, 'transcript')}, "
        f"{plural(contents.codings, 'coded segment')}, {plural(len(contents.surveys), 'survey')}; "
        f"{plural(sum(contents.out.values()), 'transcript')} left out.",
        "A person reads the package before it is handed over; then say so with its receipt (receipt=…).",
    )
    return Package(tuple(waiting), sentences, (f"restricted/{key}",))


def looked_at(record: QueryRecord) -> bool:
    """Whether making a package looks at what that query is about."""
    return record.check in ("AU002", "AU003")


def _choose(place: Workspace) -> _Chosen:
    """Every interview that was held, in or out."""
    events = place.events()
    gates, released = Gatekeeper(place, fold_consent(events)), released_transcripts(place, events)
    chosen = _Chosen(taken_back=withdrawn_quotes(place))
    by_digest: dict[str, str] = {}
    for interview in fold_recruitment(events).interviews.values():
        if interview.state not in ("full", "part"):
            continue
        refused = [r for person in interview.attended for r in gates.ask(STEP, person)]
        found = released.get(interview.id)
        chosen.lapsed = chosen.lapsed or any(r.decision.why == "approval_lapsed" for r in refused)
        why = "no_consent" if refused or not interview.attended else "not_released" if found is None else ""
        why = why or ("no_copy" if found and found.is_identifiable else "")
        why = why or ("taken_back" if found and _emptied(chosen, interview.id, found).missing else "")
        if why or found is None:
            chosen.out[why] += 1
            chosen.people_out.setdefault(why, set()).update(interview.attended)
            chosen.no_copy += [interview.id] if why == "no_copy" else []
            continue
        by_digest[str(found.reference.hmac)] = interview.id
        chosen.shown[interview.id], chosen.speakers[interview.id] = found, interview.attended
    gates.write("deposit")
    for number, mark in enumerate(sorted(by_digest), start=1):  # by a keyed digest: an order that means nothing
        chosen.ids[by_digest[mark]] = f"T{number:03d}"
    return chosen


def _files(place: Workspace, chosen: _Chosen) -> tuple[dict[str, bytes], Contents]:
    """Every file of the package but the manifest, by path."""
    protocol = place.protocol
    files: dict[str, bytes] = {}
    passages = 0
    for interview, id in sorted(chosen.ids.items(), key=lambda pair: pair[1]):
        turns = chosen.shown[interview].turns
        emptied = _emptied(chosen, interview, chosen.shown[interview])
        passages += emptied.notes
        said = zip(turns["turn"], map(str, turns["speaker"]), emptied.turns, strict=True)
        files[f"data/transcripts/{id}.txt"] = transcript_text((int(n), who, what) for n, who, what in said)
    attributes, files["data/transcripts.csv"] = _attributes(place, chosen)
    codings, codings_out, files["data/codings.csv"] = _codings(place, chosen)
    files |= dict(_documents(place))
    surveys = list(deposited_surveys(place, Gatekeeper(place, fold_consent(place.events()))))
    for survey in surveys:
        files |= survey.files
    contents = Contents(
        transcripts=len(chosen.ids),
        speakers=len({person for speakers in chosen.speakers.values() for person in speakers}),
        out=dict(sorted(chosen.out.items())),
        people_out={why: len(people) for why, people in sorted(chosen.people_out.items())},
        codings=codings,
        passages_out=passages,
        codings_out=codings_out,
        surveys={s.name: s.rows for s in surveys if s.files},
        surveys_out={s.name: s.why for s in surveys if not s.files},
        attributes=attributes,
    )
    files["README.md"] = deposit_readme(protocol, contents)
    files["LICENSE.txt"] = terms_text(protocol)
    files["metadata.json"] = metadata(protocol, contents, year=place.today.year)
    return files, contents


def _emptied(chosen: _Chosen, interview: str, found: Released) -> Emptied:
    return without_words([str(text) for text in found.turns["text"]], chosen.taken_back.words.get(interview, ()))


def _attributes(place: Workspace, chosen: _Chosen) -> tuple[tuple[str, ...], bytes]:
    """Role and group beside each transcript of one speaker, where at least k people of the study share them."""
    table = read_restricted_table(place, "participants.csv")
    people = [] if table is None else [{str(k): str(v) for k, v in r.items()} for r in table.to_dict("records")]
    codes = {trail: code for code, trail in place.known_trail_codes().items()}
    by_code = {person.get("participant_id", ""): person for person in people}
    beside = tuple(name for name in BESIDE if any(person.get(name) for person in people))
    rows = []
    for interview, id in sorted(chosen.ids.items(), key=lambda pair: pair[1]):
        speakers, turns = chosen.speakers[interview], chosen.shown[interview].turns
        person = by_code.get(codes.get(speakers[0], ""), {}) if len(speakers) == 1 else {}
        said = {name: person[name] for name in beside if person.get(name)}
        stays = what_may_stay(said, people, place.protocol.disclosure.k)
        rows.append((id, len(turns), *(said[name] if name in stays else "" for name in beside)))
    return beside, table_csv(("transcript", "turns", *beside), rows)


def _codings(place: Workspace, chosen: _Chosen) -> tuple[int, int, bytes]:
    """How many codings are in, how many are left out because their words were taken back, and the table."""
    columns = ("transcript", "coder", "code", "start", "end", "quote")
    material = material_of(place)
    if material.codings is None:
        return 0, 0, table_csv(columns, ())
    rows: pd.DataFrame = material.codings.segments
    rows = rows[rows["transcript"].isin(list(chosen.ids))]
    said = zip(rows["transcript"], rows["quote"], strict=True)
    gone = pd.Series([chosen.taken_back.covers(str(t), str(q)) for t, q in said], index=rows.index, dtype=bool)
    kept = rows[~gone].assign(transcript=lambda frame: frame["transcript"].map(chosen.ids))
    kept = kept.sort_values(["transcript", "start", "code", "coder"])
    return len(kept), int(gone.sum()), table_csv(columns, kept[list(columns)].itertuples(index=False))


def _documents(place: Workspace) -> Iterator[tuple[str, bytes]]:
    """Codebook, guides and consent forms as they lie in the study folder."""
    protocol = place.protocol
    named = {"codebook/codebook.csv": protocol.analysis.codebook}
    named |= {f"instruments/{g.id}-{g.version}{_ending(g.file)}": g.file for g in protocol.guides}
    for form in protocol.consent_forms:
        named[f"consent_forms/{form.form}-{form.version}-{form.language}{_ending(form.file)}"] = form.file
    for path, source in named.items():
        try:
            yield path, place.files.get(source)
        except NotStored:
            continue


def _ending(path: str) -> str:
    name = path.rpartition("/")[2]
    return f".{name.rpartition('.')[2]}" if "." in name else ""


def _leaks(place: Workspace, files: Mapping[str, bytes], chosen: _Chosen) -> list[Query]:
    """AU002 for every text of the package in which something may identify a person."""
    search = Search(place)
    sources = {f"data/transcripts/{id}.txt": interview for interview, id in chosen.ids.items()}
    found = []
    for path, body in sorted(files.items()):
        hits = search.hits(body, by="us" if path in OUR_TEXTS else "team" if path.startswith(TEAM_TEXTS) else "people")
        if hits:
            of = f" (transcript {sources[path]})" if path in sources else ""
            kinds = ", ".join(f"{count} {what}" for what, count in sorted(hits.items()))
            found.append(_query(place, "AU002", path, f"deposit package, {path}{of}", _SAID.format(kinds=kinds)))
    return found


_SAID = (
    "May identify somebody: {kinds}. Decide on strings with `fieldtrail review`, mask the rest in the copy or the "
    "document, release the copy again, and make the package anew."
)


def _without_copy(place: Workspace, interviews: list[str]) -> Query:
    said = (
        f"{plural(len(interviews), 'transcript')} that may be archived "
        f"{'is' if len(interviews) == 1 else 'are'} released without a de-identified copy: "
        f"{', '.join(interviews[:6])}{' and more' if len(interviews) > 6 else ''}. Make copies with "
        "deidentify-transcripts, have a person read and release them, and make the package again."
    )
    return _query(place, "AU003", "copies", "deposit package", said, tuple(interviews))


def _query(place: Workspace, check: str, rule: str, where: str, said: str, rows: tuple[str, ...] = ()) -> Query:
    archive = place.protocol.archive
    assert archive is not None  # the caller looked
    return Query.raised(
        check,
        SEVERITY[check],
        study=place.protocol.id,
        subject=f"archive:{archive.id}",
        place=query_place(f"archive.{archive.id}", rule),
        where=where,
        message=said,
        rows=rows,
    )
