"""The web of what rests on what, woven from the events of a trail.

Steps are the causes that events name, the files they used, and what follows from ids: a released transcript rests on
its interview, an interview on the consents in force that day, a claim on the codings its record names. Participants
are never named. "Linked" is not "supported".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from recruitment import ConsentLedger, fold_consent
from study import Event, Reference
from study.event import in_fold_order, local_day, time_zone_of
from trustworthiness.counting import current
from trustworthiness.lineage import ClaimRecord, taking_part

NodeType = Literal["event", "theme", "code", "excerpts", "file"]
NAMED = ("claim", "transcript", "interview", "site", "survey", "debriefing", "negative_case", "counter_narrative",
         "hypothesis", "memo")  # fmt: skip
"""Subjects that are shown; a participant is none of them."""
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Node:
    """One thing on the way: an event, a theme or code as a claim uses it, its excerpts of one transcript, a file.

    `name` is the event's kind, the theme, the code, the excerpts' ids, or the file's ref; `about` the subjects that may
    be shown, as `claim CL1`; `gaps` are sentences.
    """

    key: str
    type: NodeType
    name: str
    about: str = ""
    day: str = ""
    id: str = ""
    version: str = ""
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Web:
    """Every node by key; `down` is what each rests on, `up` the inverse."""

    nodes: Mapping[str, Node]
    down: Mapping[str, tuple[str, ...]]
    up: Mapping[str, tuple[str, ...]]


def weave(
    events: Iterable[Event],
    today: date,
    *,
    records: Mapping[str, ClaimRecord] = _NOTHING,
    themes: Mapping[str, Collection[str]] = _NOTHING,
    cites: Mapping[str, Collection[str]] = _NOTHING,
) -> Web:
    """The web of a set of events, the same in any order.

    `records` are by event id what claims rest on, `cites` the codings, claims and transcripts that a negative case
    cites; `themes` are the codes of each theme. A cause that is not there is a gap, never an error. `today` is the
    study's local day: a consent withdrawn by then is a gap.
    """
    loom = _Loom(in_fold_order(events), today)
    for event in loom.ordered:
        loom.add(event)
    for id, record in sorted(records.items()):
        loom.add_claim(id, record, themes)
    for event in loom.ordered:
        loom.add_challenge(event, cites.get(event.id, ()))
    return loom.web()


class _Loom:
    """Nodes and edges while they are being put together."""

    def __init__(self, ordered: list[Event], today: date) -> None:
        self.ordered = ordered
        self._today = today
        self.events = {event.id: event for event in ordered}
        self._zone = time_zone_of(ordered)
        self._ledger: ConsentLedger = fold_consent(ordered)
        self._nodes: dict[str, Node] = {}
        self._edges: dict[str, dict[str, None]] = defaultdict(dict)
        self._origins: dict[str, str] = {}
        self._interviews: dict[str, list[Event]] = defaultdict(list)
        self._newest: dict[tuple[str, str], Event] = {}
        self._retracted = {(e.subject_id("claim"), e.data["version"]) for e in ordered if e.kind == "claim.retracted"}
        for event in sorted(ordered, key=lambda e: (e.recorded_at, e.id)):
            for reference in event.generated:
                self._origins.setdefault(file_key(reference), event.id)
        for event in current(ordered):
            self._look(event)

    def _look(self, event: Event) -> None:
        if event.kind == "interview.held":
            self._interviews[event.subject_id("interview") or ""].append(event)
        for kind, type in (("claim.asserted", "claim"), ("transcript.released", "transcript")):
            id = event.subject_id(type)
            if event.kind == kind and id:
                known = self._newest.get((type, id), event)
                self._newest[type, id] = max(known, event, key=lambda e: (int(e.data["version"]), e.recorded_at, e.id))

    def add(self, event: Event) -> None:
        """An event with its causes, its files, and what follows from its ids."""
        missing = [cause.id for cause in event.causes if cause.id not in self.events]
        gaps = ["an event it names as its cause is not in the trail"] if missing else []
        for cause in event.causes:
            if cause.id in self.events:
                self._link(event.id, cause.id)
        for reference in event.used:
            self._link(event.id, self._file(reference))
        for reference in event.generated:
            if reference.ref == f"r{event.id}":  # the record beside it, which nothing else names
                continue
            file = self._file(reference)
            self._link(*((file, event.id) if self._origins[file] == event.id else (event.id, file)))
        if event.kind == "transcript.released":
            held = self._interviews.get(event.subject_id("transcript") or "", [])
            gaps += [] if held else ["no interview behind it is recorded"]
            for interview in held:
                self._link(event.id, interview.id)
            if self._newest["transcript", event.subject_id("transcript") or ""].id != event.id:
                gaps.append("a later version was released")
        if event.kind == "interview.held":
            gaps += self._consents(event)
        if event.kind in ("consent.given", "consent.renewed") and self._is_withdrawn(event):
            gaps.append("withdrawn since")
        if event.kind == "claim.asserted" and (event.subject_id("claim"), event.data["version"]) in self._retracted:
            gaps.append("retracted since")
        self._nodes[event.id] = _event_node(event, tuple(gaps))

    def _is_withdrawn(self, consent: Event) -> bool:
        person = consent.subject_id("participant") or ""
        return taking_part(self._ledger, person, self._today).why == "withdrawn"

    def _consents(self, held: Event) -> list[str]:
        day = local_day(held.occurred, self._zone)
        gaps = []
        for person in (s.id for s in held.subject if s.type == "participant"):
            decided = taking_part(self._ledger, person, day)
            if decided.event_id in self.events:
                self._link(held.id, decided.event_id)
            gaps += [] if decided.in_force else ["consent to take part was not in force that day"]
        return list(dict.fromkeys(gaps))

    def add_claim(self, id: str, record: ClaimRecord, themes: Mapping[str, Collection[str]]) -> None:
        """Themes, codes and excerpts between a claim and the imports it names."""
        event = self.events.get(id)
        if event is None:
            return
        imports = {e.subject_id("transcript"): e.id for e in self._causes(event) if e.kind == "coding.imported"}
        by_code: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for coding in record.excerpts:
            transcript, _, rest = coding.partition("/")
            by_code[_code_of(rest)][transcript].append(coding)
        for theme in record.themes:
            self._link(id, self._use(id, "theme", theme))
        for code in dict.fromkeys((*record.codes, *by_code)):
            holders = [theme for theme in record.themes if code in themes.get(theme, ())]
            use = self._use(id, "code", code)
            for holder in holders:
                self._link(self._use(id, "theme", holder), use)
            if not holders:
                self._link(id, use)
            for transcript, codings in sorted(by_code.get(code, {}).items()):
                self._excerpts(id, use, code, transcript, codings, imports.get(transcript))

    def _excerpts(
        self, id: str, use: str, code: str, transcript: str, codings: Iterable[str], imported: str | None
    ) -> None:
        key = f"{id}/{code}/{transcript}"
        gaps = () if imported else ("no import of these codings is among the causes of the claim",)
        self._nodes[key] = Node(key, "excerpts", "; ".join(sorted(codings)), f"transcript {transcript}", gaps=gaps)
        self._link(use, key)
        if imported:
            self._link(key, imported)

    def add_challenge(self, event: Event, cites: Collection[str]) -> None:
        """What an event says in its ids that it is about: claims, transcripts, themes and codes."""
        about = [*cites, *event.data.get("claims", ()), *event.data.get("about", ())]
        if event.kind == "counter_narrative.recorded":
            about += [s.id for s in event.subject if s.type == "transcript"]
        theme = event.data.get("theme")
        about += [str(theme)] if theme and event.kind.startswith("member_check.") else []
        for id in dict.fromkeys(about):
            named = (self._newest.get(("claim", id)), self._newest.get(("transcript", id)))
            targets = [e.id for e in named if e is not None]
            targets += [use for use in self._uses.get(id, ()) if not targets]
            for target in targets:
                if target != event.id:
                    self._link(event.id, target)

    @property
    def _uses(self) -> Mapping[str, Collection[str]]:
        if not hasattr(self, "_used"):
            self._used: dict[str, list[str]] = defaultdict(list)
            for key, node in self._nodes.items():
                if node.type in ("theme", "code"):
                    self._used[node.name].append(key)
        return self._used

    def web(self) -> Web:
        """What was put together, without files that only their own event names."""
        up: dict[str, dict[str, None]] = defaultdict(dict)
        for key in sorted(self._edges):
            for other in self._edges[key]:
                up[other].setdefault(key)
        down = {key: tuple(sorted(others, key=self._place)) for key, others in self._edges.items()}
        return Web(self._nodes, down, {key: tuple(sorted(others, key=self._place)) for key, others in up.items()})

    def _place(self, key: str) -> tuple[int, str, str, str]:
        node = self._nodes[key]
        order = {"theme": 0, "code": 1, "excerpts": 2, "event": 3, "file": 4}
        return order[node.type], node.day, node.about or node.name, key

    def _causes(self, event: Event) -> list[Event]:
        return [self.events[cause.id] for cause in event.causes if cause.id in self.events]

    def _use(self, id: str, type: Literal["theme", "code"], name: str) -> str:
        key = f"{id}/{type}/{name}"
        self._nodes.setdefault(key, Node(key, type, name))
        return key

    def _file(self, reference: Reference) -> str:
        key = file_key(reference)
        self._nodes.setdefault(key, Node(key, "file", reference.ref, id=reference.ref))
        if key in self._origins:
            self._edges[key].setdefault(self._origins[key])
        return key

    def _link(self, key: str, other: str) -> None:
        self._edges[key].setdefault(other)


def file_key(reference: Reference) -> str:
    """The key of one version of a file."""
    return f"file:{reference.ref}:{(reference.hmac or reference.sha256 or '')[:16]}"


def _code_of(rest: str) -> str:
    """The code of a coding's id behind its transcript: coder/code/turn."""
    parts = rest.split("/")
    return "/".join(parts[1:-1]) if len(parts) > 2 else rest


def _event_node(event: Event, gaps: tuple[str, ...]) -> Node:
    about = ", ".join(f"{s.type.replace('_', ' ')} {s.id}" for s in event.subject if s.type in NAMED)
    version = event.data.get("version", "") if event.kind.startswith(("claim.", "transcript.", "codebook.")) else ""
    return Node(event.id, "event", event.kind, about, event.occurred[:10], event.id, str(version), gaps)
