"""What is read, from where, in which process; what is no survey file is told what it is and what to do."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from evidence.survey import Asked, Survey, read_survey, read_surveys, reading, sniff
from evidence.survey.sniffing import refusal
from study.errors import StudyError
from tests.evidence.sas_files import sas7bcat, sas7bdat
from tests.evidence.survey_files import SECRET, WRITERS, mortal, written


def archive(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as parts:
        for name in names:
            parts.writestr(name, SECRET)
    return data.getvalue()


FOREIGN = {
    "page.xls": (b"<html><table><tr><td>q</td></tr></table></html>", "is a web page"),
    "page.csv": (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html></html>", "is a web page"),
    "table.xls": (b"<table><tr><td>q</td></tr></table>", "is a web page"),
    "old.xls": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "an old Excel or Office file"),
    "secret.xlsx": (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "has a password",
    ),
    "secret.sav": (b"\x1c\0\0\0\0\0\0\0ENCRYPTEDSAV" + bytes(40), "has a password"),
    "packed.zip": (archive("answers.csv"), "an archive (.zip)"),
    "answers.ods": (archive("mimetype", "content.xml").replace(b"content", b"opendocument"), "an OpenDocument file"),
    "letter.docx": (archive("[Content_Types].xml", "word/document.xml"), "an Office document"),
    "report.pdf": (b"%PDF-1.7\n", "is a PDF"),
    "answers.json": (b'{"answers": []}', "is JSON"),
    "records.json": (b'\n[{"record_id": 1}]', "is JSON"),
    "answers.xml": (b"<?xml version='1.0'?><odm/>", "is XML"),
    "answers.RData": (gzip.compress(b"RDX3\nX\n"), "R's own"),
    "answers.rds": (gzip.compress(b"X\n\0\0\0\3"), "R's own"),
    "answers.csv.gz": (gzip.compress(b"id,q\n"), "packed (.gz)"),
    "answers.parquet": (b"PAR1" + bytes(40), "a parquet file"),
    "answers.sqlite": (b"SQLite format 3\0" + bytes(40), "a database"),
    "formats.sas7bcat": (sas7bcat({"YES": {1.0: SECRET}}), "a SAS catalog"),
    "empty.csv": (b"", "is empty"),
    "blank.csv": (b"\xef\xbb\xbf \r\n\t\n", "is empty"),
    "nothing.csv": ("\ufeff".encode("utf-16-le"), "is empty"),
    "noise.bin": (bytes(range(256)) * 4, "no survey format we know"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_survey_file_is_told_what_it_is_and_what_to_do(name: str):
    data, what = FOREIGN[name]
    assert sniff(data) is None
    with pytest.raises(StudyError) as refused:
        read_survey(data, name=name)
    assert what in refused.value.what
    assert refused.value.where == name
    assert refused.value.remedy.endswith(".")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("name", WRITERS)
def test_the_content_decides_the_format_and_every_beginning_of_a_file_is_told_something(name: str):
    data = written(name)
    assert sniff(data) == name.rpartition(".")[2]
    for length in (*range(120), 300, 600):
        cut = data[:length]
        if sniff(cut) is None:
            what, remedy = refusal(cut)
            assert what
            assert remedy
        assert sniff(cut) in (None, sniff(data), "csv")


def test_a_file_larger_than_the_limit_is_refused_by_its_size_and_never_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "staff.sav").write_bytes(written("survey.sav"))
    monkeypatch.setattr(reading, "LARGEST_BYTES", 100)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("it was read"))
    for content in (tmp_path / "staff.sav", written("survey.sav")):
        with pytest.raises(StudyError) as refused:
            read_survey(content, name="staff.sav")
        assert refused.value.what == "the survey file is larger than 1 GB"


def test_a_file_or_a_catalog_that_is_not_there_is_one_sentence(tmp_path: Path):
    with pytest.raises(StudyError, match=r"absent.sav: the survey file cannot be read"):
        read_survey(tmp_path / "absent.sav")
    with pytest.raises(StudyError, match=r"absent.sas7bcat: the survey file cannot be read"):
        read_survey(written("survey.sas7bdat"), name="a.sas7bdat", catalog=tmp_path / "absent.sas7bcat")


@pytest.mark.real
def test_many_files_are_read_in_order_by_children_that_are_replaced_when_they_die(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "read_bytes", mortal)
    monkeypatch.setattr(reading, "SECONDS", 3.0)
    (tmp_path / "staff.sav").write_bytes(written("survey.sav"))
    catalog = sas7bcat({"OFTEN": {1.0: "Never"}})
    outcomes = list(
        read_surveys(
            [
                Asked(tmp_path / "absent.sav"),
                Asked(tmp_path / "staff.sav"),
                Asked(b"id,q\nCRASH,1\n", "crash.csv"),
                Asked(b"%PDF-1.7", "report.pdf"),
                Asked(b"id,q\nHANG,1\n", "hang.csv"),
                Asked(sas7bdat({"q": [1.0, None]}, {"q": "OFTEN"}), "a.sas7bdat", catalog=catalog),
                Asked("id,q\nP1,né\n".encode("cp1252"), "latin.csv"),
                Asked("id,q\nP1,né\n".encode("cp1252"), "latin.csv", encoding="cp1252", columns=("q",)),
                Asked(b"", "empty.csv"),
            ]
        )
    )
    said = [outcome.what if isinstance(outcome, StudyError) else len(outcome.frame) for outcome in outcomes]
    assert said == [
        "the survey file cannot be read (No such file or directory)",
        24,
        "the survey file is damaged or incomplete: its reader crashed (SIGABRT)",
        "the survey file is a PDF, not data",
        "the survey file is too large or damaged: its reader took too long",
        2,
        "the text is not UTF-8 (row 2)",
        1,
        "the survey file is empty",
    ]
    assert all(outcome.remedy for outcome in outcomes if isinstance(outcome, StudyError))
    staff, labelled, latin = [outcome for outcome in outcomes if isinstance(outcome, Survey)]
    assert staff.sha256 == hashlib.sha256(written("survey.sav")).hexdigest()
    assert (staff.declared_rows, staff.encoding, staff.layout) == (24, "UTF-8", "plain")
    assert labelled.dictionary["q"].values == {1.0: "Never"}
    assert latin.frame["q"].tolist() == ["né"]


@pytest.mark.real
def test_leaving_early_reads_no_further():
    taken: list[int] = []

    def asked():
        for number in range(50):
            taken.append(number)
            yield Asked(b"id,q\nP1,1\n", f"{number}.csv")

    outcomes = read_surveys(asked())
    assert isinstance(next(outcomes), Survey)
    outcomes.close()
    assert len(taken) <= 3
