"""Exports of Qualtrics: two or three header rows, and columns about how a response came in, some of which identify.

CSV and TSV have three header rows (name, question text, ImportId as JSON); the workbook has the first two. Source:
Qualtrics support, Understanding Your Dataset. Status is text or its code: 1 a preview, 2 a test, 8 spam.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evidence.survey.contents import Contents, agreeing
from evidence.survey.dictionary import Identifies, Variable

_PLATFORM: dict[str, tuple[str, Identifies]] = {
    "StartDate": ("Start Date", ""),
    "EndDate": ("End Date", ""),
    "Status": ("Response Type", ""),
    "IPAddress": ("IP Address", "direct"),
    "Progress": ("Progress", ""),
    "Duration (in seconds)": ("Duration (in seconds)", ""),
    "Finished": ("Finished", ""),
    "RecordedDate": ("Recorded Date", ""),
    "ResponseId": ("Response ID", ""),
    "ResponseID": ("ResponseID", ""),
    "ResponseSet": ("ResponseSet", ""),
    "RecipientLastName": ("Recipient Last Name", "direct"),
    "RecipientFirstName": ("Recipient First Name", "direct"),
    "RecipientEmail": ("Recipient Email", "direct"),
    "ExternalReference": ("External Data Reference", "indirect"),
    "ExternalDataReference": ("ExternalDataReference", "indirect"),
    "LocationLatitude": ("Location Latitude", "indirect"),
    "LocationLongitude": ("Location Longitude", "indirect"),
    "LocationAccuracy": ("LocationAccuracy", ""),
    "DistributionChannel": ("Distribution Channel", ""),
    "UserLanguage": ("User Language", ""),
}
_NO_RESPONDENT = {"survey preview", "survey test", "spam", "survey preview spam", "1", "2", "8", "9"}
_UNFINISHED = {"false", "0"}
_ENOUGH = 3
"""Of Qualtrics' own columns, how many tell an export whose third header row is gone."""


def header_rows(top: Sequence[Sequence[str]]) -> int:
    """How many of the first rows are headers of Qualtrics; 0 when it is no export of Qualtrics."""
    for at, row in enumerate(top[1:3], start=1):
        ids = sum(cell.strip().startswith('{"ImportId"') for cell in row)
        if ids and ids >= len(row) // 2:
            return at + 1
    names = [cell.strip() for cell in top[0]]
    own = [name for name in names if name in _PLATFORM]
    if len(own) < _ENOUGH:
        return 0
    texts = {cell.strip() for cell in top[1]} if len(top) > 1 else set()
    return 2 if sum(_PLATFORM[name][0] in texts for name in own) >= _ENOUGH else 1


def as_qualtrics(plain: Contents, headers: Sequence[Sequence[str]]) -> Contents:
    """The table with question texts as labels, Qualtrics' own columns marked, and previews and tests counted."""
    names = [cell.strip() for cell in headers[0]]
    has_text = len(headers) > 1 and not any(cell.startswith('{"ImportId"') for cell in headers[1])
    texts = dict(zip(names, headers[1], strict=False)) if has_text else {}
    own = tuple(v.name for v in plain.variables if v.name in _PLATFORM)
    variables = tuple(_variable(v, " ".join(texts.get(v.name, "").split())) for v in plain.variables)
    problems, notes = [*plain.problems], [*plain.notes]
    tests = _count(plain, "Status", _NO_RESPONDENT)
    if tests:
        problems.append(
            agreeing(
                tests,
                "# row is a preview, a test or spam and no respondent (column Status): export without it",
                "# rows are previews, tests or spam and no respondents (column Status): export without them",
            )
        )
    unfinished = _count(plain, "Finished", _UNFINISHED)
    if unfinished:
        notes.append(
            agreeing(unfinished, "# response was not finished", "# responses were not finished") + " (column Finished)"
        )
    rows = agreeing(len(headers), "# header row", "# header rows")
    notes.append(f"read as an export of Qualtrics with {rows}")
    return replace(
        plain,
        variables=variables,
        problems=problems,
        notes=tuple(notes),
        layout="qualtrics",
        platform_columns=own,
    )


def _variable(variable: Variable, text: str) -> Variable:
    identifies = _PLATFORM.get(variable.name, ("", ""))[1]
    return replace(variable, label=text, identifies=identifies)


def _count(plain: Contents, column: str, words: set[str]) -> int:
    if column not in plain.frame.columns:
        return 0
    answers = plain.frame[column].dropna()
    return int(answers.isin([word for word in answers.unique() if word.strip().casefold() in words]).sum())
