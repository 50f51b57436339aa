"""Every file of every example, and how they are written."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from examples.generator import cps, fsp, peer_support, planted_cps, planted_fsp, planted_peer_support

Files = dict[str, bytes]

STUDIES: Mapping[str, tuple[Callable[[], Files], Callable[[Mapping[str, bytes]], Files]]] = {
    "fsp": (fsp.build, planted_fsp.plant),
    "cps": (cps.build, planted_cps.plant),
    "peer-support": (peer_support.build, planted_peer_support.plant),
}
"""By name: what makes the clean study, and what plants defects over it."""


def all_files() -> Files:
    """Path under examples/ → content: `<name>/study/` and the overlay `<name>/planted/`."""
    files: Files = {}
    for name, (build, plant) in STUDIES.items():
        clean = build()
        files |= {f"{name}/study/{path}": data for path, data in clean.items()}
        files |= {f"{name}/planted/{path}": data for path, data in plant(clean).items()}
    return files


def write(folder: Path) -> int:
    """Replace the examples in `folder` by freshly made ones; returns how many files there are."""
    files = all_files()
    for name in STUDIES:
        shutil.rmtree(folder / name, ignore_errors=True)
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return len(files)
