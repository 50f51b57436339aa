"""Exports of REDCap: its own columns, checkboxes of one column a choice, form status, several rows of one record.

Raw exports name the choices of a checkbox `consent___1` (`consent____9` for the code -9); labelled ones `Consent
(choice=Yes)`. A form's status is 0 Incomplete, 1 Unverified, 2 Complete. Missing data codes are the project's own and
are declared in the data dictionary. Source: REDCap, Help & FAQ (data export).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from evidence.survey.contents import Contents, agreeing
from evidence.survey.dictionary import DataDictionary, Variable

_INSTANCE = {
    "redcap_event_name": "Event Name",
    "redcap_repeat_instrument": "Repeat Instrument",
    "redcap_repeat_instance": "Repeat Instance",
}
_OWN = {
    **_INSTANCE,
    "redcap_data_access_group": "Data Access Group",
    "redcap_survey_identifier": "Survey Identifier",
    "redcap_survey_timestamp": "Survey Timestamp",
}
_STATUS_LABEL = "Complete?"
_STATUS: dict[float | str, str] = {0.0: "Incomplete", 1.0: "Unverified", 2.0: "Complete"}
_STATUS_CELLS = {"0", "1", "2", "incomplete", "unverified", "complete"}
_CHOICE = re.compile(r"(?P<question>[a-z][a-z0-9_]*?)___(?P<code>\w+)")
_LABELLED_CHOICE = re.compile(r"(?s)(?P<question>.*?)\s*\(choice=(?P<code>.*)\)")
_SIGNS = 2
"""Of REDCap's labels, how many must be there: `Event Name` alone may be anybody's column."""


def has_labels(header: Sequence[str]) -> bool:
    """Whether the first row holds REDCap's labels in place of variable names."""
    labels = {*_OWN.values(), _STATUS_LABEL}
    signs = sum(name in labels for name in header) + sum(
        _LABELLED_CHOICE.fullmatch(name) is not None for name in header
    )
    return signs >= _SIGNS and not any(name in _OWN for name in header)


def told_apart(header: Sequence[str]) -> list[str]:
    """The names, with the status of every form of a labelled export numbered, because all of them are `Complete?`."""
    if not has_labels(header):
        return list(header)
    seen: Counter[str] = Counter()
    named = []
    for name in header:
        seen[name] += 1
        numbered = name == _STATUS_LABEL and seen[name] > 1
        named.append(f"{name} ({seen[name]})" if numbered else name)
    return named


def is_redcap(plain: Contents) -> bool:
    """Whether the columns are those of a REDCap export."""
    names = list(plain.frame.columns)
    own = any(name in _OWN for name in names) or has_labels(names)
    return own or any(_CHOICE.fullmatch(name) for name in names) or any(_is_status(plain, name) for name in names)


def as_redcap(plain: Contents) -> Contents:
    """The table with checkboxes as sets, form status labelled, and what tells a record's rows apart."""
    names = [str(name) for name in plain.frame.columns]
    labelled = has_labels(names)
    statuses = [name for name in names if _is_status(plain, name)]
    stamps = [f"{status.removesuffix('_complete')}_timestamp" for status in statuses]
    own = {*_OWN, *statuses, *stamps, *(_OWN.values() if labelled else ())}
    instance = [name for name in names if name in _INSTANCE or (labelled and name in _INSTANCE.values())]
    problems, notes = [*plain.problems], [*plain.notes, "read as an export of REDCap"]
    if labelled:
        problems.append(
            "the first row holds REDCap's labels, so that variables cannot be found by name: export raw data with raw "
            "headers"
        )
    open_forms = sum(int((~plain.frame[name].dropna().isin(["2", "Complete"])).sum()) for name in statuses)
    if open_forms:
        notes.append(agreeing(open_forms, "# form is", "# forms are") + " not marked complete in REDCap")
    return replace(
        plain,
        variables=tuple(_variable(variable, statuses, labelled) for variable in plain.variables),
        problems=problems,
        notes=tuple(notes),
        layout="redcap",
        row_columns=(names[0], *instance) if instance else (),
        platform_columns=tuple(name for name in names if name in own),
    )


def _variable(variable: Variable, statuses: Sequence[str], labelled: bool) -> Variable:
    name = variable.name
    if name in statuses:
        return replace(variable, type="single", values=_STATUS)
    if name == "redcap_survey_identifier" or (labelled and name == "Survey Identifier"):
        return replace(variable, identifies="direct")
    match = _CHOICE.fullmatch(name) or (_LABELLED_CHOICE.fullmatch(name) if labelled else None)
    if match is None:
        return variable
    return replace(variable, set=match["question"], label=match["code"] if labelled else "")


def _is_status(plain: Contents, name: str) -> bool:
    """A form's status: named so, and nothing else in it."""
    if not (name.endswith("_complete") or name == _STATUS_LABEL or name.startswith(f"{_STATUS_LABEL} (")):
        return False
    found = plain.frame[name].dropna().unique()
    return len(found) > 0 and all(str(cell).casefold() in _STATUS_CELLS for cell in found)


def with_own_columns(dictionary: DataDictionary, named: Iterable[str]) -> DataDictionary:
    """The dictionary with those of the columns `named` that REDCap adds by itself, which its own dictionary never has.

    A time stamp is a day, the others text; what the dictionary describes stays as it is.
    """
    if not dictionary.variables:
        return dictionary
    labels = {name: label for name, label in _OWN.items() if name != "redcap_survey_identifier"}
    days = {name: "Survey Timestamp" for name in named if name.endswith("_timestamp")}
    found = [name for name in dict.fromkeys(named) if name in {*labels, *days} and name not in dictionary]
    own = (Variable(n, {**labels, **days}[n], "date" if n.endswith("_timestamp") else "text") for n in found)
    return replace(dictionary, variables=(*dictionary.variables, *own))
