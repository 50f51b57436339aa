"""What is recorded in a measurement: events of about 1 KB, the n-th always the same."""

from __future__ import annotations

from functools import cache

from study import Actor, Fact, Reference, Run, Subject
from study.identifiers import digest
from trail.note import generate_key

ORIGIN = "fieldtrail/benchmark/00c0ffee"
PRIVATE, VKEY = generate_key(ORIGIN)
SERVICE = Actor("service", "fieldtrail", "software")
RUN = Run("00000000-0000-4000-8000-000000000000", "validate-transcripts", "nightly", 1, "0.1.0")
ARTEFACTS = 10_000
_REFERENCES = 4
_DAY = "2026-01-05"


def fact(number: int) -> Fact:
    """The n-th fact: a site invited, on the ground of four artefacts out of ten thousand."""
    used = tuple(reference((number + n * 2477) % ARTEFACTS) for n in range(_REFERENCES))
    return Fact("site.invited", _DAY, (Subject("site", f"S{number:09d}"),), used, data={"ordinal": 0, "version": 1})


@cache
def reference(number: int) -> Reference:
    """The n-th artefact."""
    return Reference(f"a{number:09d}", 5120, sha256=digest(b"%d" % number))
