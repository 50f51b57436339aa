"""Records of the analysis from .csv, .xlsx and entry forms, and the walk through them, on an example study."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from cli.main import app
from study import Event, StudyError
from tasks.assessed import queries_of
from tasks.claims import records_of, walk_lineage
from tasks.codings import Material, material_of
from tasks.entering import Form, void
from tasks.entering_records import entered_record, told_record
from tasks.lineage import lineage_of, loose_ends_of
from tasks.looking import LookedAt
from tasks.outcome import Outcome
from tasks.record_readers import withdrawn_codings
from tasks.request import StudyRequest
from tasks.workspace import Workspace, opened
from tests.tasks.test_analysis import EXAMPLES, FEW, release, rewrite, rows

pytestmark = pytest.mark.real

WORDS = "Could it be the guide that asks for it?"
DEBRIEFING = {
    "debriefing_id": "DB7",
    "debriefer": "DEB1",
    "analyst": "EVA1",
    "occurred": "2016-06-02",
    "materials": "analysis/memos/memo-01.txt",
    "challenges": WORDS,
    "response": "Looked again.",
    "changed": "yes",
    "changed_to": "CL1",
}


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An example with three released transcripts, coded; nothing the team wrote is on record yet."""
    study = tmp_path_factory.mktemp("records") / "fsp"
    shutil.copytree(EXAMPLES / "fsp/study", study)
    for file in (study / "transcripts").iterdir():
        if file.stem not in FEW:
            file.unlink()
    rewrite(study / "analysis/codings.csv", lambda all: [row for row in all if row["transcript_id"] in FEW])
    cited = [_coding(row) for row in rows(study / "analysis/codings.csv")][:2]
    claim = {"claim_id": "CL1", "statement": "Made up.", "themes": "", "codes": "", "codings": ";".join(cited)}
    rewrite(study / "analysis/claims.csv", lambda all: [{**claim}])
    for name in ("debriefings", "negative_cases", "case_ratings"):
        (study / f"analysis/{name}.csv").unlink()
    release(study)
    with acting(study) as place:
        place.trail.append(material_of(place).facts)
    return study


@pytest.fixture
def study(coded: Path, tmp_path: Path) -> Path:
    return shutil.copytree(coded, tmp_path / "fsp")


def _coding(row: dict[str, str]) -> str:
    return "/".join(row[name] for name in ("transcript_id", "coder", "code", "start"))


@contextmanager
def acting(study: Path, who: str | None = "EVA1") -> Iterator[Workspace]:
    with opened(StudyRequest(study=str(study), acting=who), "compare-cases", create=True) as place:
        yield place


def recorded(place: Workspace, material: Material | None = None) -> set[str]:
    """Put on record what the team wrote; the checks that were not met."""
    found = records_of(place, material or material_of(place))
    place.trail.append(found.facts)
    return {query.check for query in queries_of(place, found.problems) if query.severity != "inform"}


def table(study: Path, name: str, *found: dict[str, str]) -> None:
    with (study / f"analysis/{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)


def workbook(study: Path, name: str, *found: dict[str, str]) -> None:
    book = openpyxl.Workbook()
    book.active.append(list(found[0]))
    for row in found:
        book.active.append(list(row.values()))
    body = io.BytesIO()
    book.save(body)
    (study / f"analysis/{name}.xlsx").write_bytes(body.getvalue())


def only(place: Workspace, kind: str) -> Event:
    (event,) = place.events([kind])
    return event


def test_a_spreadsheet_a_workbook_and_a_form_give_one_record(study: Path) -> None:
    with acting(study) as place:
        table(study, "debriefings", DEBRIEFING)
        material = material_of(place)
        assert recorded(place, material) == set()
        first = only(place, "debriefing.held")
        assert (first.data["claims"], first.used[0].ref) == (["CL1"], place.ref("analysis/memos/memo-01.txt"))
        workbook(study, "debriefings", DEBRIEFING)
        assert recorded(place, material) == set()
        (study / "analysis/debriefings.csv").unlink()
        assert recorded(place, material) == set()
        (study / "analysis/debriefings.xlsx").unlink()
        assert recorded(place, material) == {"AN037"}
        assert entered_record(place, material, Form("debriefings", DEBRIEFING)).number == 1
        assert entered_record(place, material, Form("debriefings", DEBRIEFING)).number is None
        assert recorded(place, material) == set()
        assert only(place, "debriefing.held") == first
        assert WORDS not in json.dumps([dict(e.data) for e in place.events()])
        assert WORDS in (study / f"records/debriefing.held/{first.id}.json").read_text()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"debriefer": "EVA1"}, "a debriefing was held by the analyst"),
        (
            {"debriefer": "EVA1", "analyst": "EVA2", "materials": "analysis/codings.csv"},
            "a debriefing was held by the analyst",
        ),
        ({"debriefer": "EVA2", "materials": "analysis/memos/memo-02.txt"}, "a debriefing was held by the analyst"),
        ({"challenges": "P003 told me so"}, "an entry form of the analysis names no participant"),
        ({"occurred": "June"}, "a row of the debriefings cannot be used"),
    ],
)
def test_a_form_is_refused_as_its_row_would_be_and_nothing_is_kept(
    study: Path, change: dict[str, str], what: str
) -> None:
    with acting(study) as place:
        with pytest.raises(StudyError, match=what):
            entered_record(place, material_of(place), Form("debriefings", {**DEBRIEFING, **change}))
        assert not (study / "restricted/records/forms/debriefings").exists()


def test_a_form_needs_a_person_and_an_id_of_its_own(study: Path) -> None:
    with acting(study, None) as place, pytest.raises(StudyError, match="needs the person"):
        entered_record(place, material_of(place), Form("debriefings", DEBRIEFING))
    with acting(study) as place:
        material = material_of(place)
        entered = entered_record(
            place, material, Form("debriefings", {**DEBRIEFING, "materials": f"gone.txt;{'said at length ' * 20}"})
        )
        outcome = Outcome("compare-cases", queries=tuple(queries_of(place, records_of(place, material).problems)))
        said = told_record("record-debriefing", entered, outcome).said
        assert said[0] == "Entry form 1 of debriefings was entered."
        assert "names what the study does not have" in said[1]
        assert said[-1] == "If it was entered wrongly: run void-form, of=debriefings, number=1."
        with pytest.raises(StudyError, match="another row has this id"):
            entered_record(place, material, Form("debriefings", {**DEBRIEFING, "response": "Nothing."}))


def test_a_voided_form_is_corrected_and_no_row_is_missed(study: Path) -> None:
    with acting(study) as place:
        material = material_of(place)
        entered_record(place, material, Form("debriefings", DEBRIEFING))
        assert recorded(place, material) == set()
        held = only(place, "debriefing.held")
        void.fn(place, "debriefings", 1, "It was held on another day.")
        assert recorded(place, material) == set()
        assert place.events(["debriefing.held"]) == []
        assert [e.data["target"] for e in place.events(["correction.made"])] == [held.id]
        assert recorded(place, material) == set()
        assert len(place.events(["correction.made"])) == 1


def test_hypothesis_case_and_memo_are_recorded_and_walked_to(study: Path) -> None:
    coding = _coding(rows(study / "analysis/codings.csv")[0])
    case = {"case_id": "NC5", "hypothesis_id": "H1", "hypothesis_version": "1", "subject": FEW[0]}
    case |= {"evidence_for": "", "evidence_against": coding, "disposition": "", "raised": "2016-05-01"}
    case |= {"resolved": "", "person": "EVA1", "note": "", "revised_to": ""}
    with acting(study) as place:
        table(study, "negative_cases", {**case, "hypothesis_version": "9"})
        assert recorded(place) == {"AN029"}
        assert place.events(["negative_case.raised"]) == []
        table(study, "negative_cases", case)
        assert recorded(place) == set()
        raised = only(place, "negative_case.raised")
        assert {c.id for c in raised.causes} >= {place.events(["hypothesis.stated"])[0].id}
        assert loose_ends_of(place).negative_cases == ("NC5",)
        table(study, "negative_cases", {**case, "disposition": "boundary_set", "resolved": "2016-05-02"})
        assert recorded(place) == set()
        assert [c.id for c in only(place, "negative_case.resolved").causes] == [raised.id]
        memos = {e.data["memo"]: e for e in place.events(["memo.written"])}
        assert memos["memo-01"].data["person"] == "EVA1"
        (claim,) = lineage_of(place).claims
        assert [(one.what, one.id, one.state) for one in claim.beside] == [("negative_case", "NC5", "boundary_set")]
        walk_lineage.fn(place)
        assert "boundary set" in (study / "out/analysis/lineage.html").read_text()


def test_a_claim_is_retracted_changed_and_never_rests_on_nothing(study: Path) -> None:
    (claim,) = rows(study / "analysis/claims.csv")
    with acting(study) as place:
        material = material_of(place)
        assert recorded(place, material) == set()
        table(study, "claims", {**claim, "statement": "Said better."})
        assert recorded(place, material) == set()
        second = max(place.events(["claim.asserted"]), key=lambda e: int(e.data["version"]))
        record = json.loads((study / f"records/claim.asserted/{second.id}.json").read_text())
        assert (record["since"], record["changed"]) == (1, ["statement"])
        table(study, "claims", {**claim, "status": "retracted", "reason": "It did not hold."})
        assert recorded(place, material) == set()
        assert only(place, "claim.retracted").data["version"] == 2
        assert walk_lineage.fn(place).startswith("Lineage: 0 of 0 claims complete down to consent; 1 retracted; ")
        nothing = {**claim, "claim_id": "CL2", "codings": ""}
        unreleased = {**claim, "claim_id": "CL3", "codings": "I0002/EVA1/hope_modelled/3"}
        table(study, "claims", claim, nothing, unreleased)
        assert recorded(place, material) == {"AN020", "AN021"}


def test_words_a_participant_took_back_are_said_of_the_claim(study: Path) -> None:
    from trustworthiness.packet import quote_id

    with acting(study) as place:
        material = material_of(place)
        assert material.everything is not None
        themes = place.protocol.member_checking.themes  # type: ignore[union-attr]
        segments = material.everything.segments
        row = next(r for r in segments.itertuples() if any(r.code in t.codes for t in themes))
        theme = next(t.id for t in themes if row.code in t.codes)
        listed = f"packet_id,quote_id\nMC-{row.transcript},{quote_id(row.transcript, theme, row.quote)}\n"
        place.restricted.put("packets/withdrawn_quotes.csv", listed.encode())
        assert withdrawn_codings(place, segments) == {row.coding}


def test_trace_walks_both_ways_names_nobody_and_records_nothing(study: Path) -> None:
    with acting(study) as place:
        table(study, "debriefings", DEBRIEFING)
        recorded(place)
        consents = {e.id for e in place.events(["consent.given"])}
    before = _everything(study)
    run = CliRunner()
    down = run.invoke(app, ["trace", str(study), "CL1"])
    assert down.exit_code == 0
    steps = ("claim asserted: claim CL1", "codings imported", "transcript released", "interview held", "consent given")
    assert [down.output.find(step) for step in steps] == sorted(down.output.find(step) for step in steps) != [-1] * 5
    assert "peer debriefing: debriefing DB7, 2 June 2016" in down.output
    assert "What speaks to it\n  debriefing DB7: claim changed [" in down.output
    document = json.loads(run.invoke(app, ["trace", str(study), "CL1", "--json"]).output)
    (consent,) = {id for id in _ids(document["found"][0]["rests_on"]) if id in consents} or {""}
    back = run.invoke(app, ["trace", str(study), consent[:8], "--back"]).output
    assert "claim asserted: claim CL1" in back
    file = run.invoke(app, ["trace", str(study), "analysis/codebook.csv", "--back"]).output
    assert "claim asserted: claim CL1" in file
    loose = run.invoke(app, ["trace", str(study), "--orphans"]).output
    assert "Claims without codings: 0." in loose
    assert "Codings no claim cites: " in loose
    people = {row["participant_id"] for row in rows(study / "restricted/participants.csv")}
    assert not [code for code in people if code in down.output + back + file + loose + json.dumps(document)]
    assert _everything(study) == before


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (["CL9"], 3, "Near it: CL1."),
        (["registers/consent.csv"], 3, "the file is there, and no record names it as a whole."),
        (["P003"], 3, "what you gave: the trail knows no claim, no event and no file of that name."),
        ([], 2, "Say where to start"),
        (["CL1", "--orphans"], 2, "Say where to start"),
    ],
)
def test_trace_says_in_a_sentence_what_it_cannot_find(coded: Path, asked: list[str], code: int, said: str) -> None:
    with acting(coded) as place:
        recorded(place)
    outcome = CliRunner().invoke(app, ["trace", str(coded), *asked])
    assert outcome.exit_code == code
    assert said in outcome.output
    assert "P003" not in outcome.output


def test_a_study_only_looked_at_is_the_same_study(coded: Path) -> None:
    with acting(coded) as place:
        recorded(place)
        assert lineage_of(LookedAt(str(coded), place.today)) == lineage_of(place)
    with pytest.raises(StudyError, match="no such study folder"):
        LookedAt(str(coded / "nowhere"))


def _everything(study: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in study.rglob("*") if path.is_file()}


def _ids(tree: dict[str, object]) -> set[str]:
    steps = tree["steps"]
    assert isinstance(steps, list)
    return {str(tree.get("id", ""))}.union(*(_ids(step) for step in steps))
