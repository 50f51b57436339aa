"""Progress as run-log lines: the command line draws them, Prefect keeps them with the run."""

from __future__ import annotations

import logging

PROGRESS = logging.getLogger("fieldtrail.progress")


def step(said: str, number: int = 0, of: int = 0) -> None:
    """Say which step of a flow begins, counts only: `number` of `of` when the whole is known."""
    PROGRESS.info(said, extra={"step_number": number, "step_count": of})


def main_step(said: str, number: int, of: int) -> None:
    """Say which step of the main job begins."""
    PROGRESS.info(said, extra={"step_number": number, "step_count": of, "is_main": True})
