"""The tables coding tools export, each known by the names of its columns: never by its file name, never guessed.

Where each header was found is in docs/codings.md. Headers are English; case and spaces do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Holds = Literal["codes", "segments"]


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of table: the tool, what it holds, its columns by field, and which must be there.

    Each field lists the headers it may have, in order of preference. `marks` are headers of which one at least must be
    there, because other tables have the rest as well. `split` parts a code's path into names, `several` a cell that
    lists several codes. `applied` is the pattern of columns that hold one code each (Dedoose).
    """

    tool: str
    holds: Holds
    title: str
    fields: Mapping[str, tuple[str, ...]]
    needs: tuple[str, ...]
    marks: tuple[str, ...] = ()
    split: str = ""
    several: str = ""
    applied: str = ""

    def known(self) -> set[str]:
        """Every header of this table."""
        return {header for headers in self.fields.values() for header in headers} | set(self.marks)


LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "maxqda",
        "segments",
        "coded segments",
        {
            "source": ("document name", "document"),
            "group": ("document group",),
            "code": ("code",),
            "text": ("segment", "coded segments"),
            "start": ("begin", "beginning"),
            "end": ("end",),
            "coder": ("author", "created by"),
            "ignored": (
                "weight score", "weight", "created", "modified by", "modified", "comment", "color", "area",
                "coverage %", "other codes assigned to segment", "page", "category",
            ),
        },
        ("source", "code", "text"),
        split=r"\s*>\s*|\\",
    ),
    Layout(
        "maxqda",
        "codes",
        "code system",
        {
            "parent": ("parent code",),
            "name": ("code",),
            "definition": ("memo", "code memo", "description"),
            "ignored": ("color", "cod. seg.", "coded segments", "created by", "created", "position"),
        },
        ("name",),
        marks=("memo", "code memo", "parent code"),
        split=r"\s*>\s*|\\",
    ),
    Layout(
        "atlas_ti",
        "segments",
        "quotations",
        {
            "source": ("document",),
            "code": ("codes",),
            "text": ("quotation content",),
            "start": ("start position", "start"),
            "end": ("end position", "end"),
            "coder": ("created by",),
            "ignored": (
                "id", "quotation name", "document groups", "comment", "reference", "density", "modified by", "created",
                "modified",
            ),
        },
        ("source", "code", "text"),
        several=r"\n|;",
    ),
    Layout(
        "atlas_ti",
        "codes",
        "codebook",
        {
            "name": ("code", "name"),
            "definition": ("comment",),
            "group": ("code groups", "code group 1"),
            "ignored": ("grounded", "density", "color", "created by", "modified by", "created", "modified", "id"),
        },
        ("name", "definition"),
        marks=("code groups", "code group 1", "grounded"),
    ),
    Layout(
        "nvivo",
        "codes",
        "codebook",
        {
            "name": ("hierarchical name", "name"),
            "definition": ("description",),
            "ignored": ("files", "references", "sources", "nickname", "color", "created on", "modified on"),
        },
        ("name", "definition"),
        marks=("files", "references", "sources"),
        split=r"\\+",
    ),
    Layout(
        "nvivo",
        "segments",
        "coding references",
        {
            "source": ("file name", "file", "source name", "source"),
            "code": ("hierarchical name", "code", "code name", "node"),
            "text": ("coded text", "reference text"),
            "coder": ("coded by", "coded by initials", "coded by name"),
            "ignored": (
                "coverage", "number of coding references", "reference number", "modified on", "aggregate",
                "classification",
            ),
        },
        ("source", "code", "text"),
        split=r"\\+",
    ),
    Layout(
        "qualcoder",
        "segments",
        "coding report",
        {
            "source": ("filename", "file"),
            "coder": ("coder",),
            "text": ("coded",),
            "code": ("codename",),
            "ids": ("id",),
            "above": ("category",),
            "ignored": ("case", "coded_memo"),
        },
        ("source", "coder", "text", "code"),
    ),
    Layout(
        "taguette",
        "segments",
        "highlights",
        {"source": ("document",), "code": ("tag",), "text": ("content",), "ids": ("id",)},
        ("source", "code", "text"),
    ),
    Layout("taguette", "codes", "codebook", {"name": ("tag",), "definition": ("description",)}, ("name", "definition")),
    Layout(
        "dedoose",
        "segments",
        "excerpts",
        {
            "source": ("media title", "resource title"),
            "text": ("excerpt copy", "excerpt"),
            "coder": ("excerpt creator",),
            "range": ("excerpt range",),
            "ignored": ("excerpt date", "resource creator", "resource date", "codes applied combined", "id"),
        },
        ("source", "text"),
        split=r"\\+",
        applied=r"code: (.*) applied",
    ),
    Layout(
        "dedoose",
        "codes",
        "codes",
        {
            "name": ("title",),
            "definition": ("description",),
            "ids": ("id",),
            "above": ("parent id",),
            "ignored": ("depth", "weighted", "minimum weight", "maximum weight", "default weight"),
        },
        ("name", "ids", "above"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A table that was recognised: its layout, the position of each field's column, and of columns of one code each.

    `header` is how many rows stand above the first row of the table.
    """

    layout: Layout
    columns: Mapping[str, tuple[int, ...]]
    codes: Mapping[int, str]


def recognised(header: Sequence[str], tool: str = "auto") -> Found | None:
    """The table that a row of headers begins; None when no table of the tool (`auto`: of any) has these columns.

    Of several the one most of whose columns are there.
    """
    names = [plain(name) for name in header]
    fitting = [(_fits(layout, names, header), layout) for layout in LAYOUTS if tool in ("auto", layout.tool)]
    best = max(((f, n) for (f, n), _ in fitting if f is not None), key=lambda one: one[1], default=None)
    return best[0] if best else None


def known_headers(header: Sequence[str]) -> list[str]:
    """Which of these are headers of some table, so that the row is one of headers and may be shown."""
    known = {name for layout in LAYOUTS for name in layout.known()}
    return [name for name in header if plain(name) in known or re.fullmatch(r"code: .* applied", plain(name))]


def plain(header: str) -> str:
    """A header for comparison: small letters, single spaces."""
    return " ".join(header.casefold().split())


def _fits(layout: Layout, names: Sequence[str], header: Sequence[str]) -> tuple[Found | None, int]:
    columns: dict[str, tuple[int, ...]] = {}
    for field, headers in layout.fields.items():
        at = next((found for name in headers if (found := [i for i, n in enumerate(names) if n == name])), [])
        if at:
            columns[field] = tuple(at if field == "above" else at[:1])
    if not all(field in columns for field in layout.needs):
        return None, 0
    if layout.marks and not any(mark in names for mark in layout.marks):
        return None, 0
    codes = {
        i: header[i].strip()[len("code:") : -len("applied")].strip()
        for i, name in enumerate(names)
        if layout.applied and re.fullmatch(layout.applied, name)
    }
    if layout.applied and not codes:
        return None, 0
    return Found(layout, columns, codes), sum(name in layout.known() for name in names) + len(codes)
