"""The made-up frame of 93 programs, and the sites the sampling design proposes from it."""

from __future__ import annotations

import random
from functools import cache

from examples.generator.folder import protocol_bytes
from examples.generator.tables import csv_bytes
from sampling.design import design_of
from sampling.frame import read_frame
from sampling.propose import propose
from sampling.sample import Sample
from study import load_protocol

COLUMNS = (
    "site_id", "region", "urbanicity", "size", "fidelity", "fidelity_band", "recovery_orientation", "ownership",
    "peer_providers",
)  # fmt: skip
PROGRAMS = 93
REGIONS = ("north", "bay", "central", "coast", "south")
OWNERSHIP = ("county", "contract_nonprofit", "contract_nonprofit", "private")


@cache
def programs() -> tuple[dict[str, object], ...]:
    """The 93 programs; the quarter of highest fidelity is banded high, the lowest quarter low."""
    rng = random.Random("fsp/frame")
    fidelity = [round(min(99.0, max(20.0, rng.gauss(64, 14))), 1) for _ in range(PROGRAMS)]
    ranked = sorted(range(PROGRAMS), key=lambda i: (fidelity[i], i))
    band = {
        i: "low" if n < PROGRAMS // 4 else "high" if n >= PROGRAMS - PROGRAMS // 4 else "middle"
        for n, i in enumerate(ranked)
    }
    return tuple(
        {
            "site_id": f"S{i + 1:03d}",
            "region": "" if rng.random() < 0.03 else rng.choice(REGIONS),
            "urbanicity": rng.choice(("urban", "urban", "suburban", "rural")),
            "size": int(rng.lognormvariate(4.3, 0.5)),
            "fidelity": fidelity[i],
            "fidelity_band": band[i],
            "recovery_orientation": ""
            if rng.random() < 0.06
            else round(min(4.9, max(1.3, 0.6 + fidelity[i] / 25 + rng.gauss(0, 0.35))), 2),
            "ownership": "" if rng.random() < 0.05 else rng.choice(OWNERSHIP),
            "peer_providers": rng.choice((0, 1, 2, 2, 3, 3, 4, 5)),
        }
        for i in range(PROGRAMS)
    )


def frame_bytes() -> bytes:
    """sampling/frame.csv."""
    return csv_bytes(COLUMNS, programs())


@cache
def proposal() -> Sample:
    """What the sampling design of the example's study.yaml proposes from this frame."""
    sampling = load_protocol(protocol_bytes("fsp")).sampling
    frame = read_frame(frame_bytes(), sampling.frame, sampling.id_column)
    return propose(frame, design_of(sampling.stages[0], sampling.id_column))


def sites() -> tuple[str, ...]:
    """The eight sites proposed, ascending."""
    return proposal().ids


def orientation(site: str) -> float:
    """How recovery-oriented that program is, 1 to 5; from its fidelity where the score is missing."""
    program = next(p for p in programs() if p["site_id"] == site)
    return float(str(program["recovery_orientation"] or round(0.6 + float(str(program["fidelity"])) / 25, 2)))


@cache
def diverging() -> tuple[str, str]:
    """The two sites planted to diverge: the chosen ones with the lowest recovery orientation."""
    first, second = sorted(sites(), key=lambda s: (orientation(s), s))[:2]
    return first, second
