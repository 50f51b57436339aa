"""The detectors of one study, made once and used for all its files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evidence.detectors.disguised import Disguised
from evidence.detectors.gazetteer import Gazetteer
from evidence.detectors.named_entities import NamedEntities, check_model
from evidence.detectors.near import NearMisses
from evidence.detectors.patterns import Patterns
from evidence.detectors.registered import Entry
from evidence.detectors.registry import Registry
from evidence.detectors.span import Detector


def detectors_for(
    entries: Iterable[Entry], *, residue: Sequence[str] = ("gazetteer",), known: Iterable[str] = ()
) -> tuple[Detector, ...]:
    """The registry scan first, then everything that hints at what it does not know.

    `residue` names the detectors of names nobody registered: `gazetteer`, `spacy`; with `spacy` a missing or changed
    model is a `StudyError`. `known` are strings that are no hint, such as the names of the team and of the study.
    """
    listed, unsuspected = list(entries), tuple(known)
    registry = Registry(listed)
    chosen: list[Detector] = [
        registry,
        NearMisses(listed, registry.words, unsuspected),
        Disguised(unsuspected, registry.words),
        Patterns(),
    ]
    if "gazetteer" in residue:
        chosen.append(Gazetteer(unsuspected))
    if "spacy" in residue:
        chosen.append(NamedEntities(unsuspected))
    return tuple(chosen)


def check_residue(residue: Sequence[str]) -> None:
    """Say before any file is read (`StudyError`) that what `residue` asks for is missing or not what it should be."""
    if "spacy" in residue:
        check_model()
