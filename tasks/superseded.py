"""Codings made on a version of a transcript that a later release replaced."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from analysis.checks import REMEDIES, Problem
from analysis.coding_tools.export import SUBJECT
from study import Event
from tasks.coding_sources import Everything
from tasks.released import Released


def superseded_codings(
    everything: Everything, released: Mapping[str, Released], events: Iterable[Event]
) -> tuple[frozenset[str], tuple[Problem, ...]]:
    """The ids of the codings that a later release touches, and AN015 for each with its row.

    They are those of files that are still as they were when their codings were imported against an earlier release; a
    file that was changed or exported anew since is taken as looked at. Codings whose words are gone are not among
    them: each of those is told by itself (AN003), and here their number.
    """
    versions: dict[str, dict[str, int]] = {}
    imports: dict[str, list[Event]] = {}
    for event in events:
        transcript = event.subject_id("transcript") or ""
        if event.kind == "transcript.released":
            versions.setdefault(transcript, {})[event.id] = int(event.data["version"])
        elif event.kind == "coding.imported":
            imports.setdefault(transcript, []).append(event)
    touched = {
        transcript
        for transcript, references in everything.files.items()
        if transcript in released
        and _earlier(released[transcript].event, versions.get(transcript, {}), references, imports.get(transcript, ()))
    }
    segments = everything.codings.segments
    old = segments.loc[segments["transcript"].isin(touched), ["coding", "transcript"]]
    gone = sum(everything.codings.rejected.get(transcript, 0) for transcript in touched)
    said = f"The words of {len(old)} still stand there, {gone} were left out. {REMEDIES['AN015']}"
    problems = (Problem("AN015", *everything.rows[str(coding)], "quote", SUBJECT, said) for coding in old["coding"])
    return frozenset(old["coding"]), tuple(problems)


def _earlier(
    release: str, versions: Mapping[str, int], references: Collection[object], imports: Iterable[Event]
) -> bool:
    """Whether codings of these very files were imported against a release before this one."""
    return any(
        versions.get(cause.id, 0) < versions.get(release, 0)
        for event in imports
        if set(event.used) & set(references)
        for cause in event.causes
        if cause.id in versions
    )
