from datetime import date

from analysis.marks import Mark, frozen_marks, guide_marks
from analysis.reassessed import changes, verdict

DAYS = [date(2024, 1, day) for day in (2, 4, 4, 9)]
PEER = (
    ("peer", "peer-1", date(2023, 12, 1)),
    ("peer", "peer-2", date(2024, 1, 4)),
    ("peer", "peer-3", date(2024, 2, 1)),
)


def test_a_later_version_stands_before_the_first_interview_that_could_use_it() -> None:
    assert guide_marks(DAYS, [""] * 4, PEER) == (Mark(1, "guide", "peer-2"),)


def test_what_interviews_say_they_used_goes_before_the_day() -> None:
    used = ["peer-1", "peer-1", "peer-2", "peer-2"]
    assert guide_marks(DAYS, used, PEER) == (Mark(2, "guide", "peer-2"),)


def test_another_guide_and_a_first_version_are_no_change() -> None:
    other = (("director", "director-1", date(2023, 12, 1)), ("director", "director-2", date(2024, 1, 4)))
    assert guide_marks(DAYS, ["peer-1"] * 4, other) == ()
    assert guide_marks(DAYS, [""] * 4, (("peer", "peer-1", date(2024, 1, 4)),)) == ()


def test_a_codebook_is_frozen_after_the_interviews_of_its_day() -> None:
    frozen = {"1": date(2024, 1, 4), "2": date(2024, 3, 1)}
    assert frozen_marks(DAYS, frozen) == (Mark(3, "codebook", "1"), Mark(4, "codebook", "2"))


BEFORE = {
    "codebook": "1", "interviews": 20, "base": 4, "run": 2, "threshold": 50,
    "status": "reached", "label": "6+2", "new_codes": (4, 2),
}  # fmt: skip


def test_what_changed_between_two_assessments_is_said_outcome_first() -> None:
    now = {**BEFORE, "status": "not_reached", "codebook": "2", "interviews": 19, "threshold": 0}
    assert verdict(BEFORE) == "reached at 6+2"
    assert changes(BEFORE, now) == (
        "It said: reached at 6+2; it says now: not reached.",
        "The codebook is version 2; it was version 1.",
        "19 interviews count; 20 did: some were withdrawn or taken out, or lost their codings or release.",
        "The threshold is 0%; it was 5%.",
    )
    assert changes(BEFORE, {**BEFORE, "interviews": 21})[0].endswith("20 did: more were released and coded.")
    assert changes(BEFORE, {**BEFORE, "new_codes": (5, 1)}) == (
        "The codings, their order or the codes that count changed.",
    )
    assert len(changes(BEFORE, BEFORE)) == 1
