"""Identifiers: of the study's trail, of events, of people and artefacts in the trail (RFC 9562 uuid5)."""

from __future__ import annotations

import hashlib
import hmac
import uuid

ORIGIN_PREFIX = "fieldtrail"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_origin(study_id: str, random: bytes) -> str:
    """The trail's origin: `fieldtrail/<study id>/<8 hex>`, from 4 random bytes."""
    return f"{ORIGIN_PREFIX}/{study_id}/{random[:4].hex()}"


def event_id(origin: str, kind: str, natural_key: str) -> str:
    """The id of an act: uuid5 in the study's namespace over `kind|natural key`."""
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, origin)
    return str(uuid.uuid5(namespace, f"{kind}|{natural_key}"))


def random_code(prefix: str, random: bytes) -> str:
    """An opaque code from at least 10 random bytes: prefix and 10 characters without look-alikes."""
    return prefix + "".join(_ALPHABET[b % len(_ALPHABET)] for b in random[:10])


def keyed_digest(key: bytes, data: bytes) -> str:
    """HMAC-SHA-256 in hex: commits to data about a person without letting others test guesses (RFC 2104)."""
    return hmac.new(key, data, hashlib.sha256).hexdigest()


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()
