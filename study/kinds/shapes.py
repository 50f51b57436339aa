"""The value types a trail line may hold: enums, integers, codes, days, digests. No free text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Hmac = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ShortDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
EventId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
LaneObject = Annotated[
    str, StringConstraints(pattern=r"^lanes/\d{4}-\d{2}-\d{2}/[A-Za-z0-9][A-Za-z0-9_.-]{0,95}/\d{6}\.jsonl$")
]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Signed = Annotated[int, Field(gt=-(2**53), lt=2**53)]
Micro = Annotated[int, Field(gt=-(2**53), lt=2**53, description="a real number times 1,000,000, rounded")]
Severity = Literal["block", "review", "inform"]
Verdict = Literal["passed", "review", "blocked", "unreadable"]
Scope = Literal["take_part", "survey", "record", "transcribe", "quote", "recontact", "audit", "archive"]

Halpern = Literal[
    "raw_data",
    "data_reduction",
    "reconstruction",
    "process_notes",
    "intentions",
    "instrument_development",
]


class Shape(BaseModel):
    """Base of every kind's `data`: closed, strict, frozen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Nothing(Shape):
    """A kind whose subject and dates say everything."""


class Row(Shape):
    """A register row behind the event: its ordinal among rows with the same identifying columns, its version
    (1 when first seen) and its hmac under the participant's key."""

    ordinal: Count
    version: Count
    row: Hmac


class Rank(IntEnum):
    """Order of kinds within one local day: grant < act < withdrawal, acts in the order a study takes them."""

    OPENING = 0
    GRANT = 100
    CONSENT = 150
    ENROLMENT = 200
    PREPARATION = 250
    ACT = 300
    ASSESSMENT = 350
    DECISION = 400
    RESULT = 450
    WITHDRAWAL = 500
    AFTERMATH = 600


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event: the schema of its data, its natural key, fold rank and Halpern class.

    `key` lists the parts of the natural key: `<subject type>` for a subject's id, `data.<field>`, `generated`
    (every ref and digest) or `occurred`. Parts in `also` count only where they are there, so that what was recorded
    without them keeps its key.
    """

    name: str
    data: type[Shape]
    key: tuple[str, ...]
    rank: Rank
    halpern: Halpern
    also: tuple[str, ...] = ()
