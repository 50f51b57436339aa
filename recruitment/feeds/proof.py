"""What a feed's file was understood as, in words: for `fieldtrail check`, which records nothing."""

from __future__ import annotations

from collections import Counter

import pandas as pd

WHAT = {
    "recruitment": "step",
    "consent": "action",
    "interviews": "outcome",
    "participants": "role",
    "recordings": "step",
}
"""The field that says what a row of each register is."""


def proof_of(register: str, measured: pd.DataFrame, passed_over: int, where: str) -> str:
    """One sentence: how many rows of the file were understood as what, how many not, how many gave no row.

    `measured` are the register rows of one file (`recruitment.measure.measure`); an interview with several
    participants counts once.
    """
    rows = measured.drop_duplicates("row") if register == "interviews" else measured
    sound = rows[rows["is_usable"] | ~rows["occurred_has_come"].ne(False)]
    counts = Counter(str(word).replace("_", " ") or "scheduled" for word in sound[WHAT[register]])
    understood = ", ".join(f"{n} {word}" for word, n in sorted(counts.items())) or "none"
    parts = [f"{where}: {len(rows)} {'row' if len(rows) == 1 else 'rows'} understood as {understood}"]
    if unsound := len(rows) - len(sound):
        parts.append(f"{unsound} not understood")
    if passed_over:
        parts.append(f"{passed_over} of the file {'gives' if passed_over == 1 else 'give'} no row of this register")
    return "; ".join(parts) + "."
