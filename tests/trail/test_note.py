"""Keys and signed notes; the verifier's own Ed25519 against RFC 8032's vectors and OpenSSL."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from study import StudyError
from trail import seal
from trail.cosignature import cosignature_key, cosigned, cosigned_at
from trail.note import (
    Kind,
    PrivateKey,
    PublicKey,
    checkpoint_text,
    generate_key,
    origin_of_key,
    read_checkpoint,
    verifier_key,
)
from trail.signer import checked_signature, signed_note, signer_of
from trail.verify_trail import L, point, public_key, signature_holds

# RFC 8032, section 7.1, tests 1 to 3: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_published_signatures_hold_and_their_alterations_do_not(key: str, message: str, signature: str) -> None:
    public, text, signed = (bytes.fromhex(value) for value in (key, message, signature))
    assert signature_holds(public, text, signed)
    assert not signature_holds(public, text + b"x", signed)
    assert not signature_holds(public, text, signed[:-1])
    for position in (0, 31, 32, 63):
        assert not signature_holds(public, text, _flipped(signed, position))
    malleable = (int.from_bytes(signed[32:], "little") + L).to_bytes(32, "little")
    assert not signature_holds(public, text, signed[:32] + malleable)  # s must be below the order


@settings(max_examples=8, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100), st.integers(0, 511))
def test_the_verifier_agrees_with_openssl(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signed = private.public_key().public_bytes_raw(), private.sign(message)
    assert signature_holds(public, message, signed)
    altered = bytearray(signed)
    altered[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public).verify(bytes(altered), message)
    assert not signature_holds(public, message, bytes(altered))


def test_bytes_that_are_no_point() -> None:
    for encoded in (b"\xff" * 32, (2).to_bytes(32, "little"), b"\x01" + b"\0" * 30 + b"\x80"):
        with pytest.raises(ValueError, match="not a point"):
            point(encoded)


def test_a_key_is_written_and_read() -> None:
    private, vkey = generate_key("fieldtrail/fsp/00000000")
    assert origin_of_key(vkey) == "fieldtrail/fsp/00000000"
    assert verifier_key(private) == vkey
    read = PublicKey.read(vkey + "\n")
    assert public_key(vkey, 1) == (read.name, read.id, b"\1" + read.raw)
    assert generate_key("fieldtrail/fsp/00000000")[1] != vkey


def test_a_note_is_signed_and_verified() -> None:
    private, vkey = generate_key("fieldtrail/fsp/00000000")
    text = checkpoint_text("fieldtrail/fsp/00000000", 7, b"\0" * 32)
    assert text == "fieldtrail/fsp/00000000\n7\n" + "A" * 43 + "=\n"
    note = PrivateKey.read(private).signed(text)
    assert note == PrivateKey.read(private).signed(text)
    assert PublicKey.read(vkey).verifies(note) == text
    assert PublicKey.read(vkey).verifies(note.replace(b"\n7\n", b"\n8\n")) is None
    assert PublicKey.read(vkey).verifies(text.encode()) is None
    assert PublicKey.read(generate_key("fieldtrail/fsp/00000000")[1]).verifies(note) is None


def test_a_note_may_carry_others_signatures() -> None:
    private, vkey = generate_key("a")
    note = PrivateKey.read(private).signed("text\n")
    other = PrivateKey.read(generate_key("a")[0]).signed("text\n").splitlines()[-1]
    assert PublicKey.read(vkey).verifies(note + other + b"\n") == "text\n"
    assert PublicKey.read(vkey).verifies(b"text\n\n" + other + b"\n" + note.splitlines()[-1] + b"\n") == "text\n"


@pytest.mark.parametrize("text", ["", "x", "a+b+c", "a+00000000+AAAA", "PRIVATE+KEY+a+00000000+AAAA"])
def test_what_is_no_key_is_one_sentence_that_does_not_quote_it(text: str) -> None:
    for read in (PublicKey.read, PrivateKey.read):
        with pytest.raises(StudyError) as caught:
            read(text)
        assert "AAAA" not in str(caught.value)


def test_a_key_under_anothers_id_is_refused() -> None:
    private, vkey = generate_key("a")
    with pytest.raises(StudyError, match="does not belong"):
        PublicKey.read("b" + vkey[1:])
    with pytest.raises(StudyError, match="does not belong"):
        PrivateKey.read(private.replace("+a+", "+b+"))
    assert private.split("+", 4)[-1] not in repr(PrivateKey.read(private))


def test_a_key_of_another_kind_is_said_to_be_one() -> None:
    for kind, other in ((Kind.SIGNER, Kind.COUNTERSIGNER), (Kind.COUNTERSIGNER, Kind.SIGNER)):
        private, vkey = generate_key("a", kind)
        for read in (PublicKey.read, PrivateKey.read):
            text = vkey if read == PublicKey.read else private
            assert verifier_key(private) == read(text, kind).vkey == read(text, None).vkey == vkey
            with pytest.raises(StudyError, match=f"this is {kind.words}, but {other.words} is needed"):
                read(text, other)
    # one seed under two kinds is two keys: an id belongs to its kind
    private, vkey = generate_key("a")
    raw = PublicKey.read(vkey).raw
    assert PublicKey("a", raw, Kind.COUNTERSIGNER).id != PublicKey("a", raw).id


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b", "x" * 201])
def test_what_cannot_name_a_key(name: str) -> None:
    with pytest.raises(StudyError, match="cannot name a key"):
        generate_key(name)


def test_a_checkpoint_has_one_spelling() -> None:
    text = checkpoint_text("a", 7, b"\1" * 32)
    assert read_checkpoint(text) == ("a", 7, b"\1" * 32)
    for wrong in (
        text[:-1],
        text + "more\n",
        text.replace("\n7", "\n07"),
        text.replace("\n7", "\n-7"),
        text.replace("\n7", f"\n{2**63}"),
        text.replace("\n7", "\n\u0667"),
        checkpoint_text("a", 7, b"\1" * 31),
        "",
    ):
        with pytest.raises(ValueError):  # noqa: PT011  # whichever part of it does not parse
            read_checkpoint(wrong)


class Service:
    """A key that is kept elsewhere."""

    def __init__(self, private: str, signs: str) -> None:
        self.vkey, self._signs = verifier_key(private), PrivateKey.read(signs, None)
        self.asked: list[bytes] = []

    def sign(self, message: bytes) -> bytes:
        self.asked.append(message)
        return self._signs.sign(message)


def test_a_key_service_seals_and_what_it_returns_is_checked(notebook: Any) -> None:
    service = Service(notebook.private, notebook.private)
    trail = notebook.open()
    trail.append([notebook.opened()])
    trail.close()
    notebook.wait(minutes=1)
    sealed = seal(notebook.store, origin=notebook.origin, key=service, now=notebook.now)
    assert service.asked == [checkpoint_text(notebook.origin, sealed.size, bytes.fromhex(sealed.root)).encode()]
    assert notebook.verified().faults == []
    wrong = Service(notebook.private, generate_key(notebook.origin)[0])
    with pytest.raises(StudyError, match="no signature of its key"):
        signed_note(wrong, "text\n")
    with pytest.raises(StudyError, match="no signature of its key"):
        checked_signature(wrong, b"x")
    assert signed_note(service, "text\n") == PrivateKey.read(notebook.private).signed("text\n")
    with pytest.raises(StudyError, match="this is a countersigner's key"):
        seal(notebook.store, origin="a", key=generate_key("a", Kind.COUNTERSIGNER)[0], now=notebook.now)
    assert signer_of(service) is service


def test_a_wrong_signature_leaves_a_seal_that_the_next_sealing_signs(notebook: Any) -> None:
    notebook.open().append([notebook.opened()])
    notebook.wait(minutes=1)
    wrong = Service(notebook.private, generate_key(notebook.origin)[0])
    with pytest.raises(StudyError, match="no signature of its key"):
        seal(notebook.store, origin=notebook.origin, key=wrong, now=notebook.now)
    assert notebook.objects("checkpoints") == []
    assert notebook.seal().size == 2
    assert notebook.verified().faults == []


def test_a_cosignature_says_when_and_on_what() -> None:
    private, vkey = generate_key("library", Kind.COUNTERSIGNER)
    key, text = PublicKey.read(vkey, Kind.COUNTERSIGNER), checkpoint_text("a", 7, b"\1" * 32)
    line = cosigned(PrivateKey.read(private, Kind.COUNTERSIGNER), text, 1_700_000_000)
    assert cosignature_key(7, "library") == "cosignatures/000000000007.library"
    assert cosigned_at(key, line, text) == 1_700_000_000
    assert cosigned_at(key, line, text.replace("7", "8")) is None
    assert cosigned_at(PublicKey.read(generate_key("library", Kind.COUNTERSIGNER)[1], None), line, text) is None
    later = key.signature_line((1_700_000_001).to_bytes(8) + (key.signature_in(line) or b"")[8:])
    assert cosigned_at(key, later, text) is None
    assert cosigned_at(key, key.signature_line(b""), text) is None


def _flipped(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
