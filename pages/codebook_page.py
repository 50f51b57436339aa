"""The codebook for the team, out/analysis/codebook.html: what changed by version, each code, what was read.

Input: one frozen `CodebookPage`, made by a task. It holds codes, definitions and counts; no word of a coding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.codebook import CodeEntry
from analysis.codebook_change import CodebookChange, Succession
from pages.layout import plural, render


@dataclass(frozen=True, slots=True)
class Step:
    """One version of the codebook and what it changed; None for the first."""

    version: str
    day: str
    codes: int
    change: CodebookChange | None

    @property
    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """What happened, to which codes, and how that is known."""
        if self.change is None:
            return ()
        found: list[tuple[str, str, str]] = [(one.kind, _codes(one), _known(one)) for one in self.change.successions]
        for word in ("added", "removed", "redefined", "reparented"):
            codes: tuple[str, ...] = getattr(self.change, word)
            if codes:
                found.append((WORDS[word], ", ".join(codes), ""))
        return tuple(found)


WORDS = {
    "added": "added",
    "removed": "removed",
    "redefined": "redefined",
    "reparented": "moved below another code",
}


@dataclass(frozen=True, slots=True)
class Coded:
    """The codings of one transcript: how many, by whom, and how many stand elsewhere, are left out, are of before."""

    transcript: str
    coders: tuple[str, ...]
    codings: int
    shifted: int = 0
    left_out: int = 0
    superseded: int = 0


@dataclass(frozen=True, slots=True)
class CodebookPage:
    """Everything the page shows. `segments` and `transcripts` count by code what was coded; steps are newest first."""

    study: str
    synthetic: bool
    day: str
    version: str
    file: str
    codes: tuple[CodeEntry, ...]
    segments: dict[str, int]
    transcripts: dict[str, int]
    steps: tuple[Step, ...]
    coded: tuple[Coded, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The codebook in a sentence."""
        inductive = sum(entry.origin == "inductive" for entry in self.codes)
        coded = sum(one.codings > 0 for one in self.coded)
        version = f"version {self.version}" if self.version else "no version is named"
        return (
            f"{plural(len(self.codes), 'code')} ({version}), {inductive} of them made from the material; "
            f"{plural(sum(self.segments.values()), 'coding')} in {plural(coded, 'transcript')}."
        )

    @property
    def unused(self) -> tuple[str, ...]:
        """Codes under which nothing was coded."""
        return tuple(entry.code for entry in self.codes if not self.segments.get(entry.code))


def codebook_page(page: CodebookPage) -> bytes:
    """The page as one self-contained HTML file."""
    return render("codebook.html", title="Codebook", lang="en", page=page)


def _codes(one: Succession) -> str:
    return f"{_listed(one.before)} → {_listed(one.after)}"


def _listed(codes: Sequence[str]) -> str:
    return " + ".join(codes)


def _known(one: Succession) -> str:
    return f"proposed: {plural(one.segments, 'coding')} moved" if one.inferred else "declared"
