"""Bad exports of codings among good ones: each is refused or reported by name with its remedy; the others are read.

One study is read once, as the flows do it without Prefect's server; the tests look at what came of it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from analysis.coding_tools import codebook_from, read_export
from study import Query
from tasks.assessed import queries_of
from tasks.codings import Material, read_material
from tests.tasks.coding_study import (
    BAD,
    accepted,
    claiming,
    codings_in,
    imports,
    maxqda,
    project,
    repacked,
    sheet,
    study_of_few,
    table,
)
from tests.tasks.test_analysis import EXAMPLES, run

pytestmark = pytest.mark.real


class Read(NamedTuple):
    """What came of reading, once with the team's own table and once with exports in its place."""

    study: Path
    before: Material
    material: Material
    queries: dict[tuple[str, str], Query]

    def of(self, file: str) -> dict[str, Query]:
        return {check: query for (name, check), query in self.queries.items() if name == f"{BAD}/{file}"}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    study = tmp_path_factory.mktemp("coded") / "study"
    shutil.copytree(EXAMPLES / "fsp/study", study)
    study_of_few(study)
    with run(study) as place:
        before = read_material.fn(place)
    good = project(study, "I0001", counted=lambda text: len(text.encode("utf-16-le")) // 2 + text.count("\n"))
    third, fifth = codings_in(study, "I0003"), codings_in(study, "I0005")
    line = ("I0001", "EVA1", "wild code", third[0]["quote"])
    highlights = [(n, "I0005", row["code"].replace("_", " ").title(), row["quote"]) for n, row in enumerate(fifth)]
    imports(
        study,
        {
            "good.qdpx": good,
            "maxqda.xlsx": maxqda(study, "I0003", coder="Erika Erfunden"),
            "taguette.csv coder: EVA1": table(("id", "document", "tag", "content"), highlights),
            "no_zip.qdpx": b"this is no archive " * 40,
            "cut.qdpx": good[: len(good) // 2],
            "bomb.qdpx": claiming(good, (2 << 30) - 1),
            "no_project.qdpx": repacked(good, but="project.qde"),
            "no_sources.qdpx": repacked(good, but="sources/"),
            "unknown_tool.csv": table(("Sujet", "Extrait", "Code"), [("I0001", "xyzzy plugh", "hope")]),
            "no_header.csv": table(("xyzzy words somebody said", "more of them"), [("xyzzy", "plugh")]),
            "stranger.xlsx": maxqda(study, "I0003", document="Interview with nobody known"),
            "several.xlsx": maxqda(study, "I0003", document="I0001 and I0003.docx"),
            "coder.xlsx": maxqda(study, "I0003", coder="Somebody Unheard"),
            "codes.csv": table(("File", "Coder", "Coded", "Id", "Codename"), [(*line[:2], line[3], "ctid:1", line[2])]),
            "words.csv": table(("File", "Coder", "Coded", "Id", "Codename"),
                               [("I0003", "EVA1", "xyzzy plugh never said", "ctid:1", third[0]["code"])]),
            "unreleased.xlsx": maxqda(study, "I0003", document="I0002"),
            "older.xlsx codebook: '0.9'": maxqda(study, "I0005", coder="EVA2"),
            "newer.xlsx codebook: '1'": maxqda(study, "I0005", coder="EVA3"),
            "codes.xlsx": sheet(("Code", "Memo"), [("One > Two", "defined")]),
        },
        "    - {file: analysis/exports/not_there.qdpx}",
        "  coders: {Erika Erfunden: EVA1}",
    )  # fmt: skip
    (study / "analysis/codings.csv").unlink()
    with run(study) as place:
        material = read_material.fn(place)
        place.trail.append(material.facts)
        found = queries_of(place, material.problems)
    return Read(study, before, material, {(q.where.split(",")[0], q.check): q for q in found})


def test_good_exports_are_read_whatever_lies_beside_them(read: Read) -> None:
    for file in ("good.qdpx", "maxqda.xlsx", "taguette.csv"):
        assert read.of(file) == {}
    assert read.before.everything is not None
    assert read.material.everything is not None
    first = {row[:1] + row[2:] for row in accepted(read.before.everything.segments)}
    again = {row[:1] + row[2:] for row in accepted(read.material.everything.segments)}
    assert again == first
    assert "counts positions in UTF-16 units, with each line end as two (1 document)" in read.material.said


@pytest.mark.parametrize(
    ("file", "check", "says", "remedy"),
    [
        ("no_zip.qdpx", "AN014", "The file is no ZIP archive, or only a part of one", "Export the project again"),
        ("cut.qdpx", "AN014", "The file is no ZIP archive, or only a part of one", "Export the project again"),
        ("bomb.qdpx", "AN014", "The archive unpacks to more than 1024 MB", "without audio, video and pictures"),
        ("no_project.qdpx", "AN014", "The archive has no project.qde", "as REFI-QDA (.qdpx)"),
        ("not_there.qdpx", "AN014", "There is no such file", "analysis.imports"),
        ("no_sources.qdpx", "AN041", "lacks the text of a document", "with its sources inside"),
        ("stranger.xlsx", "AN017", "is no interview of the study", "analysis.sources"),
        ("several.xlsx", "AN018", "fits several interviews", "analysis.sources"),
        ("coder.xlsx", "AN019", "nobody in the team", "analysis.coders"),
        ("codes.csv", "AN002", "not in the codebook", "add it to the codebook"),
        ("words.csv", "AN003", "not in its transcript", "from the released version"),
        ("unreleased.xlsx", "AN005", "not released for coding", "Release the transcript first"),
        ("older.xlsx", "AN016", "different versions of the codebook", "EVA2 with 0.9; EVA3 with 1"),
    ],
)
def test_a_bad_export_is_one_query_that_says_what_to_do(
    read: Read, file: str, check: str, says: str, remedy: str
) -> None:
    query = read.of(file)[check]
    assert says in query.message
    assert remedy in query.message
    assert query.severity == ("review" if check == "AN016" else "block")


def test_an_unknown_table_is_told_by_its_columns_and_words_without_a_header_never_are(read: Read) -> None:
    assert set(read.of("unknown_tool.csv")) == {"AN014"}
    assert (
        "none of its columns is one that a coding tool writes" in read.of("unknown_tool.csv")["AN014"].message.lower()
    )
    assert "NVivo" in read.of("no_header.csv")["AN014"].message
    assert not [q for q in read.queries.values() if "xyzzy" in q.message or "xyzzy" in repr(q.rows)]


def test_no_name_of_the_tool_and_no_word_leaves_the_files(read: Read) -> None:
    """A document's name stands with the rows of its query alone, which are kept in restricted/queries/."""
    queries = [f"{q.where} {q.message}" for q in read.queries.values()]
    said = read.material.said + "".join(queries) + repr(read.material.facts) + repr(read.material.problems)
    assert any("nobody known" in row for q in read.queries.values() for row in q.rows)
    written = "".join(
        f.read_text(errors="replace")
        for part in ("trail", "out")
        for f in (read.study / part).rglob("*")
        if f.is_file()
    )
    for words in ("xyzzy", "plugh", "nobody known", "Somebody Unheard", "Erika"):
        assert words not in said
        assert words not in written
    quotes = [q for q in read.before.everything.segments["quote"] if len(q) > 20] if read.before.everything else []
    assert not [quote for quote in quotes if quote in said or quote in written]


def test_the_codebook_is_written_for_other_tools_and_what_was_read_is_on_its_page(read: Read) -> None:
    qdc = (read.study / "out/analysis/codebook.qdc").read_bytes()
    assert read.material.codebook is not None
    assert codebook_from(read_export(qdc, "codebook.qdc"), "").codes == read.material.codebook.codes
    page = (read.study / "out/analysis/codebook.html").read_text()
    assert "good.qdpx is a REFI-QDA project" in page
    assert '<th scope="row">I0001</th>' in page
