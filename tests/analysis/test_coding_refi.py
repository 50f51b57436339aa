"""REFI-QDA written and read again, and what tools do to positions."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.codebook import Codebook, CodeEntry
from analysis.coding_tools import codebook_from, read_export, write_qdc

NAMES = st.text("abcXYZ äé中-/>.", min_size=1, max_size=12).map(lambda s: " ".join(s.split())).filter(bool)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=30).map(str.strip)


@st.composite
def codebooks(draw: st.DrawFn) -> Codebook:
    """Codebooks without circles: a code stands below one drawn before it, or below a heading."""
    ids = draw(st.lists(IDS, min_size=1, max_size=6, unique=True))
    version = draw(st.sampled_from(["", "1", "1.10"]))
    entries = []
    for n, code in enumerate(ids):
        name = draw(st.one_of(st.just(""), NAMES))
        entries.append(
            CodeEntry(
                code,
                draw(TEXTS),
                draw(st.sampled_from(["", "theme", *ids[:n]])) if code != "theme" and "theme" not in ids else "",
                draw(st.sampled_from(["inductive", "deductive"])),
                version,
                name=name if name != code else "",
                was=tuple(sorted(draw(st.sets(IDS, max_size=2)))),
                guid=draw(st.sampled_from(["", f"0d62985d-b147-5d01-a9b5-cae5dcd983{n:02d}"])),
            )
        )
    codes = tuple(sorted(entries, key=lambda e: e.code))
    return Codebook(version, codes, (), codes)


@settings(max_examples=60, deadline=None)
@given(codebooks())
def test_a_codebook_written_as_qdc_reads_as_it_was(book: Codebook) -> None:
    data = write_qdc(book)
    assert codebook_from(read_export(data, "codebook.qdc"), "codebook.qdc") == book
    assert write_qdc(book) == data
