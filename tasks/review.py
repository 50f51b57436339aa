"""The strings that wait for a person: which, in which words, and the decisions taken over from a table of them.

What is said here goes to the team's own terminal and to restricted/; run logs and the trail get counts.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from evidence.contexts import Context, ContextReader
from evidence.detectors import Family, key_of
from evidence.isolated import ReaderDied, call_each
from evidence.open_strings import Hit, OpenString, open_strings
from pages.layout import plural
from study import StudyError
from study.objects import NotStored
from tasks.field_notes import conventions_of
from tasks.read import parse_table
from tasks.readings import flagged_strings
from tasks.string_decisions import CHOICES, Choice, StringDecision, decide, decided, read_rows, take_back
from tasks.survey_names import contexts_in
from tasks.workspace import Workspace

SECONDS, MEGABYTES = 60.0, 1000
"""What one file may take to be read for its contexts."""

KINDS = {
    "near_name": "one letter away from a registered name",
    "person": "looks like a person's name",
    "place": "looks like a place",
    "organisation": "looks like an organisation",
    "spelled_name": "looks like a name spelled out",
    "lowercase_name": "looks like a name in lower case",
    "name": "one word of a registered name",
    "alias": "registered as what somebody is called",
    "site": "registered as a site's name",
}
FAMILIES: dict[Family, str] = {
    "near": "Almost a registered name",
    "candidate": "Looks like a name",
    "disguised": "Looks like a name in disguise",
    "registry": "Single words of registered names",
}


def kind_in_words(string: OpenString) -> str:
    """What a detector takes the string for."""
    return KINDS.get(string.kind, f"looks like a {string.kind.replace('_', ' ')}")


def found_in(string: OpenString) -> str:
    """`3 files, 5 places`."""
    return f"{plural(string.files, 'file')}, {plural(len(string.hits), 'place')}"


def strings_to_review(place: Workspace) -> tuple[OpenString, ...]:
    """Every string of the transcripts, notes and surveys, as last checked, that nobody has decided on."""
    return open_strings(flagged_strings(place), decided(place))


def counts_said(place: Workspace, strings: Sequence[OpenString]) -> list[str]:
    """How many strings are open, by family, and how many are decided; no string."""
    done = decided(place)
    if not strings and not flagged_strings(place):
        return ["No transcript has been checked yet: run validate-transcripts first."]
    lines = [f"{plural(len(strings), 'string is', 'strings are')} open."] if strings else ["No string is open."]
    by_family = Counter(string.family for string in strings)
    lines += [f"  {said}: {by_family[family]}" for family, said in FAMILIES.items() if by_family[family]]
    lines.append(f"Decided: {plural(len(done.names), 'name')}, {len(done.not_names)} not a name.")
    if faulty := read_rows(place).faulty:
        rows = ", ".join(map(str, faulty))
        lines.append(f"Rows of restricted/decisions/strings.csv that cannot be used and count as names: {rows}.")
    return lines


class Contexts:
    """Reads the words around hits from the files, in one child process for as long as it is open."""

    def __init__(self, place: Workspace, width: int = 70) -> None:
        self._place = place
        self._folder = f"{place.protocol.transcripts.folder}/" if place.protocol.transcripts else ""
        self._width = width
        self._asked: deque[tuple[ContextReader, bytes, str, list[tuple[str, Hit]]]] = deque()
        self._answers = call_each(_read, self._requests(), seconds=SECONDS, megabytes=MEGABYTES)

    def __enter__(self) -> Contexts:
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()  # type: ignore[attr-defined]

    def of(self, path: str, asked: Sequence[tuple[str, Hit]]) -> list[Context | None]:
        """The context of each (folded string, hit) in one file; None where it is not there any more."""
        survey = next((survey for survey in self._place.protocol.surveys if survey.file == path), None)
        if survey is not None:
            return contexts_in(self._place, survey, asked, self._width)
        try:
            data = self._place.files.get(path)
        except NotStored:
            return [None] * len(asked)
        is_transcript = self._folder and path.startswith(self._folder)
        conventions = self._place.protocol.transcripts if is_transcript else None
        reader = ContextReader(conventions or conventions_of(self._place), self._width)
        self._asked.append((reader, data, PurePosixPath(path).name, list(asked)))
        answer = next(self._answers)
        return [None] * len(asked) if isinstance(answer, ReaderDied) else answer

    def _requests(self) -> Iterator[tuple[Any, ...]]:
        while True:
            yield self._asked.popleft()


def _read(reader: ContextReader, data: bytes, name: str, asked: list[tuple[str, Hit]]) -> list[Context | None]:
    return reader.read(data, name, asked)


@dataclass
class Sitting:
    """One person going through the open strings: every decision is kept at once, and the last can be taken back.

    What somebody else decides meanwhile is not asked about.
    """

    place: Workspace
    strings: Sequence[OpenString]
    person: str
    position: int = 0
    elsewhere: int = 0
    made: list[tuple[int, StringDecision | None]] = field(default_factory=list)

    @property
    def current(self) -> OpenString | None:
        """The string to be decided on; None after the last."""
        return self.strings[self.position] if self.position < len(self.strings) else None

    @property
    def decisions(self) -> int:
        """How many decisions of this sitting stand."""
        return sum(decision is not None for _, decision in self.made)

    @property
    def left(self) -> int:
        """How many strings are still open."""
        return len(self.strings) - self.decisions - self.elsewhere

    def decide(self, choice: Choice, now: datetime) -> None:
        """Keep a decision on the current string, and go on."""
        string = self.strings[self.position]
        (decision,) = decide(self.place, [(string.shown, choice)], person=self.person, now=now)
        self._go_on(decision)

    def skip(self) -> None:
        """Leave the current string open, and go on."""
        self._go_on(None)

    def back(self) -> bool:
        """Go back to the string before, and take back what was decided on it; False at the first."""
        if not self.made:
            return False
        passed = self.position - 1
        self.position, decision = self.made.pop()
        self.elsewhere -= passed - self.position
        if decision is not None:
            take_back(self.place, decision)
        return True

    def _go_on(self, decision: StringDecision | None) -> None:
        self.made.append((self.position, decision))
        self.position += 1
        done = decided(self.place)
        while self.current is not None and self.current.key in done.names | done.not_names:
            self.position += 1
            self.elsewhere += 1


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What became of a table of decisions: how many are new, how many stood already, and what is wrong in which row."""

    new: int
    before: int
    faults: tuple[str, ...]


def take_over(place: Workspace, path: Path, *, person: str, now: datetime) -> TakenOver:
    """Take over the decisions of a CSV with the columns string and decision (name, not_a_name, or empty for none).

    A row that cannot be used is named by its number and costs no other. StudyError for a file that is no such table.
    """
    try:
        table = parse_table(path.read_bytes(), str(path))
    except OSError:
        raise StudyError("there is no file to be read here", where=str(path), remedy="Check the path.") from None
    for column in ("string", "decision"):
        if column not in table.columns:
            raise StudyError(
                f"the column {column} is missing", where=f"{path}, row 1", remedy="Take the file the page saved."
            )
    strings = {string.key: string.shown for string in strings_to_review(place)}
    standing = {d.folded: (d.string, d.decision) for d in read_rows(place).decisions}
    faults: list[str] = []
    chosen: dict[str, list[tuple[int, Choice]]] = {}
    for row, record in zip(table.index, table[["string", "decision"]].to_dict("records"), strict=True):
        key, word = key_of(str(record["string"])), str(record["decision"]).casefold().replace(" ", "_")
        choice = next((c for c in CHOICES if c == word), None)
        if not word:
            continue
        if choice is None:
            faults.append(f"{path.name}, row {row}: the decision must be name or not_a_name. Correct it.")
        elif key not in strings and key not in standing:
            faults.append(f"{path.name}, row {row}: no file holds this string as a possible name. Take the row out.")
        else:
            chosen.setdefault(key, []).append((int(row), choice))
    taken: list[tuple[str, Choice]] = []
    for key, rows in chosen.items():
        numbers, choices = ", ".join(str(row) for row, _ in rows), {choice for _, choice in rows}
        if len(choices) > 1:
            faults.append(f"{path.name}, rows {numbers}: they decide differently on one string. Keep one of them.")
        elif key not in standing or standing[key][1] not in choices:
            taken.append((strings.get(key) or standing[key][0], choices.pop()))
    if taken:
        decide(place, taken, person=person, now=now)
    unchanged = sum(len({c for _, c in rows}) == 1 for rows in chosen.values()) - len(taken)
    return TakenOver(len(taken), unchanged, tuple(faults))


def first_contexts(
    contexts: Contexts, strings: Iterable[OpenString], each: int
) -> dict[str, list[tuple[Hit, Context]]]:
    """Up to `each` contexts of every string by its key, from few files, each read once."""
    by_path: dict[str, list[tuple[str, Hit]]] = {}
    for string in sorted(strings, key=lambda one: one.files):
        first = string.shown_first()
        near = sorted(first[: string.files], key=lambda hit: hit.path not in by_path)
        for hit in [*near, *first[string.files :]][:each]:
            by_path.setdefault(hit.path, []).append((string.key, hit))
    found: dict[str, list[tuple[Hit, Context]]] = {}
    for path, asked in sorted(by_path.items()):
        for (key, hit), context in zip(asked, contexts.of(path, asked), strict=True):
            if context is not None:
                found.setdefault(key, []).append((hit, context))
    return found
