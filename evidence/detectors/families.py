"""Which check each kind of span belongs to, and the version of the detectors."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Family = Literal["registry", "near", "shape", "candidate", "disguised"]

DETECTORS_VERSION = 3
"""Raised whenever the same text may give other spans; part of the digest of what a reading rests on."""

_KINDS: dict[Family, tuple[str, ...]] = {
    "registry": ("name", "alias", "site"),
    "near": ("near_name",),
    "shape": (
        "email",
        "phone",
        "national_id",
        "card_number",
        "record_number",
        "url",
        "handle",
        "birth_date",
        "street_address",
    ),
    "candidate": ("person", "place", "organisation"),
    "disguised": ("spelled_name", "lowercase_name"),
}

FAMILY: Mapping[str, Family] = MappingProxyType({kind: family for family, kinds in _KINDS.items() for kind in kinds})
"""Kind of span to family: registry is TR060, near TR061, shape TR062, candidate TR063, disguised TR064."""
