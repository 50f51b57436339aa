"""People within approved sites, and one stage resting on another, in a small study folder."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from study import Fact, ProtocolError, load_protocol
from tasks.checking import study_faults
from tasks.request import StudyRequest
from tasks.sample_decisions import carry_out_approvals
from tasks.sampling import Proposed, propose_samples, sample_state, write_samples
from tasks.workspace import Workspace, opened

pytestmark = pytest.mark.real

START = Path(__file__).parent.parent.parent / "cli/starting_study"
OPENING = Fact(
    "study.opened",
    "2026-01-01",
    data={"time_zone": "America/Los_Angeles", "protocol": "0" * 64, "approval_from": "2026-01-01"},
)
PEOPLE = """    - name: people
      of: people
      within: sites
      frame: sampling/people.csv
      id_column: list_no
      site_column: site_id
      strategy: stratified_purposeful
      rationale: A director and the peer longest in service at each site see it from both ends.
      size: 2
      strata: role
      score: years
      backups_per_site: 1
"""
BESIDE = """    - name: others
      excluding: [sites]
      strategy: purposeful_random
      rationale: Two more, drawn, show what the chosen ones might hide.
      size: 2
    - name: deep
      within: sites
      strategy: purposeful_random
      rationale: One of the chosen is visited twice.
      size: 1
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    shutil.copytree(START, folder)
    rows = [f"S{i:02d},{('north', 'bay', 'south')[i % 3]},{(i * 7) % 31 + 5}" for i in range(1, 13)]
    (folder / "sampling/frame.csv").write_text("site_id,region,staff_count\n" + "\n".join(rows) + "\n")
    people = [
        f"L{site:02d}{n},S{site:02d},{'director' if n == 0 else 'peer'},{(site * 3 + n * 5) % 11}"
        for site in range(1, 13)
        for n in range(4)
    ]
    (folder / "sampling/people.csv").write_text("list_no,site_id,role,years\n" + "\n".join(people) + "\n")
    with opened(StudyRequest(study=str(folder)), "open-study", create=True) as place:
        place.trail.append([OPENING])
    return folder


def add(folder: Path, stage: str) -> None:
    file = folder / "study.yaml"
    before = file.read_text()
    file.write_text(before.replace("\nconsent_forms:", f"{stage}\nconsent_forms:", 1))


def inside(folder: Path, act: Callable[[Workspace], object]) -> object:
    with opened(StudyRequest(study=str(folder)), "propose-sample") as place:
        return act(place)


def propose(folder: Path) -> Proposed:
    def act(place: Workspace) -> Proposed:
        found = propose_samples.fn(place)
        place.trail.append(found.facts)
        write_samples.fn(place)
        return found

    return inside(folder, act)  # type: ignore[return-value]


def approve(folder: Path, stage: str) -> None:
    code = json.loads((folder / f"out/sample/{stage}.json").read_text())["proposal"]
    with (folder / "registers/decisions.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [
                ["decision", "subject", "value", "person", "occurred", "reason"],
                ["approve_sample", stage, code, "PI", "2026-02-01", "They fit."],
            ]
        )
    inside(folder, lambda place: place.trail.append(carry_out_approvals.fn(place).facts))


def test_people_wait_for_their_sites_and_are_then_chosen_within_each(study: Path) -> None:
    add(study, PEOPLE)
    first = propose(study)
    assert "Stage people: waits until the sample of stage sites is approved." in first.said
    assert (len(first.facts), first.queries) == (1, ())
    approve(study, "sites")
    second = propose(study)
    [fact] = second.facts
    assert (fact.data["of"], fact.data["size"], fact.data["eligible"], fact.data["selected"]) == ("people", 8, 16, ())
    sites = inside(study, lambda place: sample_state(place).stages["sites"].selected)
    [record] = (study / "restricted/records/sample.proposed").glob("*.json")
    chosen = json.loads(record.read_text())["ids"]
    with (study / "sampling/people.csv").open() as file:
        people = {row["list_no"]: row for row in csv.DictReader(file)}
    assert sorted({people[i]["site_id"] for i in chosen}) == sorted(sites)  # type: ignore[call-overload]
    for site in sites:  # type: ignore[attr-defined]
        here = [i for i in chosen if people[i]["site_id"] == site]
        assert sorted(people[i]["role"] for i in here) == ["director", "peer"]
        years = {i: int(p["years"]) for i, p in people.items() if p["site_id"] == site and p["role"] == "peer"}
        assert max(years.values()) == next(years[i] for i in here if i in years)
    shown = (study / "out/sample/people.json").read_text()
    assert not any(i in shown for i in people)
    assert propose(study).facts == ()


def test_a_stage_beside_another_and_one_within_it(study: Path) -> None:
    add(study, BESIDE)
    assert sum("waits until the sample of stage sites is approved" in s for s in propose(study).said) == 2
    approve(study, "sites")
    others, deep = propose(study).facts
    sites = set(inside(study, lambda place: sample_state(place).stages["sites"].selected))  # type: ignore[call-overload]
    assert not sites & set(others.data["selected"])
    assert (others.data["eligible"], others.data["status"]) == (8, "drawn")
    assert set(deep.data["selected"]) < sites
    assert deep.data["eligible"] == 4


def test_a_site_without_enough_people_is_named(study: Path) -> None:
    add(study, PEOPLE.replace("size: 2", "size: 5"))
    propose(study)
    approve(study, "sites")
    [query] = propose(study).queries
    assert "the sample size is 5 and only 4 of 48 rows are eligible" in query.message
    assert query.message.startswith("At S")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("within: sites", "within: elsewhere", "no earlier stage is named elsewhere"),
        ("      site_column: site_id\n", "", "people within sites need their own frame and a site column"),
        ("      within: sites\n", "", "goes with people within sites"),
        ("strata: role", "strata: role\n      excluding: [sites]", "sites chooses sites, this stage people"),
        ("strata: role", "strata: role\n      chosen_by: NOBODY", "no person NOBODY in the team"),
        ("strata: role", "strata: role\n      criterion: {site_id: [S01]}", "the site is decided by the stage sites"),
    ],
)
def test_stages_that_do_not_fit_together_are_refused(study: Path, before: str, after: str, said: str) -> None:
    add(study, PEOPLE.replace(before, after))
    with pytest.raises(ProtocolError) as error:
        load_protocol(study)
    assert any(said in str(fault) for fault in error.value.faults)


def test_check_says_what_a_stage_lacks_before_anything_is_proposed(study: Path) -> None:
    add(study, PEOPLE.replace("      score: years\n", "").replace("people.csv", "persons.csv"))
    faults = {f.where: f.what for f in study_faults(study) if "sampling" in f.where}
    assert "needs what ranks the rows within a stratum" in faults["study.yaml, sampling.stages.1"]
    assert any("sampling.stages.1.frame" in where for where in faults)
