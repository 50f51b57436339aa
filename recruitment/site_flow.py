"""The flow diagram of each site, from the register's dated rows and restricted/participants.csv: for the team only.

A person is counted at one site all along, so that each box stays a part of the one before: where the register first has
them, or without a row there, where they belonged on the day they consented.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from recruitment.flow_diagram import Box, flow_boxes
from recruitment.log import Recruitment, Tally
from recruitment.tally import Way, counts
from recruitment.targets import Affiliation

UNKNOWN = ""
"""Stands for the site of people of whom neither the register nor participants.csv says one."""


@dataclass(frozen=True, slots=True)
class SiteFlow:
    """A site (UNKNOWN for none) and its boxes, in the order of `flow_boxes`."""

    site: str
    boxes: tuple[Box, ...]


def site_flows(
    rows: pd.DataFrame,
    found: Mapping[str, Way],
    recruitment: Recruitment,
    trail_codes: Mapping[str, str],
    affiliations: Iterable[Affiliation],
    *,
    today: date,
    criteria: Mapping[str, str] | None = None,
) -> list[SiteFlow]:
    """One diagram a site, by site id, people without one last; summed box by box they are the whole study's.

    `rows` is the measured recruitment register and `found` how far each participant code came (`tally.ways`);
    `trail_codes` leads from participant codes to those in `recruitment`.
    """
    sites = _site_of(rows, found, recruitment, trail_codes, affiliations)
    people: dict[str, dict[str, Way]] = {}
    for code, way in found.items():
        people.setdefault(sites["code", code], {})[code] = way
    consented: dict[str, set[str]] = {}
    for trail_code in recruitment.states:
        consented.setdefault(sites["trail", trail_code], set()).add(trail_code)
    named = sorted({*people, *consented}, key=lambda site: (site == UNKNOWN, site))
    return [
        SiteFlow(site, flow_boxes(_at(recruitment, consented.get(site, set()), people.get(site, {}), today), criteria))
        for site in named
    ]


def _site_of(
    rows: pd.DataFrame,
    found: Mapping[str, Way],
    recruitment: Recruitment,
    trail_codes: Mapping[str, str],
    affiliations: Iterable[Affiliation],
) -> dict[tuple[str, str], str]:
    """The one site of each participant code ("code") and trail code ("trail")."""
    usable = rows[rows["is_usable"] & (rows["participant_id"] != "") & (rows["site_id"] != "")]
    first = usable.sort_values(["day", "row"]).drop_duplicates("participant_id")
    registered = dict(zip(first["participant_id"], first["site_id"], strict=True))
    belonged: dict[str, list[Affiliation]] = {}
    for affiliation in affiliations:
        belonged.setdefault(affiliation.participant, []).append(affiliation)
    codes = {trail_code: code for code, trail_code in trail_codes.items()}
    sites = {}
    for trail_code, reached in recruitment.reached.items():
        day = reached.get("consented", min(reached.values()))
        there = [a.site for a in belonged.get(trail_code, ()) if a.holds(day)]
        sites["trail", trail_code] = registered.get(codes.get(trail_code, ""), there[0] if there else UNKNOWN)
    for code in found:
        known = sites.get(("trail", trail_codes.get(code, "")), UNKNOWN)
        sites["code", code] = registered.get(code, known)
    return sites


def _at(recruitment: Recruitment, here: set[str], people: Mapping[str, Way], today: date) -> Recruitment:
    """The recruitment log of these people alone, with counts taken from how far they came."""
    counted = counts(people)
    return replace(
        recruitment,
        states={code: recruitment.states[code] for code in sorted(here)},
        reached={code: recruitment.reached[code] for code in sorted(here)},
        tallies=(Tally(day=today, **{**counted, "ineligible": dict(counted["ineligible"])}),),
    )
