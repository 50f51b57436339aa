"""A scale's report: its figures from the answers as declared, its sites, and what it says where figures are missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.reliability import cronbach_alpha, gains_turned, item_totals
from evidence.survey import Survey
from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.features import Answers, answers_as_declared
from evidence.survey.scale_report import ScaleReport
from evidence.survey.scales import Scale, scale_features, scale_reports, scales_of
from evidence.survey.site_scores import ScoresBySite, SiteScore, for_others, scores_by_site
from study.protocol.material import Scale as Declared
from study.protocol.material import SiteScore as MayStand

CODES = {float(code): str(code) for code in range(1, 6)}
ITEMS = ("q1", "q2", "q3", "q4")


def variables(*names: str, **changed: Variable) -> DataDictionary:
    return DataDictionary(tuple(changed.get(n, Variable(n, type="single", values=CODES)) for n in names))


def as_answers(frame: pd.DataFrame, dictionary: DataDictionary) -> Answers:
    return answers_as_declared(Survey(frame, dictionary, [], "0" * 64, "sav"), dictionary)


def shared(respondents: int = 60, seed: int = 5) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    trait = random.normal(size=(respondents, 1))
    given = np.clip(np.round(3 + trait + 0.7 * random.normal(size=(respondents, 4))), 1, 5)
    return pd.DataFrame(given, columns=ITEMS)


def scale(*, items: tuple[str, ...] = ITEMS, turned: tuple[str, ...] = (), **declared: object) -> Scale:
    return Scale("support", items, frozenset(turned), 0.7, **declared)  # type: ignore[arg-type]


def report(frame: pd.DataFrame, one: Scale, sites: pd.Series | None = None, **changed: Variable) -> ScaleReport:
    dictionary = variables(*frame.columns, **changed)
    (found,) = scale_reports([one], as_answers(frame, dictionary), dictionary, sites)
    return found


def test_a_report_holds_what_the_items_give():
    frame = shared()
    frame.loc[:2, "q1"] = np.nan
    found = report(frame, scale())
    assert found.alpha == pytest.approx(cronbach_alpha(frame))
    assert found.alpha_listwise == pytest.approx(cronbach_alpha(frame.dropna()))
    assert (found.n, found.complete_n) == (60, 57)
    assert found.missing_share == {"q1": 0.05, "q2": 0.0, "q3": 0.0, "q4": 0.0}
    assert found.mean == pytest.approx(frame.mean(axis=1).mean())
    assert found.sd == pytest.approx(frame.mean(axis=1).std())
    assert found.item_mean["q2"] == pytest.approx(frame["q2"].mean())
    assert found.item_sd["q2"] == pytest.approx(frame["q2"].std())
    assert found.item_total["q3"] == pytest.approx(
        report(frame.drop(columns="q1"), scale(items=("q2", "q3", "q4"))).item_total["q3"], abs=0.2
    )
    assert found.item_dropped["q1"] == pytest.approx(cronbach_alpha(frame.drop(columns="q1")))
    assert found.alpha_interval is not None
    assert found.alpha_interval[0] < found.alpha < found.alpha_interval[1]
    assert found.omega_interval is not None
    assert found.omega_interval[0] < found.omega < found.omega_interval[1]
    assert found.notes == ()
    assert found.sites == ()
    assert found.icc1 is None


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_answers_leave_everything_undefined_without_a_warning(rows: int):
    frame = shared()[:rows].assign(q1=np.nan)
    found = report(frame, scale(site_score=MayStand()), pd.Series(["S1"] * rows, dtype=object))
    assert (found.alpha, found.alpha_listwise, found.omega, found.sites) == (None, None, None, ())
    assert (found.n, found.complete_n) == (rows, 0)


def test_a_reversed_item_is_turned_round_by_its_span_before_anybody_is_scored():
    plain = shared()
    turned = plain.assign(q3=6 - plain["q3"])
    one, other = report(plain, scale()), report(turned, scale(turned=("q3",)))
    assert (other.alpha, other.mean, other.sd) == pytest.approx((one.alpha, one.mean, one.sd))
    forgotten = report(turned, scale())
    gains = forgotten.reversal_gain
    assert max(gains, key=lambda item: gains[item] or 0) == "q3"
    assert (forgotten.item_total["q3"] or 0) < 0
    assert any(note.startswith("q3: runs against the factor") for note in forgotten.notes)


@given(st.integers(0, 500))
@settings(max_examples=15, deadline=None)
def test_alpha_gains_by_turning_exactly_where_an_item_runs_against_the_rest(seed: int):
    random = np.random.default_rng(seed)
    covariance = np.cov(random.integers(1, 6, (4, 25)))
    for gain, with_others in zip(gains_turned(covariance), item_totals(covariance), strict=True):
        if gain is not None and with_others is not None and abs(with_others) > 1e-9:
            assert (gain > 0) == (with_others < 0)


def test_a_sum_counts_a_gap_as_the_mean_of_what_was_answered():
    frame = pd.DataFrame([[1, 2, 3, np.nan], [5, 5, 5, 5]], columns=ITEMS, dtype=float)
    assert report(frame, scale(score="sum")).mean == pytest.approx((8 + 20) / 2)
    assert report(frame, scale(answered_share=0.8)).n == 1


@pytest.mark.parametrize(
    ("frame", "one", "said"),
    [
        (shared().assign(q2=3.0), scale(), "q2: everybody who answered gave the same answer"),
        (shared().assign(q2=lambda f: (f["q2"] > 3) + 1.0), scale(), "q2: fewer than three different answers"),
        (shared()[["q1", "q2"]], scale(items=("q1", "q2")), "Omega is undefined"),
        (shared().assign(q2=lambda f: 6 - f["q2"], q3=lambda f: 6 - f["q3"]), scale(), "Alpha is negative"),
        (shared()[["q1"]], scale(items=("q1", "q2")), "q2: not in the file"),
        (shared() * 0 + 2, scale(), "Alpha is undefined"),
        (shared().assign(q2=lambda f: 6 - f["q1"], q3=lambda f: 6 - f["q4"]), scale(), "Alpha is undefined"),
    ],
)
def test_what_is_undefined_or_doubtful_is_said(frame: pd.DataFrame, one: Scale, said: str):
    assert any(note.startswith(said) for note in report(frame, one).notes)


def test_negative_alpha_is_reported_and_an_open_item_cannot_be_turned_round():
    against = shared().assign(q2=lambda f: 6 - f["q2"], q3=lambda f: 6 - f["q3"])
    assert (report(against, scale()).alpha or 0) < 0
    found = report(shared(), scale(turned=("q3",)), q3=Variable("q3", type="integer"))
    assert (found.mean, found.sd, found.n) == (None, None, 60)
    assert found.alpha is not None
    assert found.notes[-1].startswith("No score: a reversed item has no range")


def test_straight_lines_are_counted_over_what_was_ticked():
    frame = shared()
    frame.iloc[:6] = 2.0
    frame.loc[6] = [4.0, 4.0, 4.0, np.nan]
    found = report(frame, scale(turned=("q3",)))
    whole = frame.dropna()
    expected = whole.index[whole.nunique(axis=1) == 1]
    assert found.straight_line_rows == tuple(expected)
    assert found.straight_line_share == pytest.approx(len(expected) / len(whole))


SITES = pd.Series(["S1"] * 8 + ["S2"] * 6 + ["S3"] * 2)


def test_sites_with_enough_respondents_are_scored_and_others_are_as_if_unasked():
    frame = shared(16)
    frame.loc[13, ["q1", "q2", "q3"]] = np.nan  # one of S2 is not scored
    wanted = MayStand(minimum_respondents=5)
    found = report(frame, scale(site_score=wanted), SITES)
    one, two = found.sites
    own = frame.loc[:7].mean(axis=1)
    assert (one.site_id, one.n, two.site_id, two.n) == ("S1", 8, "S2", 5)
    assert (one.mean, one.sd) == pytest.approx((own.mean(), own.std()))
    half = 2.364624 * own.std() / np.sqrt(8)  # t with 7 degrees of freedom
    assert (one.low, one.high) == pytest.approx((own.mean() - half, own.mean() + half))
    assert found.few_count == 1
    without = report(frame[:14], scale(site_score=wanted), SITES[:14])
    assert (without.icc1, without.icc2, without.rwg_median) == (found.icc1, found.icc2, found.rwg_median)
    assert found.rwg_median is not None
    assert found.rwg_median == pytest.approx(np.median([s.rwg for s in found.sites]))


def test_each_condition_on_a_sites_mean_decides_whether_it_may_stand():
    frame = shared(16)
    plain = report(frame, scale(site_score=MayStand(minimum_respondents=5)), SITES)
    assert [site.may_stand for site in plain.sites] == [True, True]
    rwg = [site.rwg or 0 for site in plain.sites]
    between = MayStand(minimum_respondents=5, minimum_rwg=sum(rwg) / 2)
    assert sorted(s.may_stand for s in report(frame, scale(site_score=between), SITES).sites) == [False, True]
    reliable = MayStand(minimum_respondents=5, minimum_icc2=1)
    assert [s.may_stand for s in report(frame, scale(site_score=reliable), SITES).sites] == [False, False]


def test_r_wg_needs_items_with_the_same_number_of_answers():
    frame, one = shared(16), scale(site_score=MayStand(minimum_respondents=5))
    found = report(frame, one, SITES, q1=Variable("q1", type="integer", range=(1, 7)))
    assert [site.rwg for site in found.sites] == [None, None]
    assert found.rwg_median is None
    assert found.icc1 is not None


def by_site(counts: dict[str, int]) -> ScoresBySite:
    """Scores of these sites with a minimum of two respondents."""
    few = [n for n in counts.values() if n < 2]
    sites = tuple(SiteScore(site, n, 3, 2, 4, 1) for site, n in counts.items() if n >= 2)
    return ScoresBySite(sites, few_count=len(few), few_people=sum(few))


def hidden_sum(sites: tuple[SiteScore, ...], counts: dict[str, int]) -> tuple[int, int]:
    hidden = [n for site, n in counts.items() if site not in {s.site_id for s in sites}]
    return len(hidden), sum(hidden)


@given(st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(1, 20), max_size=7), st.integers(2, 10))
@settings(max_examples=60, deadline=None)
def test_total_less_what_others_see_is_never_one_site_or_few_people(counts: dict[str, int], k: int):
    found = by_site(counts)
    shown = for_others(found, k=k)
    hidden, people = hidden_sum(shown, counts)
    assert all(site.n >= k for site in shown)
    assert hidden == 0 or (hidden > 1 and people >= k) or not shown
    assert {s.site_id for s in for_others(found, k=k, with_total=False)} == {
        site for site, n in counts.items() if n >= k
    }


def test_who_has_no_site_and_who_is_at_a_site_of_few_is_counted_and_shown_nowhere():
    scores = pd.Series([1.0, 2.0, 3.0, 4.0, np.nan, 5.0, 5.0])
    sites = pd.Series(["A", "A", "A", "B", "B", None, "B"])
    found = scores_by_site(scores, pd.DataFrame(index=scores.index), sites, None, MayStand(minimum_respondents=3))
    assert [(s.site_id, s.n) for s in found.sites] == [("A", 3)]
    assert (found.few_count, found.few_people, found.siteless_people) == (1, 2, 1)


def test_a_coded_site_reads_as_its_digits_and_a_blank_one_is_none():
    scores, no_items = pd.Series([1.0, 2.0, 3.0, 4.0]), pd.DataFrame(index=range(4))
    wanted = MayStand(minimum_respondents=2)
    assert scores_by_site(scores, no_items, pd.Series([7.0, 7.0, np.nan, 8.0]), None, wanted).sites[0].site_id == "7"
    spaced = scores_by_site(scores, no_items, pd.Series(["S1", " S1", "S1 ", ""]), None, wanted)
    assert [(s.site_id, s.n, spaced.siteless_people) for s in spaced.sites] == [("S1", 3, 1)]


def test_the_smallest_site_goes_with_the_one_that_is_too_small():
    counts = {"A": 12, "B": 7, "C": 3}
    assert [s.site_id for s in for_others(by_site(counts), k=5)] == ["A"]
    assert [s.site_id for s in for_others(by_site(counts), k=3)] == ["A", "B", "C"]
    assert [s.site_id for s in for_others(replace(by_site(counts), siteless_people=2), k=3)] == ["A", "B"]


def test_scales_of_the_protocol_come_with_how_they_are_scored():
    declared = Declared(
        name="support", items=["q1", "q2"], score="sum", answered_share=1, site_score=MayStand(minimum_respondents=9)
    )
    other = {n: Variable(n, type="single", values=CODES, scale="climate", is_reversed=n == "q4") for n in ("q3", "q4")}
    one, two = scales_of([declared], variables(*ITEMS, **other), minimum_alpha=0.5)
    assert (one.score, one.answered_share, one.site_score) == ("sum", 1, declared.site_score)
    assert (two.name, two.items, two.reversed, two.minimum_alpha) == ("climate", ("q3", "q4"), {"q4"}, 0.5)


def test_features_are_the_reports_figures_and_null_where_they_do_not_apply():
    frame = shared(16)
    one = scale(site_score=MayStand(minimum_respondents=5))
    found = report(frame, one, SITES)
    measured = scale_features([one], as_answers(frame, variables(*ITEMS)), variables(*ITEMS), SITES)
    assert measured["alpha_low:support"] == found.alpha_interval[0]
    assert measured["omega:support"] == found.omega
    assert measured["complete_count:support"] == 16
    assert measured["few_respondents_site_count:support"] == 1
    assert measured["least_rwg:support"] == min(site.rwg for site in found.sites)
    assert measured["gain_without:q1"] == found.item_dropped["q1"] - found.alpha
    absent = scale_features([scale()], as_answers(frame[["q1"]], variables("q1")), variables("q1"))
    assert {value for name, value in absent.items() if not name.startswith("unusable")} <= {None, ()}


@pytest.mark.slow
def test_two_hundred_thousand_respondents_are_measured_as_ten_thousand():
    frame = pd.concat([shared(10_000)] * 20, ignore_index=True)
    sites = pd.Series(np.arange(len(frame)) % 50).astype(str)
    found = report(frame, scale(site_score=MayStand()), sites)
    few = report(shared(10_000), scale())
    assert found.alpha == pytest.approx(few.alpha, abs=1e-9)
    assert len(found.sites) == 50


def test_an_item_that_is_text_in_the_dictionary_is_counted_and_the_scale_is_not_scored():
    frame = pd.DataFrame({"q1": [1.0, 2, 3, 4], "q2": ["often", "never", "often", "never"], "q3": [1.0, 2, 4, 3]})
    described = DataDictionary((*variables("q1", "q3").variables, Variable("q2", "", "text")))
    measured = scale_features([scale(items=("q1", "q2", "q3"))], as_answers(frame, described), described)
    assert measured["unusable_item_count:support"] == 1
    assert measured["alpha:support"] is None
