"""A proof stands alone: line, path, signed checkpoint; and none is written where something does not hold."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from storage.local import LocalStore
from study import Fact, StudyError
from study.objects import Stored
from trail.canonical import canonical
from trail.cosignature import cosignature_key, cosigned
from trail.note import Kind, PrivateKey, PublicKey, generate_key, read_checkpoint, verifier_key
from trail.proof import origin_at, prove
from trail.verify_trail import main

OFFICE, _ = generate_key("ethics-office", Kind.COUNTERSIGNER)


def lines_of(notebook: Any) -> list[bytes]:
    """Every event line, in the order of the lanes."""
    return [line for path in notebook.objects("lanes") for line in path.read_bytes().splitlines()[1:]]


def cosign(notebook: Any, size: int) -> str:
    """Cosign the checkpoint of that size; returns the line."""
    text = (notebook.directory / f"checkpoints/{size:012d}").read_text().partition("\n\n")[0] + "\n"
    line = cosigned(PrivateKey.read(OFFICE, Kind.COUNTERSIGNER), text, 1_772_445_600)
    notebook.store.put_new(cosignature_key(size, "ethics-office"), f"{line}\n".encode())
    return line


def holds(proof: dict[str, Any], vkey: str) -> bool:
    """RFC 9162, 2.1.3.2, spelled again from the standard."""
    text = PublicKey.read(vkey).verifies(proof["checkpoint"].encode())
    if text is None:
        return False
    _, size, root = read_checkpoint(text)
    fn, sn, r = proof["index"], proof["size"] - 1, hashlib.sha256(b"\x00" + proof["event"].encode()).digest()
    for p in map(bytes.fromhex, proof["path"]):
        if sn == 0:
            return False
        if fn % 2 == 1 or fn == sn:
            r = hashlib.sha256(b"\x01" + p + r).digest()
            while fn % 2 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = hashlib.sha256(b"\x01" + r + p).digest()
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root and size == proof["size"]


@pytest.mark.slow
def test_every_event_of_a_trail_is_proved_to_its_newest_checkpoint(told: Any) -> None:
    lines = lines_of(told)
    assert len(lines) == 31
    indexes = []
    for line in lines:
        body = prove(told.store, told.origin, json.loads(line)["id"])
        proof = json.loads(body)
        assert canonical(proof) + b"\n" == body
        assert list(proof) == ["checkpoint", "cosignatures", "event", "index", "path", "size", "v"]
        assert (proof["v"], proof["event"].encode(), proof["size"], proof["cosignatures"]) == (1, line, 34, [])
        assert holds(proof, told.vkey)
        assert not holds({**proof, "event": proof["event"][:-1]}, told.vkey)
        assert not holds({**proof, "index": proof["index"] ^ 1}, told.vkey)
        indexes.append(proof["index"])
    # each seal is a leaf too, after the events it names
    assert sorted(set(range(34)) - set(indexes)) == [int(path.name) - 1 for path in told.objects("checkpoints")]


@pytest.mark.slow
def test_it_leads_to_the_newest_cosigned_checkpoint_that_covers_the_event(told: Any) -> None:
    early, late = json.loads(lines_of(told)[0])["id"], ""
    sizes = [int(path.name) for path in told.objects("checkpoints")]
    for line in lines_of(told):
        late = json.loads(line)["id"] if json.loads(line)["data"].get("lane") is None else late
    first = cosign(told, sizes[0])
    second = cosign(told, sizes[1])
    told.store.put_new(f"cosignatures/{sizes[1]:012d}.noise", b"no line")
    last_id = max(
        (json.loads(line)["id"] for line in lines_of(told)),
        key=lambda one: json.loads(prove(told.store, told.origin, one))["index"],
    )
    proof = json.loads(prove(told.store, told.origin, early))
    assert (proof["size"], proof["cosignatures"]) == (sizes[1], [second])
    assert first != second
    assert holds(proof, told.vkey)
    uncovered = json.loads(prove(told.store, told.origin, last_id))
    assert (uncovered["size"], uncovered["cosignatures"]) == (sizes[2], [])


def test_the_verifier_checks_a_proof_alone(told: Any, tmp_path: Path) -> None:
    size = int(told.objects("checkpoints")[-1].name)
    cosign(told, size)
    file = tmp_path / "event.proof"
    body = prove(told.store, told.origin, json.loads(lines_of(told)[3])["id"])
    file.write_bytes(body)
    office = verifier_key(OFFICE)

    def verified(*options: str) -> tuple[int, str]:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            code = main([str(file), "--key", told.vkey, *options])
        return code, printed.getvalue()

    assert verified("--cosigner", office)[0] == 0
    assert "COSIGNATURE_MISSING" in verified("--cosigner", generate_key("ethics-office", Kind.COUNTERSIGNER)[1])[1]
    for old, new in [(b'\\"v\\":1}', b'\\"v\\":1} '), (b'"index":', b'"index":1'), (b'"path":["', b'"path":["00')]:
        assert old in body
        file.write_bytes(body.replace(old, new))
        assert verified()[0] == 1


def test_what_is_not_there_or_not_sealed_yet(told: Any) -> None:
    with pytest.raises(StudyError, match="the trail holds no event 00000000-"):
        prove(told.store, told.origin, "00000000-0000-5000-8000-000000000000")
    for wrong in ("", "x", "../../etc/passwd", "00000000-0000-5000-8000-00000000000G"):
        with pytest.raises(StudyError, match="is no event's id"):
            prove(told.store, told.origin, wrong)
    new = told.open().append([told.site(900)])[0].id
    with pytest.raises(StudyError, match="is recorded but not sealed yet"):
        prove(told.store, told.origin, new)
    told.seal()
    assert holds(json.loads(prove(told.store, told.origin, new)), told.vkey)
    told.objects("checkpoints")[-1].unlink()  # sealed, but its checkpoint was not written before a crash
    with pytest.raises(StudyError, match="is recorded but not sealed yet"):
        prove(told.store, told.origin, new)


def test_an_id_that_another_line_only_names_is_not_found_there(told: Any) -> None:
    causes = [cause["id"] for line in lines_of(told) for cause in json.loads(line)["causes"]]
    assert causes
    for one in causes:
        assert json.loads(json.loads(prove(told.store, told.origin, one))["event"])["id"] == one


@pytest.mark.slow
def test_nothing_is_proved_where_the_trail_does_not_hold(told: Any) -> None:
    wanted = json.loads(lines_of(told)[0])["id"]
    newest = told.objects("checkpoints")[-1]
    for path in [*told.objects("lanes"), *told.objects("seals"), newest]:
        body = path.read_bytes()
        missing = None if path != newest else b""
        for damaged in (body.replace(b"S1", b"S2").replace(b"/0a", b"/0b")[:-1], missing):
            path.unlink() if damaged is None else path.write_bytes(damaged)
            with pytest.raises(StudyError, match="Verify the trail first"):
                prove(told.store, told.origin, wanted)
            path.write_bytes(body)


def test_a_seal_that_is_rewritten_with_its_objects_hash_proves_nothing(told: Any) -> None:
    wanted, path = json.loads(lines_of(told)[0])["id"], told.objects("lanes")[2]
    before = path.read_bytes()
    told.edit(path, b'"ordinal":0', b'"ordinal":7')
    told.fix_hash(before, path.read_bytes())
    with pytest.raises(StudyError, match="Verify the trail first"):
        prove(told.store, told.origin, wanted)


def test_around_an_object_whose_removal_is_on_record(told: Any) -> None:
    sizes = [int(path.name) for path in told.objects("checkpoints")]
    closed = [
        [json.loads(row)["key"] for row in path.read_bytes().splitlines()[1:-1]] for path in told.objects("seals")
    ]
    ids = [json.loads((told.directory / keys[1]).read_bytes().splitlines()[1])["id"] for keys in closed]
    (told.directory / closed[1][0]).unlink()
    with pytest.raises(StudyError, match="Verify the trail first"):
        prove(told.store, told.origin, ids[0])
    data = {"decision": ids[0], "objects": 1, "refs": (), "trail_objects": (closed[1][0],)}
    executed = told.open().append([Fact("erasure.executed", "2026-03-02", data=data)])[0].id
    told.seal()
    proofs = [json.loads(prove(told.store, told.origin, one)) for one in (ids[0], ids[2], executed)]
    assert [proof["size"] for proof in proofs] == [sizes[0], sizes[2] + 2, sizes[2] + 2]
    assert all(holds(proof, told.vkey) for proof in proofs)
    with pytest.raises(StudyError, match="closed with it has been removed"):
        prove(told.store, told.origin, ids[1])


def test_the_origin_is_read_from_the_last_seal(told: Any, in_memory: Callable[[], Any]) -> None:
    assert origin_at(told.store) == told.origin
    with pytest.raises(StudyError, match="no seal is here"):
        origin_at(in_memory().store)
    told.objects("seals")[-1].write_bytes(b"[]")
    with pytest.raises(StudyError, match="Verify the trail first"):
        origin_at(told.store)


def test_a_trail_with_versions_and_its_copy_without_give_the_same_proof(
    in_memory: Callable[[], Any], tmp_path: Path
) -> None:
    versioned = in_memory()
    versioned.store = Versioned(versioned.store)
    wanted = versioned.open().append([versioned.opened()])[0].id
    versioned.wait(minutes=1)
    versioned.seal()
    assert b'"version_id":"v1"' in versioned.store.get("seals/00000000.jsonl")
    copy = LocalStore(versioned.store.inner.written_to(tmp_path))
    assert prove(versioned.store, versioned.origin, wanted) == prove(copy, versioned.origin, wanted)


@dataclass
class Versioned:
    """Every object is the version v1, and of lanes somebody has put other bytes on top."""

    inner: Any
    place = "versioned"

    def put_new(self, key: str, body: bytes) -> Stored:
        return replace(self.inner.put_new(key, body), version_id="v1")

    def get(self, key: str, version_id: str | None = None) -> bytes:
        body: bytes = self.inner.get(key)
        return body if version_id == "v1" or not key.startswith("lanes/") else b"later"

    def get_all(self, keys: Iterable[str]) -> Iterator[bytes]:
        return (self.get(key) for key in keys)

    def list(self, prefix: str = "") -> Iterator[Stored]:
        return (replace(stored, version_id="v1") for stored in self.inner.list(prefix))

    def list_versions(self, prefix: str = "") -> Iterator[Stored]:
        return self.list(prefix)
