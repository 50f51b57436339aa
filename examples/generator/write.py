"""Every file of every example, and how they are written."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from examples.generator import cps, fsp, peer_support

STUDIES: Mapping[str, Callable[[], dict[str, bytes]]] = {
    "fsp": fsp.build,
    "cps": cps.build,
    "peer-support": peer_support.build,
}


def all_files() -> dict[str, bytes]:
    """Path under examples/ → content."""
    files: dict[str, bytes] = {}
    for name, build in STUDIES.items():
        files |= {f"{name}/study/{path}": data for path, data in build().items()}
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
