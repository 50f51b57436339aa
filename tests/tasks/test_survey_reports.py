"""The reports on surveys: what pages say of judgements, queries and the trail, what is kept, what is never shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.features import answers_as_declared
from evidence.survey.frequencies import Durations, Frequencies, frequencies
from evidence.survey.histogram import Histogram
from evidence.survey.reading import Survey as SurveyFile
from evidence.survey.responses import Responses
from evidence.survey.scale_report import ScaleReport
from evidence.survey.site_scores import SiteScore
from evidence.survey.skip_logic import parse_condition
from expectations.catalogue import CATALOGUE
from expectations.validate import CheckResult, Validation
from pages.data_docs import data_docs
from pages.survey_pictures import Bars, Marks, Spread
from study import Fact, Query, Subject, load_protocol
from study.identifiers import event_id
from study.query import fold_queries, settle
from study.query import place as place_of
from tasks.queries import write_query
from tasks.request import StudyRequest
from tasks.survey_artifacts import query_rows, show_surveys, survey_rows
from tasks.survey_docs import docs_of, has_page
from tasks.survey_history import Counted, Counts, History
from tasks.survey_judgement import JudgedSurvey
from tasks.survey_known import KnownSurvey
from tasks.survey_measured import Measured, keep_measured, kept_measured, measured_of
from tasks.survey_page import SurveyPages
from tasks.survey_pictures import picture_of
from tasks.survey_reports import write_survey_reports
from tasks.surveys import publish_data_docs
from tasks.workspace import Workspace, opened

PROTOCOL = """
id: tiny
title: A tiny study
synthetic: true
time_zone: UTC
as_of: 2026-06-30
strands: [quantitative]
ethics: {board: IRB, reference: R-1, approvals: [{from: 2026-01-01}]}
team: [{code: ME, name: Me, role: investigator, tasks: [{task: set_aside_query, from: 2026-01-01}]}]
participants: {roles: [{id: peer, label: Peer}]}
sampling:
  id_column: site_id
  stages: [{name: sites, strategy: convenience, rationale: A test, size: 1}]
consent_forms: [{form: main, version: "1", file: f.md, approved: 2026-01-01, opens: 2026-01-02, scopes: [take_part]}]
surveys:
  - name: first
    file: surveys/first.sav
    dictionary: surveys/first.dictionary.csv
    linkage: anonymous
    instrument: climate
    wave: 1
  - name: index
    file: surveys/second.sav
    dictionary: surveys/first.dictionary.csv
    key: code
    start: began
    end: ended
    instrument: climate
    wave: 2
    scales: [{name: climate, items: [c1, c2, c3], reversed: [c3], site_score: {minimum_rwg: 0.7}}]
"""
WORDS = "Brimblewax Quorvathil"
KEY = "ZQ4711"
RTL = "\u202e"
HOSTILE = f"<script>alert(1)</script>{RTL}yes"
DICTIONARY = DataDictionary(
    (
        Variable("code", "Code", "text"),
        Variable("said", "What else?", "text"),
        Variable("q1", "Trained?", "single", {0.0: "No", 1.0: "Yes"}, {-9.0: "Refused"}),
        Variable("days", "Days", "integer", range=(0.0, 30.0), show_if=parse_condition("q1 == 1")),
    )
)
IN_FILE = (
    Variable("code", "Code", "text"),
    Variable("said", "What else?", "text"),
    Variable("q1", "Trained?", "single", {0.0: "No", 1.0: HOSTILE}, {-9.0: "Refused"}),
    Variable("days", "Days", "integer"),
)
REPORT = ScaleReport(
    "climate",
    n=40,
    complete_n=38,
    alpha=0.5,
    alpha_interval=(0.3, 0.7),
    item_dropped={"c1": 0.4, "c2": 0.6, "c3": None},
    item_total={"c1": 0.3},
    reversal_gain={"c1": 0.2, "c2": float("-inf")},
    mean=3.0,
    sd=1.0,
    straight_line_share=0.25,
    straight_line_rows=(3, 9),
    items=("c1", "c2", "c3"),
    minimum_alpha=0.6,
    sites=(SiteScore("S1", 20, 3.1, 2.9, 3.3, 0.4, 0.8), SiteScore("S2", 20, 2.1, 1.9, 2.3, 0.4, 0.2, False)),
)


def tables(rows: int = 40) -> Frequencies:
    """The tables of a file with keys, words, a wild code, a hidden question answered and a hostile label."""
    frame = pd.DataFrame(
        {
            "code": [KEY] * rows,
            "said": [WORDS, None] * (rows // 2),
            "q1": [0.0, 1.0, 1.0, 7.0, -9.0] * (rows // 5),
            "days": [2.0, 3.0, 45.0, None] * (rows // 4),
        }
    )
    file = SurveyFile(frame, DataDictionary(IN_FILE), [], "", "sav")
    answers = answers_as_declared(file, DICTIONARY)
    return frequencies(file, DICTIONARY, answers, private=("code",))


class Study:
    """A study folder with two waves, judged by hand: what is failed is said."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "surveys").mkdir(parents=True)
        (root / "study.yaml").write_text(PROTOCOL)

    def run(self, failed: dict[str, Iterable[tuple[str, str]]] | None = None, *, unchanged: bool = False) -> str:
        """Judge both and report; `failed` by survey as (check, column)."""
        with opened(StudyRequest(study=str(self.root)), "validate-surveys", create=True) as place:
            judged = [_judged(place, name, tuple((failed or {}).get(name, ()))) for name in ("first", "index")]
            if unchanged:
                judged = [replace(one, facts=(), docs=None, frequencies=None, is_unchanged=True) for one in judged]
            place.trail.append([f for one in judged for f in one.facts if f.kind == "survey.received"])
            queries = [q for one in judged for q in one.queries]
            for query in queries:
                write_query(place, query)
            place.trail.append(settle(fold_queries(place.events()), queries, lambda r: True, now=place.instant).facts)
            publish_data_docs.fn(place, judged)
            place.trail.append([f for one in judged for f in one.facts if f.kind == "survey.validated"])
            (made,) = write_survey_reports.fn(place, judged)
            return made

    def page(self, path: str) -> str:
        return (self.root / "out" / path).read_text()


def _judged(place: Workspace, name: str, failed: tuple[tuple[str, str], ...]) -> JudgedSurvey:
    (spec,) = [s for s in place.protocol.surveys if s.name == name]
    queries = tuple(
        Query.raised(
            check,
            CATALOGUE[check].severity,
            study="tiny",
            subject=f"survey:{name}",
            place=place_of("abc", column),
            where=f"{spec.file}, column {column}",
            message="A code in 2 rows is not as it should be: correct it at the source.",
            rows=(KEY, "row 3"),
        )
        for check, column in failed
    )
    verdict = "review" if queries else "passed"
    received = Fact(
        "survey.received",
        place.instant,
        (Subject("survey", name),),
        generated=(place.reference(spec.file, b"x", personal=True),),
        data={"format": "sav"},
    )
    validated = replace(
        received,
        kind="survey.validated",
        causes=(event_id(place.origin, received.kind, received.natural_key),),
        data={
            "verdict": verdict,
            "rules": f"{len(queries):012d}",
            "blocking": 0,
            "review": len(queries),
            "inform": 0,
            "unchecked": 0,
        },
    )
    results = tuple(CheckResult(c, v, f"{v}:whole", "expect_in_set", "failed", 30, 2) for c, v in failed)
    docs = docs_of(place, spec, verdict, "0" * 12, queries, (Validation("answers", 40, (), results),), (), DICTIONARY)
    before = Counts("2026-06-01", "passed", 38, {"q1": Counted(30, 4, 4, {"0": 20, "1": 10})})
    now = Counts("2026-06-30", verdict, 40, {}, {q.fingerprint: q.check for q in queries})
    return JudgedSurvey(
        name,
        verdict,
        queries,
        (received, validated),
        docs,
        states=dict.fromkeys(failed, "failed") | {("SV001", ""): "passed"},
        reports=(REPORT,) if name == "index" else (),
        frequencies=tables(),
        history=History(now, before),
        responses=Responses(90, 60, 40) if name == "index" else None,
        features={"lost_count": 12, "lost_share": 0.3, "row_count": 40, "is_named": True, "alpha:climate": 0.5},
    )


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "study")


def without(protocol: str, surveys: Iterable[str]) -> str:
    """The protocol without some of its surveys."""
    whole = yaml.safe_load(protocol)
    whole["surveys"] = [one for one in whole["surveys"] if one["name"] not in surveys]
    return yaml.safe_dump(whole)


def plain(page: str) -> str:
    """What a reader sees, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


FAILED = {"index": [("SV020", "q1"), ("SV014", "q1"), ("SV027", "days"), ("SV060", "climate")]}


@pytest.mark.slow
def test_a_page_says_what_is_open_since_when_where_and_draws_what_is_quicker_seen(study: Study) -> None:
    assert study.run(FAILED) == "out/surveys/index.html"
    said = plain(study.page("surveys/survey-index.html"))
    for expected in (
        "Look at what is to review: 4 queries below.",
        "What to do: Correct it at the source.",
        "open since 30 June 2026",
        "2 rows, named in restricted/queries/",
        "q1: how often each code occurs",
        "In the data dictionary 1 &lt;script&gt;alert(1)&lt;/script&gt;yes Yes",
        "not to be shown",
        "climate: how reliable it is",
        "Alpha 0.50 (0.30 to 0.70)",
        "no: people there do not agree enough",
        "Invited: 90 Did not start: 30 Started: 60 Did not complete: 20 Completed: 40",
        "44.4%",
        "1 (first)",
        "12 (30.0%)",
        "What is different since 1 June 2026",
        "Rows 38 40",
        "surveys/second.sav (SPSS), 40 rows",
        "Checked: to review",
    ):
        assert expected in said, expected
    first = plain(study.page("surveys/first.html"))
    assert "Nothing to do: no check of this survey asks for anybody." in first


@pytest.mark.slow
def test_nothing_under_out_holds_a_key_a_word_the_network_or_a_turned_label(study: Study) -> None:
    study.run(FAILED)
    pages = sorted((study.root / "out").rglob("*.html"))
    assert [str(p.relative_to(study.root / "out")) for p in pages] == [
        "data_docs/first.html",
        "data_docs/index.html",
        "data_docs/survey-index.html",
        "surveys/first.html",
        "surveys/index.html",
        "surveys/survey-index.html",
    ]
    for path in pages:
        text = path.read_text()
        assert not re.search(r"https?:", text), path
        assert "<script>alert" not in text
        assert not any(word in text for word in (KEY, *WORDS.split(), "row 3", RTL)), path
    assert KEY in "".join(p.read_text() for p in (study.root / "restricted/queries").iterdir())
    kept = (study.root / "restricted/readings/surveys/index.measured.json").read_text()
    assert not any(word in kept for word in (KEY, *WORDS.split()))


@pytest.mark.slow
def test_an_unchanged_survey_keeps_its_page_and_what_changed_is_said_once(study: Study) -> None:
    study.run({"index": FAILED["index"][:1]})
    overview = plain(study.page("surveys/index.html"))
    assert "1 new query" in overview
    assert "1 survey is to review: index." in overview
    before = study.page("surveys/survey-index.html")
    study.run({"index": FAILED["index"][:1]}, unchanged=True)
    after = study.page("surveys/survey-index.html")
    assert after == before.replace(' <span class="mark plain">new</span>', "")
    overview = plain(study.page("surveys/index.html"))
    assert "What changed in the last run Nothing. 1 query is still open." in overview
    written = {p: p.stat().st_mtime_ns for p in (study.root / "out").rglob("*.html")}
    study.run({"index": FAILED["index"][:1]}, unchanged=True)
    assert {p: p.stat().st_mtime_ns for p in (study.root / "out").rglob("*.html")} == written
    study.run()
    overview = plain(study.page("surveys/index.html"))
    assert "1 query resolved" in overview
    assert "index: to review → passed" in overview


@pytest.mark.slow
def test_a_survey_the_protocol_no_longer_has_loses_its_pages_and_others_keep_theirs(study: Study) -> None:
    for path in ("surveys/gone.html", "data_docs/gone.html", "data_docs/transcripts.html"):
        (study.root / "out" / path).parent.mkdir(parents=True, exist_ok=True)
        (study.root / "out" / path).write_text("old")
    study.run()
    assert not (study.root / "out/surveys/gone.html").exists()
    assert not (study.root / "out/data_docs/gone.html").exists()
    assert (study.root / "out/data_docs/transcripts.html").exists()


@pytest.mark.slow
def test_the_list_names_no_survey_whose_page_was_taken_away_even_when_it_was_the_last(study: Study) -> None:
    study.run()
    protocol = (study.root / "study.yaml").read_text()
    for left in ("index", ""):
        (study.root / "study.yaml").write_text(without(protocol, {"first", "index"} - {left}))
        with opened(StudyRequest(study=str(study.root)), "validate-surveys") as place:
            write_survey_reports.fn(place, [JudgedSurvey(left, "passed", (), is_unchanged=True)] if left else [])
        listed = study.page("data_docs/index.html")
        assert ("first.html" in listed, "survey-index.html" in listed) == (False, bool(left))
        there = {path.name for path in (study.root / "out/surveys").iterdir()}
        assert there == ({"index.html", "survey-index.html"} if left else set())
    assert {path.name for path in (study.root / "out/data_docs").iterdir()} == {"index.html"}


@pytest.mark.slow
def test_what_was_measured_is_kept_whole_and_another_version_or_a_damaged_one_is_none(study: Study) -> None:
    with opened(StudyRequest(study=str(study.root)), "validate-surveys", create=True) as place:
        judged = _judged(place, "index", ())
        (spec,) = [s for s in place.protocol.surveys if s.name == "index"]
        assert not has_page(place, spec)
        publish_data_docs.fn(place, [judged])
        assert has_page(place, spec)
        kept = kept_measured(place, "index")
        assert kept == measured_of(place, judged)
        assert kept is not None
        assert kept.reports[0].reversal_gain["c2"] == float("-inf")
        assert kept.reports[0].straight_line_rows == ()
        assert kept.features == {"is_named": 1.0, "lost_count": 12.0, "lost_share": 0.3, "row_count": 40.0}
        keep_measured(place, "index", replace(kept, responses=Responses(pd.Series([9]).sum(), 6, 4)))
        again = kept_measured(place, "index")
        assert again is not None
        assert again.responses == Responses(9, 6, 4), "a number of numpy's is kept as any other"
        keep_measured(place, "index", replace(kept, version=0))
        assert kept_measured(place, "index") is None
        assert not has_page(place, spec)
        place.restricted.put("readings/surveys/index.measured.json", b"{")
        assert kept_measured(place, "index") is None


@pytest.mark.slow
def test_data_docs_keep_small_counts_back_and_say_what_is_allowed(study: Study) -> None:
    with opened(StudyRequest(study=str(study.root)), "validate-surveys", create=True) as place:
        (spec,) = [s for s in place.protocol.surveys if s.name == "index"]
        results = (
            CheckResult("SV020", "q1", "q1:whole", "expect_in_set", "failed", 40, 3),
            CheckResult("SV021", "days", "days", "expect_between", "failed", 40, 12),
            CheckResult("SV027", "days", "days:x", "expect_in_set", "passed", 0, 0),
            CheckResult("SV040", "code", "code", "expect_not_null", "unchecked", 0, 0),
        )
        few = Validation("own checks", 3, (), ())
        docs = docs_of(
            place,
            spec,
            "review",
            "r",
            (),
            (Validation("answers", 40, (), results), few),
            (),
            DICTIONARY,
            {"dictionary": "00ff", "distribution": "beef"},
        )
    wild, beyond, hidden, keys = docs.suites[0].checks
    assert (wild.evaluated, wild.unexpected, wild.not_applicable) == (40, None, 0)
    assert (beyond.evaluated, beyond.unexpected) == (40, 12)
    assert (hidden.evaluated, hidden.not_applicable) == (0, 40)
    assert (keys.evaluated, keys.unchecked) == (0, 40)
    assert (wild.threshold, beyond.threshold, hidden.threshold, keys.threshold) == (
        "one of 2 declared codes",
        "from 0 to 30",
        "never",
        "filled in",
    )
    assert docs.suites[1].rows is None
    page = data_docs(docs).decode()
    assert "00ff" in page
    assert "beef" not in page, "a plain digest of a list of people is not for auditors"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("1 row is a preview, a test or spam: export without it.", False),
        ("4 rows have fewer cells than the header: export it again.", False),
        ("36 rows have fewer cells than the header: export it again.", False),
        ("12 rows have fewer cells than the header: export it again.", True),
        ("The numbers of q1 and 2 more columns are written with a decimal comma.", True),
    ],
)
def test_data_docs_say_of_the_file_no_number_of_few_respondents(study: Study, message: str, shown: bool) -> None:
    with opened(StudyRequest(study=str(study.root)), "validate-surveys", create=True) as place:
        (spec,) = [s for s in place.protocol.surveys if s.name == "index"]
        query = Query.raised(
            "SV005",
            "review",
            study="tiny",
            subject="survey:index",
            place=place_of("abc", ""),
            where=spec.file,
            message=message,
        )
        found = docs_of(place, spec, "review", "r", (query, replace(query, check="SV001", message="In (first row 3).")),
                        (Validation("answers", 40, (), ()),)).raised  # fmt: skip
    said = "SV005 The survey file reads without repair: not met; in how many rows is not shown here."
    assert found == (f"SV005 {message}" if shown else said, "SV001 In.")


def measured() -> Measured:
    timed = replace(tables(), durations=Durations("min", 20.0, Histogram(0, 5, (1, 0, 3, 8, 2))))
    return Measured(frequencies=timed, reports=(REPORT,), responses=Responses(90, 60, 40))


@pytest.mark.parametrize(
    ("check", "column", "kind", "said"),
    [
        ("SV020", "q1", Bars, "7"),
        ("SV021", "days", Spread, "days"),
        ("SV029", "days", Spread, "days"),
        ("SV034", "days", Spread, "' min'"),
        ("SV026", "days", Bars, "blank"),
        ("SV080", "q1", Bars, "Refused"),
        ("SV060", "climate", Marks, "alpha"),
        ("SV064", "climate", Marks, "c2"),
        ("SV067", "climate", Marks, "S2"),
        ("SV032", "climate", Bars, "one and the same"),
        ("SV036", "", Bars, "completed"),
        ("SV040", "code", type(None), ""),
    ],
)
def test_each_kind_of_query_has_its_picture(check: str, column: str, kind: type, said: str) -> None:
    thresholds = CATALOGUE[check].defaults if check in CATALOGUE else {}
    picture = picture_of(check, column, measured(), thresholds)
    assert isinstance(picture, kind)
    assert said in repr(picture)


def test_a_gap_is_drawn_by_its_reason_and_a_hidden_question_is_no_gap() -> None:
    picture = picture_of("SV026", "days", measured(), {"maximum": 0.2})
    assert isinstance(picture, Bars)
    assert picture.limit == 0.2
    assert "not shown" not in repr(picture)
    assert [row[2] for row in picture.rows if row[0].startswith("blank")] == ["bad"]


def test_the_limits_drawn_are_those_of_the_check() -> None:
    fast = picture_of("SV034", "ended", measured(), {"minimum": 0.3})
    assert isinstance(fast, Spread)
    assert (fast.low, fast.high) == (6.0, None)
    far = picture_of("SV029", "days", measured(), {"maximum": 3})
    assert isinstance(far, Spread)
    assert (far.low, far.high) == (2.0 - 3 * 43.0, 45.0 + 3 * 43.0)
    ranged = picture_of("SV021", "days", measured(), {})
    assert isinstance(ranged, Spread)
    assert (ranged.low, ranged.high) == (0.0, 30.0)


def test_the_artifacts_say_what_to_do_in_counts(study: Study) -> None:
    protocol = load_protocol(study.root)
    (_, spec) = protocol.surveys
    query = Query.raised("SV020", "review", study="t", subject="survey:index", place="p", where="w", message="m")
    known = KnownSurvey(spec, "review", measured(), ((query, None), (replace(query, fingerprint="f"), None)))  # type: ignore[arg-type]
    from pages.study_page import Changes
    from pages.surveys_overview import Row, SurveysOverview

    overview = SurveysOverview("S", True, "today", (Row("index", "review", 0, 2, 0),), Changes(2, 0, 0, 0))
    pages = SurveyPages(protocol, "run", {"index": known})
    (row,) = survey_rows(overview, pages, "out")
    assert row["Page"] == "out/surveys/survey-index.html"
    assert row["What to do"] == "Look at what is to review: 2 queries below."
    assert (row["To review"], row["Blocking"]) == ("2", "0")
    assert query_rows(known) == [{"Check": "SV020", "Severity": "review", "Places": "2"}]
    assert query_rows(replace(known, queries=()))[0]["Check"] == "none open"
    show_surveys("tiny", overview, pages, "out")  # outside a run of Prefect's nothing happens
