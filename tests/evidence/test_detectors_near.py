"""Words one slip away from a registered name: every single edit of a long name, and no everyday word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.detectors import Entry, Registry
from evidence.detectors.everyday import everyday, is_everyday, is_plain
from evidence.detectors.near import NearMisses

ENTRIES = [Entry("name", "Xiomara McKinley"), Entry("name", "Heather Walker"), Entry("alias", "zozzle"),
           Entry("site", "Quimby House")]  # fmt: skip
NEAR = NearMisses(ENTRIES, Registry(ENTRIES).words, ["Kinley Research"])


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in NEAR.find(text)]


@st.composite
def slips(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(["xiomara", "mckinley"]))
    at = draw(st.integers(0, len(name) - 2))
    letter = draw(st.sampled_from("qvxz"))
    one = {
        "insert": name[:at] + letter + name[at:],
        "delete": name[:at] + name[at + 1 :],
        "substitute": name[:at] + letter + name[at + 1 :],
        "transpose": name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    }
    return one[draw(st.sampled_from(sorted(one)))]


@settings(max_examples=80, deadline=None)
@given(slips())
def test_every_single_slip_is_found_and_nothing_else(word: str) -> None:
    expected = [] if word in ("xiomara", "mckinley", "kinley") else [word]
    assert found(f"so i told {word} that") == expected
    assert found(f"Then I told {word.title()} that") == [one.title() for one in expected]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Then I saw Xiomra; and Mckinly's dog, Xiomra!", ["Xiomra", "Mckinly", "Xiomra"]),
        ("Then I saw Xiomra and a xiomra. You know it well. So I said", []),
        ("the leather and the weather. a talker, walked, walkers, Walter", []),
        ("zozzl at quimbi house", []),
        ("They saw Xioma. Kinley did", []),
        ("xiomra xiomra xiomra xiomra", []),
    ],
)
def test_what_is_written_as_no_name_or_is_no_single_slip_is_left_alone(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_everyday_words_have_their_plain_inflections() -> None:
    assert len(everyday()) > 1_500
    assert all(map(is_plain, ["carries", "stopped", "unhappily", "walkers", "hoping", "misplaced", "don't"]))
    assert not any(map(is_plain, ["xiomara", "mckinley", "kestrel", "delphira"]))
    assert is_everyday("banks")
    assert not is_everyday("walked")
