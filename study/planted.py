"""Defects planted in an example, and how many of them the checks found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from study.errors import StudyError
from study.query import Query

FILE = "planted.yaml"
_KEYS = ("id", "check", "file", "what")


@dataclass(frozen=True, slots=True)
class Planted:
    """One defect: its id, the check that should notice it, the file it sits in, and what was done to that file."""

    id: str
    check: str
    file: str
    what: str


@dataclass(frozen=True, slots=True)
class PlantedReport:
    """The planted defects by outcome, in the order they were declared; `total` is all of them."""

    found: tuple[Planted, ...]
    missed: tuple[Planted, ...]
    not_covered: tuple[Planted, ...]
    total: int


def read_planted(data: bytes) -> list[Planted]:
    """The defects declared in planted.yaml: a list of {id, check, file, what}, ids unique; StudyError else."""
    try:
        rows = YAML(typ="safe", pure=True).load(data.decode("utf-8"))
    except (UnicodeDecodeError, YAMLError):
        raise _malformed("the file is not readable as YAML") from None
    if not isinstance(rows, list):
        raise _malformed("the file is not a list")
    defects = [_planted(row, number) for number, row in enumerate(rows, 1)]
    ids = [defect.id for defect in defects]
    for id in ids:
        if ids.count(id) > 1:
            raise _malformed(f"the id {id} appears {ids.count(id)} times")
    return defects


def compare(planted: Sequence[Planted], queries: Iterable[Query], covered: Collection[str]) -> PlantedReport:
    """Sort planted defects into found, missed and not covered.

    A defect is found when a query of its check begins its `where` with the defect's file; it is not covered when
    nothing found it and its check is not among `covered`, the ids of the checks that exist.
    """
    raised: dict[str, list[str]] = {}
    for query in queries:
        raised.setdefault(query.check, []).append(query.where)
    found = [d for d in planted if any(_begins(where, d.file) for where in raised.get(d.check, ()))]
    others = [d for d in planted if d not in found]
    return PlantedReport(
        found=tuple(found),
        missed=tuple(d for d in others if d.check in covered),
        not_covered=tuple(d for d in others if d.check not in covered),
        total=len(planted),
    )


def _begins(where: str, file: str) -> bool:
    """Whether a place is in that file: the path ends there or goes on with a row, turn or column."""
    return where.startswith(file) and where[len(file) : len(file) + 1] in ("", ",", ":", " ")


def _planted(row: object, number: int) -> Planted:
    if not isinstance(row, dict) or sorted(map(str, row)) != sorted(_KEYS):
        raise _malformed(f"entry {number} does not hold exactly {', '.join(_KEYS)}")
    values = [str(row[key]).strip() if row[key] is not None else "" for key in _KEYS]
    if not all(values):
        raise _malformed(f"entry {number} leaves a value empty")
    return Planted(*values)


def _malformed(what: str) -> StudyError:
    return StudyError(what, where=FILE, remedy="Copy the example again with `fieldtrail new`.")
