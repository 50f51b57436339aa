"""Registered names in every disguise of typing and speech recognition; everyday words only where they name somebody."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.detectors import Entry, Registry, Span
from evidence.detectors.joined import SEPARATOR, Joined
from evidence.detectors.masks import masked
from evidence.detectors.words import words_of

ENTRIES = [
    Entry("name", "Heather Marie McKinley", "P1"),
    Entry("name", "Jürgen Großmann", "P2"),
    Entry("name", "Łukasz O’Dell", "P3"),
    Entry("name", "Will Young", "P4"),
    Entry("name", "Young-Ja So", "P5"),
    Entry("name", "Dr. Ana de la Cruz", "P6"),
    Entry("name", "Rose Carver", "P7"),
    Entry("alias", "hether mckinney", "P1"),
    Entry("site", "The Harbor and Hope House"),
]
REGISTRY = Registry(ENTRIES)


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in REGISTRY.find(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Heather McKinley and H. McKinley, heather m. too", ["Heather McKinley", "H. McKinley", "heather m"]),
        ("Heather M. McKinley. McKinley, Heather.", ["Heather M. McKinley", "McKinley, Heather"]),
        ("by Mc Kinley, mc kinley, Mc-Kinley", ["Mc Kinley", "mc kinley", "Mc-Kinley"]),
        ("with Hea-\nther and Hea-\r\nther", ["Hea-\nther", "Hea-\r\nther"]),
        ("the McKinleys' home, mckinleys came", ["McKinleys", "mckinleys"]),
        ("M c K i n l e y or M-C-K-I-N-L-E-Y", ["M c K i n l e y", "M-C-K-I-N-L-E-Y"]),
        ("R as in river, o as in oak, S as in sun, E", ["R as in river, o as in oak, S as in sun, E"]),
        ("JU\u0308RGEN Grossmann, Juergen Großmann", ["JU\u0308RGEN Grossmann", "Juergen Großmann"]),
        ("lukasz odell and Ł. O'Dell", ["lukasz odell", "Ł. O'Dell"]),
        ("ana delacruz, De la Cruz, Ana", ["ana delacruz", "De la Cruz, Ana"]),
        ("hether mckinney said", ["hether mckinney"]),
        ("at harbor hope house, Harbor & Hope House", ["harbor hope house", "Harbor & Hope House"]),
        ("heathermckinley_I0001 heather2", ["heathermckinley", "heather"]),
        ("heather'll do it, Heather’s", ["heather", "Heather"]),
        ("Mr. Young; my name's will. dr young", ["Young", "will", "young"]),
        ("Young, Will", ["Young, Will"]),
        ("they told will and rose said no", ["will", "rose"]),
    ],
)
def test_ways_of_writing_a_name(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Young people will. Will you? Will they? My name will be there. So I went. So, You know",
        "I rose early and the young will rise. It was so so young.",
        "will young people come",
        "a harbor, hope, a house",
        "the mcguffin in ley lines",
    ],
)
def test_what_only_looks_like_one(text: str) -> None:
    assert found(text) == []


def test_whom_a_hit_may_name() -> None:
    for text, people in [
        ("H. McKinley", {"P1"}),
        ("Rose", {"P7"}),
        ("Y-o-u-n-g", {"P4", "P5"}),
        ("Mc Kinley", {"P1"}),
        ("McKinleys", {"P1"}),
    ]:
        assert REGISTRY.people(text, Span(0, len(text), "name", 1.0, "registry")) == people


LETTERS = st.text(alphabet="abcdefghijklmnoprstuvwzåäéøüłñç", min_size=5, max_size=9)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(LETTERS, LETTERS, st.sampled_from(["{a} {b}", "{b}, {a}", "{A}{n}{B}", "{a}’s", "<{B}>", "({a}.)", "{A} {B}"]))
def test_a_rare_name_is_found_however_it_is_set(given_name: str, family: str, form: str) -> None:
    registry = Registry([Entry("name", f"{given_name}qx {family}qy")])
    a, b = f"{given_name}qx", f"{family}qy"
    text = f"so {form.format(a=a, b=b, A=a.upper(), B=b.upper(), n=chr(10))} then"
    assert registry.find(text)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aZé’' ß\u0301.-\nİłœ1_", max_size=40))
def test_words_stand_where_they_are_said_to(text: str) -> None:
    words = words_of(text)
    for i, key in enumerate(words.keys):
        assert key
        assert words.written(i)
        assert words_of(words.written(i)).keys == [key]
    assert words.starts == sorted(words.starts)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Heather", "", "and Rose", "Mc", "Kinley", "H e a t h", "e r", "Hea-", "ther"]), min_size=1
    )
)
def test_texts_joined_give_what_each_gives(texts: list[str]) -> None:
    joined = Joined(texts)
    each = [(n, span) for n, text in enumerate(texts) for span in REGISTRY.find(text)]
    assert joined.parted(REGISTRY.find(joined.text)) == each
    assert SEPARATOR.join(texts) == joined.text


def test_labels_and_placeholders_are_hidden_in_the_same_length() -> None:
    text = "Speaker 2: So Company 1 and [name] left Site B.\nP: [Rosalinda laughs] a person I know"
    hidden = masked(text)
    assert len(hidden) == len(text)
    assert [word for word in hidden.replace("\u0001", " ").split() if word not in (":", ".")] == [
        "So", "and", "left", "[Rosalinda", "laughs]", "a", "person", "I", "know",
    ]  # fmt: skip
