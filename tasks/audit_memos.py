"""The memos about a claim, for an auditor at the study: opened as they were recorded, or counted by what keeps them.

A memo is the team's own text; it stays shut where it may rest on somebody whose transcript stays shut, or repeats their
words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from study import Event, Reference
from study.identifiers import digest
from study.objects import NotStored
from tasks.coding_sources import coded_rows
from tasks.record_tables import gathered
from tasks.repeated_words import repeated
from tasks.withdrawn_quotes import withdrawn_quotes
from tasks.workspace import Workspace
from trustworthiness.memos import FOLDER

Copy = tuple[bytes, Reference]


@dataclass(slots=True)
class Memos:
    """The memos that may be shown, by path in the study folder, and how many stay shut, by reason."""

    copies: dict[str, Copy] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)


def memos_about(place: Workspace, claim: Event, behind: Iterable[str], shown: Iterable[str]) -> Memos:
    """The memos about a claim, its codes or the transcripts `behind` it, each in its newest version on record.

    `shown` are the transcripts that are opened. Refused are `notes`, which may rest on what stays shut or repeat it,
    and `changed`, whose words are not in the study folder as they were recorded.
    """
    events, behind, shown = place.events(), set(behind), set(shown)
    known = {e.subject_id("transcript") for e in events if e.kind.startswith("transcript.")}
    about_it = {claim.subject_id("claim"), *claim.data["codes"], *behind}
    newest = {e.data["memo"]: e for e in events if e.kind == "memo.written"}  # in fold order: the last one stands
    about = {memo: set(event.data.get("about", ())) for memo, event in newest.items()}
    relevant = {memo: event for memo, event in newest.items() if about[memo] & about_it}
    made = Memos()
    if not relevant:
        return made
    words, shut = _words(place), list(_shut_words(place, {t for t in known if t}, shown))
    for memo, event in relevant.items():
        rests_on = about[memo] & known or behind
        found = _as_recorded(place, event, words.get(memo, {}))
        if rests_on - shown or (found and next(repeated(_text(found[1]), shut), None) is not None):
            made.refused["notes"] += 1
        elif found is None:
            made.refused["changed"] += 1
        else:
            made.copies[found[0]] = found[1:]
    return made


def is_reference_to(place: Workspace, reference: Reference, path: str, body: bytes) -> bool:
    """Whether these bytes at this path are what a reference was made of."""
    if reference.sha256 is not None:
        return reference.sha256 == digest(body)
    return place.codes.known_ref(path) == reference.ref and place.reference(path, body, personal=True) == reference


def _words(place: Workspace) -> dict[str, dict[str, bytes]]:
    """Every memo's words as its table has them now: id → path → bytes, of its file or of the text in its row."""
    table = gathered(place, "memos")
    found: dict[str, dict[str, bytes]] = {}
    for row in table.to_dict("records"):
        id, file, text = (str(row.get(name, "")).strip() for name in ("memo_id", "file", "text"))
        try:
            path, body = (file, place.files.get(file)) if file else (f"{FOLDER}{id}.txt", text.encode())
        except NotStored:
            continue
        found.setdefault(id, {})[path] = body
    return found


def _as_recorded(place: Workspace, event: Event, words: Mapping[str, bytes]) -> tuple[str, bytes, Reference] | None:
    for path, body in words.items():
        for reference in event.generated:
            if is_reference_to(place, reference, path, body):
                return path, body, reference
    return None


def _shut_words(place: Workspace, known: set[str], shown: set[str]) -> Iterator[str]:
    """What people said who are not shown, as it was coded, and every word that was taken back."""
    for words in withdrawn_quotes(place).words.values():
        yield from words
    if known - shown:
        rows = coded_rows(place, known)
        yield from map(str, rows.loc[~rows["transcript_id"].isin(shown), "quote"])


def _text(body: bytes) -> str:
    return body.decode(errors="replace")
