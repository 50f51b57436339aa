"""Write the test vectors of docs/audit-trail.md: `python tests/trail/vectors/make.py`. The same bytes every time.

The key is made from a seed that everybody knows. Never use it for a study.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import LocalStore
from study import Actor, Fact, Reference, Run, Subject
from study.objects import Stored
from trail import Trail, seal
from trail.note import verifier_key

HERE = Path(__file__).parent
ORIGIN = "fieldtrail/vectors/00c0ffee"
SEED = bytes(range(32))
START = datetime(2026, 1, 5, 17, 30, tzinfo=UTC)


def private_key() -> str:
    """The private key's text over SEED: `PRIVATE+KEY+origin+id+base64`, the id from the public key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
    identity = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public).digest()[:4].hex()
    return f"PRIVATE+KEY+{ORIGIN}+{identity}+{base64.b64encode(bytes([1]) + SEED).decode()}"


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


def main() -> None:
    made = make(HERE / "trail")
    (HERE / "trail.key").write_text(private_key() + "\n")
    (HERE / "trail.vkey").write_text(verifier_key(private_key()) + "\n")
    (HERE / "expected.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
