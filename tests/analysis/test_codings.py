import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import read_codebook, read_codings
from analysis.codings import Codings
from analysis.words import Spoken, words

BOOK = read_codebook(b"code\nhope\nrole\n")
HEAD = "transcript_id,coder,code,start,end,quote\n"


def read(rows: str, turns: pd.DataFrame) -> Codings:
    return read_codings((HEAD + rows).encode(), codebook=BOOK, known={"I0001", "I0002"}, turns={"I0001": turns})


def test_a_quote_is_matched_by_its_words_whatever_the_marks(turns: pd.DataFrame) -> None:
    found = read('I0001,R1,hope,2,2,"I\'d been there MYSELF -- you know"\n', turns)
    assert found.problems == ()
    assert found.ids == {"I0001/R1/hope/2"}
    assert list(found.segments.loc[2, ["start", "end"]]) == [2, 2]


def test_a_quote_may_run_over_turns_and_leave_words_out(turns: pd.DataFrame) -> None:
    found = read(
        'I0001,R1,hope,2,4,"not at first. And then? Then somebody"\nI0001,R1,role,2,2,I’d been … not easy\n', turns
    )
    assert [p.check for p in found.problems] == ["AN003"]  # the second changes words, not only leaves some out
    found = read("I0001,R1,role,2,2,I’d been there … not at first\n", turns)
    assert found.problems == ()


def test_a_shifted_quote_is_taken_where_it_stands(turns: pd.DataFrame) -> None:
    found = read("I0001,R1,hope,1,1,somebody believed in me\n", turns)
    assert [(p.check, p.row, p.column) for p in found.problems] == [("AN004", 2, "quote")]
    assert found.segments.loc[2].to_list()[:6] == ["I0001/R1/hope/1", "I0001", "R1", "hope", 4, 4]


@pytest.mark.parametrize(
    ("row", "check"),
    [
        ("I0009,R1,hope,1,1,then", "AN001"),
        ("I0001,R1,joy,3,3,and then", "AN002"),
        ("I0001,R1,hope,3,3,and never", "AN003"),
        ("I0002,R1,hope,3,3,and then", "AN005"),
        ("I0001,R1,hope,3,2,and then", "AN007"),
        ("I0001,R1,hope,three,3,and then", "AN007"),
        ("I0001,R1,hope,3,3,…", "AN007"),
        ("I0001,the coder,hope,3,3,and then", "AN007"),
    ],
)
def test_a_row_that_fails_is_rejected_and_its_check_named(row: str, check: str, turns: pd.DataFrame) -> None:
    found = read(row + "\nI0001,R2,hope,3,3,and then\n", turns)
    assert [(p.check, p.row, p.subject) for p in found.problems] == [(check, 2, "analysis:codings")]
    assert found.ids == {"I0001/R2/hope/3"}
    assert sum(found.rejected.values()) == 1


def test_the_same_coding_twice_counts_once(turns: pd.DataFrame) -> None:
    found = read("I0001,R1,hope,3,3,and then\n" * 2, turns)
    assert len(found.segments) == 1
    assert [(p.check, p.row) for p in found.problems] == [("AN007", 3)]


def test_other_words_of_one_turn_under_the_same_code_are_a_coding_of_their_own(turns: pd.DataFrame) -> None:
    rows = [
        "I0001,R1,hope,4,4,believed in me",
        "I0001,R1,hope,4,4,never said",
        "I0001,R1,hope,4,4,Then somebody",
        "I0001,R1,hope,04,4,BELIEVED in me!",
        "I0001,R1,role,4,4,believed in me",
    ]
    found = read("\n".join(rows) + "\n", turns)
    assert [(p.check, p.row) for p in found.problems] == [("AN003", 3), ("AN007", 5)]
    assert list(found.segments["coding"]) == ["I0001/R1/hope/4", "I0001/R1/hope/4-3", "I0001/R1/role/4"]
    mended = read("\n".join([rows[0], rows[1].replace("never said", "somebody believed"), rows[2]]) + "\n", turns)
    assert list(mended.segments["coding"]) == ["I0001/R1/hope/4", "I0001/R1/hope/4-2", "I0001/R1/hope/4-3"]


def test_no_message_holds_a_word_of_the_quote(turns: pd.DataFrame) -> None:
    found = read("I0001,R1,hope,3,3,unspeakable\n", turns)
    assert "unspeakable" not in repr(found.problems)


@pytest.mark.slow
@given(st.lists(st.text(max_size=20), min_size=1, max_size=6), st.data())
def test_any_run_of_words_of_a_turn_is_found_there(texts: list[str], data: st.DataObject) -> None:
    frame = pd.DataFrame({"turn": range(1, len(texts) + 1), "text": texts})
    turn = data.draw(st.integers(1, len(texts)))
    spoken = words(texts[turn - 1])
    first = data.draw(st.integers(0, len(spoken)))
    last = data.draw(st.integers(first, len(spoken)))
    quote = " ".join(spoken[first:last])
    expected = (turn, turn) if words(quote) else None
    assert Spoken(frame).find(quote, turn, turn) == expected


def test_a_coder_nobody_delegated_is_named_and_the_coding_kept(turns: pd.DataFrame) -> None:
    data = (HEAD + "I0001,R9,hope,3,3,and then\nI0002,R9,joy,3,3,and then\n").encode()
    found = read_codings(data, codebook=BOOK, known={"I0001", "I0002"}, turns={"I0001": turns}, coders={"R1"})
    assert [(p.check, p.row) for p in found.problems] == [("AN008", 2), ("AN008", 3), ("AN005", 3), ("AN002", 3)]
    assert found.ids == {"I0001/R9/hope/3"}
