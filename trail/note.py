"""Signed notes and checkpoints: C2SP signed-note and tlog-checkpoint (https://c2sp.org), Ed25519 (RFC 8032).

A public key is written `origin+<key id, 8 hex>+<base64 of 0x01 and the 32 bytes>`; a private one
`PRIVATE+KEY+origin+<key id>+<base64 of 0x01 and the 32-byte seed>`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from study.errors import StudyError

_ED25519 = b"\x01"
_PRIVATE = "PRIVATE+KEY+"
_DASH = "— "  # an em dash, by the specification


def generate_key(origin: str) -> tuple[str, str]:
    """A new pair for that origin: the private key's text and the public one's (vkey)."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    identity = _key_id(origin, public).hex()
    return (
        f"{_PRIVATE}{origin}+{identity}+{_base64(_ED25519 + private.private_bytes_raw())}",
        f"{origin}+{identity}+{_base64(_ED25519 + public)}",
    )


def verifier_key(private: str) -> str:
    """The vkey of a private key's text."""
    public = PrivateKey.read(private).public
    return f"{public.origin}+{public.id.hex()}+{_base64(_ED25519 + public.raw)}"


def origin_of_key(vkey: str) -> str:
    """The origin named by a vkey."""
    return PublicKey.read(vkey).origin


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The key that a trail's checkpoints must be signed with."""

    origin: str
    id: bytes
    raw: bytes

    @classmethod
    def read(cls, text: str) -> PublicKey:
        """The key of a vkey's text; StudyError when it is none or of another kind than Ed25519."""
        origin, identity, raw = _parts(text.strip(), "trail.vkey", "public")
        if identity != _key_id(origin, raw):
            raise StudyError("the key's id does not belong to it", where="trail.vkey", remedy="Copy it again.")
        return cls(origin, identity, raw)

    def verifies(self, note: bytes) -> str | None:
        """The text of a note signed by this key, else None; signatures by other keys are passed over."""
        text, separator, signatures = note.decode(errors="replace").partition("\n\n")
        for line in signatures.splitlines() if separator else ():
            name, _, value = line.removeprefix(_DASH).partition(" ")
            try:
                signature = base64.b64decode(value, validate=True)
            except binascii.Error:
                continue
            if line.startswith(_DASH) and name == self.origin and signature[:4] == self.id:
                try:
                    Ed25519PublicKey.from_public_bytes(self.raw).verify(signature[4:], f"{text}\n".encode())
                except InvalidSignature:
                    return None
                return f"{text}\n"
        return None


@dataclass(frozen=True, slots=True, repr=False)
class PrivateKey:
    """The sealer's key."""

    public: PublicKey
    seed: bytes

    @classmethod
    def read(cls, text: str) -> PrivateKey:
        """The key of a private text; StudyError when it is none, never quoting it."""
        if not text.strip().startswith(_PRIVATE):
            raise StudyError("this is no private key of a trail", where="trail.key", remedy="Restore it from its copy.")
        origin, identity, seed = _parts(text.strip().removeprefix(_PRIVATE), "trail.key", "private")
        raw = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        if identity != _key_id(origin, raw):
            raise StudyError(
                "the key's id does not belong to it", where="trail.key", remedy="Restore it from its copy."
            )
        return cls(PublicKey(origin, identity, raw), seed)

    def signed(self, text: str) -> bytes:
        """The note: `text` (ending in a newline), an empty line, one signature line; the same every time."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{text}\n{_DASH}{self.public.origin} {_base64(self.public.id + signature)}\n".encode()


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """What a checkpoint signs: origin, tree size and root, a line each."""
    return f"{origin}\n{size}\n{_base64(root)}\n"


def _key_id(name: str, raw: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:4]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _parts(text: str, where: str, what: str) -> tuple[str, bytes, bytes]:
    try:
        origin, identity, value = text.split("+", 2)
        raw = base64.b64decode(value, validate=True)
        if not origin or len(raw) != 33 or raw[:1] != _ED25519:
            raise ValueError
        return origin, bytes.fromhex(identity), raw[1:]
    except ValueError:
        raise StudyError(
            f"this is no {what} Ed25519 key of a trail", where=where, remedy="Use the file that open-study wrote."
        ) from None
