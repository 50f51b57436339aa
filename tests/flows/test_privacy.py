"""What a run leaves outside restricted/ and people's own files: no participant, and none of their words.

The command runs once on the planted example, as loud as Prefect can be; then everything it wrote is searched:
the trail, the records, out/, the public key, Prefect's database and results, the terminal and the run logs.
"""

from __future__ import annotations

import csv
import html
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence import read_transcript

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "fsp"
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
SEQUENCE = 6  # words in a row that nobody says by chance
LOUD = {
    "PREFECT_LOGGING_LEVEL": "DEBUG",
    "PREFECT_LOGGING_INTERNAL_LEVEL": "DEBUG",
    "PREFECT_LOGGING_TO_API_ENABLED": "true",
}


@dataclass(frozen=True)
class Left:
    """The study after the run, and every text the run left outside restricted/, by where it is."""

    study: Path
    texts: dict[str, str]


@dataclass(frozen=True)
class Person:
    """What the registry knows of a participant."""

    code: str
    names: tuple[str, ...]
    phone: str
    email: str


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    root = tmp_path_factory.mktemp("privacy")
    study, home = root / "study", root / "prefect"
    shutil.copytree(EXAMPLE / "study", study)
    shutil.copytree(EXAMPLE / "planted", study, dirs_exist_ok=True)
    before = set(study.rglob("*"))
    texts: dict[str, str] = {}
    environment = {**os.environ, **LOUD, "HOME": str(root), "PREFECT_HOME": str(home)}
    environment["PREFECT_API_DATABASE_CONNECTION_URL"] = f"sqlite+aiosqlite:///{home}/prefect.db"
    environment.pop("PREFECT_API_URL", None)
    command = str(Path(sys.executable).with_name("fieldtrail"))
    for words in (["run", str(study)], ["run", str(study), "assemble-member-checks", "--json"]):
        ran = subprocess.run([command, *words], capture_output=True, text=True, env=environment, check=False)
        assert ran.returncode in (0, 1), ran.stderr[-2000:]
        assert (study / "out/index.html").exists(), ran.stderr[-2000:]
        texts[f"what `{words[-1]}` said"] = ran.stdout + ran.stderr
    for path in sorted({*study.rglob("*")} - before):
        if path.is_file() and study / "restricted" not in path.parents:
            texts |= {f"{path.relative_to(study)}{inner}": text for inner, text in _texts(path)}
    for path in sorted(home.rglob("*")):
        if path.is_file():
            texts |= {f"prefect/{path.relative_to(home)}{inner}": text for inner, text in _texts(path)}
    return Left(study, texts)


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """A file's text, the members of an archive, or the tables of a database."""
    if path.read_bytes()[:15] == b"SQLite format 3":
        with sqlite3.connect(path) as database:
            tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            for table in tables:
                rows = database.execute(f'select * from "{table}"').fetchall()
                yield f", table {table}", "\n".join(_cell(cell) for row in rows for cell in row)
        return
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f"!{name}", _plain(archive.read(name))
    yield "", _plain(path.read_bytes())


def _cell(cell: object) -> str:
    return _plain(cell) if isinstance(cell, bytes) else _plain(str(cell).encode())


def _plain(data: bytes) -> str:
    """Bytes as text, whatever they are, with the escapes of JSON and HTML undone."""
    text = data.decode("utf-8", errors="replace")
    text = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)
    return html.unescape(text.replace("\\n", "\n").replace('\\"', '"'))


@pytest.fixture(scope="module")
def people(left: Left) -> list[Person]:
    rows: dict[str, dict[str, str]] = {}
    for name in ("participants.csv", "identities.csv"):
        with (left.study / "restricted" / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                rows.setdefault(row["participant_id"], {}).update(row)
    several = ("name", "pseudonym", "aliases", "heard_as")
    return [
        Person(
            code,
            tuple(n.strip() for column in several for n in row.get(column, "").split(";") if n.strip()),
            re.sub(r"\D", "", row.get("phone", "")),
            row.get("email", ""),
        )
        for code, row in rows.items()
    ]


def _found(left: Left, pattern: str, flags: int = 0) -> list[str]:
    """Where a pattern occurs, with what was found: the places and never more than three each."""
    looked = re.compile(pattern, flags)
    return [f"{where}: {m[0]!r}" for where, text in left.texts.items() for m in list(looked.finditer(text))[:3]]


def _any_of(words: Iterator[str] | list[str]) -> str:
    alternatives = "|".join(sorted(map(re.escape, set(words)), key=len, reverse=True))
    return rf"(?<![^\W_])(?:{alternatives})(?![^\W_])"


def test_the_search_sees_everything_that_was_written(left: Left, people: list[Person]) -> None:
    assert len(people) > 20
    for start in ("trail/lanes/", "trail/seals/", "out/index.html", "out/dossier/", "records/", "trail.vkey"):
        assert any(where.startswith(start) for where in left.texts), start
    said = left.texts[f"what `{left.study}` said"]
    assert "validate-transcripts" in said, "Prefect was to be loud"
    assert "Validating transcripts" in said
    assert str(left.study) in left.texts["prefect/prefect.db, table flow_run"]
    assert "validate-transcripts" in left.texts["prefect/prefect.db, table log"]


def test_no_participant_code_is_outside_restricted(left: Left, people: list[Person]) -> None:
    assert _found(left, _any_of([p.code for p in people])) == []
    pattern = re.search(r"code_pattern: '(.+)'", (left.study / "study.yaml").read_text())
    assert pattern is not None
    assert _found(left, rf"(?<![^\W_]){pattern[1]}(?![^\W_])") == []


def test_no_name_alias_or_pseudonym_is_outside_restricted(left: Left, people: list[Person]) -> None:
    whole = [name for p in people for name in p.names if len(name.split()) > 1]
    assert len(whole) > 20
    assert _found(left, _any_of(whole), re.IGNORECASE) == []


def test_no_single_name_is_outside_restricted(left: Left, people: list[Person]) -> None:
    """One word of a name, written as a name is; words that the protocol or our own pages write too are no evidence."""
    words = {word for p in people for name in p.names for word in WORD.findall(name) if len(word) > 2}
    own = {word for path in _own_texts(left.study) for word in WORD.findall(path.read_text())}
    telling = sorted(words - own)
    assert len(telling) > 0.9 * len(words)
    assert _found(left, _any_of(telling)) == []


def _own_texts(study: Path) -> list[Path]:
    rooms = [path for room in ("pages", "tasks", "expectations") for path in (ROOT / room).rglob("*.py")]
    return [study / "study.yaml", study / "sampling/frame.csv", *rooms, *(ROOT / "pages/templates").rglob("*.*")]


def test_no_phone_number_or_address_is_outside_restricted(left: Left, people: list[Person]) -> None:
    digits = [p.phone for p in people if p.phone]
    addresses = [p.email for p in people if p.email]
    assert min(len(digits), len(addresses)) > 20
    spaced = [r"\W{0,2}".join((d[-10:-7], d[-7:-4], d[-4:])) for d in digits]
    assert _found(left, rf"(?<![^\W_])(?:{'|'.join(spaced)})(?![^\W_])") == []
    assert _found(left, _any_of(addresses), re.IGNORECASE) == []


def test_nothing_a_participant_said_is_outside_restricted(left: Left) -> None:
    """Every six words in a row of every participant's turns, but for what the protocol and its guides say too."""
    said = {s: path.name for path in sorted((left.study / "transcripts").iterdir()) for s in _said(path)}
    assert len(said) > 1000
    known = {s for path in _public_texts(left.study) for s in _sequences(path.read_text())}
    for where, text in left.texts.items():
        shared = [s for s in _sequences(text) if s in said and s not in known]
        assert [f"{where}: {said[s]}" for s in shared][:3] == []


def _said(path: Path) -> Iterator[tuple[str, ...]]:
    turns = read_transcript(path.read_bytes(), path.name, labels=["Interviewer", "Participant"]).turns
    for text in turns[turns["speaker"] != "Interviewer"]["text"]:
        yield from _sequences(text)


def _public_texts(study: Path) -> list[Path]:
    return [study / "study.yaml", *(study / "instruments").iterdir(), *(study / "consent_forms").iterdir()]


def _sequences(text: str) -> Iterator[tuple[str, ...]]:
    words = [w.casefold() for w in WORD.findall(text)]
    return (tuple(words[n : n + SEQUENCE]) for n in range(len(words) - SEQUENCE + 1))
