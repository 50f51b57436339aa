"""Sampling in the trail: facts hold what they may, and any order of events folds to one state."""

from __future__ import annotations

import dataclasses
import hashlib
import uuid
from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling import (
    Attribute,
    Design,
    Sample,
    approved,
    changes,
    exchanged,
    fold_sample,
    overridden,
    proposal_code,
    propose,
    proposed,
    replace,
    site_replaced,
)
from study import Actor, Event, Fact, Run
from study.event import Cause
from study.kinds import checked_data

ACTOR, RUN = Actor("service", "fieldtrail", "software"), Run("r", "propose-sample", "none", 1, "0")
DESIGN = Design("site_id", 3, "maximum_variation", "why", attributes=(Attribute("size", "numeric"),))
NOW = "2026-01-10T10:00:00.000Z"


def happened(fact: Fact, recorded: str) -> Event:
    id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{fact.kind}|{fact.natural_key}"))
    causes = tuple(Cause(c, "0" * 64) for c in fact.causes)
    data = checked_data(fact.kind, fact.data)
    return Event(id, fact.kind, fact.occurred, recorded, ACTOR, RUN, fact.subject, causes=causes, data=data)


@pytest.fixture(scope="module")
def sample(programs: Callable[..., pd.DataFrame]) -> Sample:
    return propose(programs(15, 1), DESIGN)


@pytest.fixture(scope="module")
def story(sample: Sample) -> list[Event]:
    """Proposed, overridden, approved on an earlier day than recorded, one site replaced, another declined."""
    first = happened(proposed(sample, "sites", "sites", NOW), "2026-01-10T10:00:01.000Z")
    known = fold_sample([first]).stages["sites"].latest
    assert known is not None
    added = next(p.id for p in sample.not_selected)
    swap = happened(overridden(known, added, sample.ids[0], 0.25, "INV1", "2026-01-05"), "2026-01-10T10:00:02.000Z")
    changed = fold_sample([first, swap]).stages["sites"].latest
    assert changed is not None
    yes = happened(approved(changed, "INV1", "2026-01-05"), "2026-01-10T10:00:03.000Z")
    standing = propose_from(sample, changed.selected)
    after = replace(standing, {sample.ids[1]: "declined"})
    gone = site_replaced(after, "sites", sample.ids[1], "declined", NOW, (yes.id,))
    declined = Fact("site.declined", "2026-01-09", data={"ordinal": 1, "version": 1}, subject=gone.subject[:1])
    return [
        first,
        swap,
        yes,
        happened(gone, "2026-01-10T10:00:04.000Z"),
        happened(declined, "2026-01-10T10:00:05.000Z"),
    ]


def propose_from(sample: Sample, ids: tuple[str, ...]) -> Sample:
    """The sample with this selection, as a later run rebuilds it."""
    return propose(sample.frame, dataclasses.replace(sample.design, required=ids))


def test_the_proposal_code_is_the_digest_of_frame_design_and_sorted_ids() -> None:
    expected = hashlib.sha256(b"f\nd\nS01\nS02").hexdigest()[:12]
    assert proposal_code("f", "d", ("S02", "S01")) == expected


def test_the_story_folds_to_the_selection_with_override_and_replacement(sample: Sample, story: list[Event]) -> None:
    state = fold_sample(story)
    stage = state.stages["sites"]
    assert state.problems == ()
    assert stage.latest is not None
    assert stage.is_approved(stage.latest)
    assert (stage.approval.by, stage.approval.occurred) == ("INV1", "2026-01-05")  # type: ignore[union-attr]
    [done] = stage.replacements
    assert (done.leaving, done.why) == (sample.ids[1], "declined")
    assert state.left == {sample.ids[1]: "declined"}
    assert stage.selected == exchanged(stage.latest.selected, done.entering, done.leaving) == state.selected
    assert len(stage.selected) == 3
    [swap] = stage.latest.overrides
    assert (swap.by, swap.occurred) == ("INV1", "2026-01-05")
    assert (stage.put_in, stage.taken_out) == ({swap.added}, {swap.removed} - {done.entering})
    assert fold_sample(story[:3]).stages["sites"].taken_out == {swap.removed}
    assert state.left_by[sample.ids[1]] == story[3].id
    assert state.recruited == set()


@settings(deadline=None)
@given(order=st.permutations(range(5)), again=st.integers(0, 4))
def test_any_order_and_any_repetition_gives_the_same_state(story: list[Event], order: list[int], again: int) -> None:
    assert fold_sample([*(story[i] for i in order), story[again]]) == fold_sample(story)


def test_a_proposal_from_a_changed_frame_waits_while_the_approved_selection_stands(
    sample: Sample, story: list[Event], programs: Callable[..., pd.DataFrame]
) -> None:
    other = propose(programs(16, 1), DESIGN)
    second = happened(proposed(other, "sites", "sites", NOW), "2026-01-11T00:00:00.000Z")
    stage = fold_sample([*story, second]).stages["sites"]
    assert stage.latest is not None
    assert stage.latest.code == other.code
    assert not stage.is_approved(stage.latest)
    assert stage.selected == fold_sample(story).stages["sites"].selected
    assert stage.proposal_for(sample.record.frame, sample.record.design) is not None
    assert changes(stage, stage.latest, sample.code).startswith("the frame has changed")
    assert changes(stage, stage.latest, "0" * 12) == "no proposal of this stage has that code"


def test_exchanges_hold_through_later_approvals_until_the_site_is_chosen_again(
    sample: Sample, story: list[Event]
) -> None:
    def again(ids: tuple[str, ...], day: str, frame: str) -> list[Event]:
        data = {**story[0].data, "selected": ids, "frame": frame * 64, "proposal": proposal_code(frame, "d", ids)}
        first = happened(Fact("sample.proposed", NOW, data=data), f"{day}T10:00:00.000Z")
        known = fold_sample([first]).stages["sites"].latest
        assert known is not None
        return [first, happened(approved(known, "INV1", day), f"{day}T11:00:00.000Z")]

    [swap] = fold_sample(story).stages["sites"].latest.overrides  # type: ignore[union-attr]
    without = tuple(i for i in sample.frame.ids if i not in (swap.added, swap.removed))[:3]
    second = again(without, "2026-02-01", "a")
    stage = fold_sample([*story[:3], *second]).stages["sites"]
    assert (stage.put_in, stage.taken_out) == (frozenset(), {swap.removed})
    third = again((swap.removed, *without[:2]), "2026-03-01", "b")
    assert fold_sample([*story[:3], *second, *third]).stages["sites"].taken_out == frozenset()


def test_two_proposals_of_one_frame_and_design_are_both_known_and_the_last_counts(
    sample: Sample, story: list[Event]
) -> None:
    other = {**story[0].data, "selected": sample.frame.ids[:3], "proposal": "0" * 12}
    stage = fold_sample([*story, happened(Fact("sample.proposed", NOW, data=other), "2026-02-01T10:00:00.000Z")]).stages
    known = stage["sites"]
    assert known.proposal_for(sample.record.frame, sample.record.design).code == "0" * 12  # type: ignore[union-attr]
    assert known.proposal_named(sample.code) is not None
    assert changes(known, known.latest, sample.code, left={sample.ids[2]: "closed"}) == (
        "the selection is another"
        if sample.ids[2] not in known.proposal_named(sample.code).selected  # type: ignore[union-attr]
        else f"it names who has left since: {sample.ids[2]} (closed); and the selection is another"
    )


def test_a_sample_of_people_enters_as_counts_and_keyed_digests(programs: Callable[..., pd.DataFrame]) -> None:
    frame = programs(15, 1)
    keyed = propose(frame, DESIGN, digest_of=lambda b: hashlib.sha256(b"key" + b).hexdigest())
    fact = proposed(keyed, "people", "people", NOW)
    line = str(checked_data(fact.kind, fact.data))
    assert not any(id in line for id in frame["site_id"])
    assert (fact.data["size"], fact.data["eligible"], fact.data["selected"]) == (3, 15, ())
    assert fact.data["frame"] != propose(frame, DESIGN).record.frame
    state = fold_sample([happened(fact, NOW)]).stages["people"]
    assert (state.latest.size, state.latest.selected) == (3, ())  # type: ignore[union-attr]


def test_events_that_do_not_fit_change_nothing_and_are_problems(story: list[Event]) -> None:
    orphan = dataclasses.replace(story[1], id=str(uuid.uuid4()), data={**story[1].data, "proposal": "0" * 12})
    early = story[3]
    state = fold_sample([story[0], orphan, early])
    assert len(state.problems) == 2
    assert state.stages["sites"].selected == ()


def test_the_value_and_bound_are_whole_millionths(sample: Sample) -> None:
    data = proposed(sample, "sites", "sites", NOW).data
    assert data["value"] == round((sample.proof.value or 0) * 1_000_000) == data["bound"]
    assert data["status"] == "optimal"
