"""Who holds a key and signs with it: a key file read into this process, or a key service that never gives it away."""

from __future__ import annotations

from typing import Protocol

from study.errors import StudyError
from trail.note import Kind, PrivateKey, PublicKey, note


class Signer(Protocol):
    """Signs with one Ed25519 key (RFC 8032), wherever it is kept."""

    @property
    def vkey(self) -> str:
        """The public key, written as docs/audit-trail.md says."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over `message`; StudyError or StoreUnavailable where the key is not to be had."""
        ...


def signer_of(key: Signer | str, kind: Kind = Kind.SIGNER, where: str = "trail.key") -> Signer:
    """The signer itself, or the one of a private key's text; StudyError for a key of another kind."""
    if isinstance(key, str):
        return PrivateKey.read(key, kind, where)
    PublicKey.read(key.vkey, kind, where)
    return key


def public_half(signer: Signer) -> PublicKey:
    """The public key of a signer."""
    return PublicKey.read(signer.vkey, None, where="the signer's public key")


def checked_signature(signer: Signer, message: bytes) -> bytes:
    """The signature, checked before it is written where nothing can be taken back."""
    signature = signer.sign(message)
    public = public_half(signer)
    if not public.holds(signature, message):
        raise StudyError(
            "what the signer returned is no signature of its key",
            where=public.name,
            remedy="See that the key service holds the key whose public half is configured.",
        )
    return signature


def signed_note(signer: Signer, text: str) -> bytes:
    """The signed note over `text`, which ends in a newline."""
    return note(text, public_half(signer).signature_line(checked_signature(signer, text.encode())))
