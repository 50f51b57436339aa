"""The test vectors that docs/audit-trail.md publishes: they verify, and they are what we write today."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from trail import verify
from trail.canonical import parsed
from trail.line import event_of, line_of
from trail.merkle import Frontier, leaf_hash

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


def test_the_document_names_the_expected_values(expected: dict[str, Any]) -> None:
    text = DOCUMENT.read_text()
    assert expected["origin"] in text
    assert (HERE / "trail.vkey").read_text().strip() in text
    for seal in expected["seals"]:
        assert seal["root"] in text
