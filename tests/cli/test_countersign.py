"""`fieldtrail countersign`, `trail keygen`, `trail prove`: what the commands write, say and refuse."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.countersign import countersign, opened
from cli.exits import UsageError
from cli.keygen import keygen
from cli.prove import prove_event
from storage import LocalStore, open_store
from study import Actor, Fact, Run, StudyError, Subject
from tasks.countersigners import OverHttp, ThroughFolder
from trail import Trail, seal
from trail.asking import Question, Reply, ask_countersigner
from trail.cosignature import cosigned_at
from trail.note import Kind, PrivateKey, PublicKey, generate_key, verifier_key

ORIGIN = "fieldtrail/fsp/0a1b2c3d"
PRIVATE, VKEY = generate_key(ORIGIN)


class Written:
    """A transport that only writes the request down."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def waiting(self, origin: str) -> tuple[Reply, ...]:
        return ()

    def ask(self, question: Question) -> None:
        self.file.write_bytes(question.body)

    def done(self, origin: str, reply: Reply) -> None:
        return


def grown(place: Any, number: int, private: str = PRIVATE) -> str:
    """One more event sealed in a folder or store; returns its id."""
    store = LocalStore(place) if isinstance(place, Path) else place
    moment = datetime.now(UTC) - timedelta(minutes=30 - number)
    run = Run(f"run-{number}", "track-consent", "none", 1, "0.1.0")
    lane = Trail.open(
        store,
        study=ORIGIN,
        actor=Actor("service", "fieldtrail", "software"),
        run=run,
        now=lambda: moment,
        forbidden=lambda line: None,
    )
    subject = (Subject("site", f"S{number}"),)
    event = lane.append([Fact("site.invited", "2026-02-02", subject, data={"ordinal": 0, "version": 1})])[0]
    seal(store, origin=ORIGIN, key=private, now=lambda: moment)
    return event.id


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "office"
    assert countersign(folder, init="ethics-office", trust=VKEY) == 0
    capsys.readouterr()
    return folder


@pytest.fixture
def requested(tmp_path: Path, office: Path) -> Callable[..., Path]:
    """`requested(trail)`: the request that a sealer would write for that trail's newest checkpoint."""

    def request(trail: Path) -> Path:
        file = tmp_path / f"{trail.name}.asked"
        vkey = (office / "countersigner.vkey").read_text()
        ask_countersigner(LocalStore(trail), ORIGIN, vkey, Written(file))
        return file

    return request


def test_setting_up_prints_the_key_to_give_to_studies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, vkey_file = tmp_path / "office", tmp_path / "trail.vkey"
    vkey_file.write_text(VKEY + "\n")
    assert countersign(folder, init="ethics-office", trust=str(vkey_file)) == 0
    vkey, registered = capsys.readouterr().out.splitlines()
    assert PublicKey.read(vkey, Kind.COUNTERSIGNER).name == "ethics-office"
    assert registered == f"Registered {ORIGIN}."
    assert (folder / "countersigner.vkey").read_text() == vkey + "\n"
    assert stat.S_IMODE((folder / "countersigner.key").stat().st_mode) == 0o600
    assert countersign(folder, show=True) == 0
    assert capsys.readouterr().out.splitlines() == [vkey, f"{ORIGIN}: nothing cosigned yet"]
    with pytest.raises(StudyError, match="a countersigner's key is here already"):
        countersign(folder, init="other")
    (folder / "countersigner.vkey").unlink()  # an --init killed halfway
    assert countersign(folder, show=True) == 0
    assert (folder / "countersigner.vkey").read_text() == vkey + "\n"


def test_one_request_in_one_reply_out(
    tmp_path: Path, office: Path, requested: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    grown(tmp_path / "trail", 1)
    request, reply = requested(tmp_path / "trail"), tmp_path / "reply"
    assert countersign(office, request=request, reply=reply) == 0
    assert capsys.readouterr().out == f"200 {ORIGIN}: size 2 cosigned.\n"
    status, line = reply.read_text().splitlines()
    assert status == "200"
    text = request.read_text().split("\n\n")[1] + "\n"
    key = PublicKey.read((office / "countersigner.vkey").read_text(), Kind.COUNTERSIGNER)
    assert abs((cosigned_at(key, line, text) or 0) - time.time()) < 60
    first = reply.read_bytes()
    assert countersign(office, request=request, reply=reply) == 0
    assert reply.read_bytes() == first
    capsys.readouterr()
    countersign(office, show=True)
    shown = capsys.readouterr().out.splitlines()[1]
    assert shown.startswith(f"{ORIGIN}: size 2, cosigned 20")
    assert shown.endswith(f"pin 2:{json.loads(last_line(tmp_path / 'trail'))['root']}")


def last_line(trail: Path) -> bytes:
    return sorted((trail / "seals").iterdir())[-1].read_bytes().splitlines()[-1]


@pytest.mark.slow
def test_refusals_are_written_said_and_coded(
    tmp_path: Path, office: Path, requested: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    reply = tmp_path / "reply"
    for number in (1, 2):
        grown(tmp_path / "trail", number)
    countersign(office, request=requested(tmp_path / "trail"), reply=reply)
    grown(tmp_path / "fork", 3)
    for number in (4, 5):
        grown(tmp_path / "longer", number)
    grown(tmp_path / "swapped", 6, generate_key(ORIGIN)[0])
    grown(tmp_path / "trail", 7)
    (tmp_path / "noise").write_bytes(b"\0" * 100)
    capsys.readouterr()
    for request, code, status, said in [
        (requested(tmp_path / "fork"), 4, "409", "so this is a rollback"),
        (requested(tmp_path / "longer"), 4, "422", "another history of the same size"),
        (requested(tmp_path / "swapped"), 4, "403", "not signed with the key registered for it"),
        (requested(tmp_path / "trail"), 0, "409", "must be proved from 4"),
        (tmp_path / "noise", 3, "400", "not a request"),
    ]:
        assert countersign(office, request=request, reply=reply) == code
        assert reply.read_text().splitlines()[0] == status
        out = capsys.readouterr().out
        assert out.startswith(f"{status} ")
        assert said in out
    countersign(office, show=True)
    assert f"{ORIGIN}: 1 signed checkpoints refused, kept in refused/" in capsys.readouterr().out


def test_an_inbox_is_answered_once(
    tmp_path: Path, office: Path, requested: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "README.txt").write_text("put requests here")
    assert countersign(office, inbox=inbox) == 0
    assert capsys.readouterr().out == "No request is waiting.\n"
    grown(tmp_path / "trail", 1)
    (inbox / "a.request").write_bytes(requested(tmp_path / "trail").read_bytes())
    (inbox / "b.request").write_bytes(b"old 0\n" + b"x" * 200_000)
    assert countersign(office, inbox=inbox) == 3
    assert capsys.readouterr().out.splitlines() == [
        f"a.request: 200 {ORIGIN}: size 2 cosigned.",
        "b.request: 400 not a request.",
    ]
    assert sorted(path.name for path in inbox.iterdir()) == [
        "README.txt",
        "a.request",
        "a.request.reply",
        "b.request",
        "b.request.reply",
    ]
    assert countersign(office, inbox=inbox) == 0


def test_what_cannot_be_done_is_one_sentence(tmp_path: Path, office: Path) -> None:
    for options in (
        {},
        {"request": tmp_path},
        {"reply": tmp_path},
        {"show": True, "serve": 0},
        {"inbox": tmp_path, "show": True},
    ):
        with pytest.raises(UsageError):
            countersign(office, **options)
    for name in ("", ".x", "a/b", "a b", "a+b", "x" * 65):
        with pytest.raises(UsageError):
            countersign(tmp_path / "new", init=name, show=True) if name else countersign(tmp_path / "new")
    with pytest.raises(StudyError, match="no countersigner is set up here"):
        countersign(tmp_path / "new", show=True)
    with pytest.raises(StudyError, match=r"it cannot be read \(No such file"):
        countersign(office, request=tmp_path / "none", reply=tmp_path / "reply")
    with pytest.raises(StudyError, match="there is no such folder"):
        countersign(office, inbox=tmp_path / "none")
    with pytest.raises(StudyError, match="no public Ed25519 key"):
        countersign(office, trust="a+b")
    with pytest.raises(StudyError, match=r"127.0.0.1:999999: no port has that number"):
        countersign(office, serve=999999)
    (office / "countersigner.key").chmod(0o644)
    with pytest.raises(StudyError, match="others on this machine can read the key"):
        countersign(office, show=True)


def test_keys_are_made_once_for_a_trail_and_for_a_person(tmp_path: Path) -> None:
    said = keygen(tmp_path / "trail.key", study="fsp")
    private, vkey = (tmp_path / "trail.key").read_text(), (tmp_path / "trail.key.vkey").read_text()
    assert stat.S_IMODE((tmp_path / "trail.key").stat().st_mode) == 0o600
    assert verifier_key(private) + "\n" == vkey
    assert vkey.startswith("fieldtrail/fsp/")
    assert said.splitlines()[0] == vkey.strip()
    assert private.split("+")[-1].strip() not in said
    assert f"storage: {{key: {tmp_path / 'trail.key'}}}" in said
    said = keygen(tmp_path / "pi", person="PI-1")
    assert PublicKey.read((tmp_path / "pi.vkey").read_text()).name == "PI-1"
    assert PrivateKey.read((tmp_path / "pi").read_text()).public.name == "PI-1"
    assert f"key: {(tmp_path / 'pi.vkey').read_text()}".strip() in said
    for file in (tmp_path / "pi", tmp_path / "trail.key"):
        before = file.read_bytes()
        with pytest.raises(StudyError, match="something is there already"):
            keygen(file, person="PI-1")
        assert file.read_bytes() == before
    (tmp_path / "half.vkey").write_text("mine")
    with pytest.raises(StudyError, match="something is there already"):
        keygen(tmp_path / "half", person="PI-1")
    assert not (tmp_path / "half").exists()


def test_keygen_needs_to_know_whose(tmp_path: Path) -> None:
    for options in ({}, {"study": "fsp", "person": "PI"}, {"study": "F/x"}, {"person": "a+b"}, {"person": ""}):
        with pytest.raises(UsageError):
            keygen(tmp_path / "key", **options)
    with pytest.raises(StudyError, match="there is no such folder"):
        keygen(tmp_path / "none" / "key", person="PI")
    assert os.listdir(tmp_path) == []


def test_a_proof_is_written_to_a_file_or_out(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    event = grown(tmp_path / "trail", 1)
    grown(tmp_path / "trail", 2)
    prove_event(str(tmp_path / "trail"), event, tmp_path / "event.proof")
    said = capfdbinary.readouterr().out.decode()
    assert "python3 verify_trail.py event.proof --key trail.vkey" in said
    prove_event(str(tmp_path / "trail"), event)
    proof = capfdbinary.readouterr().out
    assert proof == (tmp_path / "event.proof").read_bytes()
    assert json.loads(proof)["size"] == 4
    with pytest.raises(StudyError, match="no seal is here"):
        prove_event(str(tmp_path / "elsewhere"), event)


@pytest.mark.real
def test_a_trail_in_a_bucket_is_countersigned_and_proved_there(
    tmp_path: Path, office: Path, weed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in weed.environment().items():
        monkeypatch.setenv(name, value)
    address = f"s3://{weed.bucket()}/trail"
    store = open_store(address)
    vkey, inbox = (office / "countersigner.vkey").read_text(), tmp_path / "inbox"
    transport = ThroughFolder(LocalStore(inbox))
    event = grown(store, 1)
    ask_countersigner(store, ORIGIN, vkey, transport)
    assert countersign(office, inbox=inbox) == 0
    assert ask_countersigner(store, ORIGIN, vkey, transport).cosigned
    later = grown(store, 2)
    prove_event(address, event, tmp_path / "event.proof")
    prove_event(address, later, tmp_path / "later.proof")
    proofs = [json.loads((tmp_path / name).read_bytes()) for name in ("event.proof", "later.proof")]
    assert [(proof["size"], len(proof["cosignatures"])) for proof in proofs] == [(2, 1), (4, 0)]
    # what was sealed is proved, whatever is put on top of it later
    (key,) = [stored.key for stored in store.list("lanes/") if "run-1" in stored.key]
    weed.client().put_object(Bucket=address.split("/")[2], Key=f"trail/{key}", Body=b"rewritten")
    prove_event(address, event, tmp_path / "again.proof")
    assert (tmp_path / "again.proof").read_bytes() == (tmp_path / "event.proof").read_bytes()


@pytest.mark.real
def test_a_countersigner_in_a_process_of_its_own_survives_being_killed(
    tmp_path: Path, office: Path, requested: Callable[..., Path]
) -> None:
    vkey = (office / "countersigner.vkey").read_text()
    script = "import sys, pathlib, cli.countersign as c; c.countersign(pathlib.Path(sys.argv[1]), serve=0)"
    grown(tmp_path / "trail", 1)
    with subprocess.Popen([sys.executable, "-uc", script, office], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = process.stdout.readline().split(" ")[3].removesuffix(";").strip()
        vouched = ask_countersigner(LocalStore(tmp_path / "trail"), ORIGIN, vkey, OverHttp(address))
        process.kill()
    assert vouched.cosigned, vouched
    assert opened(office).seen(ORIGIN).size == 2
    grown(tmp_path / "trail", 2)
    countersign(office, request=requested(tmp_path / "trail"), reply=tmp_path / "reply")
    assert (tmp_path / "reply").read_text().startswith("200\n")
