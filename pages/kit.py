"""The auditor's kit: files an outsider needs to verify a trail with nothing of ours installed, as bytes by name.

The README says the same as Markdown and as a page; `SHA256SUMS` is read by `sha256sum -c`. The same values give the
same bytes: no clock, no machine path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from pages.kit_words import Commands, Part, Say, Steps, Table, instructions
from pages.layout import render
from study.identifiers import digest

SUMS, README, PAGE, VERIFIER, VIEWER = "SHA256SUMS", "README.md", "README.html", "verify_trail.py", "viewer.html"
LONGEST_WHOLE = 30  # characters of code that a phone shows in one line
_CODE = re.compile(r"`([^`]+)`")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")


@dataclass(frozen=True, slots=True)
class KitKey:
    """A public key of the kit: whose it is (trail, countersigner, person), its name, its id in hex, its text."""

    of: str
    name: str
    id: str
    text: str
    file: str


@dataclass(frozen=True, slots=True)
class Kit:
    """What a kit is made of.

    `address` is the trail's s3:// place, or empty for a folder; `pin` the size and root (hex) of a closing, at
    `closed_at`: absent where there is none or the trail does not verify, and then `fault` is the verifier's first line.
    `limits` are what no verdict says; `crate` is whether the folder also holds an RO-Crate.
    """

    origin: str
    keys: tuple[KitKey, ...]
    verifier: bytes
    viewer: bytes
    limits: tuple[str, ...]
    address: str = ""
    pin: tuple[int, str] | None = None
    closed_at: str = ""
    fault: str = ""
    crate: bool = False


def kit_files(kit: Kit) -> dict[str, tuple[bytes, str]]:
    """Every file of the kit but `SHA256SUMS`, by path: its bytes and what it is."""
    parts = instructions(kit)
    files = {
        README: (_markdown(kit, parts), "How to verify the record, step by step"),
        PAGE: (_page(kit, parts), "The same instructions as a page"),
        VERIFIER: (kit.verifier, "The verifier: one file, Python's standard library alone"),
        VIEWER: (kit.viewer, "The viewer: one page, opened in a browser without network"),
    }
    for key in kit.keys:
        files[key.file] = ((key.text + "\n").encode(), f"Public key of {WHOSE[key.of].format(key.name)}")
    return files


WHOSE = {"trail": "the record itself", "countersigner": "the countersigner {}", "person": "the team member {}"}


def sums(files: Mapping[str, bytes]) -> bytes:
    """The lines `sha256sum -c` reads: a digest, two spaces, a path; sorted by path."""
    return b"".join(f"{digest(files[path])}  {path}\n".encode() for path in sorted(files))


def summed(text: bytes) -> tuple[str, ...]:
    """The paths that a `SHA256SUMS` names."""
    return tuple(line.split("  ", 1)[1] for line in text.decode(errors="replace").splitlines() if "  " in line)


def _markdown(kit: Kit, parts: tuple[Part, ...]) -> bytes:
    lines = [f"# {TITLE}", "", f"Record: `{kit.origin}`", ""]
    for part in parts:
        lines += [f"## {part.title}", ""]
        for block in part.blocks:
            lines += [*_written(block), ""]
    return ("\n".join(lines).rstrip() + "\n").encode()


TITLE = "Verify this study's record yourself"


def _written(block: Say | Steps | Commands | Table) -> list[str]:
    if isinstance(block, Say):
        return [block.text]
    if isinstance(block, Steps):
        return [f"{f'{n}.' if block.numbered else '-'} {text}" for n, text in enumerate(block.items, 1)]
    if isinstance(block, Commands):
        return [f"{block.where}:", "", "```", *block.lines, "```"] if block.where else ["```", *block.lines, "```"]
    rows = [block.head, ("---",) * len(block.head), *block.rows]
    return ["| " + " | ".join(row) + " |" for row in rows]


def _page(kit: Kit, parts: tuple[Part, ...]) -> bytes:
    return render(
        "kit.html", title=TITLE, kit=kit, parts=parts, text=_inline, line=_line, kind=lambda b: type(b).__name__.lower()
    )


def _inline(text: str) -> Markup:
    """Escaped text with `code` and **strong** as elements."""
    said = _CODE.sub(lambda found: f"<code>{_whole(found[1])}</code>", str(escape(text)))
    return Markup(_STRONG.sub(r"<strong>\1</strong>", said))


def _line(line: str) -> Markup:
    """A command; its words break only where they would not fit a phone, never after `--`."""
    return Markup(" ".join(_whole(str(escape(word))) for word in line.split(" ")))


def _whole(escaped: str) -> str:
    return f'<span class="whole">{escaped}</span>' if len(escaped) <= LONGEST_WHOLE else escaped
