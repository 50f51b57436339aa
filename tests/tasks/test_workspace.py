"""A study opened for a run: key pair, clock, actor, lane, records."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from study import Fact, Query, StudyError, Subject
from study.query import fold_queries, settle
from tasks.queries import set_aside_queries
from tasks.request import StudyRequest
from tasks.workspace import Workspace, opened

START = Path(__file__).parent.parent.parent / "cli/starting_study"
OPENING = Fact(
    "study.opened",
    "2026-01-01",
    data={"time_zone": "America/Los_Angeles", "protocol": "0" * 64, "approval_from": "2026-01-01"},
)


@pytest.fixture
def study(tmp_path: Path) -> str:
    shutil.copytree(START, tmp_path / "study")
    return str(tmp_path / "study")


def ask(study: str, **more: object) -> StudyRequest:
    return StudyRequest.model_validate({"study": study, **more})


def test_the_first_opening_makes_the_key_pair_and_later_ones_find_it(study: str) -> None:
    with opened(ask(study), "open-study", create=True) as place:
        first = place.origin
        place.trail.append([OPENING])
    with opened(ask(study), "track-consent") as place:
        assert place.origin == first
        assert [e.kind for e in place.events()] == ["study.opened", "run.closed"]
    assert first.startswith("fieldtrail/my-study/")
    assert (Path(study) / "restricted/trail.key").stat().st_mode & 0o077 == 0
    assert "PRIVATE" not in (Path(study) / "trail.vkey").read_text()


def test_a_study_not_opened_yet_says_what_to_do(study: str) -> None:
    with pytest.raises(StudyError, match="open-study"), opened(ask(study), "track-consent"):
        pass


def test_a_lost_private_key_is_not_replaced(study: str) -> None:
    with opened(ask(study), "open-study", create=True):
        pass
    (Path(study) / "restricted/trail.key").unlink()
    with pytest.raises(StudyError, match="Restore"), opened(ask(study), "open-study", create=True):
        pass


def test_a_run_killed_between_the_two_halves_of_the_key_mends_itself(study: str) -> None:
    with opened(ask(study), "open-study", create=True) as place:
        first = place.origin
    (Path(study) / "trail.vkey").unlink()
    with opened(ask(study), "open-study", create=True) as place:
        assert place.origin == first
    assert (Path(study) / "trail.vkey").exists()


def test_as_of_is_the_end_of_that_day_where_the_study_is(study: str) -> None:
    with opened(ask(study, as_of=date(2026, 3, 5)), "open-study", create=True) as place:
        assert place.today == date(2026, 3, 5)
        assert place.instant == "2026-03-06T07:59:59.000Z"


def test_who_is_not_in_the_team_cannot_act(study: str) -> None:
    with pytest.raises(StudyError, match="not in the team"), opened(ask(study, acting="XX"), "x", create=True):
        pass


@pytest.mark.parametrize(
    ("where", "said"),
    [("s3://bucket/study", "local folder"), ("/nowhere/at/all", "no such study folder")],
)
def test_a_place_that_cannot_be_opened_is_one_sentence(where: str, said: str) -> None:
    with pytest.raises(StudyError, match=said), opened(ask(where), "x"):
        pass


def test_a_run_that_records_nothing_leaves_no_object(study: str) -> None:
    with opened(ask(study), "open-study", create=True):
        pass
    assert not (Path(study) / "trail").exists()


def test_a_failed_run_closes_its_lane_as_failed(study: str) -> None:
    def stumble() -> None:
        with opened(ask(study), "open-study", create=True) as place:
            place.trail.append([OPENING])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stumble()
    with opened(ask(study), "x") as place:
        assert [e.data["reason"] for e in place.events(["run.closed"])] == ["failed"]


def test_a_record_is_written_once_and_named_by_its_digest(study: str) -> None:
    fact = Fact("query.set_aside", "2026-01-02", data={"fingerprint": "a" * 64, "occurrence": 1})
    with opened(ask(study), "open-study", create=True) as place:
        first = place.with_record(fact, {"reason": "accepted"})
        assert place.with_record(fact, {"reason": "something else"}) == first
        (kept,) = place.files.list("records/query.set_aside/")
        assert kept.bytes == first.generated[0].bytes


def test_reasons_about_a_participant_stay_restricted(study: str) -> None:
    with opened(ask(study), "open-study", create=True) as place:
        code = place.trail_code("P001")
        fact = Fact("member_check.excluded", "2026-01-02", (Subject("participant", code),))
        (named,) = place.with_record(fact, {"reason": "r"}).generated
        assert len(list(place.restricted.list("records/"))) == 1
        assert list(place.files.list("records/")) == []
        assert named.hmac is not None
        assert named.sha256 is None, "a reason is short enough to guess: its digest needs a key"


def test_why_a_query_on_a_transcript_was_set_aside_stays_restricted(study: str) -> None:
    root = Path(study)
    with opened(ask(study), "open-study", create=True) as place:
        query = Query.raised(
            "TR012", "review", study="tiny", subject="transcript:I0001", place="a/x/0", where="", message=""
        )
        place.trail.append([OPENING, *settle({}, [query], lambda record: True, now=place.instant).facts])
    (root / "registers").mkdir(exist_ok=True)
    (root / "registers/decisions.csv").write_text(
        "decision,subject,value,person,occurred,reason\n"
        f"set_aside,{query.fingerprint},,PI,2026-01-02,She was in hospital that week\n"
    )
    with opened(ask(study), "run-study") as place:
        set_aside_queries.fn(place)
        set_aside_queries.fn(place)
        assert len(place.events(["query.set_aside"])) == 1
        assert "hospital" not in "".join(f.read_text() for f in (root / "records").rglob("*.json"))
        assert fold_queries(place.events())[query.fingerprint].set_aside_by == "PI"
        (kept,) = place.restricted.list("records/query.set_aside/")
        assert b"hospital" in place.restricted.get(kept.key)


def test_a_query_opened_again_is_not_set_aside_by_the_old_decision(study: str) -> None:
    query = Query.raised("TR012", "review", study="tiny", subject="", place="a/x/0", where="", message="")
    row = f"set_aside,{query.fingerprint},,PI,2026-01-0%d,Known\n"
    (Path(study) / "registers").mkdir(exist_ok=True)
    decisions = Path(study) / "registers/decisions.csv"
    decisions.write_text("decision,subject,value,person,occurred,reason\n" + row % 2)

    def look(place: Workspace, *found: Query) -> int:
        place.trail.append(settle(fold_queries(place.events()), found, lambda record: True, now=place.instant).facts)
        set_aside_queries.fn(place)
        return len(place.events(["query.set_aside"]))

    with opened(ask(study), "open-study", create=True) as place:
        place.trail.append([OPENING])
        assert look(place, query) == 1
        assert look(place) == 1
        assert look(place, query) == 1
        decisions.write_text(decisions.read_text() + row % 3)
        assert look(place, query) == 2
        assert look(place, query) == 2


def test_a_line_with_a_participant_code_stops_the_batch(study: str) -> None:
    wrong = Fact("consent.withdrawn", "2026-01-02", (Subject("participant", "P001"),), data={
        "ordinal": 1, "version": 1, "row": "0" * 64, "scopes": ("quote",), "disposition": "keep",
    })  # fmt: skip
    with opened(ask(study), "open-study", create=True) as place:
        with pytest.raises(StudyError, match="participant code") as refused:
            place.trail.append([OPENING, wrong])
        assert "P001" not in str(refused.value)
        assert place.events() == []


def test_a_file_is_named_alike_whether_read_in_parts_or_whole(study: str) -> None:
    with opened(ask(study), "open-study", create=True) as place:
        body = bytes(range(256)) * 9000
        place.files.put("transcripts/I0001.txt", body)
        whole = place.reference("transcripts/I0001.txt", body, personal=True)
        assert place.reference_to("transcripts/I0001.txt") == whole
        assert whole.bytes == len(body)
