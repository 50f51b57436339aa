"""What a survey file and its data dictionary say differently of one variable, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.survey.dictionary import DataDictionary, Variable
from evidence.survey.reading import LABELLED, Survey
from evidence.survey.response_sets import shown_code

LONGEST = 120
"""Characters of a label that are kept: the file's labels are anything at all."""


@dataclass(frozen=True, slots=True)
class LabelDifference:
    """One thing said differently: of the `variable` itself or of a `code`; an empty text is no label at all."""

    about: str
    in_file: str
    in_dictionary: str


def label_differences(survey: Survey, dictionary: DataDictionary) -> dict[str, tuple[LabelDifference, ...]]:
    """The differences of each variable that has any, by name; none for formats that hold no labels."""
    if survey.format not in LABELLED:
        return {}
    written = {v.name: v for v in survey.dictionary.variables}
    shared = ((v, written[v.name]) for v in dictionary.variables if v.name in written)
    return {ours.name: found for ours, theirs in shared if (found := tuple(_differences(ours, theirs)))}


def _differences(ours: Variable, theirs: Variable) -> list[LabelDifference]:
    found = []
    if ours.label and _plain(ours.label) != _plain(theirs.label):
        found.append(LabelDifference("variable", _plain(theirs.label), _plain(ours.label)))
    declared, labelled = {**ours.values, **ours.missing}, {**theirs.values, **theirs.missing}
    for code in sorted({*declared, *labelled}, key=lambda c: (isinstance(c, str), c)):
        here, there = _plain(labelled.get(code, "")), _plain(declared.get(code, ""))
        if here != there and (declared or here):
            found.append(LabelDifference(shown_code(code), here, there))
    return found


def _plain(label: str) -> str:
    """A label in one line, cut where it is very long."""
    text = " ".join(label.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
