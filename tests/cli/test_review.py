"""`fieldtrail review`: driven by a pipe and on a terminal, interrupted, gone on with, taken over from a table."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
from typer.testing import CliRunner, Result

from cli import review as command
from cli.keyboard import Keyboard
from cli.main import app
from tasks import review
from tasks.request import StudyRequest
from tasks.string_decisions import FILE, decided, read_rows
from tasks.workspace import opened
from tests.tasks.review_study import study_to_review

ROOT = Path(__file__).parents[2]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    with study_to_review(tmp_path):
        return tmp_path


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who started the flow, which is not started here, nor is a child process."""
    calls: list[str] = []
    monkeypatch.setattr(
        review, "call_each", lambda function, calls, *, seconds, megabytes: (function(*c) for c in calls)
    )
    monkeypatch.setattr(command, "_record", lambda study, acting, sign, as_of: calls.append(acting))
    return calls


def _in_this_process(function, calls, *, seconds, megabytes):
    return (function(*args) for args in calls)


def fieldtrail(study: Path, *words: object, keys: str = "") -> Result:
    lines = "".join(f"{key}\n" for key in keys)
    return CliRunner().invoke(app, ["review", str(study), *map(str, words)], input=lines)


def choices(study: Path) -> list[tuple[str, str]]:
    with opened(StudyRequest(study=str(study)), "status") as place:
        return [(d.string, d.decision) for d in read_rows(place).decisions]


def test_each_string_is_shown_with_its_kind_its_count_and_its_contexts(study, recorded):
    said = fieldtrail(study, "--as", "PI", keys="q").stdout
    assert "4 strings are open." in said
    assert "1 of 4: registered as what somebody is called, in 2 files, 3 places\n\n    Ridge\n" in said
    assert "  transcripts/I0001.txt, turn 2:\n      No, Tessa did, and [Ridge] <b>too</b>.\n" in said
    assert "  transcripts/I0002.txt, turn 1:\n      And [Ridge]?\n" in said
    assert "Decided: 0. Still open: 4." in said
    assert recorded == ["PI"]


def test_keys_decide_skip_go_back_and_show_more(study, recorded):
    result = fieldtrail(study, "--as", "PI", keys="nxbsazx")
    assert result.exit_code == 0
    assert choices(study) == [("Ridge", "name"), ("Quillon", "not_a_name")]
    assert "Taken back.\n\n2 of 4:" in result.stdout
    assert "These are all." in result.stdout
    assert f"{command.KEYS}.\n{command.ASKED}x" in result.stdout
    assert "Decided: 2. Still open: 2." in result.stdout


def test_the_next_start_goes_on_with_what_is_open(study, recorded):
    fieldtrail(study, "--as", "PI", keys="nq")
    second = fieldtrail(study, "--as", "RA", keys="xxx").stdout
    assert "Decided: 1 name, 0 not a name." in second
    assert "1 of 3:" in second
    assert "Ridge\n" not in second.split("1 of 3")[1].split("n, x, s")[0].split("[")[0]
    third = fieldtrail(study, "--as", "PI")
    assert (third.exit_code, third.stdout) == (0, "No string is open.\nDecided: 1 name, 3 not a name.\n")
    assert recorded == ["PI", "RA", "PI"]


def test_the_list_counts_and_shows_no_string(study, recorded):
    said = fieldtrail(study, "--list").stdout
    assert said == "4 strings are open.\n  Single words of registered names: 4\nDecided: 0 names, 0 not a name.\n"
    assert recorded == []


def test_a_table_is_taken_over_and_its_faults_end_in_an_error_after_recording(study, recorded, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("string,decision\nRidge,name\nOrlo,perhaps\n")
    result = fieldtrail(study, "--as", "PI", "--decisions", table)
    assert result.exit_code == 3
    assert result.stdout == "Taken over: 1 decisions; 0 stood already.\n"
    assert result.stderr.startswith("mine.csv, row 3: the decision must be name or not_a_name.")
    assert (choices(study), recorded) == ([("Ridge", "name")], ["PI"])


def test_somebody_must_decide_who_may(study, recorded):
    nobody = fieldtrail(study)
    assert (nobody.exit_code, "--as CODE" in nobody.stderr) == (2, True)
    stranger = fieldtrail(study, "--as", "NOBODY")
    assert (stranger.exit_code, "not in the team" in stranger.stderr) == (3, True)
    assert fieldtrail(study, "--list", "--sign", "key").exit_code == 2
    text = (study / "study.yaml").read_text()
    task = "- {task: review_strings, from: 2026-01-01}\n      - {task: obtain_consent"
    (study / "study.yaml").write_text(text.replace("- {task: obtain_consent", task, 1))
    refused = fieldtrail(study, "--as", "PI", keys="n")
    assert (refused.exit_code, "Who may: RA." in refused.stderr) == (3, True)
    assert choices(study) == []


def test_what_a_file_holds_cannot_steer_the_terminal():
    assert command.plain("a\x1b[2Jb\u202ec\u00a0d\n") == "a\ufffd[2Jb\ufffdc d "


def test_when_interrupted_what_was_decided_is_kept(study, recorded, monkeypatch):
    pressed = iter("nx")

    def key() -> str:
        found = next(pressed, "")
        if not found:
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(Keyboard, "key", lambda _: key())
    result = fieldtrail(study, "--as", "PI")
    assert (result.exit_code, recorded) == (130, [])
    assert "Decisions kept: 2;" in result.stdout
    assert len(choices(study)) == 2


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The other end of a terminal that is standard input."""
    keyboard, terminal = pty.openpty()
    with os.fdopen(terminal, "r") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        yield keyboard
    os.close(keyboard)


def test_a_key_counts_when_it_is_pressed_and_an_arrow_or_what_was_pressed_too_early_does_not(typing):
    before = termios.tcgetattr(sys.stdin)
    with Keyboard() as keyboard:
        os.write(typing, b"n")
        time.sleep(0.05)
        keyboard.forget()
        os.write(typing, b"\x1b[A")
        Timer(0.1, os.write, (typing, b"Xs\x04")).start()
        assert [keyboard.key() for _ in range(3)] == ["x", "s", "q"]
    assert termios.tcgetattr(sys.stdin) == before


@pytest.mark.real
def test_on_a_terminal_keys_need_no_return_and_the_trail_says_who_decided(study):
    keyboard, terminal = pty.openpty()
    argv = [sys.executable, "-m", "cli.main", "review", str(study), "--as", "PI"]
    environment = {**os.environ, "TERM": "dumb", "NO_COLOR": "1"}
    running = subprocess.Popen(argv, cwd=ROOT, env=environment, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    screen = _typed(keyboard, running, ["n", "x", "b", "q"])
    assert running.wait(60) == 0, screen
    assert "Decisions on strings recorded: 1, 1 by PI (declared only)." in screen
    assert "No, Tessa did, and [Ridge] <b>too</b>." in screen
    assert "\x1b" not in screen
    with opened(StudyRequest(study=str(study)), "status") as place:
        assert decided(place).names == {"ridge"}
        (event,) = place.events(["review.decided"])
        assert (event.actor.id, event.subject_id("person"), event.data["decision"]) == ("PI", "PI", "name")
        assert place.restricted.get("review.html").count(b'data-stands=""') == 3
    files = [path for path in study.rglob("*") if path.is_file() and not {"transcripts", "restricted"} & {*path.parts}]
    texts = [path.read_bytes() for path in files]
    assert any(b"review.decided" in text for text in texts)
    assert not any(b"Ridge" in text for text in texts)
    assert (study / "restricted" / FILE).read_text().count("\n") == 2


def _typed(keyboard: int, running: subprocess.Popen[bytes], keys: list[str]) -> str:
    """Press each key when it is asked for; everything on the screen until the end."""
    screen, asked, deadline = b"", 0, time.monotonic() + 100
    while time.monotonic() < deadline:
        if select.select([keyboard], [], [], 0.2)[0]:
            try:
                screen += os.read(keyboard, 4096)
            except OSError:
                break
        elif running.poll() is not None:
            break
        if screen.count(command.ASKED.encode()) > asked and keys:
            asked += 1
            os.write(keyboard, keys.pop(0).encode())
    return screen.decode().replace("\r\n", "\n")
