"""Random codes are made once, whoever asks and however often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.local import LocalStore
from study import StudyError
from tasks.codes import Codes


def test_racing_runs_agree_on_one_code(tmp_path: Path) -> None:
    def ask(_: int) -> str:
        return Codes(LocalStore(tmp_path)).trail_code("P001")

    with ThreadPoolExecutor(16) as pool:
        codes = set(pool.map(ask, range(64)))
    assert len(codes) == 1
    assert Codes(LocalStore(tmp_path)).trail_codes() == {"P001": codes.pop()}


def test_codes_do_not_tell_what_they_stand_for(tmp_path: Path) -> None:
    one, two = Codes(LocalStore(tmp_path / "a")), Codes(LocalStore(tmp_path / "b"))
    assert one.trail_code("P001") != two.trail_code("P001")
    assert one.ref("transcripts/I0001.vtt") != two.ref("transcripts/I0001.vtt")
    assert len(one.key("x")) == 32


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    Codes(LocalStore(tmp_path / "restricted", private=True)).key("a1")
    assert (tmp_path / "restricted/keys/a1.key").stat().st_mode & 0o077 == 0


def test_a_path_longer_than_a_file_name_may_be_has_a_ref_of_its_own(tmp_path: Path) -> None:
    long = "transcripts/" + "разговор " * 20
    codes = Codes(LocalStore(tmp_path))
    assert codes.ref(long) == Codes(LocalStore(tmp_path)).ref(long)
    assert codes.ref(long) != codes.ref(long + "2")


@pytest.mark.parametrize("damaged", [b"", b"\xff\xfe", b"t", b"T234567890a"])
def test_a_damaged_code_is_refused_without_saying_whose(damaged: bytes, tmp_path: Path) -> None:
    Codes(LocalStore(tmp_path)).trail_code("P001")
    (tmp_path / "codes/participants/P001").write_bytes(damaged)
    with pytest.raises(StudyError, match="restricted/codes") as refused:
        Codes(LocalStore(tmp_path)).trail_codes()
    assert "P001" not in str(refused.value)
