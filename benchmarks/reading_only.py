"""The yardstick: every line of a trail read with Python's own JSON reader, and nothing checked.

`python -m benchmarks.reading_only DIRECTORY`. What it costs on a machine says what Python can do there at best.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def read_all(directory: Path) -> int:
    """Read each line of each lane object; how many."""
    lines = 0
    for path in sorted((directory / "lanes").rglob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            json.loads(line)
            lines += 1
    return lines


if __name__ == "__main__":
    print(f"{read_all(Path(sys.argv[1]))} lines read")
