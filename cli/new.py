"""A new study folder: a commented starting protocol with empty registers, or a copy of an example."""

from __future__ import annotations

import shutil
from pathlib import Path

from cli.exits import UsageError
from study.errors import StudyError

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
START = HERE / "starting_study"


def new_study(directory: Path, example: str | None, *, clean: bool) -> str:
    """Make the folder and return a sentence that says what to do next; an existing folder must be empty."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise StudyError(
            "something is there already", where=str(directory), remedy="Choose a folder that is new or empty."
        )
    for source in _sources(example, clean=clean):
        _copy(source, directory)
    if example is None:
        return f"{directory} holds a starting protocol: edit study.yaml, then run `fieldtrail check {directory}`."
    return f"{directory} holds the example study {example} (synthetic): run it with `fieldtrail run {directory}`."


def example_names() -> list[str]:
    """The example studies that ship with this software."""
    return sorted(folder.parent.name for folder in EXAMPLES.glob("*/study"))


def _sources(example: str | None, *, clean: bool) -> list[Path]:
    if example is None:
        return [START]
    if example not in example_names():
        raise UsageError(f"There is no example {example!r}; the examples are {', '.join(example_names())}.")
    study = EXAMPLES / example / "study"
    return [study] if clean else [study, EXAMPLES / example / "planted"]


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copytree(source, target, dirs_exist_ok=True)
    except OSError as error:
        reason = error.strerror or "the disk refused"
        raise StudyError(
            f"the folder cannot be written ({reason})", where=str(target), remedy="Choose another."
        ) from None
