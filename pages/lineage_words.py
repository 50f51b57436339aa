"""A walk through the web of what rests on what, in plain words: lines of a tree, or values for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from trustworthiness.walk import Step
from trustworthiness.web import Node

SHORT = 8
WORDS = {
    "claim.asserted": "claim asserted",
    "claim.retracted": "claim retracted",
    "codebook.changed": "codebook",
    "coding.imported": "codings imported",
    "transcript.released": "transcript released for coding",
    "transcript.validated": "transcript checked",
    "interview.held": "interview held",
    "consent.given": "consent given",
    "consent.renewed": "consent renewed",
    "consent.form_approved": "consent form approved",
    "debriefing.held": "peer debriefing",
    "negative_case.raised": "negative case raised",
    "negative_case.resolved": "negative case resolved",
    "hypothesis.stated": "hypothesis stated",
    "memo.written": "memo",
    "counter_narrative.recorded": "counter-narrative",
}
"""Kinds that read better than their names; the others are their names with spaces."""


def node_said(node: Node, paths: Mapping[str, str]) -> str:
    """One node in plain words; `paths` are the files that may be named, by ref."""
    if node.type in ("theme", "code"):
        return f"{node.type} {node.name}"
    if node.type == "excerpts":
        codings = node.name.split("; ")
        turns = ", ".join(coding.partition("/")[2] for coding in codings)
        return f"{'excerpt' if len(codings) == 1 else f'{len(codings)} excerpts'} of {node.about}: {turns}"
    if node.type == "file":
        path = paths.get(node.name, "")
        return f"file {path} ({node.name})" if path else f"file {node.name}"
    words = WORDS.get(node.name, node.name.replace(".", " ").replace("_", " "))
    version = f" version {node.version}" if node.version else ""
    about = f": {node.about}{version}" if node.about else version
    return f"{words}{about}, {_day(node.day)} [{node.id[:SHORT]}]"


def tree_lines(step: Step, paths: Mapping[str, str], indent: int = 0) -> Iterator[str]:
    """The tree as indented lines; a gap is said where it is, and what was told above is not told again."""
    gaps = "".join(f"  GAP: {gap}." for gap in step.node.gaps)
    seen = "  (see above)" if step.is_seen else ""
    yield f"{'  ' * indent}{node_said(step.node, paths)}{seen}{gaps}"
    for below in step.steps:
        yield from tree_lines(below, paths, indent + 1)


def tree_document(step: Step, paths: Mapping[str, str]) -> dict[str, Any]:
    """The same as values for JSON."""
    node = step.node
    path = {"path": paths[node.name]} if node.type == "file" and node.name in paths else {}
    return {
        "type": node.type,
        "name": node.name,
        **({"about": node.about} if node.about else {}),
        **({"day": node.day, "id": node.id} if node.type == "event" else {}),
        **path,
        "gaps": list(node.gaps),
        **({"see_above": True} if step.is_seen else {}),
        "steps": [tree_document(below, paths) for below in step.steps],
    }


def _day(day: str) -> str:
    return f"{date.fromisoformat(day):%-d %B %Y}"
