"""Write the test vectors of docs/audit-trail.md: `python tests/trail/vectors/make.py`. The same bytes every time.

The key is made from a seed that everybody knows. Never use it for a study.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from storage import LocalStore
from study import Actor, Event, Fact, Reference, Run, Subject
from study.identifiers import event_id
from study.objects import Stored
from trail import Trail, seal
from trail.act import signed_act, signing_actor
from trail.cosignature import cosignature_key, cosigned
from trail.growth import Memory, grown_since
from trail.leaves import seal_number
from trail.line import line_of
from trail.note import Kind, PrivateKey, verifier_key
from trail.proof import prove

HERE = Path(__file__).parent
ORIGIN = "fieldtrail/vectors/00c0ffee"
SEED = bytes(range(32))
PROVED = "4dbd49af-3dc0-5a88-b3ad-3aabdf23dfe7"  # study.opened
START = datetime(2026, 1, 5, 17, 30, tzinfo=UTC)


def private_key(name: str = ORIGIN, seed: bytes = SEED, kind: int = 1) -> str:
    """A private key's text: `PRIVATE+KEY+name+id+base64`, the id from name, kind and public key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    identity = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4].hex()
    return f"PRIVATE+KEY+{name}+{identity}+{base64.b64encode(bytes([kind]) + seed).decode()}"


PERSON = private_key("PI", bytes(range(32, 64)))
COUNTERSIGNER = private_key("ethics-office", bytes(range(64, 96)), 4)
COSIGNED = 1767723600  # when the countersigner vouched for the last checkpoint, Unix time


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def wait(self, **delta: float) -> None:
        self.moment += timedelta(**delta)


class Stamped(LocalStore):
    """A directory whose files carry the vectors' clock, so that seals are the same every time."""

    def __init__(self, root: Path, clock: Clock) -> None:
        super().__init__(root)
        self.clock = clock

    def put_new(self, key: str, body: bytes) -> Stored:
        stored = super().put_new(key, body)
        os.utime(self.root / key, (self.clock().timestamp(),) * 2)
        return stored


def make(directory: Path) -> dict[str, object]:
    """Write lanes/, seals/ and checkpoints/ below `directory`; returns size and root after each seal."""
    clock = Clock()
    store = Stamped(directory, clock)
    person = Actor("person", "PI", "investigator")
    service = Actor("service", "fieldtrail", "software")

    def lane(run: str, actor: Actor) -> Trail:
        opened = Run(run, "track-consent", "none", 1, "0.1.0")
        return Trail.open(store, study=ORIGIN, actor=actor, run=opened, now=clock, forbidden=lambda line: None)

    roots = []

    def close_books() -> None:
        sealed = seal(store, origin=ORIGIN, key=private_key(), now=clock)
        assert sealed
        roots.append({"size": sealed.size, "root": sealed.root})

    first = lane("00000000-0000-4000-8000-000000000001", person)
    opened = first.append(
        [
            Fact(
                "study.opened",
                "2026-01-05",
                data={"time_zone": "America/Los_Angeles", "protocol": "11" * 32, "approval_from": "2026-01-01"},
            ),
            Fact("site.invited", "2026-01-05", (Subject("site", "S001"),), data={"ordinal": 0, "version": 1}),
        ]
    )
    clock.wait(seconds=90)
    close_books()
    clock.wait(minutes=4)
    second = lane("00000000-0000-4000-8000-000000000002", service)
    received = second.append(
        [
            Fact(
                "transcript.received",
                "2026-01-05T17:36:00.000Z",
                (Subject("transcript", "I0001"),),
                generated=(Reference("a2b3c4d5e6f", 5120, hmac="22" * 32),),
                causes=(opened[0].id,),
                data={"format": "vtt"},
            )
        ]
    )[0]
    clock.wait(seconds=10)
    second.append(
        [
            Fact(
                "transcript.validated",
                "2026-01-05T17:36:10.000Z",
                (Subject("transcript", "I0001"),),
                used=(Reference("a2b3c4d5e6f", 5120, hmac="22" * 32),),
                causes=(received.id,),
                data={
                    "verdict": "passed",
                    "rules": "3" * 12,
                    "blocking": 0,
                    "review": 0,
                    "inform": 2,
                    "unchecked": 0,
                },
            )
        ]
    )
    second.close()
    first.close()
    clock.wait(minutes=1)
    close_books()
    clock.wait(days=1)
    close_books()
    return {"origin": ORIGIN, "seals": roots}


def cosigned_line(size: int) -> bytes:
    """The countersigner's line on the checkpoint of that size; it lies beside the trail, not in it."""
    text = (HERE / f"trail/checkpoints/{size:012d}").read_text().partition("\n\n")[0] + "\n"
    return f"{cosigned(PrivateKey.read(COUNTERSIGNER, Kind.COUNTERSIGNER), text, COSIGNED)}\n".encode()


def proof(size: int) -> bytes:
    """The proof of the event PROVED in the trail once its last checkpoint, of that size, is cosigned."""
    with TemporaryDirectory() as copy:
        store = LocalStore(Path(shutil.copytree(HERE / "trail", copy, dirs_exist_ok=True)))
        store.put_new(cosignature_key(size, "ethics-office"), cosigned_line(size))
        return prove(store, ORIGIN, PROVED)


def signed_line() -> bytes:
    """The line of an act that the person of PERSON signed; it stands alone, in no trail."""
    signer = PrivateKey.read(PERSON)
    event = Event(
        id=event_id(ORIGIN, "sample.approved", "sites|0123456789ab|2026-01-05"),
        kind="sample.approved",
        occurred="2026-01-05",
        recorded_at="2026-01-05T17:30:00.000Z",
        actor=signing_actor(Actor("person", "PI", "investigator"), signer),
        run=Run("00000000-0000-4000-8000-000000000003", "approve-sample", "none", 1, "0.1.0"),
        data={"stage": "sites", "proposal": "0123456789ab"},
    )
    return line_of(signed_act(event, signer))


def consistency() -> dict[str, object]:
    """The request to cosign the last checkpoint that a countersigner at size 3 is sent."""
    store = LocalStore(HERE / "trail")
    last, old = seal_number(store, ORIGIN, 2), seal_number(store, ORIGIN, 0)
    proof = grown_since(store, last, old.tree.size, Memory(None, "none"))
    assert proof is not None
    return {"old": old.tree.size, "size": last.tree.size, "proof": [node.hex() for node in proof]}


def main() -> None:
    made = make(HERE / "trail")
    (HERE / "person.vkey").write_text(verifier_key(PERSON) + "\n")
    (HERE / "countersigner.vkey").write_text(verifier_key(COUNTERSIGNER) + "\n")
    (HERE / "signed_act.jsonl").write_bytes(signed_line() + b"\n")
    LocalStore(HERE).put(cosignature_key(9, "ethics-office"), cosigned_line(9))
    (HERE / "event.proof").write_bytes(proof(9))
    (HERE / "consistency.json").write_text(json.dumps(consistency(), indent=1) + "\n")
    (HERE / "trail.key").write_text(private_key() + "\n")
    (HERE / "trail.vkey").write_text(verifier_key(private_key()) + "\n")
    (HERE / "expected.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
