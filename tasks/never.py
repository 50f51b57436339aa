"""The never-list: why a line may not enter the trail, decided before it is written."""

from __future__ import annotations

import json
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from study import Protocol
from study.kinds import KINDS

OPAQUE = re.compile(
    r"[0-9a-f]{12}|[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?"
)
WORD = re.compile(r"[^\W_]+")
LONGEST_NAME = 6  # words


def never_list(protocol: Protocol, identities: Iterable[dict[str, str]]) -> Callable[[str], str | None]:
    """A check of one JSON line against the protocol's id patterns and the identity registry.

    `identities` are rows of restricted/identities.csv and restricted/participants.csv. The check returns the
    reason for refusing a line, without quoting what it found, or None. A one-word name that is also a word of
    the trail's own vocabulary (a field, a kind, an enumerated value) is matched only as part of a full name.
    """
    names, digits, addresses = _registry(identities)
    code = re.compile(protocol.participants.code_pattern)
    places = _places(protocol)
    site = re.compile(protocol.participants.site_pattern)

    def forbidden(line: str) -> str | None:
        event = json.loads(line)
        personal = any(s.get("type") in ("participant", "interview") for s in event.get("subject", ()))
        for text in _texts([event.get("subject"), event.get("data"), event.get("used"), event.get("generated")]):
            if code.fullmatch(text) or any(code.fullmatch(word) for word in WORD.findall(text)):
                return "it holds a participant code"
            if personal and (text in places or site.fullmatch(text)):
                return "it names a person's site, role or group"
            if OPAQUE.fullmatch(text):
                continue
            if text.casefold() in addresses or re.sub(r"\D", "", text) in digits:
                return "it holds a phone number or e-mail address"
            if any(candidate in names for candidate in _candidates(text)):
                return "it holds a name from the identity registry"
        return None

    return forbidden


def _registry(rows: Iterable[dict[str, str]]) -> tuple[set[tuple[str, ...]], set[str], set[str]]:
    names: set[tuple[str, ...]] = set()
    digits: set[str] = set()
    addresses: set[str] = set()
    vocabulary = _vocabulary()
    for row in rows:
        written = [row.get("name", ""), row.get("pseudonym", "")]
        for column in ("aliases", "heard_as"):
            written += row.get(column, "").split(";")
        for name in written:
            words = tuple(WORD.findall(name.casefold()))
            names.add(words)
            names |= {(w,) for w in words if len(w) > 2 and w not in vocabulary}
        digits.add(re.sub(r"\D", "", row.get("phone", "")))
        addresses.add(row.get("email", "").casefold())
    return {n for n in names if n and not (len(n) == 1 and n[0] in vocabulary)}, digits - {""}, addresses - {""}


def _places(protocol: Protocol) -> set[str]:
    """Roles and groups; one named like a value of the format (a group `survey`) could not be told from it."""
    people = protocol.participants
    return ({r.id for r in people.roles} | {g.id for g in people.groups}) - _values()


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, int) and not isinstance(node, bool):
        yield str(node)
    elif isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def _candidates(text: str) -> Iterator[tuple[str, ...]]:
    words = [w.casefold() for w in WORD.findall(text)]
    for start in range(len(words)):
        for length in range(1, min(LONGEST_NAME, len(words) - start) + 1):
            yield tuple(words[start : start + length])


def _vocabulary() -> set[str]:
    """Every word the format itself uses: kinds, fields, enumerated values."""
    words: set[str] = set()
    for kind in KINDS.values():
        words |= set(WORD.findall(kind.name.replace("_", " ")))
        for name in kind.data.model_fields:
            words |= set(name.split("_"))
    return words | {word for value in _values() for word in value.split("_")}


def _values() -> set[str]:
    """Every enumerated value of the format."""
    fields = [field for kind in KINDS.values() for field in kind.data.model_fields.values()]
    return {value for field in fields for value in _enumerated(field.annotation)}


def _enumerated(annotation: Any) -> Iterator[str]:
    if typing.get_origin(annotation) is typing.Literal:
        yield from (v for v in typing.get_args(annotation) if isinstance(v, str))
    elif isinstance(annotation, types.UnionType) or typing.get_origin(annotation):
        for part in typing.get_args(annotation):
            yield from _enumerated(part)
