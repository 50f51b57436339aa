"""Bad input: one sentence that names the file or key and the remedy, exit code 3, or a query where the rest can go on.

Never a traceback, and the trail still verifies. One study is run once; every fault is put into a copy of it. Flows
run as plain functions, but for the last test, which reads what the command itself says on a terminal.
"""

from __future__ import annotations

import errno
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "peer-support" / "study"
NOISE = random.Random(2).randbytes(3000)
REMEDY = re.compile(r"[.)] [A-Z`][^`]{3,}.*[.?]$")
Fault = Callable[[Path], object]


@dataclass(frozen=True)
class Said:
    """What a command said: its exit code, both streams, and the queries of `run --json`."""

    code: int
    text: str
    queries: tuple[dict[str, Any], ...] = ()


@pytest.fixture(scope="module", autouse=True)
def _without_prefect() -> Iterator[None]:
    from prefect import Flow, Task

    with pytest.MonkeyPatch.context() as patch:
        for kind in (Flow, Task):
            patch.setattr(kind, "__call__", lambda self, *args, **named: self.fn(*args, **named))
        yield


@pytest.fixture(scope="module")
def once_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = tmp_path_factory.mktemp("bad_input") / "study"
    shutil.copytree(EXAMPLE, study)
    assert run(study).code == 0
    return study


@pytest.fixture
def study(once_run: Path, tmp_path: Path) -> Path:
    return shutil.copytree(once_run, tmp_path / "study")


def fieldtrail(*words: object) -> Said:
    """One command; what it raised but an exit code fails the test."""
    result = CliRunner().invoke(app, [str(w) for w in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.output)


def run(study: Path | str, *words: str) -> Said:
    said = fieldtrail("run", study, *words, "--json")
    if said.code not in (0, 1):
        return said
    document = json.loads(said.text[said.text.index("{\n") : said.text.rindex("}") + 1])
    return Said(said.code, said.text, tuple(document["queries"]))


def assert_refused(said: Said, *named: str) -> None:
    """Exit code 3 and one sentence that holds these words and a remedy."""
    assert said.code == 3, said
    lines = said.text.strip().splitlines()
    assert len(lines) == 1, lines
    assert "Traceback" not in said.text
    assert all(word in lines[0] for word in named), lines[0]
    assert REMEDY.search(lines[0]), f"no remedy: {lines[0]}"


def assert_verifies(study: Path) -> None:
    assert fieldtrail("trail", "verify", study / "trail", "--key", study / "trail.vkey").code == 0


def written(path: str, body: bytes | str) -> Fault:
    def put(study: Path) -> None:
        file = study / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body if isinstance(body, bytes) else body.encode())

    return put


def with_row(path: str, row: bytes | str) -> Fault:
    def add(study: Path) -> None:
        file = study / path
        file.write_bytes(file.read_bytes() + (row if isinstance(row, bytes) else row.encode()) + b"\n")

    return add


def renamed(path: str, old: str, new: str) -> Fault:
    """The first `old` of a file written as `new`: a column of its header, a key."""

    def write(study: Path) -> None:
        text = (study / path).read_text()
        assert old in text
        (study / path).write_text(text.replace(old, new, 1))

    return write


def gone(path: str) -> Fault:
    return lambda study: (study / path).unlink()


def file_instead(path: str) -> Fault:
    def replace(study: Path) -> None:
        shutil.rmtree(study / path)
        (study / path).write_text("not a folder")

    return replace


REFUSED: dict[str, tuple[Fault, tuple[str, ...]]] = {
    "no study.yaml": (gone("study.yaml"), ("study.yaml", "fieldtrail new")),
    "study.yaml is not YAML": (written("study.yaml", "id: [\n x: }"), ("study.yaml line 2",)),
    "study.yaml is not UTF-8": (written("study.yaml", b"id: caf\xe9"), ("study.yaml", "UTF-8")),
    "study.yaml is empty": (written("study.yaml", ""), ("study.yaml", "no keys")),
    "study.yaml holds a day that is none": (written("study.yaml", "as_of: 2016-99-99"), ("study.yaml", "month")),
    "study.yaml is nested without end": (written("study.yaml", "[" * 400), ("study.yaml", "not readable")),
    "study.yaml with an unknown key": (with_row("study.yaml", "strandz: [x]"), ("strandz", "Did you mean strands?")),
    "a team without its place": (renamed("study.yaml", "\nteam:", "\nteems:"), ("study.yaml",)),
    "a trail on S3 that cannot be reached": (
        with_row("study.yaml", "storage: {trail: 's3://bucket/trail', endpoint: 'http://127.0.0.1:9'}"),
        ("s3://bucket/trail",),
    ),
    "restricted on S3": (with_row("study.yaml", "storage: {restricted: 's3://b/r'}"), ("storage", "s3://b/r")),
    "out on S3": (with_row("study.yaml", "storage: {out: 's3://b/out'}"), ("storage", "s3://b/out")),
    "a frame outside the study": (
        renamed("study.yaml", "sampling/frame.csv", "../frame.csv"),
        ("../frame.csv", "inside that folder"),
    ),
    "a frame that is not UTF-8": (with_row("sampling/frame.csv", b"\xe9,,"), ("sampling/frame.csv, row ", "UTF-8")),
    "member checks without a column": (
        renamed("registers/member_checks.csv", "step", "stage"),
        ("registers/member_checks.csv", "column step"),
    ),
    "a cell without an end": (
        with_row("registers/member_checks.csv", "a" * 200_000),
        ("registers/member_checks.csv, row ", "quotation mark"),
    ),
    "identities without names": (
        renamed("restricted/identities.csv", "name", "called"),
        ("restricted/identities.csv, row 1", "column name"),
    ),
    "identities that are not UTF-8": (
        with_row("restricted/identities.csv", b"\xe9"),
        ("restricted/identities.csv, row ", "UTF-8"),
    ),
    "a codebook without codes": (
        written("analysis/codebook.csv", "a,b\n1,2\n"),
        ("analysis/codebook.csv, row 1", "column code"),
    ),
    "codings that are not UTF-8": (with_row("analysis/codings.csv", b"\xe9"), ("analysis/codings.csv", "UTF-8")),
    "transcripts in a file": (file_instead("transcripts"), ("transcripts", "a file stands where a folder")),
    "a link out of the study": (
        lambda study: (study / "transcripts/I098.txt").symlink_to("/etc/hostname"),
        ("transcripts/I098.txt", "leads out"),
    ),
    "a link to a folder": (lambda study: (study / "transcripts/more").symlink_to("/etc"), ("transcripts/more", "link")),
    "a file name that is not UTF-8": (
        lambda study: Path(os.fsdecode(os.fsencode(study) + b"/transcripts/caf\xe9.txt")).write_text("hello"),
        ("transcripts/caf", "Rename it"),
    ),
    "a private key that is lost": (gone("restricted/trail.key"), ("trail.vkey", "backup")),
    "a private key that is none": (written("restricted/trail.key", "garbage"), ("trail.key",)),
    "a private key that is not text": (written("restricted/trail.key", b"\xff\xfe\x00"), ("trail.key",)),
    "a restricted folder on S3": (
        with_row("study.yaml", "storage: {restricted: 's3://bucket/r'}"),
        ("storage", "s3://bucket/r"),
    ),
    "out in a file": (file_instead("out"), ("out/", "a file stands where a folder")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_stops_a_run_is_one_sentence_with_its_remedy(what: str, study: Path) -> None:
    fault, named = REFUSED[what]
    fault(study)
    assert_refused(run(study), *named)
    assert_verifies(study)


ASKED: dict[str, tuple[Fault, str, str]] = {
    "a frame without its id column": (
        renamed("sampling/frame.csv", "record_no", "number"),
        "SA003",
        "sampling/frame.csv",
    ),
    "a frame that is not there": (gone("sampling/frame.csv"), "SA003", "sampling/frame.csv"),
    "a register that is not UTF-8": (
        with_row("registers/consent.csv", b"\xe9"),
        "RG018",
        "registers/consent.csv, row ",
    ),
    "a register without a column": (
        renamed("registers/consent.csv", "action", "act"),
        "RG015",
        "registers/consent.csv, column action",
    ),
    "a quotation in a register without an end": (
        with_row("registers/recruitment.csv", 'P001,"S01'),
        "RG018",
        "registers/recruitment.csv, row ",
    ),
    "decisions that are not UTF-8": (
        with_row("registers/decisions.csv", b"\xe9"),
        "DC001",
        "registers/decisions.csv, row ",
    ),
    "decisions without a column": (
        renamed("registers/decisions.csv", "person", "who"),
        "DC001",
        "registers/decisions.csv, column person",
    ),
    "a quotation in the decisions without an end": (
        with_row("registers/decisions.csv", 'release,I001,,COO1,2013-09-16,"because'),
        "DC001",
        "registers/decisions.csv, row ",
    ),
    "a decision nobody carries out": (
        with_row("registers/decisions.csv", "realease,I001,,COO1,2013-09-16,x"),
        "DC002",
        "registers/decisions.csv, row ",
    ),
    "a decision on no day": (
        with_row("registers/decisions.csv", "release,I001,,COO1,soon,x"),
        "DC003",
        "registers/decisions.csv, row ",
    ),
    "a register that is gone": (gone("registers/recruitment.csv"), "RG018", "registers/recruitment.csv"),
    "consent of nobody known": (
        with_row("registers/consent.csv", "P999,IPS-INT,1,en,given,2013-04-10,signed,take_part,INT2,,,yes,"),
        "RG001",
        "registers/consent.csv, row ",
    ),
    "an interview with nobody known": (
        with_row("registers/interviews.csv", "I099,P999,S01,2013-04-10,in_person,full,service_user-1,R099"),
        "RG001",
        "registers/interviews.csv, row ",
    ),
    "a member check of nobody known": (
        with_row("registers/member_checks.csv", "P999,MC-I099,sent,2013-10-03,,,"),
        "MC010",
        "registers/member_checks.csv, row ",
    ),
    "a form that is not there": (gone("consent_forms/IPS-INT-v1.txt"), "RG019", "consent_forms/IPS-INT-v1.txt"),
    "a reply that is not JSON": (written("replies/late.json", "{"), "MC011", "replies/late.json"),
    "a reply that is a list": (written("replies/late.json", "[]"), "MC011", "replies/late.json"),
}


@pytest.mark.parametrize("what", ASKED)
def test_what_one_part_cannot_use_is_a_query_and_the_rest_goes_on(what: str, study: Path) -> None:
    fault, check, where = ASKED[what]
    fault(study)
    said = run(study)
    found = [q for q in said.queries if q["check"] == check and q["where"].startswith(where)]
    assert found, [(q["check"], q["where"]) for q in said.queries]
    assert said.code == (1 if found[0]["severity"] == "block" else 0)
    assert re.search(r"\. [A-Z]", found[0]["message"]), "a query says what to do"
    assert (study / "out/index.html").exists()
    assert_verifies(study)


def test_transcripts_that_are_none_are_queries_and_the_others_are_judged(study: Path) -> None:
    files: dict[str, bytes] = {
        "noise.txt": NOISE,
        "picture.txt": b"\x89PNG\r\n\x1a\n" + NOISE,
        "empty.txt": b"",
        "blank.txt": b" \n \n",
        "noise.docx": NOISE,
        "archive.docx": b"PK\x03\x04" + NOISE,
        "program.exe": b"MZ" + NOISE,
        "empty.vtt": b"WEBVTT",
        "разговор с участником исследования " * 3 + ".txt": b"",
    }
    for name, body in files.items():
        (study / "transcripts" / name).write_bytes(body)
    said = run(study)
    assert said.code == 1
    unreadable = {q["where"].partition(",")[0] for q in said.queries if q["check"] == "TR001"}
    assert unreadable == {f"transcripts/{name}" for name in files}
    status = json.loads(fieldtrail("status", study, "--json").text)
    assert status["transcripts"]["unreadable"] == len(files)
    assert status["transcripts"]["passed"] > 0
    assert_verifies(study)


def test_withdrawals_are_taken_from_a_register_with_a_quotation_without_an_end(study: Path) -> None:
    before = json.loads(fieldtrail("status", study, "--json").text)["consent"]["withdrawn"]
    with_row("registers/consent.csv", 'P999,"IPS-INT')(study)
    with_row("registers/consent.csv", "P001,IPS-INT,1,en,withdrawn,2013-11-01,verbal,,INT1,,,,keep")(study)
    said = run(study)
    assert "RG018" in {q["check"] for q in said.queries}
    assert json.loads(fieldtrail("status", study, "--json").text)["consent"]["withdrawn"] == before + 1
    assert_verifies(study)


@pytest.mark.parametrize("command", ["run", "check", "status"])
def test_a_place_on_s3_is_refused_by_every_command(command: str) -> None:
    assert_refused(fieldtrail(command, "s3://bucket/study"), "s3://bucket/study")


def test_a_folder_that_cannot_be_written_is_refused(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    assert_refused(run(study), str(study), "permission")
    monkeypatch.undo()
    assert_verifies(study)


@pytest.mark.parametrize(
    ("number", "named"),
    [
        (errno.ENOSPC, ("the disk is full", "nothing recorded so far is lost")),
        (errno.EACCES, ("this account may not write it", "Give this account access")),
        (errno.EROFS, ("read-only",)),
    ],
)
@pytest.mark.parametrize("after", [0, 60])
def test_a_disk_that_refuses_stops_the_run_and_the_next_one_goes_on(
    number: int, named: tuple[str, ...], after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = shutil.copytree(EXAMPLE, tmp_path / "study")
    synced = iter(range(after))

    def refuse(descriptor: int) -> None:
        if next(synced, None) is None:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    assert_refused(run(study), str(study), *named)
    monkeypatch.undo()
    assert run(study, "open-study").code == 0
    assert run(study, "seal-trail").code == 0
    assert_verifies(study)


def test_the_command_itself_prints_the_sentence_and_no_traceback(study: Path, tmp_path: Path) -> None:
    """A fault deep inside a task, with Prefect around it and a step open: standard error ends with the sentence."""
    with_row("registers/member_checks.csv", b"\xe9")(study)
    environment = {**os.environ, "HOME": str(tmp_path), "PREFECT_HOME": str(tmp_path / "prefect")}
    environment.pop("PREFECT_API_URL", None)
    command = [str(Path(sys.executable).with_name("fieldtrail")), "run", str(study), "assemble-member-checks"]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (ran.returncode, ran.stdout) == (3, "")
    *progress, sentence = ran.stderr.strip().splitlines()
    assert sentence.startswith("registers/member_checks.csv, row ")
    assert sentence.endswith("Save it again as CSV UTF-8.")
    assert not [line for line in progress if "Traceback" in line or "Error" in line]
    assert_verifies(study)
