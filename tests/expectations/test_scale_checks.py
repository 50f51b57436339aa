"""The checks on scales: each figure beyond its threshold is one query, and each threshold moves the verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from evidence.survey.scales import Scale
from expectations.check import Suite
from expectations.survey.scale_checks import of_scale
from expectations.validate import validate
from study import Protocol, Query
from study.protocol.material import SiteScore

pytestmark = pytest.mark.real

SCALE = Scale(
    "support",
    ("q1", "q2"),
    frozenset(),
    0.7,
    site_score=SiteScore(minimum_respondents=5, minimum_icc2=0.6, minimum_rwg=0.5),
)
SOUND: dict[str, object] = {
    "subject": "survey:staff",
    "ref": "a1",
    "where": "surveys/staff.sav",
    "unusable_item_count:support": 0,
    "alpha:support": 0.8,
    "alpha_low:support": 0.75,
    "omega:support": 0.8,
    "complete_count:support": 40,
    "straight_line_share:support": 0.05,
    "few_respondents_site_count:support": 0,
    "icc2:support": 0.7,
    "least_rwg:support": 0.6,
    **{f"reversal_gain:{item}": -0.2 for item in ("q1", "q2")},
    **{f"gain_without:{item}": -0.1 for item in ("q1", "q2")},
}


def queries(study: Protocol, scale: Scale = SCALE, **changed: object) -> list[Query]:
    """What the suite says of the sound figures with some changed, `q1` for those of the item and else of the scale."""
    known = {name.partition(":")[0]: name for name in reversed(SOUND)}
    frame = pd.DataFrame([SOUND | {known[name]: value for name, value in changed.items()}])
    suite = Suite("scales", tuple(of_scale(scale)))
    return validate(frame, suite, study=study, subject_column="subject")


def checks(found: list[Query]) -> list[str]:
    return [query.check for query in found]


def test_a_sound_scale_and_figures_that_are_undefined_raise_nothing(study: Protocol):
    assert queries(study) == []
    undefined = {name.partition(":")[0]: None for name in list(SOUND)[3:]}
    assert queries(study, **undefined) == []


@pytest.mark.parametrize(
    ("changed", "check", "said"),
    [
        ({"alpha": 0.5, "alpha_low": 0.4}, "SV060", "Cronbach's alpha is 0.5"),
        ({"reversal_gain": 0.3, "gain_without": 0.2}, "SV061", "would raise alpha by 0.3"),
        ({"unusable_item_count": 1}, "SV062", "not numeric in the data dictionary: 1"),
        ({"omega": 0.65}, "SV063", "Omega total of one factor is 0.65"),
        ({"gain_without": 0.08}, "SV064", "Alpha would be 0.08 higher without this item"),
        ({"alpha_low": 0.62}, "SV065", "begins at 0.62"),
        ({"complete_count": 12}, "SV066", "Only 12 answered every item"),
        ({"few_respondents_site_count": 2}, "SV067", "fewer than 5 answered enough of this scale: 2"),
        ({"icc2": 0.41}, "SV067", "ICC(2) is 0.41, at least 0.6 wanted"),
        ({"least_rwg": 0.2}, "SV067", "the least r_wg is 0.2, at least 0.5 wanted"),
    ],
)
def test_each_figure_beyond_its_threshold_is_one_query(
    study: Protocol, changed: dict[str, object], check: str, said: str
):
    [query] = queries(study, **changed)
    assert query.check == check
    assert said in query.message
    assert query.severity == ("review" if check in ("SV060", "SV061", "SV062") else "inform")


def test_every_condition_on_a_sites_mean_has_a_query_of_its_own(study: Protocol):
    found = queries(study, few_respondents_site_count=2, icc2=0.1, least_rwg=0.1)
    assert checks(found) == ["SV067"] * 3
    assert len({query.fingerprint for query in found}) == 3


def test_the_conditions_come_from_the_protocol(study: Protocol):
    bad = {"few_respondents_site_count": 2, "icc2": 0.1, "least_rwg": 0.1, "omega": 0.65, "alpha_low": 0.62}
    lenient = replace(SCALE, minimum_alpha=0.6, site_score=SiteScore(minimum_icc2=0.1, minimum_rwg=0.1))
    assert checks(queries(study, lenient, **bad)) == ["SV067"]
    assert checks(queries(study, replace(lenient, site_score=SiteScore()), **bad)) == ["SV067"]
    assert checks(queries(study, replace(lenient, site_score=None), **bad)) == []


def test_thresholds_of_study_yaml_move_the_verdict(protocol_with: Callable[[str], Protocol]):
    bad = {"gain_without": 0.08, "complete_count": 12, "straight_line_share": 0.2}
    lenient = "checks: {SV064: {maximum: 0.1}, SV066: {minimum: 10}, SV032: {maximum: 0.3}}"
    assert checks(queries(protocol_with("checks: {}"), **bad)) == ["SV066", "SV032", "SV064"]
    assert queries(protocol_with(lenient), **bad) == []
    turned = {"gain_without": 0.2, "reversal_gain": 0.15}
    assert checks(queries(protocol_with("checks: {SV061: {maximum: 0.2}}"), **turned)) == []
    assert checks(queries(protocol_with("checks: {SV061: {maximum: 0.2}, SV064: {turned: 0.2}}"), **turned)) == [
        "SV064"
    ]
