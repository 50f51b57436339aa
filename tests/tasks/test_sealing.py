"""Sealing and verifying as tasks: on the study's own trail and key, saying counts only."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from storage import LocalStore
from study import Actor, Fact, Run, Subject
from study.errors import TrailUnsound
from tasks.keys import trail_origin
from tasks.sealing import seal_new, sealed_outcome, verdict_outcome, verify_whole
from trail import Sealed, Trail
from trail.asking import Vouched


@pytest.fixture
def place(tmp_path: Path) -> Any:
    files, restricted = LocalStore(tmp_path), LocalStore(tmp_path / "restricted", private=True)
    origin = trail_origin(files, restricted, "fsp", create=True)
    store = LocalStore(tmp_path / "trail")
    trail = Trail.open(
        store,
        study=origin,
        actor=Actor("service", "fieldtrail", "software"),
        run=Run("run-1", "seal-trail", "none", 1, "0.1.0"),
        now=lambda: datetime.now(UTC),
        forbidden=lambda line: None,
    )
    return SimpleNamespace(
        files=files,
        restricted=restricted,
        protocol=SimpleNamespace(team=[], storage=SimpleNamespace(key=None, countersigners=[])),
        origin=origin,
        trail_store=store,
        trail=trail,
        public_key=files.get("trail.vkey").decode(),
    )


def test_what_was_recorded_is_sealed_and_verifies(place: Any) -> None:
    assert seal_new.fn(place) is None
    place.trail.append(
        [Fact("site.invited", "2026-01-05", (Subject("site", "S001"),), data={"ordinal": 0, "version": 1})]
    )
    sealed = seal_new.fn(place)
    assert sealed_outcome(sealed).said == ("1 record closed and signed.",)
    assert sealed_outcome(seal_new.fn(place)).said == ("Nothing new to close in the trail.",)
    assert verdict_outcome(verify_whole.fn(place)).said[0] == "The trail verifies: 1 record under 1 closing."


def test_an_edited_trail_fails_naming_the_object(place: Any) -> None:
    place.trail.append(
        [Fact("site.invited", "2026-01-05", (Subject("site", "S001"),), data={"ordinal": 0, "version": 1})]
    )
    seal_new.fn(place)
    path = next(place.trail_store.root.rglob("lanes/*/*/000000.jsonl"))
    path.write_bytes(path.read_bytes().replace(b"S001", b"S002"))
    altered = f"the trail does not verify: OBJECT_ALTERED {path.relative_to(place.trail_store.root)}"
    with pytest.raises(TrailUnsound, match=re.escape(altered)):
        verdict_outcome(verify_whole.fn(place))


def test_a_heartbeat_and_what_it_noticed() -> None:
    sealed = Sealed(3, 40, "00" * 32, "2026-01-06T09:00:00.000Z", 0, 0, 1, 0, 2, looked_at=812, heartbeat=True)
    assert sealed_outcome(sealed).said == (
        "Nothing new; the daily closing is signed.",
        "The daily closing looked at every stored entry: 812.",
        "Foreign or broken entries noted and left out: 1.",
        "Runs that had stopped without a word and were closed: 2.",
    )


def test_what_countersigners_say_is_said() -> None:
    vouched = Vouched("ethics.example", 40, True, "ethics.example cosigned 40 entries.")
    assert sealed_outcome(None, [vouched]).said[-1] == "ethics.example cosigned 40 entries."


def test_a_countersigner_that_saw_something_else_stops_with_its_sentence() -> None:
    alarm = Vouched("ethics.example", 40, False, "ethics.example vouched for 60 entries.", alarm=True)
    with pytest.raises(TrailUnsound, match=r"does not vouch for this trail: ethics.example vouched for 60 entries\."):
        sealed_outcome(None, [alarm])
