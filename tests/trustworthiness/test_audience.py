"""MC008: a director never sees a theme of the director's staff, nor the reverse; no theme rests on few people."""

from __future__ import annotations

import pytest

from trustworthiness.audience import enough, may_see, resting

PEER, DIRECTOR = ("S1", "peer"), ("S1", "director")
STAFF = {f"P{n}": [PEER] for n in range(5)}


@pytest.mark.parametrize(
    ("own", "site", "sees"),
    [
        ([PEER], "S1", True),
        ([DIRECTOR], "S1", False),
        ([PEER, DIRECTOR], "S1", False),  # was staff at the interview, is director today
        ([("S2", "peer")], "S1", False),
        ([], "S1", False),
        ([PEER], "", True),
        ([DIRECTOR], "", False),  # not declared, yet everybody behind it belongs to one site
        ([("S2", "director")], "", True),
    ],
)
def test_a_theme_of_a_sites_staff(own, site, sees):
    assert may_see(resting(STAFF, site), own) is sees


def test_staff_do_not_see_what_rests_on_their_director():
    mixed = resting({**STAFF, "D": [DIRECTOR]}, "S1")
    assert [may_see(mixed, [place]) for place in (PEER, DIRECTOR)] == [False, False]


def test_a_theme_across_sites_goes_to_everybody():
    theme = resting({**STAFF, "Q": [("S2", "peer")]})
    assert all(may_see(theme, own) for own in ([PEER], [DIRECTOR], [], [("S3", "peer")]))


def test_only_people_of_the_site_are_behind_a_theme_about_it():
    theme = resting({**STAFF, "Q": [("S2", "peer")]}, "S1")
    assert sorted(theme.people) == sorted(STAFF)
    assert (enough(theme, 5), enough(theme, 6)) == (True, False)


def test_where_nobody_knows_who_belonged_there_a_site_theme_goes_to_nobody():
    theme = resting({**STAFF, "Q": []}, "S1")
    assert theme.unplaced
    assert not may_see(theme, [PEER])
    assert may_see(resting({**STAFF, "Q": []}), [DIRECTOR])


def test_in_a_study_of_one_site_a_theme_of_its_people_points_at_no_site():
    theme = resting({**STAFF, "D": [DIRECTOR]}, one_site=True)
    assert may_see(theme, [PEER])
    assert may_see(theme, [DIRECTOR])
    assert not may_see(resting({**STAFF, "D": [DIRECTOR]}, "S1", one_site=True), [DIRECTOR])
