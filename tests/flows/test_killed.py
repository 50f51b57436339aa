"""A run killed at any point and started again: the same state, nothing lost, nothing doubled.

What a kill leaves is what the disk holds between two calls of the store, so one unharmed run is photographed
between its calls, and every photograph is taken up by another run. Real kills of the command come after.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from storage.local import LocalStore
from tasks.request import StudyRequest

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "peer-support"
EFFECTS = ("put_new", "put", "erase_all_versions")
SHARES = ("10%", "40%", "70%", "99%")
TURNS = ("trail.vkey", "lanes/", "queries/", "records/", "packets/", "seals/", "checkpoints/")
"""Keys whose first writing is a turning point: what came just before it is there, it is not."""
RANDOM = re.compile(r"\b([0-9a-f]{64}|[0-9a-f]{12}|r?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


@dataclass(frozen=True)
class State:
    """A study after a run: what status says, every act with random codes spelled out, ids written twice, files."""

    status: dict[str, Any]
    acts: Counter[str]
    doubled: tuple[str, ...]
    files: Counter[str]


@pytest.fixture(scope="module", autouse=True)
def _without_prefect() -> Iterator[None]:
    """Flows and tasks as plain functions: what is tested is what they leave on disk, not their scheduler."""
    from prefect import Flow, Task

    with pytest.MonkeyPatch.context() as patch:
        for kind in (Flow, Task):
            patch.setattr(kind, "__call__", lambda self, *args, **named: self.fn(*args, **named))
        yield


@dataclass(frozen=True)
class Album:
    """One unharmed run, and the study folder as it was just before every write: its key, and the photograph."""

    state: State
    photographs: tuple[tuple[str, Path], ...]

    def before(self, point: str) -> Path:
        """The photograph before the first write of a turning point, or after a share of all writes."""
        if point.endswith("%"):
            return self.photographs[int(len(self.photographs) * int(point[:-1]) / 100)][1]
        return next(photograph for key, photograph in self.photographs if key.startswith(point))


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Album:
    root = tmp_path_factory.mktemp("killed")
    study = fresh(root / "study")
    taken: list[tuple[str, Path]] = []

    def photograph(key: str) -> None:
        """A copy by hard links: no file of a study is ever changed in place."""
        taken.append((key, shutil.copytree(study, root / str(len(taken)), copy_function=os.link)))

    with watched(photograph):
        run(study)
    return Album(state_of(study), tuple(taken))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder for the command, so that Prefect makes its database once."""
    return tmp_path_factory.mktemp("home")


@pytest.mark.parametrize("point", [*TURNS, *SHARES])
def test_a_run_killed_before_a_write_and_started_again_ends_the_same(point: str, album: Album) -> None:
    study = album.before(point)
    run(study)
    assert_same(state_of(study), album.state)


def test_a_run_killed_again_and_again_ends_the_same_and_then_records_nothing(album: Album, tmp_path: Path) -> None:
    study = fresh(tmp_path / "often")
    kills = 0
    while True:
        left = iter(range(100))

        def die(_: str, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise Killed

        try:
            with watched(die):
                run(study)
        except Killed:
            kills += 1
            assert kills < 20, "the run makes no way"
        else:
            break
    assert kills >= 3
    ended = state_of(study)
    assert_same(ended, album.state)
    run(study)
    again = state_of(study)
    assert again.acts == ended.acts
    assert again.status == ended.status


@pytest.mark.parametrize("lanes", [3, 14])
def test_the_command_killed_by_the_system_and_started_again_ends_the_same(
    lanes: int, album: Album, home: Path, tmp_path: Path
) -> None:
    study = fresh(tmp_path / "study")
    command = [str(Path(sys.executable).with_name("fieldtrail")), "run", str(study)]
    environment = {**os.environ, "HOME": str(home), "PREFECT_HOME": str(home / "prefect")}
    environment.pop("PREFECT_API_URL", None)
    with (tmp_path / "said").open("wb") as said:
        child = subprocess.Popen(command, stdout=said, stderr=said, env=environment, start_new_session=True)
        try:
            while lane_objects(study) < lanes:
                assert child.poll() is None, (tmp_path / "said").read_text()
                time.sleep(0.01)
        finally:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    assert child.returncode == -signal.SIGKILL
    assert not (study / "out/index.html").exists()
    run(study)
    assert_same(state_of(study), album.state)


def kept_in(path: Path, study: Path, names: dict[str, str]) -> list[str]:
    """The file's place, its third folder at most; of readings one for each, for on which shelf one stands is chance."""
    relative = str(path.relative_to(study))
    if relative.startswith("restricted/readings/") and path.suffix == ".json":
        return ["restricted/readings"] * len(json.loads(path.read_bytes()).get("readings", {}))
    return ["/".join(spelled(relative, names).split("/")[:3])]


def assert_same(state: State, unharmed: State) -> None:
    assert state.status["trail"] == {"verdict": "PASS"}
    assert state.doubled == ()
    assert state.acts - unharmed.acts == Counter(), "acts that an unharmed run does not record"
    assert unharmed.acts - state.acts == Counter(), "acts that were lost"
    assert state.status == unharmed.status
    assert state.files == unharmed.files


def fresh(target: Path) -> Path:
    """A copy of the example with its planted defects."""
    shutil.copytree(EXAMPLE / "study", target)
    return shutil.copytree(EXAMPLE / "planted", target, dirs_exist_ok=True)


def run(study: Path) -> None:
    from flows.run_study import RunStudy, run_study

    run_study(RunStudy(study=str(study)))


class watched:  # noqa: N801 (reads as a word)
    """While inside, `before` is told the key of every write, put or erasure of every store before it happens."""

    def __init__(self, before: Callable[[str], None]) -> None:
        self._before = before
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> None:
        for name in EFFECTS:
            self._patch.setattr(LocalStore, name, self._telling(getattr(LocalStore, name)))

    def __exit__(self, *_: object) -> None:
        self._patch.undo()

    def _telling(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def told(store: LocalStore, key: str, *rest: Any) -> Any:
            self._before(key)
            return original(store, key, *rest)

        return told


def state_of(study: Path) -> State:
    from tasks.standing import stand
    from tasks.workspace import opened

    with opened(StudyRequest(study=str(study)), "status") as place:
        status = stand(place).document()
        events = [e for e in place.events() if e.kind != "run.closed"]
    status["trail"] = {"verdict": status["trail"]["verdict"]}
    status["events"] = len(events)
    names = random_codes(study)
    ids = [id for body in lane_lines(study) for id in [json.loads(body).get("id")] if id]
    return State(
        status,
        Counter(spelled([e.kind, e.occurred, e.subject, e.used, e.generated, dict(e.data)], names) for e in events),
        tuple(id for id, times in Counter(ids).items() if times > 1),
        Counter(kept for path in written(study) for kept in kept_in(path, study, names)),
    )


def random_codes(study: Path) -> dict[str, str]:
    codes = (study / "restricted/codes").glob("*/*")
    return {path.read_text(): unquote(path.name) for path in codes}


def spelled(thing: object, names: dict[str, str]) -> str:
    """Text with the study's random codes replaced by what they stand for, hashes by #, without sizes."""
    text = re.sub(r"\b[at][0-9a-z]{8,}\b", lambda m: names.get(m[0], m[0]), str(thing))
    return RANDOM.sub("#", re.sub(r"bytes=\d+", "", text))


def written(study: Path) -> list[Path]:
    """Files flows wrote once and keep: records, codes, keys, packets, the words of queries; pages."""
    return [
        path
        for folder in ("records", "restricted", "out")
        for path in (study / folder).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    ]


def lane_objects(study: Path) -> int:
    return sum(1 for _ in (study / "trail/lanes").rglob("*.jsonl"))


def lane_lines(study: Path) -> list[str]:
    return [line for path in (study / "trail/lanes").rglob("*.jsonl") for line in path.read_text().splitlines()]
