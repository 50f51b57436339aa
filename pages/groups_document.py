"""Codes by group as a Word document for the paper: no count rests on fewer than k people, and no rest does either."""

from __future__ import annotations

from analysis.groups import Compared, Holding
from pages.document import Document
from pages.groups import NO_TESTS, GroupsPage


def groups_document(page: GroupsPage, *, k: int) -> bytes:
    """The document: themes, then codes; those of which every cell is shown first, the widest difference on top."""
    found = page.comparison
    document = Document("Groups compared", "en", page.study, landscape=len(found.groups) > 3)
    document.paragraph(NO_TESTS)
    large = [g for g in found.groups if g.participants >= k]
    small = [page.groups[g.name] for g in found.groups if g.participants < k]
    if small:
        document.paragraph(f"Not shown, because they have fewer than {k} participants: {', '.join(small)}.")
    tables = (("Themes", "Theme", _themes(page, k)), ("Codes", "Code", _codes(page, k)))
    for title, first, rows in tables if large else ():
        if rows:
            head = [first, *(f"{page.groups[g.name]} (n = {g.participants})" for g in large)]
            caption = f"{title}: participants in whose interview it was found, number and share"
            widths = [2.5, *[1.0] * len(large)]
            document.heading(title).table([head, *rows], caption=caption, note=_note(k), widths=widths)
    return document.bytes()


def told(cell: Holding, of: int, k: int) -> str:
    """`12 (60%)`; `<5` for a few, `>15` for all but a few: those counted and the rest are k people or nobody."""
    if 0 < cell.participants < k:
        return f"<{k}"
    if 0 < of - cell.participants < k:
        return f">{of - k}"
    return f"{cell.participants:,} ({cell.share:.0%})"


NOT_SHOWN = "not shown"


def _codes(page: GroupsPage, k: int) -> list[list[str]]:
    rows = [(row, row.name, _cells(page, row, k)) for row in page.comparison.codes]
    return _ordered(rows, len(page.comparison.groups))


def _themes(page: GroupsPage, k: int) -> list[list[str]]:
    """Themes by group; a count that beside that of one of its codes gives a few people away is not shown."""
    codes = {row.name: row for row in page.comparison.codes}
    rows = []
    for theme in page.comparison.themes:
        cells = _cells(page, theme, k)
        under = [_cells(page, codes[c], k, of=theme) for c in page.codes_of.get(theme.name, ()) if c in codes]
        hidden = [any(one[n] == NOT_SHOWN for one in under) for n in range(len(cells))]
        told_of = [NOT_SHOWN if hide and _is_exact(cell) else cell for hide, cell in zip(hidden, cells, strict=True)]
        rows.append((theme, page.themes[theme.name], told_of))
    return _ordered(rows, len(page.comparison.groups))


def _cells(page: GroupsPage, row: Compared, k: int, of: Compared | None = None) -> list[str]:
    """The cells of the groups that are shown; with `of`, NOT_SHOWN where that theme less this code is a few people."""
    cells = []
    for n, (cell, group) in enumerate(zip(row.cells, page.comparison.groups, strict=True)):
        if group.participants < k:
            continue
        text = told(cell, group.participants, k)
        rest = of.cells[n].participants - cell.participants if of and _is_exact(text) else 0
        cells.append(NOT_SHOWN if 0 < rest < k else text)
    return cells


def _is_exact(text: str) -> bool:
    return text[0].isdigit()


def _ordered(rows: list[tuple[Compared, str, list[str]]], groups: int) -> list[list[str]]:
    """Where a cell is not shown, the row's place in the table says nothing of it either: such rows are by name."""

    def place(row: tuple[Compared, str, list[str]]) -> tuple[bool, float, str]:
        is_whole = len(row[2]) == groups and all(map(_is_exact, row[2]))
        return not is_whole, -row[0].difference if is_whole else 0.0, row[0].name

    return [[name, *cells] for _, name, cells in sorted(rows, key=place)]


def _note(k: int) -> str:
    return (
        f"<{k}: some, and fewer than {k}. > before a number: all but fewer than {k}. A participant counts once, "
        "however many interviews there were."
    )
