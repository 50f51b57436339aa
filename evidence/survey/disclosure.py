"""What in a survey file may point at somebody: names and numbers in its texts, rare combinations, columns by name.

A combination that fewer than k respondents share singles them out (k-anonymity: Sweeney 2002, doi
10.1142/S0218488502001648). Nothing here says that a file which passes is anonymous.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from evidence.detectors import FAMILY, NOTHING_DECIDED, Decided, Detector, Entry, Patterns, Registry, Span, key_of
from evidence.detectors.joined import Joined
from evidence.detectors.overlaps import surest
from evidence.leaks import Flagged
from evidence.survey.dictionary import DataDictionary

PLATFORM_DIRECT = frozenset(
    (
        "ipaddress",
        "recipientemail",
        "recipientfirstname",
        "recipientlastname",
        "locationlatitude",
        "locationlongitude",
        "externalreference",
        "externaldatareference",
    )
)
"""Columns Qualtrics adds that identify by themselves, whatever a data dictionary says of them."""
_CHUNK = 200_000
"""Characters looked at together: long enough that a detector's own start costs nothing, short enough to be kept."""
_NAMING = frozenset(("registry", "near"))
_MOST_PATTERNS = 64
_SHAPES = Patterns()


def is_direct(name: str) -> bool:
    """Whether a column of this name identifies by itself, as the platforms call theirs."""
    return "".join(c for c in name.casefold() if c.isalnum()) in PLATFORM_DIRECT


def text_counts(texts: pd.Series, detectors: Sequence[Detector], *, decided: Decided = NOTHING_DECIDED) -> pd.DataFrame:
    """For every text the hits in it: `name_count` (registered names, aliases, near misses) and `contact_count` (e-mail,
    phone, numbers of states and records, addresses, day of birth); null for no text.

    Each different text is looked at once. What was `decided` to be a name counts as one, what was decided to be none
    does not, except whole registered names of two words or more.
    """
    codes, unique = pd.factorize(texts)
    counts = np.zeros((len(unique) + 1, 2))
    counts[-1] = np.nan
    for number, spans in _hits([str(text) for text in unique], detectors, decided):
        families = [FAMILY.get(span.kind) for span in spans]
        counts[number] = sum(family in _NAMING for family in families), families.count("shape")
    return pd.DataFrame(counts[codes], texts.index, columns=["name_count", "contact_count"])


def named_strings(
    texts: pd.Series, detectors: Sequence[Detector], column: str, *, decided: Decided = NOTHING_DECIDED
) -> Iterator[Flagged]:
    """The strings that `name_count` counts, with the row they stand in (from 1). For restricted/ only."""
    codes, unique = pd.factorize(texts)
    written = [str(text) for text in unique]
    rows = pd.Series(np.arange(1, len(codes) + 1)).groupby(codes).first()
    for number, spans in _hits(written, detectors, decided):
        place = f"row {rows[number]}, column {column}"
        for span in spans:
            if FAMILY.get(span.kind) in _NAMING:
                shown = written[number][span.start : span.end]
                yield Flagged(key_of(shown), shown, span.kind, place, span.start, span.end)


def _hits(texts: Sequence[str], detectors: Sequence[Detector], decided: Decided) -> Iterator[tuple[int, list[Span]]]:
    """What is found in texts, by their number; of hits that overlap the surest."""
    asked = [*detectors, *_aliases(decided)]
    for start, part in _chunks(texts):
        for number, spans in _found(part, asked, decided).items():
            if all(FAMILY.get(span.kind) != "shape" for span in spans):
                spans += _SHAPES.find(part[number])  # a name in an address is part of it, and no name beside it
            yield start + number, surest(spans, part[number])


def _aliases(decided: Decided) -> list[Detector]:
    return [Registry(Entry("alias", name) for name in sorted(decided.names))] if decided.names else []


def _chunks(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The texts in runs of about _CHUNK characters, with where each run begins."""
    start, held = 0, 0
    for end, text in enumerate(texts):
        held += len(text)
        if held >= _CHUNK:
            yield start, list(texts[start : end + 1])
            start, held = end + 1, 0
    if start < len(texts):
        yield start, list(texts[start:])


def _found(texts: Sequence[str], detectors: Sequence[Detector], decided: Decided) -> dict[int, list[Span]]:
    """Every hit of every detector in a run of texts, by the text's number."""
    joined = Joined(texts)
    found: dict[int, list[Span]] = {}
    for detector in detectors:
        for number, span in joined.parted(detector.find(joined.text)):
            if not _is_none(texts[number][span.start : span.end], span, decided):
                found.setdefault(number, []).append(span)
    return found


def _is_none(words: str, span: Span, decided: Decided) -> bool:
    """Whether somebody decided that these words name nobody; what identifies by its shape is not theirs to decide."""
    family, key = FAMILY.get(span.kind), key_of(words) if decided.not_names else ""
    whole_name = family == "registry" and len(key.split()) > 1
    return key in decided.not_names and family != "shape" and not whole_name


def cell_counts(values: pd.DataFrame, who: pd.Series | None = None) -> pd.Series:
    """For each row how many rows agree with it on every one of these variables that it answers; null for blank rows.

    A variable a row leaves blank does not tell it apart; a row that leaves one blank agrees with none that answers it.
    With `who` several rows of one respondent count once.
    """
    found = np.full(len(values), np.nan)
    if not len(values) or not len(values.columns):
        return pd.Series(found, values.index)
    people = np.arange(len(values)) if who is None else _numbered(who)
    coded = np.column_stack([pd.factorize(values[name])[0] for name in values])
    answered = coded >= 0
    pattern, which = np.unique(answered, axis=0, return_inverse=True)
    if len(pattern) > _MOST_PATTERNS:
        pattern, which, answered = np.ones((1, coded.shape[1]), bool), np.zeros(len(coded), int), coded >= -1
    for number, names in enumerate(pattern):
        if names.any():
            whole = np.flatnonzero(answered[:, names].all(axis=1))
            cells = pd.DataFrame(coded[np.ix_(whole, names)])
            cell = cells.groupby(list(cells.columns), sort=False).ngroup().to_numpy()
            once = pd.DataFrame({"cell": cell, "who": people[whole]}).drop_duplicates()["cell"]
            theirs = which.ravel()[whole] == number
            found[whole[theirs]] = np.bincount(once)[cell[theirs]]
    return pd.Series(found, values.index)


def _numbered(who: pd.Series) -> Any:
    """A number for every respondent; a row without a key is somebody of its own."""
    codes = pd.factorize(who)[0]
    return np.where(codes >= 0, codes, codes.max(initial=-1) + 1 + np.arange(len(codes)))


def indirect_columns(dictionary: DataDictionary, present: Sequence[str], site: str | None) -> tuple[str, ...]:
    """The variables that point at somebody together: those declared so, and the site where there is one such."""
    declared = [v.name for v in dictionary.variables if v.identifies == "indirect" and v.name in present]
    with_site = [site] if site in present and site not in declared else []
    return (*declared, *(str(s) for s in with_site)) if declared else ()
