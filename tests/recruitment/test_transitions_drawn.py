"""The diagrams in docs/recruitment.md are those of the data."""

from __future__ import annotations

import re

import pytest

from docs.draw_transitions import DIAGRAMS, PAGE, drawn, mermaid


def test_the_page_shows_the_transitions_as_they_are():
    text = PAGE.read_text()
    assert drawn(text) == text
    assert text.count("```mermaid") == len(DIAGRAMS)


@pytest.mark.parametrize("name", DIAGRAMS)
def test_every_transition_is_drawn_once_and_no_other(name):
    _, following, reached_by, _ = DIAGRAMS[name]
    arrows = re.findall(r"^ +(\S+) --> (\S+)$", mermaid(name), re.MULTILINE)
    assert sorted(arrows) == sorted((state or "[*]", after) for state, states in following.items() for after in states)
    assert set(following) - {""} == set(reached_by)
    assert "accTitle: " in mermaid(name)
    assert "accDescr: " in mermaid(name)


def test_a_page_out_of_date_is_drawn_anew():
    text = PAGE.read_text()
    assert drawn(text.replace("full --> part", "full --> nowhere")) == text
