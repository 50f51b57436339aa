import pandas as pd
import pytest

from analysis.places import Places


def test_a_quote_covers_its_words_and_from_first_to_last_character(turns: pd.DataFrame) -> None:
    words = Places(turns, "word")
    assert words.length == 28
    assert words.spans(2, 2, "been there MYSELF, you know") == [(8, 13)]
    characters = Places(turns, "character")
    text = "".join(turns["text"])
    (span,) = characters.spans(2, 2, "been there MYSELF, you know")
    assert text[slice(*span)] == "been there myself, you know"


def test_words_left_out_do_not_belong_to_the_coding(turns: pd.DataFrame) -> None:
    assert Places(turns, "word").spans(4, 4, "Then somebody […] somebody believed") == [(21, 23), (26, 28)]


def test_a_quote_over_two_turns_is_one_span(turns: pd.DataFrame) -> None:
    assert Places(turns, "word").spans(3, 4, "And then? Then somebody") == [(19, 23)]


@pytest.mark.parametrize("unit", ["word", "character"])
def test_a_quote_that_is_not_there_covers_its_turns(turns: pd.DataFrame, unit: str) -> None:
    places = Places(turns, unit)  # type: ignore[arg-type]
    assert places.spans(4, 4, "nobody said this") == places.spans(4, 4) == [(int(places.starts[3]), places.length)]


def test_turns_and_whole_transcripts_need_no_words() -> None:
    numbered = pd.DataFrame({"turn": [10, 12, 15]})
    assert Places(numbered, "turn").spans(12, 15, "whatever") == [(1, 3)]
    assert Places(numbered, "turn").spans(1, 9) == []
    assert Places(numbered, "transcript").spans(10, 10) == [(0, 1)]
    assert Places(numbered, "transcript").length == 1


def test_typographic_variants_are_the_same_words() -> None:
    turns = pd.DataFrame({"turn": [1], "text": ["She didn’t ﬁnd the Straße."]})
    assert Places(turns, "word").spans(1, 1, "didn't find the STRASSE") == [(1, 5)]
