"""A scale's score by site on its way from a validated survey into the sampling frame."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evidence import isolated
from evidence.survey.linkage import REPLACED
from evidence.survey.site_scores import SiteScore, for_others
from sampling import Frame
from study import Event, Fact, Reference, StudyError, Subject, load_protocol
from study.decisions import Decision
from tasks.checking import _frames
from tasks.request import StudyRequest
from tasks.sample_decisions import carry_out_approvals
from tasks.sample_section import stage_section
from tasks.sampling import Proposed, asked, propose_samples, write_samples
from tasks.sampling_stages import Waiting
from tasks.site_replacement import find_replacement
from tasks.survey_scores import survey_scores
from tasks.surveys import judge_surveys, receptions, verdicts
from tasks.workspace import Workspace, opened
from tests.tasks.survey_study import in_this_process

pytestmark = pytest.mark.real

PROTOCOL = """
id: tiny
title: A tiny study
synthetic: true
time_zone: UTC
as_of: 2026-06-30
strands: [quantitative]
ethics: {board: IRB, reference: R-1, approvals: [{from: 2026-01-01}]}
team: [{code: ME, name: Me, role: investigator, tasks: [{task: approve_sample, from: 2026-01-01}]}]
participants: {roles: [{id: peer, label: Peer}]}
sampling:
  id_column: site_id
  stages:
    - {name: sites, strategy: extreme_or_deviant_case, rationale: The ends say most, size: 2, score: support}
    - name: largest
      strategy: critical_case
      rationale: The largest
      size: 1
      score: staff_count
      criterion: {staff_count: {low: 1}}
  scores: [{survey: staff, scale: support, column: support}]
consent_forms: [{form: main, version: "1", file: f.md, approved: 2026-01-01, opens: 2026-01-02, scopes: [take_part]}]
surveys:
  - name: staff
    file: surveys/staff.csv
    dictionary: surveys/staff.dictionary.csv
    linkage: anonymous
    site: site_id
    scales: [{name: support, items: [q1, q2, q3], site_score: {minimum_respondents: 5}}]
"""
CODES = "1=No;2=Rather not;3=Part;4=Rather;5=Yes"
DICTIONARY = "variable,label,type,values\nsite_id,Site,text,\n" + "".join(
    f"q{i},Item {i},single,{CODES}\n" for i in (1, 2, 3)
)
SITES = tuple(f"S{i:02d}" for i in range(1, 10))
UNASKED = "S09"
COLUMNS = [field.name for field in fields(SiteScore)]


def answers() -> pd.DataFrame:
    """Eight sites whose means rise from S01 to S08, of which S08 has four respondents; nobody of S09 answered."""
    random = np.random.default_rng(2)
    rows = []
    for number, site in enumerate(SITES[:-1]):
        for _ in range(4 if site == "S08" else 8):
            given = np.clip(np.round(1.2 + number / 2 + 0.4 * random.normal(size=3)), 1, 5).astype(int)
            rows.append([site, *given])
    return pd.DataFrame(rows, columns=["site_id", "q1", "q2", "q3"])


@pytest.fixture(autouse=True)
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often a survey was read; harmless files are read without the second a child process takes."""
    found: list[str] = []

    def call(function: Callable[..., Any], *args: Any, seconds: float, megabytes: int) -> Any:
        found.append(function.__name__)
        return function(*args)

    monkeypatch.setattr(isolated, "call", call)
    return found


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    for name in ("surveys", "sampling", "registers"):
        (folder / name).mkdir(parents=True)
    (folder / "study.yaml").write_text(PROTOCOL)
    (folder / "surveys/staff.dictionary.csv").write_text(DICTIONARY)
    answers().to_csv(folder / "surveys/staff.csv", index=False)
    frame = "site_id,staff_count\n" + "".join(f"{site},{i + 20}\n" for i, site in enumerate(SITES))
    (folder / "sampling/frame.csv").write_text(frame)
    opening = {"time_zone": "UTC", "protocol": "0" * 64, "approval_from": "2026-01-01"}
    inside(folder, lambda place: place.trail.append([Fact("study.opened", "2026-01-01", data=opening)]), create=True)
    return folder


def inside(folder: Path, act: Callable[[Workspace], Any], *, create: bool = False) -> Any:
    with opened(StudyRequest(study=str(folder)), "propose-sample", create=create) as place:
        return act(place)


def site_scores_of(place: Workspace, *, for_team: bool = True) -> dict[str, dict[str, pd.DataFrame]]:
    """Survey → scale → one row a site with a mean, as the team or as others may see it; nothing while it waits."""
    found: dict[str, dict[str, pd.DataFrame]] = {}
    for spec in place.protocol.surveys:
        try:
            scores = survey_scores(place, spec)
        except Waiting:
            continue
        found[spec.name] = {
            name: pd.DataFrame(map(asdict, of.sites if for_team else for_others(of, k=5)), columns=COLUMNS)
            for name, of in scores.scales.items()
        }
    return found


def validated(folder: Path, verdict: str = "passed", rules: str = "0" * 12) -> Event:
    """The judgement of the survey as validate-surveys records it, without its checks."""

    def act(place: Workspace) -> Event:
        file, dictionary = place.reference_to("surveys/staff.csv"), "surveys/staff.dictionary.csv"
        used: tuple[Reference, ...] = (place.reference(dictionary, place.files.get(dictionary), personal=False),)
        counts = {"blocking": int(verdict == "blocked"), "review": 0, "inform": 0, "unchecked": 0}
        fact = Fact(
            "survey.validated",
            place.instant,
            (Subject("survey", "staff"),),
            used=used,
            generated=(file,),
            data={"verdict": verdict, "rules": rules, **counts},
        )
        return place.trail.append([fact])[0]

    event: Event = inside(folder, act)
    return event


def propose(folder: Path) -> Proposed:
    def act(place: Workspace) -> Proposed:
        found = propose_samples.fn(place)
        place.trail.append(found.facts)
        write_samples.fn(place)
        return found

    found: Proposed = inside(folder, act)
    return found


def code_of(found: Proposed, stage: str = "sites") -> str:
    return next(f.data["proposal"] for f in found.facts if f.data["stage"] == stage)


def change_answers(folder: Path) -> None:
    changed = answers()
    changed.loc[changed["site_id"] == "S01", "q1"] = 5
    changed.to_csv(folder / "surveys/staff.csv", index=False)


def test_sites_are_chosen_by_what_people_answered_and_the_record_says_so(study: Path) -> None:
    judged = validated(study, "review")
    found = propose(study)
    fact = next(f for f in found.facts if f.data["stage"] == "sites")
    assert list(fact.data["selected"]) == ["S01", "S07"]  # S08 has the highest mean and too few respondents
    assert judged.id in {cause.id if hasattr(cause, "id") else cause for cause in fact.causes}
    assert len(fact.used) == 2
    shown = json.loads((study / "out/sample/sites.json").read_text())
    [column] = shown["scores"]
    assert (column["column"], column["survey"], column["validated"]) == ("support", "staff", judged.id)
    assert [row["site_id"] for row in column["sites"]] == list(SITES[:7])
    assert column["without_count"] == 2
    own = answers().query("site_id == 'S01'")[["q1", "q2", "q3"]].mean(axis=1)
    first = column["sites"][0]
    assert (first["n"], first["mean"]) == (8, round(own.mean(), 4))
    assert first["low"] < first["mean"] < first["high"]
    section = stage_section(load_protocol(study / "study.yaml").sampling.stages[0], shown)
    assert section.from_surveys[0].rows[0][0::3] == ("S01", "8")
    assert "2 of the frame's sites have none" in section.from_surveys[0].said
    assert "not in the frame" not in section.from_surveys[0].said
    assert "scores" not in json.loads((study / "out/sample/largest.json").read_text())


def test_a_survey_that_validate_surveys_judged_is_scored(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_this_process(monkeypatch)

    def act(place: Workspace) -> str:
        judged = judge_surveys.fn(place)
        place.trail.append(receptions(judged))
        place.trail.append(verdicts(judged))
        return judged[0].verdict

    assert inside(study, act) in ("passed", "review")
    found = propose(study)
    assert {f.data["stage"] for f in found.facts} == {"sites", "largest"}


def test_a_site_without_a_score_follows_the_rule_for_what_is_missing(study: Path) -> None:
    validated(study)
    varied = "strategy: maximum_variation, rationale: A test, size: 2, attributes: [{name: support, kind: numeric%s}]"
    extreme = "strategy: extreme_or_deviant_case, rationale: The ends say most, size: 2, score: support"
    with_change(study, extreme, varied % "")
    [query] = propose(study).queries
    assert query.check == "SA003"
    assert "S08" in query.message or "row 9" in query.message + query.where
    with_change(study, extreme, varied % ", missing: drop")
    assert next(f for f in propose(study).facts if f.data["stage"] == "sites").data["eligible"] == 7


def test_without_any_score_the_query_says_why(study: Path) -> None:
    validated(study)
    with_change(study, "minimum_respondents: 5", "minimum_respondents: 5, minimum_rwg: 1")
    assert "no site's mean of the scale support may stand" in propose(study).queries[0].message.casefold()
    with_change(study, "minimum_respondents: 5", "minimum_respondents: 5")
    (study / "sampling/frame.csv").write_text("site_id,staff_count\n1,3\n2,4\n")
    assert "no site with a score in the survey staff is in the sampling frame" in (
        propose(study).queries[0].message.casefold()
    )


def test_a_replacement_says_where_the_scores_came_from_too(study: Path) -> None:
    validated(study)
    with_change(study, "size: 2, score: support", "size: 2, score: support, tail_share: 0.4")
    code = code_of(propose(study))
    decided = f"decision,subject,value,person,occurred,reason\napprove_sample,sites,{code},ME,2026-06-01,Yes\n"
    (study / "registers/decisions.csv").write_text(decided)
    inside(study, lambda place: place.trail.append(carry_out_approvals.fn(place).facts))
    decision = Decision("replace_site", "sites", "S01", "ME", date(2026, 6, 2), "", 0)
    replaced = inside(study, lambda place: place.trail.append(find_replacement.fn(place, decision, "declined").facts))
    assert replaced[0].data["entering"] == "S02"
    [record] = (study / "records/site.replaced").glob("*.json")
    assert json.loads(record.read_text())["scores"][0]["column"] == "support"


def test_a_stage_that_names_no_score_keeps_its_digests_and_waits_for_nothing(study: Path) -> None:
    found = propose(study)
    assert {f.data["stage"] for f in found.facts} == {"largest"}
    with_it = next(f.data for f in found.facts)
    (study / "study.yaml").write_text(PROTOCOL.replace("  scores:", "  #"))

    def digests(place: Workspace) -> tuple[str, str]:
        now = asked(place, place.protocol.sampling.stages[1])
        return now.frame_digest, now.design_digest

    assert inside(study, digests) == (with_it["frame"], with_it["design"])


def test_without_columns_from_elsewhere_a_frame_has_the_digest_it_always_had() -> None:
    frame = Frame("f", "id", pd.DataFrame({"a": ["1", "2"]}, index=["x", "y"]), {"x": 2, "y": 3})
    assert frame.canonical() == b'["id",["a"],[["x","1"],["y","2"]]]'
    joined = frame.with_columns({"b": {"y": "3"}}, "0" * 64)
    assert joined.canonical() == b'["id",["a","b"],[["x","1",""],["y","2","3"]],"' + b"0" * 64 + b'"]'
    assert frame.with_columns({"b": {"y": "3"}}, "1" * 64).fingerprint() != joined.fingerprint()
    with pytest.raises(StudyError, match="has a column 'a' itself"):
        frame.with_columns({"a": {}}, "0" * 64)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (None, "as it lies there now, is validated"),
        ("blocked", "is no longer blocked by a query"),
        ("unreadable", "can be read"),
    ],
)
def test_a_stage_waits_for_a_survey_that_is_not_validated(study: Path, verdict: str | None, said: str) -> None:
    if verdict:
        validated(study, verdict)
    found = propose(study)
    assert found.said[0] == f"Stage sites: waits until the survey staff{',' if verdict is None else ''} {said}."
    assert not found.queries
    assert {f.data["stage"] for f in found.facts} == {"largest"}
    assert inside(study, site_scores_of) == {}


@pytest.mark.parametrize("path", ["surveys/staff.csv", "surveys/staff.dictionary.csv"])
def test_a_changed_file_or_dictionary_is_waited_for_until_it_is_validated(study: Path, path: str) -> None:
    validated(study)
    assert inside(study, site_scores_of)
    (study / path).write_text((study / path).read_text() + "\n")
    assert inside(study, site_scores_of) == {}
    (study / path).unlink()
    assert "and its data dictionary are there" in propose(study).said[0]


def test_changed_answers_refuse_an_approval_of_the_sample_before(study: Path) -> None:
    validated(study)
    before = code_of(propose(study))
    change_answers(study)
    validated(study)
    after = code_of(propose(study))
    assert before != after
    decided = "decision,subject,value,person,occurred,reason\n"
    (study / "registers/decisions.csv").write_text(decided + f"approve_sample,sites,{before},ME,2026-06-01,Yes\n")
    refused = inside(study, carry_out_approvals.fn)
    assert not refused.facts
    assert "support" in refused.queries[0].message
    (study / "registers/decisions.csv").write_text(decided + f"approve_sample,sites,{after},ME,2026-06-01,Yes\n")
    assert len(inside(study, carry_out_approvals.fn).facts) == 1


def test_a_second_run_reads_no_survey_and_records_nothing(study: Path, reads: list[str]) -> None:
    validated(study)
    assert propose(study).facts
    assert len(reads) == 1
    validated(study, rules="1" * 12)  # judged again under other rules, with the same answers
    assert propose(study).facts == ()
    assert len(reads) == 1
    (study / "restricted/readings/surveys/staff.scores.json").unlink()
    assert propose(study).facts == ()
    assert len(reads) == 2


def test_the_joint_display_gets_a_table_of_each_scale(study: Path) -> None:
    validated(study)
    table = inside(study, site_scores_of)["staff"]["support"]
    assert table["site_id"].tolist() == list(SITES[:7])
    assert table["n"].tolist() == [8] * 7
    assert table["mean"].is_monotonic_increasing
    assert table["may_stand"].all()
    # S08 has too few for a score: with a total beside the table, another site goes with it for everybody else.
    others = inside(study, lambda place: site_scores_of(place, for_team=False))["staff"]["support"]
    assert others["site_id"].tolist() == list(SITES[:6])


def test_nobody_whom_the_gate_refuses_counts(study: Path) -> None:
    coded = answers().assign(code=[f"P{i:03d}" for i in range(len(answers()))])
    coded.to_csv(study / "surveys/staff.csv", index=False)
    (study / "surveys/staff.dictionary.csv").write_text(DICTIONARY + "code,Code,text,\n")
    (study / "study.yaml").write_text(PROTOCOL.replace("linkage: anonymous", "linkage: coded\n    key: code"))
    registry = "participant_id,pseudonym,site_id,role\n"
    registry += "".join(f"{code},,{site},peer\n" for code, site in zip(coded["code"], coded["site_id"], strict=True))
    (study / "restricted").mkdir(exist_ok=True)
    (study / "restricted/participants.csv").write_text(registry)
    validated(study)
    assert inside(study, site_scores_of)["staff"]["support"].empty  # nobody has consented
    coded.assign(code=[f"{REPLACED}{i}" for i in range(len(coded))]).to_csv(study / "surveys/staff.csv", index=False)
    validated(study)
    assert len(inside(study, site_scores_of)["staff"]["support"]) == 7  # left without their keys by an erasure
    (study / "restricted/participants.csv").unlink()
    assert inside(study, site_scores_of)["staff"]["support"].empty


def test_a_coded_survey_whose_key_nobody_described_is_not_scored(study: Path) -> None:
    answers().assign(code="P001").to_csv(study / "surveys/staff.csv", index=False)
    (study / "study.yaml").write_text(PROTOCOL.replace("linkage: anonymous", "linkage: coded\n    key: code"))
    validated(study)
    spec = load_protocol(study / "study.yaml").surveys[0]
    with pytest.raises(Waiting, match="until the data dictionary of staff describes its column code"):
        inside(study, lambda place: survey_scores(place, spec))


def with_change(study: Path, before: str, after: str) -> Path:
    assert before in PROTOCOL
    (study / "study.yaml").write_text(PROTOCOL.replace(before, after))
    return study


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("{survey: staff, scale", "{survey: others, scale", "no survey others"),
        ("scale: support, column", "scale: trust, column", "declares no scale trust"),
        (", site_score: {minimum_respondents: 5}", "", "does not say when a site's mean may stand"),
        ("    site: site_id\n", "", "names no column with the site"),
        ("column: support}", "column: site_id}", "the column site_id is taken"),
        ("[q1, q2, q3]", "[q1, q2, q2]", "q2 is twice an item of support"),
        ("scales: [{name", "scales: [{name: support, items: [q1, q2]}, {name", "support appears twice"),
    ],
)
def test_a_score_no_survey_can_give_is_said_before_anything_runs(
    study: Path, before: str, after: str, said: str
) -> None:
    with pytest.raises(StudyError, match=said):
        load_protocol(with_change(study, before, after) / "study.yaml")


def test_check_looks_for_every_column_but_those_of_surveys(study: Path) -> None:
    def said() -> str:
        return " ".join(fault.what for fault in _frames(study, load_protocol(study / "study.yaml")))

    assert "the column" not in said()
    (study / "sampling/frame.csv").write_text("site_id,staff_count,support\nS01,3,4\n")
    assert "the column support is there, and sampling.scores takes it from a survey, too" in said()
    (study / "sampling/frame.csv").write_text("site_id,staff_count\nS01,3\n")
    with_change(study, "  scores:", "  #")
    assert "the column support is missing" in said()
