"""Where the trail's key may lie, and what a machine without it can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import LocalStore
from study import StudyError
from tasks.keys import private_key, trail_origin
from trail.note import generate_key

ORIGIN = "fieldtrail/fsp/00c0ffee"


@pytest.fixture
def files(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "study")


@pytest.fixture
def restricted(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "study" / "restricted", private=True)


def test_a_key_in_a_file_elsewhere(files: LocalStore, restricted: LocalStore, tmp_path: Path) -> None:
    private, public = generate_key(ORIGIN)
    place = tmp_path / "keys" / "fsp.key"
    place.parent.mkdir()
    with pytest.raises(StudyError, match=r"no key at the place configured.*keygen FILE --study fsp"):
        trail_origin(files, restricted, "fsp", configured=str(place), create=True)
    place.write_text(private)
    place.chmod(0o640)
    with pytest.raises(StudyError, match=r"others on this machine can read the private key.*chmod 600"):
        trail_origin(files, restricted, "fsp", configured=str(place), create=True)
    place.chmod(0o600)
    assert trail_origin(files, restricted, "fsp", configured=str(place), create=True) == ORIGIN
    assert files.get("trail.vkey").decode() == public + "\n"
    assert private_key(files, restricted, str(place)) == private
    assert list(restricted.list()) == []


def test_a_machine_without_the_key_records_but_does_not_seal(
    files: LocalStore, restricted: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    private, _ = generate_key(ORIGIN)
    monkeypatch.setenv("FSP_TRAIL_KEY", private)
    assert trail_origin(files, restricted, "fsp", configured="env:FSP_TRAIL_KEY", create=True) == ORIGIN
    monkeypatch.delenv("FSP_TRAIL_KEY")
    assert trail_origin(files, restricted, "fsp", configured="env:FSP_TRAIL_KEY", create=False) == ORIGIN
    with pytest.raises(StudyError, match=r"env:FSP_TRAIL_KEY.*not on this machine, so nothing was sealed"):
        private_key(files, restricted, "env:FSP_TRAIL_KEY")


def test_a_key_of_another_study(files: LocalStore, restricted: LocalStore) -> None:
    restricted.put_new("trail.key", generate_key("fieldtrail/cps/00c0ffee")[0].encode())
    with pytest.raises(StudyError, match="the trail's key is for fieldtrail/cps/00c0ffee"):
        trail_origin(files, restricted, "fsp", create=True)
