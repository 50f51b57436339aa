"""Member checks assembled: who is eligible, their packets gated and kept, and a second person's release recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from recruitment import Recruitment, fold_consent, fold_recruitment, gate
from study import Event, Fact, Query, Subject
from study.decisions import Decision
from study.query import QueryRecord
from study.query import place as query_place
from tasks.codings import material_of
from tasks.decisions import REGISTER, read_decisions
from tasks.gates import Gatekeeper
from tasks.packets import Kept, keep, kept_packets, own_turns, packet_for, people_rows, write_overview
from tasks.released import Released
from tasks.workspace import Workspace
from trustworthiness import MemberChecks, fold_member_checks
from trustworthiness.gates import everybody_else, thin_themes
from trustworthiness.gates import gate as gate_packet
from trustworthiness.packet import Packet, Segment, packet_id

ASSEMBLY_CHECKS = frozenset({"MC001", "MC002", "MC006", "MC008", "MC009"})
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
        self.themes: dict[str, tuple[str, frozenset[str]]] = {}
        self.facts: list[Fact] = []
        self.queries: list[Query] = []
        self.made: list[str] = []
        self.waiting_transcript = self.waiting_consent = self.waiting_release = self.blocked = 0

    def run(self) -> Assembled:
        self._choose_themes()
        decisions = [d for d in read_decisions(self.place) if d.decision == "release_packet"]
        for participant in sorted(self.recruitment.reached):
            interview = self._interview(participant)
            if interview is None or self._is_excluded(participant, interview):
                continue
            kept = self._packet(participant, interview)
            if kept is not None:
                mine = [d for d in decisions if d.subject == kept.packet.packet_id]
                self._release(participant, interview, kept, mine)
        self.gates.write("assemble-member-checks")
        write_overview(self.place, self.kept, self._released_versions(), self._stopped())
        return Assembled(tuple(self._new(self.facts)), tuple(self.queries), self._said(), tuple(self.made))

    def _choose_themes(self) -> None:
        """Keep the themes that rest on at least k people; query the others."""
        plan, k = self.place.protocol.member_checking, self.place.protocol.disclosure.k
        assert plan is not None
        behind = {id: set(interview.participants) for id, interview in self.recruitment.interviews.items()}
        people = {
            theme.id: len(
                set().union(
                    *(behind.get(t, set()) for t in self.codings["transcript"][self.codings["code"].isin(theme.codes)])
                )
            )
            for theme in plan.themes
        }
        if self.codings.empty:
            return
        self.queries += thin_themes(people, k, study=self.place.protocol.id)
        self.themes = {t.id: (t.plain, frozenset(t.codes)) for t in plan.themes if people[t.id] >= k}

    def _interview(self, participant: str) -> str | None:
        """The participant's first interview that can have a transcript; notes the exclusion of who has only notes."""
        own = [i for i in self.recruitment.interviews.values() if participant in i.participants]
        held = sorted((i.day, i.id) for i in own if i.participants[participant] in ("full", "part"))
        if held:
            return held[0][1]
        only_notes = sorted(i.day for i in own if i.participants[participant] == "notes_only")
        if only_notes:
            self._exclude(participant, "no_transcript", only_notes[0].isoformat())
        return None

    def _is_excluded(self, participant: str, interview: str) -> bool:
        refused = {r.scope: r.decision for r in self.gates.ask("assemble_packet", participant)}
        if not refused:
            return False
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

    def _packet(self, participant: str, interview: str) -> Kept | None:
        """The current version of this participant's packet, written when it is new; None when there is none yet."""
        versions = self.kept.get(packet_id(interview), {})
        check = self.checks.checks.get(participant)
        if check and check.returned and versions:
            return versions[max(versions)]  # answered: what was answered stands
        released = self.released.get(interview)
        if released is None or not self.themes:
            self.waiting_transcript += 1
            return None
        packet, own = self._assemble(participant, interview, released)
        found = self._gate(packet, own, participant, interview)
        self.queries += found
        if found:
            self.blocked += 1
            self._exclude(participant, "blocked", self.place.instant)
            return None
        kept = keep(self.place, packet, versions)
        if kept.version not in versions:
            self.kept.setdefault(packet.packet_id, {})[kept.version] = kept
            self.made.append(f"restricted/{kept.page}")
        return kept

    def _assemble(self, participant: str, interview: str, released: Released) -> tuple[Packet, dict[int, str]]:
        protocol = self.place.protocol
        assert protocol.transcripts is not None
        rows = self.codings[self.codings["transcript"] == interview]
        may_quote = not self.gates.ask("quote", participant)
        segments = [
            Segment(code, int(start), int(end), quote)
            for code, start, end, quote in rows[["code", "start", "end", "quote"]].itertuples(index=False)
        ]
        packet = packet_for(
            protocol,
            interview_id=interview,
            participant_code=self.participants[participant],
            turns=released.turns,
            segments=segments if may_quote else (),
            themes=self.themes,
        )
        return packet, own_turns(released.turns, protocol.transcripts.speakers.participant)

    def _gate(self, packet: Packet, own: dict[int, str], participant: str, interview: str) -> list[Query]:
        if len(self.recruitment.interviews[interview].participants) > 1 or not own:
            return [self._nobodys_turns(packet)]
        others = everybody_else(self.people, self.participants[participant])
        return gate_packet(packet, study=self.place.protocol.id, own=own, others=others)

    def _nobodys_turns(self, packet: Packet) -> Query:
        return Query.raised(
            "MC001",
            "block",
            study=self.place.protocol.id,
            subject=f"packet:{packet.packet_id}",
            place=query_place(packet.packet_id, "speakers"),
            where=f"restricted/packets/{packet.packet_id}",
            message="The transcript does not tell this participant's turns from those of others. Label the turns of "
            "each participant, then release the transcript again.",
        )

    def _grounds(self, participant: str, interview: str, day: date) -> tuple[str, ...]:
        """What a packet rests on: the transcript's release and the consent to be contacted again, as of that day."""
        released = self.released.get(interview)
        consent = gate(self.gates.ledger, "release_packet", participant, {"contact_day": day})
        ids = (released.event if released else None, consent.event_id if consent.in_force else None)
        return tuple(id for id in ids if id)

    def _release(self, participant: str, interview: str, kept: Kept, decisions: list[Decision]) -> None:
        """Record the release of this version when a second person who may has decided it."""
        plan = self.place.protocol.member_checking
        assert plan is not None
        meant = [d for d in decisions if d.occurred <= self.place.today and _names(d, kept)]
        may = [d for d in meant if d.authorised(self.place.protocol, "release_packet")]
        second = [d for d in may if not plan.second_person or d.person != kept.assembled_by]
        if meant and not second:
            self.queries.append(self._release_refused(kept, meant[-1]))
        if not second or self.gates.ask("release_packet", participant, contact_day=second[0].occurred):
            self.waiting_release += 1
            return
        page = self.place.restricted.get(kept.page)
        fact = Fact(
            "member_check.released",
            second[0].occurred.isoformat(),
            subject=(Subject("participant", participant), Subject("person", second[0].person)),
            generated=(self.place.reference(f"restricted/{kept.page}", page, personal=True),),
            causes=self._grounds(participant, interview, second[0].occurred),
            data={"packet": kept.packet.packet_id, "version": kept.version},
        )
        self.facts.append(fact)

    def _release_refused(self, kept: Kept, decision: Decision) -> Query:
        return Query.raised(
            "MC009",
            "block",
            study=self.place.protocol.id,
            subject=f"packet:{kept.packet.packet_id}",
            place=query_place(kept.packet.packet_id, "release"),
            where=f"{REGISTER}, row {decision.row}",
            message="A packet is released by a second person who holds the task release_packet on that day: not by who "
            "assembled it, and not by somebody without the task. Let such a person decide.",
            rows=[str(decision.row)],
        )

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
            (self.waiting_transcript, "waiting for a released and coded transcript"),
            (self.waiting_consent, "waiting for consent to be in force again"),
            (excluded, "people excluded, with the reason on record"),
        ]
        return (
            "Member checks: " + ", ".join(f"{n} {what}" for n, what in counts if n or what.startswith("packets")) + ".",
        )


def _names(decision: Decision, kept: Kept) -> bool:
    """Whether a release is for this version: by its code, or, left blank, for the first version only."""
    return decision.value == kept.code or (decision.value == "" and kept.version == 1)
