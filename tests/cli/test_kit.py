"""The kit as it is handed over: made from a real trail, then used with nothing but Python and what is in the folder."""

from __future__ import annotations

import filecmp
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.exits import Exit, UsageError
from cli.kit import write_kit
from study.errors import StudyError, TrailUnsound
from trail.note import Kind, generate_key
from trail.verify import VERIFIER

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests/trail/vectors"
VKEY = (VECTORS / "trail.vkey").read_text().strip()
ENTRY = "4dbd49af-3dc0-5a88-b3ad-3aabdf23dfe7"
PYTHON = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    return Path(shutil.copytree(VECTORS / "trail", tmp_path / "trail", copy_function=shutil.copy2))


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    tools = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    command = command.replace("python3 ", f"{PYTHON} ")
    return subprocess.run(
        command, shell=True, cwd=folder, env={"PATH": tools}, capture_output=True, text=True, check=False
    )


def pin_in(readme: Path) -> str:
    [pin] = re.findall(r"^\d+:[0-9a-f]{64}$", readme.read_text(), re.MULTILINE)
    return pin


def test_tools_are_handed_on_byte_for_byte_and_summed(trail: Path, tmp_path: Path, capsys: Any) -> None:
    kit = tmp_path / "kit"
    assert write_kit(str(trail), key=str(VECTORS / "trail.vkey"), out=kit) == Exit.DONE
    assert (kit / "verify_trail.py").read_bytes() == VERIFIER.read_bytes()
    assert (kit / "viewer.html").read_bytes() == VERIFIER.with_name("viewer.html").read_bytes()
    assert (kit / "keys/trail.vkey").read_text() == VKEY + "\n"
    printed = capsys.readouterr()
    assert "9:609c25305c726b48c31e02fa62145e589108cf69ab27e948309c653cbbb9b00e" in printed.err
    files = {path.relative_to(kit).as_posix() for path in kit.rglob("*") if path.is_file()}
    assert {line.split("  ")[1] for line in printed.out.splitlines()} == files
    summed = (kit / "SHA256SUMS").read_text().splitlines()
    assert set(summed) == set(printed.out.splitlines()) - {line for line in printed.out.splitlines() if "SUMS" in line}


@pytest.mark.slow
def test_the_same_trail_gives_the_same_bytes_wherever_it_lies(trail: Path, tmp_path: Path) -> None:
    elsewhere = shutil.copytree(trail, tmp_path / "else/where")
    for out, place in (("one", trail), ("two", elsewhere), ("one", elsewhere)):
        write_kit(str(place), key=VKEY, out=tmp_path / out)
    same = filecmp.dircmp(tmp_path / "one", tmp_path / "two")
    assert (same.left_only, same.right_only, same.diff_files) == ([], [], [])
    assert str(tmp_path) not in (tmp_path / "one/README.md").read_text() + (tmp_path / "one/README.html").read_text()


@pytest.mark.slow
def test_only_an_older_kit_is_written_over(trail: Path, tmp_path: Path) -> None:
    other = generate_key("INV1")[1]
    write_kit(str(trail), key=VKEY, persons=[other], out=tmp_path / "kit")
    (tmp_path / "kit/notes.txt").write_text("mine")
    write_kit(str(trail), key=VKEY, out=tmp_path / "kit")
    assert sorted(path.name for path in (tmp_path / "kit/keys").iterdir()) == ["trail.vkey"]
    assert (tmp_path / "kit/notes.txt").read_text() == "mine"
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/chapter.txt").write_text("mine")
    with pytest.raises(StudyError, match="something is there already, and it is no kit"):
        write_kit(str(trail), key=VKEY, out=tmp_path / "thesis")
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter.txt"]


@pytest.mark.slow
def test_no_private_key_reaches_a_kit(trail: Path, tmp_path: Path) -> None:
    private = (VECTORS / "trail.key").read_text()
    with pytest.raises(UsageError, match="this is a private key") as refused:
        write_kit(str(trail), key=str(VECTORS / "trail.key"), out=tmp_path / "kit")
    assert not (tmp_path / "kit").exists()
    shutil.copy(VECTORS / "trail.key", trail.parent)
    write_kit(str(trail), key=VKEY, out=tmp_path / "kit")
    seed = private.strip().split("+")[-1]
    assert seed not in str(refused.value)
    assert not any(seed.encode() in path.read_bytes() for path in (tmp_path / "kit").rglob("*") if path.is_file())


@pytest.mark.parametrize("keys", [{"key": "x"}, {"cosigners": [VKEY]}, {"persons": ["nobody"]}, {"key": "y" * 5000}])
def test_a_word_that_is_no_such_key_is_usage(trail: Path, tmp_path: Path, keys: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="the key of the"):
        write_kit(str(trail), **{"key": VKEY, "out": tmp_path / "kit", **keys})
    assert not (tmp_path / "kit").exists()


@pytest.mark.slow
def test_a_folder_that_is_no_trail_gives_no_kit(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place in ("empty", "nowhere"):
        with pytest.raises(TrailUnsound, match="NO_TRAIL"):
            write_kit(str(tmp_path / place), key=VKEY, out=tmp_path / "kit")
    assert not (tmp_path / "kit").exists()


@pytest.mark.slow
def test_an_altered_trail_gives_a_kit_that_says_so(trail: Path, tmp_path: Path, capsys: Any) -> None:
    victim = max((trail / "lanes").rglob("*.jsonl"))
    victim.write_bytes(victim.read_bytes().replace(b'"v":1}', b'"v":2}', 1))
    assert write_kit(str(trail), key=VKEY, out=tmp_path / "kit") == Exit.TRAIL
    assert "names no fingerprint: OBJECT_ALTERED lanes/" in capsys.readouterr().err
    assert "did not verify when it was made: `OBJECT_ALTERED lanes/" in (tmp_path / "kit/README.md").read_text()


@pytest.mark.real
def test_the_instructions_work_with_nothing_but_python(trail: Path, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    write_kit(str(trail), key=VKEY, out=kit)
    shutil.copytree(trail, kit / "trail", copy_function=shutil.copy2)
    (kit / "json.py").write_text("raise SystemExit(0)")  # what lies around is not loaded
    lines = [line for block in re.findall(r"```\n(.*?)```", (kit / "README.md").read_text(), re.DOTALL)
             for line in block.splitlines()]  # fmt: skip
    assert shell(next(line for line in lines if line.startswith("sha256sum")), kit).returncode == 0
    verify = next(line for line in lines if line.startswith("python3"))
    passed = shell(verify, kit)
    assert (passed.returncode, passed.stdout.splitlines()[-1][:13]) == (0, "PASS: size 9,"), passed.stderr
    pinned = next(line for line in lines if "--pin" in line).replace("SIZE:ROOT", pin_in(kit / "README.md"))
    assert shell(pinned, kit).returncode == 0
    stale = shell(next(line for line in lines if "--now" in line), kit)
    assert (stale.returncode, stale.stdout.split()[0]) == (1, "STALE")
    (kit / "trail/seals/00000002.jsonl").unlink()
    (kit / "trail/checkpoints/000000000009").unlink()
    assert shell(verify, kit).returncode == 0  # the tail is not protected without the fingerprint
    cut = shell(pinned, kit)
    assert (cut.returncode, cut.stdout.split()[0]) == (1, "ROLLBACK")


@pytest.mark.real
def test_the_auditors_guide_works_as_written(trail: Path, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    write_kit(str(trail), key=VKEY, out=kit)
    shutil.copytree(trail, kit / "trail", copy_function=shutil.copy2)
    guide = (ROOT / "docs/auditing.md").read_text()
    lines = [line for block in re.findall(r"```sh\n(.*?)```", guide, re.DOTALL) for line in block.splitlines()]
    assert len(lines) == 5
    for line in lines:
        done = shell(line.replace("SIZE:ROOT", pin_in(kit / "README.md")).replace("EVENT_ID", ENTRY), kit)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    [example] = re.findall(r"^fieldtrail trail kit .*$", guide, re.MULTILINE)
    cosigner = generate_key("ethics.example", Kind.COUNTERSIGNER)[1]
    (kit / "ethics.vkey").write_text(cosigner + "\n")
    shutil.copy(kit / "keys/trail.vkey", kit / "trail.vkey")
    made = shell(example.replace("s3://bucket/prefix", "trail"), kit)
    assert made.returncode == 0, made.stderr
    assert (kit / "kit/keys/countersigner-ethics.example.vkey").read_text() == cosigner + "\n"


def test_every_page_the_guide_points_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "docs/auditing.md").read_text())
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


@pytest.mark.real
def test_a_trail_on_s3(weed: Any, trail: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = weed.bucket()
    client = weed.client()
    for path in sorted(path for path in trail.rglob("*") if path.is_file()):
        key = f"study/trail/{path.relative_to(trail).as_posix()}"
        client.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), ChecksumAlgorithm="SHA256")
    for name, value in weed.environment("admin").items():
        monkeypatch.setenv(name, value)
    address = f"s3://{bucket}/study/trail"
    assert write_kit(address, key=VKEY, out=tmp_path / "kit", endpoint=weed.endpoint) == Exit.DONE
    readme = (tmp_path / "kit/README.md").read_text()
    assert f"aws s3 sync {address}/ trail" in readme
    assert f"--bucket {bucket} --prefix study/trail/ --output json" in readme
    assert pin_in(tmp_path / "kit/README.md").startswith("9:609c2530")
