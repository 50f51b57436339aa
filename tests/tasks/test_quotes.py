"""Claims' quotes held against how many people share what would stand beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from study import Query
from tasks import quotes
from tasks.request import StudyRequest
from tasks.workspace import opened

pytestmark = pytest.mark.real

CITED = {"CL1": ("I0001/EVA1/culture_shift/6", "I0002/EVA1/role_unclear/3"), "CL2": ("I0099/EVA1/nowhere/1",)}


def found(study: Path, monkeypatch: pytest.MonkeyPatch, disclosure: str) -> list[Query]:
    """The queries when claims rest on two quotes, and the protocol shows so much beside them."""
    text = (study / "study.yaml").read_text()
    assert "disclosure: {k: 5}" in text
    (study / "study.yaml").write_text(text.replace("disclosure: {k: 5}", f"disclosure: {disclosure}"))
    monkeypatch.setattr(quotes, "cited_codings", lambda place, events: CITED)
    with opened(StudyRequest(study=str(study)), "compare-cases", create=True) as place:
        return quotes.quote_queries(place)


def test_a_role_that_enough_people_hold_points_at_nobody(
    example: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(example("fsp", clean=True), monkeypatch, "{k: 5}") == []


def test_role_and_site_together_single_a_director_out(
    example: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = example("fsp", clean=True)
    (query,) = found(study, monkeypatch, "{k: 5, beside_quotes: [role, site_id]}")
    assert (query.check, query.severity, query.subject) == ("TR072", "review", "claim:CL1")
    assert query.where.startswith("analysis/claims.csv, claim CL1, quote I0001/EVA1/culture_shift/6")
    people = (study / "restricted/participants.csv").read_text().splitlines()[1:]
    assert not any(line.split(",")[0] in query.message + query.where for line in people)


def test_without_anything_beside_or_without_the_register_nothing_is_said(
    example: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = example("fsp", clean=True)
    assert found(study, monkeypatch, "{k: 5, beside_quotes: []}") == []
