"""What stands beside deposited material in words: README, terms, and each transcript as plain text by turns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from pages.layout import plural
from pages.suppression import suppress_counts
from study import Protocol
from trustworthiness.deposit import MANIFEST, NOT_IN, Contents


def transcript_text(turns: Iterable[tuple[int, str, str]]) -> bytes:
    """Turns (number, speaker, words) as paragraphs; the numbers are those that codings name."""
    paragraphs = (
        f"[{number}] {speaker}: {words}" if speaker else f"[{number}] {words}" for number, speaker, words in turns
    )
    return ("\n\n".join(paragraphs) + "\n").encode()


def terms_text(protocol: Protocol) -> bytes:
    """The terms of use as the protocol gives them."""
    archive = protocol.archive
    said = archive.terms if archive and archive.terms else "No terms of use were set down; ask the archive before use."
    return (
        f"{protocol.title}\n\n{said}\n\nWhoever uses this material may not try to find out who anybody is.\n".encode()
    )


def deposit_readme(protocol: Protocol, contents: Contents) -> bytes:
    """What is in, what is not and why (small counts suppressed), how it was de-identified, what that cannot promise."""
    return ("\n".join(_lines(protocol, contents)) + "\n").encode()


def _lines(protocol: Protocol, contents: Contents) -> Iterator[str]:
    archive, k = protocol.archive, protocol.disclosure.k
    ethics = f"{protocol.ethics.board}, {protocol.ethics.reference}"
    yield f"# {protocol.title}: de-identified material"
    yield f"\nFor {archive.name if archive else 'an archive'}. Ethics: {ethics}."
    if protocol.synthetic:
        yield "\n**Synthetic: every person and every word is made up.**"
    yield "\n## What is in\n"
    yield f"- `data/transcripts/`: {plural(contents.transcripts, 'transcript')} as plain text. The number in brackets"
    yield "  is the turn's. The ids (`T001`) were given for this package, in no order that means anything."
    yield f"- `data/transcripts.csv`: one row a transcript{_with(contents.attributes)}."
    yield f"- `data/codings.csv`: {plural(contents.codings, 'coded segment')} of these transcripts, turns and words."
    yield "- `codebook/`: the codes with their definitions. `instruments/`, `consent_forms/`: as they were used."
    for name, rows in contents.surveys.items():
        yield f"- `data/surveys/{name}.csv`: {plural(rows, 'row')}; `{name}.variables.csv` says what is in it."
    yield f"- `metadata.json`, `LICENSE.txt`, `{MANIFEST}` (check with `sha256sum -c {MANIFEST}`)."
    yield "\n## What is not in, and why\n"
    yield from _out(contents, k)
    yield "- the originals, recordings, names, sites, days of interviews, and whatever leads from an id to a person"
    yield f"\n## How it was de-identified\n\n{_wrapped(MADE)}"
    yield f"\n{_wrapped(CELLS.format(k=k))}"
    yield f"\n## What that cannot promise\n\n{_wrapped(LIMITS)}"


MADE = (
    "A program replaced every name the study had registered, however written, and what identifies by its shape: mail "
    "addresses, phones, numbers, addresses. Strings that may be names were decided on one by one. A person read each "
    "copy before it was released for analysis. Before this package was written, every text in it was searched again, "
    "and nothing was found. Header, times and properties of the transcripts were left out."
)
CELLS = (
    "What is said beside a transcript fits at least {k} people of the study. In surveys every value of every variable "
    "is shared by at least {k} rows; other values were blanked, and rows are sorted by their answers."
)
LIMITS = (
    "This material is de-identified; there may still be ways back to people. What somebody tells may be known to those "
    "who know them. A program finds what it was told to look for. Combinations of survey answers were not searched for "
    "people they single out. As long as anybody holds a key, a copy or a memory, people may be told."
)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 110)


def _with(attributes: tuple[str, ...]) -> str:
    return f", with {' and '.join(attributes)} where that fits enough people" if attributes else ""


def _out(contents: Contents, k: int) -> Iterator[str]:
    whole = {"in": contents.transcripts, **contents.out}
    people = {"in": contents.speakers, **contents.people_out}
    shown, total = suppress_counts(whole, k, people=people)
    if total is not None:
        yield f"- of {plural(total, 'transcript')} in all:"
    for why, count in contents.out.items():
        if count:
            said = shown[why]
            yield f"  - {'a few' if said is None else said}: {NOT_IN[why]}"
    if contents.passages_out or contents.codings_out:
        yield f"- {plural(contents.passages_out, 'passage')} that participants took back, each replaced by a note in"
        yield f"  brackets, and {plural(contents.codings_out, 'coded segment')} of their words"
    for name, why in contents.surveys_out.items():
        yield f"- the survey {name}: {why}"
