"""The verifier's quick ways held to the slow definitions: one spelling of a line, an event, RFC 6962's paths."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trail import canonical
from trail.line import event_of, line_of
from trail.verify_trail import EVENT, SHAPE, grown, parsed, root_above, root_of

LINES = [
    line.decode()
    for path in sorted((Path(__file__).parent / "vectors" / "trail" / "lanes").rglob("*.jsonl"))
    for line in path.read_bytes().splitlines()[1:]
]
INTEGERS = st.integers(-(2**53) - 2, 2**53 + 2) | st.integers(-99, 99)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=4)
SPELLINGS = st.sampled_from(
    [
        {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False},
        {"sort_keys": False, "separators": (",", ":"), "ensure_ascii": False},
        {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": True},
        {"sort_keys": True, "separators": (", ", ":"), "ensure_ascii": False},
    ]
)


def strictly(text: str) -> bool:
    """The definition: the writer's own reader, which spells each line alone."""
    try:
        canonical.parsed(text.encode())
    except (canonical.NotCanonical, UnicodeEncodeError):
        return False
    return True


def quickly(*texts: str) -> bool:
    try:
        return len(parsed(*texts)) == len(texts)
    except SHAPE:
        return False


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(OBJECTS, SPELLINGS), min_size=1, max_size=4))
def test_spelling_many_at_once_is_as_strict_as_each_alone(written: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    texts = [json.dumps(value, **spelling) for value, spelling in written]
    assert quickly(*texts) == all(strictly(text) for text in texts)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(st.lists(st.text(alphabet='{}[]":,ab01- \\é', max_size=12), min_size=1, max_size=3))
@example(['{"a":1},{"b":2}', '{"c":[{"a":1}', '{"b":2}]}'])
@example(['{"a":1}', "{}", '{"a":1,"a":1}'])
@example(['{"a":"\\ud800"}'])
@example(['{"a":1} ', "{}"])
@example(['{"é":1}'])
@example(['{"a":"é"}'])
def test_nor_can_texts_lean_on_each_other(texts: list[str]) -> None:
    assert quickly(*texts) == all(strictly(text) for text in texts)


@pytest.mark.parametrize("line", LINES)
def test_every_field_of_an_event_stands_where_its_grammar_says(line: str) -> None:
    event, fields = EVENT(line), json.loads(line)
    assert event[1] == fields["actor"]["assurance"]
    assert json.loads(f"[{event[5]}]") == fields["causes"]
    assert json.loads(event[6]) == fields["data"]
    assert json.loads(f"[{event[7]}]") == fields["generated"]
    assert (event[8], event[9], event[10], event[11]) == tuple(
        fields[name] for name in ("id", "kind", "occurred", "recorded_at")
    )
    assert json.loads(f"[{event[12]}]") == fields["subject"]
    assert json.loads(f"[{event[13]}]") == fields["used"]


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(st.sampled_from(LINES), st.integers(0, 2000), st.text(alphabet='{}[]":,a0\\é', max_size=3), st.integers(0, 4))
def test_what_the_grammar_takes_is_canonical_and_an_event(line: str, at: int, put: str, cut: int) -> None:
    """With its data spelled canonically: a line the quick way takes is one the writer would write again."""
    at %= len(line)
    changed = line[:at] + put + line[at + cut :]
    event = EVENT(changed)
    if event and quickly(event[6]):
        assert strictly(changed)
        assert line_of(event_of(canonical.parsed(changed.encode()))) == changed.encode()


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.integers(1, 70), st.data())
def test_a_path_leads_to_the_root_from_its_leaf_alone(size: int, data: st.DataObject) -> None:
    leaves = [hashlib.sha256(bytes([0, number])).digest() for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path = path_of(index, leaves)
    root = root_of(grown([], 0, leaves))
    assert root_above(leaves[index], index, size, path) == root == tree(leaves)
    other = data.draw(st.integers(-3, size + 3))
    if other != index:
        with contextlib.suppress(SHAPE):
            assert root_above(leaves[index], other, size, path) != root


def tree(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written there."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def path_of(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m < k:
        return [*path_of(m, leaves[:k]), tree(leaves[k:])]
    return [*path_of(m - k, leaves[k:]), tree(leaves[:k])]
