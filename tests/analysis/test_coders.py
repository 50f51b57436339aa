import pandas as pd

from analysis import compare_coders
from analysis.coders import Agreement, Disagreement

TURNS = {t: pd.DataFrame({"turn": range(1, 6), "text": ["word"] * 5}) for t in ("I1", "I2", "I3")}


def segments(*rows: tuple[str, str, str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["transcript", "coder", "code", "start", "end"])


def test_turns_without_a_code_are_its_absence() -> None:
    found = compare_coders(
        segments(
            ("I1", "A", "hope", 1, 2), ("I1", "B", "hope", 2, 3), ("I1", "A", "role", 5, 5), ("I1", "B", "role", 5, 5)
        ),
        TURNS,
    )
    assert found is not None
    assert (found.coders, found.transcripts) == (("A", "B"), ("I1",))
    assert found.overall.units == 10
    assert found.overall.percent == 0.8
    assert found.by_code["role"].kappa == 1
    assert found.disagreements == (
        Disagreement("I1", 1, "hope", ("A",), ("B",)),
        Disagreement("I1", 3, "hope", ("B",), ("A",)),
    )


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


def test_high_agreement_with_low_kappa_is_named() -> None:
    assert Agreement(125, 0.944, -0.02, -0.0234, 0.94).is_paradox
    assert not Agreement(50, 0.7, 0.4, 0.4, 0.4).is_paradox
    assert not Agreement(0, None, None, None, None).is_paradox
