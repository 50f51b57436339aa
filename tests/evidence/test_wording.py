"""Marks and their notation, brackets, loops, hesitations and language, measured on turns."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.languages import FUNCTION_WORDS, OWN_WORDS, base_of, declared_share
from evidence.measure import TURN_FEATURES, measure_text
from evidence.measured import Measured, Stated, Trace
from evidence.transcripts import read_transcript
from study.protocol.material import Transcripts

BASE = {"speakers": {"interviewer": ["I"], "participant": ["P"]}}
HUNDRED = "so we went on with it as we do. " * 10


def measured(text: str, name: str = "I0001.txt", **conventions: object) -> Measured:
    transcript = read_transcript(text.encode(), name, labels={"I", "P"})
    return measure_text(transcript, Transcripts.model_validate({**BASE, **conventions}))


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        ("P: [inaudible] and [inaudible 00:01:02] and [INAUDIBLE].", 0),
        ("P: [inaudible] and (inaudible).", 1),
        ("P: [inaudible] and [unclear] and <unintelligible>.", 2),
        ("P: (pause) so (long pause) so (.) so (2.5)", 1),
        ("P: [name] went to [place 2] and [City].", 0),
        ("P: [name] went to [CITY] and XXX and ___.", 3),
        ("P: [laughs] and (by the way) <b>.", None),
        ("P: Nothing marked, for example www or xxl.", None),
    ],
)
def test_ways_of_marking_the_same_thing_beyond_the_first(text: str, extra: int | None) -> None:
    assert measured(text).features["extra_notations_count"] == extra


def test_the_place_of_a_second_notation_is_its_first_turn() -> None:
    found = measured("P: [inaudible]\n\nI: So?\n\nP: (unclear)\n\nI: Hm?\n\nP: (unclear)")
    assert found.places["extra_notations_count"] == "turn 3"


@pytest.mark.parametrize(
    ("text", "unclosed"),
    [
        ("P: (so) [and] {so}.", 0),
        ("P: [laughs and (pause].", 3),
        ("P: so) and so.", 1),
        ("P: 1) first, b) then :) and ;-( done.", 0),
        ("P: about (roughly 12) of them.", 0),
        ("P: (open", 1),
    ],
)
def test_brackets_not_opened_or_not_closed(text: str, unclosed: int) -> None:
    assert measured(text).turns["unclosed_brackets_count"] == [unclosed]


def test_the_next_cue_may_close_a_bracket_but_the_next_paragraph_may_not() -> None:
    cues = "WEBVTT\n\n00:01.000 --> 00:02.000\nP: so [laughs\n\n00:03.000 --> 00:04.000\nP: loudly] yes\n"
    assert measured(cues, "I0001.vtt").turns["unclosed_brackets_count"] == [0, 0]
    assert measured("P: so [laughs\n\nP: loudly] yes").turns["unclosed_brackets_count"] == [1, 1]


@pytest.mark.parametrize(
    ("said", "repeats"),
    [
        ("a b c d e " * 4, 4),
        ("thank you " * 12, 4),
        ("no " * 9, 1),
        ("no " * 20, 4),
        ("and so on we went until the end of the day was near " * 3, 3),
        ("w1 w2 w3 w4 w5 w6 w7", 1),
    ],
)
def test_words_that_follow_themselves(said: str, repeats: int) -> None:
    assert measured(f"P: {said}").turns["loop_repeats_count"] == [repeats]


def test_a_loop_over_cues_is_placed_where_it_begins() -> None:
    cue = "00:0{}.000 --> 00:0{}.900\nP: you should all go\n"
    text = "WEBVTT\n\n00:00.000 --> 00:00.900\nI: And then what?\n\n" + "\n".join(cue.format(i, i) for i in range(1, 9))
    repeats = measured(text, "I0001.vtt").turns["loop_repeats_count"]
    assert repeats[1] == max(n for n in repeats if n is not None) >= 4
    assert repeats[0] == 1


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=7, unique=True), st.integers(2, 9))
def test_a_phrase_of_different_words_repeated_is_counted_by_five_words_or_more(phrase: list[str], times: int) -> None:
    unit = len(phrase) * -(-5 // len(phrase))
    expected = max(1, len(phrase) * times // unit)
    assert measured("P: " + " ".join(phrase * times)).turns["loop_repeats_count"] == [expected]


def test_hesitations_count_by_the_declared_level_in_texts_long_enough() -> None:
    text = "P: Um, uh, " + HUNDRED * 12
    full, intelligent = measured(text).features, measured(text, verbatim="intelligent").features
    assert full["fillers_in_full_per_1000_words"] == pytest.approx(2000 / (2 + 9 * 120))
    assert full["fillers_in_intelligent_per_1000_words"] is None
    assert intelligent["fillers_in_full_per_1000_words"] is None
    assert intelligent["fillers_in_intelligent_per_1000_words"] == full["fillers_in_full_per_1000_words"]
    assert measured("P: Um, uh.").features["fillers_in_full_per_1000_words"] is None
    assert measured(text, language="fi").features["fillers_in_full_per_1000_words"] is None


SPOKEN = {
    "en": "I think that they would have told us if there was something about it, but we don't know what it is.",
    "de": "Ich habe dann auch nicht gewusst, wie wir das machen, weil es immer noch keine Wohnung für uns gab.",
    "fr": "Je ne sais pas où nous étions, mais c'est comme ça que les autres ont été très bien avec moi.",
    "es": "Pero yo no sé qué pasó, porque todo esto también era muy difícil para nosotros y para ellos.",
    "it": "Non so perché è così, però anche noi siamo stati molto bene con gli altri della casa.",
    "nl": "Ik weet niet hoe dat gaat, maar wij hebben het altijd gewoon met de buren gedaan, toch.",
    "pt": "Eu não sei como é que isso aconteceu, mas também já estava muito bom para nós e para eles.",
}


@pytest.mark.parametrize("language", SPOKEN)
def test_each_language_is_known_by_its_own_words_and_not_taken_for_another(language: str) -> None:
    text = "P: " + f"{SPOKEN[language]} " * 12
    shares = {other: measured(text, language=other).features["declared_language_share"] for other in SPOKEN}
    assert (shares[language] or 0) >= 0.8
    assert max(share or 0 for other, share in shares.items() if other != language) <= 0.2


def test_a_language_without_a_list_and_a_short_text_have_no_share() -> None:
    assert measured("P: " + SPOKEN["en"] * 12, language="fi").features["declared_language_share"] is None
    assert measured("P: " + SPOKEN["en"]).features["declared_language_share"] is None
    assert base_of("pt-BR") == base_of("PT_br") == "pt"
    assert declared_share({}, "en") is None


def test_no_word_belongs_to_two_languages() -> None:
    own = [word for words in OWN_WORDS.values() for word in words]
    assert len(own) == len(set(own))
    assert all(len(OWN_WORDS[code]) > 40 for code in FUNCTION_WORDS)


def test_a_row_a_turn_has_every_turn_feature_and_survives_json() -> None:
    said = [("00:01", "00:02", "I: How?"), ("00:05", "00:06", "P: Good."), ("00:03", "00:04", "I: So?")]
    cues = "WEBVTT\n\n" + "\n".join(f"{start}.000 --> {end}.000\n{text}\n" for start, end, text in said)
    found = measured(cues, "I0001.vtt")
    assert set(found.turns) == {"turn", *TURN_FEATURES}
    assert found.turns["gap_s"] == [None, 3.0, 0.0]
    assert found.turns["backward_s"] == [None, 0.0, 2.0]
    assert found.turns["turn_words_count"] == [1, 1, 1]
    assert (found.stated.start_s, found.stated.end_s) == (1.0, 6.0)
    whole = Measured(
        found.features,
        found.places,
        found.turns,
        Stated(("I0001",), ("P001",)),
        (Trace("q1", 3, 0.5),),
        ((2, ("P001",)),),
    )
    assert Measured.of(whole.document()) == whole
