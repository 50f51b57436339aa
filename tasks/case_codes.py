"""Codes that stand for sites in what the public reads (Case A, Case B), with their key under restricted/.

The order is that of a keyed digest, so that no list of sites gives a code away; a code given once stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from string import ascii_uppercase

from study.objects import NotStored
from tasks.codings import reference_of
from tasks.workspace import Workspace

KEY = "analysis/case_codes.json"
FILE = f"restricted/{KEY}"


def case_codes(place: Workspace, sites: Iterable[str]) -> dict[str, str]:
    """Site → `Case A` for these sites; new ones get the next letters, and the key is written anew."""
    known = _known(place)
    new = sorted(set(sites) - set(known), key=lambda site: reference_of(place, FILE, ["case", site]))
    for site in new:
        known[site] = f"Case {_letters(len(known))}"
    if new:
        place.restricted.put(KEY, (json.dumps(known, indent=1, sort_keys=True) + "\n").encode())
    return {site: known[site] for site in sites}


def _known(place: Workspace) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(place.restricted.get(KEY))
    except NotStored:
        return {}
    return found


def _letters(number: int) -> str:
    """A … Z, AA, AB … as columns of a spreadsheet."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, len(ascii_uppercase))
        letters = ascii_uppercase[rest] + letters
    return letters
