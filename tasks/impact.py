"""What a withdrawal would change, gathered from the trail and from everything that lies outside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from analysis import guest_saturation
from analysis.saturation import new_codes_in_order
from evidence import read_survey
from evidence.survey.linkage import plain_key, plain_keys
from recruitment import (
    Affiliation,
    ConsentLedger,
    Impact,
    Recruitment,
    fold_consent,
    fold_recruitment,
    withdrawal_impact,
)
from recruitment.copies import GOES
from recruitment.withdrawal import Material, SequenceChange, dispositions_offered, last_day
from study import Event, StudyError
from tasks.cited import cited_codings, interview_of, published_claims
from tasks.coding_sources import coded_rows
from tasks.codings import material_of
from tasks.distribution import stored
from tasks.exported import exports_of_people
from tasks.packets import kept_packets
from tasks.read import read_restricted_table
from tasks.saturation import sequences
from tasks.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is asked for: scopes (none means all), from a day on, and what happens to data already given."""

    participant: str
    effective: date
    scopes: tuple[str, ...]
    disposition: str


@task(name="look at the impact", cache_policy=NO_CACHE)
def impact_of(place: Workspace, asked: Withdrawal) -> Impact:
    """What the withdrawal would change; StudyError for somebody who never consented here, and for what the signed form
    does not allow."""
    events = place.events()
    code = trail_code_of(place, asked)
    ledger, recruitment = fold_consent(events), fold_recruitment(events)
    _refuse_not_offered(place, asked, code, ledger, recruitment)
    return withdrawal_impact(
        code,
        asked.effective,
        asked.scopes,
        asked.disposition,
        events=events,
        recruitment=recruitment,
        ledger=ledger,
        material=_material(place, asked, code, events, recruitment),
    )


def trail_code_of(place: Workspace, asked: Withdrawal) -> str:
    """The trail code of the participant; StudyError without one."""
    code = place.known_trail_codes().get(asked.participant)
    if code is None and place.events(["linkage.destroyed"]):
        raise StudyError(
            "the linkage was destroyed, so nobody can be withdrawn by their code any more",
            where="the withdrawal",
            remedy="Tell the investigator; docs/closing.md says what can still be done.",
        )
    if code is None:
        raise StudyError(
            "this participant has no consent on record, or their data was erased",
            where="the withdrawal",
            remedy="Check the participant code; before consent enter `declined` in the recruitment register.",
        )
    return code


def _refuse_not_offered(
    place: Workspace, asked: Withdrawal, code: str, ledger: ConsentLedger, recruitment: Recruitment
) -> None:
    """StudyError for a disposition that the signed form does not offer, or no longer, or that needs all scopes."""
    offered = dispositions_offered(ledger, code, place.protocol)
    until = last_day(ledger, code, place.protocol, recruitment)
    if asked.disposition not in offered:
        dated = f" (until {until.isoformat()})" if until and set(offered) & set(GOES) else ""
        raise StudyError(
            f"the form signed does not offer to {asked.disposition} the data",
            where="the withdrawal",
            remedy=f"It offers: {', '.join(offered)}{dated}.",
        )
    if asked.disposition in GOES and until is not None and asked.effective > until:
        raise StudyError(
            f"the form signed lets the data be taken out until {until.isoformat()} only",
            where="the withdrawal",
            remedy=f"After that day it offers: {', '.join(d for d in offered if d not in GOES) or 'nothing'}.",
        )
    if asked.disposition in GOES and asked.scopes and "take_part" not in asked.scopes:
        raise StudyError(
            f"to {asked.disposition} the data goes with leaving the study, and only some scopes are withdrawn",
            where="the withdrawal",
            remedy="Leave the scopes empty for everything, or choose to keep the data.",
        )


def _material(
    place: Workspace, asked: Withdrawal, code: str, events: list[Event], recruitment: Recruitment
) -> Material:
    codings = coded_rows(place, set(recruitment.interviews))
    packets = {
        id: len(versions[max(versions)].packet.quotes)
        for id, versions in kept_packets(place).items()
        if versions[max(versions)].packet.participant_code == asked.participant
    }
    cited = {claim: tuple(map(interview_of, ids)) for claim, ids in cited_codings(place, events).items()}
    return Material(
        codings=dict(Counter(codings["transcript_id"])),
        survey_rows=dict(_survey_rows(place, asked.participant)),
        quotes=packets,
        cited=cited,
        published=published_claims(events),
        saturation=tuple(_saturation(place, asked, code, recruitment)) if asked.disposition in GOES else (),
        targets=tuple(place.protocol.participants.targets),
        affiliations=tuple(_affiliations(place)),
        exports=tuple(dict.fromkeys(key.split("/")[1] for key in exports_of_people(place))),
    )


def _survey_rows(place: Workspace, participant: str) -> Iterator[tuple[str, int]]:
    """Survey files with how many of their rows bear the participant's code, however it is spelled there."""
    for survey in place.protocol.surveys:
        data = stored(place, survey.file) if survey.linkage == "coded" and survey.key else None
        if data is None:
            continue
        key = str(survey.key)
        try:
            frame = read_survey(data, name=survey.file, encoding=survey.encoding, columns=(key,)).frame
        except StudyError:
            continue  # that it cannot be read is for validating surveys to say, and must not stop a withdrawal
        if key in frame.columns and (found := int((plain_keys(frame[key]) == plain_key(participant)).sum())):
            yield survey.file, found


def _saturation(place: Workspace, asked: Withdrawal, code: str, recruitment: Recruitment) -> Iterator[SequenceChange]:
    """The sequences of interviews that lose this person's: with `delete` all that hold one of theirs, with `deidentify`
    those by role or group, because nothing says any more in which they belong."""
    claimed = place.protocol.analysis.saturation
    if claimed is None or (asked.disposition == "deidentify" and claimed.by == "study"):
        return
    theirs = {i.id for i in recruitment.interviews.values() if set(i.participants) == {code}}
    if not theirs:
        return
    material = material_of(place)
    order = sequences(place, material)
    if order is None or material.codings is None or material.codebook is None:
        return
    for name, held in order.items():
        coded = [t for t in held if t in material.imports]
        left = [t for t in coded if t not in theirs]
        if left == coded:
            continue
        labels = []
        for transcripts in (coded, left):
            counts = new_codes_in_order(material.codings.segments, transcripts, material.codebook.inductive)
            found = guest_saturation(counts, claimed.base, claimed.run, claimed.threshold)
            labels.append(found.label or found.status.replace("_", " "))
        yield SequenceChange(name, labels[0], labels[1], len(coded), len(left))


def _affiliations(place: Workspace) -> Iterator[Affiliation]:
    """Where participants belonged, from restricted/participants.csv as it stands; rows with no first day are left out.

    The registers as a whole are not read here: that would give trail codes to people, and nothing may change yet.
    """
    rows = read_restricted_table(place, "participants.csv")
    codes = place.known_trail_codes()
    for row in () if rows is None else rows.to_dict("records"):
        start = _day(row.get("from", ""))
        if row.get("participant_id") in codes and start is not None:
            about = (row.get("site_id", ""), row.get("role", ""), row.get("group", ""))
            yield Affiliation(codes[row["participant_id"]], *about, start, _day(row.get("to", "")))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
