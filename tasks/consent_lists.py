"""What came late, what happened in a lapse, who must consent again: lists for the team in restricted/consent/.

They name people by participant code and are written anew each time; sentences and queries hold counts only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from evidence import read_survey
from evidence.survey.dates import on_record, written
from pages.layout import plural
from recruitment import ConsentLedger, fold_consent, reconsents_due
from recruitment.acts import Answer
from recruitment.checks import raised
from recruitment.lapses import Lapse, lapses
from recruitment.late import LateAct, late_candidates, late_impact, late_participants
from recruitment.registers import CONSENT
from recruitment.signed_forms import FOLDER as SCANS
from study import Event, Query, StudyError
from study.identifiers import digest
from study.protocol.material import Survey
from tasks.gates import write_list
from tasks.survey_links import day_column
from tasks.workspace import Workspace

CHECKS = frozenset({"CN026", "CN027", "CN033"})


@dataclass(frozen=True, slots=True)
class LookedBack:
    """What looking back gave: queries, sentences with counts, the lists written (paths in the study folder)."""

    queries: tuple[Query, ...]
    said: tuple[str, ...]
    made: tuple[str, ...]


@task(name="look back", cache_policy=NO_CACHE)
def look_back(place: Workspace) -> LookedBack:
    """What was done before a later entry took its cover away, and what was done while no approval was in force."""
    return looked_back(place)


def looked_back(place: Workspace) -> LookedBack:
    """The same without Prefect."""
    events = place.events()
    ledger = fold_consent(events)
    people = {trail: code for code, trail in place.known_trail_codes().items()}
    lapsed = lapses(events, place.today)
    about = late_candidates(events)
    answers = list(_answers(place, events)) if about != frozenset() or lapsed else []
    late = late_impact(events, answers, among=about) if about != frozenset() else []
    lapsed = lapses(events, place.today, answers) if lapsed and answers else lapsed
    made = [
        write_list(place, "late.csv", LATE, _late_rows(late, people)),
        write_list(place, "lapses.csv", LAPSED, _lapse_rows(lapsed, people)),
        write_list(place, "reconsents.csv", DUE, _due_rows(place, ledger, people)),
    ]
    queries = (*_late_queries(place, late), *_lapse_queries(place, lapsed))
    return LookedBack(queries, (*_late_said(late), *_lapses_said(lapsed)), tuple(path for path in made if path))


def scans(place: Workspace) -> dict[str, str]:
    """The signed forms under restricted/consents/ as `<participant code>/<file>` → SHA-256 (hex)."""
    found = (stored.key for stored in place.restricted.list(SCANS))
    keys = (key for key in found if not key.rpartition("/")[2].startswith((".", "~$")))
    return {key.removeprefix(SCANS): digest(place.restricted.get(key)) for key in keys}


LATE = ("participant_id", "what", "id", "day", "scope_or_step", "then", "now", "decided_by", "entered_at")
LAPSED = ("lapse_from", "lapse_to", "day", "activity", "what", "participant_id", "event_id")
DUE = ("participant_id", "form", "version_signed", "version_to_sign", "order", "due", "is_reached")


def _late_rows(late: Iterable[LateAct], people: Mapping[str, str]) -> Iterator[list[object]]:
    for one in late:
        act = one.act
        who = people.get(act.participant, act.participant)
        decided = one.entered or one.now.event_id or ""
        yield [who, act.what, act.id, act.day, act.step, one.then.reason, one.now.reason, decided, one.entered_at]


def _lapse_rows(lapsed: Iterable[Lapse], people: Mapping[str, str]) -> Iterator[list[object]]:
    for lapse in lapsed:
        for one in lapse.happened:
            who = people.get(one.participant, one.participant)
            yield [lapse.start, lapse.end, one.day, one.activity, one.name, who, one.event_id]


def _due_rows(place: Workspace, ledger: ConsentLedger, people: Mapping[str, str]) -> Iterator[list[object]]:
    for due in reconsents_due(ledger, place.today):
        who, version = people.get(due.participant, due.participant), due.version
        is_reached = "yes" if due.is_reached else "no"
        yield [who, version.form, due.signed, version.version, due.order, due.due or "", is_reached]


def _late_queries(place: Workspace, late: list[LateAct]) -> Iterator[Query]:
    for participant, counts in late_participants(late).items():
        yield raised(
            "CN026",
            study=place.protocol.id,
            subject=f"participant:{participant}",
            ref=place.ref(CONSENT.file),
            file=CONSENT.file,
            rule="late",
            what=_counted(counts) + (" is" if sum(counts.values()) == 1 else " are"),
        )


def _lapse_queries(place: Workspace, lapsed: list[Lapse]) -> Iterator[Query]:
    for lapse in (one for one in lapsed if one.happened):
        yield raised(
            "CN027",
            study=place.protocol.id,
            subject="approval:lapse",
            ref=place.ref("study.yaml"),
            file="study.yaml",
            column="ethics.approvals",
            rule=f"lapse.{lapse.start.isoformat()}",
            start=lapse.start.isoformat(),
            end=lapse.end.isoformat(),
            what=_counted(lapse.counts),
        )
    for lapse in (one for one in lapsed if one.end == place.today):
        yield raised(
            "CN033",
            study=place.protocol.id,
            subject="approval:lapse",
            ref=place.ref("study.yaml"),
            file="study.yaml",
            column="ethics.approvals",
            rule=f"lapsed.{lapse.start.isoformat()}",
            start=lapse.start.isoformat(),
        )


def _late_said(late: list[LateAct]) -> tuple[str, ...]:
    if not late:
        return ()
    counts: dict[str, int] = {}
    for one in late:
        counts[one.act.what] = counts.get(one.act.what, 0) + 1
    people = plural(len({one.act.participant for one in late}), "participant")
    return (f"Entered after what it covers: {_counted(counts)} of {people} not covered as known now.",)


def _lapses_said(lapsed: list[Lapse]) -> tuple[str, ...]:
    return tuple(
        f"No ethics approval was in force from {one.start.isoformat()} to {one.end.isoformat()}; meanwhile: "
        f"{_counted(one.counts) or 'nothing on record'}"
        + (f", and {one.allowed_count} more that the board allowed." if one.allowed_count else ".")
        for one in lapsed
    )


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(plural(n, name) for name, n in counts.items())


def _answers(place: Workspace, events: list[Event]) -> Iterator[Answer]:
    """The rows of coded surveys whose participant has a trail code and whose day is known."""
    arrived: dict[str, str] = {}
    for event in events:
        if event.kind == "survey.received":
            name = event.subject_id("survey") or ""
            arrived[name] = min(arrived.get(name, event.recorded_at), event.recorded_at)
    codes = place.known_trail_codes()
    for spec in place.protocol.surveys:
        if spec.linkage != "coded" or spec.name not in arrived or not (place.root / spec.file).is_file():
            continue
        yield from _survey_answers(place, spec, codes, arrived[spec.name])


def _survey_answers(place: Workspace, spec: Survey, codes: Mapping[str, str], at: str) -> Iterator[Answer]:
    try:
        named = [name for name in (spec.key, spec.interview_date, spec.start, spec.end) if name]
        frame = read_survey(place.root / spec.file, encoding=spec.encoding, columns=named).frame
    except StudyError:
        return  # that it cannot be read is for validating surveys to say
    if spec.key not in frame.columns:
        return
    days = _days(spec, frame)
    for number, (key, day) in enumerate(zip(frame[spec.key], days, strict=True), start=2):
        code = codes.get(str(key).strip())
        if code is not None and day is not None:
            yield Answer(spec.name, number, code, day, at)


def _days(spec: Survey, frame: pd.DataFrame) -> list[date | None]:
    """The day each row was answered, None where it cannot be read."""
    column = day_column(spec)
    if column not in frame.columns:
        return [None] * len(frame)
    cells = frame[column]
    read = on_record(cells) if pd.api.types.is_datetime64_any_dtype(cells) else written(cells)
    return [None if pd.isna(moment) else moment.date() for moment in read]
