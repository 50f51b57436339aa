"""Identifiers by their shape, their check digit, and as people say them. All are made up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn, verhoeff

from evidence.detectors import Patterns


def kinds(text: str) -> list[tuple[str, str]]:
    return [(s.kind, text[s.start : s.end]) for s in Patterns().find(text)]


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("it is riley dot test at mail dot example dot org ok", "email", "riley dot test at mail dot example dot org"),
        ("five five five, oh one four two", "phone", "five five five, oh one four two"),
        ("call five five five oh one four double two now", "phone", "five five five oh one four double two"),
        ("at five one oh, five five five, oh one nine nine", "phone", "five one oh, five five five, oh one nine nine"),
        ("it's 5 5 5 0 1 4 2 I think", "phone", "5 5 5 0 1 4 2"),
        ("my cell is 555-0142 ok", "phone", "555-0142"),
        ("her SSN is 536904399 she said", "national_id", "536904399"),
        ("a number like 123 456 782 in Canada", "national_id", "123 456 782"),
        ("his NHS number is 943 476 5870 there", "national_id", "943 476 5870"),
        ("it was QQ123456C no AB 12 34 56 C", "national_id", "AB 12 34 56 C"),
        ("tax id 36 574 261 809 in Germany", "national_id", "36 574 261 809"),
        ("the DNI 54362315K was", "national_id", "54362315K"),
        ("the NIE X2482300W was", "national_id", "X2482300W"),
        ("numero 2 95 10 99 126 111 93 merci", "national_id", "2 95 10 99 126 111 93"),
        ("her BSN is 1112.22.333 she said", "national_id", "1112.22.333"),
        ("clave BOXW310820HNERXN09 dijo", "national_id", "BOXW310820HNERXN09"),
        ("cpf 390.533.447-05 ele", "national_id", "390.533.447-05"),
        ("personnummer 880320-0016 sa", "national_id", "880320-0016"),
        ("codice RCCMNL83S18D969H disse", "national_id", "RCCMNL83S18D969H"),
        ("card 4242 4242 4242 4242 was charged", "card_number", "4242 4242 4242 4242"),
        ("MRN: 00482913 on the chart", "record_number", "00482913"),
        ("see riley-example.org for it", "url", "riley-example.org"),
        ("go to www dot example dot org slash help", "url", "www dot example dot org slash help"),
        ("my insta is riley_example99 now", "handle", "my insta is riley_example99"[3:]),
        ("I was born on the third of March nineteen eighty two there", "birth_date", None),
        ("my birthday is March 3rd, 1982", "birth_date", None),
        ("at 415 North Example Street then", "street_address", "415 North Example Street"),
        ("at 415 N. Sample Ct then", "street_address", "415 N. Sample Ct"),
        ("i live at four twenty one sample street now", "street_address", "four twenty one sample street"),
        ("write to P.O. Box 1234 please", "street_address", "P.O. Box 1234"),
    ],
)  # fmt: skip
def test_identifiers(text, kind, found):
    hits = kinds(text)
    assert [hit[0] for hit in hits] == [kind]
    assert found is None or hits[0][1] == found


@pytest.mark.parametrize(
    "text",
    [
        "It takes a 20 minute drive on the road.",
        "He did it 3 different ways, in 2 places.",
        "one two three four five six seven eight",
        "I have five or six, maybe seven, of the twenty.",
        "From 2001 to 2004, then 2010 and 2015.",
        "a number like 123 456 783 in Canada",
        "their number is 943 476 587 there",
        "the DNI 54362315A was",
        "I was born in 1982 and my birthday is in March.",
        "my case worker had 25 people",
        "We met at 10.30, e.g. on a Monday.",
        "twenty three people and forty five more",
    ],
)
def test_what_only_looks_like_one(text):
    assert kinds(text) == []


@pytest.mark.slow
@given(st.integers(10**7, 10**8 - 1), st.integers(0, 8), st.integers(1, 9))
@settings(max_examples=60)
def test_a_social_insurance_number_counts_only_with_its_check_digit(body, at, more):
    digits = f"1{body % 10**7:07d}"
    number = digits + luhn.calc_check_digit(digits)
    wrong = number[:at] + str((int(number[at]) + more) % 10) + number[at + 1 :]
    spaced = [f"{n[:3]} {n[3:6]} {n[6:]}" for n in (number, wrong)]
    assert kinds(f"it is {spaced[0]} here") == [("national_id", spaced[0])]
    assert kinds(f"it is {spaced[1]} here") == []


@pytest.mark.slow
@given(st.integers(2 * 10**10, 10**11 - 1), st.integers(0, 11), st.integers(1, 9))
@settings(max_examples=60)
def test_an_aadhaar_number_counts_only_with_its_check_digit(body, at, more):
    number = f"{body}{verhoeff.calc_check_digit(str(body))}"
    wrong = number[:at] + str((int(number[at]) + more) % 10) + number[at + 1 :]
    spaced = [f"{n[:4]} {n[4:8]} {n[8:]}" for n in (number, wrong)]
    if number != number[::-1]:
        assert kinds(f"it is {spaced[0]} here") == [("national_id", spaced[0])]
    assert ("national_id", spaced[1]) not in kinds(f"it is {spaced[1]} here")


@given(
    st.lists(
        st.sampled_from(["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]),
        min_size=10,
        max_size=10,
    )
)
@settings(max_examples=60)
def test_ten_said_digits_are_a_phone_unless_they_count(words):
    text = " ".join(words)
    found = kinds(f"call {text} tonight")
    assert found in ([("phone", text)], [])
    if len(set(words)) > 2 and words[:3] != ["one", "two", "three"] and words[0] != words[2]:
        assert found == [("phone", text)]
