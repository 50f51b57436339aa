"""Codings from exports through later releases, new codebooks and withdrawals; without Prefect's server."""

from __future__ import annotations

import html
import json
import shutil
from pathlib import Path

import pytest

from study import Fact, Subject
from tasks.checking import study_checked
from tasks.coding_sources import coded_rows, exports_with
from tasks.codings import read_material
from tasks.erasure_plan import Person, _attested
from tasks.workspace import Workspace
from tests.tasks.coding_study import BAD, codings_in, imports, maxqda, study_of_few
from tests.tasks.test_analysis import EXAMPLES, carried_out, rewrite, rows, run

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three transcripts whose codings were read and recorded once, from the team's own table."""
    study = tmp_path_factory.mktemp("exports") / "study"
    shutil.copytree(EXAMPLES / "fsp/study", study)
    study_of_few(study)
    with run(study) as place:
        place.trail.append(read_material.fn(place).facts)
    return study


@pytest.fixture
def study(recorded: Path, tmp_path: Path) -> Path:
    return shutil.copytree(recorded, tmp_path / "study")


def released_again(place: Workspace, transcript: str, text: bytes) -> None:
    """A second release of a transcript, its file with another text."""
    (file,) = (f.key for f in place.files.list("transcripts/") if f"/{transcript}." in f.key)
    (place.root / file).write_bytes(text)
    version = place.reference(file, text, personal=True)
    subject = (Subject("transcript", transcript),)
    place.trail.append([Fact("transcript.released", place.instant, subject, generated=(version,), data={"version": 2})])


def test_a_later_release_lists_the_codings_it_touches_until_they_are_exported_anew(study: Path) -> None:
    (file,) = (study / "transcripts").glob("I0003.*")
    with run(study) as place:
        before = read_material.fn(place)
        mine = before.codings.segments if before.codings is not None else None
        assert mine is not None
        touched = set(mine.loc[mine["transcript"] == "I0003", "coding"])
        assert before.superseded == frozenset()
        released_again(place, "I0003", file.read_bytes() + b"\n")
        found = read_material.fn(place)
        assert found.superseded == touched
        place.trail.append(found.facts)
        again = read_material.fn(place)
        assert again.superseded == touched
        rows = [p.row for p in again.problems if p.check == "AN015"]
        assert len(rows) == len(touched)
        assert all(row > 1 for row in rows)
    rewrite(study / "analysis/codings.csv", lambda codings: [*codings[1:], codings[0]])
    with run(study) as place:
        assert read_material.fn(place).superseded == frozenset()


def test_merged_codes_are_recorded_counted_anew_and_shown(study: Path) -> None:
    def merged(book: list[dict[str, str]]) -> list[dict[str, str]]:
        first, second = book[0], book[1]
        into = {**first, "code": "brought_together", "version": "2", "was": f"{first['code']};{second['code']}"}
        return [*({**row, "was": ""} for row in book), into]

    rewrite(study / "analysis/codebook.csv", merged)
    with run(study) as place:
        material, _ = carried_out(place)
        read_material.fn(place)
        (event,) = [e for e in place.events(["codebook.changed"]) if e.data["version"] == "2"]
        record = json.loads(place.files.get(f"records/codebook.changed/{event.id}.json"))
    assert material.codebook is not None
    assert material.codings is not None
    former = set(material.recoded)
    assert len(former) == 2
    assert set(material.recoded.values()) == {"brought_together"}
    assert not former & set(material.codings.segments["code"])
    assert (material.codings.segments["code"] == "brought_together").any()
    assert [p for p in material.problems if p.check == "AN002"] == []
    (one,) = record["successions"]
    assert (one["kind"], set(one["before"]), one["after"], one["inferred"]) == (
        "merged", former, ["brought_together"], False,
    )  # fmt: skip
    page = (study / "out/analysis/codebook.html").read_text()
    assert "merged" in page
    assert "→ brought_together" in page


def test_codes_that_went_with_their_segments_are_proposed_as_merged(study: Path) -> None:
    codings = study / "analysis/codings.csv"
    book = study / "analysis/codebook.csv"
    counts: dict[str, int] = {}

    def moved(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        for row in rows:
            counts[row["code"]] = counts.get(row["code"], 0) + 1
        old = max(counts, key=lambda code: counts[code])
        counts["old"] = counts.pop(old)
        rewrite(
            book, lambda b: [{**r, "code": "new_name" if r["code"] == old else r["code"], "version": "2"} for r in b]
        )
        return [{**row, "code": "new_name" if row["code"] == old else row["code"]} for row in rows]

    rewrite(codings, moved)
    assert counts["old"] >= 3
    with run(study) as place:
        place.trail.append(read_material.fn(place).facts)
        (event,) = [e for e in place.events(["codebook.changed"]) if e.data["version"] == "2"]
        (one,) = json.loads(place.files.get(f"records/codebook.changed/{event.id}.json"))["successions"]
    assert (one["kind"], one["after"], one["inferred"], one["segments"]) == (
        "renamed",
        ["new_name"],
        True,
        counts["old"],
    )


def test_check_says_what_each_export_is_and_who_is_not_known(study: Path) -> None:
    imports(
        study,
        {
            "one.xlsx codebook: '7'": maxqda(study, "I0003", coder="Somebody Unheard"),
            "two.xlsx coder: NOBODY": maxqda(study, "I0001", document="a talk with nobody known"),
            "bad.qdpx": b"nothing",
        },
        "  coders: {Ada: ADA9}",
    )
    with run(study) as place:
        assert exports_with(place, {"I0003"}) == [f"{BAD}/one.xlsx", f"{BAD}/bad.qdpx"]
        own, exported = len(rows(study / "analysis/codings.csv")), len(codings_in(study, "I0003"))
        assert len(coded_rows(place, {"I0003"})) == own + exported
    (study / "surveys/staff.sav").unlink()  # read in a process of its own, and no matter here
    checked = study_checked(study)
    said = "\n".join(checked.said)
    assert f"{BAD}/one.xlsx has MAXQDA coded segments (" in said
    assert f"{BAD}/one.xlsx: 1 document known as an interview." in said
    assert "nobody in the team: Somebody Unheard" in said
    assert f"{BAD}/two.xlsx: 0 documents known as an interview, not document 1 (first in row 2); write" in said
    assert "nobody known" not in said
    faults = "\n".join(map(str, checked.faults))
    for fault in (
        "NOBODY is not in the team",
        "ADA9 is not in the team",
        "has no version 7",
        f"{BAD}/bad.qdpx: the file is",
    ):
        assert fault in faults


def test_an_attested_page_that_repeats_a_coding_of_an_export_goes_with_the_person(study: Path) -> None:
    imports(study, {"one.xlsx": maxqda(study, "I0003")})
    (study / "analysis/codings.csv").unlink()
    with run(study) as place:
        said = max(coded_rows(place, {"I0003"})["quote"], key=len)
        for name, words in (("repeats", said), ("other", "Nothing of anybody.")):
            place.files.put(f"records/attested/{'a' * 64}/{name}.html", f"<p>{html.escape(words)}</p>".encode())
        person = Person("P003", "t0000000003", "delete", ("I0003",), ())
        assert [path.rpartition("/")[2] for path in _attested(place, person)] == ["repeats.html"]
