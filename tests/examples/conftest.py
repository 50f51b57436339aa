"""The committed examples and what was read from them, once a session."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

NAMES = ("fsp", "cps", "peer-support")
EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(params=NAMES)
def clean(request: pytest.FixtureRequest) -> Path:
    """The clean study folder of each example in turn."""
    return EXAMPLES / str(request.param) / "study"


@pytest.fixture(params=NAMES)
def planted(request: pytest.FixtureRequest) -> Path:
    """The overlay of each example in turn."""
    return EXAMPLES / str(request.param) / "planted"


@pytest.fixture(scope="session")
def table() -> Callable[[Path], list[dict[str, str]]]:
    """A CSV as rows of text."""
    return lambda path: list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
