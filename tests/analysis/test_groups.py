"""Codes by group: every participant once, joint interviews, people of no group."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.groups import Group, GroupComparison, compare_groups

BELONGING = {
    "I1": {"a": "peers"},
    "I2": {"a": "peers"},  # the second interview of the same person
    "I3": {"b": "peers", "c": "peers"},  # a joint interview of one group
    "I4": {"d": "workers"},
    "I5": {"e": "workers", "f": "peers"},  # nobody can say whose words these are
    "I6": {"g": ""},
    "I7": {"h": "others"},
}
CODED = [
    ("I1", "hope"), ("I2", "hope"), ("I2", "hope"), ("I3", "hope"), ("I3", "pay"),
    ("I4", "pay"), ("I4", "forms"), ("I5", "forms"), ("I6", "hope"), ("I7", "lost"),
]  # fmt: skip


def compared(coded: list[tuple[str, str]] = CODED, groups: tuple[str, ...] = ("peers", "workers")) -> GroupComparison:
    segments = pd.DataFrame(coded, columns=["transcript", "code"])
    return compare_groups(segments, BELONGING, groups=groups, themes={"T1": ["hope", "pay"], "T2": ["lost"]})


def test_a_participant_counts_once_however_many_interviews() -> None:
    found = compared()
    assert found.groups == (Group("peers", 3, 3, 5), Group("workers", 1, 1, 2))
    hope = next(code for code in found.codes if code.name == "hope")
    assert [(c.participants, c.share, c.transcripts, c.segments) for c in hope.cells] == [(3, 1.0, 3, 4), (0, 0, 0, 0)]


def test_codes_are_ordered_by_difference_and_say_who_alone_holds_them() -> None:
    assert [(c.name, round(c.difference, 3), c.only) for c in compared().codes] == [
        ("forms", 1.0, "workers"),
        ("hope", 1.0, "peers"),
        ("pay", 0.333, None),
    ]


def test_a_theme_is_held_by_who_holds_any_of_its_codes() -> None:
    (theme,) = compared().themes
    assert (theme.name, [cell.participants for cell in theme.cells]) == ("T1", [3, 1])


def test_joint_interviews_of_two_groups_and_people_of_none_are_said() -> None:
    found = compared()
    assert (found.joint, found.mixed, found.outside, found.outside_people) == (1, ("I5",), ("I6", "I7"), 2)
    assert "lost" not in [code.name for code in found.codes]


def test_one_group_alone_holds_nothing_alone() -> None:
    assert {code.only for code in compared(groups=("peers",)).codes} == {None}


def test_an_empty_group_has_a_share_of_nought() -> None:
    found = compared(groups=("peers", "nobody"))
    assert found.groups[1] == Group("nobody", 0, 0, 0)
    assert {code.cells[1].share for code in found.codes} == {0.0}


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.permutations(CODED), st.permutations(["peers", "workers", "others"]))
def test_neither_order_of_rows_nor_of_groups_changes_a_count(rows: list[tuple[str, str]], groups: list[str]) -> None:
    def counts(found: GroupComparison) -> dict[tuple[str, str], int]:
        names = [group.name for group in found.groups]
        return {
            (code.name, name): cell.participants
            for code in found.codes
            for name, cell in zip(names, code.cells, strict=True)
        }

    assert counts(compared(rows, tuple(groups))) == counts(compared(groups=("peers", "workers", "others")))
