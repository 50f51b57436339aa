"""Proposing, approving, overriding and replacing, in a small study folder."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sampling import CAVEAT
from study import Event, Fact, Query, StudyError
from tasks.request import StudyRequest
from tasks.sample_artifacts import artifact_key, stage_artifact
from tasks.sample_decisions import carry_out_approvals, carry_out_overrides, find_replacement, standing
from tasks.sampling import Proposed, propose_samples, sample_state, write_samples
from tasks.workspace import Workspace, opened

pytestmark = pytest.mark.real

START = Path(__file__).parent.parent.parent / "cli/starting_study"
OPENING = Fact(
    "study.opened",
    "2026-01-01",
    data={"time_zone": "America/Los_Angeles", "protocol": "0" * 64, "approval_from": "2026-01-01"},
)
REGIONS = ("north", "bay", "south")
PEOPLE_STAGE = """    - name: participants
      of: people
      strategy: convenience
      rationale: Whoever was there.
      size: 2
      chosen: [S03, S05]
      chosen_by: PI
      chosen_on: 2026-01-05
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The starting study with twelve sites in its frame and its trail opened."""
    folder = tmp_path / "study"
    shutil.copytree(START, folder)
    write_frame(folder, 12)
    with opened(StudyRequest(study=str(folder)), "open-study", create=True) as place:
        place.trail.append([OPENING])
    return folder


def write_frame(folder: Path, sites: int) -> None:
    rows = [f"S{i:02d},{REGIONS[i % 3]},{(i * 7) % 31 + 5}" for i in range(1, sites + 1)]
    (folder / "sampling/frame.csv").write_text("site_id,region,staff_count\n" + "\n".join(rows) + "\n")


def decide(folder: Path, *rows: tuple[str, ...]) -> None:
    with (folder / "registers/decisions.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["decision", "subject", "value", "person", "occurred", "reason"])
        writer.writerows(rows)


def inside(folder: Path, act: Callable[[Workspace], object], acting: str | None = None) -> object:
    with opened(StudyRequest(study=str(folder), acting=acting), "propose-sample") as place:
        return act(place)


def propose(folder: Path) -> Proposed:
    """What the flow propose-sample does, without Prefect's server."""

    def act(place: Workspace) -> Proposed:
        found = propose_samples.fn(place)
        place.trail.append(found.facts)
        write_samples.fn(place)
        return found

    return inside(folder, act)  # type: ignore[return-value]


def approve(folder: Path) -> tuple[list[Event], list[Query], tuple[str, ...]]:
    """What the flow approve-sample does, without Prefect's server."""

    def act(place: Workspace) -> tuple[list[Event], list[Query], tuple[str, ...]]:
        exchanged = carry_out_overrides.fn(place)
        events = place.trail.append(exchanged.facts)
        approved = carry_out_approvals.fn(place)
        events += place.trail.append(approved.facts)
        write_samples.fn(place)
        return events, [*exchanged.queries, *approved.queries], standing(place)

    return inside(folder, act)  # type: ignore[return-value]


def shown(folder: Path, stage: str = "sites") -> dict[str, object]:
    document: dict[str, object] = json.loads((folder / f"out/sample/{stage}.json").read_text())
    return document


def yes(code: object, day: str = "2026-02-01", person: str = "PI") -> tuple[str, ...]:
    return ("approve_sample", "sites", str(code), person, day, "They differ in what matters.")


def test_a_proposal_is_recorded_once_with_its_reasons_beside_it(study: Path) -> None:
    first = propose(study)
    [fact] = first.facts
    assert (fact.kind, fact.data["status"], fact.data["size"]) == ("sample.proposed", "optimal", 4)
    assert first.said[-1] == CAVEAT
    [file] = (study / "records/sample.proposed").glob("*.json")
    document = json.loads(file.read_text())
    assert document["proposal"] == fact.data["proposal"]
    assert len(document["selected"]) + len(document["not_selected"]) == 12
    before = file.read_bytes()
    second = propose(study)
    assert (second.facts, second.queries) == ((), ())
    assert "waiting for the investigator's approval of proposal" in second.said[0]
    assert file.read_bytes() == before


def test_the_order_of_rows_is_no_new_proposal_and_another_value_is(study: Path) -> None:
    propose(study)
    frame = study / "sampling/frame.csv"
    header, *rows = frame.read_text().splitlines()
    frame.write_text("\n".join([header, *reversed(rows)]))
    assert propose(study).facts == ()
    frame.write_text("\n".join([header, *rows[:-1], "S12,south,90"]))
    assert len(propose(study).facts) == 1


def test_an_approval_makes_the_sample_effective_once(study: Path) -> None:
    code = propose(study).facts[0].data["proposal"]
    assert approve(study)[2] == (
        f"Stage sites: 4 of 12 eligible sites proposed; waiting for the investigator's approval of proposal {code}.",
    )
    decide(study, yes(code))
    events, queries, said = approve(study)
    assert [(e.kind, e.occurred, e.data["by"]) for e in events] == [("sample.approved", "2026-02-01", "PI")]
    assert queries == []
    assert said == ("Stage sites: 4 of 12 eligible sites proposed and approved.",)
    assert shown(study)["standing"] == "approved"
    assert shown(study)["now_selected"] == shown(study)["ids"]
    assert approve(study)[:2] == ([], [])
    assert propose(study).facts == ()
    [record] = (study / "records/sample.approved").glob("*.json")
    assert json.loads(record.read_text()) == {"person": "PI", "reason": "They differ in what matters."}


def test_an_approval_of_what_has_changed_is_refused_with_what_changed(study: Path) -> None:
    code = propose(study).facts[0].data["proposal"]
    write_frame(study, 13)
    current = propose(study).facts[0].data["proposal"]
    decide(study, yes(code))
    events, [query], _ = approve(study)
    assert (events, query.check, query.severity, query.subject) == ([], "SA001", "block", "stage:sites")
    assert query.where == "registers/decisions.csv, row 2"
    assert query.message.startswith(
        f"The approval names proposal {code}, the current one is {current}: the frame has changed"
    )
    decide(study, yes(code), yes(current, "2026-02-02"))
    events, queries, _ = approve(study)
    assert ([e.data["proposal"] for e in events], queries) == ([current], [])


def test_a_change_after_the_approval_waits_and_the_approved_sites_stand(study: Path) -> None:
    code = propose(study).facts[0].data["proposal"]
    decide(study, yes(code))
    approve(study)
    approved = shown(study)["now_selected"]
    text = (study / "study.yaml").read_text()
    (study / "study.yaml").write_text(text.replace("      size: 4\n", "      size: 5\n"))
    propose(study)
    assert (shown(study)["standing"], shown(study)["now_selected"]) == ("changed", approved)
    assert approve(study)[:2] == ([], [])


@pytest.mark.parametrize(("person", "day"), [("RA", "2026-02-01"), ("NOBODY", "2026-02-01"), ("PI", "2025-12-31")])
def test_only_who_holds_the_task_that_day_approves(study: Path, person: str, day: str) -> None:
    code = propose(study).facts[0].data["proposal"]
    decide(study, yes(code, day, person))
    events, [query], _ = approve(study)
    assert (events, query.check) == ([], "SA002")


def test_an_approval_of_no_known_stage_names_the_stages_and_keeps_free_text_out_of_the_trail(study: Path) -> None:
    propose(study)
    decide(study, ("approve_sample", "something a person wrote", "x", "PI", "2026-02-01", ""))
    _, [query], _ = approve(study)
    assert (query.check, query.subject) == ("SA001", "")
    assert "its stages are sites" in query.message


def test_an_override_needs_a_new_approval_and_shows_its_cost(study: Path) -> None:
    code = propose(study).facts[0].data["proposal"]
    ids = list(shown(study)["ids"])  # type: ignore[call-overload]
    other = next(f"S{i:02d}" for i in range(1, 13) if f"S{i:02d}" not in ids)
    swap = ("override", "sites", f"{other} for {ids[0]}", "PI", "2026-02-01", "Known to be closing.")
    decide(study, swap, yes(code))
    events, [query], _ = approve(study)
    assert [e.kind for e in events] == ["sample.overridden"]
    assert query.check == "SA001"
    assert "the selection is another" in query.message
    becomes = events[0].data["becomes"]
    assert becomes == shown(study)["proposal"]
    [record] = (study / "records/sample.overridden").glob("*.json")
    document = json.loads(record.read_text())
    assert (document["reason"], document["cost"] > 0) == ("Known to be closing.", True)
    decide(study, swap, yes(becomes))
    events, queries, _ = approve(study)
    assert ([e.kind for e in events], queries) == (["sample.approved"], [])
    assert shown(study)["now_selected"] == sorted({*ids[1:], other})
    markdown = str(inside(study, lambda p: stage_artifact(p, p.protocol.sampling.stages[0])))
    assert f"| {other} | put in the place of {ids[0]} by people;" in markdown


def test_two_overrides_build_on_each_other(study: Path) -> None:
    propose(study)
    ids = list(shown(study)["ids"])  # type: ignore[call-overload]
    free = [f"S{i:02d}" for i in range(1, 13) if f"S{i:02d}" not in ids]
    decide(
        study,
        ("override", "sites", f"{free[0]} for {ids[0]}", "PI", "2026-02-01", "Closing."),
        ("override", "sites", f"{free[1]} for {free[0]}", "PI", "2026-02-02", "Moving."),
    )
    events, queries, _ = approve(study)
    assert (len(events), queries) == (2, [])
    assert events[-1].data["becomes"] == shown(study)["proposal"]
    assert len(shown(study)["overrides"]) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "reason", "said"),
    [
        ("S01", "Why.", "is not written"),
        ("S99 for {first}", "Why.", "S99 is not eligible"),
        ("{other} for S99", "Why.", "S99 is not in the selection"),
        ("{other} for {first}", "", "needs its reason"),
    ],
)
def test_an_override_that_cannot_be_carried_out_is_a_query(study: Path, value: str, reason: str, said: str) -> None:
    propose(study)
    ids = list(shown(study)["ids"])  # type: ignore[call-overload]
    other = next(f"S{i:02d}" for i in range(1, 13) if f"S{i:02d}" not in ids)
    decide(study, ("override", "sites", value.format(first=ids[0], other=other), "PI", "2026-02-01", reason))
    events, [query], _ = approve(study)
    assert (events, query.check) == ([], "SA004")
    assert said in query.message


def test_a_replacement_keeps_the_others_and_is_recorded_once(study: Path) -> None:
    code = propose(study).facts[0].data["proposal"]
    with pytest.raises(StudyError, match="not approved"):
        inside(study, lambda p: find_replacement.fn(p, "sites", "S01", "declined"))
    decide(study, yes(code))
    approve(study)
    before = set(shown(study)["now_selected"])  # type: ignore[call-overload]
    leaving = min(before)

    def act(place: Workspace) -> object:
        found = find_replacement.fn(place, "sites", leaving, "declined")
        place.trail.append(found.facts)
        write_samples.fn(place)
        return found.facts

    [fact] = inside(study, act)  # type: ignore[misc]
    after = set(shown(study)["now_selected"])  # type: ignore[call-overload]
    assert before - after == {leaving}
    assert after - before == {fact.data["entering"]}
    assert inside(study, act) == ()
    [record] = (study / "records/site.replaced").glob("*.json")
    kept = json.loads(record.read_text())
    assert kept["evaluated"][leaving] == "declined"
    assert set(kept["evaluated"]) == {f"S{i:02d}" for i in range(1, 13)}
    assert kept["diagnostics"]["replacements"][0]["leaving"] == leaving
    assert inside(study, lambda p: sample_state(p).left) == {leaving: "declined"}
    with pytest.raises(StudyError, match="no stage of sites named 'rooms'"):
        inside(study, lambda p: find_replacement.fn(p, "rooms", leaving, "declined"))
    with pytest.raises(StudyError, match="not in the sample: S99"):
        inside(study, lambda p: find_replacement.fn(p, "sites", "S99", "declined"))
    assert propose(study).facts == ()


def test_the_artifact_of_a_stage_shows_tables_and_pictures_under_a_stable_key(study: Path) -> None:
    propose(study)
    markdown = str(inside(study, lambda p: stage_artifact(p, p.protocol.sampling.stages[0])))
    assert markdown.count("data:image/svg+xml;base64,") == 2
    assert "## If one leaves" in markdown
    assert CAVEAT in markdown
    assert artifact_key("My_Study", "sites 1") == "sample-my-study-sites-1"


def test_people_enter_trail_and_out_as_counts_only(study: Path) -> None:
    text = (study / "study.yaml").read_text()
    (study / "study.yaml").write_text(text.replace("consent_forms:\n", PEOPLE_STAGE + "\nconsent_forms:\n", 1))
    fact = propose(study).facts[1]
    assert (fact.data["of"], fact.data["size"], fact.data["selected"]) == ("people", 2, ())
    assert fact.used[0].sha256 is None
    assert fact.generated[0].hmac is not None
    page = (study / "out/sample/participants.json").read_text()
    assert not any(f"S{i:02d}" in page for i in range(1, 13))
    markdown = inside(study, lambda p: stage_artifact(p, p.protocol.sampling.stages[1]))
    assert "2 of 12 eligible" in str(markdown)
    assert not any(f"S{i:02d}" in str(markdown) for i in range(1, 13))
    [record] = (study / "restricted/records/sample.proposed").glob("*.json")
    assert json.loads(record.read_text())["ids"] == ["S03", "S05"]
    assert propose(study).facts == ()


@pytest.mark.parametrize(
    ("frame", "where", "said"),
    [
        (None, "sampling/frame.csv", "The sampling frame is not there"),
        ("id,region\nS01,bay\n", "sampling/frame.csv", "no id column 'site_id'"),
        ("site_id,region,staff_count\nS01,bay,many\n", "sampling/frame.csv, row 2, column staff_count", "'many'"),
        ("site_id,region,staff_count\nS01,bay,3\n", "sampling/frame.csv", "only 1 of 1 rows"),
    ],
)
def test_a_stage_that_cannot_be_proposed_is_a_query_and_the_run_goes_on(
    study: Path, frame: str | None, where: str, said: str
) -> None:
    path = study / "sampling/frame.csv"
    path.unlink() if frame is None else path.write_text(frame)
    found = propose(study)
    [query] = found.queries
    assert (query.check, query.severity, query.where) == ("SA003", "block", where)
    assert said in query.message
    assert found.facts == ()
    assert approve(study)[2] == ("Stage sites: waiting for a proposal.",)


@pytest.mark.usefixtures("prefect_harness")
def test_the_flows_run_under_prefect_and_the_form_approves(study: Path) -> None:
    from flows.approve_sample import ApproveSample, approve_sample
    from flows.propose_sample import ProposeSample, propose_sample
    from flows.replace_site import ReplaceSite, replace_site

    outcome = propose_sample(ProposeSample(study=str(study)))
    assert (outcome.queries, outcome.made) == ((), ("out/sample/sites.json",))
    code = str(shown(study)["proposal"])
    with pytest.raises(StudyError, match="the current one is"):
        approve_sample(ApproveSample(study=str(study), acting="PI", stage="sites", proposal="0" * 12))
    done = approve_sample(ApproveSample(study=str(study), acting="PI", stage="sites", proposal=code))
    assert done.said == ("Stage sites: 4 of 12 eligible sites proposed and approved.",)
    leaving = str(shown(study)["ids"][0])  # type: ignore[index]
    came = replace_site(ReplaceSite(study=str(study), stage="sites", site=leaving, why="declined"))
    assert came.said[1] == CAVEAT
    assert leaving not in shown(study)["now_selected"]  # type: ignore[operator]
    size = inside(study, lambda p: len(p.events()))
    propose_sample(ProposeSample(study=str(study)))
    approve_sample(ApproveSample(study=str(study)))
    kinds = [e.kind for e in inside(study, lambda p: p.events())]  # type: ignore[attr-defined]
    assert [k for k in kinds if k.startswith(("sample.", "site."))] == [
        "sample.proposed",
        "sample.approved",
        "site.replaced",
    ]
    assert size <= len(kinds)
