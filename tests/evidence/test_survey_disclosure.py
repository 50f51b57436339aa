"""What in a survey may point at somebody: names and numbers in free text, rare combinations, platform columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.detectors import Decided, Entry, Patterns, Registry, key_of
from evidence.detectors.near import NearMisses
from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.disclosure import cell_counts, indirect_columns, is_direct, text_counts

ENTRIES = (
    Entry("name", "Zebulon Quistgaard", "P001"),
    Entry("alias", "Quizzy", "P001"),
    Entry("alias", "Sea bull on", "P001"),
    Entry("name", "Alma Brandywine", "P002"),
)
REGISTRY = Registry(ENTRIES)
DETECTORS = (REGISTRY, NearMisses(ENTRIES, REGISTRY.words), Patterns())


def counts(*texts: str | None, decided: Decided | None = None) -> list[tuple[float, float]]:
    found = text_counts(pd.Series(texts, dtype=object), DETECTORS, decided=decided or Decided())
    return [tuple(row) for row in found.fillna(-1).to_numpy()]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Thank you for asking.", (0, 0)),
        (None, (-1, -1)),
        ("I talk to Zebulon Quistgaard every week.", (1, 0)),
        ("quizzy helped me", (1, 0)),
        ("They call him sea bull on.", (1, 0)),
        ("We asked Quistgard about it.", (1, 0)),
        ("Write to someone@example.org or call 555-123-4567", (0, 2)),
        ("zebulon.quistgaard@example.org", (0, 1)),
        ("I was born on March 3, 1961.", (0, 1)),
        ("My number is 536-90-4399.", (0, 1)),
        ("see https://example.org/me and @someone_here", (0, 2)),
        ("Ask Alma Brandywine or Quizzy", (2, 0)),
    ],
)
def test_names_and_contacts_are_told_apart(text: str | None, hits: tuple[float, float]):
    assert counts(text) == [hits]


def test_what_people_decided_counts():
    assert counts("Quizzy and the Brick", decided=Decided(not_names=frozenset({key_of("Quizzy")}))) == [(0, 0)]
    assert counts("the Brick was there", decided=Decided(names=frozenset({key_of("Brick")}))) == [(1, 0)]
    whole = Decided(not_names=frozenset({key_of("Zebulon Quistgaard")}))
    assert counts("Zebulon Quistgaard", decided=whole) == [(1, 0)]


@pytest.mark.slow
@given(st.lists(st.sampled_from(("fine", "Quizzy came", "a@example.org", "", None, "ZEBULON QUISTGAARD")), max_size=12))
@settings(max_examples=30, deadline=None)
def test_texts_together_are_found_as_each_alone(texts: list[str | None]):
    assert counts(*texts) == [counts(text)[0] for text in texts]


@pytest.mark.slow
def test_a_text_that_stands_in_many_rows_is_looked_at_once():
    words = [
        "the",
        "team",
        "was",
        "good",
        "they",
        "help",
        "me",
        "with",
        "housing",
        "but",
        "more",
        "time",
        "for",
        "visits",
    ]
    random = np.random.default_rng(3)
    texts = pd.Series([" ".join(random.choice(words, 12)) for _ in range(8_000)] * 5)
    texts[7] = texts[39_000] = "Ask Alma Brandywine"
    found = text_counts(texts, DETECTORS)
    assert found["name_count"].to_numpy().nonzero()[0].tolist() == [7, 39_000]


def slowly_counted(frame: pd.DataFrame) -> list[float]:
    """Row by row: how many rows agree on what this row answers."""
    found = []
    for _, row in frame.iterrows():
        asked = row[row.notna()]
        agree = sum(all(other[name] == value for name, value in asked.items()) for _, other in frame.iterrows())
        found.append(float(agree) if len(asked) else -1.0)
    return found


@pytest.mark.slow
@given(st.lists(st.tuples(*[st.sampled_from((1.0, 2.0, None))] * 3), max_size=12))
@settings(max_examples=25, deadline=None)
def test_cells_are_counted_as_one_would_by_hand(rows: list[tuple[float | None, ...]]):
    frame = pd.DataFrame(rows, columns=["a", "b", "c"], dtype=float)
    assert cell_counts(frame).fillna(-1).tolist() == slowly_counted(frame)


def test_cells_need_variables_and_rows():
    assert cell_counts(pd.DataFrame(index=range(3))).isna().all()
    assert cell_counts(pd.DataFrame({"a": []})).empty


def test_the_site_counts_beside_what_is_declared_and_not_alone():
    dictionary = DataDictionary((Variable("site"), Variable("age", identifies="indirect"), Variable("q")))
    assert indirect_columns(dictionary, ["site", "age", "q"], "site") == ("age", "site")
    assert indirect_columns(dictionary, ["age"], None) == ("age",)
    assert indirect_columns(DataDictionary((Variable("site"),)), ["site"], "site") == ()


@pytest.mark.parametrize("name", ["IPAddress", "RecipientEmail", "LocationLatitude", "ExternalDataReference"])
def test_what_qualtrics_adds_identifies(name: str):
    assert is_direct(name)
    assert not is_direct("q1")
