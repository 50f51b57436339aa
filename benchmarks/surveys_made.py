"""A made-up survey of sixty variables and any number of rows, with errors planted where thirty checks look.

The same rows every time for a seed. Nobody answered it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

ITEMS = tuple(f"q{n:02d}" for n in range(1, 41))
CHECKED_ITEMS = ITEMS[:12]
COUNTS: Mapping[str, tuple[int, int]] = {
    "age": (18, 90),
    "hours": (0, 80),
    "years": (0, 50),
    "caseload": (0, 60),
    "visits": (0, 31),
    "children": (0, 15),
}
DECIMALS: Mapping[str, tuple[float, float]] = {"pay": (7.5, 60.0), "distance": (0.0, 200.0), "score": (0.0, 1.0)}
CHECKED_NUMBERS = (*COUNTS, "pay", "distance")
DATES = ("started", "ended", "born")
SITES = tuple(f"S{n:03d}" for n in range(1, 21))
ROLES = ("peer", "clinician", "supervisor")
COLOURS = ("blue", "green", "red")
TODAY = date(2026, 6, 30)
REFUSED = -9.0
LABELS = {1: "Never", 2: "Seldom", 3: "Sometimes", 4: "Often", 5: "Always"}
WORDS = ("we", "need", "more", "time", "for", "each", "visit", "and", "a", "room", "of", "our", "own")
EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"

Found = dict[str, frozenset[int]]
"""By check and column, `SV020 q01`: the positions (from 0) of the rows that are wrong."""


class Made(NamedTuple):
    """The survey as a reader gives it, and what is wrong with it."""

    frame: pd.DataFrame
    planted: Found


def made_survey(rows: int, *, seed: int = 0, errors: int = 5) -> Made:
    """`rows` rows (at least 1,000) of sixty columns, `errors` planted for each of the thirty checks."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"pid": pd.Series([f"R{n:07d}" for n in range(rows)], dtype=object)})
    frame["site"] = np.array(SITES, dtype=object)[rng.integers(0, len(SITES), rows)]
    frame["role"] = np.array(ROLES, dtype=object)[rng.integers(0, len(ROLES), rows)]
    frame["colour"] = np.array(COLOURS, dtype=object)[rng.integers(0, len(COLOURS), rows)]
    started = np.datetime64("2026-01-05", "s") + rng.integers(0, 150 * 86_400, rows).astype("timedelta64[s]")
    frame["started"] = started
    frame["ended"] = started + rng.integers(120, 3_600, rows).astype("timedelta64[s]")
    frame["born"] = np.datetime64("1950-01-01", "s") + (rng.integers(0, 18_000, rows) * 86_400).astype("timedelta64[s]")
    for name, (low, high) in COUNTS.items():
        frame[name] = rng.integers(low, high + 1, rows).astype(float)
    for name, (lowest, highest) in DECIMALS.items():
        frame[name] = np.round(rng.uniform(lowest, highest, rows), 2)
    frame["smokes"] = rng.integers(1, 3, rows).astype(float)
    frame["cigarettes"] = np.where(frame["smokes"] == 1, rng.integers(1, 40, rows), np.nan)
    for name in ITEMS:
        answers = rng.integers(1, 6, rows).astype(float)
        chance = rng.random(rows)
        answers[chance < 0.02] = REFUSED
        answers[chance > 0.99] = np.nan
        frame[name] = answers
    for name in ("remark", "wish"):
        frame[name] = _remarks(rng, rows)
    texts = {name: frame[name].astype(object) for name in ("pid", "site", "role", "colour", "remark", "wish")}
    return _planted(frame.assign(**texts), rng, errors)


def _remarks(rng: np.random.Generator, rows: int) -> np.ndarray:
    """Free text of eight words from one respondent in twenty, null from the others."""
    texts = np.full(rows, None, dtype=object)
    for position in np.flatnonzero(rng.random(rows) < 0.05):
        texts[position] = " ".join(rng.choice(WORDS, 8))
    return texts


def _planted(frame: pd.DataFrame, rng: np.random.Generator, errors: int) -> Made:
    """The errors, each in rows of its own."""
    free = iter(rng.permutation(len(frame)).tolist())
    planted: Found = {}

    def spoil(check: str, column: str, value: object) -> None:
        positions = [next(free) for _ in range(errors)]
        frame.iloc[positions, frame.columns.get_loc(column)] = value  # type: ignore[index]
        planted[f"{check} {column}"] = frozenset(positions)

    spoil("SV040", "pid", None)
    twice = [next(free) for _ in range(2 * errors)]
    frame.iloc[twice[::2], 0] = frame["pid"].iloc[twice[1::2]].to_numpy()
    planted["SV030 pid"] = frozenset(twice)
    for name in CHECKED_ITEMS:
        spoil("SV020", name, 7.0)
    spoil("SV020", "site", "S999")
    spoil("SV020", "role", "nurse")
    for name in CHECKED_NUMBERS:
        spoil("SV021", name, {**COUNTS, **DECIMALS}[name][1] + 1)
    spoil("SV023", "started", pd.Timestamp("2027-03-01"))
    frame.loc[sorted(planted["SV023 started"]), "ended"] = pd.NaT
    spoil("SV023", "ended", pd.Timestamp("2027-03-02"))
    spoil("SV023", "born", pd.Timestamp("2066-03-02"))
    spoil("SV024", "ended", pd.Timestamp("2026-01-01"))
    smokers = frame["smokes"].eq(1)
    unshown = [p for p in (next(free) for _ in range(40 * errors)) if not smokers.iloc[p]][:errors]
    frame.loc[unshown, "cigarettes"] = 3.0
    planted["SV027 cigarettes"] = frozenset(unshown)
    spoil("SV050", "remark", "write to ann.example@example.org")
    return Made(frame, planted)


def dictionary() -> bytes:
    """The data dictionary of all sixty variables, as our CSV."""
    likert = ";".join(f"{code}={label}" for code, label in LABELS.items())
    rows: list[dict[str, str]] = [{"variable": "pid", "type": "text"}]
    for name, codes in (("site", SITES), ("role", ROLES), ("colour", COLOURS)):
        rows.append({"variable": name, "type": "single", "values": ";".join(f"{c}={c}" for c in codes)})
    rows += [{"variable": name, "type": "date"} for name in DATES]
    rows += [{"variable": n, "type": "integer", "range": f"{low}..{high}"} for n, (low, high) in COUNTS.items()]
    rows += [{"variable": n, "type": "decimal", "range": f"{low}..{high}"} for n, (low, high) in DECIMALS.items()]
    rows.append({"variable": "smokes", "type": "single", "values": "1=Yes;2=No"})
    rows.append({"variable": "cigarettes", "type": "integer", "range": "0..100", "show_if": "smokes == 1"})
    rows += [
        {"variable": name, "type": "single", "values": likert, "missing": "-9=Refused", "scale": f"scale{n // 10}"}
        for n, name in enumerate(ITEMS)
    ]
    rows += [{"variable": name, "type": "text"} for name in ("remark", "wish")]
    out = io.StringIO()
    writer = csv.DictWriter(out, ["variable", "label", "type", "values", "missing", "range", "scale", "show_if"])
    writer.writeheader()
    writer.writerows({"label": f"About {row['variable']}", **row} for row in rows)
    return out.getvalue().encode()
