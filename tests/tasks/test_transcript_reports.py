"""The reports on transcripts: what the pages say of judgements, queries and the trail, and what they never say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.histories import History
from evidence.reading import Asked, Looker
from evidence.versions import Standing, Version
from expectations.catalogue import CATALOGUE
from expectations.transcripts import QUESTIONS, TRANSCRIPTS, TURNS
from expectations.validate import State
from pages.measurements import allowed, measured
from pages.study_page import Changes
from pages.transcripts_overview import ChangedFiles, Row, TranscriptsOverview, overview_pages
from study import Fact, Query, Reference, Subject, load_protocol
from study.query import QueryRecord, fold_queries, settle
from study.query import place as place_of
from tasks.queries import write_query
from tasks.readings import Readings
from tasks.request import StudyRequest
from tasks.transcript_artifacts import BatchProgress, show_transcripts, transcript_rows
from tasks.transcript_docs import UNKNOWN, Tally, docs_of
from tasks.transcript_files import TranscriptFile, received_fact, transcript_files
from tasks.transcript_judgement import JudgedTranscript
from tasks.transcript_known import Known, Seen, next_steps
from tasks.transcript_overview import Overview
from tasks.transcript_page import Pages
from tasks.transcript_reports import write_transcript_reports
from tasks.transcripts import JudgedTranscripts
from tasks.workspace import Workspace, opened

PROTOCOL = """
id: tiny
title: A tiny study
synthetic: true
time_zone: UTC
as_of: 2026-06-30
strands: [qualitative]
ethics: {board: IRB, reference: R-1, approvals: [{from: 2026-01-01}]}
team: [{code: ME, name: Me, role: investigator, tasks: [{task: set_aside_query, from: 2026-01-01}]}]
participants: {roles: [{id: peer, label: Peer}]}
sampling:
  id_column: site_id
  stages: [{name: sites, strategy: convenience, rationale: A test, size: 1}]
consent_forms: [{form: main, version: "1", file: f.md, approved: 2026-01-01, opens: 2026-01-02, scopes: [take_part]}]
guides:
  - id: peer
    version: "1"
    file: g.txt
    from: 2026-01-01
    questions: [{id: q1, text: What is your work like?, keywords: [work], required: true}]
transcripts: {speakers: {interviewer: [Interviewer], participant: [Participant]}}
"""
MARKED = ("Zyxomira", "Quorvathil", "Brimblewax")
"""Words nobody says by chance: in the text, as a label, in a file name."""
SAID = "Interviewer: What is your work like?\n\nParticipant: Zyxomira came by.\n\nQuorvathil: I see.\n"
TIMED = (
    "WEBVTT\n\n00:00.000 --> 00:20.000\n<v Interviewer>So?\n\n03:20.000 --> 05:00.000\n<v Participant>Zyxomira did.\n"
)
NAMED = "Brimblewax notes.txt"


class Study:
    """A study folder with transcripts, judged by hand: what is failed is said, everything else passed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "transcripts").mkdir(parents=True)
        (root / "study.yaml").write_text(PROTOCOL)
        self.put("I0001.txt", SAID)
        self.put("I0002.vtt", TIMED)

    def put(self, name: str, text: str) -> None:
        (self.root / "transcripts" / name).write_text(text)

    def run(self, failed: dict[str, Iterable[str]] | None = None, *, released: Iterable[str] = ()) -> tuple[str, ...]:
        """Judge every file and report; `failed` by name: the checks that are not met."""
        with opened(StudyRequest(study=str(self.root)), "validate-transcripts", create=True) as place:
            assert place.protocol.transcripts is not None
            files = transcript_files(place, place.protocol.transcripts)
            judged = [_judged(place, file, (failed or {}).get(file.name, ())) for file in files]
            _keep_readings(place, files)
            place.trail.append([received_fact(place, file) for file in files])
            queries = tuple(q for one in judged for q in one.queries)
            for query in queries:
                write_query(place, query)
            place.trail.append(settle(fold_queries(place.events()), queries, lambda r: True, now=place.instant).facts)
            place.trail.append([one.validated for one in judged if one.validated])
            place.trail.append([_released(file) for file in files if file.id in released])
            return write_transcript_reports.fn(place, JudgedTranscripts(tuple(judged), (), queries, frozenset()))

    def page(self, path: str) -> str:
        return (self.root / "out" / path).read_text()


def _keep_readings(place: Workspace, files: list[TranscriptFile]) -> None:
    looker = Looker(place.protocol.transcripts, residue=())
    keys = {"text": "t", "guide": "g", "leaks": "l"}
    asked = Asked(questions=tuple(place.protocol.guides[0].questions))
    found = {
        f.reference.ref: (f.path, keys, looker.look((place.root / f.path).read_bytes(), f.name, asked)) for f in files
    }
    Readings(place.restricted).keep(found)


def _judged(place: Workspace, file: TranscriptFile, failed: Iterable[str]) -> JudgedTranscript:
    states: dict[str, State] = {c.id: "passed" for suite in (TRANSCRIPTS, TURNS, QUESTIONS) for c in suite.checks}
    states |= dict.fromkeys(failed, "failed") | {"TR023": "not_applicable"}
    queries = tuple(
        Query.raised(
            id,
            CATALOGUE[id].severity,
            study="tiny",
            subject=file.subject,
            place=place_of(file.reference.ref, CATALOGUE[id].feature),
            where=f"{file.path}, turn 2",
            message="Look at it.",
        )
        for id in failed
    )
    severities = {query.severity for query in queries}
    verdict = "blocked" if "block" in severities else "review" if "review" in severities else "passed"
    counts = {"blocking": 0, "review": 0, "inform": 0, "unchecked": 0}
    validated = Fact(
        "transcript.validated",
        place.instant,
        (Subject("transcript", file.id),),
        generated=(file.reference,),
        data={"verdict": verdict, "rules": ("0" * 11) + str(len(queries)), **counts},
    )
    features = {"interviewer_share": 0.21, "gap_s": None, "registry_hits_count": 0}
    return JudgedTranscript(file, verdict, queries, validated, "txt", features, states)


def _released(file: TranscriptFile) -> Fact:
    about = (Subject("transcript", file.id), Subject("person", "ME"))
    return Fact("transcript.released", "2026-06-29", about, generated=(file.reference,), data={"version": 1})


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "study")


def plain(page: str) -> str:
    """What a reader sees, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.slow
def test_a_page_says_what_is_open_where_and_how_every_check_came_out(study: Study) -> None:
    made = study.run({"I0002.vtt": ["TR022", "TR060"]}, released=["I0001"])
    assert made == ("out/transcripts/index.html", "out/data_docs/transcripts.html")
    page = plain(study.page("transcripts/I0002.html"))
    assert "Decide on what may identify somebody" in page
    assert page.index("2 open queries") < page.index("No long gap without an explanation")
    assert "Where: turn 2" in page
    assert "check met" not in page
    assert re.search(r"No long gap without an explanation TR022 not met measured 3 min allowed at most 2 min", page)
    assert "1 check that does not apply" in page
    assert "interviewer: 33%" in page
    assert "times without a word that are too long: 1" in page
    assert "2 queries raised: TR022, TR060" in page
    done = plain(study.page("transcripts/I0001.html"))
    assert "Released for coding. Nothing to do." in done
    assert "q1 What is your work like? turn 1" in done
    assert "29 June 2026 Released for coding, version 1 ME" in done


@pytest.mark.slow
def test_no_page_holds_a_word_a_label_a_name_of_a_file_or_the_network(study: Study) -> None:
    study.put(NAMED, SAID)
    study.put("I0003.Brimblewax", SAID)
    study.run({"I0001.txt": ["TR011"], NAMED: ["TR004"]})
    pages = sorted((study.root / "out").rglob("*.html"))
    assert len(pages) == 7
    for path in pages:
        text = f"{path} {path.read_text()}"
        assert not any(word in text for word in MARKED), path.name
        assert not re.search(r"https?:", path.read_text())
    overview = study.page("transcripts/index.html")
    assert re.search(r'<a href="(\w+)\.html">of an unknown interview \(\1\)</a>', overview)


@pytest.mark.slow
def test_a_page_is_written_again_only_where_something_changed(study: Study) -> None:
    study.run({"I0002.vtt": ["TR022"]})
    study.run({"I0002.vtt": ["TR022"]})
    pages = study.root / "out/transcripts"
    before = {path.name: path.stat().st_mtime_ns for path in pages.glob("I*.html")}
    study.run({"I0002.vtt": ["TR022"]})
    assert {path.name: path.stat().st_mtime_ns for path in pages.glob("I*.html")} == before
    study.run()
    changed = {path.name for path in pages.glob("I*.html") if path.stat().st_mtime_ns != before[path.name]}
    assert changed == {"I0002.html"}
    (pages / "I0001.html").unlink()
    study.run()
    assert (pages / "I0001.html").exists(), "a page somebody deleted is made again"


@pytest.mark.slow
def test_the_overview_says_what_the_run_changed(study: Study) -> None:
    study.run({"I0002.vtt": ["TR022"]})
    first = plain(study.page("transcripts/index.html"))
    assert "New files 2 I0001 , I0002" in first
    assert "Queries that are new 1 I0002" in first
    study.put("I0003.txt", SAID)
    study.put("I0001.txt", SAID + "\nParticipant: And more.\n")
    (study.root / "transcripts/I0002.vtt").unlink()
    study.run({"I0001.txt": ["TR013"]})
    second = plain(study.page("transcripts/index.html"))
    assert "New files 1 I0003" in second
    assert "Files that changed 1 I0001" in second
    assert "Files no longer in the folder 1 I0002" in second
    assert "I0001 : passed → to review" in second
    assert "1 transcript is no longer in the folder: put it back: I0002." in second
    study.run({"I0001.txt": ["TR013"]})
    third = plain(study.page("transcripts/index.html"))
    assert "Nothing; 1 query is still open." in third
    assert "file is gone" in third
    assert "put it back" in plain(study.page("transcripts/I0002.html"))


@pytest.mark.slow
def test_data_docs_are_listed_and_keep_back_what_rests_on_few_people(study: Study) -> None:
    study.run({"I0002.vtt": ["TR022"]})
    docs = plain(study.page("data_docs/transcripts.html"))
    row = docs[docs.index("TR022 No long gap") : docs.index("TR022 No long gap") + 400]
    assert "expect_column_values_to_be_between" in row
    assert "at most 2 min not shown not shown" in row
    assert "I0002" not in docs
    assert '<a href="transcripts.html">' in study.page("data_docs/index.html")


@pytest.mark.slow
def test_a_page_of_a_transcript_nothing_is_known_of_any_more_is_taken_away(study: Study) -> None:
    study.run()
    written = study.root / "out/transcripts/pages.json"
    written.write_text(written.read_text().replace('"pages":{', '"pages":{"I0009":"0",'))
    (study.root / "out/transcripts/I0009.html").write_text("old")
    study.run()
    assert not (study.root / "out/transcripts/I0009.html").exists()
    written.write_text("{")
    study.run()
    assert (study.root / "out/transcripts/I0001.html").exists()


# the counts for auditors


def rows(*given: tuple[str, str, str]) -> list[tuple[str, dict[str, State], frozenset[str]]]:
    """Judgements from (verdict, state of TR022, who speaks)."""
    return [(v, {"TR022": s}, frozenset(p.split()) if p else frozenset()) for v, s, p in given]


@pytest.fixture
def protocol(study: Study):
    return load_protocol(study.root)


def column(docs, id: str):
    return next(c for suite in docs.suites for c in suite.checks if c.check == id)


def test_counts_of_many_people_are_shown_and_small_ones_cannot_be_worked_out(protocol) -> None:
    many = [("passed", "passed", f"p{n}") for n in range(20)]
    shown = column(docs_of(protocol, rows(*many, *[("review", "failed", f"q{n}") for n in range(6)]), []), "TR022")
    assert (shown.evaluated, shown.unexpected, shown.not_applicable, shown.state) == (26, 6, 0, "failed")
    hidden = docs_of(protocol, rows(*many, ("review", "failed", "q1")), [])
    few = column(hidden, "TR022")
    assert (few.evaluated, few.unexpected, few.state) == (21, None, "failed")
    assert dict(hidden.verdicts)["to review"] is None
    assert dict(hidden.verdicts)["passed"] is None, "21 less the ones shown would be the one"
    assert dict(hidden.verdicts)["blocked"] == 0


def test_many_transcripts_of_few_people_are_few_and_unknown_speakers_are_one(protocol) -> None:
    same = [("review", "failed", "p1 p2") for _ in range(9)]
    others = [("passed", "passed", f"q{n}") for n in range(9)]
    assert column(docs_of(protocol, rows(*same, *others), []), "TR022").unexpected is None
    unknown = [("review", "failed", "") for _ in range(9)]
    assert column(docs_of(protocol, rows(*unknown, *others), []), "TR022").unexpected is None
    tally = Tally(5)
    tally.add("failed", (UNKNOWN,))
    assert tally.shown(("failed",)) == ({"failed": None}, None)


def test_the_digest_of_the_rules_changes_with_a_threshold(study: Study) -> None:
    before = docs_of(load_protocol(study.root), [], []).rules
    (study.root / "study.yaml").write_text(PROTOCOL + "checks: {TR022: {maximum: 90}}\n")
    after = docs_of(load_protocol(study.root), [], [])
    assert after.rules != before
    assert column(after, "TR022").threshold == "at most 1 min 30 s"


# what to do next


def query(check: str, severity: str) -> tuple[Query, QueryRecord]:
    raised = Query.raised(check, severity, study="s", subject="transcript:I0001", place=check, where="", message="")  # type: ignore[arg-type]
    return raised, QueryRecord(raised.fingerprint, check, severity, raised.subject, "open", 1, "e1")  # type: ignore[arg-type]


COPIED = Version(1, Reference("r1", 1, hmac="a" * 64), "e1", copies=(Reference("r2", 1, hmac="b" * 64),))
SEEN = Seen("transcripts/I0001.txt", "r1", "I0001.txt", "txt", "passed")
KNOWN = Known("I0001", History("I0001"), Standing("I0001"), files=(SEEN,))


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (replace(KNOWN, is_erased=True), ["Erased as the participant asked"]),
        (replace(KNOWN, files=()), ["The file is no longer in the folder"]),
        (replace(KNOWN, files=(SEEN, SEEN)), ["2 files lie there under this id"]),
        (replace(KNOWN, queries=(query("TR013", "review"),)), ["Look at what is to review: 1 query"]),
        (
            replace(KNOWN, queries=(query("TR060", "review"), query("TR005", "block"), query("TR051", "inform"))),
            ["Mend what blocks it first: 1 query", "Decide on what may identify somebody"],
        ),
        (
            replace(KNOWN, queries=(query("TR060", "review"),), standing=Standing("I0001", (COPIED,), COPIED)),
            ["Read the de-identified copy in restricted/deidentified/"],
        ),
        (
            replace(
                KNOWN,
                queries=(query("TR060", "review"),),
                standing=Standing("I0001", (COPIED,), replace(COPIED, released=("e2",))),
            ),
            ["Released for coding. Nothing to do."],
        ),
        (KNOWN, ["Nothing is open. To release it for coding, enter it in registers/decisions.csv: release, I0001."]),
    ],
)
def test_the_next_step_is_one_a_coordinator_can_take(known: Known, said: list[str]) -> None:
    steps = list(next_steps(known))
    assert len(steps) == len(said)
    assert all(step.startswith(words) for step, words in zip(steps, said, strict=True))


@pytest.mark.parametrize(
    ("feature", "thresholds", "value", "said"),
    [
        ("interviewer_share", {"minimum": 0.05, "maximum": 0.45}, 0.464, ("46.4%", "5% to 45%")),
        ("letters_kept_share", {"minimum": 0.995}, 0.9946, ("99.46%", "at least 99.5%")),
        ("gap_s", {"maximum": 120}, 150.4, ("2 min 30 s", "at most 2 min")),
        ("backward_s", {"maximum": 0.5}, 0.25, ("0.25 s", "at most 0.5 s")),
        ("audio_difference_s", {"maximum": 60, "share": 0.05}, 61, ("1 min 1 s", "at most 1 min or 5%")),
        ("registry_hits_count", {}, 3.0, ("3", "none")),
        ("days_outside_study_count", {"maximum": 0}, None, ("", "none")),
        ("words_per_minute", {"minimum": 80, "maximum": 220}, 131.77, ("132", "80 to 220")),
        ("turn_words_count", {"maximum": 1500}, 2034.0, ("2,034", "at most 1,500")),
    ],
)
def test_measurements_are_said_in_their_unit(
    feature: str, thresholds: dict[str, float], value: float | None, said: tuple[str, str]
) -> None:
    assert (measured(feature, value), allowed(feature, thresholds)) == said


# Prefect's artifacts


def test_the_artifact_holds_counts_and_pages_and_nothing_is_shown_outside_a_run() -> None:
    overview = TranscriptsOverview(
        "A study",
        True,
        "today",
        (Row("I0001", "blocked", "received"),),
        Changes(1, 0, 0, 0),
        ChangedFiles(new=("I0001",)),
    )
    table = transcript_rows(overview, {"All transcripts": "out/transcripts/index.html"})
    assert {"What": "blocked", "How many": "1", "Page": ""} in table
    assert {"What": "new files", "How many": "1", "Page": ""} in table
    assert table[-1] == {"What": "All transcripts", "How many": "", "Page": "out/transcripts/index.html"}
    assert "I0001" not in str(table)
    show_transcripts("tiny", overview, {})
    BatchProgress("tiny", "reading transcripts")(50, 100)


@pytest.mark.slow
def test_ten_thousand_transcripts_make_an_overview_of_twenty_pages(protocol) -> None:
    known = {f"I{n:05d}": replace(KNOWN, id=f"I{n:05d}", history=History(f"I{n:05d}")) for n in range(10_000)}
    pages = overview_pages(Overview(Pages(protocol, "run"), known, (), {}, "today").made())
    assert len(pages) == 20
