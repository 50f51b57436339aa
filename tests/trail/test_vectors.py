"""The test vectors that docs/audit-trail.md publishes: they verify, and they are what we write today."""

from __future__ import annotations

import base64
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from trail import verify
from trail.act import verify_act
from trail.canonical import parsed
from trail.line import event_of, line_of
from trail.merkle import Frontier, is_consistent, leaf_hash, root_of_path
from trail.verify_trail import signature_holds

HERE = Path(__file__).parent / "vectors"
DOCUMENT = Path(__file__).parents[2] / "docs" / "audit-trail.md"


@pytest.fixture(scope="module")
def make() -> Any:
    spec = importlib.util.spec_from_file_location("make_vectors", HERE / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return dict(json.loads((HERE / "expected.json").read_text()))


@pytest.mark.slow
def test_they_verify_with_the_expected_root(expected: dict[str, Any]) -> None:
    last = expected["seals"][-1]
    for seal in expected["seals"]:
        verdict = verify(HERE / "trail", HERE / "trail.vkey", pin=(seal["size"], seal["root"]))
        assert verdict.faults == ()
        assert (verdict.size, verdict.root, verdict.seals, verdict.events) == (last["size"], last["root"], 3, 6)


def test_what_is_written_today_is_what_was_published(make: Any, expected: dict[str, Any], tmp_path: Path) -> None:
    assert make.make(tmp_path / "trail") == expected
    written = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert written == {p.relative_to(HERE): p.read_bytes() for p in (HERE / "trail").rglob("*") if p.is_file()}
    assert make.private_key() + "\n" == (HERE / "trail.key").read_text()
    assert make.verifier_key(make.private_key()) + "\n" == (HERE / "trail.vkey").read_text()


def test_a_line_is_read_and_written_again_to_the_same_bytes() -> None:
    for path in sorted((HERE / "trail" / "lanes").rglob("*.jsonl")):
        for line in path.read_bytes().splitlines()[1:]:
            assert line_of(event_of(parsed(line))) == line


def test_the_root_by_hand(expected: dict[str, Any]) -> None:
    tree = Frontier()
    for number, seal in enumerate(expected["seals"]):
        body = (HERE / f"trail/seals/{number:08d}.jsonl").read_bytes()
        _, *rows, last = body.splitlines(keepends=True)
        for row in rows:
            lines = (HERE / "trail" / json.loads(row)["key"]).read_bytes().splitlines()
            tree = tree.grown(leaf_hash(line) for line in lines[1:])
        tree = tree.grown([leaf_hash(body[: -len(last)])])
        assert (tree.size, tree.root.hex()) == (seal["size"], seal["root"])


def test_the_last_checkpoint_is_cosigned(make: Any) -> None:
    (path,) = (HERE / "cosignatures").iterdir()
    assert path.name == "000000000009.ethics-office"
    assert path.read_bytes() == make.cosigned_line(9)
    name, value = path.read_text().removeprefix("— ").split(" ")
    identity, seconds, signature = (lambda raw: (raw[:4], raw[4:12], raw[12:]))(base64.b64decode(value))
    vkey_name, vkey_id, vkey = (HERE / "countersigner.vkey").read_text().strip().split("+", 2)
    public = base64.b64decode(vkey)
    assert (name, identity.hex(), public[0]) == (vkey_name, vkey_id, 4)
    text = (HERE / "trail/checkpoints/000000000009").read_bytes().partition(b"\n\n")[0] + b"\n"
    message = b"cosignature/v1\ntime %d\n" % int.from_bytes(seconds, "big") + text
    assert signature_holds(public[1:], message, signature)


def test_a_signed_act_by_hand(make: Any) -> None:
    line = (HERE / "signed_act.jsonl").read_bytes().removesuffix(b"\n")
    assert make.signed_line() == line
    vkey = (HERE / "person.vkey").read_text().strip()
    assert verify_act(line, vkey)
    start, end = line.index(b',"signature":"'), line.index(b'","type":"person"')
    signature = base64.b64decode(line[start + 14 : end])
    unsigned = line[:start] + line[end + 1 :]
    assert signature_holds(base64.b64decode(vkey.split("+", 2)[2])[1:], b"fieldtrail act v1\n" + unsigned, signature)


def test_the_proofs_are_what_we_write_today_and_hold(make: Any, expected: dict[str, Any]) -> None:
    body = (HERE / "event.proof").read_bytes()
    assert make.proof(9) == body
    proof = json.loads(body)
    path = [bytes.fromhex(node) for node in proof["path"]]
    root = root_of_path(leaf_hash(proof["event"].encode()), proof["index"], proof["size"], path)
    assert root is not None
    assert root.hex() == expected["seals"][-1]["root"]
    assert len(proof["cosignatures"]) == 1
    grown = json.loads((HERE / "consistency.json").read_text())
    assert make.consistency() == grown
    roots = {seal["size"]: bytes.fromhex(seal["root"]) for seal in expected["seals"]}
    nodes = [bytes.fromhex(node) for node in grown["proof"]]
    assert is_consistent(3, roots[3], 9, roots[9], nodes)


def test_the_document_names_the_expected_values(expected: dict[str, Any]) -> None:
    text = DOCUMENT.read_text()
    assert expected["origin"] in text
    assert (HERE / "trail.vkey").read_text().strip() in text
    for seal in expected["seals"]:
        assert seal["root"] in text
    for name in ("person.vkey", "countersigner.vkey"):
        assert (HERE / name).read_text().strip() in text
    for node in json.loads((HERE / "consistency.json").read_text())["proof"]:
        assert node in text
