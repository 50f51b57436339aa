"""What the files that study.yaml maps are understood as, row by row, before anything is recorded from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recruitment.consent_checks import consent_queries
from recruitment.feeds import mapping_faults, proof_of
from recruitment.measure import Known, feature_queries, measure
from recruitment.registers import AFFILIATIONS, REGISTERS, Register
from study import Protocol, Query, StudyError
from study.errors import Fault
from study.objects import NotStored
from tasks.feeds import RESTRICTED, STRIDE, Kept, dates_written, in_its_file, kept_rows, sources_of
from tasks.frames import read_frame
from tasks.known_people import participants_in
from tasks.trail_place import folder
from tasks.workspace import clock


@dataclass(frozen=True, slots=True)
class Proof:
    """A sentence for each file that is mapped, what would mend the others, and the mapped registers' rows."""

    said: tuple[str, ...]
    faults: tuple[Fault, ...]
    frames: Mapping[str, pd.DataFrame]


def register_proof(root: Path, protocol: Protocol) -> Proof:
    """Read every mapped register of a study folder and judge its rows alone; the trail is neither read nor written."""
    if not any(protocol.registers.of(name) for name in REGISTERS):
        return Proof((), (), {})
    faults = list(_mappings(protocol))
    if faults:
        return Proof((), tuple(faults), {})
    kept = {name: _kept(root, protocol, register) for name, register in REGISTERS.items()}
    known = _known(root, protocol, {name: one.frame for name, one in kept.items()})
    said: list[str] = []
    for name, register in REGISTERS.items():
        if protocol.registers.of(name):
            faults += [_fault_of(source.label, fault) for source, fault in kept[name].faults]
            sentences, queries = _judged(register, kept[name], known)
            said += sentences
            faults += [Fault(q.where, *_halves(q.message)) for q in queries]
    frames = {n: k.frame for n, k in kept.items() if k.frame is not None and protocol.registers.of(n)}
    return Proof(tuple(said), tuple(faults), frames)


def _mappings(protocol: Protocol) -> Iterator[Fault]:
    for name, register in REGISTERS.items():
        fields = (*register.columns, *register.ignored)
        day = "from" if register is AFFILIATIONS else "occurred"
        for i, feed in enumerate(protocol.registers.of(name)):
            yield from mapping_faults(feed, fields, (*register.identifying, day), f"registers.{name}.{i}")


def _kept(root: Path, protocol: Protocol, register: Register) -> Kept:
    restricted = folder(root, protocol.storage.restricted)

    def fetch(path: str) -> bytes:
        is_restricted = path.startswith(RESTRICTED)
        file = restricted / path.removeprefix(RESTRICTED) if is_restricted else root / path
        try:
            return file.read_bytes()
        except OSError:
            raise NotStored(path) from None

    return kept_rows(protocol, register, fetch, is_recorded=False)


def _known(root: Path, protocol: Protocol, frames: Mapping[str, pd.DataFrame | None]) -> Known:
    plan = protocol.sampling
    sites: frozenset[str] = frozenset()
    if not plan.lists_people:
        with suppress(StudyError, OSError):  # the frame's own faults are said elsewhere
            sites = frozenset(read_frame((root / plan.frame).read_bytes(), plan.frame, plan.id_column).ids)
    today = clock(protocol, None).date()
    listed = participants_in(frames, protocol.participants.code_pattern)
    return Known(protocol, listed, sites, frozenset(), today, dates_written(protocol))


def _judged(register: Register, kept: Kept, known: Known) -> tuple[list[str], list[Query]]:
    """What each file was understood as, and the queries that its rows would raise."""
    protocol, name = known.protocol, register.name
    sources = sources_of(protocol, register)
    said = [f"{source.label} is not there yet." for source in kept.absent]
    faulty = {source.label for source, _ in kept.faults}
    read = [s for s in sources if s not in kept.absent]
    if kept.frame is None:
        return said, []
    rows = measure(register, kept.frame, known)
    for source, passed_over in zip(read, kept.passed_over, strict=True):
        theirs = rows[rows["row"] // STRIDE == sources.index(source)]
        if source.label not in faulty:
            said.append(proof_of(name, theirs, passed_over, source.label))
    queries = feature_queries(register, rows, known, study=protocol.id, ref=name)
    if name == "consent":
        codes = {code: code for code in known.participants}
        queries += [q for q in consent_queries(rows, protocol, codes, ref=name) if q.check == "CN002"]
    return said, [in_its_file(q, register, sources) for q in queries if q.severity != "inform"]


def _fault_of(label: str, fault: object) -> Fault:
    error, missing = getattr(fault, "error", None), getattr(fault, "missing", "")
    if error is not None:
        return Fault(error.where, error.what, error.remedy)
    return Fault(f"{label}, row 1", f"the column {missing} is missing", "Export it too, or correct study.yaml.")


def _halves(message: str) -> tuple[str, str]:
    """What is wrong, and what to do: a message's first sentence and the others."""
    what, _, remedy = message.partition(". ")
    return what, remedy
