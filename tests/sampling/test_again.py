"""A proposal after another: who is out stays out, who stays is in, and the notes say who and why."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling import TAKEN_OUT, Attribute, Design, Rule, Sample, evaluated, frame_of, propose, propose_again
from study import StudyError

pytestmark = pytest.mark.usefixtures("rules_only")

DESIGN = Design(
    "site_id", 4, "maximum_variation", "why",
    attributes=(Attribute("region", "nominal"), Attribute("size", "numeric")),
    rules=(Rule("rural", {"setting": ["rural"]}, min=1),),
)  # fmt: skip
Programs = Callable[..., pd.DataFrame]


def test_with_nobody_out_or_staying_it_is_the_first_proposal(programs: Programs) -> None:
    frame = frame_of(programs(20, 3), "site_id")
    again = propose_again(frame, DESIGN, gone={}, staying={})
    assert (again.code, again.kept, again.notes) == (propose(frame, DESIGN).code, (), propose(frame, DESIGN).notes)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(out=st.sets(st.integers(0, 19), max_size=5), stays=st.sets(st.integers(0, 19), max_size=2))
def test_who_is_out_is_never_chosen_and_who_stays_always(
    programs: Programs, keeps_rules: Callable[[Sample], bool], out: set[int], stays: set[int]
) -> None:
    frame = frame_of(programs(20, 3), "site_id")
    gone = {frame.ids[i]: "declined" for i in out}
    staying = {frame.ids[i]: "recruited" for i in stays - out}
    sample = propose_again(frame, DESIGN, gone=gone, staying=staying)
    assert not set(gone) & set(sample.ids)
    assert set(sample.kept) == set(staying) <= set(sample.ids)
    assert keeps_rules(sample)
    status = evaluated(sample)
    assert set(status) == set(frame.ids)
    assert {i: status[i] for i in gone} == gone
    assert all(
        s.reasons[0] == "recruited under the approved sample: it stays" for s in sample.selected if s.id in staying
    )
    assert (sample.record.design, sample.record.frame) == (DESIGN.fingerprint(), frame.fingerprint())


def test_who_can_no_longer_stay_is_said_with_the_reason(programs: Programs) -> None:
    frame = frame_of(programs(20, 3), "site_id")
    small = next(i for i, size in zip(frame.ids, frame.numbers("size"), strict=True) if size < 100)
    design = Design(
        "site_id", 3, "maximum_variation", "why", attributes=DESIGN.attributes, criterion={"size": (100, None)}
    )
    forbidden = next(i for i, size in zip(frame.ids, frame.numbers("size"), strict=True) if size >= 100)
    design = Design(**{**{f: getattr(design, f) for f in design.__slots__}, "forbidden": (forbidden,)})
    sample = propose_again(frame, design, gone={}, staying=dict.fromkeys((small, forbidden, "S999"), "recruited"))
    assert sample.kept == ()
    assert f"{small} (recruited) cannot be kept: does not fit the criterion." in sample.notes
    assert f"{forbidden} (recruited) cannot be kept: the design forbids it." in sample.notes
    assert "S999 (recruited) cannot be kept: it is not in the frame any more." in sample.notes


def test_more_who_stay_than_the_size_and_rules_against_them_are_refused_by_name(programs: Programs) -> None:
    frame = frame_of(programs(20, 3), "site_id")
    with pytest.raises(StudyError, match=r"5 stay \(S001 \(recruited\), .*and the size is 4"):
        propose_again(frame, DESIGN, gone={}, staying=dict.fromkeys(frame.ids[:5], "recruited"))
    urban = [i for i, s in zip(frame.ids, frame.texts("setting"), strict=True) if s != "rural"][:4]
    with pytest.raises(StudyError, match="with those kept who stay"):
        propose_again(frame, DESIGN, gone={}, staying=dict.fromkeys(urban, "recruited"))


def test_a_site_that_people_chose_and_that_left_is_asked_for_again(programs: Programs) -> None:
    frame = frame_of(programs(20, 3), "site_id")
    design = Design("site_id", 1, "convenience", "why", chosen=("S001",), chosen_by="PI", chosen_on="2026-01-05")
    with pytest.raises(StudyError, match=r"chosen by people, and left since: S001 \(closed\)"):
        propose_again(frame, design, gone={"S001": "closed"}, staying={})
    assert propose_again(frame, design, gone={"S002": "closed"}, staying={"S003": "recruited"}).ids == ("S001",)


def test_who_people_took_out_is_no_site_that_left(programs: Programs) -> None:
    frame = frame_of(programs(20, 3), "site_id")
    out = propose(frame, DESIGN).ids[0]
    sample = propose_again(frame, DESIGN, gone={out: TAKEN_OUT}, staying={})
    assert next(p.reason for p in sample.not_selected if p.id == out) == TAKEN_OUT == evaluated(sample)[out]
