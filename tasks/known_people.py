"""Which participants the registers list: the people a row may be about."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd


def participants_in(frames: Mapping[str, pd.DataFrame | None], pattern: str) -> frozenset[str]:
    """Participant codes in the recruitment register and in restricted/participants.csv that look like codes."""
    looks = re.compile(pattern)
    return frozenset(
        code
        for frame in (frames["recruitment"], frames["participants"])
        if frame is not None
        for code in frame["participant_id"].unique()
        if looks.fullmatch(code)
    )
