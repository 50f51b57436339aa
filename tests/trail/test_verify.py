"""The verifier as it is started: in its own process, with what it is given, saying one clear line when it cannot."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from study import StudyError
from trail import verify
from trail.verify import VERIFIER, run_verifier

Notebook = Any


def test_it_is_one_short_file_of_the_standard_library_alone() -> None:
    source = VERIFIER.read_text()
    assert len(source.splitlines()) <= 400
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [n.name for n in node.names])
    }
    assert imported <= set(sys.stdlib_module_names)


@pytest.mark.slow
def test_a_good_and_an_edited_trail(told: Notebook) -> None:
    verdict = verify(told.directory, told.vkey)
    assert verdict.ok
    assert (verdict.size, verdict.seals, verdict.events) == (34, 3, 31)
    assert verdict.faults == ()
    assert verdict.output.splitlines()[-1].startswith(f"PASS: size 34, root {verdict.root}; 31 events, 3 seals")
    assert "limit: Integrity is not truth" in verdict.output
    assert verify(told.directory, told.vkey, pin=(34, verdict.root), now="2026-03-02T10:00:00Z").ok
    path = told.objects("lanes")[3]
    told.edit(path, b'"v":1}', b'"v":2}')
    altered = verify(told.directory, told.vkey)
    assert not altered.ok
    assert altered.output.splitlines()[0] == altered.faults[0]
    assert altered.faults[0].startswith(f"OBJECT_ALTERED {told.key(path)} (events ")
    assert altered.output.splitlines()[-1].startswith("FAIL: 1 fault(s)")


@pytest.mark.slow
def test_the_key_as_a_file(told: Notebook, tmp_path: Path) -> None:
    (tmp_path / "trail.vkey").write_text(told.vkey + "\n")
    assert verify(told.directory, tmp_path / "trail.vkey").ok


@pytest.mark.slow
def test_what_is_no_trail_is_one_line(told: Notebook, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for directory in (tmp_path / "empty", tmp_path / "nowhere", told.directory / "lanes"):
        verdict = verify(directory, told.vkey)
        assert not verdict.ok
        assert verdict.output.startswith(f"NO_TRAIL {directory} (no seal: name the folder")
        assert "\n" not in verdict.output


def test_seals_without_any_checkpoint(told: Notebook) -> None:
    for path in told.objects("checkpoints"):
        path.unlink()
    assert "no checkpoint" in verify(told.directory, told.vkey).output


@pytest.mark.slow
@pytest.mark.parametrize("key", ["", "nonsense", "a+00000000+AAAA", "PRIVATE+KEY+a+00000000+AAAA"])
def test_a_key_of_the_wrong_kind_is_one_sentence(told: Notebook, key: str) -> None:
    with pytest.raises(StudyError, match="--key"):
        verify(told.directory, key)


@pytest.mark.parametrize("arguments", [["--pin", "x"], ["--pin", "3"], ["--now", "soon"], ["--what"]])
def test_wrong_arguments_exit_2(told: Notebook, arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, str(VERIFIER), str(told.directory), "--key", told.vkey, *arguments],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_the_key_is_required(told: Notebook) -> None:
    done = subprocess.run([sys.executable, str(VERIFIER), str(told.directory)], capture_output=True, check=False)
    assert done.returncode == 2
    assert b"--key" in done.stderr


def test_its_own_output_and_exit_code(told: Notebook, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_verifier(told.directory, told.vkey) == 0
    assert capfd.readouterr().out.splitlines()[-1].startswith("PASS")
    told.objects("lanes")[0].unlink()
    assert run_verifier(told.directory, told.vkey, as_json=True) == 1
    assert json.loads(capfd.readouterr().out)["verdict"] == "FAIL"


@pytest.mark.slow
def test_hostile_bytes_are_faults_not_tracebacks(told: Notebook) -> None:
    bodies = [b"", b"\n", b"{}\n{}\n", b"\xff\xfe\n", b"[]\n" * 3, b'{"log":1}\n' * 3, b"{" * 9000]
    header, *rows, last = told.objects("seals")[1].read_bytes().splitlines()
    fields = json.loads(last)
    for wrong in (
        {"size": "x"},
        {"root": 5},
        {"frontier": {"a": 1}},
        {"frontier": [1]},
        {"size": -1},
        {"size": 10**15},
    ):
        bodies.append(b"\n".join([header, *rows, json.dumps(fields | wrong).encode(), b""]))
    for wrong in ({"open": []}, {"first": None}, {"n": "3"}, {"sealed_at": "soon"}, {"prev": 3}, {"log": None}):
        bodies.append(
            b"\n".join(
                [
                    json.dumps(json.loads(header) | wrong, sort_keys=True, separators=(",", ":")).encode(),
                    *rows,
                    last,
                    b"",
                ]
            )
        )
    for wrong in ({"key": 5}, {"key": "../../etc/passwd"}, {"n": -1}, {"sha256": None}, {"stored_at": 1}):
        row = json.dumps(json.loads(rows[0]) | wrong, sort_keys=True, separators=(",", ":")).encode()
        bodies.append(b"\n".join([header, row, *rows[1:], last, b""]))
    for folder in ("seals", "checkpoints", "lanes"):
        path = told.objects(folder)[1]
        good = path.read_bytes()
        for body in bodies:
            path.write_bytes(body)
            assert told.verified().code == 1
        path.write_bytes(good)
