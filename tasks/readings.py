"""What was measured on files, kept under restricted/readings/ so that an unchanged file is not looked at again.

It can be deleted at any time: that costs nothing but the time of reading again. It holds no sentence of a file, but the
strings that were flagged in it, so it goes whole when a person's data goes. Each file of it holds a part of the
readings, by the opaque ref of what was read; it is replaced in one step, so a killed run leaves the old or the new one.
"""

from __future__ import annotations

import json
import math
import sys
import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evidence.leaks import Flagged
from evidence.reading import PARTS, READING_VERSION, Reading
from evidence.similarity import Sketch
from study.objects import FolderStore, NotStored
from tasks.compact import Numbers, Row

if TYPE_CHECKING:
    from tasks.workspace import Workspace

FOLDER = "readings/"
SURVEY_STRINGS, ENDING = f"{FOLDER}surveys/", ".strings.json"
"""Where the strings flagged in free text of surveys are kept, one file a survey."""
SHELVES = 64

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run must know of a reading to leave it alone: its file and format, the digest of its words, the day it
    states, what each part rested on; and how it was judged last: under which rules, each feature and check's state."""

    path: str
    format: str
    is_readable: bool
    words: str
    day: str
    keys: Mapping[str, str]
    rules: str = ""
    features: Mapping[str, float | None] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)


class Readings:
    """The readings kept of one study, by opaque ref."""

    def __init__(self, restricted: FolderStore) -> None:
        self._store = restricted
        self.kept: dict[str, Kept] = {}
        for shelf in range(SHELVES):
            try:
                self.kept |= {ref: _kept(document) for ref, document in self._read(shelf).items()}
            except (KeyError, TypeError, AttributeError):
                self._put(shelf, {})

    def keep(self, new: Mapping[str, tuple[str, Mapping[str, str], Reading]]) -> None:
        """Keep readings: ref → path, what each part looked at rests on, the reading; parts not looked at stay."""
        documents = {}
        for ref, before in self.documents(new).items():
            path, keys, reading = new[ref]
            if reading.text is None:
                if before is None:
                    continue  # taken away meanwhile: the next run reads the file whole
                whole = Reading.of(_unpacked(before["reading"])).renewed(reading)
                reading, keys = whole, {**before["keys"], **keys}
            documents[ref] = {"path": path, "keys": dict(keys), "reading": _packed(reading.document())}
        self._write(documents)

    def judge(self, judged: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep how files were judged beside their readings."""
        found = self.documents(judged)
        self._write({ref: {**document, "judged": judged[ref]} for ref, document in found.items() if document})

    def reading(self, ref: str) -> Reading | None:
        """The whole reading of one file."""
        return next(iter(self.readings([ref]).values()), None)

    def readings(self, refs: Collection[str]) -> dict[str, Reading]:
        """The whole readings of some files, those there are."""
        found = self.documents(refs)
        return {ref: Reading.of(_unpacked(document["reading"])) for ref, document in found.items() if document}

    def sketches(self, refs: Collection[str]) -> dict[str, Sketch]:
        """The sketches of some files, one shelf in memory at a time."""
        found: dict[str, Sketch] = {}
        for shelf, wanted in _by_shelf(refs).items():
            documents = self._read(shelf)
            found |= {ref: Sketch.of(documents[ref]["reading"]["sketch"]) for ref in wanted if ref in documents}
        return found

    def documents(self, refs: Collection[str]) -> dict[str, Document | None]:
        """What is kept of these refs, each shelf read once, in the order of the shelves."""
        found: dict[str, Document | None] = {}
        for shelf, wanted in _by_shelf(refs).items():
            documents = self._read(shelf)
            found |= {ref: documents.get(ref) for ref in wanted}
        return found

    def keep_only(self, refs: Collection[str]) -> None:
        """Forget every reading of a file that is gone."""
        gone = set(self.kept) - set(refs)
        for shelf, wanted in _by_shelf(gone).items():
            documents = self._read(shelf)
            self._put(shelf, {ref: document for ref, document in documents.items() if ref not in wanted})
        for ref in gone:
            del self.kept[ref]

    def _write(self, documents: Mapping[str, Document]) -> None:
        for shelf, refs in _by_shelf(documents).items():
            self._put(shelf, {**self._read(shelf), **{ref: documents[ref] for ref in refs}})
        self.kept |= {ref: _kept(document) for ref, document in documents.items()}

    def _read(self, shelf: int) -> dict[str, Document]:
        with suppress(NotStored, ValueError, KeyError, TypeError, AttributeError):  # damaged: as if nothing were kept
            document = json.loads(self._store.get(_key(shelf)))
            if document["version"] == READING_VERSION:
                return dict(document["readings"])
        return {}

    def _put(self, shelf: int, documents: Mapping[str, Document]) -> None:
        if documents:
            body = {"version": READING_VERSION, "readings": documents}
            self._store.put(_key(shelf), json.dumps(body, separators=(",", ":")).encode())
        else:
            self._store.erase_all_versions(_key(shelf))
        self._store.erase_old_versions(_key(shelf))


def shelf_of(ref: str) -> int:
    """The shelf a ref stands on; files read in this order fill one shelf after the other."""
    return zlib.crc32(ref.encode()) % SHELVES


def kept_readings(place: Workspace) -> Iterator[tuple[str, Reading]]:
    """Path and reading of every file that was read, one shelf in memory at a time."""
    for documents in _shelves(place):
        for document in documents:
            yield document["path"], Reading.of(_unpacked(document["reading"]))


def readings_of(place: Workspace, refs: Collection[str]) -> Iterator[tuple[str, Reading]]:
    """Ref and reading of some files, one shelf in memory at a time; nothing where no reading is kept."""
    for shelf, wanted in _by_shelf(refs).items():
        with suppress(NotStored, ValueError, KeyError, TypeError):
            document = json.loads(place.restricted.get(_key(shelf)))
            if document["version"] == READING_VERSION:
                kept = document["readings"]
                yield from ((ref, Reading.of(_unpacked(kept[ref]["reading"]))) for ref in wanted if ref in kept)


def flagged_strings(place: Workspace) -> dict[str, tuple[Flagged, ...]]:
    """Path → the strings flagged in that file when it was last read, surveys among them, for restricted/ only."""
    found = {
        document["path"]: tuple(Flagged(*one) for one in document["reading"]["flagged"])
        for documents in _shelves(place)
        for document in documents
    }
    surveys = {survey.file for survey in place.protocol.surveys}
    for stored in place.restricted.list(SURVEY_STRINGS):
        with suppress(NotStored, ValueError, KeyError, TypeError):
            if stored.key.endswith(ENDING):
                document = json.loads(place.restricted.get(stored.key))
                if document["path"] in surveys:
                    flagged = tuple(Flagged(*one) for one in document["flagged"])
                    found[document["path"]] = (*found.get(document["path"], ()), *flagged)
    return found


def forget_readings(restricted: FolderStore) -> None:
    """Take every reading away, every version of it: the flagged strings of somebody may be in any."""
    for key in sorted({stored.key for stored in restricted.list_versions(FOLDER)}):
        restricted.erase_all_versions(key)


def _shelves(place: Workspace) -> Iterator[list[Document]]:
    for stored in sorted(place.restricted.list(FOLDER), key=lambda stored: stored.key):
        with suppress(NotStored, ValueError, KeyError, TypeError):
            document = json.loads(place.restricted.get(stored.key))
            if document["version"] == READING_VERSION:
                yield list(document["readings"].values())


def _by_shelf(refs: Iterable[str]) -> dict[int, list[str]]:
    shelves: dict[int, list[str]] = {}
    for ref in refs:
        shelves.setdefault(shelf_of(ref), []).append(ref)
    return dict(sorted(shelves.items()))


def _key(shelf: int) -> str:
    return f"{FOLDER}{shelf:02x}.json"


def _kept(document: Document) -> Kept:
    reading, judged = document["reading"], document.get("judged", {})
    return Kept(
        document["path"],
        sys.intern(reading["format"]),
        reading["is_readable"],
        (reading.get("sketch") or {}).get("words", ""),
        reading["text"]["stated"]["day"] or "",
        Row(document["keys"]),
        judged.get("rules", ""),
        Numbers(judged.get("features", {})),
        Row({check: sys.intern(state) for check, state in judged.get("states", {}).items()}),
    )


def _packed(document: Document) -> Document:
    """A reading with each column of its turns as one text, which is read only when it is asked for."""
    return {**document, **{part: _with_turns(document[part], _column_packed) for part in PARTS if part in document}}


def _unpacked(document: Document) -> Document:
    """The inverse of `_packed`."""
    return {**document, **{part: _with_turns(document[part], _column_unpacked) for part in PARTS if part in document}}


def _with_turns(measured: Document, change: Callable[[Any], Any]) -> Document:
    return {**measured, "turns": {name: change(column) for name, column in measured["turns"].items()}}


def _column_packed(values: Iterable[float | None]) -> str:
    held = array("d", [math.nan if value is None else value for value in values])
    return b64encode(zlib.compress(held.tobytes())).decode()


def _column_unpacked(text: str) -> list[float | None]:
    held = array("d", zlib.decompress(b64decode(text)))
    return [None if math.isnan(value) else value for value in held]
