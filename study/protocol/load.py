"""study.yaml read in one pass: every fault with its line, its key and what to do."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from study.errors import Fault, ProtocolError, StudyError
from study.protocol.document import Protocol

FILE = "study.yaml"

LIMITS = {
    "greater_than_equal": ("too small", "{} or more"),
    "greater_than": ("too small", "more than {}"),
    "less_than_equal": ("too large", "{} or less"),
    "less_than": ("too large", "less than {}"),
}
"""What is wrong with a number beyond a limit, and what to write."""
NUMBERS = {
    "int_type": "whole number",
    "int_parsing": "whole number",
    "int_from_float": "whole number",
    "float_type": "number",
    "float_parsing": "number",
}
"""What should have stood where something else does."""


def load_protocol(source: Path | str | bytes) -> Protocol:
    """Read a protocol from its bytes, from study.yaml, or from the study folder that holds it.

    Raises ProtocolError with every fault, or StudyError when there is no readable file.
    """
    return _protocol_of(source if isinstance(source, bytes) else _read(Path(source)))


@lru_cache(maxsize=8)
def _protocol_of(data: bytes) -> Protocol:
    """The protocol of these bytes; the same bytes are parsed once, since every step of a run asks again."""
    document = _parse(data)
    try:
        return Protocol.model_validate(_plain(document))
    except ValidationError as error:
        raise ProtocolError(tuple(fault for e in error.errors() for fault in _faults(document, e))) from None


def _read(path: Path) -> bytes:
    file = path / FILE if path.is_dir() else path
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise StudyError(
            "there is no study.yaml here", where=str(path), remedy="`fieldtrail new DIR` writes one to start from."
        ) from None
    except OSError as error:
        raise StudyError(
            f"study.yaml cannot be read ({error.strerror})", where=str(file), remedy="Check its permissions."
        ) from None


def _parse(data: bytes) -> Any:
    try:
        document = YAML(typ="rt").load(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        fault = Fault(f"{FILE} byte {error.start}", "the file is not UTF-8 text", "Save it as UTF-8.")
        raise ProtocolError((fault,)) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{FILE} line {mark.line + 1}, column {mark.column + 1}" if mark else FILE
        what = f"not readable as YAML ({error.problem or 'malformed'})"
        raise ProtocolError((Fault(where, what, "Check the indentation and the colons there."),)) from None
    except (YAMLError, ValueError, RecursionError) as error:
        why = f" ({error})" if type(error) is ValueError else ""  # a day such as 2016-02-31: "day is out of range ..."
        fault = Fault(FILE, f"not readable as YAML{why}", "Compare it with `fieldtrail new DIR`.")
        raise ProtocolError((fault,)) from None
    if not isinstance(document, dict):
        fault = Fault(FILE, "the file holds no keys", "Write a protocol; `fieldtrail new DIR` starts one.")
        raise ProtocolError((fault,))
    return document


def _plain(node: Any) -> Any:
    """The document without ruamel's wrappers, so that strict models see plain values."""
    if isinstance(node, dict):
        return {str(k): _plain(v) for k, v in node.items()}
    if isinstance(node, list):
        return [_plain(v) for v in node]
    for plain in (bool, int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return node


def _faults(document: Any, error: Any) -> list[Fault]:
    loc = tuple(part for part in error["loc"] if _is_step(part))
    if error["type"] == "value_error" and not loc:
        return [_contradiction(document, line) for line in str(error["ctx"]["error"]).split("\n")]
    return [Fault(_where(document, loc), *_say(error, loc))]


def _is_step(part: int | str) -> bool:
    """Pydantic adds names of union members to a path; keep only real keys and indexes."""
    return isinstance(part, int) or not (
        any(c in part for c in "[( -") or part in {"Band", "bool", "float", "int", "str"}
    )


def _contradiction(document: Any, line: str) -> Fault:
    path, _, what = line.partition(": ")
    loc = tuple(int(p) if p.isdigit() else p for p in path.split("."))
    what, _, remedy = what.partition("; ")
    return Fault(_where(document, loc), what, remedy[:1].upper() + remedy[1:] + "." if remedy else "")


def _say(error: Any, loc: Sequence[int | str]) -> tuple[str, str]:
    if error["type"] == "extra_forbidden":
        known = _known_names(loc[:-1])
        near = difflib.get_close_matches(str(loc[-1]), known, 1, 0.5)
        return "unknown key", f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(sorted(known))}."
    if error["type"] == "missing":
        return "this key is missing", "Add it."
    if (plainly := _plainly(error)) is not None:
        return plainly
    message = error["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:], "Correct the value."


def _plainly(error: Any) -> tuple[str, str] | None:
    """What pydantic says of numbers, choices and empty texts, with the value; None for everything else."""
    kind, given, ctx = error["type"], error["input"], error.get("ctx", {})
    if kind in LIMITS:
        limit = next(iter(ctx.values()))
        shown = f"{limit:g}" if isinstance(limit, float) else limit
        return f"{given} is {LIMITS[kind][0]}", f"Write {LIMITS[kind][1].format(shown)}."
    if kind in NUMBERS and isinstance(given, str | int | float):
        return f"{given!r} is no {NUMBERS[kind]}", f"Write a {NUMBERS[kind]}."
    if kind == "literal_error" and isinstance(given, str):
        choices = ctx["expected"].replace("'", "")
        near = difflib.get_close_matches(given, choices.replace(" or ", ", ").split(", "), 1, 0.5)
        return f"{given!r} is none of {choices}", f"Did you mean {near[0]}?" if near else "Write one of them."
    if kind == "string_too_short":
        return "there is nothing here", "Write it."
    return None


def _where(document: Any, loc: Sequence[int | str]) -> str:
    """File, line and key of a path; for a missing key, the line of what should hold it."""
    line = 0
    node = document
    for part in loc:
        marks = getattr(node, "lc", None)
        if marks is None or not _holds(node, part):
            break
        line = (marks.item(part) if isinstance(part, int) else marks.key(part))[0]
        node = node[part]
    return f"{FILE} line {line + 1}, {'.'.join(map(str, loc))}"


def _holds(node: Any, part: int | str) -> bool:
    return part < len(node) if isinstance(part, int) and isinstance(node, list) else part in node


def _known_names(loc: Sequence[int | str]) -> list[str]:
    """The keys allowed at a path, as written in the file."""
    model: Any = Protocol
    for part in loc:
        if isinstance(part, int) or not hasattr(model, "model_fields"):
            continue
        names = {(f.alias or n): f.annotation for n, f in model.model_fields.items()}
        model = _model_in(names.get(part))
    return [f.alias or n for n, f in model.model_fields.items()] if hasattr(model, "model_fields") else []


def _model_in(annotation: Any) -> Any:
    """The protocol model inside a list, dict or optional annotation."""
    if (
        isinstance(annotation, type)
        and not isinstance(annotation, types.GenericAlias)
        and issubclass(annotation, BaseModel)
    ):
        return annotation
    return next((m for a in typing.get_args(annotation) if (m := _model_in(a))), None)
