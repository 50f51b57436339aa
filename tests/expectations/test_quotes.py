"""TR072: what stands beside a quote fits at least disclosure.k people, or there is a query about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from expectations.quotes import Quote, judge_quotes
from study import Protocol

pytestmark = pytest.mark.real

QUOTES = [
    Quote("claim:CL1", "a1", "analysis/claims.csv, claim CL1", "claim.CL1", "I0001/EVA1/hope/4", 9),
    Quote("claim:CL1", "a1", "analysis/claims.csv, claim CL1", "claim.CL1", "I0002/EVA1/hope/5", 4),
    Quote("claim:CL1", "a1", "analysis/claims.csv, claim CL1", "claim.CL1", "I0003/EVA1/hope/6", 1),
    Quote("claim:CL2", "a1", "analysis/claims.csv, claim CL2", "claim.CL2", "I0001/EVA1/hope/4", 9),
    Quote("claim:CL3", "a1", "analysis/claims.csv, claim CL3", "claim.CL3", "I0009/EVA1/hope/4", 2),
]


def test_one_query_a_claim_names_the_first_quote_and_how_many_more(study: Protocol) -> None:
    queries = judge_quotes(QUOTES, study=study, shown=False)
    assert [(q.check, q.severity, q.subject, q.where) for q in queries] == [
        ("TR072", "review", "claim:CL1", "analysis/claims.csv, claim CL1, quote I0002/EVA1/hope/5 and 1 more"),
        ("TR072", "review", "claim:CL3", "analysis/claims.csv, claim CL3, quote I0009/EVA1/hope/4"),
    ]
    assert "fits only 4 people (at least 5)" in queries[0].message
    assert len({q.fingerprint for q in queries}) == 2


def test_what_leaves_the_team_is_blocked_and_k_is_the_protocols(protocol_with: Callable[[str], Protocol]) -> None:
    strict, lenient = protocol_with("disclosure: {k: 10}"), protocol_with("disclosure: {k: 2}")
    assert {q.subject for q in judge_quotes(QUOTES, study=strict, shown=True)} == {
        "claim:CL1",
        "claim:CL2",
        "claim:CL3",
    }
    assert {q.severity for q in judge_quotes(QUOTES, study=strict, shown=True)} == {"block"}
    assert [q.subject for q in judge_quotes(QUOTES, study=lenient, shown=False)] == ["claim:CL1"]
    assert judge_quotes([], study=strict, shown=True) == []
