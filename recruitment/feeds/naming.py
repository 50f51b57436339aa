"""Which column of the file is meant: by its name, by REDCap's own names, or one column a choice of a checkbox."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from recruitment.feeds.files import Sheet
from study.errors import Fault, StudyError
from study.protocol.registers import EVENT, REPEAT_INSTRUMENT, Feed

REDCAP_LABELS = {
    EVENT: "Event Name",
    REPEAT_INSTRUMENT: "Repeat Instrument",
    "redcap_repeat_instance": "Repeat Instance",
    "redcap_data_access_group": "Data Access Group",
    "redcap_survey_identifier": "Survey Identifier",
}
"""REDCap's own columns: as raw exports name them, and as labelled exports do."""
_LABELLED_CHOICE = re.compile(r"(?s)(.*?)\s*\(choice=(.*)\)")


@dataclass(frozen=True)
class Names:
    """The columns of one file by name."""

    header: tuple[str, ...]

    @cached_property
    def _at(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i, name in enumerate(self.header):
            found.setdefault(name, []).append(i)
        return found

    def column(self, name: str) -> int | None:
        """The column of that name, the first where several have it; None where there is none."""
        positions = self._at.get(name) or self._at.get(REDCAP_LABELS.get(name, ""))
        return positions[0] if positions else None

    def choices(self, name: str) -> list[tuple[str, int]]:
        """The code (or label) and column of each choice of a checkbox; none where the name is no checkbox.

        Raw exports name them `consent___1`, and `consent____9` for the code -9; labelled ones `Consent (choice=Yes)`.
        """
        found = []
        for i, column in enumerate(self.header):
            if column.startswith(f"{name}___"):
                code = column.removeprefix(f"{name}___")
                found.append((f"-{code[1:]}" if code.startswith("_") else code, i))
            elif (match := _LABELLED_CHOICE.fullmatch(column)) and match[1].strip() == name:
                found.append((match[2].strip(), i))
        return found

    def has(self, name: str) -> bool:
        return self.column(name) is not None or bool(self.choices(name))

    def times(self, name: str) -> int:
        """How many columns have that very name."""
        return len(self._at.get(name, ()))


def mapped_columns(feed: Feed) -> list[str]:
    """Every column of the file that the feed names, each once, in the order of study.yaml."""
    named = [*feed.columns.values(), *feed.filters]
    for rule in feed.rules:
        named += [*rule.columns.values(), *rule.when]
    if REPEAT_INSTRUMENT not in feed.when and not feed.instrument:
        named = [name for name in named if name != REPEAT_INSTRUMENT]
    return list(dict.fromkeys(named))


def missing_from(sheet: Sheet, feed: Feed) -> list[str]:
    """The columns that the feed names and this file does not have."""
    names = Names(sheet.header)
    return [name for name in mapped_columns(feed) if not names.has(name)]


def is_foreign(sheet: Sheet, feed: Feed) -> bool:
    """Whether this is a REDCap export with another first column than this project's."""
    return feed.format == "redcap" and sheet.header[0] not in feed.first_column


def refuse_foreign(sheet: Sheet) -> None:
    """StudyError for a file that is another project's export."""
    raise StudyError(
        "this is the export of another project, or no REDCap export: its first column is not the record's name",
        where=f"{sheet.where}, row 1, column {sheet.header[0] or 'A'}",
        remedy="Export this study's project again, or name that column as `record_id` in study.yaml.",
    )


def named_twice(sheet: Sheet, feed: Feed) -> list[str]:
    """Columns that the feed names and the header names more than once."""
    names = Names(sheet.header)
    return [name for name in mapped_columns(feed) if names.times(name) > 1]


def mapping_faults(feed: Feed, fields: Sequence[str], essential: Sequence[str], key: str) -> Iterator[Fault]:
    """What a feed says in study.yaml under `key` that no register has, and what it leaves out.

    `fields` are the register's columns, `essential` those without which no row can be told from another.
    """
    known = ", ".join(fields)
    named = {**dict.fromkeys(feed.columns, "columns"), **dict.fromkeys(feed.constant, "constant")}
    named |= dict.fromkeys(feed.values, "values")
    always = {*feed.columns, *feed.constant}
    for i, rule in enumerate(feed.rows):
        named |= dict.fromkeys((*rule.columns, *rule.constant), f"rows.{i}")
    for field, part in named.items():
        if field not in fields:
            yield Fault(f"study.yaml, {key}.{part}.{field}", "the register has no such field", f"Fields: {known}.")
    for i, rule in enumerate(feed.rules):
        for field in essential:
            if field not in always | {*rule.columns, *rule.constant}:
                where = f"study.yaml, {key}.rows.{i}" if feed.rows else f"study.yaml, {key}.columns"
                yield Fault(where, f"the field {field} comes from no column", f"Map {field}, or give it a constant.")
