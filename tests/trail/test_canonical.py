"""Lines are RFC 8785's spelling, and the verifier refuses what the writer refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from trail import verify_trail
from trail.canonical import NotCanonical, canonical, parsed

values: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=6), values, max_size=5)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(objects)
def test_spelled_as_rfc_8785_says_and_read_back(value: dict[str, Any]) -> None:
    line = canonical(value)
    assert line == rfc8785.dumps(value)
    assert parsed(line) == value
    assert verify_trail.parsed(line.decode()) == [value]


def test_the_specifications_strings() -> None:
    # RFC 8785, section 3.2.2.2: only what JSON must escape is escaped, lower-case, the rest is UTF-8
    value = {"string": '€$\u000f\nA\'B"\\\\"/', "literals": [None, True, False]}
    expected = '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert canonical(value) == expected.encode()


def test_keys_in_order() -> None:
    assert canonical({"b": 1, "a": {"d": 1, "c": 2}, "B": 3, "1": 4}) == b'{"1":4,"B":3,"a":{"c":2,"d":1},"b":1}'


@pytest.mark.parametrize("value", [1.0, {"a": 0.5}, [2**53], -(2**53), {"é": 1}, {1: 2}, b"x", "\ud800", float("nan")])
def test_what_has_no_spelling_here(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical({"x": value} if not isinstance(value, dict) else value)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"1",
        b"null",
        b"{",
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b' {"a":1}',
        b'{"a":1}\r',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":NaN}',
        b'{"a":9007199254740992}',
        b'{"a":' + b"9" * 6000 + b"}",
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\ud800"}',
        '{"é":1}'.encode(),
        b'{"a":"\xff"}',
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda line: line[:16].decode(errors="replace"),
)
def test_another_spelling_is_refused_by_both(line: bytes) -> None:
    with pytest.raises(NotCanonical):
        parsed(line)
    with pytest.raises((ValueError, RecursionError)):
        verify_trail.parsed(line.decode())


def test_a_value_that_is_not_ascii_is_no_key() -> None:
    line = '{"a":"é\\":","b":"ü"}'.encode()
    assert [json.loads(line)] == verify_trail.parsed(line.decode()) == [parsed(line)]
