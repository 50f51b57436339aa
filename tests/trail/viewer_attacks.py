"""What an attacker does to the trail that the viewer and the verifier then look at, and the faults it must give."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from study import Fact, Subject
from trail.canonical import canonical
from trail.note import generate_key

Notebook = Any


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().removesuffix(b"\n").split(b"\n")


def holding(notebook: Notebook, text: bytes) -> Path:
    return next(path for path in notebook.objects("lanes") if text in path.read_bytes())


def rewritten(notebook: Notebook, old: bytes, new: bytes) -> None:
    """What the key's holder can do: another line, and everything after it made anew."""
    notebook.edit(holding(notebook, old), old, new)
    notebook.rechain()
    notebook.reseal()


def seal_fixed(told: Notebook) -> None:
    path = holding(told, b"S111")
    before = path.read_bytes()
    told.edit(path, b"S111", b"S999")
    told.fix_hash(before, path.read_bytes())


def resealed_alone(told: Notebook) -> None:
    """What the key's holder does who forgets the rest of the lane."""
    told.edit(holding(told, b"S000"), b"S000", b"S999")
    told.reseal()


def replayed(told: Notebook) -> None:
    original = told.objects("lanes")[2]
    copy = original.parent.with_name("00000000-0000-0000-0000-000000000000.1") / original.name
    copy.parent.mkdir()
    copy.write_bytes(original.read_bytes())


def old_object_in_a_new_lane(told: Notebook) -> None:
    first, lane = holding(told, b"S000"), "00000000-0000-0000-0000-000000000000.1"
    header, *events = lines_of(first)
    copy = first.parent.with_name(lane) / "000000.jsonl"
    copy.parent.mkdir()
    head = canonical({**json.loads(header), "lane": lane, "seq": 0, "prev": None})
    copy.write_bytes(b"".join(line + b"\n" for line in (head, *events)))


def another_act_under_one_id(told: Notebook) -> None:
    one, two = told.open(), told.open()
    one.append([told.site(900)])
    two.append([replace(told.site(900), occurred="2026-02-03")])
    told.seal()


def backdated(told: Notebook) -> None:
    told.wait(hours=2)
    told.seal(heartbeat=True)
    told.wait(hours=-3)
    trail = told.open()
    trail._sealed_at = None  # a writer that was made to forget the seals
    trail._check_clock = lambda *_: None
    trail.append([told.site(900)])
    told.wait(hours=3, minutes=5)
    told.seal()


def claim_without_support(told: Notebook) -> None:
    data = {"version": 1, "themes": 1, "codes": ["role"], "codings": 2}
    told.open().append([Fact("claim.asserted", "2026-02-20", (Subject("claim", "C1"),), data=data)])
    told.seal()


def cause_of(told: Notebook) -> bytes:
    return json.loads(lines_of(holding(told, b"S010"))[1])["causes"][0]["leaf"].encode()


ATTACKS: dict[str, tuple[Callable[[Notebook], object], list[str]]] = {
    "an edited event": (lambda t: t.edit(holding(t, b"S110"), b"S110", b"S910"), ["OBJECT_ALTERED"]),
    "its seal fixed": (seal_fixed, ["ROOT_MISMATCH", "SEAL_CHAIN_BROKEN"]),
    "a deleted object": (lambda t: t.objects("lanes")[4].unlink(), ["MISSING_OBJECT"]),
    "a seal deleted": (lambda t: t.objects("seals")[1].unlink(), ["SEAL_GAP"]),
    "the last seal deleted": (lambda t: t.objects("seals")[-1].unlink(), ["TAIL_TRUNCATED"]),
    "a deleted checkpoint": (lambda t: t.objects("checkpoints")[1].unlink(), ["CHECKPOINT_MISSING"]),
    "signed by another key": (lambda t: t.reseal(generate_key(t.origin)[0]), ["SIGNATURE_INVALID"]),
    "replayed": (replayed, ["REPLAYED_OBJECT"]),
    "an old object in a new lane": (old_object_in_a_new_lane, ["UNSEALED_OLD"]),
    "a foreign file": (lambda t: (t.directory / "lanes/notes.txt").write_text("hello"), ["FOREIGN_OBJECT"]),
    "a big integer": (lambda t: rewritten(t, b'"ordinal":0', b'"ordinal":9007199254740992'), ["NOT_CANONICAL"]),
    "half a character": (lambda t: rewritten(t, b"S110", b"\\ud800"), ["NOT_CANONICAL"]),
    "a field too many": (lambda t: rewritten(t, b'"used":[],"v":1}', b'"used":[],"v":1,"w":1}'), ["NOT_AN_EVENT"]),
    "a clock set back": (lambda t: t.reseal(times={2: "2026-03-02T09:05:00.000Z"}), ["CLOCK_BACKWARDS"]),
    "rewritten without what follows": (resealed_alone, ["LANE_CHAIN_BROKEN"]),
    "one id, two acts": (another_act_under_one_id, ["ID_CONFLICT"]),
    "entered behind the seals": (backdated, ["BACKDATED"]),
    "a claim on nothing": (claim_without_support, ["CLAIM_UNTRACED"]),
    "a cause that is not here": (lambda t: rewritten(t, cause_of(t), b"0" * 64), ["BROKEN_LINK"]),
    "no checkpoint": (lambda t: shutil.rmtree(t.directory / "checkpoints"), ["NO_TRAIL"]),
}
