"""The README's five-minute tour, executed as it is written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text()
TOUR = README[README.index("## Five-minute tour") : README.index("## Your own study")]
COMMANDS = re.findall(r"^\$ (.+)$", TOUR, re.MULTILINE)
EXPECTED_EXIT = {"fieldtrail run tour": 1}


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.real
@pytest.mark.timeout(600)
def test_the_tour_runs_as_written_and_a_changed_byte_is_named(tmp_path: Path) -> None:
    assert len(COMMANDS) == 6
    for command in COMMANDS:
        done = shell(command, tmp_path)
        assert done.returncode == EXPECTED_EXIT.get(command, 0), f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
    assert (tmp_path / "tour/out/index.html").exists()
    assert {"verify_trail.py", "viewer.html", "SHA256SUMS"} <= {path.name for path in (tmp_path / "kit").iterdir()}
    victim = max((tmp_path / "tour/trail/lanes").rglob("*.jsonl"), key=lambda p: p.stat().st_size)
    body = bytearray(victim.read_bytes())
    body[len(body) // 2] ^= 1
    victim.write_bytes(body)
    altered = shell(next(c for c in COMMANDS if "trail verify" in c), tmp_path)
    assert altered.returncode == 4
    assert f"OBJECT_ALTERED {victim.relative_to(tmp_path / 'tour/trail')}" in altered.stdout + altered.stderr


def test_every_file_the_readme_points_to_is_there() -> None:
    root = Path(__file__).parent.parent
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert [link for link in links if not (root / link).exists()] == []
