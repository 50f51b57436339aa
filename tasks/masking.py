"""De-identified copies of transcripts: what of the study they rest on, and how they are read back.

What the leak check finds is masked: every name the registries know or people decided on, however written, and what
identifies by its shape (e-mail, phone, address, day of birth, numbers). That is as sure as the leak check is: a person
must still read the copy. Turns keep their numbers, so that codings go on pointing at them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from evidence.changes import Change
from evidence.detectors import check_residue
from evidence.isolated import ReaderDied, call_each
from evidence.masking import How, Masked, mask, open_in
from evidence.reading import NO_CONVENTIONS, Looker
from study import Reference
from study.protocol.material import Transcripts
from tasks.read import read_restricted_table
from tasks.string_decisions import decided
from tasks.transcript_files import Registers
from tasks.workspace import Workspace

FOLDER = "deidentified/"
LIST = ".changes.csv"
COLUMNS = ("turn", "start", "end", "file_start", "file_end", "rule", "replacement", "place")
WHOLE = "file"
SECONDS, MEGABYTES = 120.0, 1000
"""What one file may take to be masked."""

_CANDIDATES = "TR063"


@dataclass(frozen=True, slots=True)
class MaskedCopy:
    """A transcript masked: where it goes under restricted/, its bytes, what was replaced by what."""

    key: str
    data: bytes
    masks: tuple[tuple[str, str], ...]


def looker_of(place: Workspace, conventions: Transcripts | None) -> Looker:
    """What reads and searches a study's files: its conventions, names, and what people decided of strings.

    StudyError where a detector that study.yaml asks for is missing: else every file would seem unreadable.
    """
    check_residue((conventions or NO_CONVENTIONS).residue)
    registers = Registers(place)
    return Looker(
        conventions or NO_CONVENTIONS,
        tuple(registers.entries()),
        registers.strangers(),
        decided(place),
        tuple((conventions or NO_CONVENTIONS).residue),
        pseudonyms=registers.pseudonyms(),
    )


def pseudonyms_of(place: Workspace, conventions: Transcripts | None) -> dict[str, str]:
    """Participant code → pseudonym, where study.yaml permits pseudonyms in the text; of several the last."""
    table = read_restricted_table(place, "participants.csv")
    permitted = conventions is not None and "text" in conventions.pseudonyms_in
    if table is None or not permitted or not {"participant_id", "pseudonym"} <= set(table.columns):
        return {}
    return {code: name for code, name in zip(table["participant_id"], table["pseudonym"], strict=True) if name}


def masked_each(looker: Looker, files: Iterable[tuple[bytes, str]], how: How) -> Iterator[Masked | ReaderDied]:
    """The copy of each file (bytes, name), made in a child process."""
    work = partial(mask, looker, how=how)
    return call_each(work, files, seconds=SECONDS, megabytes=MEGABYTES)


def open_in_each(looker: Looker, copies: Iterable[tuple[bytes, str]]) -> Iterator[Mapping[str, int]]:
    """What is still found in each copy (bytes, name), by check, looked at in a child process."""
    found = call_each(partial(open_in, looker), copies, seconds=SECONDS, megabytes=MEGABYTES)
    return ({"TR001": 1} if isinstance(one, ReaderDied) else one for one in found)


def change_list(masked: Masked, original: Reference) -> bytes:
    """The list of changes as CSV; it holds no word of the transcript. Where a place has no number the cell is empty.

    Its first row is about the file as a whole: how long its text is, and the beginning of the original's digest.
    """
    written = io.StringIO(newline="")
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerow(("", "", "", 0, len(masked.original), "", (original.hmac or "")[:12], WHOLE))
    for c in masked.changes:
        numbers = (c.turn or "", c.turn_start, c.turn_end, c.start, c.end)
        rows.writerow("" if n == -1 else n for n in (*numbers, c.rule, c.replacement, c.place))
    return written.getvalue().encode()


def read_changes(data: bytes) -> tuple[Change, ...]:
    """The inverse of `change_list`."""

    def number(cell: str) -> int:
        return int(cell) if cell else -1

    return tuple(
        Change(
            number(row["file_start"]),
            number(row["file_end"]),
            row["rule"],
            row["replacement"],
            int(row["turn"] or 0),
            number(row["start"]),
            number(row["end"]),
            row["place"],
        )
        for row in csv.DictReader(io.StringIO(data.decode(), newline=""))
        if row["place"] != WHOLE
    )


class Masking:
    """Masks the transcripts of one study for a withdrawal: no pseudonym stays, and nobody is asked about a string."""

    def __init__(self, place: Workspace) -> None:
        self._conventions = place.protocol.transcripts
        self._looker = looker_of(place, self._conventions)

    def copy(self, path: str, data: bytes) -> MaskedCopy | None:
        """The masked copy of a transcript; None where it cannot be made so that nothing is found in it any more."""
        if self._conventions is None:
            return None
        name = PurePosixPath(path).name
        found = mask(self._looker, data, name)
        if found.problem or set(found.open or ()) - {_CANDIDATES}:
            return None
        masks: dict[str, str] = {}
        for change in found.changes:
            words = " ".join(found.original[change.start : change.end].split()) if change.start >= 0 else ""
            if words:
                masks.setdefault(words, change.replacement if change.place == "text" else "[name]")
        key = f"{FOLDER}{PurePosixPath(name).stem}{found.ending}"
        return MaskedCopy(key, found.copy.encode(), tuple(sorted(masks.items())))

    def is_clean(self, key: str, data: bytes) -> bool:
        """Whether nothing but undecided strings is found in a copy that lies there."""
        return not set(open_in(self._looker, data, PurePosixPath(key).name)) - {_CANDIDATES}
