"""Segments of coding tools found by their words in the released transcript, whatever a tool made of them."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis import read_codebook, read_codings
from analysis.codebook import CodeEntry
from analysis.coding_tools import ToolExport
from analysis.coding_tools.export import segments_of
from analysis.imported import Imported, codings_of, version_problems
from analysis.named import CodeNames, StudyNames
from analysis.words import Spoken

TURNS = pd.DataFrame(
    {
        "turn": [1, 2, 3, 4, 5],
        "speaker": ["Interviewer", "P", "Interviewer", "P", "P"],
        "text": [
            "How did you come to this work?",
            "It is a well-known story: I'd suffered, then the offi\u00adcers came at ten.",
            "And then?",
            "Yes. Nobody believed in recovery then.",
            "Yes. 我们再见面 said my neighbour.",
        ],
    }
)
BOOK = read_codebook(b"code,version,was\nhope,1,\nrole_model,1,\nold,1,\nnew,2,old\n")
NAMES = StudyNames(
    {"I1", "I12"},
    sources={"The first talk": "I1"},
    coders={"Ada L.": "R1"},
    team={"R1": "Ada Example", "R2": "Bo Example"},
)


def matched(*rows: tuple[object, ...], text: str | None = None, **more: object) -> Imported:
    names = sorted({str(row[2]) for row in rows})
    codes = tuple(CodeEntry(name.replace(" ", "_"), "", "", "inductive", "", name=name) for name in names)
    lines = [(s, c, str(k).replace(" ", "_"), *rest) for s, c, k, *rest in rows]
    export = ToolExport("refi_qda", codes, segments_of(lines), {str(row[0]): text for row in rows})
    options = {"codebook": BOOK, "names": NAMES, "spoken": {"I1": Spoken(TURNS)}, "file": "x", **more}
    return codings_of(export, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quote", "turn"),
    [
        ("a well known\u00a0STORY", 2),
        ("a wellknown story — I’d su\ufb00ered", 2),
        ("then the offi-\ncers came", 2),
        ("to this work?\nP: It is a well-known story", 1),
        ("Interviewer: And then? P: Yes. Nobody believed", 3),
        ("[00:12:03] Nobody believed <00:12:09> in recovery", 4),
        ("12\n00:00:01.000 --> 00:00:04.000\nAnd then?\n\n13\n00:00:05,000 --> 00:00:09,000\nYes. Nobody", 3),
        ("Interview: I1\nInterviewer\nHow did you come", 1),
        ("再见", 5),
        ("Nobody […] then", 4),
    ],
)
def test_what_tools_do_to_words_is_undone(quote: str, turn: int) -> None:
    spoken = Spoken(TURNS, labels=["Participant"], header=["Interview"])
    (place,) = spoken.places(quote)
    assert place.start == turn


def test_the_same_letters_as_other_words_come_second() -> None:
    turns = pd.DataFrame({"turn": [1, 2], "text": ["not able at all", "notable indeed"]})
    assert [p.start for p in Spoken(turns).places("notable")] == [2]
    assert [p.start for p in Spoken(turns).places("no table")] == [1, 2]
    assert Spoken(turns).places("otable") == []


def test_of_equal_places_the_one_at_the_position_in_the_tool_s_text_is_taken() -> None:
    text = "Imported\nInterview: I1\nYes, a title\nP: Yes. Nobody believed in recovery then.\nP: Yes. again"
    at = text.index("Yes. again")
    by_position = matched(("I1", "R1", "hope", -1, -1, "Yes.", at, at + 4, 1), text=text)
    assert list(by_position.codings.segments["start"]) == [5]
    nothing_told = matched(("I1", "R1", "hope", -1, -1, "Yes.", -1, -1, 7))
    assert [(p.check, p.row) for p in nothing_told.codings.problems] == [("AN040", 7)]
    assert list(nothing_told.codings.segments["start"]) == [4]


def by_paragraph(*told: tuple[int, str]) -> tuple[list[int], list[int]]:
    """Turns of the segments called Yes. (in the order of turns), and rows of which the place is not told."""
    rows = [("I1", "R1", "hope", at, at, quote, -1, -1, n) for n, (at, quote) in enumerate(told)]
    found = matched(*rows)
    yes = found.codings.segments[found.codings.segments["quote"] == "Yes."]
    assert {p.check for p in found.codings.problems} <= {"AN040"}
    assert found.shifted == {}
    return list(yes["start"]), [p.row for p in found.codings.problems]


def test_a_paragraph_is_no_turn_and_only_orders_equal_places() -> None:
    """Turns 4 and 5 begin alike; with header and blank lines they may be paragraphs 10 and 12, or 4 and 5 of others."""
    assert by_paragraph((5, "Yes.")) == ([4], [0])
    assert by_paragraph((10, "Yes."), (10, "Nobody believed")) == ([4], [])
    assert by_paragraph((4, "Yes."), (3, "Nobody believed")) == ([5], [])
    assert by_paragraph((12, "Yes."), (12, "my neighbour")) == ([5], [])
    assert by_paragraph((5, "Yes."), (9, "Nobody believed in recovery")) == ([4], [])
    assert by_paragraph((10, "Yes."), (12, "yes")) == ([4], [])
    assert by_paragraph((12, "Yes."), (10, "yes")) == ([5], [])
    assert by_paragraph((7, "Yes."), (9, "How did you come"), (3, "my neighbour")) == (
        [4],
        [0],
    )  # at odds: nothing told


def test_names_of_documents_people_and_codes_are_the_study_s() -> None:
    found = matched(
        ("The first talk", "ada l.", "Role Model", 2, 2, "a well-known story", -1, -1, 1),
        ("C:\\talks\\I1 final.docx", "Bo Example", "HOPE", 4, 4, "Nobody believed", -1, -1, 2),
        ("I12 and I1", "R1", "hope", 4, 4, "Nobody believed", -1, -1, 3),
        ("somebody's talk", "R1", "hope", 4, 4, "Nobody believed", -1, -1, 4),
        ("I1", "a stranger", "hope", 4, 4, "Nobody believed", -1, -1, 5),
        ("I1", "R1", "unheard of", 4, 4, "Nobody believed", -1, -1, 6),
        ("I12", "R1", "hope", 4, 4, "Nobody believed", -1, -1, 8),
    )
    assert found.codings.ids == {"I1/R1/role_model/2", "I1/R2/hope/4"}
    assert [(p.check, p.row) for p in found.codings.problems] == [
        ("AN018", 3), ("AN017", 4), ("AN019", 5), ("AN002", 6), ("AN005", 8),
    ]  # fmt: skip
    assert found.codings.rejected == {"": 2, "I1": 2, "I12": 1}
    assert [p.named for p in found.codings.problems if p.named] == ["I12 and I1", "somebody's talk"]


def test_a_file_s_own_coder_stands_only_where_it_names_none() -> None:
    row = ("I1", "", "hope", 4, 4, "Nobody believed", -1, -1, 1)
    assert matched(row, coder="R2").codings.ids == {"I1/R2/hope/4"}
    assert [p.check for p in matched(row).codings.problems] == ["AN019"]
    assert [p.check for p in matched(row, coder="R2", coders={"R1"}).codings.problems] == ["AN008"]


def test_two_segments_of_a_turn_have_ids_and_the_same_one_twice_counts_once() -> None:
    rows = [("I1", "R1", "hope", 4, 4, quote, -1, -1, n) for n, quote in enumerate(("in recovery", "Nobody", "nobody"))]
    found = matched(*rows, taken={"I1/R1/hope/4"})
    assert list(found.codings.segments["coding"]) == ["I1/R1/hope/4-2", "I1/R1/hope/4-3"]
    assert list(found.codings.segments["quote"]) == ["Nobody", "in recovery"]


def test_codings_under_a_former_code_count_under_what_it_became() -> None:
    found = matched(("I1", "R1", "old", 4, 4, "Nobody", -1, -1, 1))
    assert list(found.codings.segments["code"]) == ["new"]
    own = read_codings(b"transcript_id,coder,code,start,end,quote\nI1,R1,old,4,4,Nobody\n", codebook=BOOK)
    assert list(own.segments[["coding", "code"]].iloc[0]) == ["I1/R1/old/4", "new"]
    assert CodeNames(BOOK).code("old") == "new"


def in_text(text: str, *quotes: str) -> Imported:
    places = [(text.index(quote), quote) for quote in quotes]
    rows = [("I1", "R1", "hope", -1, -1, q, at, at + len(q), n) for n, (at, q) in enumerate(places)]
    return matched(*rows, text=text, spoken={"I1": Spoken(TURNS, ["P"], ["Interview"])})


def test_labels_times_and_header_lines_shift_nothing_and_other_words_do() -> None:
    lines = [f"{s}: {t} [00:0{n}:10]" for n, s, t in TURNS.itertuples(index=False)]
    text = "\n\n".join(("A talk, imported", "Interview: I1", *lines))
    assert in_text(text, "And then?", "Nobody believed", "said my neighbour").shifted == {}
    edited = text.replace("And then?", "And what then?")
    assert in_text(edited, "I'd suffered", "Nobody believed", "said my neighbour").shifted == {"I1": 2}
    assert in_text(edited.replace("How did you come to", "How"), "I'd suffered").shifted == {"I1": 1}


def test_versions_of_the_codebook_that_differ_between_coders_are_told() -> None:
    frame = pd.DataFrame({"transcript": ["I1", "I1", "I2"], "coder": ["R1", "R2", "R1"], "codebook": ["1", "2", "2"]})
    (problem,) = version_problems(frame, "x")
    assert "R1 with 1, 2; R2 with 2" in problem.detail
    assert version_problems(frame.assign(codebook=["1", "1", "2"]), "x") == ()
    assert version_problems(frame.assign(codebook=["", "2", ""]), "x") == ()
