"""Planting defects: files that replace or add to a clean study, and the list of what was planted."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence

from examples.generator.archive import document
from examples.generator.tables import changed, row_of

Cells = Mapping[str, str]


class Planting:
    """An overlay over the files of a clean study; every change names the check that should notice it."""

    def __init__(self, clean: Mapping[str, bytes]) -> None:
        self.clean = clean
        self.overlay: dict[str, bytes] = {}
        self.defects: list[dict[str, str]] = []

    def current(self, path: str) -> bytes:
        """The file as planted so far."""
        return self.overlay.get(path, self.clean.get(path, b""))

    def file(self, path: str, data: bytes, check: str, what: str, *, where: str | None = None) -> None:
        """Put `data` at `path`; `where` is the file the query names, if it is another."""
        self.overlay[path] = data
        number = len(self.defects) + 1
        self.defects.append({"id": f"D{number:02d}", "check": check, "file": where or path, "what": what})

    def text(self, path: str, change: Callable[[str], str], check: str, what: str, *, where: str | None = None) -> None:
        """Change a text file."""
        self.file(path, change(self.current(path).decode()).encode(), check, what, where=where)

    def cell(self, path: str, row: Cells, cells: Cells, check: str, what: str, *, where: str | None = None) -> None:
        """Change cells of the first row of a table that has the cells `row`."""
        data = self.current(path)
        self.file(path, changed(data, {row_of(data, **row): cells}), check, what, where=where)

    def add(self, path: str, rows: Sequence[Cells], check: str, what: str, *, where: str | None = None) -> None:
        """Add rows to a table."""
        self.file(path, changed(self.current(path), {}, added=rows), check, what, where=where)

    def word(
        self, path: str, change: Callable[[list[str]], list[str]], check: str, what: str, *, author: str = ""
    ) -> None:
        """Change the paragraphs of a Word file, or its author."""
        self.file(path, document(change(paragraphs_of(self.current(path))), author=author), check, what)

    def files(self) -> dict[str, bytes]:
        """The overlay with its planted.yaml."""
        entries = [
            "".join(
                f"{lead} {key}: {_quoted(value)}\n" for lead, (key, value) in zip("-   ", defect.items(), strict=True)
            )
            for defect in self.defects
        ]
        head = "# What was planted here on purpose, and the check that should notice it.\n"
        return {**self.overlay, "planted.yaml": (head + "".join(entries)).encode()}


def paragraphs_of(data: bytes) -> list[str]:
    """The paragraphs of a Word file that `archive.document` wrote."""
    with zipfile.ZipFile(io.BytesIO(data)) as zip:
        xml = zip.read("word/document.xml").decode()
    return [html.unescape(text) for text in re.findall(r"<w:t[^>]*>(.*?)</w:t>", xml)]


def once(old: str, new: str) -> Callable[[str], str]:
    """A change of the first place where `old` stands; KeyError when it is nowhere."""

    def change(text: str) -> str:
        if old not in text:
            raise KeyError(old)
        return text.replace(old, new, 1)

    return change


def after_sentence(number: int, addition: str) -> Callable[[str], str]:
    """A change that adds words after the `number`-th full stop that ends a line or is followed by a space."""

    def change(text: str) -> str:
        ends = [m.end() for m in re.finditer(r"\.(?=\s|<)", text)]
        at = ends[number]
        return f"{text[:at]} {addition}{text[at:]}"

    return change


def _quoted(value: str) -> str:
    return '"' + value.replace('"', "'") + '"'
