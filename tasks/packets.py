"""Packets as restricted/packets/ keeps them: every version in each of its forms, and the list to release from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pages.packet import packet_forms, packet_frame, packet_language
from study import Protocol
from study.objects import AlreadyStored, NotStored
from tasks.read import read_restricted_table
from tasks.workspace import Workspace
from trustworthiness.packet import Packet, Segment, assemble, packet_content, packet_sha256, read_packet

FOLDER = "packets/"
OVERVIEW = f"{FOLDER}overview.csv"
SENDABLE = ("html", "docx", "pdf")


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a packet as restricted/packets/ keeps it."""

    packet: Packet
    version: int
    assembled_by: str

    @property
    def sha256(self) -> str:
        """The packet's SHA-256, as its page hands it to the reply."""
        return packet_sha256(self.packet)

    @property
    def code(self) -> str:
        """What a release decision names: the first 12 hex of the packet's SHA-256."""
        return self.sha256[:12]

    @property
    def page(self) -> str:
        """Where its HTML is, under restricted/."""
        return self.form("html")

    @property
    def record(self) -> str:
        """Where its content is, under restricted/; written after the forms, so that what is listed can be sent."""
        return self.form("json")

    def form(self, suffix: str) -> str:
        """Where this form of it is, under restricted/."""
        return f"{FOLDER}{self.packet.packet_id}/v{self.version:03d}.{suffix}"


def kept_packets(place: Workspace) -> dict[str, dict[int, Kept]]:
    """Every version of every packet: packet id → version → the packet."""
    found: dict[str, dict[int, Kept]] = {}
    for stored in place.restricted.list(FOLDER):
        if stored.key.endswith(".json"):
            kept = _read(place, stored.key)
            found.setdefault(kept.packet.packet_id, {})[kept.version] = kept
    return found


def keep(
    place: Workspace, packet: Packet, versions: Mapping[int, Kept], forms: Sequence[str]
) -> tuple[Kept, Mapping[str, bytes]]:
    """The kept version that holds this packet (the latest when it is the same, else a new one, written now) and what
    was made of its forms: those that were not there yet, by suffix."""
    latest = max(versions, default=0)
    if latest and versions[latest].packet == packet:
        return versions[latest], _missing_forms(place, versions[latest], forms)
    kept = Kept(packet, latest + 1, place.actor.id)
    record = {"version": kept.version, "assembled_by": kept.assembled_by, "packet": json.loads(packet_content(packet))}
    made = _write_forms(place, kept, forms)
    try:
        place.restricted.put_new(kept.record, json.dumps(record, ensure_ascii=False, indent=1).encode())
    except AlreadyStored:  # another run was first
        return _read(place, kept.record), made
    return kept, made


def forms_there(place: Workspace, kept: Kept) -> tuple[str, ...]:
    """Where the forms of a kept version are, under restricted/, that can be sent: HTML, DOCX, PDF."""
    there = {stored.key for stored in place.restricted.list(kept.form(""))}
    return tuple(key for suffix in SENDABLE if (key := kept.form(suffix)) in there)


def _missing_forms(place: Workspace, kept: Kept, forms: Sequence[str]) -> Mapping[str, bytes]:
    there = {key.rsplit(".", 1)[1] for key in forms_there(place, kept)}
    missing = [form for form in forms if form not in there]
    return _write_forms(place, kept, missing) if missing else {}


def _write_forms(place: Workspace, kept: Kept, forms: Sequence[str]) -> Mapping[str, bytes]:
    made = packet_forms(kept.packet, version=kept.version, forms=forms)
    for suffix, data in made.items():
        place.restricted.put(kept.form(suffix), data)
    return made


def packet_for(
    protocol: Protocol,
    *,
    interview_id: str,
    participant_code: str,
    turns: pd.DataFrame,
    segments: Iterable[Segment],
    themes: Iterable[str],
    language: str = "",
    summary: str = "",
) -> Packet:
    """One participant's packet from a transcript's turn table and the codings of it; pure.

    `themes` are the ids of the themes that may be shown; `language` is the participant's own, where they have one.
    """
    plan = protocol.member_checking
    assert plan is not None  # the caller looked
    assert protocol.transcripts is not None
    return assemble(
        interview_id=interview_id,
        participant_code=participant_code,
        turns=own_turns(turns, protocol.transcripts.speakers.participant),
        segments=segments,
        summary=summary,
        **packet_frame(protocol, packet_language(language, protocol), themes),
    )


def own_turns(turns: pd.DataFrame, labels: Iterable[str]) -> dict[int, str]:
    """The turns whose speaker carries one of these labels, by number."""
    wanted = {label.strip().casefold() for label in labels}
    own = turns[turns["speaker"].str.strip().str.casefold().isin(wanted)]
    return {int(number): str(text) for number, text in zip(own["turn"], own["text"], strict=True)}


def write_overview(
    place: Workspace,
    kept: Mapping[str, Mapping[int, Kept]],
    released: Iterable[tuple[str, int]],
    stopped: Mapping[str, str] | None = None,
    *,
    form: str = "html",
) -> None:
    """The list from which people release and send: packet, version, the code a release names, its state, its file.

    `stopped` is packet id → what stands in place of its state: its person withdrew. `form` is whose file is named.
    """
    done = set(released)
    rows = ["packet_id,version,code,state,file"]
    for id, versions in sorted(kept.items()):
        for version, one in sorted(versions.items()):
            current = "waiting for release" if version == max(versions) else "replaced"
            state = (stopped or {}).get(id) or ("released" if (id, version) in done else current)
            rows.append(f"{id},{version},{one.code},{state},{one.form(form)}")
    body = ("\n".join(rows) + "\n").encode()
    if kept and _stored(place, OVERVIEW) != body:
        place.restricted.put(OVERVIEW, body)


def people_rows(place: Workspace) -> list[dict[str, Any]]:
    """Rows of the identity and participant registers; none where they are not there."""
    rows: list[dict[str, Any]] = []
    for name in ("identities.csv", "participants.csv"):
        table = read_restricted_table(place, name)
        rows += [] if table is None else [dict(zip(table.columns, r, strict=True)) for r in table.to_numpy()]
    return rows


def _read(place: Workspace, key: str) -> Kept:
    record = json.loads(place.restricted.get(key))
    packet = read_packet(json.dumps(record["packet"]).encode())
    return Kept(packet, int(record["version"]), record["assembled_by"])


def _stored(place: Workspace, key: str) -> bytes | None:
    try:
        return place.restricted.get(key)
    except NotStored:
        return None
