"""A night after the linkage was destroyed: the main job goes through and records nothing about anybody."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from study import Fact
from tasks.ended import UNLINKED
from tasks.linkage import Destruction, linkage_destroyed
from tests.tasks import closing_study

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("prefect_harness")]
OF_PEOPLE = ("TR", "CN", "CS", "SV", "AN", "MC")
"""Rooms of checks that look somebody up."""


def acts(root: Path) -> Counter[str]:
    """How often each kind is on record; queries by the check's room."""
    with closing_study.at(root) as place:
        return Counter(f"{event.kind} {event.data.get('check', '')[:2]}".strip() for event in place.events())


def test_the_main_job_says_that_nobody_can_be_told_and_records_nothing_false(tmp_path: Path) -> None:
    from flows.run_study import RunStudy, run_study

    root = closing_study.write(tmp_path / "study")
    with closing_study.at(root) as place:
        data = {"people": 7, "objects": 14, "second": "COO1"}
        place.trail.append([Fact("linkage.destroyed", "2016-09-01", data=data)])
        linkage_destroyed.fn(place, Destruction())
    before = acts(root)
    outcome = run_study(RunStudy(study=str(root)))
    assert outcome.said[0] == UNLINKED
    new = acts(root) - before
    assert "dossier.published" in new
    about_people = (
        "transcript.",
        "consent.",
        "member_check.",
        "recruitment.",
        *(f"query.opened {r}" for r in OF_PEOPLE),
    )
    assert [kind for kind in new if kind.startswith(about_people)] == []
