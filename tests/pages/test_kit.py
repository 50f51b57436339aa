"""The auditor's instructions: every fault explained, nothing from the network, both spellings saying the same."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from html import unescape

import pytest

from pages.kit import Kit, KitKey, kit_files, summed, sums
from pages.kit_faults import FAULTS
from trail.verify import VERIFIER
from trail.verify_trail import LIMITS

TRAIL = KitKey("trail", "fieldtrail/fsp/0a1b2c3d", "a4b123d1", "fieldtrail/fsp/0a1b2c3d+a4b123d1+AQ", "keys/trail.vkey")
COSIGNER = KitKey("countersigner", "ethics.example", "00000001", "e+1+AQ", "keys/countersigner-ethics.example.vkey")
PERSON = KitKey("person", "INV1", "00000002", "INV1+2+AQ", "keys/person-INV1.vkey")
KIT = Kit(TRAIL.name, (TRAIL,), b"verifier", b"viewer", LIMITS, pin=(34, "ab" * 32), closed_at="2026-03-02T10:00:00Z")


def readme(kit: Kit) -> str:
    return kit_files(kit)["README.md"][0].decode()


def page(kit: Kit) -> str:
    return kit_files(kit)["README.html"][0].decode()


def commands(kit: Kit) -> list[str]:
    blocks = re.findall(r"```\n(.*?)\n```", readme(kit), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_every_fault_of_the_verifier_is_explained_and_no_other() -> None:
    named = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)["\s]', VERIFIER.read_text())) - {"NOT_CHECKED"}  # a note
    faults = {name for name in named if "_" in name or name in ("BACKDATED", "FORK", "ROLLBACK", "STALE", "UNREADABLE")}
    assert {name for name, _ in FAULTS} == faults
    assert all(f"| `{name}` | {meaning} |" in readme(KIT) for name, meaning in FAULTS)


def test_the_verifier_runs_on_the_python_the_instructions_name() -> None:
    assert "Python 3.9 or later" in readme(KIT)
    ast.parse(VERIFIER.read_text(), feature_version=(3, 9))


def test_the_fingerprint_and_the_limits_are_there() -> None:
    assert f"34:{'ab' * 32}" in commands(KIT)
    assert "as closed at 2026-03-02T10:00:00Z" in readme(KIT)
    assert all(f"- {limit}" in readme(KIT) for limit in LIMITS)


def test_without_a_fingerprint_it_says_why() -> None:
    assert "the record had no closing when it was made" in readme(replace(KIT, pin=None))
    failed = readme(replace(KIT, pin=None, fault="ROOT_MISMATCH seals/x (y)"))
    assert "did not verify when it was made: `ROOT_MISMATCH seals/x (y)`" in failed


def test_every_key_is_a_file_in_the_table_and_in_the_command() -> None:
    kit = replace(KIT, keys=(TRAIL, COSIGNER, PERSON))
    files = kit_files(kit)
    for key in kit.keys:
        assert files[key.file][0].decode() == key.text + "\n"
        assert f"`{key.name}` | `{key.id}` |" in readme(kit)
    given = "--key keys/trail.vkey --cosigner keys/countersigner-ethics.example.vkey --person keys/person-INV1.vkey"
    assert f"python3 -I verify_trail.py trail {given}" in commands(kit)
    assert "holds no countersigner's key" in readme(KIT)
    assert "holds no countersigner's key" not in readme(kit)


@pytest.mark.parametrize(
    ("address", "sync", "listing"),
    [
        ("s3://bucket/a/b", "s3://bucket/a/b/ trail", "--bucket bucket --prefix a/b/ --output"),
        ("s3://bucket/a/", "s3://bucket/a/ trail", "--bucket bucket --prefix a/ --output"),
        ("s3://bucket", "s3://bucket/ trail", "--bucket bucket --output"),
        ("", "s3://BUCKET/PREFIX/ trail", "--bucket BUCKET --prefix PREFIX/ --output"),
    ],
)
def test_the_commands_for_s3(address: str, sync: str, listing: str) -> None:
    kit = replace(KIT, address=address)
    assert f"aws s3 sync {sync}" in commands(kit)
    assert f"aws s3api list-object-versions {listing} json > versions.json" in commands(kit)
    versions = " --versions versions.json" if address else ""
    assert f"py -I verify_trail.py trail --key keys/trail.vkey{versions}" in commands(kit)


def test_the_page_says_what_the_text_says() -> None:
    said = " ".join(unescape(re.sub(r"<[^>]+>", " ", page(KIT).split("<main")[1])).split())
    for line in readme(KIT).splitlines()[4:]:
        for cell in [line] if "|" not in line else line.strip("| ").split("|"):
            words = re.sub(r"^(#+|\d+\.|-) |[`*]|^-+$", "", cell.strip())
            assert " ".join(words.split()) in re.sub(r" ([,.:;)])", r"\1", said).replace("( ", "("), cell


def test_the_page_needs_no_network_and_escapes() -> None:
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page(KIT)) == []
    assert "http" not in page(KIT).replace("http-equiv", "")
    hostile = page(replace(KIT, pin=None, fault="NO_TRAIL <script>alert(1)</script>"))
    assert "<script>" not in hostile


def test_sums_are_read_back() -> None:
    text = sums({"b": b"1", "a": b"2"})
    assert summed(text) == ("a", "b")
    assert text.decode().splitlines()[0] == "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35  a"
