"""The register of decisions: one row that cannot be used stops no other, and nothing is forgotten in silence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from study.decisions import WORDS
from study.query import QueryRecord
from tasks.decisions import Read, judged_decisions
from tasks.request import StudyRequest
from tasks.workspace import opened

ROOT = Path(__file__).parent.parent.parent
HEADER = "decision,subject,value,person,occurred,reason\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "cli/starting_study", tmp_path / "study")


def judged(study: Path, text: str | bytes) -> Read:
    body = text if isinstance(text, bytes) else text.encode()
    (study / "registers/decisions.csv").write_bytes(body)
    with opened(StudyRequest(study=str(study)), "approve-sample", create=True) as place:
        return judged_decisions(place)


def test_rows_that_cannot_be_used_are_one_query_each_and_the_others_count(study: Path) -> None:
    read = judged(
        study,
        HEADER
        + "release,I001,,COO1,2026-01-02,\n"
        + "relaese,I002,,COO1,2026-01-02,\n"
        + "Mary said no,I003,,COO1,2026-01-02,\n"
        + "release,I004,,COO1,2/1/2026,\n"
        + "release,I005,,COO1,,\n",
    )
    assert [d.subject for d in read.decisions if d.decision in WORDS] == ["I001"]
    unknown, undated = read.queries
    assert (unknown.check, unknown.severity, unknown.rows) == ("DC002", "review", ("3", "4"))
    assert "row 3 (did you mean release?), row 4." in unknown.message
    assert "Mary" not in unknown.message
    assert (undated.check, undated.severity, undated.rows) == ("DC003", "block", ("5", "6"))
    assert undated.where == "registers/decisions.csv, row 5, column occurred"


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        (HEADER.encode() + b"\xe9", "registers/decisions.csv, row 2", "not UTF-8"),
        ("decision,subject,value,occurred,reason\n", "registers/decisions.csv, column person", "person is missing"),
        (HEADER + 'release,I001,,COO1,2026-01-02,"because\n', "registers/decisions.csv, row ", "quotation mark"),
    ],
)
def test_a_register_that_cannot_be_read_decides_nothing_and_says_so(
    study: Path, text: str | bytes, where: str, said: str
) -> None:
    read = judged(study, text)
    assert read.decisions == ()
    [query] = read.queries
    assert (query.check, query.severity, query.subject) == ("DC001", "block", "register:decisions")
    assert query.where.startswith(where)
    assert said in query.message


def test_queries_on_rows_stay_open_while_the_register_cannot_be_read(study: Path) -> None:
    record = QueryRecord("f", "SA001", "block", "stage:sites", "open", 1, "e")
    assert judged(study, HEADER).looked_at(("SA001",))(record)
    assert not judged(study, b"\xe9").looked_at(("SA001",))(record)
    assert judged(study, b"\xe9").looked_at(())(QueryRecord("f", "DC001", "block", "", "open", 1, "e"))


def test_no_register_is_no_fault_and_every_word_of_the_examples_is_known(study: Path) -> None:
    (study / "registers/decisions.csv").unlink(missing_ok=True)
    with opened(StudyRequest(study=str(study)), "approve-sample", create=True) as place:
        assert judged_decisions(place) == Read()
    for register in (ROOT / "examples").glob("*/study/registers/decisions.csv"):
        words = {line.split(",")[0] for line in register.read_text().splitlines()[1:]}
        assert words <= set(WORDS)
