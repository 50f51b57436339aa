"""The files in which a register is kept, read from the study folder; and where a register's row stands in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from recruitment.checks import located
from recruitment.feeds import Fed, Unread, columns_of, endings_in, own_feed, read_feed
from recruitment.registers import FIRST_FORM_ROW, REGISTERS, Register
from study import Protocol, Query, StudyError
from study.objects import NotStored
from study.protocol.registers import ISO, Feed

if TYPE_CHECKING:
    from tasks.workspace import Workspace

RESTRICTED = "restricted/"
STRIDE = 10_000_000
"""Rows of a register's second file count from here on, those of the third from twice that."""

Fetch = Callable[[str], bytes]
"""The bytes of a file by its path in the study folder; NotStored where there is none."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a register: how messages name it, and which of its columns each of our fields comes from."""

    label: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A register as its files hold it: rows under our names (None: there are none to read), faults by file.

    Row numbers count on from file to file in steps of STRIDE. Where there is a fault, the rows of that file are its
    withdrawals and do-not-contact only. `data` are the files' bytes, by path.
    """

    frame: pd.DataFrame | None
    faults: tuple[tuple[Source, Unread], ...]
    absent: tuple[Source, ...]
    passed_over: tuple[int, ...]
    data: Mapping[str, bytes]


def feeds_of(protocol: Protocol, register: Register) -> list[Feed]:
    """The feeds of a register: those of study.yaml, or our own CSV file."""
    return protocol.registers.of(register.name) or [own_feed(register)]


def sources_of(protocol: Protocol, register: Register) -> list[Source]:
    """The files of a register in their order, named as messages name them."""
    fed = protocol.registers.of(register.name)
    if not fed:
        return [Source(register.file, {})]
    named: dict[str, int] = {}
    sources = []
    for feed in fed:
        name = f"{feed.file}, sheet {feed.sheet}" if feed.sheet else feed.file
        named[name] = named.get(name, 0) + 1
        nth = f" {named[name]}" if named[name] > 1 else ""
        sources.append(Source(f"{name} ({register.name}{nth})", columns_of(feed)))
    return sources


def kept_rows(protocol: Protocol, register: Register, fetch: Fetch, *, is_recorded: bool) -> Kept:
    """Every file of a register read; `is_recorded` says that the trail holds rows of it already."""
    frames: list[pd.DataFrame] = []
    faults: list[tuple[Source, Unread]] = []
    absent: list[Source] = []
    passed_over: list[int] = []
    data: dict[str, bytes] = {}
    for nth, (feed, source) in enumerate(
        zip(feeds_of(protocol, register), sources_of(protocol, register), strict=True)
    ):
        try:
            data[feed.file] = fetch(feed.file)
        except NotStored:
            absent.append(source)
            continue
        fed = _fed(data[feed.file], feed, register, is_mapped=bool(source.columns), is_recorded=is_recorded)
        faults += [(source, fault) for fault in fed.faults]
        passed_over.append(fed.passed_over)
        if fed.frame is not None:
            fed.frame.index = fed.frame.index + nth * STRIDE
            frames.append(fed.frame)
    whole = pd.concat(frames).fillna("") if len(frames) > 1 else next(iter(frames), None)
    if whole is not None:
        whole.index.name = "row"
    return Kept(whole, tuple(faults), tuple(absent), tuple(passed_over), data)


def fetch_from(place: Workspace) -> Fetch:
    """Files of the study folder and of restricted/, wherever that is."""

    def fetch(path: str) -> bytes:
        if path.startswith(RESTRICTED):
            return place.restricted.get(path.removeprefix(RESTRICTED))
        return place.files.get(path)

    return fetch


def fed_table(place: Workspace, path: str) -> pd.DataFrame | None:
    """A register that study.yaml maps, by the path of our own file in its place; StudyError for the first fault.

    None when none of its files is there yet.
    """
    register = mapped_register(place.protocol, path)
    assert register is not None
    kept = kept_rows(place.protocol, register, fetch_from(place), is_recorded=False)
    for source, fault in kept.faults:
        raise fault.error or StudyError(
            f"the column {fault.missing} is missing", where=source.label, remedy="Export it too, or correct study.yaml."
        )
    return kept.frame


def mapped_register(protocol: Protocol, path: str) -> Register | None:
    """The register that is kept at this path by default, where study.yaml says that it is kept elsewhere."""
    return next((r for r in REGISTERS.values() if r.file == path and protocol.registers.of(r.name)), None)


def dates_written(protocol: Protocol) -> dict[str, str]:
    """How the days of each register are declared to be written, in words: MM/DD/YYYY."""
    signs = {"%Y": "YYYY", "%m": "MM", "%d": "DD", "%y": "YY", "%H": "hh", "%M": "mm", "%S": "ss", "%B": "month"}
    found = {}
    for name in REGISTERS:
        declared = dict.fromkeys(feed.dates for feed in protocol.registers.of(name)) or {ISO: None}
        text = " or ".join(declared)
        for sign, word in signs.items():
            text = text.replace(sign, word)
        found[name] = text
    return found


def in_its_file(query: Query, register: Register, sources: Sequence[Source]) -> Query:
    """A query about a register's rows with the file, row and column where people see them."""
    if len(sources) == 1 and not sources[0].columns:
        return query
    if not query.where.startswith(register.file):
        return query
    column = query.where.rpartition(", column ")[2] if ", column " in query.where else ""
    numbers = [int(row) for row in query.rows]
    parts = []
    for nth, source in enumerate(sources):
        rows = [n - nth * STRIDE for n in numbers if n // STRIDE == nth]
        if rows or (not numbers and nth == 0):
            parts.append(located(source.label, source.columns.get(column, column), rows))
    if forms := [n for n in numbers if n > FIRST_FORM_ROW]:
        parts.append(located(register.file, column, forms))
    return replace(
        query, where="; ".join(parts), rows=tuple(str(n if n > FIRST_FORM_ROW else n % STRIDE) for n in numbers)
    )


def _fed(data: bytes, feed: Feed, register: Register, *, is_mapped: bool, is_recorded: bool) -> Fed:
    """One file; our own CSV by its own reader, which knows no mapping."""
    if is_mapped:
        return read_feed(data, feed, register, is_recorded=is_recorded)
    from tasks.read import parse_table

    try:
        frame = parse_table(data, register.file)
    except StudyError as error:
        return Fed(endings_in(data, feed, register), (Unread(error),), 0, {})
    missing = [c for c in register.columns if c not in frame.columns]
    if missing:
        return Fed(endings_in(data, feed, register), tuple(Unread(missing=c) for c in missing), 0, {})
    if frame.empty and is_recorded:
        error = StudyError(
            "the file has a header and no row",
            where=f"{register.file}, row 2, column {frame.columns[0]}",
            remedy="Put back the rows that were recorded.",
        )
        return Fed(frame, (Unread(error),), 0, {})
    return Fed(frame, (), 0, {})
