"""The status of every evaluated row: nobody who was looked at disappears from the record."""

from __future__ import annotations

from sampling.sample import Sample

BACKUP, PASSED_OVER, NOT_ELIGIBLE, FORBIDDEN = "backup", "passed over", "not eligible", "forbidden"
TAKEN_OUT = "taken out by people"


def evaluated(sample: Sample) -> dict[str, str]:
    """Every id of the frame with its status: why it left, chosen, backup, passed over, forbidden or not eligible.

    Who came in another's place is `chosen in place of` that one. Who left keeps that status whatever comes later.
    """
    came = {entering: leaving for leaving, entering in sample.replaced}
    backups = {b.id for s in sample.selected for b in s.backups}
    found = {s.id: f"chosen in place of {came[s.id]}" if s.id in came else "chosen" for s in sample.selected}
    for row in sample.not_selected:
        if row.id in sample.design.forbidden:
            found[row.id] = FORBIDDEN
        elif row.reason.startswith("not eligible"):
            found[row.id] = NOT_ELIGIBLE
        else:
            found[row.id] = BACKUP if row.id in backups else PASSED_OVER
    return dict(sorted({**found, **sample.statuses}.items()))
