"""What an assessment of the analysis comes to: facts, problems, sentences, files in out/."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from analysis.checks import Problem, queries
from study import Fact, Query
from study.query import QueryRecord
from tasks.workspace import Workspace

MOST_CAUSES = 300


@dataclass(frozen=True)
class Assessed:
    """What an assessment found: facts to record, problems, sentences for a coordinator and the files it wrote."""

    facts: tuple[Fact, ...] = ()
    problems: tuple[Problem, ...] = ()
    said: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


def queries_of(place: Workspace, problems: Iterable[Problem]) -> list[Query]:
    """Problems in analysis files as queries of this study."""
    return queries(problems, study=place.protocol.id, ref=place.ref)


def looked_at(*checks: Iterable[str]) -> Callable[[QueryRecord], bool]:
    """Whether a query's check is among those this run made."""
    ids = frozenset(check for group in checks for check in group)
    return lambda query: query.check in ids


def written(place: Workspace, name: str, document: Mapping[str, object]) -> tuple[str]:
    """Write a document to out/ as JSON; its path in the study folder."""
    place.out.put(name, (json.dumps(document, ensure_ascii=False, indent=1, default=list) + "\n").encode())
    return (f"{place.protocol.storage.out}/{name}",)
