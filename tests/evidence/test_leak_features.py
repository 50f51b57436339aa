"""Hits counted by check, who a participant says they are, and where pseudonyms stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence.detectors import Entry, Registry, Span
from evidence.leak_features import KnownPeople
from evidence.leaks import Leak, find_leaks
from evidence.measure import Expected, measure_expected, measure_leaks, measure_text
from evidence.measured import Measured
from evidence.transcripts import Transcript, read_transcript
from evidence.transcripts.transcript import Passage
from study.protocol.material import Transcripts

CONVENTIONS = Transcripts.model_validate(
    {"header": ["participant"], "speakers": {"interviewer": ["I"], "participant": ["P"]}}
)
ENTRIES = [
    Entry("name", "Delphira Pretendham", "P001"),
    Entry("name", "Osbert Madeupton", "P002"),
    Entry("alias", "Ozzy", "P002"),
    Entry("name", "Will Inventedson", "P003"),
    Entry("site", "Fablehouse"),
]
PEOPLE = KnownPeople.of(ENTRIES, [("P001", "Marigold"), ("P002", "Larkspur"), ("P004", " ")])


def read(text: str, name: str = "I0001.txt") -> Transcript:
    return read_transcript(text.encode(), name, labels={"I", "P"}, header=CONVENTIONS.header)


def looked(text: str, name: str = "I0001.txt", **changed: object) -> Measured:
    transcript = replace(read(text, name), **changed)  # type: ignore[arg-type]
    leaks = find_leaks(transcript, [Registry(ENTRIES)], name=name, labels={"I", "P"})
    return measure_leaks(transcript, leaks, CONVENTIONS, name=name, people=PEOPLE)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("My name is Osbert.", ((2, ("P002",)),)),
        ("People call me Ozzy, you know.", ((2, ("P002",)),)),
        ("I'm Delphira Pretendham.", ((2, ("P001",)),)),
        ("I am Larkspur here.", ((2, ("P002",)),)),
        ("Mein Name ist Osbert.", ((2, ("P002",)),)),
        ("I am tired. Osbert came.", ()),
        ("I am will to say so.", ()),
        ("I am from Fablehouse.", ()),
        ("This is what Osbert said.", ()),
    ],
)
def test_who_a_participant_says_they_are(said: str, named: tuple[tuple[int, tuple[str, ...]], ...]) -> None:
    assert looked(f"I: Who is here?\n\nP: {said}").self_named == named


def test_the_interviewer_may_say_any_name_and_a_label_names_once() -> None:
    assert looked("I: My name is Osbert.\n\nP: Fine.").self_named == ()
    labelled = looked("I: Who?\n\nOsbert: Me.\n\nI: Yes?\n\nOsbert: Yes.")
    assert labelled.self_named == ((2, ("P002",)),)


def elsewhere(said: str, *participants: str) -> Measured:
    text = f"I: Who is here?\n\nP: {said}"
    return measure_expected(
        measure_text(read(text), CONVENTIONS), Expected("I0001", participants=participants), looked(text)
    )


def test_a_self_name_of_somebody_not_interviewed_is_counted_with_its_turn() -> None:
    swapped = elsewhere("My name is Osbert.", "P001")
    assert swapped.features["self_names_elsewhere_count"] == 1
    assert swapped.places["self_names_elsewhere_count"] == "turn 2"
    assert elsewhere("My name is Osbert.", "P001", "P002").features["self_names_elsewhere_count"] == 0
    assert elsewhere("My name is Osbert.").features["self_names_elsewhere_count"] is None
    assert elsewhere("Nobody.", "P001").features["self_names_elsewhere_count"] is None


def test_a_participant_code_in_the_header_is_held_against_the_register() -> None:
    text = measure_text(read("Participant: P002\n\nI: Who?\n\nP: Me."), CONVENTIONS)
    assert text.stated.participants == ("P002",)
    assert measure_expected(text, Expected("I0001", participants=("P001",))).features["ids_disagreeing_count"] == 1
    assert measure_expected(text, Expected("I0001", participants=("P002",))).features["ids_disagreeing_count"] == 0
    name = measure_text(read("Participant: Osbert\n\nI: Who?\n\nP: Me."), CONVENTIONS)
    assert name.stated.participants == ()


def test_an_interview_id_in_a_documents_properties_is_held_against_the_files() -> None:
    titled = replace(read("I: Who?\n\nP: Me."), beside=(Passage("property title", "Interview I0002, final"),))
    text = measure_text(titled, CONVENTIONS)
    assert text.stated.ids == ("I0002",)
    assert measure_expected(text, Expected("I0001")).features["ids_disagreeing_count"] == 1
    assert measure_expected(text, Expected("I0002")).features["ids_disagreeing_count"] == 0


def test_pseudonyms_count_where_the_study_does_not_permit_them() -> None:
    assert looked("I: Who?\n\nP: Marigold and Larkspur.").features["misplaced_pseudonyms_count"] == 0
    named = looked("I: Who?\n\nP: Me.", "I0001_Marigold.txt", beside=(Passage("property title", "Larkspur"),))
    assert named.features["misplaced_pseudonyms_count"] == 2
    assert named.places["misplaced_pseudonyms_count"] == "file name and 1 more"
    header = looked("Participant: Marigold\n\nI: Who?\n\nP: Me.")
    assert header.features["misplaced_pseudonyms_count"] == 0


@pytest.mark.parametrize(("permitted", "count"), [(["text"], 2), (["labels"], 3), (["text", "labels"], 0), ([], 5)])
def test_the_study_says_where_pseudonyms_may_stand(permitted: list[str], count: int) -> None:
    conventions = CONVENTIONS.model_copy(update={"pseudonyms_in": permitted})
    transcript = read("I: Who?\n\nMarigold: Larkspur, Larkspur, Larkspur.\n\nMarigold: Yes.")
    assert measure_leaks(transcript, [], conventions, people=PEOPLE).features["misplaced_pseudonyms_count"] == count
    assert measure_leaks(transcript, [], conventions).features["misplaced_pseudonyms_count"] is None


def test_hits_are_counted_by_family() -> None:
    kinds = ["name", "site", "near_name", "email", "birth_date", "spelled_name", "lowercase_name", "person", "place"]
    leaks = [Leak("turn 2", Span(i, i + 2, kind, 1.0, "test")) for i, kind in enumerate(kinds)]
    transcript = read("I: Who?\n\nP: Somebody was there that day.")
    found = measure_leaks(transcript, [*leaks, leaks[-1]], CONVENTIONS).features
    assert found["registry_hits_count"] == 2
    assert found["near_hits_count"] == 1
    assert found["identifier_hits_count"] == 2
    assert found["email_hits_count"] == 1
    assert found["disguised_hits_count"] == 2
    assert found["unreviewed_strings_count"] == 2
    assert found["open_identifier_kinds_count"] is None


@pytest.mark.parametrize(
    ("name", "is_declared"),
    [
        ("I0001.txt", False),
        ("I0001_anonymised.txt", True),
        ("I0001 de-identified.txt", True),
        ("I0001_not anonymised.txt", False),
    ],
)
def test_a_file_that_calls_itself_deidentified_may_hold_nothing_open(name: str, is_declared: bool) -> None:
    found = looked("I: Who?\n\nP: Osbert said so.", name).features["open_identifier_kinds_count"]
    assert found == (1 if is_declared else None)
    clean = looked("I: Who?\n\nP: He said so.", name).features["open_identifier_kinds_count"]
    assert clean == (0 if is_declared else None)


def test_a_copy_is_declared_by_whoever_made_it() -> None:
    transcript = read("I: Who?\n\nP: He said so.")
    leaks = [Leak("turn 2", Span(0, 2, kind, 1.0, "test")) for kind in ("name", "email", "alias")]
    found = measure_leaks(transcript, leaks, CONVENTIONS, is_declared=True).features
    assert found["open_identifier_kinds_count"] == 2
