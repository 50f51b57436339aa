"""Bad transcripts among good ones: each raises its own query, which says why and what to do; the others go on.

One study is validated once, as the flow does it without Prefect's server; the tests read what came of it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.transcripts_written import Said, as_docx, as_pdf
from study import Fact, Query, Subject
from tasks.queries import settle_queries
from tasks.record import record
from tasks.request import StudyRequest
from tasks.transcript_release import decide_releases
from tasks.transcripts import JudgedTranscripts, judge_transcripts
from tasks.workspace import opened

pytestmark = pytest.mark.real

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "fsp" / "study"
GOOD = {"I0001.vtt", "I0002.docx", "I0003.srt"}
SCOPES = ("take_part", "record", "transcribe", "quote", "recontact", "audit")
TURNS = [Said(n, n + 1, ("Interviewer", "Participant")[n % 2], "We went over it once more.") for n in range(4)]


def ole(stream: str) -> bytes:
    """The opening of an OLE compound file with a stream of that name."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + stream.encode("utf-16-le") + bytes(600)


def bomb() -> bytes:
    """A small .docx whose document unpacks to 210 MB."""
    held = io.BytesIO(as_docx(TURNS))
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as parts, parts.open("word/extra.xml", "w") as part:
        for _ in range(210):
            part.write(bytes(1_000_000))
    return held.getvalue()


def scanned() -> bytes:
    """A .pdf of one page that is a picture."""
    sheet = as_pdf([])  # no page
    picture = (
        b"4 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</Im 6 0 R>>>>/Contents 5 0 R>>\n"
        b"endobj\n5 0 obj\n<</Length 28>>stream\nq 009 0 0 009 0 0 cm /Im Do Q\nendstream\nendobj\n"
        b"6 0 obj\n<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>"
        b"stream\n\x80\nendstream\nendobj\n"
    )
    head = sheet.partition(b"xref\n")[0].replace(b"/Count 0/Kids[]", b"/Count 1/Kids[4 0 R]")
    return head + picture + b"trailer<</Size 7/Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


BAD = {
    "I0005.vtt": b"",
    "I0006.txt": bytes(range(256)) * 20,
    "I0008.docx": ole("EncryptedPackage"),
    "I0010.txt": b"Interviewer: So?\n\nParticipant: Yes.\n\n" * 30_000,
    "I0011.docx": bomb,
    "I0012.pdf": scanned,
    "I0014.srt": lambda: as_docx(TURNS),
    "I0015.doc": ole("WordDocument"),
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, JudgedTranscripts]]:
    """The study with its bad files, judged, settled and asked for releases; the largest file read is 1 MB."""
    root = tmp_path_factory.mktemp("bad") / "study"
    shutil.copytree(EXAMPLE, root)
    folder = root / "transcripts"
    texts = {path.name: path.read_bytes() for path in folder.iterdir()}
    for path in folder.iterdir():
        path.unlink()
    files = {name: texts[name] for name in GOOD} | {name: b() if callable(b) else b for name, b in BAD.items()}
    files |= {"I0009.txt": texts["I0013.txt"], "I0013.txt": texts["I0009.txt"]}  # two participants' swapped
    files |= {"I0016.srt": texts["I0003.srt"]}  # one interview under two ids
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        for module in ("evidence.reading", "tasks.transcript_reading"):
            patch.setattr(f"{module}.LARGEST", 1_000_000)
        with opened(StudyRequest(study=str(root)), "open-study", create=True) as place:
            people = {
                p
                for row in csv.DictReader((root / "registers/interviews.csv").open())
                for p in row["participant_ids"].split(";")
            }
            place.trail.append(conduct())
            place.trail.append([consent(place.trail_code(person)) for person in sorted(people)])
        with opened(StudyRequest(study=str(root)), "validate-transcripts") as place:
            found = judge_transcripts.fn(place)
            record.fn(place, list(found.received))
            settle_queries.fn(place, found.queries, found.looked_at)
            record.fn(place, found.verdicts)
            record.fn(place, list(decide_releases.fn(place, found.files).facts))
        yield root, found


def texts_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def conduct() -> list[Fact]:
    """The study opened, its form approved and somebody who may ask for consent."""
    form = {"form": "FSP-INT", "version": "1", "language": "en", "scopes": SCOPES, "text": "0" * 64}
    dates = {"opens": "2015-06-01", "approval_from": "2015-05-01", "reconsent": "none"}
    opening = {"time_zone": "UTC", "protocol": "0" * 64, "approval_from": "2015-05-01"}
    task = {"role": "evaluator", "task": "obtain_consent"}
    return [
        Fact("study.opened", "2015-05-01", data=opening),
        Fact("personnel.authorised", "2015-06-01", (Subject("person", "EVA1"),), data=task),
        Fact("consent.form_approved", "2015-06-01", data={**form, **dates}),
    ]


def consent(code: str) -> Fact:
    """Everything consented to, long before the first interview."""
    how = {"mode": "signed", "obtained_by": "EVA1", "copy_given": True}
    absent = {"has_witness": False, "has_representative": False, "declined": ()}
    form = {"form": "FSP-INT", "form_version": "1", "language": "en", "given": SCOPES}
    row = {"ordinal": 0, "version": 1, "row": "0" * 64}
    return Fact("consent.given", "2016-01-02", (Subject("participant", code),), data={**row, **form, **how, **absent})


def blocking(found: JudgedTranscripts) -> dict[str, list[Query]]:
    by_file: dict[str, list[Query]] = {}
    for query in found.queries:
        name = query.where.partition(",")[0].removeprefix("transcripts/")
        if query.severity == "block":
            by_file.setdefault(name, []).append(query)
    return by_file


@pytest.mark.parametrize(
    ("name", "check", "said"),
    [
        ("I0005.vtt", "TR001", "The file holds no text; ask for it again."),
        ("I0006.txt", "TR001", "The content is not text but a binary file; export the transcript itself."),
        ("I0008.docx", "TR001", "The document is locked with a password; save it without one."),
        ("I0010.txt", "TR001", "The file is larger than 1 MB, the most that is read; send .*"),
        ("I0011.docx", "TR001", "The document unpacks to more than 200 MB, the most that is read; save .*"),
        ("I0012.pdf", "TR001", "The pages are pictures: no text; it needs transcription."),
        ("I0014.srt", "TR001", "The content is not what the file's ending says: it is a Word .*; rename it, .*"),
        ("I0015.doc", "TR001", "The document is in the old .doc format; save it as .docx."),
        ("I0009.txt", "TR005", ".*another interview than the file name.* Find out which is right."),
        ("I0013.txt", "TR005", ".*another interview than the file name.* Find out which is right."),
        ("I0003.srt", "TR041", ".*same words: 1. Find out whose interview it is, and replace the wrong file."),
        ("I0016.srt", "TR041", ".*same words: 1. Find out whose interview it is, and replace the wrong file."),
    ],
)  # fmt: skip
def test_each_is_its_own_query_with_its_remedy(
    judged: tuple[Path, JudgedTranscripts], name: str, check: str, said: str
) -> None:
    found = blocking(judged[1])[name]
    assert check in {query.check for query in found}
    [query] = [query for query in found if query.check == check]
    assert re.fullmatch(said, query.message), query.message
    assert query.where == f"transcripts/{name}"


def test_a_file_that_does_not_open_is_asked_nothing_else(judged: tuple[Path, JudgedTranscripts]) -> None:
    found = blocking(judged[1])
    unread = set(BAD) - {"I0014.srt"}
    assert {name: {query.check for query in found[name]} for name in unread} == {name: {"TR001"} for name in unread}
    verdicts = {one.file.name: one.verdict for one in judged[1].files}
    assert {name for name, verdict in verdicts.items() if verdict == "unreadable"} == unread


def test_the_rest_of_the_batch_is_judged_and_released(judged: tuple[Path, JudgedTranscripts]) -> None:
    root, found = judged
    untouched = GOOD - {"I0003.srt"}
    assert set(blocking(found)) & untouched == set()
    with opened(StudyRequest(study=str(root)), "status") as place:
        released = {e.subject_id("transcript") for e in place.events() if e.kind == "transcript.released"}
        kinds = [e.kind for e in place.events()]
    assert released == {name.partition(".")[0] for name in untouched}
    assert kinds.count("transcript.validated") == len(GOOD) + len(BAD) + 3


def test_no_query_holds_a_word_of_any_file(judged: tuple[Path, JudgedTranscripts]) -> None:
    said = json.dumps([(query.message, query.where) for query in judged[1].queries])
    assert "went over" not in said
    assert "P001" not in said
