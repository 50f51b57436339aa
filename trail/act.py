"""Acts that a person signed: an Ed25519 signature (RFC 8032) in the line itself, over all the rest of the line."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace

from study.errors import StudyError
from study.event import Actor, Event
from trail.canonical import NotCanonical, canonical, parsed
from trail.line import line_of
from trail.note import PublicKey
from trail.signer import Signer, checked_signature, public_half

_PREFIX = b"fieldtrail act v1\n"


def signing_actor(actor: Actor, signer: Signer) -> Actor:
    """The person as one whose acts are signed; StudyError when the key is another's, or a service acts."""
    name = public_half(signer).name
    if actor.type != "person" or name != actor.id:
        raise StudyError(
            f"the signing key is {name}'s, but {actor.id} acts here",
            where="the personal key",
            remedy="Act as the person whose key it is.",
        )
    return replace(actor, assurance="signed", signature=None)


def signed_act(event: Event, signer: Signer) -> Event:
    """The event with its person's signature, which covers everything else in its line."""
    signature = checked_signature(signer, _PREFIX + line_of(replace(event, actor=_unsigned(event.actor))))
    return replace(event, actor=replace(event.actor, signature=base64.b64encode(signature).decode()))


def verify_act(line: bytes, vkey: str) -> bool:
    """True when an event's line carries a signature by this key of the person who acted; StudyError for no key."""
    key = PublicKey.read(vkey, where="a person's public key")
    try:
        fields = parsed(line)
        actor = dict(fields["actor"])
        written = actor.pop("signature")
        signature = base64.b64decode(written, validate=True)
        signed = _PREFIX + canonical({**fields, "actor": actor})
    except (NotCanonical, KeyError, TypeError, ValueError, binascii.Error):
        return False
    person = (actor.get("type"), actor.get("id"), actor.get("assurance")) == ("person", key.name, "signed")
    return person and base64.b64encode(signature).decode() == written and key.holds(signature, signed)


def _unsigned(actor: Actor) -> Actor:
    return replace(actor, signature=None)
