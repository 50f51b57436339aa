"""Keys and signed notes: C2SP signed-note, tlog-checkpoint, tlog-cosignature (https://c2sp.org), Ed25519 (RFC 8032).

A public key (vkey) is written `name+<key id, 8 hex>+<base64 of the kind's byte and the 32 bytes>`, a private one
`PRIVATE+KEY+` and the same with the 32-byte seed. The kind is 0x01 for trails and persons, 0x04 for countersigners;
the name is a trail's origin, a person's team code, or what a countersigner calls itself.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from enum import Enum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from study.errors import StudyError

_PRIVATE = "PRIVATE+KEY+"
_DASH = "— "  # an em dash, by the specification
_NAME = re.compile(r"[^\s+\x00-\x1f]{1,200}")


class Kind(Enum):
    """What a key signs: its byte in the key, and how messages call it."""

    SIGNER = (b"\x01", "a trail's or a person's key")
    COUNTERSIGNER = (b"\x04", "a countersigner's key")

    @property
    def byte(self) -> bytes:
        return self.value[0]

    @property
    def words(self) -> str:
        return self.value[1]


def generate_key(name: str, kind: Kind = Kind.SIGNER) -> tuple[str, str]:
    """A new pair for that name: the private key's text and the public one's (vkey)."""
    if not _NAME.fullmatch(name):
        raise StudyError(f"{name!r} cannot name a key", remedy="Use up to 200 characters without spaces and +.")
    private = Ed25519PrivateKey.generate()
    public = PublicKey(name, private.public_key().public_bytes_raw(), kind)
    seed = _base64(kind.byte + private.private_bytes_raw())
    return f"{_PRIVATE}{name}+{public.id.hex()}+{seed}", public.vkey


def verifier_key(private: str) -> str:
    """The vkey of a private key's text."""
    return PrivateKey.read(private, None).vkey


def origin_of_key(vkey: str) -> str:
    """The origin named by a trail's vkey."""
    return PublicKey.read(vkey).name


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are checked with."""

    name: str
    raw: bytes
    kind: Kind = Kind.SIGNER

    @classmethod
    def read(cls, text: str, kind: Kind | None = Kind.SIGNER, where: str = "trail.vkey") -> PublicKey:
        """The key of a vkey's text; StudyError when it is none, or of another kind than `kind` (None: any)."""
        name, identity, read_kind, raw = _parts(text.strip(), where, "public", kind)
        key = cls(name, raw, read_kind)
        if identity != key.id:
            raise StudyError("the key's id does not belong to it", where=where, remedy="Copy it again.")
        return key

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, kind and key."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind.byte + self.raw).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(self.kind.byte + self.raw)}"

    def holds(self, signature: bytes, message: bytes) -> bool:
        """True when this key signed the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def signature_in(self, line: str) -> bytes | None:
        """What follows the key id in a note's signature line, when the line is this key's; unchecked."""
        name, _, value = line.removeprefix(_DASH).partition(" ")
        try:
            signature = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return None
        mine = line.startswith(_DASH) and name == self.name and signature[:4] == self.id
        return signature[4:] if mine else None

    def signature_line(self, signature: bytes) -> str:
        """The line of a note that carries this key's signature, without its newline."""
        return f"{_DASH}{self.name} {_base64(self.id + signature)}"

    def verifies(self, note: bytes) -> str | None:
        """The text of a note signed by this key, else None; signatures by other keys are passed over."""
        text, separator, signatures = note.decode(errors="replace").partition("\n\n")
        for line in signatures.splitlines() if separator else ():
            signature = self.signature_in(line)
            if signature is not None:
                return f"{text}\n" if self.holds(signature, f"{text}\n".encode()) else None
        return None


@dataclass(frozen=True, slots=True, repr=False)
class PrivateKey:
    """A key held in this process: the `Signer` of a key file."""

    public: PublicKey
    seed: bytes

    @classmethod
    def read(cls, text: str, kind: Kind | None = Kind.SIGNER, where: str = "trail.key") -> PrivateKey:
        """The key of a private text; StudyError when it is none or of another kind, never quoting it."""
        if not text.strip().startswith(_PRIVATE):
            raise StudyError("this is no private key of ours", where=where, remedy="Restore it from its copy.")
        name, identity, read_kind, seed = _parts(text.strip().removeprefix(_PRIVATE), where, "private", kind)
        raw = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        public = PublicKey(name, raw, read_kind)
        if identity != public.id:
            raise StudyError("the key's id does not belong to it", where=where, remedy="Restore it from its copy.")
        return cls(public, seed)

    @property
    def vkey(self) -> str:
        return self.public.vkey

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature, the same every time."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def signed(self, text: str) -> bytes:
        """The note: `text` (ending in a newline), an empty line, one signature line."""
        return note(text, self.public.signature_line(self.sign(text.encode())))


def note(text: str, *signature_lines: str) -> bytes:
    """A signed note over `text`, which ends in a newline."""
    return "\n".join((text, *signature_lines, "")).encode()


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """What a checkpoint signs: origin, tree size and root, a line each."""
    return f"{origin}\n{size}\n{_base64(root)}\n"


def read_checkpoint(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint's text; ValueError for any other spelling of it."""
    origin, size, root, *rest = text.split("\n")
    read = (origin, int(size), base64.b64decode(root, validate=True))
    if rest != [""] or len(read[2]) != 32 or not 0 <= read[1] < 2**63 or checkpoint_text(*read) != text:
        raise ValueError("not a checkpoint")
    return read


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _parts(text: str, where: str, half: str, kind: Kind | None) -> tuple[str, bytes, Kind, bytes]:
    """Name, key id, kind and 32 bytes of a key's text."""
    try:
        name, identity, value = text.split("+", 2)
        raw = base64.b64decode(value, validate=True)
        found = next((one for one in Kind if one.byte == raw[:1]), None)
        if not _NAME.fullmatch(name) or len(raw) != 33 or found is None:
            raise ValueError
        key_id = bytes.fromhex(identity)
    except ValueError:
        raise StudyError(
            f"this is no {half} Ed25519 key of a trail, a person or a countersigner",
            where=where,
            remedy="Use the file that open-study, keygen or countersign --init wrote.",
        ) from None
    if kind not in (None, found):
        raise StudyError(
            f"this is {found.words}, but {(kind or found).words} is needed", where=where, remedy="Give the other file."
        )
    return name, key_id, found, raw[1:]
