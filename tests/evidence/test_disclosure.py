"""How many people fit what stands beside a quote."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.disclosure import people_sharing, what_may_stay

PEOPLE = [
    {"participant_id": f"P{i:03d}", "role": role, "site_id": site, "group": ""}
    for i, (role, site) in enumerate([("peer", "S1"), ("peer", "S1"), ("peer", "S2"), ("director", "S1")])
]


def test_people_are_counted_once_whatever_the_writing() -> None:
    assert people_sharing({"role": " Peer"}, [*PEOPLE, {**PEOPLE[0], "site_id": "S9"}]) == 3
    assert people_sharing({"role": "peer", "site_id": "S1"}, PEOPLE) == 2
    assert people_sharing({"role": "cook"}, PEOPLE) == 0
    assert people_sharing({}, PEOPLE) == 4


def test_the_most_attributes_stay_that_enough_people_share() -> None:
    shown = {"role": "peer", "site_id": "S1"}
    assert what_may_stay(shown, PEOPLE, 2) == ("role", "site_id")
    assert what_may_stay(shown, PEOPLE, 3) == ("role",)
    assert what_may_stay({"role": "director", "site_id": "S1"}, PEOPLE, 3) == ("site_id",)
    assert what_may_stay(shown, PEOPLE, 5) == ()


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), max_size=12), st.integers(2, 5))
def test_showing_less_never_fits_fewer_and_what_stays_fits_k(pairs: list[tuple[str, str]], k: int) -> None:
    people = [{"participant_id": str(i), "role": r, "site_id": s} for i, (r, s) in enumerate(pairs)]
    shown = {"role": "a", "site_id": "x"}
    assert people_sharing(shown, people) <= people_sharing({"role": "a"}, people)
    kept = what_may_stay(shown, people, k)
    assert not kept or people_sharing({name: shown[name] for name in kept}, people) >= k
