"""Cases, groups and the joint display on the example studies, without Prefect's server."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from study import Fact, Subject
from tasks.assessed import Assessed, queries_of
from tasks.case_codes import KEY, case_codes
from tasks.case_comparison import compare_sites
from tasks.codings import material_of
from tasks.group_comparison import compare_participants
from tasks.joint_display import make_display
from tests.tasks.test_analysis import EXAMPLES, release, rewrite, rows, run

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Assessed]]:
    """The first example released for coding and compared once, groups by role."""
    study = tmp_path_factory.mktemp("fsp") / "study"
    shutil.copytree(EXAMPLES / "fsp/study", study)
    text = (study / "study.yaml").read_text()
    (study / "study.yaml").write_text(text.replace("  joint_display:", "  groups: {by: role}\n  joint_display:"))
    release(study)
    return study, done(study)


@pytest.fixture
def study(made: tuple[Path, dict[str, Assessed]]) -> Iterator[Path]:
    """The same, people's files put back as they were when the test is over."""
    folder, _ = made
    changed = ("study.yaml", "analysis/case_ratings.csv", "analysis/joint_display.csv", "restricted/participants.csv")
    before = {name: (folder / name).read_bytes() for name in changed}
    yield folder
    for name, data in before.items():
        (folder / name).write_bytes(data)


def done(study: Path) -> dict[str, Assessed]:
    """What the three comparisons come to; their facts are put on record."""
    with run(study) as place:
        material = material_of(place)
        place.trail.append(material.facts)
        found = {}
        for name, task in (("cases", compare_sites), ("groups", compare_participants), ("display", make_display)):
            found[name] = task.fn(place, material)
            place.trail.append(found[name].facts)
            assert all(q.message for q in queries_of(place, found[name].problems))
        return found


def validated(study: Path) -> None:
    """The survey as it lies there judged sound, as validate_surveys records it."""
    with run(study) as place:
        (spec,) = place.protocol.surveys
        dictionary = place.reference(spec.dictionary, place.files.get(spec.dictionary), personal=False)
        fact = Fact(
            "survey.validated",
            place.instant,
            (Subject("survey", spec.name),),
            used=(dictionary,),
            generated=(place.reference_to(spec.file),),
            data={"verdict": "passed", "rules": "0" * 12, "blocking": 0, "review": 0, "inform": 0, "unchecked": 0},
        )
        place.trail.append([fact])


def everything_in(document: Path) -> str:
    read = docx.Document(io.BytesIO(document.read_bytes()))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in read.paragraphs), *cells])


def test_three_pages_for_the_team_and_three_documents_for_the_paper(made: tuple[Path, dict[str, Assessed]]) -> None:
    study, found = made
    assert found["cases"].said == ("Cases: 2 of 8 diverge (peers higher in 2, organisation higher in 0).",)
    assert found["groups"].said[0].startswith("Groups: 14 codes compared between 2 groups")
    assert found["display"].said[0].startswith("Joint display: 8 sites: 6 confirmed, 2 expanded, 0 discordant.")
    assert [problem for part in found.values() for problem in part.problems] == []
    files = {path for part in found.values() for path in part.made}
    pages = {f"out/analysis/{n}.{end}" for n in ("cases", "groups", "joint_display") for end in ("html", "docx")}
    assert files == {"out/cases.json", *pages}
    assert all((study / path).stat().st_size > 5_000 for path in pages)


def test_no_quote_person_or_site_goes_where_it_should_not(study: Path) -> None:
    participants = rows(study / "restricted/participants.csv")
    codes = {row["participant_id"] for row in participants}
    quotes = [row["quote"] for row in rows(study / "analysis/codings.csv")]
    pages = "".join((study / f"out/analysis/{n}.html").read_text() for n in ("cases", "groups", "joint_display"))
    paper = "".join(everything_in(study / f"out/analysis/{n}.docx") for n in ("cases", "groups", "joint_display"))
    assert not codes & set(re.findall(r"\bP\d{3}\b", pages + paper))
    assert not any(quote in pages + paper for quote in quotes)
    assert not {row["site_id"] for row in participants} & set(re.findall(r"\bS\d{3}\b", paper))


def test_a_second_run_records_nothing_and_gives_the_same_bytes(study: Path) -> None:
    def now() -> tuple[set[str], dict[str, bytes]]:
        with run(study) as place:
            ids = {e.id for e in place.events() if e.kind != "run.closed"}
            assert {"groups.compared", "joint_display.made"} <= {e.kind for e in place.events()}
        return ids, {path.name: path.read_bytes() for path in (study / "out/analysis").iterdir()}

    before = now()
    done(study)
    assert now() == before


def test_a_validated_survey_puts_means_beside_ratings_and_says_so_on_record(study: Path) -> None:
    with run(study) as place:
        waiting = make_display.fn(place, material_of(place))
    assert "waits until the survey staff, as it lies there now, is validated." in waiting.said[0]
    validated(study)
    with run(study) as place:
        (fact,) = make_display.fn(place, material_of(place)).facts
        (judged,) = place.events(["survey.validated"])
    assert (fact.data["sites"], fact.data["scored"], fact.data["confirmed"], fact.data["expanded"]) == (8, 8, 6, 2)
    assert fact.data["icc2"] > 700_000
    assert judged.id in fact.causes
    text = everything_in(study / "out/analysis/joint_display.docx")
    assert "Case A" in text
    assert "Shown for no case, for want of 5 people behind it: Peer provider, Program director" in text


def test_the_key_of_the_cases_is_kept_and_codes_once_given_stay(study: Path) -> None:
    key = json.loads((study / f"restricted/{KEY}").read_text())
    assert sorted(key.values()) == [f"Case {letter}" for letter in "ABCDEFGH"]
    assert [code for _, code in sorted(key.items())] != sorted(key.values())  # no list of sites gives it away
    with run(study) as place:
        more = case_codes(place, [*key, "S999"])
    assert more == {**key, "S999": "Case I"}


def test_ratings_that_cannot_be_used_are_named_and_the_other_cases_go_on(study: Path) -> None:
    def spoil(ratings: list[dict[str, str]]) -> list[dict[str, str]]:
        ratings[0]["rating"] = "6"
        ratings[4]["evidence"] = ratings[8]["evidence"]  # of another site
        ratings[5]["evidence"] = "I0001/EVA9/nothing/1"
        return ratings

    rewrite(study / "analysis/case_ratings.csv", spoil)
    with run(study) as place:
        compared = compare_sites.fn(place, material_of(place))
    assert {(p.check, p.row, p.column) for p in compared.problems} == {
        ("AN012", 2, "rating"),
        ("AN060", 6, "evidence"),
        ("AN013", 7, "evidence"),
        ("AN010", 3, "rater"),
    }
    assert compared.said == ("Cases: 2 of 7 diverge (peers higher in 2, organisation higher in 0).",)
    page = (study / "out/analysis/cases.html").read_text()
    assert "Not compared, because two people have not rated both roles yet: S011." in page


def test_people_of_no_group_and_groups_that_cannot_be_told_are_said(study: Path) -> None:
    one = {"role": ""}
    rewrite(study / "restricted/participants.csv", lambda found: [{**found[0], **one}, *found[1:]])
    with run(study) as place:
        compared = compare_participants.fn(place, material_of(place))
    assert [(p.check, p.column) for p in compared.problems] == [("AN061", "role")]
    assert "1 person with a coded transcript belongs to no group" in (study / "out/analysis/groups.html").read_text()
    rewrite(study / "restricted/participants.csv", lambda found: [{**row, **one} for row in found])
    with run(study) as place:
        none = compare_participants.fn(place, material_of(place))
    assert [(p.check, p.column) for p in none.problems] == [("AN062", "role")]
    assert none.facts == ()
    (study / "restricted/participants.csv").unlink()
    with run(study) as place:
        missing = compare_participants.fn(place, material_of(place))
    assert missing.said == ("Groups are not compared: restricted/participants.csv is not here.",)


def test_a_fit_of_nobody_known_is_a_query_and_a_reason_that_names_somebody_is_not_shown(study: Path) -> None:
    name = next(row["pseudonym"] for row in rows(study / "restricted/participants.csv") if row["pseudonym"])

    def change(fits: list[dict[str, str]]) -> list[dict[str, str]]:
        return [{**fits[0], "person": "BOB"}, {**fits[1], "note": f"As {name} told us."}, *fits[2:]]

    rewrite(study / "analysis/joint_display.csv", change)
    with run(study) as place:
        shown = make_display.fn(place, material_of(place))
    assert [(p.check, p.row, p.column) for p in shown.problems] == [("AN063", 2, "person")]
    page = (study / "out/analysis/joint_display.html").read_text()
    assert name not in page
    assert "The reason names a person and is in the file only." in page


def test_what_the_protocol_does_not_ask_for_is_not_made(study: Path) -> None:
    text = (study / "study.yaml").read_text()
    kept = [line for line in text.splitlines() if not line.startswith(("  groups: {by", "  joint_display:"))]
    (study / "study.yaml").write_text("\n".join(kept) + "\n")
    with run(study) as place:
        material = material_of(place)
        assert compare_participants.fn(place, material).said == ("The protocol compares no groups.",)
        assert make_display.fn(place, material).said == ("The protocol makes no joint display.",)
