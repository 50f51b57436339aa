"""What starting costs: the command's help, and one nightly run over many small survey files beside a run for each.

Imports are most of what a short run takes, so a night's files are checked in one run, by one child process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

ROOT = Path(__file__).parent.parent
PROTOCOL = """
id: bench
title: "Small surveys (made up)"
synthetic: true
time_zone: UTC
as_of: 2026-06-30
strands: [quantitative]
ethics: {board: "None (made up)", reference: "NONE", approvals: [{from: 2026-01-01}]}
team: [{code: RA1, name: "Nobody (made up)", role: coordinator}]
participants: {roles: [{id: peer, label: Peer}]}
sampling:
  frame: sampling/frame.csv
  id_column: site_id
  stages: [{name: sites, of: sites, strategy: criterion, rationale: "None (made up)", size: 1, seed: 1}]
consent_forms:
  - {form: FORM, version: "1", file: consent_forms/form.txt, approved: 2026-01-01, opens: 2026-01-02, scopes: [survey]}
surveys:
"""
SURVEY = "  - {{name: {name}, file: surveys/{name}.sav, dictionary: surveys/all.dictionary.csv, linkage: anonymous}}\n"


class Ran(NamedTuple):
    """Seconds by the clock and of processor, its children's included."""

    wall_s: float
    cpu_s: float


def ran(arguments: Sequence[str], *, allowed: Sequence[int] = (0,)) -> Ran:
    """A command run to its end; RuntimeError where it fails."""
    before, clock = os.times(), time.perf_counter()
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=ROOT)
    wall, after = time.perf_counter() - clock, os.times()
    if done.returncode not in allowed:
        raise RuntimeError(f"{arguments[1:]}: {(done.stderr.strip() or done.stdout.strip()).splitlines()[-1]}")
    return Ran(wall, after.children_user + after.children_system - before.children_user - before.children_system)


def help_page() -> Ran:
    return ran([*_command(), "--help"])


def nightly(folder: Path) -> Ran:
    """Every survey of the study checked in one run; queries are no failure."""
    return ran([*_command(), "run", str(folder), "validate_surveys"], allowed=(0, 1))


def make_study(folder: Path, names: Sequence[str], *, rows: int = 200) -> None:
    """A study, opened, with these surveys of twenty variables."""
    import pyreadstat

    surveys = "".join(SURVEY.format(name=name) for name in names)
    items = [f"q{n:02d}" for n in range(20)]
    described = "variable,label,type,values\n" + "".join(f"{i},About {i},single,1=No;2=Yes\n" for i in items)
    texts = {
        "study.yaml": PROTOCOL + surveys,
        "sampling/frame.csv": "site_id\nS001\n",
        "consent_forms/form.txt": "Made up.",
        "surveys/all.dictionary.csv": described,
    }
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    for seed, name in enumerate(names):
        answers = np.random.default_rng(seed).integers(1, 3, (rows, len(items))).astype(float)
        pyreadstat.write_sav(
            pd.DataFrame(answers, columns=items),
            str(folder / f"surveys/{name}.sav"),
            column_labels={item: f"About {item}" for item in items},
            variable_value_labels={item: {1.0: "No", 2.0: "Yes"} for item in items},
        )
    ran([*_command(), "run", str(folder), "open_study"], allowed=(0, 1))


def _command() -> list[str]:
    return [str(Path(sys.executable).with_name("fieldtrail"))]
