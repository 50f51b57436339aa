"""Proposing, approving, overriding and replacing, in a small study folder."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sampling import CAVEAT
from study import Event, Fact, Query, StudyError, Subject
from study.decisions import Decision
from tasks.request import StudyRequest
from tasks.sample_artifacts import artifact_key, stage_artifact
from tasks.sample_decisions import Decided, carry_out_approvals, carry_out_overrides, standing
from tasks.sampling import Proposed, propose_samples, sample_state, write_samples
from tasks.site_replacement import find_replacement
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


def replace(folder: Path, leaving: str, *, stage: str = "sites", person: str = "PI", **more: str) -> Decided:
    """What the flow replace-site does, without Prefect's server."""
    entering, reason = more.get("entering"), more.get("reason", "")

    def act(place: Workspace) -> Decided:
        decision = Decision("replace_site", stage, leaving, person, place.today, reason, 0)
        found = find_replacement.fn(place, decision, "declined", entering)
        place.trail.append(found.facts)
        write_samples.fn(place)
        return found

    return inside(folder, act)  # type: ignore[return-value]


def happened(folder: Path, kind: str, *sites: str) -> None:
    """A step of these sites as the recruitment register brings it into the trail."""
    data: dict[str, object] = {"ordinal": 1, "version": 1}
    facts = [Fact(kind, "2026-03-01", (Subject("site", s),), data=data) for s in sites]
    inside(folder, lambda place: place.trail.append(facts))


def others_than(ids: object) -> list[str]:
    return [f"S{i:02d}" for i in range(1, 13) if f"S{i:02d}" not in list(ids)]  # type: ignore[call-overload]


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
    assert document["proof_said"][0].startswith("Proven best: ")
    assert " ".join(document["proof_said"]) in first.said[0]
    assert document["caveat"] == CAVEAT
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
        CAVEAT,
    )
    decide(study, yes(code))
    events, queries, said = approve(study)
    assert [(e.kind, e.occurred, e.data["by"]) for e in events] == [("sample.approved", "2026-02-01", "PI")]
    assert queries == []
    assert said == ("Stage sites: 4 of 12 eligible sites proposed and approved.", CAVEAT)
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
    assert query.message == (
        f"The approval names proposal {code}, the current one is {current}: the frame has changed (added: S13); "
        "and the selection is another. "
        "Look at the current proposal and approve it by its code."
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
    [value] = [v for v in document["values"] if v["measure"] == document["cost_of"]]
    assert value["before"] - value["after"] == pytest.approx(document["cost"])
    decide(study, swap, yes(becomes))
    events, queries, _ = approve(study)
    assert ([e.kind for e in events], queries) == (["sample.approved"], [])
    markdown = str(inside(study, lambda p: stage_artifact(p, p.protocol.sampling.stages[0])))
    assert f"{other} came in the place of {ids[0]}: it costs {document['cost']:.4f} of the" in markdown
    assert f"| {ids[0]} | taken out by people | people put {other} in its place |" in markdown
    [came] = replace(study, ids[1]).facts
    assert came.data["entering"] != ids[0], "whom people took out does not come back by itself"
    assert shown(study)["evaluated"][ids[0]] == "taken out by people"  # type: ignore[index]
    decide(study, swap, ("override", "sites", f"{ids[0]} for {other}", "PI", "2026-03-01", "Open after all."))
    assert "came for" in approve(study)[1][0].message


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
        replace(study, "S01")
    decide(study, yes(code))
    approve(study)
    before = set(shown(study)["now_selected"])  # type: ignore[call-overload]
    leaving = min(before)
    with pytest.raises(StudyError, match="RA did not hold the task approve_sample"):
        replace(study, leaving, person="RA")
    done = replace(study, leaving, reason="The director wrote.")
    [fact] = done.facts
    assert done.said[-1] == CAVEAT
    after = set(shown(study)["now_selected"])  # type: ignore[call-overload]
    assert before - after == {leaving}
    assert after - before == {fact.data["entering"]}
    assert replace(study, leaving).facts == ()
    [record] = (study / "records/site.replaced").glob("*.json")
    kept = json.loads(record.read_text())
    assert kept["evaluated"][leaving] == "declined"
    assert set(kept["evaluated"]) == {f"S{i:02d}" for i in range(1, 13)}
    assert kept["diagnostics"]["replacements"][0]["leaving"] == leaving
    assert (kept["person"], kept["reason"]) == ("PI", "The director wrote.")
    assert inside(study, lambda p: sample_state(p).left) == {leaving: "declined"}
    with pytest.raises(StudyError, match="no stage of sites named 'rooms'"):
        replace(study, leaving, stage="rooms")
    with pytest.raises(StudyError, match="not in the sample: S99"):
        replace(study, "S99")
    assert propose(study).facts == ()


def test_a_person_names_who_comes_and_the_record_says_what_would_have_been_best(study: Path) -> None:
    decide(study, yes(propose(study).facts[0].data["proposal"]))
    approve(study)
    standing_now = list(shown(study)["now_selected"])  # type: ignore[call-overload]
    leaving = standing_now[0]
    with pytest.raises(StudyError, match="chosen already"):
        replace(study, leaving, entering=standing_now[1], reason="Near.")
    selected = {s["id"]: s for s in shown(study)["selected"]}  # type: ignore[attr-defined]
    best = selected[leaving]["backups"][0]["id"]
    other = next(i for i in reversed(others_than(standing_now)) if i != best)
    with pytest.raises(StudyError, match="why it comes is not written"):
        replace(study, leaving, entering=other)
    done = replace(study, leaving, entering=other, reason="The only one that answers.")
    assert done.facts[0].data["entering"] == other
    assert f"The best replacement would have been {best}." in done.said[0]
    [record] = (study / "records/site.replaced").glob("*.json")
    kept = json.loads(record.read_text())
    assert (kept["best"], kept["reason"]) == (best, "The only one that answers.")
    [row] = shown(study)["replacements"]  # type: ignore[misc]
    assert (row["entering"], row["by"], row["cost"] > 0) == (other, "PI", True)


def test_a_proposal_after_a_changed_frame_keeps_the_recruited_and_leaves_out_who_left(study: Path) -> None:
    decide(study, yes(propose(study).facts[0].data["proposal"]))
    approve(study)
    first, second, third, fourth = shown(study)["now_selected"]  # type: ignore[misc]
    (study / "registers/interviews.csv").write_text(
        "interview_id,participant_ids,site_id,occurred,mode,outcome,guide_version,recording\n"
        f"I1,P001,{third},2026-03-02,in_person,full,g-1,R1\nI2,P002,{fourth},2026-03-02,in_person,no_show,g-1,\n"
    )
    never = others_than(shown(study)["now_selected"])[0]
    happened(study, "site.activated", first)
    happened(study, "site.declined", second, never)
    assert approve(study)[2][0].endswith(f"waiting for replace-site, because they left: {second} (declined).")
    write_frame(study, 14)
    found = propose(study)
    [fact] = found.facts
    assert first in fact.data["selected"]
    assert not {second, never} & set(fact.data["selected"])
    assert f"Kept: {first} (recruited), {third} (recruited)." in found.said[0]
    document = shown(study)
    statuses = document["evaluated"]
    assert set(statuses) == {f"S{i:02d}" for i in range(1, 15)}  # type: ignore[call-overload]
    assert (statuses[second], statuses[never]) == ("declined", "declined")  # type: ignore[index]
    kinds = {e.id: e.kind for e in inside(study, lambda p: p.events())}  # type: ignore[attr-defined]
    assert [kinds[c] for c in fact.causes] == ["sample.approved", "site.declined", "site.declined"]
    assert propose(study).facts == ()
    page = str(inside(study, lambda p: stage_artifact(p, p.protocol.sampling.stages[0])))
    assert "The approved sample stands until this proposal" in page
    assert f"| {never} | declined | left: declined |" in page
    assert f"- {second} left (declined); the proposal that waits is without it." in page


def test_a_proposal_that_waits_is_made_again_when_a_site_it_names_has_left(study: Path) -> None:
    old = propose(study).facts[0].data
    leaving = str(old["selected"][0])
    happened(study, "site.closed", leaving)
    decide(study, yes(old["proposal"]))
    _, [query], _ = approve(study)
    assert f"names who has left: {leaving} (closed)" in query.message
    [fact] = propose(study).facts
    assert fact.data["design"] == old["design"]
    assert leaving not in fact.data["selected"]
    _, [query], _ = approve(study)
    assert f"it names who has left since: {leaving} (closed)" in query.message
    decide(study, yes(fact.data["proposal"]))
    assert approve(study)[1] == []
    assert propose(study).facts == ()


def test_what_changed_in_frame_and_design_is_said_in_words(study: Path) -> None:
    code = propose(study).facts[0].data["proposal"]
    frame = study / "sampling/frame.csv"
    text = frame.read_text().replace("S03,north,", "S03,south,").replace("S12,north,", "S14,north,")
    frame.write_text(text)
    protocol = (study / "study.yaml").read_text()
    (study / "study.yaml").write_text(protocol.replace("      size: 4\n", "      size: 3\n"))
    decide(study, yes(code))
    _, [query], _ = approve(study)
    assert "no sample of this stage is proposed" in query.message
    assert "the frame has changed (added: S14; removed: S12; region of S03 (north, now south))" in query.message
    assert "the sampling design has changed (`size` (4, now 3))" in query.message


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


def test_people_are_exchanged_one_by_one_and_the_trail_names_nobody(study: Path) -> None:
    text = (study / "study.yaml").read_text()
    stage = PEOPLE_STAGE.replace("convenience", "maximum_variation").replace("      chosen: [S03, S05]\n", "")
    stage = stage.replace("      chosen_by: PI\n      chosen_on: 2026-01-05\n", "")
    stage += "      attributes: [{name: staff_count, kind: numeric}]\n"
    (study / "study.yaml").write_text(text.replace("consent_forms:\n", stage + "\nconsent_forms:\n", 1))
    code = propose(study).facts[1].data["proposal"]
    [record] = (study / "restricted/records/sample.proposed").glob("*.json")
    ids = json.loads(record.read_text())["ids"]
    assert "staff_count" in record.read_text()
    other = others_than(ids)[0]
    row = ("override", "participants", f"{other} for {ids[0]}", "PI", "2026-02-01", "Her shift ends.")
    decide(study, row, ("approve_sample", "participants", code, "PI", "2026-02-02", "Fits."))
    events, queries, _ = approve(study)
    assert ([e.kind for e in events], [q.check for q in queries]) == (["sample.overridden"], ["SA001"])
    line = json.dumps([str(v) for v in events[0].data.values()])
    assert not any(f"S{i:02d}" in line for i in range(1, 13))
    [kept] = (study / "restricted/records/sample.overridden").glob("*.json")
    document = json.loads(kept.read_text())
    assert (document["added"], document["removed"], document["reason"]) == (other, ids[0], "Her shift ends.")
    assert document["cost"] > 0
    assert not (study / "records/sample.overridden").exists()
    page = (study / "out/sample/participants.json").read_text()
    assert json.loads(page)["overrides"][0]["cost"] == document["cost"]
    assert not any(f"S{i:02d}" in page for i in range(1, 13))
    markdown = str(inside(study, lambda p: stage_artifact(p, p.protocol.sampling.stages[1])))
    assert f"One person came for another: it costs {document['cost']:.4f} of the" in markdown
    assert not any(f"S{i:02d}" in markdown for i in range(1, 13))
    becomes = events[0].data["becomes"]
    decide(study, row, ("approve_sample", "participants", becomes, "PI", "2026-02-02", "Fits."))
    events, queries, _ = approve(study)
    assert ([e.data["proposal"] for e in events], queries) == ([becomes], [])
    assert not (study / "records/sample.approved").exists()
    assert approve(study)[:2] == ([], [])
    with pytest.raises(StudyError, match="exchanged by name and not replaced"):
        replace(study, other, stage="participants")


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
    assert done.said == ("Stage sites: 4 of 12 eligible sites proposed and approved.", CAVEAT)
    leaving = str(shown(study)["ids"][0])  # type: ignore[index]
    came = replace_site(ReplaceSite(study=str(study), acting="PI", stage="sites", site=leaving, why="declined"))
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
