"""Bad input to the verifier: one clear line each, never a traceback, and nothing that is no trail ever passes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from study import StudyError
from trail import verify
from trail.note import Kind, generate_key
from trail.verify import VERIFIER, run_verifier

Notebook = Any

PERSON_PRIVATE, PERSON = generate_key("PI")
OFFICE_PRIVATE, OFFICE = generate_key("ethics-office", Kind.COUNTERSIGNER)


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--key", "--cosigner", "--person"])
def test_a_key_of_the_other_kind(told: Notebook, option: str) -> None:
    wrong = {"--key": OFFICE, "--cosigner": PERSON, "--person": OFFICE}[option]
    private = {"--key": PERSON_PRIVATE, "--cosigner": OFFICE_PRIVATE, "--person": PERSON_PRIVATE}[option]
    for key in (wrong, private, wrong[:-3], "", "x"):
        arguments = [str(told.directory), option, key, *(["--key", told.vkey] if option != "--key" else [])]
        done = subprocess.run([sys.executable, str(VERIFIER), *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
        assert f"{option} takes " in done.stderr
        assert private.split("+", 4)[4] not in done.stderr  # a private key given by mistake is not said again


@pytest.mark.slow
def test_damaged_files(told: Notebook, tmp_path: Path) -> None:
    file = tmp_path / "file"
    for body in (
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff",
        b'{"Versions":[{}]}',
        b'{"Versions":[{"Key":"a","Size":1}]}',
        b"null",
    ):
        file.write_bytes(body)
        for options in ({"versions": file}, {"cosigners": [file]}, {"persons": [file]}):
            with pytest.raises(StudyError, match="takes "):
                verify(told.directory, told.vkey, **options)
        with pytest.raises(StudyError, match="--key takes "):
            verify(told.directory, file)
    for missing in ({"versions": tmp_path / "none"}, {"artefacts": tmp_path / "none", "keys": tmp_path / "none"}):
        with pytest.raises(StudyError, match="takes "):
            verify(told.directory, told.vkey, **missing)


@pytest.mark.slow
def test_artefacts_need_the_restricted_folder(told: Notebook, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="go together"):
        verify(told.directory, told.vkey, artefacts=tmp_path)
    with pytest.raises(StudyError, match="--keys takes "):
        verify(told.directory, told.vkey, artefacts=tmp_path, keys=tmp_path)
    (tmp_path / "codes" / "artefacts").mkdir(parents=True)
    assert verify(told.directory, told.vkey, artefacts=tmp_path, keys=tmp_path).ok


def test_a_trail_of_no_acts(notebook: Notebook) -> None:
    assert notebook.verified().names == ["NO_TRAIL"]
    notebook.seal(heartbeat=True)
    notebook.wait(days=1)
    notebook.seal()
    result = notebook.verified()
    assert (result.code, result.report["events"], result.report["size"], result.report["seals"]) == (0, 0, 2, 2)


@pytest.mark.parametrize("folder", ["lanes", "seals", "checkpoints", "cosignatures"])
def test_a_foreign_file(told: Notebook, folder: str) -> None:
    (told.directory / folder).mkdir(exist_ok=True)
    (told.directory / folder / "notes.txt").write_text("hello")
    (told.directory / folder / ".notes.txt").write_text("an editor's")
    assert told.verified().faults == [f"FOREIGN_OBJECT {folder}/notes.txt (its name is that of no object)"]


def test_an_object_that_cannot_be_read(told: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    path = told.objects("lanes")[3]
    read = Path.read_bytes

    def refused(self: Path) -> bytes:
        if self == path:
            raise PermissionError(13, "Permission denied")
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refused)
    result = told.verified()
    assert len(result.faults) == 1
    assert result.faults[0].startswith(f"UNREADABLE {told.key(path)} (events ")


@pytest.mark.parametrize("folder", ["lanes", "seals", "checkpoints"])
def test_an_object_cut_anywhere(told: Notebook, folder: str) -> None:
    path = told.objects(folder)[1]
    body = path.read_bytes()
    for length in (0, 1, len(body) // 2, len(body) - 1):
        path.write_bytes(body[:length])
        result = told.verified()
        assert result.code == 1
        assert len(result.faults) <= 2


def test_a_seal_with_an_enormous_number(told: Notebook) -> None:
    (told.directory / "seals/99999999.jsonl").write_bytes(told.objects("seals")[-1].read_bytes())
    assert told.verified().names == ["SEAL_GAP", "SEAL_UNREADABLE"]


def test_progress_goes_to_standard_error(told: Notebook, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_verifier(told.directory, told.vkey, progress=True, as_json=True) == 0
    shown = capfd.readouterr()
    assert json.loads(shown.out)["verdict"] == "PASS"
    assert "of 2 seals" in shown.err
    assert run_verifier(told.directory, told.vkey) == 0
    assert capfd.readouterr().err == ""
