"""Numbers that states give to people, and card numbers: by their shape and their check digit.

The check digits are those of python-stdnum, which names the rule of each. What has no check digit, or is so short that
many other numbers would pass, counts only behind the number's own name (`NHS number 943 476 5919`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import NamedTuple

from evidence.detectors.digits import Stretch
from evidence.detectors.span import Span

_SOURCE = "patterns"
_BEHIND = 40
"""How many characters may lie between a number's name and the number."""
_FEWEST_DIGITS = 6


class _Number(NamedTuple):
    """One kind of number: the module of python-stdnum that checks it ("" by shape alone), its shape, its names."""

    module: str
    shape: re.Pattern[str]
    cue: re.Pattern[str] | None = None
    kind: str = "national_id"


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-]){pattern}(?![\w-])", re.IGNORECASE)


def _cue(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_ONE = r"[ .-]?"
_NUMBERS = (
    _Number("us.ssn", _shape(r"\d{3}[- ]\d{2}[- ]\d{4}")),
    _Number("us.ssn", _shape(r"\d{9}"), _cue("social security|social|ssn")),
    _Number("us.itin", _shape(r"9\d{2}[- ]\d{2}[- ]\d{4}")),
    _Number("ca.sin", _shape(r"\d{3}[- ]\d{3}[- ]\d{3}")),
    _Number("gb.nhs", _shape(rf"\d{{3}}{_ONE}\d{{3}}{_ONE}\d{{4}}"), _cue("nhs")),
    _Number("", _shape(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]")),
    _Number("de.idnr", _shape(rf"[1-9]\d{_ONE}\d{{3}}{_ONE}\d{{3}}{_ONE}\d{{3}}")),
    _Number("es.dni", _shape(rf"\d{{8}}{_ONE}[A-Z]")),
    _Number("es.nie", _shape(rf"[XYZ]{_ONE}\d{{7}}{_ONE}[A-Z]")),
    _Number("fr.nir", _shape(r"[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}")),
    _Number("nl.bsn", _shape(rf"\d{{4}}{_ONE}\d{{2}}{_ONE}\d{{3}}"), _cue("bsn|burgerservicenummer|sofinummer")),
    _Number("au.tfn", _shape(r"\d{3} ?\d{3} ?\d{3}"), _cue("tfn|tax file")),
    _Number("mx.curp", _shape(r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d")),
    _Number("br.cpf", _shape(r"\d{3}\.?\d{3}\.?\d{3}-\d{2}")),
    _Number("se.personnummer", _shape(r"(?:\d{2})?\d{6}[-+]\d{4}")),
    _Number("it.codicefiscale", _shape(r"[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]")),
    _Number("in_.aadhaar", _shape(r"[2-9]\d{3} \d{4} \d{4}")),
    _Number("pl.pesel", _shape(r"\d{11}")),
    _Number("ch.ssn", _shape(r"756\.?\d{4}\.?\d{4}\.?\d{2}")),
    _Number("fi.hetu", _shape(r"\d{6}[-+A]\d{3}[\dA-Z]")),
    _Number("za.idnr", _shape(r"\d{6} ?\d{4} ?\d{3}")),
    _Number("cn.ric", _shape(r"\d{17}[\dX]")),
    _Number("kr.rrn", _shape(r"\d{6}-[1-8]\d{6}")),
    _Number("luhn", _shape(r"[3-6]\d{3}(?:[ -]?\d{4}){3}|3[47]\d{2}[ -]?\d{6}[ -]?\d{5}"), kind="card_number"),
)


def find_numbers(text: str, within: Iterable[Stretch]) -> Iterator[Span]:
    """Every number in these stretches whose check holds; the same characters may be found as two kinds."""
    for start, end, count in within:
        for number in _NUMBERS if count >= _FEWEST_DIGITS else ():
            for match in number.shape.finditer(text, start, end):
                before = text[max(0, match.start() - _BEHIND) : match.start()]
                if (number.cue is None or number.cue.search(before)) and _holds(number.module, match[0]):
                    yield Span(match.start(), match.end(), number.kind, 1.0, _SOURCE)


def _holds(module: str, number: str) -> bool:
    return not module or _checker(module)(re.sub(r"[ .]", "", number) if module == "luhn" else number)


@cache
def _checker(module: str) -> Callable[[str], bool]:
    """The check of one kind of number; its module is read when the first number of that shape is met."""
    checks: Callable[[str], bool] = import_module(f"stdnum.{module}").is_valid
    return checks
