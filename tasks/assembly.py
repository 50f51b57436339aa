"""Member checks assembled: who is eligible, their packets gated and kept, and a second person's release recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from evidence.detectors import Detector, Entry, Registry
from recruitment import Recruitment, fold_consent, fold_recruitment, gate
from study import Event, Fact, Query, Subject
from study.decisions import Decision
from study.objects import NotStored
from study.query import QueryRecord, fold_queries
from tasks.codings import material_of
from tasks.decisions import read_decisions
from tasks.gates import Gatekeeper
from tasks.member_check_themes import Audience, audience_of
from tasks.packet_queries import nobodys_turns, not_checked, query_of
from tasks.packet_release import blocked_subjects, misnamed, release_of
from tasks.packets import (
    Kept,
    forms_there,
    keep,
    kept_packets,
    own_turns,
    packet_for,
    people_rows,
    write_overview,
)
from tasks.released import Released
from tasks.string_decisions import decided
from tasks.withdrawn_quotes import withdrawn_quotes
from tasks.workspace import Workspace
from trustworthiness import MemberChecks, fold_member_checks
from trustworthiness.form_checks import form_faults
from trustworthiness.gates import everybody_else
from trustworthiness.gates import gate as gate_packet
from trustworthiness.packet import Packet, Segment, packet_id
from trustworthiness.packet_faults import Fault
from trustworthiness.readability import plain_language

ASSEMBLY_CHECKS = frozenset({"MC001", "MC002", "MC004", "MC006", "MC007", "MC008", "MC009", "MC023"})
NEVER = frozenset({"withdrawn", "declined", "not_on_form"})
"""Why somebody may not be contacted that people decided; anything else (an approval lapsed) may mend itself."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """What an assembly run found: facts to record, queries, sentences with counts, the files written."""

    facts: tuple[Fact, ...] = ()
    queries: tuple[Query, ...] = ()
    said: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


def assembly_looked_at(record: QueryRecord) -> bool:
    """Whether an assembly run looks at what that query is about."""
    return record.check in ASSEMBLY_CHECKS


@task(name="assemble packets", cache_policy=NO_CACHE)
def assemble_packets(place: Workspace) -> Assembled:
    """Assemble a packet for everybody eligible, gate it, keep it, and look for its release."""
    return assemble_all(place)


def assemble_all(place: Workspace) -> Assembled:
    """The same without Prefect."""
    if place.protocol.member_checking is None:
        return Assembled(said=("The protocol plans no member checking.",))
    return _Assembly(place).run()


class _Assembly:
    """One run: reads everything once, then goes from participant to participant."""

    def __init__(self, place: Workspace) -> None:
        self.place = place
        plan = place.protocol.member_checking
        assert plan is not None  # the caller looked
        self.plan = plan
        events = place.events()
        self.events: list[Event] = events
        self.recruitment: Recruitment = fold_recruitment(events)
        self.gates = Gatekeeper(place, fold_consent(events))
        self.checks: MemberChecks = fold_member_checks(events)
        material = material_of(place)
        self.released: Mapping[str, Released] = material.released
        self.codings = material.codings.segments if material.codings else pd.DataFrame(columns=["transcript", "code"])
        self.kept = kept_packets(place)
        self.participants = {trail: code for code, trail in place.known_trail_codes().items()}
        self.people = people_rows(place)
        self.languages = {r["participant_id"]: r["language"] for r in self.people if r.get("language")}
        self.withdrawn = withdrawn_quotes(place)
        self.names = _decided_names(place)
        self.blocked_by_others = blocked_subjects(fold_queries(events).values(), ASSEMBLY_CHECKS)
        self.audience: Audience
        self.faults: dict[tuple[str, str], Fault] = {}
        self.facts: list[Fact] = []
        self.queries: list[Query] = []
        self.made: list[str] = []
        self.waiting_transcript = self.waiting_consent = self.waiting_release = self.blocked = 0
        self.waiting_summary = self.waiting_query = 0
        self.further: set[str] = set()

    def run(self) -> Assembled:
        self.audience, found = audience_of(self.place, self.recruitment, self.codings)
        self.queries += found
        decisions = [d for d in read_decisions(self.place) if d.decision == "release_packet"]
        for participant in sorted(self.recruitment.reached):
            interview = self._interview(participant)
            if interview is None or self._is_excluded(participant, interview):
                continue
            kept = self._packet(participant, interview)
            if kept is not None:
                mine = [d for d in decisions if d.subject == kept.packet.packet_id]
                self._release(participant, interview, kept, mine)
        if self.further:
            self.queries.append(not_checked(self.place, self.further))
        self.queries += misnamed(self.place, self.kept, self.recruitment.interviews, decisions)
        self.queries += [query_of(self.place, fault) for fault in self.faults.values()]
        self.gates.write("assemble-member-checks")
        write_overview(self.place, self.kept, self._released_versions(), self._stopped(), form=self.plan.forms[0])
        return Assembled(tuple(self._new(self.facts)), tuple(self.queries), self._said(), tuple(self.made))

    def _interview(self, participant: str) -> str | None:
        """The participant's first interview that can have a transcript; notes the exclusion of who has only notes."""
        own = [i for i in self.recruitment.interviews.values() if participant in i.participants]
        held = sorted((i.day, i.id) for i in own if i.participants[participant] in ("full", "part"))
        if held:
            self.further |= {interview for _, interview in held[1:] if interview in self.released}
            return held[0][1]
        only_notes = sorted(i.day for i in own if i.participants[participant] == "notes_only")
        if only_notes:
            self._exclude(participant, "no_transcript", only_notes[0].isoformat())
        return None

    def _is_excluded(self, participant: str, interview: str) -> bool:
        refused = {r.scope: r.decision for r in self.gates.ask("assemble_packet", participant)}
        if not refused:
            return self._has_left(participant)
        take_part = refused.get("take_part")
        has_left = take_part is not None and take_part.why == "withdrawn"
        decided = take_part if has_left else refused.get("recontact")
        if decided is not None and decided.why in NEVER:
            day = next((e.occurred for e in self.events if e.id == decided.event_id), self.place.instant)
            reason = "withdrawn" if has_left else "no_recontact"
            self._exclude(participant, reason, day, decided.event_id)
        else:
            self.waiting_consent += 1
        return True

    def _has_left(self, participant: str) -> bool:
        """Whether somebody asked to be left alone although consent stands; notes the exclusion."""
        left = self.recruitment.reached[participant].get("withdrawn")
        if left is None or left > self.place.today:
            return False
        cause = next(
            (
                e.id
                for e in self.events
                if e.kind == "recruitment.withdrawn" and e.subject_id("participant") == participant
            ),
            None,
        )
        self._exclude(participant, "withdrawn", left.isoformat(), cause)
        return True

    def _packet(self, participant: str, interview: str) -> Kept | None:
        """The current version of this participant's packet, written when it is new; None when there is none yet."""
        versions = self.kept.get(packet_id(interview), {})
        check = self.checks.checks.get(participant)
        if check and check.returned and versions and max(versions) <= check.reply_version:
            return versions[max(versions)]  # answered: what was answered stands
        released = self.released.get(interview)
        held = self.recruitment.interviews[interview].day
        themes = self.audience.of(participant, held, self.place.today)
        if released is None or not themes:
            self.waiting_transcript += 1
            return None
        summary = self._summary(interview)
        if summary is None:
            self.waiting_summary += 1
            return None
        packet, own = self._assemble(participant, interview, released, themes, summary)
        found = self._gate(packet, own, participant, interview)
        self.queries += found
        if found:
            self.blocked += 1
            self._exclude(participant, "blocked", self.place.instant)
            return None
        kept, made = keep(self.place, packet, versions, self.plan.forms)
        self._look_at_forms(kept, made)
        if kept.version not in versions:
            self.kept.setdefault(packet.packet_id, {})[kept.version] = kept
        self.made += [f"restricted/{kept.form(suffix)}" for suffix in made]
        return kept

    def _summary(self, interview: str) -> str | None:
        """The team's summary of an interview; "" where the protocol sends none back, None where it is not written."""
        if self.plan.returns != "summary":
            return ""
        try:
            text = self.place.restricted.get(f"{self.plan.summaries}/{interview}.txt").decode("utf-8-sig")
        except (NotStored, UnicodeDecodeError):
            return None
        return text if text.strip() else None

    def _look_at_forms(self, kept: Kept, made: Mapping[str, bytes]) -> None:
        """Note what is wrong with the words and the forms of a packet; a theme's fault is one for all packets."""
        forms = dict(made)
        for key in forms_there(self.place, kept):
            suffix = key.rsplit(".", 1)[1]
            if suffix not in forms:
                forms[suffix] = self.place.restricted.get(key)
        found = [
            *plain_language(
                kept.packet,
                grade=self.plan.reading_grade,
                own_language=self.languages.get(kept.packet.participant_code, ""),
            ),
            *form_faults(kept.packet, forms, self.plan.forms),
        ]
        self.faults |= {(f"{f.check}|{f.subject}", f.rule): f for f in found}

    def _assemble(
        self, participant: str, interview: str, released: Released, themes: Iterable[str], summary: str
    ) -> tuple[Packet, dict[int, str]]:
        protocol = self.place.protocol
        assert protocol.transcripts is not None
        rows = self.codings[self.codings["transcript"] == interview]
        may_quote = not self.gates.ask("quote", participant)
        segments = [
            Segment(code, int(start), int(end), quote)
            for code, start, end, quote in rows[["code", "start", "end", "quote"]].itertuples(index=False)
            if not self.withdrawn.covers(interview, quote)
        ]
        code = self.participants[participant]
        packet = packet_for(
            protocol,
            interview_id=interview,
            participant_code=code,
            turns=released.turns,
            segments=segments if may_quote else (),
            themes=themes,
            language=self.languages.get(code, ""),
            summary=summary,
        )
        return packet, own_turns(released.turns, protocol.transcripts.speakers.participant)

    def _gate(self, packet: Packet, own: dict[int, str], participant: str, interview: str) -> list[Query]:
        if len(self.recruitment.interviews[interview].participants) > 1 or not own:
            return [nobodys_turns(self.place, packet)]
        others = everybody_else(self.people, self.participants[participant])
        is_copy = not self.released[interview].is_identifiable
        return gate_packet(
            packet,
            study=self.place.protocol.id,
            own=own,
            others=others,
            withdrawn_quotes=self.withdrawn.ids.get(packet.packet_id, ()),
            masked=self.names if is_copy else None,
        )

    def _grounds(self, participant: str, interview: str, day: date) -> tuple[str, ...]:
        """What a packet rests on: the transcript's release and the consent to be contacted again, as of that day."""
        released = self.released.get(interview)
        consent = gate(self.gates.ledger, "release_packet", participant, {"contact_day": day})
        ids = (released.event if released else None, consent.event_id if consent.in_force else None)
        return tuple(id for id in ids if id)

    def _release(self, participant: str, interview: str, kept: Kept, decisions: list[Decision]) -> None:
        """Record the release of this version when a second person who may has decided it."""
        found = release_of(self.place, kept, decisions)
        self.queries += found.queries
        decision = found.decision
        if decision is None or self.gates.ask("release_packet", participant, contact_day=decision.occurred):
            self.waiting_release += 1
            return
        was_released = (kept.packet.packet_id, kept.version) in self._released_versions()
        about = {f"participant:{participant}", *(f"{t}:{interview}" for t in ("transcript", "interview"))}
        if not was_released and (about | {f"packet:{kept.packet.packet_id}"}) & self.blocked_by_others:
            self.waiting_query += 1
            return
        where = kept.form(self.plan.forms[0])
        page = self.place.restricted.get(where)
        fact = Fact(
            "member_check.released",
            decision.occurred.isoformat(),
            subject=(Subject("participant", participant), Subject("person", decision.person)),
            generated=(self.place.reference(f"restricted/{where}", page, personal=True),),
            causes=self._grounds(participant, interview, decision.occurred),
            data={"packet": kept.packet.packet_id, "version": kept.version},
        )
        self.facts.append(fact)

    def _released_versions(self) -> set[tuple[str, int]]:
        acts: list[Event | Fact] = [*self.events, *self.facts]
        return {(a.data["packet"], a.data["version"]) for a in acts if a.kind == "member_check.released"}

    def _stopped(self) -> dict[str, str]:
        """The packets of people who withdrew: not to be sent, or to be asked back."""
        trail_codes = {code: trail for trail, code in self.participants.items()}
        sent = {e.data["packet"] for e in self.events if e.kind == "member_check.sent"}
        stopped = {}
        for id, versions in self.kept.items():
            trail_code = trail_codes.get(versions[max(versions)].packet.participant_code, "")
            refused = self.gates.ask("send_packet", trail_code, contact_day=self.place.today)
            if any(r.decision.why == "withdrawn" for r in refused):
                stopped[id] = "withdrawn: ask for its return" if id in sent else "withdrawn: do not send"
        return stopped

    def _exclude(self, participant: str, reason: str, occurred: str, cause: str | None = None) -> None:
        self.facts.append(
            Fact(
                "member_check.excluded",
                occurred,
                subject=(Subject("participant", participant),),
                causes=(cause,) if cause else (),
                data={"reason": reason},
            )
        )

    def _new(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        """Facts whose act the trail does not hold: a second exclusion for the same reason is the same act."""
        known = {
            (e.kind, e.subject, e.data.get("reason"), e.data.get("version"))
            for e in self.events
            if e.kind.startswith("member_check.")
        }
        for fact in facts:
            if (fact.kind, fact.subject, fact.data.get("reason"), fact.data.get("version")) not in known:
                yield fact

    def _said(self) -> tuple[str, ...]:
        released = sum(f.kind == "member_check.released" for f in self.facts)
        excluded = sum(f.kind == "member_check.excluded" and f.data["reason"] != "blocked" for f in self.facts)
        counts = [
            (len(self.kept), "packets assembled"),
            (released, "released for sending"),
            (self.waiting_release, "waiting for a second person's release"),
            (self.blocked, "held back by a query"),
            (self.waiting_query, "decided on and waiting for a blocking query about their material"),
            (self.waiting_transcript, "waiting for a released and coded transcript"),
            (self.waiting_summary, "waiting for a summary of the interview"),
            (self.waiting_consent, "waiting for consent to be in force again"),
            (len(self.further), "further interviews of people that are in no packet"),
            (excluded, "people excluded, with the reason on record"),
        ]
        return (
            "Member checks: " + ", ".join(f"{n} {what}" for n, what in counts if n or what.startswith("packets")) + ".",
        )


def _decided_names(place: Workspace) -> Detector | None:
    """What finds the strings people decided to be names; None where they decided none."""
    names = sorted(decided(place).names)
    return Registry(Entry("alias", name) for name in names) if names else None
