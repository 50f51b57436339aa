"""The registry of kinds: what may be in the trail, one table a part of the study.

Add kinds and fields (with a default), never change a meaning: old lines must keep theirs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from study.errors import StudyError
from study.kinds.analysis import ANALYSIS_KINDS
from study.kinds.audit import AUDIT_KINDS
from study.kinds.challenges import CHALLENGE_KINDS
from study.kinds.comparisons import COMPARISON_KINDS
from study.kinds.conduct import CONDUCT_KINDS
from study.kinds.material import MATERIAL_KINDS
from study.kinds.member_checks import MEMBER_CHECK_KINDS
from study.kinds.people import PEOPLE_KINDS
from study.kinds.reporting import REPORTING_KINDS
from study.kinds.shapes import Kind, Rank, Shape
from study.kinds.sites import SITE_KINDS

__all__ = ["KINDS", "Kind", "Rank", "Shape", "checked_data", "kind_of", "natural_key"]

KINDS: dict[str, Kind] = {
    kind.name: kind
    for table in (
        CONDUCT_KINDS,
        SITE_KINDS,
        PEOPLE_KINDS,
        MATERIAL_KINDS,
        MEMBER_CHECK_KINDS,
        ANALYSIS_KINDS,
        CHALLENGE_KINDS,
        COMPARISON_KINDS,
        AUDIT_KINDS,
        REPORTING_KINDS,
    )
    for kind in table
}


def kind_of(name: str) -> Kind:
    """The kind of that name; StudyError for one this version does not know."""
    try:
        return KINDS[name]
    except KeyError:
        raise StudyError(
            f"the trail holds an event of kind {name!r}, which this version does not know",
            remedy="Use the version of fieldtrail that wrote it, or a newer one.",
        ) from None


def checked_data(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` as its kind's schema allows it, fields at their default left out; StudyError naming the field else."""
    try:
        checked = kind_of(name).data.model_validate_json(json.dumps(dict(data)))
        return checked.model_dump(mode="json", exclude_defaults=True)
    except ValidationError as error:
        fields = sorted({".".join(map(str, e["loc"])) or "data" for e in error.errors()})
        raise StudyError(
            f"an event of kind {name} was refused for its {', '.join(fields)}",
            remedy="This is a fault in fieldtrail, not in the study: please report it.",
        ) from None


def natural_key(
    name: str,
    subjects: Sequence[tuple[str, str]],
    generated: Sequence[Any],
    occurred: str,
    data: Mapping[str, Any],
) -> str:
    """The declared key parts of one fact, joined by `|`; a part that is absent is the empty string."""

    def part(source: str) -> str:
        if source == "occurred":
            return occurred
        if source == "generated":
            return ",".join(f"{g.ref}:{g.hmac or g.sha256}" for g in generated)
        if source.startswith("data."):
            value = data.get(source.removeprefix("data."))
            return "" if value is None else str(value)
        return ",".join(id for type, id in subjects if type == source)

    kind = kind_of(name)
    return "|".join([*map(part, kind.key), *filter(None, map(part, kind.also))])
