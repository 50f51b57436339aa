import pytest

from analysis import compare_codebooks, read_codebook
from study import StudyError

BOOK = b"""code,definition,parent,origin,version
hope,Looks forward,,inductive,1.9
role_model,Shows it can be done,hope,inductive,1.9
fidelity,As the model says,,deductive,1.9
hope,Looks forward in deeds,,inductive,1.10
"""


def test_reads_codes_at_the_highest_version_counted_not_spelled() -> None:
    book = read_codebook(BOOK)
    assert book.version == "1.10"
    assert [entry.code for entry in book.codes] == ["fidelity", "hope", "role_model"]
    assert {e.code: e.definition for e in book.codes}["hope"] == "Looks forward in deeds"
    assert book.inductive == {"hope", "role_model"}
    assert book.problems == ()


def test_a_row_that_cannot_be_used_is_left_out_and_named() -> None:
    book = read_codebook(
        b"code,origin,version\nhope,inductive,1\ntwo words,inductive,1\nhope,inductive,1\nx,guessed,1\n"
    )
    assert book.names == {"hope"}
    assert [(p.check, p.row, p.column) for p in book.problems] == [
        ("AN006", 3, "code"),
        ("AN006", 4, "code"),
        ("AN006", 5, "origin"),
    ]


def test_only_the_code_column_is_required() -> None:
    book = read_codebook("\ufeffcode\nhope\n".encode())
    assert (book.version, book.inductive) == ("", {"hope"})


def test_versions_are_compared() -> None:
    old = read_codebook(b"code,definition,version\na,one,1\nb,two,1\nc,three,1\n")
    new = read_codebook(b"code,definition,version\na,one,2\nb,other,2\nd,four,2\n")
    change = compare_codebooks(old, new)
    assert (change.added, change.removed, change.redefined) == (("d",), ("c",), ("b",))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"name\nhope\n", "the column code is missing"),
        (b"", "the column code is missing"),
        (b"code\nna\xefve\n", "not UTF-8"),
        (b'code\n"never closed\n', "not readable as CSV"),
    ],
)
def test_a_file_that_is_no_codebook_is_one_sentence(data: bytes, says: str) -> None:
    with pytest.raises(StudyError, match=says) as raised:
        read_codebook(data)
    assert "analysis/codebook.csv" in str(raised.value)
