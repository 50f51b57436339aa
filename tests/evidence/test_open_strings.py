"""Open strings: each once, in the order people decide on them; and the words around them, read afresh."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.contexts import ContextReader
from evidence.detectors import FAMILY, NOTHING_DECIDED, Decided, Entry, Registry, key_of
from evidence.leaks import Flagged, find_leaks, flagged
from evidence.open_strings import ORDER, Hit, open_strings
from evidence.reading import NO_CONVENTIONS
from evidence.transcripts import read_transcript

TALK = """Interview: I0001

Interviewer: Where did Quillon
go after the meeting, would you say, if you look back at all of it from here and take your time?

Participant: Quillon's brother is called quillon too, and Maple Ridge is where they both have lived since then.
"""


def one(shown: str, kind: str = "person", place: str = "turn 1", start: int = 0) -> Flagged:
    return Flagged(key_of(shown), shown, kind, place, start, start + len(shown))


def shown(flags: dict[str, list[Flagged]], decided: Decided = NOTHING_DECIDED) -> list[str]:
    return [string.shown for string in open_strings(flags, decided)]


def test_a_string_is_listed_once_with_every_place_and_its_commonest_spelling():
    flags = {"b": [one("quillon", start=3), one("Quillon", start=20)], "a": [one("Quillon's"), one("Quillon")]}
    (string,) = open_strings(flags, NOTHING_DECIDED)
    assert (string.key, string.shown, string.files) == ("quillon", "Quillon", 2)
    assert [(hit.path, hit.start) for hit in string.hits] == [("a", 0), ("a", 0), ("b", 3), ("b", 20)]
    assert [hit.path for hit in string.shown_first()] == ["a", "b", "a", "b"]


def test_what_is_decided_is_not_asked_again_whichever_way():
    flags = {"a": [one("Ann"), one("Bel"), one("Col")]}
    assert shown(flags, Decided(frozenset({"ann"}), frozenset({"bel"}))) == ["Col"]


def test_what_needs_no_decision_is_not_asked_about():
    flags = {"a": [one("a@b.example", "email"), one("Ann Quillon", "name"), one("Quillon", "name"), one("", "person")]}
    assert shown(flags) == ["Quillon"]


def test_order_is_by_family_then_by_how_many_files_then_places_then_alphabet():
    flags = {
        "a": [one("Reg", "alias"), one("Two"), one("Twice"), one("Twice", start=9), one("Alone")],
        "b": [one("Reg", "alias"), one("Two", "place"), one("d i s", "spelled_name"), one("near", "near_name")],
    }
    assert shown(flags) == ["near", "Two", "Twice", "Alone", "d i s", "Reg"]


def test_of_several_kinds_the_one_asked_about_first_counts():
    flags = {"a": [one("Ann", "alias"), one("Ann", "alias", start=9), one("Ann", "near_name")]}
    (string,) = open_strings(flags, NOTHING_DECIDED)
    assert (string.kind, string.family) == ("near_name", "near")


FLAGS = st.dictionaries(
    st.sampled_from("abc"),
    st.lists(st.builds(one, st.sampled_from(["Ann", "ann", "Bel", "Col D"]), st.sampled_from(sorted(FAMILY)))),
)


@pytest.mark.slow
@given(FLAGS, st.permutations("abc"))
def test_the_order_of_files_changes_nothing_and_families_stay_together(flags, order):
    found = open_strings(flags, NOTHING_DECIDED)
    assert open_strings({path: flags[path] for path in order if path in flags}, NOTHING_DECIDED) == found
    families = [ORDER.index(string.family) for string in found]
    assert families == sorted(families)
    assert len({string.key for string in found}) == len(found)


def hits(data: bytes) -> list[tuple[str, Hit]]:
    transcript = read_transcript(data, "I0001.txt", labels=["Interviewer", "Participant"])
    leaks = find_leaks(transcript, [Registry([Entry("alias", "Quillon"), Entry("alias", "Maple Ridge")])])
    return [(f.key, Hit("t", f.place, f.start, f.end)) for f in flagged(transcript, leaks)]


def test_contexts_are_the_words_around_each_hit_on_one_line():
    reader = ContextReader(NO_CONVENTIONS, 20)
    found = reader.read(TALK.encode(), "I0001.txt", hits(TALK.encode()))
    assert [(c.before, c.found, c.after) for c in found] == [
        ("Where did ", "Quillon", " go after the …"),
        ("", "Quillon", "'s brother is …"),
        ("… brother is called ", "quillon", " too, and Maple …"),
        ("… quillon too, and ", "Maple Ridge", " is where they both …"),
    ]


def test_a_string_that_stands_there_no_more_has_no_context():
    asked = hits(TALK.encode())
    changed = TALK.replace("Quillon's brother", "Somebody's brother").encode()
    found = ContextReader(NO_CONVENTIONS).read(changed, "I0001.txt", asked)
    assert [context is None for context in found] == [False, True, True, True]
    assert ContextReader(NO_CONVENTIONS).read(b"", "I0001.txt", asked) == [None] * 4
