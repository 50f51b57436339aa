"""REFI-QDA written and read again, and what tools do to positions."""

from __future__ import annotations

import io
import random
import re
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.codebook import Codebook, CodeEntry
from analysis.coding_tools import codebook_from, read_export, write_qdc, write_qdpx
from analysis.coding_tools.export import segments_of
from analysis.coding_tools.refi import MARK
from study import StudyError
from tasks.codebooks import digest_of_codes

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


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(codebooks())
def test_a_codebook_written_as_qdc_reads_as_it_was(book: Codebook) -> None:
    data = write_qdc(book)
    assert codebook_from(read_export(data, "codebook.qdc"), "codebook.qdc") == book
    assert write_qdc(book) == data


PAINTED = b"""<?xml version="1.0" encoding="utf-8"?><CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="ATLAS.ti"><Codes>
<Code guid="{A1}" name="Hope" isCodable="false" color="#00F"><Description>Above all</Description>
<Code guid="A9" name="Kinds of help" isCodable="false"><Code guid="A2" name="Practical help" isCodable="true"
color="#FF0000"><Description>Doing</Description></Code></Code></Code>
<Code guid="A3" name="Hope" isCodable="true" color="red"/><Code guid="A4" name="Empty" isCodable="false"/></Codes>
<Sets><Set guid="S1" name="My group"><Description>Ours</Description><MemberCode guid="A2"/><MemberCode guid="A1"/></Set>
<Set guid="S2" name="Documents"><MemberSource guid="D1"/></Set></Sets></CodeBook>"""


def test_colours_headings_and_sets_of_a_tool_come_back() -> None:
    book = codebook_from(read_export(PAINTED, "b.qdc"), "b.qdc")
    assert [(entry.code, entry.parent) for entry in book.codes][1] == ("Practical_help", "Kinds_of_help")
    assert book.parts.colours == {"Hope": "#00F", "Practical_help": "#FF0000"}
    assert [(h.code, h.name, h.parent, h.guid, h.definition) for h in book.parts.headings] == [
        ("Hope", "Hope", "", "a1", "Above all"),
        ("Kinds_of_help", "Kinds of help", "Hope", "a9", ""),
        ("Empty", "Empty", "", "a4", ""),
    ]
    (own,) = book.parts.sets
    assert (own.name, own.guid, own.definition, own.members) == ("My group", "s1", "Ours", ("Practical_help", "Hope"))
    written = write_qdc(book)
    again = codebook_from(read_export(written, "b.qdc"), "b.qdc")
    assert (again.codes, again.parts.colours, again.parts.sets) == (book.codes, book.parts.colours, book.parts.sets)
    assert set(again.parts.headings) == set(book.parts.headings)
    assert write_qdc(again) == written
    project = write_qdpx(book, {"I1": "Hope"}, segments_of([("I1", "ada", "Practical_help", -1, -1, "", 0, 4, 0)]))
    assert codebook_from(read_export(project, "p.qdpx"), "").parts.sets == book.parts.sets


def test_a_codebook_is_known_by_its_codes_and_not_by_their_colours() -> None:
    book = codebook_from(read_export(PAINTED, "b.qdc"), "b.qdc")
    plain = codebook_from(read_export(re.sub(rb' color="[^"]*"', b"", PAINTED), "b.qdc"), "b.qdc")
    assert digest_of_codes(book) == digest_of_codes(plain)
    assert write_qdc(book) != write_qdc(plain)


TEXT = "Interviewer: How did it go? 😀\nP: I had never hoped so much.\nP: Then somebody believed in me.\n"
BOOK = Codebook("1", (CodeEntry("hope", "Ahead", "", "inductive", "1"),))
QUOTES = ("never hoped so much", "somebody believed in me")


def project_of(text: str, quotes: tuple[str, ...]) -> bytes:
    places = [(text.index(q), text.index(q) + len(q)) for q in quotes]
    return write_qdpx(
        BOOK, {"I1.docx": text}, segments_of([("I1.docx", "ada", "hope", -1, -1, "", *p, 0) for p in places])
    )


def changed(data: bytes, old: str, new: str, *, member: str = "project.qde", renamed: str = "") -> bytes:
    """The archive with one text in one member replaced, and the member renamed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            body = before.read(name)
            ours = name.endswith(member)
            assert not ours or old.encode() in body
            after.writestr(
                renamed or name if ours else name, body.replace(old.encode(), new.encode()) if ours else body
            )
    return out.getvalue()


def test_a_project_written_reads_as_it_was_and_twice_gives_the_same_bytes() -> None:
    data = project_of(TEXT, QUOTES)
    export = read_export(data, "p.qdpx")
    assert list(export.segments["text"]) == list(QUOTES)
    assert set(export.segments["coder"]) == {"ada"}
    assert export.sources == {"I1.docx": TEXT}
    assert codebook_from(export, "").codes == BOOK.codes
    assert project_of(TEXT, QUOTES) == data


@pytest.mark.parametrize(
    ("wide", "ends", "says"),
    [(1, 1, None), (1, 2, "line end as two"), (2, 1, "UTF-16 units"), (2, 2, "UTF-16 units, with each line end")],
)
def test_what_positions_count_is_found_by_the_text(wide: int, ends: int, says: str | None) -> None:
    def counted(at: int) -> int:
        return sum((wide if c > "\uffff" else 1) * (ends if c == "\n" else 1) for c in TEXT[:at])

    data = project_of(TEXT, QUOTES)
    for quote in QUOTES:
        at = TEXT.index(quote)
        old = f'startPosition="{at}" endPosition="{at + len(quote)}"'
        data = changed(data, old, f'startPosition="{counted(at)}" endPosition="{counted(at + len(quote))}"')
    export = read_export(data, "p.qdpx")
    assert list(export.segments["text"]) == list(QUOTES)
    assert any(says in note for note in export.notes) if says else not any("counts" in note for note in export.notes)


def test_line_ends_of_windows_are_counted_as_they_are_in_the_file() -> None:
    data = project_of(TEXT, QUOTES)
    windows = changed(data, "\n", "\r\n", member=".txt")
    at = TEXT.index(QUOTES[1])
    told = changed(windows, f'startPosition="{at}"', f'startPosition="{at + 2}"')
    told = changed(told, f'endPosition="{at + len(QUOTES[1])}"', f'endPosition="{at + len(QUOTES[1]) + 2}"')
    first = TEXT.index(QUOTES[0])
    told = changed(told, f'startPosition="{first}"', f'startPosition="{first + 1}"')
    told = changed(told, f'endPosition="{first + len(QUOTES[0])}"', f'endPosition="{first + len(QUOTES[0]) + 1}"')
    assert list(read_export(told, "p.qdpx").segments["text"]) == list(QUOTES)


WINDOWS = 'I: What?\r\nP: Yes - exactly, it\'s "fine".\r\nI: And then?\r\nP: It was long ago, and I do not recall it.'


def nameless(text: str, *quotes: str) -> bytes:
    """A project whose selections have a name that says nothing."""
    data = project_of(text, quotes)
    with zipfile.ZipFile(io.BytesIO(data)) as zip:
        names = re.findall(r'PlainTextSelection [^>]*?name="([^"]*)"', zip.read("project.qde").decode())
    for name in names:
        data = changed(data, f'name="{name}"', 'name="x"')
    return data


def test_of_ways_to_count_the_one_stands_that_begins_and_ends_with_words() -> None:
    quotes = ("It was long ago", 'Yes - exactly, it\'s "fine".')
    plain = WINDOWS.replace("\r\n", "\n")
    export = read_export(changed(nameless(plain, *quotes), plain, WINDOWS, member=".txt"), "p.qdpx")
    assert sorted(export.segments["text"]) == sorted(quotes)
    assert export.problems == ()


def test_positions_that_hold_other_words_in_a_way_as_good_are_told() -> None:
    export = read_export(nameless("a b c\nd e f g h", "e f"), "p.qdpx")
    assert list(export.segments["text"]) == ["e f"]
    assert [(p.check, p.row) for p in export.problems] == []
    export = read_export(nameless("a\nb\nc d e", "d"), "p.qdpx")
    assert list(export.segments["text"]) == ["d"]
    assert [(p.check, p.row, p.column) for p in export.problems] == [("AN042", 1, "position")]


def test_a_text_may_be_inline_or_beside_the_archive_and_never_anywhere_else() -> None:
    data = project_of(TEXT, QUOTES)
    path = next(n for n in zipfile.ZipFile(io.BytesIO(data)).namelist() if n.endswith(".txt")).partition("/")[2]
    inline = changed(data, f' plainTextPath="internal://{path}">', f"><PlainTextContent>{TEXT}</PlainTextContent>")
    assert list(read_export(inline, "p.qdpx").segments["text"]) == list(QUOTES)
    asked: list[str] = []

    def beside(name: str) -> bytes | None:
        asked.append(name)
        return TEXT.encode() if name == "a b.txt" else None

    for link in ("relative://../../a%20b.txt", "file:///C:/Users/x/a%20b.txt", r"relative:\\..\a b.txt"):
        outside = changed(data, f"internal://{path}", link.replace("relative:\\\\", "relative://"))
        assert list(read_export(outside, "p.qdpx", beside=beside).segments["text"]) == list(QUOTES)
    assert set(asked) == {"a b.txt"}
    gone = read_export(changed(data, f"internal://{path}", "internal://other.txt"), "p.qdpx", beside=beside)
    assert [(p.check, p.row) for p in gone.problems] == [("AN041", 1)]
    assert gone.sources == {"I1.docx": None}


def test_a_pdf_s_plain_text_and_a_film_s_transcript_are_read_and_pictures_counted() -> None:
    data = project_of(TEXT, QUOTES[:1])
    begin, finish = TEXT.index(QUOTES[0]), TEXT.index(QUOTES[0]) + len(QUOTES[0])
    guid = "a" * 8 + "-aaaa-aaaa-aaaa-" + "a" * 12
    code = read_export(data, "p.qdpx")
    assert len(code.codes) == 1
    ref = changed(data, "", "")
    qde = zipfile.ZipFile(io.BytesIO(ref)).read("project.qde").decode()
    target = qde.split('CodeRef targetGUID="')[1].split('"')[0]
    coding = f'<Coding guid="{guid}"><CodeRef targetGUID="{target.upper()}"/></Coding>'
    content = f"<PlainTextContent>{TEXT}</PlainTextContent>"
    more = (
        f'<PDFSource guid="{guid}" name="I2"><PDFSelection guid="{guid}">{coding}</PDFSelection>'
        f'<Representation guid="{guid}" name="I2">{content}<PlainTextSelection guid="{guid}" name="" '
        f'startPosition="{begin}" endPosition="{finish}">{coding}</PlainTextSelection></Representation></PDFSource>'
        f'<VideoSource guid="{guid}" name="I3"><Transcript guid="{guid}" name="t">{content}'
        f'<SyncPoint guid="{{b1}}" timeStamp="0" position="{begin}"/>'
        f'<SyncPoint guid="B2" timeStamp="9" position="{finish}"/>'
        f'<TranscriptSelection guid="{guid}" fromSyncPoint="b1" toSyncPoint="{{b2}}">{coding}</TranscriptSelection>'
        "</Transcript></VideoSource>"
    )
    export = read_export(
        changed(data, "</Sources>", f"{more}</Sources><Notes><Note guid='x'>{content}</Note></Notes>"), "p"
    )
    assert list(export.segments["source"]) == ["I1.docx", "I2", "I3"]
    assert set(export.segments["text"]) == {QUOTES[0]}
    assert len(export.memos) == 1
    assert any("1 coding of pictures, pages" in note for note in export.notes)


def test_entities_and_steps_upwards_in_an_archive_lead_nowhere() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]><CodeBook>&b;</CodeBook>'
    with pytest.raises(StudyError, match="declares entities"):
        read_export(bomb, "b.qdc")
    data = project_of(TEXT, QUOTES)
    path = next(n for n in zipfile.ZipFile(io.BytesIO(data)).namelist() if n.endswith(".txt"))
    assert len(read_export(changed(data, "", "", member=".txt", renamed=f"../../{path}"), "p.qdpx").segments) == 2


def test_what_the_sets_of_ours_say_is_no_code_s_name() -> None:
    assert MARK.encode() in write_qdc(BOOK)
    assert [e.name for e in codebook_from(read_export(write_qdc(BOOK), "b.qdc"), "").codes] == [""]


@pytest.mark.slow
def test_a_hundred_broken_files_give_a_reading_or_one_sentence() -> None:
    rng = random.Random(8)
    whole = [write_qdc(BOOK), project_of(TEXT, QUOTES), b"id,document,tag,content\n1,I1,hope,secret words\n"]
    for number in range(100):
        data = bytearray(whole[number % 3])
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(len(data))
            data[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
        if number % 7 == 0:
            del data[rng.randrange(len(data)) :]
        with suppress(StudyError):
            read_export(bytes(data), rng.choice(("a.qdpx", "a.qdc", "a.csv")))
