"""In an example study: how many of its planted defects the checks found."""

from __future__ import annotations

from expectations.catalogue import CATALOGUE
from study.objects import NotStored
from study.planted import FILE, compare, read_planted
from tasks.standing import Standing
from tasks.workspace import Workspace


def planted_report(place: Workspace, standing: Standing) -> tuple[str, ...]:
    """One sentence with the counts, and one for each defect missed; none for a study without planted defects."""
    try:
        planted = read_planted(place.files.get(FILE))
    except NotStored:
        return ()
    report = compare(planted, standing.words.values(), CATALOGUE)
    mended = len(report.found) - len(compare(planted, standing.open_queries, CATALOGUE).found)
    later = f", {len(report.not_covered)} need checks that do not exist yet" if report.not_covered else ""
    since = f", {mended} mended or set aside since" if mended else ""
    return (
        f"Planted defects: {len(report.found)} of {report.total} found{later}{since}. They are why queries block here.",
        *(f"Missed planted defect {d.id}: {d.check} in {d.file}." for d in report.missed),
    )
