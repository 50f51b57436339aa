"""`fieldtrail trail prove`: a proof that one event is in the trail, to give away."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from storage import open_store
from storage.local import LocalStore
from trail.proof import origin_at, prove


def prove_event(address: str, event_id: str, out: Path | None = None, *, endpoint: str | None = None) -> None:
    """Write the proof of an event of the trail at a path or s3:// address to a file, else to standard output."""
    store = open_store(address, endpoint=endpoint)
    proof = prove(store, origin_at(store), event_id)
    if out is None:
        sys.stdout.buffer.write(proof)
        return
    LocalStore(out.absolute().parent).put(out.name, proof)
    typer.echo(f"Proof written to {out}. Whoever has the trail's public key checks it:")
    typer.echo(f"python3 verify_trail.py {out.name} --key trail.vkey")
