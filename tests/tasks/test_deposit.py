"""The deposit package: who is in it and who is not, the same bytes again, what stops it; then the end of a study."""

from __future__ import annotations

import importlib
import io
import os
import shutil
import typing
import zipfile
from contextlib import nullcontext
from datetime import date

import pandas as pd
import pytest

from recruitment import fold_consent
from study import Fact, StudyError, Subject
from study.objects import NotStored
from study.protocol.material import Survey
from tasks.closing import closing
from tasks.codes import refuse_second_code
from tasks.copies import list_of
from tasks.deposit import package
from tasks.deposit_made import HandedOver, deposit_made
from tasks.deposit_surveys import deposited_surveys
from tasks.dossier import make_dossier
from tasks.ended import CLOSED, OF_PEOPLE, OPENING, STEPS, UNLINKED, VISITS, refuse_ended
from tasks.erasure import finish_pending
from tasks.gates import Gatekeeper
from tasks.impact import impact_of
from tasks.linkage import Destruction, is_unfinished, linkage_destroyed
from tasks.registers import read_registers
from tasks.sealing import seal_new
from tasks.withdrawing import Withdrawal
from tasks.withdrawn_quotes import WithdrawnQuotes
from tests.tasks import closing_study
from trail import verify
from trustworthiness.deposit import NOT_IN, TAKEN_BACK

PEOPLE = [f"P00{n}" for n in range(1, 8)]
ZIP = "deposit/ARC/tiny-deposit.zip"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Copies of I0001 to I0004 lie there and are released; P002 withdrew archiving; I0005 and I0006 have no copy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        root = closing_study.write(tmp_path_factory.mktemp("deposit") / "study")
        with closing_study.at(root) as place:
            for n in range(1, 5):
                path = f"restricted/deidentified/I000{n}.txt"
                body = place.files.get(f"transcripts/I000{n}.txt").partition(b"\n\n")[2]  # without its header
                place.restricted.put(path.removeprefix("restricted/"), body)
                reference = place.reference(path, body, personal=True)
                data = {"version": 2}
                about = (Subject("transcript", f"I000{n}"),)
                place.trail.append(
                    [Fact("transcript.released", "2016-03-02", about, generated=(reference,), data=data)]
                )
        return root


@pytest.fixture
def place(written, tmp_path):
    root = tmp_path / "study"
    shutil.copytree(written, root)
    with closing_study.at(root) as place:
        yield place


def inside(place):
    with zipfile.ZipFile(io.BytesIO(place.restricted.get(ZIP))) as archive:
        return {name.removeprefix("tiny-deposit/"): archive.read(name).decode() for name in archive.namelist()}


def test_only_who_agreed_and_whose_copy_was_released_is_in(place):
    made = package.fn(place)
    files = inside(place)
    transcripts = {name: text for name, text in files.items() if name.startswith("data/transcripts/")}
    assert sorted(transcripts) == [f"data/transcripts/T00{n}.txt" for n in (1, 2, 3)]
    whole = "\n".join(files.values())
    assert [n for n in range(1, 7) if f"number {n} anything" in whole] == [1, 3, 4]
    assert "Interview: I000" not in whole
    assert all(word not in whole for word in ("I0001", "P001", "Quill"))
    assert all(code not in whole for code in place.known_trail_codes().values())
    assert "[2] Participant: Nobody asked me number" in transcripts["data/transcripts/T001.txt"]
    assert files["data/codings.csv"].count("Nobody asked me number") == 3
    assert [(q.check, q.rows) for q in made.queries] == [("AU003", ("I0005", "I0006"))]
    assert "For research." in files["LICENSE.txt"]
    assert '"publisher": {\n  "name": "Made-up archive"' in files["metadata.json"]
    assert "anonym" not in whole.casefold()


def test_roles_stand_beside_a_transcript_only_where_they_fit_enough_people(place):
    package.fn(place)
    rows = inside(place)["data/transcripts.csv"].splitlines()
    assert rows[0] == "transcript,turns,role"
    assert {row.split(",")[2] for row in rows[1:]} == {"peer"}
    table = "participant_id,pseudonym,site_id,role,from,to,group\nP001,,,lead,2016-01-01,,\nP003,,,peer,2016-01-01,,\n"
    place.restricted.put("participants.csv", table.encode())
    package.fn(place)
    assert {row.split(",")[2] for row in inside(place)["data/transcripts.csv"].splitlines()[1:]} == {""}


def test_the_readme_says_who_is_missing_without_small_counts(place):
    package.fn(place)
    readme = inside(place)["README.md"]
    assert "a few: not everybody who speaks in it consents to archiving today" in readme
    assert "2: no de-identified copy of it was released" in readme or "a few: no de-identified copy" in readme
    assert "there may still be ways back to people" in readme


def test_the_same_study_gives_the_same_bytes(place):
    package.fn(place)
    first = place.restricted.get(ZIP)
    place.restricted.erase_all_versions(ZIP)
    package.fn(place)
    assert place.restricted.get(ZIP) == first
    listed = inside(place)["manifest-sha256.txt"].splitlines()
    assert len(listed) == len(inside(place)) - 1


def test_a_name_left_in_any_text_stops_the_package(place):
    package.fn(place)
    place.files.put(
        "analysis/codebook.csv", b"code,definition,parent,origin,version\nvoice,As Tessa Quill said,,inductive,1\n"
    )
    made = package.fn(place)
    assert [(q.check, q.severity) for q in made.queries if q.check == "AU002"] == [("AU002", "block")]
    assert "codebook/codebook.csv" in made.queries[0].where
    assert "Quill" not in made.queries[0].message
    with pytest.raises(NotStored):
        place.restricted.get(ZIP)


def test_nothing_to_deposit_is_said(place):
    place.trail.append([closing_study.ended(place, f"P00{n}", "archive") for n in (1, 3, 4, 5, 6, 7)])
    with pytest.raises(StudyError, match="nothing can be deposited"):
        package.fn(place)
    assert not any("deposit" in said for said in closing(place).said)


def test_a_deposit_is_recorded_by_its_receipt(place):
    with pytest.raises(StudyError, match="no package lies there"):
        deposit_made.fn(place, HandedOver("R-1"))
    package.fn(place)
    for receipt in ("", "received", "R 1"):
        with pytest.raises(StudyError, match="number on its receipt"):
            deposit_made.fn(place, HandedOver(receipt))
    found = deposit_made.fn(place, HandedOver("R-1", date(2016, 8, 30)))
    place.trail.append(found.facts)
    (event,) = place.events(["archive.deposited"])
    assert {s.id for s in event.subject} == {"I0001", "I0003", "I0004"}
    assert len(event.used) == 3
    assert event.data["transcripts"] == 3
    assert event.generated[0].hmac
    assert deposit_made.fn(place, HandedOver("R-1")).facts == ()


def test_a_package_is_not_handed_over_once_a_consent_in_it_ended(place):
    package.fn(place)
    place.trail.append([closing_study.ended(place, "P004", "archive")])  # on 5 March
    with pytest.raises(StudyError, match="consent to archiving ended since the package was made"):
        deposit_made.fn(place, HandedOver("R-2"))
    before = deposit_made.fn(place, HandedOver("R-2", date(2016, 3, 4)))
    assert "archiving 1 transcript, or to words in it, is not in force" in before.said[-1]
    package.fn(place)
    assert deposit_made.fn(place, HandedOver("R-2")).facts[0].data["transcripts"] == 2


def test_a_package_that_somebody_changed_is_not_recorded(place):
    package.fn(place)
    place.restricted.put(ZIP, place.restricted.get(ZIP) + b"more")
    with pytest.raises(StudyError, match="not as it was made"):
        deposit_made.fn(place, HandedOver("R-1"))


def test_words_that_were_taken_back_are_not_deposited(place, monkeypatch):
    words = {"I0001": ("nobody asked me number 1 anything at first",)}
    monkeypatch.setattr(
        "tasks.deposit.withdrawn_quotes", lambda _: WithdrawnQuotes(words, {"MC-I0001": frozenset("q")})
    )
    package.fn(place)
    files = inside(place)
    (there,) = (text for path, text in files.items() if path.startswith("data/transcripts/") and TAKEN_BACK in text)
    assert f"[2] Participant: {TAKEN_BACK}." in there
    assert "Later they did, 1 times" in there
    assert "number 1 anything" not in "".join(files.values())
    assert files["data/codings.csv"].count("Nobody asked me number") == 2
    assert "1 passage that participants took back" in files["README.md"]
    assert "brackets, and 1 coded segment" in files["README.md"]
    more = WithdrawnQuotes(words, {"MC-I0001": frozenset("qr")})
    monkeypatch.setattr("tasks.deposit_made.withdrawn_quotes", lambda _: more)
    with pytest.raises(StudyError, match="words were taken back since"):
        deposit_made.fn(place, HandedOver("R-1"))


def test_a_copy_in_which_words_taken_back_cannot_be_found_is_left_out(place, monkeypatch):
    words = {"I0001": ("nobody asked Tessa anything at first",)}
    monkeypatch.setattr("tasks.deposit.withdrawn_quotes", lambda _: WithdrawnQuotes(words))
    package.fn(place)
    assert "number 1 anything" not in "".join(inside(place).values())
    assert NOT_IN["taken_back"] in inside(place)["README.md"]


def test_who_withdraws_after_the_deposit_finds_it_in_the_list_and_the_package_goes(place):
    package.fn(place)
    place.trail.append(deposit_made.fn(place, HandedOver("R-1", date(2016, 8, 30))).facts)
    code = place.trail_code("P003")
    data = {
        "ordinal": 2, "version": 1, "row": "0" * 64, "source": "request", "disposition": "delete",
        "scopes": ("take_part", "record", "transcribe", "quote", "recontact", "audit", "archive"),
    }  # fmt: skip
    (event,) = place.trail.append([Fact("consent.withdrawn", "2016-09-01", (Subject("participant", code),), data=data)])
    finish_pending(place)
    listed = place.restricted.get(list_of(event.id)).decode()
    assert "deposited transcript at ARC,I0003,2016-08-30,Deposited" in listed
    assert list(place.restricted.list("deposit/")) == []


def test_what_comes_before_the_linkage_is_destroyed(place):
    shown = linkage_destroyed.fn(place, Destruction())
    assert "nothing was changed" in shown.said[0]
    assert "The deposit at ARC is not recorded: make it (deposit-material), then enter its receipt." in shown.said
    with pytest.raises(StudyError, match="The deposit at ARC"):
        linkage_destroyed.fn(place, Destruction("COO1", apply=True))
    package.fn(place)
    place.trail.append(deposit_made.fn(place, HandedOver("R-1")).facts)
    for second in ("", "INV1", "AUD1", "XY1"):
        with pytest.raises(StudyError, match="two different people"):
            linkage_destroyed.fn(place, Destruction(second, apply=True))
    query = {"fingerprint": "a" * 64, "occurrence": 1, "check": "TR050", "severity": "block"}
    place.trail.append([Fact("query.opened", place.instant, data=query)])
    with pytest.raises(StudyError, match="1 blocking query is open"):
        linkage_destroyed.fn(place, Destruction("COO1", apply=True))
    assert place.events(["linkage.destroyed"]) == []
    assert len(place.known_trail_codes()) == 7


@pytest.mark.real
def test_a_study_comes_to_its_end_and_the_verifier_agrees(place, monkeypatch):
    package.fn(place)
    place.trail.append(deposit_made.fn(place, HandedOver("R-1")).facts)
    assert any("linkage is not destroyed" in said for said in closing(place).said)
    linkage_destroyed.fn(place, Destruction("COO1", apply=True))
    (event,) = place.events(["linkage.destroyed"])
    assert (event.data["people"], event.data["second"]) == (7, "COO1")
    assert place.events(["erasure.executed"])[-1].data["decision"] == event.id
    assert not is_unfinished(place)
    assert linkage_destroyed.fn(place, Destruction()).said == ("The linkage was destroyed before.",)
    assert place.known_trail_codes() == {}
    assert not (place.restricted.root / "identities.csv").exists()
    with pytest.raises(StudyError, match="nobody can be withdrawn"):
        impact_of.fn(place, Withdrawal("P001", place.today, (), "keep"))
    assert frames_of(read_registers.fn(place)) == {None}
    before = len(place.events())
    for name in STEPS:
        said = run(name, place, monkeypatch)
        assert said == (UNLINKED,)
    assert len(place.events()) == before
    with pytest.raises(StudyError, match="people can no longer be told apart"):
        refuse_ended(place, "record-consent")
    place.trail.append(make_dossier(place).facts)
    ended = closing(place)
    assert [f.kind for f in ended.facts] == ["study.closed"]
    place.trail.append(ended.facts)
    assert make_dossier(place).facts == ()
    for name in STEPS | OPENING:
        assert run(name, place, monkeypatch) == (CLOSED,)
    for name in OF_PEOPLE | VISITS:
        with pytest.raises(StudyError, match="The study is closed"):
            refuse_ended(place, name)
    place.trail.close("completed")
    seal_new.fn(place)
    verdict = verify(
        place.root / "trail", place.root / "trail.vkey", closed=True, artefacts=place.root, keys=place.restricted.root
    )
    assert verdict.faults == ()


def test_a_destruction_that_was_interrupted_is_finished_by_the_next_run(place, monkeypatch):
    package.fn(place)
    place.trail.append(deposit_made.fn(place, HandedOver("R-1")).facts)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tasks.linkage.erase", killed)
        with pytest.raises(KeyboardInterrupt):
            linkage_destroyed.fn(place, Destruction("COO1", apply=True))
    assert is_unfinished(place)
    assert any("was interrupted" in said for said in closing(place).said)
    linkage_destroyed.fn(place, Destruction())
    assert not is_unfinished(place)
    assert place.known_trail_codes() == {}


def test_registers_are_read_no_more_after_it(place):
    place.trail.append([Fact("linkage.destroyed", "2016-09-01", data={"people": 7, "objects": 14, "second": "COO1"})])
    with pytest.raises(StudyError, match="linkage between participant codes and the trail was destroyed"):
        refuse_second_code((), place.events(), ())


def test_answers_of_who_agreed_are_in_without_rare_values(place):
    dictionary = "variable,label,type,values,missing\nid,Key,text,,\nage,Age,integer,,\nq1,One,single,1=No;2=Yes,\n"
    place.files.put("surveys/staff.dictionary.csv", dictionary.encode())
    spec = Survey(
        name="staff", file="surveys/staff.csv", dictionary="surveys/staff.dictionary.csv", linkage="coded", key="id"
    )
    place.protocol = place.protocol.model_copy(update={"surveys": [spec]})
    frame = pd.DataFrame(
        {"id": PEOPLE, "age": [40.0, 40, 41, 41, 41, 77, 41], "q1": [1.0, 2, 2, 2, 1, 2, 1], "said": list("abcdefg")}
    )
    path = "restricted/exports/staff/staff.parquet"
    assert "no clean export" in next(deposited_surveys(place, gates(place))).why
    place.restricted.put(path.removeprefix("restricted/"), frame.to_parquet())
    assert "not as it was recorded" in next(deposited_surveys(place, gates(place))).why
    reference = place.reference(path, frame.to_parquet(), personal=True)
    data = {"rows": 7, "excluded": 0}
    place.trail.append(
        [Fact("survey.exported", place.instant, (Subject("survey", "staff"),), generated=(reference,), data=data)]
    )
    (found,) = deposited_surveys(place, gates(place))
    assert found.rows == 6  # P002 ended it
    rows = found.files["data/surveys/staff.csv"].decode().splitlines()
    assert rows[0] == "q1"
    assert sorted(rows[1:]) == ["1", "1", "1", "2", "2", "2"]
    listed = found.files["data/surveys/staff.variables.csv"].decode()
    assert 'id,Key,,,"it leads to a person, a site or a day"' in listed
    assert "age,Age,,,too many of its values are of fewer than 2 people" in listed


def run(name, place, monkeypatch):
    """What a flow that runs by itself says, on the study as it is open here."""
    module = importlib.import_module(f"flows.{name.replace('-', '_')}")
    with monkeypatch.context() as patch:
        patch.setattr(module, "opened", lambda *_, **__: nullcontext(place))
        patch.setattr(module, "unchanged", lambda *_: None, raising=False)
        flow = getattr(module, name.replace("-", "_"))
        return flow.fn(typing.get_type_hints(flow.fn)["request"](study=str(place.root))).said


def frames_of(registers):
    return set(registers.frames.values())


def gates(place):
    return Gatekeeper(place, fold_consent(place.events()))
