"""The de-identified copy: nothing is found in it any more, its turns stay, and its list of changes leads to it."""

from __future__ import annotations

import io
from itertools import pairwise

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.changes import Change, applied, joined, moved_back, undone
from evidence.detectors import Decided, Entry
from evidence.masking import How, Masked, mask, open_in, replacement_of
from evidence.reading import Looker
from study.protocol.material import Transcripts

CONVENTIONS = Transcripts.model_validate(
    {"speakers": {"interviewer": ["Interviewer"], "participant": ["Participant"]}, "header": ["interview", "date"]}
)
NAMES = (
    Entry("name", "Tessa Quill", "P001"),
    Entry("alias", "Tess", "P001"),
    Entry("name", "Orlo Fakenham", "P002"),
    Entry("site", "Harbor House"),
)
LOOKER = Looker(CONVENTIONS, NAMES, residue=())
TXT = """Interview: I0001
Date: 2016-02-01

Interviewer: How was it, Tessa?

Participant: Well at Harbor
House they know Orlo Fakenham and call
503 555 0199 or tess@example.org.

Participant: I am T e s s a.

Interviewer: So, Tess Quill, thanks.
"""
VTT = """WEBVTT

NOTE for Tessa

1
00:00:01.000 --> 00:00:03.000
<v Interviewer>Hello <i>Tessa</i> Quill, 12 years</v>

2
00:00:03.000 --> 00:00:06.000
<v Participant>We like
AT&amp;T and Orlo</v>
"""


def said(masked: Masked) -> list[tuple[int, str, str]]:
    turns = LOOKER.transcript(masked.copy.encode(), f"I0001{masked.ending}").turns
    return list(zip(turns["turn"], turns["speaker"], turns["text"], strict=True))


def by_turns(masked: Masked, data: bytes, name: str) -> list[str]:
    """Each turn of the original with the changes made that the list has for it."""
    turns = LOOKER.transcript(data, name).turns
    made = []
    for turn, text in zip(turns["turn"], turns["text"], strict=True):
        mine = [c._replace(start=c.turn_start, end=c.turn_end) for c in masked.changes if c.turn == turn]
        made.append(" ".join(applied(text, mine).split()))
    return made


def test_a_text_keeps_its_form_and_turns_and_loses_what_identifies() -> None:
    masked = mask(LOOKER, TXT.encode(), "I0001.txt")
    assert masked.is_clean
    assert [text for _, _, text in said(masked)] == [
        "How was it, [name]?",
        "Well at [site] they know [name] and call [phone] or [email].",
        "I am [name].",
        "So, [name], thanks.",
    ]
    assert masked.copy.startswith("Interview: I0001\nDate: 2016-02-01\n\nInterviewer: How")
    assert applied(masked.original, masked.changes) == masked.copy
    assert [text for *_, text in said(masked)] == by_turns(masked, TXT.encode(), "I0001.txt")
    assert {(c.rule, c.turn) for c in masked.changes} == {("TR060", n) for n in (1, 2, 3, 4)} | {("TR062", 2)}
    assert not any(word in str(masked.changes) for word in ("Tess", "Quill", "Orlo", "Harbor", "555"))


def test_captions_keep_their_times_marks_and_notes() -> None:
    masked = mask(LOOKER, VTT.encode(), "I0001.vtt")
    assert masked.is_clean
    assert "NOTE for [name]\n" in masked.copy
    assert "<v Interviewer>Hello <i>[name]</i> [name], 12 years</v>" in masked.copy
    assert "We like\nAT&amp;T and [name]</v>" in masked.copy
    assert [text for *_, text in said(masked)] == by_turns(masked, VTT.encode(), "I0001.vtt")


def test_a_speaker_called_by_name_becomes_the_participant_everywhere() -> None:
    named = VTT.replace("<v Participant>", "<v Tessa Quill>")
    masked = mask(LOOKER, named.encode(), "I0001.vtt")
    assert masked.is_clean
    assert [speaker for _, speaker, _ in said(masked)] == ["Interviewer", "Participant"]
    assert [c.place for c in masked.changes].count("label") == 1


def test_pseudonyms_stand_only_for_whom_they_belong_to() -> None:
    masked = mask(LOOKER, TXT.encode(), "I0001.txt", How({"P001": "Ada"}))
    assert [text for *_, text in said(masked)][1:] == [
        "Well at [site] they know [name] and call [phone] or [email].",
        "I am Ada.",
        "So, Ada, thanks.",
    ]
    noted = mask(LOOKER, VTT.encode(), "I0001.vtt", How({"P001": "Ada"})).copy
    assert "NOTE for [name]\n" in noted
    assert "Hello <i>Ada</i> Ada, 12 years" in noted
    shared = Looker(CONVENTIONS, (*NAMES, Entry("name", "Tessa Holder", "P003")))
    assert "How was it, [name]?" in mask(shared, TXT.encode(), "I0001.txt", How({"P001": "Ada"})).copy


def test_what_people_decided_counts() -> None:
    decided = Looker(CONVENTIONS, NAMES, decided=Decided(frozenset({"captain hook"}), frozenset({"harbor house"})))
    text = TXT.replace("So,", "So, Captain Hook said,")
    masked = mask(decided, text.encode(), "I0001.txt")
    assert "So, [name] said, [name], thanks." in masked.copy
    assert mask(LOOKER, text.encode(), "I0001.txt").copy.count("Captain Hook") == 1
    assert open_in(decided, text.encode(), "I0001.txt")["TR060"] > 0
    assert open_in(decided, masked.copy.encode(), "I0001.txt") == {}


def test_a_word_processor_file_becomes_text_without_what_stood_beside_it() -> None:
    document = docx.Document()
    document.core_properties.author = "Tessa Quill"
    for paragraph in ("Interview: I0001", "Interviewer: So?", "Participant: Tessa here.", "Interviewer: Yes."):
        document.add_paragraph(paragraph)
    written = io.BytesIO()
    document.save(written)
    masked = mask(LOOKER, written.getvalue(), "I0001.docx")
    assert masked.is_clean
    assert masked.ending == ".txt"
    assert "Participant: [name] here." in masked.copy
    assert applied(masked.original, masked.changes) == masked.copy
    assert "Tessa" not in masked.copy
    assert ("TR065", -1, "") in {(c.rule, c.start, c.replacement) for c in masked.changes}


def test_where_turns_would_not_stay_there_is_no_copy() -> None:
    assert mask(LOOKER, b"", "I0001.txt").problem == "unreadable"
    speakers = ("Tessa Quill", "Tessa Quill", "Orlo Fakenham", "Orlo Fakenham", "Tess", "Tess")
    twice = "\n\n".join(f"{speaker}: So." for speaker in speakers)
    masked = mask(LOOKER, twice.encode(), "I0001.txt")
    assert [speaker for _, speaker, _ in said(masked)] == ["Participant"] * 2 + ["Person 1"] * 2 + ["Person 2"] * 2


def test_what_stands_for_a_hit_says_what_it_was() -> None:
    kinds = ("near_name", "birth_date", "site")
    assert [replacement_of(kind) for kind in kinds] == ["[name]", "[birth date]", "[site]"]


PLANTED = st.sampled_from(
    ["Tessa", "Tessa Quill", "Quill, Tessa", "tessa quill", "Tess's", "Orlo\nFakenham", "Harbor House", "o-r-l-o",
     "503 555 0199", "a.b@example.org", "Tess Tessa Quill Orlo", "[name]", "will", "Ünal", "&amp;", "12", "I", "\n"]
)  # fmt: skip
PARAGRAPH = st.lists(PLANTED, min_size=1, max_size=9).map(lambda words: " ".join(words).strip() or "so")


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(PARAGRAPH, min_size=1, max_size=5))
def test_the_list_of_changes_leads_from_the_original_to_the_copy_and_back(paragraphs: list[str]) -> None:
    turns = [f"{('Interviewer', 'Participant')[n % 2]}: {text}" for n, text in enumerate(paragraphs)]
    data = "\n\n".join(turns).encode()
    masked = mask(LOOKER, data, "I0001.txt")
    assert not masked.problem
    assert not set(masked.open or ()) - {"TR063"}  # what only may be a name is left for people
    assert masked.original == data.decode()
    assert applied(masked.original, masked.changes) == masked.copy
    words = [masked.original[c.start : c.end] for c in masked.changes]
    assert undone(masked.copy, masked.changes, words) == masked.original
    assert [text for *_, text in said(masked)] == by_turns(masked, data, "I0001.txt")


@st.composite
def edits(draw: st.DrawFn) -> list[Change]:
    at = sorted(draw(st.lists(st.integers(0, 40), min_size=2, max_size=8, unique=True)))
    texts = st.sampled_from(["", "[name]", "x"])
    return [Change(a, b, "TR060", draw(texts)) for a, b in zip(at[::2], at[1::2], strict=False)]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(edits(), edits())
def test_later_changes_moved_back_touch_what_they_touched(first: list[Change], later: list[Change]) -> None:
    text = "".join(chr(0x100 + n) for n in range(41))
    copy = applied(text, first)
    later = [c for c in later if c.end <= len(copy)]
    both = joined(first, [moved_back(c, first) for c in later])
    made = applied(text, both)
    assert all(a.end <= b.start for a, b in pairwise(both))
    gone = {c for change in later for c in copy[change.start : change.end] if ord(c) >= 0x100}
    assert not gone & set(made)
