"""The house itself: every room imports from this checkout, keeps to its size, and is listed."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["setuptools"]["packages"]
DOMAIN = ("study", "sampling", "recruitment", "evidence", "analysis", "trail", "trustworthiness")


def modules(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_imports_from_this_checkout(package: str) -> None:
    module = importlib.import_module(package)
    assert Path(str(module.__file__)).is_relative_to(ROOT)


def test_every_package_is_listed() -> None:
    rooms = {p.split(".")[0] for p in PACKAGES}
    found = {
        str(f.parent.relative_to(ROOT)).replace("/", ".") for room in rooms for f in (ROOT / room).rglob("__init__.py")
    }
    assert found == set(PACKAGES)


def test_no_module_is_longer_than_400_lines() -> None:
    rooms = {p.split(".")[0] for p in PACKAGES}
    assert [str(p) for p in modules(*rooms) if len(p.read_text().splitlines()) > 400] == []


def test_the_domain_reads_no_clock_and_no_environment() -> None:
    forbidden = re.compile(r"datetime\.(now|utcnow)\(|date\.today\(|time\.time\(|os\.environ|os\.getenv")
    allowed = {ROOT / "trail/verify_trail.py"}  # stands alone: an auditor runs it by itself
    assert [str(p) for p in modules(*DOMAIN) if p not in allowed and forbidden.search(p.read_text())] == []


@pytest.mark.slow
def test_the_rooms_import_each_other_only_downwards() -> None:
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout


def test_tests_hold_no_package_files() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_vague_module_names() -> None:
    vague = re.compile(r"^(utils?|helpers?|common|managers?|misc|.*_v\d+)$")
    assert [str(p) for p in modules(*{p.split(".")[0] for p in PACKAGES}) if vague.match(p.stem)] == []
