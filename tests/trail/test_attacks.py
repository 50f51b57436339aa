"""Every attack of the format's table, performed on a real trail; one edit gives one fault, and naming it.

Each test states what the auditor holds (nothing but the directory and the key, or a pin, or the time), and what is
seen without it.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from study import Fact, Subject
from trail.canonical import canonical
from trail.merkle import Frontier, leaf_hash
from trail.note import PrivateKey, checkpoint_text, generate_key

Trail = Any


def lines_of(path: Any) -> list[bytes]:
    return path.read_bytes().removesuffix(b"\n").split(b"\n")


def put_lines(path: Any, lines: list[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def pin(result: Any) -> str:
    return f"{result.report['size']}:{result.report['root']}"


def test_a_good_trail_passes_and_says_what_it_cannot_see(told: Trail) -> None:
    result = told.verified()
    assert (result.code, result.faults) == (0, [])
    assert result.report["events"] == 31
    assert result.report["seals"] == 3
    assert result.report["size"] == 34
    assert any("tail is not protected" in note for note in result.notes)
    assert len(result.report["limits"]) >= 7
    assert told.verified("--pin", pin(result), "--now", "2026-03-02T10:00:00Z").faults == []


@pytest.mark.parametrize("which", range(12))
def test_an_edited_event(told: Trail, which: int) -> None:
    path = told.objects("lanes")[which]
    edits = {b'"occurred":"2026': b'"occurred":"2025'} if b'"2026-0' in path.read_bytes() else {}
    for old, new in (edits or {b'"attempt":1': b'"attempt":2'}).items():
        told.edit(path, old, new)
    result = told.verified()
    assert result.code == 1
    assert len(result.faults) == 1
    assert re.fullmatch(rf"OBJECT_ALTERED {told.key(path)} \(events \d+\.\.\d+\)", result.faults[0])


def test_an_altered_object_names_its_events(told: Trail) -> None:
    path = next(p for p in told.objects("lanes") if b"S111" in p.read_bytes())
    told.edit(path, b"S111", b"S999")
    # 11 events of the first run, its seal, one batch of three, then this one
    assert told.verified().faults == [f"OBJECT_ALTERED {told.key(path)} (events 15..17)"]


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["lanes", "seals", "checkpoints"])
def test_no_byte_of_any_object_can_be_changed(told: Trail, folder: str) -> None:
    for path in told.objects(folder)[:: 6 if folder == "lanes" else 1]:
        body = path.read_bytes()
        positions = {0, len(body) - 1, len(body) - 3, *range(40, len(body), max(9, len(body) // 4))}
        for position in sorted(positions):
            path.write_bytes(body[:position] + bytes([body[position] ^ 1]) + body[position + 1 :])
            result = told.verified()
            assert result.code == 1, (path.name, position)
            assert len(result.faults) <= (1 if folder != "seals" else 2), (position, result.faults)
        path.write_bytes(body)
    assert told.verified().code == 0


@pytest.mark.parametrize("part", [0, 1, 2])
def test_an_edit_with_its_seals_hash_fixed(told: Trail, part: int) -> None:
    path = next(p for p in told.objects("lanes") if b"S%03d" % (100 * part + 11) in p.read_bytes())
    before = path.read_bytes()
    told.edit(path, b"S%03d" % (100 * part + 11), b"S999")
    number = told.fix_hash(before, path.read_bytes())
    assert told.verified().names == ["ROOT_MISMATCH", "SEAL_CHAIN_BROKEN"][: 1 if number == 2 else 2]


def test_a_size_that_its_leaves_do_not_make(told: Trail) -> None:
    """The key's holder claims 36 leaves where there are 34: as many bits, so as many nodes in the frontier."""
    path = told.objects("seals")[-1]
    header, *rows, last = (json.loads(line) for line in lines_of(path))
    before = json.loads(lines_of(told.objects("seals")[-2])[-1])
    leaves = [leaf_hash(line) for row in rows for line in lines_of(told.directory / row["key"])[1:]]
    header["n"], rows[-1]["n"] = header["n"] + 2, rows[-1]["n"] + 2
    covered = b"".join(canonical(line) + b"\n" for line in (header, *rows))
    tree = Frontier(before["size"], tuple(bytes.fromhex(node) for node in before["frontier"]))
    tree = tree.grown([*leaves, leaf_hash(covered)])
    assert (tree.size, last["size"]) == (34, 34)
    frontier = [node.hex() for node in tree.nodes]
    path.write_bytes(covered + canonical({"size": 36, "root": tree.root.hex(), "frontier": frontier}) + b"\n")
    told.objects("checkpoints")[-1].unlink()
    note = PrivateKey.read(told.private).signed(checkpoint_text(told.origin, 36, tree.root))
    (told.directory / "checkpoints/000000000036").write_bytes(note)
    assert told.verified().names == ["ROOT_MISMATCH"]


def test_an_edit_with_everything_recomputed_but_the_signature(told: Trail) -> None:
    path = next(p for p in told.objects("lanes") if b"S211" in p.read_bytes())
    told.edit(path, b"S211", b"S299")
    signed = {p: p.read_bytes() for p in told.objects("checkpoints")}
    told.rechain()
    told.reseal()
    for checkpoint, body in signed.items():
        checkpoint.write_bytes(body)
    assert told.verified().names == ["ROOT_MISMATCH"]


@pytest.mark.parametrize("which", [0, 4, 11])
def test_a_deleted_lane_object(told: Trail, which: int) -> None:
    path = told.objects("lanes")[which]
    path.unlink()
    result = told.verified()
    assert len(result.faults) == 1
    assert result.faults[0].startswith(f"MISSING_OBJECT {told.key(path)} (events ")


@pytest.mark.parametrize("which", [0, 1])
def test_a_seal_deleted_in_the_middle(told: Trail, which: int) -> None:
    path = told.objects("seals")[which]
    path.unlink()
    assert told.verified().faults == [f"SEAL_GAP {told.key(path)} (1 missing)"]


def test_a_seal_deleted_at_the_end(told: Trail) -> None:
    told.objects("seals")[-1].unlink()
    assert told.verified().names == ["TAIL_TRUNCATED"]


def test_a_deleted_checkpoint(told: Trail) -> None:
    told.objects("checkpoints")[1].unlink()
    assert told.verified().names == ["CHECKPOINT_MISSING"]


def cut(notebook: Trail) -> None:
    """Cut the last run, its seal and its checkpoint."""
    last = notebook.objects("seals")[-1]
    for line in lines_of(last)[1:-1]:
        (notebook.directory / json.loads(line)["key"]).unlink()
    last.unlink()
    notebook.objects("checkpoints")[-1].unlink()


def test_the_tail_cut_with_its_checkpoints(told: Trail) -> None:
    whole = pin(told.verified())
    cut(told)
    assert told.verified("--pin", whole).names == ["ROLLBACK"]
    assert told.verified("--now", "2026-03-03T20:00:00Z").names == []
    assert told.verified("--now", "2026-03-03T22:00:00Z").names == ["STALE"]
    without = told.verified()
    assert without.code == 0
    assert any("tail is not protected" in note for note in without.notes)


def test_an_old_pin_says_nothing_about_the_tail(told: Trail) -> None:
    early = told.objects("checkpoints")[0]
    first = json.loads(lines_of(told.objects("seals")[0])[-1])
    cut(told)
    assert early.exists()
    assert told.verified("--pin", f"{first['size']}:{first['root']}").code == 0


def test_events_reordered(told: Trail) -> None:
    path = next(p for p in told.objects("lanes") if b"S011" in p.read_bytes())
    before = path.read_bytes()
    header, one, two, three = lines_of(path)
    put_lines(path, [header, two, one, three])
    assert told.verified().names == ["OBJECT_ALTERED"]
    told.fix_hash(before, path.read_bytes())
    assert told.verified().names == ["ROOT_MISMATCH", "SEAL_CHAIN_BROKEN"]


def test_an_entry_recorded_before_seals_that_do_not_name_it(told: Trail) -> None:
    told.wait(hours=2)
    told.seal(heartbeat=True)
    back = told.open()
    back._check_clock = lambda: None  # a writer that was made to forget the seals
    told.wait(hours=-3)
    back.append([told.site(900)])
    told.wait(hours=3, minutes=5)
    told.seal()
    result = told.verified()
    assert result.names == ["BACKDATED"]
    assert "recorded 3:00:00 before" in result.faults[0]


def test_a_rewrite_by_the_keys_holder(told: Trail) -> None:
    seen = pin(told.verified())
    path = next(p for p in told.objects("lanes") if b"S110" in p.read_bytes())
    put_lines(
        path,
        [
            canonical({**json.loads(line), "occurred": "2026-02-03"}) if b"S110" in line else line
            for line in lines_of(path)
        ],
    )
    told.rechain()
    told.reseal()
    assert told.verified("--pin", seen).names == ["FORK"]
    without = told.verified()
    assert without.code == 0
    assert any("The holder of the key can rewrite" in limit for limit in without.report["limits"])


def test_an_object_replayed_in_another_place(told: Trail) -> None:
    original = told.objects("lanes")[2]
    copy = original.parent.with_name("00000000-0000-0000-0000-000000000000.1") / original.name
    copy.parent.mkdir()
    copy.write_bytes(original.read_bytes())
    assert told.verified().faults == [f"REPLAYED_OBJECT {told.key(copy)} (it is a copy of {told.key(original)})"]


def test_an_old_object_put_in_another_lane(told: Trail) -> None:
    first = next(p for p in told.objects("lanes") if b"S000" in p.read_bytes())
    lane = "00000000-0000-0000-0000-000000000000.1"
    copy = first.parent.with_name(lane) / "000000.jsonl"
    copy.parent.mkdir()
    header, *events = lines_of(first)
    put_lines(copy, [canonical({**json.loads(header), "lane": lane, "seq": 0, "prev": None}), *events])
    result = told.verified()
    assert result.names == ["UNSEALED_OLD"]
    assert told.key(copy) in result.faults[0]


def test_the_key_swapped_and_all_signed_anew(told: Trail) -> None:
    other, other_key = generate_key(told.origin)
    told.reseal(other)
    assert told.verified().names == ["SIGNATURE_INVALID"]
    assert told.verified(key=other_key).code == 0  # which is why the key never comes from the trail


def test_the_key_of_another_trail(told: Trail) -> None:
    _, other_key = generate_key("fieldtrail/cps/00000000")
    assert told.verified(key=other_key).names == ["ANOTHER_TRAIL"]


def claim(notebook: Trail, *causes: str) -> Fact:
    data = {"version": 1, "themes": 1, "codes": ["role"], "codings": 2}
    return Fact("claim.asserted", "2026-02-20", (Subject("claim", "C1"),), causes=causes, data=data)


def test_a_claim_without_its_support(told: Trail) -> None:
    told.open().append([claim(told)])
    told.seal()
    assert told.verified().faults == ["CLAIM_UNTRACED C1 (it names nothing it rests on)"]


def test_a_claim_that_rests_on_nothing_here(told: Trail) -> None:
    trail = told.open()
    cause = trail.events(kinds=["site.invited"])[0].id
    trail.append([claim(told, cause)])
    told.seal()
    assert told.verified().code == 0
    path = next(p for p in told.objects("lanes") if b"claim.asserted" in p.read_bytes())
    told.edit(path, cause.encode(), b"00000000-0000-0000-0000-000000000000")
    told.rechain()
    told.reseal()
    assert told.verified().names == ["BROKEN_LINK"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1}', b'"v":1,"v":1}'),
        (b'"ordinal":0', b'"ordinal":0.0'),
        (b'"ordinal":0', b'"ordinal":1e0'),
        (b'"ordinal":0', b'"ordinal":9007199254740992'),
        (b'"ordinal":0', b'"ordinal":NaN'),
        (b'"ordinal":0', b'"ordinal":-0'),
        (b'"ordinal":0,"version":1', b'"version":1,"ordinal":0'),
        (b'"ordinal":0', b'"ordinal": 0'),
        (b"S110", b"S\\u003110"),
        (b'"ordinal":0', '"ördinal":0'.encode()),
        (b"S110", b"\xff"),
    ],
)
@pytest.mark.parametrize("sealed", [True, False])
def test_a_line_with_another_spelling(told: Trail, old: bytes, new: bytes, sealed: bool) -> None:
    path = next(p for p in told.objects("lanes") if b"S110" in p.read_bytes())
    lines = lines_of(path)
    if not sealed:
        trail = told.open()
        trail.append([told.site(110, "site.permitted")])
        path = told.directory / f"lanes/2026-03-02/{trail.lane}/000000.jsonl"
        lines = lines_of(path)
    put_lines(path, [lines[0], lines[1].replace(old, new, 1), *lines[2:]])
    assert lines_of(path) != lines
    if sealed:
        told.rechain()
        told.reseal()
    assert told.verified().faults == [f"NOT_CANONICAL {told.key(path)} (line 2)"]


def test_a_seals_clock_set_back_behind_the_seal_before(told: Trail) -> None:
    told.reseal(times={2: "2026-03-02T09:05:00.000Z"})
    assert "CLOCK_BACKWARDS" in told.verified().names


def test_a_seals_clock_set_back(told: Trail) -> None:
    told.wait(hours=3)
    told.open().append([told.site(900)])
    told.wait(minutes=1)
    told.seal()
    told.reseal(times={3: "2026-03-02T11:00:00.000Z"})
    assert told.verified().names == ["SEAL_TIME_DISAGREES"]


def test_a_seals_clock_set_forward(told: Trail) -> None:
    told.reseal(times={2: "2026-03-05T00:00:00.000Z"})
    assert told.verified("--now", "2026-03-02T10:00:00Z").names == ["SEAL_TIME_DISAGREES"]
    assert told.verified().code == 0


def test_one_id_with_other_content(told: Trail) -> None:
    one, two = told.open(), told.open()
    same = {"subject": (Subject("site", "S900"),), "data": {"ordinal": 0, "version": 1}}
    event = one.append([Fact("site.invited", "2026-02-02", **same)])[0]
    two.append([Fact("site.invited", "2026-02-03", **same)])
    told.seal()
    assert told.verified().names == ["ID_CONFLICT"]
    assert event.id in told.verified().faults[0]


def test_the_same_act_recorded_twice_is_no_conflict(told: Trail) -> None:
    one, two = told.open(), told.open()
    one.append([told.site(900)])
    told.wait(seconds=1)
    event = two.append([told.site(900)])[0]
    told.open().append([told.site(901, "site.invited", event.id)])
    told.seal()
    assert told.verified().code == 0
    assert told.verified().report["events"] == 33


def test_a_foreign_file_among_the_lanes(told: Trail) -> None:
    (told.directory / "lanes" / "notes.txt").write_text("hello")
    (told.directory / "lanes" / ".DS_Store").write_text("")
    assert told.verified().names == ["FOREIGN_OBJECT"]
    told.wait(days=1)
    told.seal()  # the daily one looks at everything and says so
    result = told.verified()
    assert result.code == 0
    assert any("1 objects were rejected" in note for note in result.notes)


def test_a_truncated_object(told: Trail) -> None:
    path = told.objects("lanes")[5]
    path.write_bytes(path.read_bytes()[:-20])
    assert told.verified().names == ["OBJECT_ALTERED"]


def test_closing_is_the_last_act(told: Trail) -> None:
    assert told.verified("--closed").names == ["NOT_CLOSED"]
    trail = told.open()
    trail.append([Fact("study.closed", "2026-03-02", data={"open_obligations": 0})])
    trail.close()
    told.seal()
    assert told.verified("--closed", "--now", "2026-09-01T00:00:00Z").code == 0
    told.open().append([told.site(900)])
    told.wait(minutes=1)
    told.open().append([told.site(901)])
    told.seal()
    assert told.verified("--closed").names == ["NOT_CLOSED"]


def test_what_is_not_sealed_yet_is_said(told: Trail) -> None:
    told.open().append([told.site(900), told.site(901)])
    result = told.verified()
    assert result.code == 0
    assert "2 events are not sealed yet." in result.notes
