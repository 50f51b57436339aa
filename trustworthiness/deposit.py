"""A deposit package as values: what goes in and what stays out, small cells of surveys blanked, the same bytes again.

Descriptive metadata follow the DataCite Metadata Schema 4.5 (names of its properties); the little there is about
collection uses terms of the DDI Codebook. Nothing here is called anonymous: what was masked is what was found.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from study import Protocol
from study.identifiers import digest

MANIFEST = "manifest-sha256.txt"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first day a ZIP file can name
MOST_BLANKED = 0.2
"""A variable of which more than this share of the answers would be blanked is left out whole."""

NOT_IN: Mapping[str, str] = {
    "no_consent": "not everybody who speaks in it consents to archiving today",
    "no_copy": "no de-identified copy of it was released",
    "not_released": "it was never released for coding",
    "taken_back": "somebody took words back that are written otherwise in its copy",
}
"""Why a transcript is not in a package."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a package is made of, in counts: transcripts in it, out of it by reason (with the people behind each),
    codings, passages and codings taken back, surveys by name with rows, and what was left out of surveys."""

    transcripts: int
    speakers: int
    out: Mapping[str, int] = field(default_factory=dict)
    people_out: Mapping[str, int] = field(default_factory=dict)
    codings: int = 0
    passages_out: int = 0
    codings_out: int = 0
    surveys: Mapping[str, int] = field(default_factory=dict)
    surveys_out: Mapping[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guarded:
    """A survey's answers with what fits fewer than k people blanked: how many cells; variables left out, and why."""

    frame: pd.DataFrame
    blanked: int
    left_out: Mapping[str, str]


def guarded(frame: pd.DataFrame, k: int, *, drop: Mapping[str, str]) -> Guarded:
    """The answers of one survey in which every value of every variable is shared by at least `k` rows.

    `drop` are variables that go whatever they hold, with the reason. Text, days and times go too. What combinations
    of variables single out is not looked at.
    """
    left_out = {name: why for name, why in drop.items() if name in frame}
    columns: dict[str, pd.Series] = {}
    blanked = 0
    for name in frame.columns:
        values = frame[name]
        if name in left_out:
            continue
        if not pd.api.types.is_numeric_dtype(values):
            left_out[str(name)] = "text, days and times are not deposited"
            continue
        rare = values.map(values.value_counts()) < k
        if values.notna().sum() and rare.sum() > MOST_BLANKED * values.notna().sum():
            left_out[str(name)] = f"too many of its values are of fewer than {k} people"
            continue
        blanked += int(rare.sum())
        columns[str(name)] = values.mask(rare)
    return Guarded(pd.DataFrame(columns, index=frame.index), blanked, left_out)


@dataclass(frozen=True, slots=True)
class Emptied:
    """Turns without what was taken back: how many notes stand in them, how many passages are not found word by word."""

    turns: tuple[str, ...]
    notes: int
    missing: int


TAKEN_BACK = "[words taken back by the participant]"
_WORD = re.compile(r"\w+")


def without_words(turns: Sequence[str], taken_back: Iterable[str]) -> Emptied:
    """The turns of a transcript with a bracketed note in place of every passage that was taken back.

    A passage is found by its words, without letter case and what stands between them, and may run over several turns;
    where two overlap they are one.
    """
    said = [(m.group().casefold(), turn, m.start(), m.end()) for turn, t in enumerate(turns) for m in _WORD.finditer(t)]
    gone, missing = [False] * len(said), 0
    for passage in taken_back:
        words = [m.group().casefold() for m in _WORD.finditer(passage)]
        size = len(words) or 1
        at_words = [at for at in range(len(said) - size + 1) if [said[at + n][0] for n in range(size)] == words]
        missing += not at_words
        for at in at_words:
            gone[at : at + size] = [True] * size
    found, count = list(turns), 0
    for last in reversed(range(len(said))):  # from the end, so that what stands before keeps its place
        turn = said[last][1]
        if not gone[last] or (last + 1 < len(said) and gone[last + 1] and said[last + 1][1] == turn):
            continue
        first = last
        while first and gone[first - 1] and said[first - 1][1] == turn:
            first -= 1
        found[turn] = f"{found[turn][: said[first][2]]}{TAKEN_BACK}{found[turn][said[last][3] :]}"
        count += 1
    return Emptied(tuple(found), count, missing)


def survey_csv(frame: pd.DataFrame) -> bytes:
    """The answers as CSV, whole numbers without a decimal point, blanks empty; rows in an order that is not the file's.

    Rows are sorted by their answers: their order must not say whose they are.
    """
    shown = frame.apply(lambda column: column.map(lambda v: "" if pd.isna(v) else f"{v:g}"))
    shown = shown.sort_values(list(shown.columns)) if len(shown.columns) else shown
    written: str = shown.to_csv(index=False, lineterminator="\n")
    return written.encode()


def manifest(files: Mapping[str, bytes]) -> bytes:
    """SHA-256 and path of every file, as `sha256sum -c` reads them."""
    return "".join(f"{digest(body)}  {path}\n" for path, body in sorted(files.items())).encode()


def packed(files: Mapping[str, bytes], folder: str) -> bytes:
    """One ZIP of all files below `folder` with their manifest; the same files give the same bytes on every machine.

    Nothing is compressed: what a compressor writes depends on its version.
    """
    whole = {**files, MANIFEST: manifest(files)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(whole):
            entry = zipfile.ZipInfo(f"{folder}/{path}", LONG_AGO)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, whole[path])
    return out.getvalue()


def metadata(protocol: Protocol, contents: Contents, *, year: int) -> bytes:
    """Descriptive metadata as JSON: DataCite's properties, and a little of DDI about how it was collected."""
    archive = protocol.archive
    assert archive is not None  # the caller looked
    leads = [person.name for person in protocol.team if "investigator" in person.role] or [protocol.team[0].name]
    rights = {"open": "open access", "on_request": "restricted access", "closed": "closed access"}[archive.access]
    document = {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "creators": [{"name": name, "nameType": "Personal"} for name in leads],
        "titles": [{"title": f"{protocol.title}: de-identified material"}],
        "publisher": {"name": archive.name},
        "publicationYear": year,
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Qualitative interviews and survey answers"},
        "language": protocol.transcripts.language if protocol.transcripts else "en",
        "rightsList": [{"rights": rights}, *([{"rights": archive.terms}] if archive.terms else [])],
        "contributors": [{"name": protocol.ethics.board, "contributorType": "Other"}],
        "alternateIdentifiers": [
            {"alternateIdentifier": protocol.ethics.reference, "alternateIdentifierType": "Ethics reference"}
        ],
        "descriptions": [
            {
                "descriptionType": "Methods",
                "description": "Names and what identifies by its shape were replaced by a program and the copies read "
                "by a person; README.md says how and with what limits.",
            }
        ],
        "ddi": {
            "kindOfData": list(protocol.strands),
            "analysisUnit": "person",
            "samplingProcedure": [stage.strategy for stage in protocol.sampling.stages],
            "numberOfFiles": {"transcripts": contents.transcripts, "surveys": len(contents.surveys)},
        },
        "synthetic": protocol.synthetic,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
