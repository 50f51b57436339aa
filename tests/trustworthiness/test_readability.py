"""Reading grades by published formulas, and MC004: what of a packet is too hard or not in its language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.pages.packet_samples import made_packet
from trustworthiness.packet import PlainTheme
from trustworthiness.readability import plain_language, reading_grade, syllables

HARD = "Organizational recovery orientation conditions multidimensional interdisciplinary implementation."
ENGLISH = {
    "people": 2, "table": 2, "medication": 4, "home": 1, "person": 2, "choices": 2, "risks": 1, "through": 1,
    "hope": 1, "after": 2, "being": 2, "quiet": 2, "science": 2, "create": 2, "understand": 3, "experience": 4,
    "interview": 3, "study": 2, "missing": 2, "report": 2, "reading": 2, "again": 2, "saved": 1, "organization": 5,
}  # fmt: skip
SPANISH = {
    "aquí": 2, "experiencia": 4, "idea": 3, "oído": 3, "área": 3, "ahora": 3, "página": 3, "había": 3, "quiera": 2,
    "a": 1, "y": 1, "hoy": 1, "leer": 2, "todavía": 4, "tiempo": 2, "ayuda": 3, "pingüino": 3, "queso": 2, "muy": 1,
    "ya": 1, "mayor": 2, "guardar": 2, "cuidado": 3, "recuperación": 5, "así": 2,
}  # fmt: skip


def test_syllables_of_words_one_can_count():
    assert {word: syllables(word, "en") for word in ENGLISH} == ENGLISH
    assert {word: syllables(word, "es") for word in SPANISH} == SPANISH
    with pytest.raises(ValueError, match="'pt'"):
        syllables("tempo", "pt")


def test_flesch_kincaid_of_a_text_counted_by_hand():
    # 2 sentences, 9 words, 12 syllables
    assert reading_grade("People create hope. The home of the person is.", "en") == pytest.approx(
        0.39 * 4.5 + 11.8 * 12 / 9 - 15.59
    )


def test_crawford_of_a_text_counted_by_hand():
    # 2 sentences, 8 words, 20 syllables: per 100 words 25 sentences and 250 syllables
    text = "La ayuda de su idea había quedado. Recuperación."
    assert reading_grade(text, "es") == pytest.approx(-0.205 * 25 + 0.049 * 250 - 3.407)


def test_grades_of_nothing_and_of_other_languages_are_unknown_and_never_below_zero():
    assert reading_grade("", "en") is None
    assert reading_grade("1 2 3", "en") is None
    assert reading_grade("Ajudar e bom.", "pt") is None
    assert reading_grade("I go. I am. So it is.", "en") == 0
    assert reading_grade(HARD, "en-GB") == reading_grade(HARD, "en") > 20


def test_a_plain_packet_has_no_fault_and_the_participants_own_words_are_never_graded():
    own = made_packet(turns={2: HARD * 20}, segments=[])
    assert plain_language(own, grade=8) == []
    assert (
        plain_language(made_packet("es", themes={"T1": ("Los pares quieren que les pregunten.", frozenset())}), grade=8)
        == []
    )


def test_the_grade_is_the_studys_to_set():
    assert plain_language(made_packet(), grade=20) == []
    assert [(f.check, f.rule) for f in plain_language(made_packet(), grade=0.5)] == [
        ("MC004", "words"),
        ("MC004", "themes"),
    ]


def test_hard_themes_are_one_fault_that_names_the_hardest():
    packet = replace(made_packet(), themes=(PlainTheme("T1", "Work heals."), PlainTheme("T7", HARD)))
    (fault,) = plain_language(packet, grade=8)
    assert (fault.check, fault.subject, fault.rule) == ("MC004", "language:en", "themes")
    assert "T7" in fault.message
    assert "Organizational" not in fault.message


def test_a_hard_summary_is_a_fault_of_its_packet():
    (fault,) = plain_language(made_packet(returns="summary", summary=f"You spoke.\n\n{HARD}"), grade=8)
    assert (fault.subject, fault.rule) == ("packet:MC-I0007", "summary")


def test_the_studys_title_is_a_name_and_no_prose():
    packet = made_packet()
    titled = replace(packet, study=HARD, intro=tuple(text.replace(packet.study, HARD) for text in packet.intro))
    assert plain_language(titled, grade=8) == []
    assert [fault.rule for fault in plain_language(replace(titled, study=""), grade=4)] == ["words"]


def test_a_theme_without_a_translation_is_a_fault_of_the_theme():
    (fault,) = plain_language(made_packet("es", theme_languages={"T2": "en"}), grade=99)
    assert (fault.subject, fault.rule) == ("theme:T2", "translation.es")


def test_a_language_without_a_formula_is_said_to_be_unchecked():
    (fault,) = plain_language(replace(made_packet(), language="pt"), grade=8)
    assert (fault.subject, fault.rule) == ("language:pt", "unchecked")


def test_a_participant_whose_language_has_no_messages_is_a_fault_of_that_language():
    (fault,) = plain_language(made_packet(), grade=8, own_language="pt")
    assert (fault.subject, fault.rule) == ("language:pt", "messages")
    assert plain_language(made_packet(), grade=8, own_language="en-GB") == []
