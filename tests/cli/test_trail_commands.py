"""`fieldtrail trail …` on a small trail: in a folder, and the same objects in a bucket."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from storage import LocalStore, open_store
from tasks.opening import opening_facts
from tasks.workspace import StudyRequest, opened

VECTORS = Path(__file__).parents[1] / "trail" / "vectors"
TRAIL, VKEY = VECTORS / "trail", VECTORS / "trail.vkey"
PIN = "9:609c25305c726b48c31e02fa62145e589108cf69ab27e948309c653cbbb9b00e"


def trail(*words: object) -> Result:
    return CliRunner().invoke(app, ["trail", *(str(word) for word in words)])


@pytest.mark.slow
def test_show_lists_records_with_their_ids() -> None:
    shown = trail("show", TRAIL, "--key", VKEY)
    assert shown.exit_code == 0
    *lines, last = shown.output.splitlines()
    assert last == "6 of 6 records; nothing of this is verified, `trail verify` does that."
    assert lines[0].split() == [
        "4dbd49af-3dc0-5a88-b3ad-3aabdf23dfe7", "2026-01-05T17:30:00.000Z", "2026-01-05", "study.opened",
        "PI", "-",
    ]  # fmt: skip
    one = trail("show", TRAIL, "--key", VKEY.read_text().strip(), "--kind", "study.opened", "--json")
    assert json.loads(one.output)["kind"] == "study.opened"
    assert trail("show", TRAIL, "--key", VKEY, "--last", "1").output.count("\n") == 2


@pytest.mark.slow
def test_prove_writes_what_the_verifier_checks_alone(tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    assert trail("prove", TRAIL, "4dbd49af-3dc0-5a88-b3ad-3aabdf23dfe7", "--out", proof).exit_code == 0
    assert trail("verify", proof, "--key", VKEY).exit_code == 0
    proof.write_text(proof.read_text().replace("study.opened", "study.closed"))
    assert trail("verify", proof, "--key", VKEY).exit_code == 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", TRAIL, "--key", VKEY, "--kind", "site.dreamt"), 3, "there is no kind site.dreamt"),
        (("show", TRAIL, "--key", "nonsense"), 3, "no public Ed25519 key"),
        (("prove", TRAIL, "00000000-0000-0000-0000-000000000000"), 3, "00000000-0000-0000-0000-000000000000"),
        (("prove", "/nowhere", "x"), 3, "/nowhere"),
        (("policy", "x"), 2, "x"),
        (("policy", "my-bucket", "--document", "dream"), 2, "There is no document 'dream'"),
        (("keygen", "k"), 2, "--study ID for a trail's key, or --person CODE"),
        pytest.param(
            ("verify", "s3://my-bucket/trail", "--key", VKEY, "--endpoint", "http://127.0.0.1:9"),
            3,
            "127.0.0.1:9",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_an_exit_code(
    words: tuple[object, ...], code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    refused = trail(*words)
    assert refused.exit_code == code, refused.output
    assert said in refused.output
    assert "Traceback" not in refused.output


@pytest.mark.real
def test_the_same_trail_in_a_bucket(weed: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in weed.environment("admin").items():
        monkeypatch.setenv(name, value)
    address = f"s3://{weed.bucket(locked=True)}/vectors"
    monkeypatch.setenv("AWS_ENDPOINT_URL", weed.endpoint)
    empty = trail("verify", address, "--key", VKEY)
    assert (empty.exit_code, os.listdir(tmp_path)) == (4, [])
    store = open_store(address)
    for stored in LocalStore(TRAIL).list():
        store.put_new(stored.key, LocalStore(TRAIL).get(stored.key))
    assert trail("verify", address, "--key", VKEY, "--pin", PIN).exit_code == 0
    assert trail("verify", address, "--key", VKEY, "--pin", PIN.replace("9:6", "9:7")).exit_code == 4
    shown = trail("show", address, "--key", VKEY)
    assert shown.output == trail("show", TRAIL, "--key", VKEY).output
    proof = tmp_path / "proof.json"
    assert trail("prove", address, "4dbd49af-3dc0-5a88-b3ad-3aabdf23dfe7", "--out", proof).exit_code == 0
    assert trail("verify", proof, "--key", VKEY).exit_code == 0


@pytest.mark.slow
def test_a_removal_is_announced_before_and_recorded_after(example: Any) -> None:
    study = example("fsp", clean=True)
    with opened(StudyRequest(study=str(study)), "open-study", create=True) as place:
        place.trail.append(opening_facts.fn(place))
    (lane,) = (study / "trail").rglob("lanes/*/*/000000.jsonl")
    key = lane.relative_to(study / "trail").as_posix()
    early = trail("removal", study, "D7", "--as", "INV1", "--removed", key)
    assert (early.exit_code, "D7: no deviation of that code is on record" in early.output) == (3, True)
    assert trail("removal", study, "D7", "--as", "INV1").exit_code == 0
    still = trail("removal", study, "D7", "--as", "INV1", "--removed", key)
    assert (still.exit_code, "this object is still there" in still.output) == (3, True)
    lane.unlink()
    assert trail("removal", study, "D7", "--as", "INV1", "--removed", key).exit_code == 0
    shown = trail("show", study / "trail", "--key", study / "trail.vkey", "--kind", "erasure.executed", "--json")
    assert json.loads(shown.output)["data"]["trail_objects"] == [key]
