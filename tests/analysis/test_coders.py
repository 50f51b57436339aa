import pandas as pd
import pytest

from analysis import compare_coders
from analysis.coders import Agreement, Disagreement, LeftOut, same_codebook

TURNS = {t: pd.DataFrame({"turn": range(1, 6), "text": ["word"] * 5}) for t in ("I1", "I2", "I3")}


def segments(*rows: tuple[str, str, str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["transcript", "coder", "code", "start", "end"])


BOTH = segments(
    ("I1", "A", "hope", 1, 2), ("I1", "B", "hope", 2, 3), ("I1", "A", "role", 5, 5), ("I1", "B", "role", 5, 5)
)


def test_turns_without_a_code_are_its_absence() -> None:
    found = compare_coders(BOTH, TURNS)
    assert found is not None
    assert (found.coders, found.transcripts) == (("A", "B"), ("I1",))
    assert found.overall.units == 10
    assert found.overall.percent == 0.8
    assert found.by_code["role"].kappa == 1
    assert found.disagreements == (
        Disagreement("I1", 1, "hope", ("A",), ("B",)),
        Disagreement("I1", 3, "hope", ("B",), ("A",)),
    )


def test_where_uncoded_is_missing_only_what_two_coded_is_judged() -> None:
    found = compare_coders(BOTH, TURNS, uncoded="is_missing")
    assert found is not None
    assert found.overall.units == 4  # turns 2 and 5, by two codes
    assert (found.overall.percent, found.disagreements) == (1.0, ())
    apart = compare_coders(segments(("I1", "A", "hope", 1, 1), ("I1", "B", "role", 1, 1)), TURNS, uncoded="is_missing")
    assert apart is not None
    assert (apart.overall.units, apart.overall.percent) == (2, 0.0)


def test_characters_give_cohens_kappa_where_another_tool_gives_less() -> None:
    """A codes 100 of 1,000 characters, B codes 100, both 80: .7778, not .6601."""
    text = f"{'a' * 19} {'b' * 80} {'c' * 19} {'d' * 879}"
    coded = BOTH.iloc[:2].assign(start=1, end=1, quote=[f"{'a' * 19} {'b' * 80}", f"{'b' * 80} {'c' * 19}"])
    found = compare_coders(coded, {"I1": pd.DataFrame({"turn": [1], "text": [text]})}, unit="character")
    assert found is not None
    assert found.overall.units == 1000
    assert found.overall.kappa == pytest.approx(0.7778, abs=5e-5)
    assert [d.units for d in found.disagreements] == [20, 20]
    assert found.overall.prevalence == 0.1


def test_the_same_in_words() -> None:
    text = " ".join(f"w{i}" for i in range(1000))
    quotes = [" ".join(f"w{i}" for i in range(*span)) for span in ((0, 100), (20, 120))]
    coded = BOTH.iloc[:2].assign(start=1, end=1, quote=quotes)
    found = compare_coders(coded, {"I1": pd.DataFrame({"turn": [1], "text": [text]})}, unit="word")
    assert found is not None
    assert found.overall.kappa == pytest.approx(0.7778, abs=5e-5)


def test_a_transcript_is_one_unit_and_a_disagreement_says_where_the_code_was_applied() -> None:
    rows = (("I1", "A", "role", 2, 4), ("I2", "A", "hope", 1, 1), ("I2", "B", "hope", 5, 5))
    found = compare_coders(pd.concat([BOTH.iloc[:2], segments(*rows)]), TURNS, unit="transcript")
    assert found is not None
    assert (found.overall.units, found.overall.percent) == (4, 0.75)
    assert found.disagreements == (Disagreement("I1", 2, "role", ("A",), ("B",), until=4),)


def test_only_transcripts_coded_by_two_count() -> None:
    alone = (("I2", "A", "hope", 1, 5),)
    assert compare_coders(segments(*alone), TURNS) is None
    both = compare_coders(segments(*alone, ("I1", "A", "hope", 1, 1), ("I1", "B", "hope", 1, 1)), TURNS)
    assert both is not None
    assert both.transcripts == ("I1",)


def test_a_third_coder_absent_from_a_transcript_did_not_judge_it() -> None:
    found = compare_coders(
        segments(
            ("I1", "A", "hope", 1, 1), ("I1", "B", "hope", 1, 1), ("I3", "A", "hope", 2, 2), ("I3", "C", "hope", 2, 2)
        ),
        TURNS,
    )
    assert found is not None
    assert (found.overall.percent, found.overall.kappa, found.disagreements) == (1.0, None, ())
    assert {pair: part.kappa for pair, part in found.pairs.items()} == {("A", "B"): 1.0, ("A", "C"): 1.0}


def test_other_versions_of_the_codebook_are_left_out_and_named() -> None:
    coded = segments(
        ("I1", "A", "hope", 1, 1),
        ("I1", "B", "hope", 1, 1),
        ("I1", "C", "hope", 4, 4),
        ("I2", "A", "hope", 1, 1),
        ("I2", "C", "hope", 1, 1),
    ).assign(codebook=["1", "1", "2", "1", "2"])
    found = compare_coders(coded, TURNS)
    assert found is not None
    assert (found.coders, found.transcripts, found.disagreements) == (("A", "B"), ("I1",), ())
    assert found.left_out == (LeftOut("I1", "C", "2"), LeftOut("I2", "A", "1"))
    same = compare_coders(coded.assign(codebook="1"), TURNS)
    assert same is not None
    assert (same.transcripts, same.left_out) == (("I1", "I2"), ())


def alike(*coders: tuple[str, str], versions: dict[int, str] | None = None) -> pd.DataFrame:
    """Every coder applies hope to turns 1, 2 and 4 of two transcripts, with a version of the codebook."""
    rows = [(t, c, "hope", turn, turn) for t in ("I1", "I2") for c, _ in coders for turn in (1, 2, 4)]
    given = [(versions or {}).get(turn, v) if v == "?" else v for _ in "12" for _, v in coders for turn in (1, 2, 4)]
    return segments(*rows).assign(codebook=given)


def test_a_coder_who_names_no_version_is_compared_with_one_who_does() -> None:
    found = compare_coders(alike(("A", ""), ("B", "2")), TURNS)
    assert found is not None
    assert (found.transcripts, found.overall.kappa, found.left_out) == (("I1", "I2"), 1.0, ())
    partly = compare_coders(alike(("A", "?"), ("B", "2"), versions={1: "", 2: "2", 4: ""}), TURNS)
    assert partly is not None
    assert (partly.overall.kappa, partly.left_out) == (1.0, ())


def test_what_one_coder_coded_with_another_version_is_never_text_without_the_code() -> None:
    mixed = alike(("A", "?"), ("B", "2"), ("C", "2"), versions={1: "1", 2: "2", 4: "2"})
    found = compare_coders(mixed, TURNS)
    assert found is not None
    assert (found.coders, found.overall.percent, found.disagreements) == (("B", "C"), 1.0, ())
    assert found.left_out == (LeftOut("I1", "A", "1, 2"), LeftOut("I2", "A", "1, 2"))
    two = mixed[mixed["coder"] != "C"]
    assert (compare_coders(two, TURNS), same_codebook(two)[1]) == (None, found.left_out)
    both = compare_coders(alike(("A", "?"), ("B", "?"), versions={1: "1", 2: "2", 4: "2"}), TURNS)
    assert both is not None
    assert (both.overall.percent, both.disagreements, both.left_out) == (1.0, (), ())


def test_no_codings_at_all_are_no_comparison() -> None:
    assert compare_coders(alike(("A", "1")).iloc[:0], TURNS) is None


def test_of_versions_equally_used_the_higher_counts_as_a_person_counts() -> None:
    found = compare_coders(alike(("A", "9"), ("B", "9"), ("C", "10"), ("D", "10")), TURNS)
    assert found is not None
    assert found.coders == ("C", "D")
    assert {out.codebook for out in found.left_out} == {"9"}


def coded_alike(*transcripts: str, apart: str) -> pd.DataFrame:
    rows = [(t, coder, "hope", 2, 2) for t in transcripts for coder in "AB"]
    return segments(*rows, (apart, "A", "role", 1, 3), (apart, "B", "role", 5, 5))


def test_intervals_resample_transcripts_and_hold_the_value() -> None:
    coded = coded_alike("I1", "I2", "I3", apart="I3")
    found = compare_coders(coded, TURNS, resamples=500, seed=2)
    assert found is not None
    assert found == compare_coders(coded, TURNS, resamples=500, seed=2)
    assert set(found.overall.intervals) == {"percent", "kappa", "fleiss", "alpha", "ac1"}
    for name, (low, high) in found.overall.intervals.items():
        assert low <= getattr(found.overall, name) <= high
    assert found.overall.intervals["percent"][1] == 1.0  # resamples without I3 agree on everything
    assert found.by_code["role"].intervals.keys() == {"percent"}  # else too often undefined without I3
    assert found.by_code["hope"].intervals["alpha"] == (1.0, 1.0)


def test_one_transcript_has_no_interval() -> None:
    found = compare_coders(BOTH, TURNS, resamples=500)
    assert found is not None
    assert (found.resamples, found.overall.intervals) == (0, {})


def test_high_agreement_with_low_kappa_is_named() -> None:
    assert Agreement(125, 0.944, -0.02, -0.0234, 0.94).is_paradox
    assert not Agreement(50, 0.7, 0.4, 0.4, 0.4).is_paradox
    assert not Agreement(0, None, None, None, None).is_paradox
