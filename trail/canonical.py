"""Canonical JSON (RFC 8785), narrowed: no floats, integers below 2^53 in size, ASCII keys.

Under these limits a line has exactly one spelling, so that hashing its bytes is hashing its meaning.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

INTEGER_LIMIT = 2**53


class NotCanonical(ValueError):
    """Bytes that are not the canonical form of a JSON object, or a value that has none here."""


def canonical(value: object) -> bytes:
    """The one spelling of `value`; NotCanonical for floats, big integers, other keys than ASCII, lone surrogates."""
    _check(value)
    return _spelt(value)


def parsed(line: bytes) -> dict[str, Any]:
    """The object spelled by one canonical line (without its newline); NotCanonical for any other spelling of it."""
    try:
        value = _READER.decode(line.decode())
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"not JSON ({type(error).__name__})") from None
    if not isinstance(value, dict):
        raise NotCanonical("not a JSON object")
    if not line.isascii():
        _check(value)  # elsewhere no key can be other than ASCII
    if _spelt(value) != line:
        raise NotCanonical("another spelling than the canonical one")
    return value


def _spelt(value: object) -> bytes:
    """What passed `_check`: for such values the standard encoder spells as RFC 8785 does (tested against rfc8785)."""
    try:
        return _WRITER.encode(value).encode()
    except UnicodeEncodeError:
        raise NotCanonical("a lone surrogate") from None


def _integer(text: str) -> int:
    number = int(text)
    if abs(number) >= INTEGER_LIMIT:
        raise NotCanonical("an integer of 2^53 or more")
    return number


def _no_float(text: str) -> NoReturn:
    raise NotCanonical("a float")


_READER = json.JSONDecoder(parse_int=_integer, parse_float=_no_float, parse_constant=_no_float)
_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False)


def _check(value: object) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) >= INTEGER_LIMIT:
            raise NotCanonical("an integer of 2^53 or more")
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonical("a key that is not ASCII")
            _check(item)
    else:
        raise NotCanonical(f"a {type(value).__name__}")
