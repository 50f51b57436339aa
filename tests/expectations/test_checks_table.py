"""docs/transcripts.md has every check as the catalogue has it."""

from __future__ import annotations

from pathlib import Path

from expectations.catalogue import CATALOGUE
from expectations.checks_table import table

PAGE = (Path(__file__).parent.parent.parent / "docs/transcripts.md").read_text(encoding="utf-8")


def test_the_page_holds_the_table_as_the_catalogue_gives_it() -> None:
    assert table() in PAGE, "print it anew with python -m expectations.checks_table"


def test_every_check_on_transcripts_is_a_row_with_something_to_do() -> None:
    rows = {line.split("`")[1]: line for line in table().splitlines()[2:]}
    assert set(rows) == {id for id in CATALOGUE if id.startswith("TR")}
    assert all(len(line.split(" | ")) == 6 and line.split(" | ")[5].strip(" |") for line in rows.values())
