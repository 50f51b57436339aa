"""What a coding tool keeps beside its codes, so that it comes back when a codebook is written again.

Colours, headings and the team's own sets of codes count for nothing here; they are carried, never compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from analysis.codebook import SetOfCodes
from analysis.coding_tools.archive import local

_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})")


def colour(element: etree._Element) -> str:
    """The colour of a code as REFI-QDA writes it (`#RRGGBB` or `#RGB`); "" for none or another."""
    found = element.get("color") or ""
    return found if _COLOUR.fullmatch(found) else ""


def sets_of(root: etree._Element, ids: Mapping[str, str], mark: str) -> Iterator[SetOfCodes]:
    """The team's own sets that hold a code of `ids` (by GUID), in the order of the file."""
    for group in root.iter("{*}Set"):
        name = group.get("name") or ""
        guids = [plain_guid(m.get("targetGUID") or m.get("guid")) for m in group if local(m) == "MemberCode"]
        members = tuple(dict.fromkeys(ids[guid] for guid in guids if guid in ids))
        if members and not name.startswith(mark):
            yield SetOfCodes(name, plain_guid(group.get("guid")), description(group), members)


def plain_guid(guid: str | None) -> str:
    """A GUID without braces, in small letters, for comparison."""
    return (guid or "").strip().strip("{}").lower()


def description(element: etree._Element) -> str:
    """The text of an element's Description, without space around it."""
    found = next((child for child in element if local(child) == "Description"), None)
    return "".join(found.itertext()).strip() if found is not None else ""  # type: ignore[arg-type]
