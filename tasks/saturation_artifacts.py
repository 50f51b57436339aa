"""Saturation on Prefect's own pages: one row a sequence, under a stable key."""

from __future__ import annotations

from prefect.artifacts import create_table_artifact

from pages.saturation_page import SaturationPage
from tasks.transcript_artifacts import artifact_key, is_run


def show_saturation(study: str, page: SaturationPage, made: str) -> None:
    """What the index says of every sequence and who decided; nothing outside a run of Prefect's."""
    if not is_run():
        return
    create_table_artifact(
        saturation_rows(page),
        key=artifact_key("saturation", study),
        description=f"Saturation in study {study}, sequence by sequence; the index informs, people decide. {made}",
    )


def saturation_rows(page: SaturationPage) -> list[dict[str, str]]:
    """The table: sequence, interviews counted, what the index says, the share of orders, the last decision."""
    rows = []
    for part in page.sequences:
        last = part.decided[-1] if part.decided else None
        rows.append(
            {
                "Sequence": part.title,
                "Interviews": f"{len(part.interviews):,}",
                "Index": part.verdict[0],
                "Reached in orders": f"{100 * part.orders.share:.3g}%" if part.orders else "",
                "Decided": f"{last.decision} ({last.person}, {last.day})" if last else "nobody yet",
                "Changed since": "yes" if last and last.has_changed else "",
            }
        )
    return rows
