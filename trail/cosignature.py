"""A countersigner's signature over a checkpoint and the time it gives: C2SP tlog-cosignature, cosignature/v1."""

from __future__ import annotations

from trail.note import PublicKey
from trail.signer import Signer, checked_signature, public_half

PREFIX = "cosignatures/"


def cosignature_key(size: int, name: str) -> str:
    """Where the cosignature by that countersigner on the checkpoint of that size lies."""
    return f"{PREFIX}{size:012d}.{name}"


def cosigned(signer: Signer, text: str, seconds: int) -> str:
    """The signature line, without its newline, over a checkpoint's text at that Unix time."""
    signature = checked_signature(signer, _message(text, seconds))
    return public_half(signer).signature_line(seconds.to_bytes(8) + signature)


def cosigned_at(key: PublicKey, line: str, text: str) -> int | None:
    """The Unix time at which this key cosigned that checkpoint's text with that line; None when it did not."""
    signature = key.signature_in(line)
    if signature is None or len(signature) != 72:
        return None
    seconds = int.from_bytes(signature[:8])
    return seconds if key.holds(signature[8:], _message(text, seconds)) else None


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
