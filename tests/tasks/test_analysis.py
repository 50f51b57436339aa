"""Codings, saturation, agreement, cases and records on the example studies, without Prefect's server."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from study import Fact, Subject
from study.query import fold_queries
from tasks.assessed import Assessed, looked_at, queries_of
from tasks.case_comparison import CASE_CHECKS, compare_sites
from tasks.claims import RECORD_CHECKS, read_records, walk_lineage
from tasks.coder_agreement import compare_coding
from tasks.codings import CODING_CHECKS, Material, material_of
from tasks.queries import settle_queries
from tasks.request import StudyRequest
from tasks.saturation import assess_sequences
from tasks.workspace import Workspace, opened

pytestmark = pytest.mark.real

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
HASH = "0" * 64
ROW = {"ordinal": 1, "version": 1, "row": HASH}
FORM = {"form": "F", "version": "1", "language": "en"}
FEW = ("I0001", "I0003", "I0005")
SCOPES = ("take_part", "record", "transcribe", "quote")


@contextmanager
def run(study: Path) -> Iterator[Workspace]:
    with opened(StudyRequest(study=str(study)), "assess-saturation", create=True) as place:
        yield place


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def rewrite(file: Path, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
    changed = change(rows(file))
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(changed[0]))
        writer.writeheader()
        writer.writerows(changed)


def release(study: Path, *, but: str = "") -> None:
    """Put on record what comes before analysis: approval, consents, interviews, released transcripts."""
    with run(study) as place:
        files = {stored.key.split("/")[1].split(".")[0]: stored.key for stored in place.files.list("transcripts/")}
        facts = _before(place)
        for interview in rows(study / "registers/interviews.csv"):
            id = interview["interview_id"]
            if id in files and interview["outcome"] in ("full", "part"):
                facts += _interview(place, interview, files[id])[: -1 if id == but else None]
        place.trail.append(facts)


def _before(place: Workspace) -> list[Fact]:
    start = place.protocol.ethics.approvals[0].start.isoformat()
    zone = {"time_zone": place.protocol.time_zone, "protocol": HASH, "approval_from": start}
    form = {**FORM, "opens": start, "approval_from": start, "reconsent": "none", "scopes": SCOPES, "text": HASH}
    task = {"role": "ra", "task": "obtain_consent"}
    return [
        Fact("study.opened", start, data=zone),
        Fact("consent.form_approved", start, data=form),
        Fact("personnel.authorised", start, (Subject("person", "RA"),), data=task),
    ]


def _interview(place: Workspace, interview: dict[str, str], file: str) -> list[Fact]:
    start = place.protocol.ethics.approvals[0].start.isoformat()
    id = interview["interview_id"]
    who = tuple(Subject("participant", place.trail_code(p)) for p in interview["participant_ids"].split(";"))
    form = {"form": FORM["form"], "form_version": FORM["version"], "language": "en", "mode": "signed"}
    given = {**form, "given": SCOPES, "declined": (), "obtained_by": "RA", "has_witness": False}
    more = {"has_representative": False, "copy_given": True}
    held = {**ROW, "outcome": "full", "recorded": True}
    version = place.reference(file, place.files.get(file), personal=True)
    return [
        *(Fact("consent.given", start, (one,), data={**ROW, **given, **more}) for one in who),
        Fact("interview.held", interview["occurred"], (Subject("interview", id), *who), data=held),
        Fact(
            "transcript.released",
            place.instant,
            (Subject("transcript", id),),
            generated=(version,),
            data={"version": 1},
        ),
    ]


def carried_out(place: Workspace) -> tuple[Material, list[Assessed]]:
    """What the three flows do, in their order."""
    material = material_of(place)
    place.trail.append(material.facts)
    done = [step.fn(place, material) for step in (assess_sequences, compare_coding, compare_sites, read_records)]
    for part in done:
        place.trail.append(part.facts)
    found = queries_of(place, (*material.problems, *(p for part in done for p in part.problems)))
    settle_queries.fn(place, found, looked_at(CODING_CHECKS, CASE_CHECKS, RECORD_CHECKS))
    return material, done


def open_checks(place: Workspace, *, blocking: bool = False) -> set[str]:
    found = [q for q in fold_queries(place.events()).values() if q.state == "open"]
    return {q.check for q in found if q.severity == "block" or not blocking}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first example without its planted defects, all of it put on record."""
    study = tmp_path_factory.mktemp("fsp") / "study"
    shutil.copytree(EXAMPLES / "fsp/study", study)
    release(study)
    with run(study) as place:
        carried_out(place)
    return study


@pytest.fixture
def fsp(example: Callable[..., Path]) -> Path:
    """The same with three transcripts, to be changed: codings of the others are taken out."""
    study = example("fsp", clean=True)
    for file in (study / "transcripts").iterdir():
        if file.stem not in FEW:
            file.unlink()
    rewrite(study / "analysis/codings.csv", lambda codings: [c for c in codings if c["transcript_id"] in FEW])
    release(study)
    return study


def test_two_of_eight_cases_diverge_with_peers_higher(whole: Path) -> None:
    with run(whole) as place:
        (compared,) = place.events(["cases.compared"])
        assert compared.data["cases"] == 8
        assert len(compared.data["diverging"]) == 2
        assert (compared.data["peers_higher"], compared.data["organisation_higher"]) == (2, 0)
        assert {c.id for c in compared.causes} == {e.id for e in place.events(["coding.imported"])}
        assert open_checks(place, blocking=True) == set()
        claims = len(rows(whole / "analysis/claims.csv"))
        assert walk_lineage.fn(place).startswith(f"Lineage: {claims} of {claims} claims complete")
    shown = json.loads((whole / "out/cases.json").read_text())
    assert {case["direction"] for case in shown["cases"] if case["diverges"]} == {"peers_higher"}


def test_a_second_run_records_nothing_new(whole: Path) -> None:
    with run(whole) as place:
        first = {e.id for e in place.events()}
        carried_out(place)
        assert {e.id for e in place.events()} == first
        kinds = {e.kind for e in place.events()}
    expected = {"codebook.changed", "coding.imported", "claim.asserted", "debriefing.held", "negative_case.resolved"}
    assert expected <= kinds


def test_no_quote_and_no_statement_is_in_the_trail_or_out(whole: Path) -> None:
    quotes = [row["quote"] for row in rows(whole / "analysis/codings.csv")]
    words = [row["statement"] for row in rows(whole / "analysis/claims.csv")]
    words += [row["challenges"] for row in rows(whole / "analysis/debriefings.csv")]
    written = "".join(f.read_text() for part in ("trail", "out") for f in (whole / part).rglob("*.json*"))
    assert written
    assert not [w for w in (*quotes, *words) if w in written]
    codes = {row["participant_id"] for row in rows(whole / "restricted/participants.csv")}
    assert not [c for c in codes if f'"{c}"' in written]


def test_claims_rest_on_imports_releases_and_consents(whole: Path) -> None:
    with run(whole) as place:
        by_id = {e.id: e for e in place.events()}
        claims = place.events(["claim.asserted"])
    assert len(claims) == len(rows(whole / "analysis/claims.csv"))
    for claim in claims:
        kinds = {by_id[cause.id].kind for cause in claim.causes}
        assert kinds == {"coding.imported", "transcript.released", "consent.given"}


def test_codings_of_a_transcript_not_released_do_not_count_until_it_is(example: Callable[..., Path]) -> None:
    study = example("fsp", clean=True)
    for file in (study / "transcripts").iterdir():
        if file.stem not in FEW:
            file.unlink()
    release(study, but="I0001")
    with run(study) as place:
        material, _ = carried_out(place)
        assert "I0001" not in material.imports
        assert "AN005" in open_checks(place)
        assert not [e for e in place.events(["coding.imported"]) if e.subject_id("transcript") == "I0001"]
    release(study)
    with run(study) as place:
        carried_out(place)
        rows_left = [p.row for p in material_of(place).problems if p.check == "AN005"]
        coded = [n for n, row in enumerate(rows(study / "analysis/codings.csv"), 2) if row["transcript_id"] in FEW]
        assert not set(rows_left) & set(coded)
        assert [e for e in place.events(["coding.imported"]) if e.subject_id("transcript") == "I0001"]


def test_a_transcript_changed_after_its_release_is_not_the_released_version(fsp: Path) -> None:
    file = next((fsp / "transcripts").glob("I0001.*"))
    file.write_bytes(file.read_bytes() + b"\n")
    with run(fsp) as place:
        assert "I0001" not in material_of(place).released


def test_a_changed_codebook_says_what_changed(fsp: Path) -> None:
    with run(fsp) as place:
        carried_out(place)
    rewrite(
        fsp / "analysis/codebook.csv",
        lambda book: [{**row, "version": "2"} for row in book] + [{**book[0], "code": "newly_made", "version": "2"}],
    )
    with run(fsp) as place:
        carried_out(place)
        second = max(place.events(["codebook.changed"]), key=lambda e: e.recorded_at)
        record = json.loads(place.files.get(f"records/codebook.changed/{second.id}.json"))
    assert second.data["version"] == "2"
    assert (record["added"], record["removed"], record["redefined"]) == (["newly_made"], [], [])


def test_ratings_before_the_threshold_are_not_compared(fsp: Path) -> None:
    protocol = fsp / "study.yaml"
    protocol.write_text(protocol.read_text().replace("declared: 2016-03-21", "declared: 2016-07-01"))
    with run(fsp) as place:
        carried_out(place)
        assert place.events(["cases.compared"]) == []
        assert "AN011" in open_checks(place)


def test_planted_faults_are_found_with_their_file(fsp: Path) -> None:
    rewrite(fsp / "analysis/debriefings.csv", lambda d: [{**d[0], "debriefer": d[0]["analyst"]}, *d[1:]])
    rewrite(fsp / "analysis/claims.csv", lambda c: [{**c[0], "themes": "", "codes": "", "codings": ""}, *c[1:]])
    rewrite(fsp / "analysis/case_ratings.csv", lambda r: r[1:])
    rewrite(
        fsp / "analysis/codings.csv",
        lambda c: [{**c[0], "quote": "nobody ever uttered this"}, {**c[1], "code": "wild"}, *c[2:]],
    )
    with run(fsp) as place:
        material, done = carried_out(place)
        found = queries_of(place, (*material.problems, *(p for part in done for p in part.problems)))
    planted = {
        "AN030": "analysis/debriefings.csv",
        "AN020": "analysis/claims.csv",
        "AN010": "analysis/case_ratings.csv",
        "AN003": "analysis/codings.csv",
        "AN002": "analysis/codings.csv",
    }
    assert {q.check: q.where.split(",")[0] for q in found if q.check in planted} == planted
    assert "uttered" not in repr(found)


def test_saturation_by_group_never_names_who_is_in_one_and_is_decided_by_people(example: Callable[..., Path]) -> None:
    study = example("cps", clean=True)
    release(study, but="I001")
    with (study / "registers/decisions.csv").open("a", encoding="utf-8") as register:
        register.write("saturation,specialists,stop,NOBODY,2014-09-01,no\n")
    with run(study) as place:
        _, done = carried_out(place)
        assessed = {e.data["sequence"]: e for e in place.events(["saturation.assessed"])}
        counted = {name: (e.data["interviews"], e.data.get("uncounted", 0)) for name, e in assessed.items()}
        assert counted == {"specialists": (19, 1), "social_workers": (10, 0)}
        assert done[0].said[0].endswith("Not counted, because not released or not coded: 1 interview.")
        for event in assessed.values():
            assert [c.id for c in event.causes] == [place.events(["codebook.changed"])[0].id]
        (agreement,) = place.events(["agreement.assessed"])
        assert agreement.data["coders"] == 2
        assert 700_000 < agreement.data["alpha"] < 1_000_000
        assert any(sentence.startswith("Coders: 9 transcripts") for part in done for sentence in part.said)
        assert [p.column for p in done[0].problems if p.check == "AN009"] == ["person"]
    shown = json.loads((study / "out/agreement.json").read_text())
    assert len(shown["disagreements"]) == agreement.data["disagreements"]


def test_a_study_without_codings_says_so(fsp: Path) -> None:
    (fsp / "analysis/codings.csv").unlink()
    with run(fsp) as place:
        material = material_of(place)
        assert material.said == "There are no codings yet."
        assert [f.kind for f in material.facts] == ["codebook.changed"]
