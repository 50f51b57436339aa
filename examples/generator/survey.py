"""The made-up staff survey: a labelled SPSS file with declared missing values, and its data dictionary."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pyreadstat

from examples.generator.tables import csv_bytes

AGREE = {1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree"}
MISSING = {-9: "Refused", -8: "Don't know"}
CREATED = slice(92, 109)  # date and time of creation in an SPSS system file header


@dataclass(frozen=True, slots=True)
class Item:
    """One variable as the dictionary describes it."""

    name: str
    label: str
    type: str
    values: Mapping[int, str] | None = None
    missing: Mapping[int, str] | None = None
    range: str = ""
    scale: str = ""
    reverse: str = ""
    show_if: str = ""


RECOVERY = (
    "Staff here believe that people can recover.",
    "People choose their own goals.",
    "We encourage people to take risks worth taking.",
    "Most people we serve will never live on their own.",
    "We introduce people to others who have recovered.",
    "Plans are written in the person's own words.",
    "We help people find work that suits them.",
    "People take part in running the program.",
)
CLIMATE = (
    "I can say what I think in team meetings.",
    "We help each other when it gets busy.",
    "People on this team keep things from each other.",
    "Mistakes are talked about openly.",
    "New ideas are welcome.",
    "I know what is expected of me.",
)
ITEMS = (
    Item("resp_id", "Respondent number", "integer", range="1..9999"),
    Item("site_id", "Program", "text"),
    Item("answered", "Day the survey was answered", "date"),
    Item(
        "position",
        "Position",
        "single",
        {1: "Case manager", 2: "Nurse", 3: "Peer provider", 4: "Clinician", 5: "Other"},
        MISSING,
    ),
    Item("years", "Years at this program", "integer", missing=MISSING, range="0..45"),
    Item("hours", "Hours a week", "integer", missing=MISSING, range="1..60"),
    Item("training", "Trained in recovery-oriented practice", "single", {0: "No", 1: "Yes"}, MISSING),
    Item("training_days", "Days of that training", "integer", missing=MISSING, range="1..30", show_if="training == 1"),
    Item("supervisor", "Supervises others", "single", {0: "No", 1: "Yes"}, MISSING),
    Item("supervised", "People supervised", "integer", missing=MISSING, range="1..25", show_if="supervisor == 1"),
    *(
        Item(f"ro{i}", text, "single", AGREE, MISSING, scale="recovery_orientation", reverse="yes" if i == 4 else "")
        for i, text in enumerate(RECOVERY, 1)
    ),
    *(
        Item(f"tc{i}", text, "single", AGREE, MISSING, scale="team_climate", reverse="yes" if i == 3 else "")
        for i, text in enumerate(CLIMATE, 1)
    ),
    Item("comment", "Anything else", "text"),
)
COMMENTS = (
    "",
    "",
    "",
    "",
    "Thank you for asking.",
    "More time for visits, please.",
    "The forms are too long.",
    "No comment.",
)


def answers(sites: Mapping[str, float], rows: int, first: date, seed: str) -> pd.DataFrame:
    """Made-up answers of `rows` staff at these sites; a site's number (1 to 5) is where its staff lean."""
    rng = random.Random(seed)
    ids = sorted(sites)
    made = [_answer(number, ids[number % len(ids)], sites, first, rng) for number in range(rows)]
    return pd.DataFrame(made, columns=[i.name for i in ITEMS])


def _answer(number: int, site: str, sites: Mapping[str, float], first: date, rng: random.Random) -> dict[str, object]:
    lean = sites[site] + rng.gauss(0, 0.7)
    climate = 3.4 + rng.gauss(0, 0.8)
    training, supervisor = int(rng.random() < 0.6), int(rng.random() < 0.2)
    row: dict[str, object] = {
        "resp_id": number + 1,
        "site_id": site,
        "answered": first + timedelta(days=rng.randint(0, 60)),
        "position": rng.choice([1, 1, 1, 2, 3, 4, 4, 5]),
        "years": rng.choice([0, 1, 1, 2, 2, 3, 4, 5, 6, 8, 11, 15, 20]),
        "hours": rng.choice([20, 24, 30, 32, 36, 40, 40, 40]),
        "training": training,
        "training_days": rng.randint(1, 10) if training else None,
        "supervisor": supervisor,
        "supervised": rng.randint(1, 12) if supervisor else None,
        "comment": rng.choice(COMMENTS),
    }
    for prefix, texts, level in (("ro", RECOVERY, lean), ("tc", CLIMATE, climate)):
        given = [_likert(level, reverse=f"{prefix}{i}" in ("ro4", "tc3"), rng=rng) for i in range(1, len(texts) + 1)]
        if len(set(given)) == 1:
            given[rng.randrange(len(given))] = 3 if given[0] != 3 else 4
        row.update({f"{prefix}{i}": value for i, value in enumerate(given, 1)})
    for item in ITEMS:
        if item.missing and item.name not in ("training", "supervisor") and row[item.name] is not None:
            chance = rng.random()
            row[item.name] = -9 if chance < 0.012 else -8 if chance < 0.02 else row[item.name]
    return row


def _likert(level: float, *, reverse: bool, rng: random.Random) -> int:
    answer = max(1, min(5, round(level + rng.gauss(0, 0.7))))
    return 6 - answer if reverse else answer


def sav(frame: pd.DataFrame, items: Sequence[Item] = ITEMS) -> bytes:
    """The frame as an SPSS file with labels and declared missing values; its creation time is always the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.sav"
        pyreadstat.write_sav(
            frame,
            str(path),
            file_label="Synthetic staff survey",
            column_labels={i.name: i.label for i in items},
            variable_value_labels={
                i.name: {**(i.values or {}), **(i.missing or {})} for i in items if i.values or i.missing
            },
            missing_ranges={i.name: sorted(i.missing) for i in items if i.missing},
        )
        data = bytearray(path.read_bytes())
    data[CREATED] = b"01 Apr 1600:00:00"
    return bytes(data)


def dictionary(items: Sequence[Item] = ITEMS) -> bytes:
    """The data dictionary."""
    columns = ("variable", "label", "type", "values", "missing", "range", "scale", "reverse", "show_if")
    rows = (
        {
            "variable": i.name,
            "label": i.label,
            "type": i.type,
            "values": _codes(i.values),
            "missing": _codes(i.missing),
            "range": i.range,
            "scale": i.scale,
            "reverse": i.reverse,
            "show_if": i.show_if,
        }
        for i in items
    )
    return csv_bytes(columns, rows)


def relabelled(item: Item, values: Mapping[int, str]) -> Item:
    """The same variable with other value labels."""
    return replace(item, values=values)


def _codes(codes: Mapping[int, str] | None) -> str:
    return ";".join(f"{code}={label}" for code, label in (codes or {}).items())
