"""No name of a file that may be somebody's reaches the team's pages, which may be handed on."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from study import Fact, Query, Subject
from tasks.query_places import QueryPlaces
from tasks.study_page import _queries

_spec = importlib.util.spec_from_file_location("member_check_study", Path(__file__).parent / "member_check_study.py")
tiny = importlib.util.module_from_spec(_spec)
sys.modules["member_check_study"] = tiny
_spec.loader.exec_module(tiny)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with tiny.at(tiny.write_study(tmp_path_factory.mktemp("places") / "tiny")) as place:
        yield place


def shown(place, kind, path, inside="", id=""):
    place.files.put(path, b"x")
    where = f"{path}, {inside}" if inside else path
    subject = f"{kind}:{id or place.ref(path)}"
    return QueryPlaces(place).shown(Query("TR060", "review", subject, where, "", "0" * 64))


@pytest.mark.parametrize(
    ("kind", "path", "said"),
    [
        ("transcript", "transcripts/Quill, Tessa.docx", "a transcript named after no interview ({}), turn 12"),
        ("fieldnote", "field_notes/Visit to Tessa.txt", "a field note or document ({}), turn 12"),
        ("fieldnote", "field_notes/Tessa Quill/S011.txt", "a field note or document ({}), turn 12"),
        ("fieldnote", "field_notes/S012.Tessa", "a field note or document ({}), turn 12"),
        ("fieldnote", "field_notes/S011.txt", "field_notes/S011.txt, turn 12"),
        ("fieldnote", "field_notes/P001.txt", "field_notes/•••.txt, turn 12"),
        ("copy", "field_notes/Tessa.txt", "a field note or document ({}), turn 12"),
    ],
)
def test_a_file_is_named_only_where_its_name_is_an_id(place, kind, path, said):
    assert shown(place, kind, path, "turn 12") == said.format(place.ref(path))


def test_a_transcript_of_an_interview_is_named_unless_its_folder_or_ending_may_name_somebody(place):
    assert shown(place, "transcript", "transcripts/I0001.txt", "turn 3", "I0001") == "transcripts/I0001.txt, turn 3"
    for path in ("transcripts/Tessa Quill/I0001.txt", "transcripts/I0001.Tessa", "transcripts/Quill, T/I0001.txt"):
        assert shown(place, "transcript", path, "turn 3", "I0001") == "a transcript of I0001"


def test_of_a_file_that_is_gone_only_its_ref_is_left(place):
    query = Query("TR060", "review", "fieldnote:a0123456789", "field_notes/Tessa.txt, turn 1", "", "0" * 64)
    assert QueryPlaces(place).shown(query) == "a field note or document (a0123456789)"


def test_what_is_no_file_of_talk_stays_as_it_is_but_for_participant_codes(place):
    query = Query("MC001", "block", "packet:MC1", "replies/reply_P001.json, answer 1", "", "0" * 64)
    assert QueryPlaces(place).shown(query) == "replies/reply_•••.json, answer 1"
    register = Query("CN030", "block", "transcript:I0001", "registers/consent.csv, row 2", "", "0" * 64)
    assert QueryPlaces(place).shown(register) == "registers/consent.csv, row 2"


def test_the_study_page_names_no_such_file(place):
    query = Query("TR060", "review", "fieldnote:a0123456789", "field_notes/Tessa.txt, turn 1", "", "0" * 64)
    standing = SimpleNamespace(open_queries=(query,), queries={query.fingerprint: SimpleNamespace(opened_by="")})
    (line,) = _queries(standing, frozenset(), QueryPlaces(place))
    assert "Tessa" not in str(line)


def test_why_a_query_on_a_copy_was_set_aside_is_for_the_team_alone(place):
    data = {"fingerprint": "0" * 64, "occurrence": 1}
    fact = Fact("query.set_aside", "2016-03-01", (Subject("copy", "I0001"),), data=data)
    place.with_record(fact, {"reason": "Tessa said it herself."})
    assert [s.key for s in place.restricted.list("records/")]
    assert not [s.key for s in place.files.list("records/")]
