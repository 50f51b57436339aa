"""The viewer's text: what it embeds and must not drift. `python -m tests.trail.viewer_document` renews it."""

from __future__ import annotations

import base64
import hashlib
import re
import textwrap
from pathlib import Path

from study.kinds import KINDS

DOCUMENT = Path(__file__).parents[2] / "trail" / "viewer.html"
_TABLE = re.compile(r'^  (\w+): \["([^"]+)",\s+((?:"[^"]*"(?: \+\s+)?)+)\],$', re.M)


def http_in(text: str) -> list[str]:
    """Every address in the text."""
    return re.findall(r"(?:https?:)?//[a-z0-9.]+\.[a-z]{2,}\S*|\bhttps?:\S*", text)


def classes_written(text: str) -> dict[str, tuple[str, int]]:
    """Kind to Halpern class and rank, as the viewer's table has them."""
    found = {}
    for halpern, _, kinds in _TABLE.findall(text):
        for entry in "".join(re.findall(r'"([^"]*)"', kinds)).split():
            kind, rank = entry.split(":")
            found[kind] = (halpern, int(rank))
    return found


def digests_written(text: str) -> list[str]:
    """The digests by which the page's policy lets its own script and style run."""
    return re.findall(r"(?:script|style)-src '(sha256-[^']+)'", text)


def digests_wanted(text: str) -> list[str]:
    parts = (re.search(f"<{tag}>(.*?)</{tag}>", text, re.S) for tag in ("script", "style"))
    hashes = (hashlib.sha256(part[1].encode()).digest() for part in parts if part)
    return [f"sha256-{base64.b64encode(value).decode()}" for value in hashes]


def renewed(text: str) -> str:
    """The text with the kinds of today's registry and the digests of its script and style."""

    def row(match: re.Match[str]) -> str:
        kinds = " ".join(f"{k.name}:{int(k.rank)}" for k in KINDS.values() if k.halpern == match[1])
        lines = textwrap.wrap(kinds, 104, break_long_words=False, break_on_hyphens=False)
        written = '" +\n    " '.join(lines)
        return f'  {match[1]}: ["{match[2]}",\n    "{written}"],'

    text = _TABLE.sub(row, text)
    for old, new in zip(digests_written(text), digests_wanted(text), strict=True):
        text = text.replace(old, new)
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text()))
