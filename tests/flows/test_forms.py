"""Forms as Prefect and the command line run them: what was answered stays in the study folder, not with Prefect."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from prefect.client.orchestration import get_client

from cli.exits import UsageError
from cli.record import KINDS, record_act
from cli.run import load_flow
from tasks.request import StudyRequest
from tasks.workspace import opened

pytestmark = pytest.mark.real


@pytest.mark.usefixtures("prefect_harness")
def test_prefect_keeps_no_answer_and_the_trail_no_more_than_of_a_row(example):
    from flows.open_study import OpenStudy, open_study
    from flows.record_contact import RecordContact, record_contact

    study = example("fsp", clean=True)
    open_study(OpenStudy(study=str(study)))
    role = "peer_provider"
    said = {"participant": "P777", "site": "S011", "role": role, "step": "approached", "day": "2016-06-20"}
    outcome = record_contact(RecordContact.model_validate({"study": str(study), "acting": "COO1", **said}))
    assert outcome.flow == "record-contact"
    assert outcome.said[0] == "Entry form 1 of recruitment was entered."
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs()
    mine = [run for run in runs if run.parameters.get("request", {}).get("study") == str(study)]
    assert {json.dumps(run.parameters, default=str) for run in mine} >= {json.dumps({"request": {"study": str(study)}})}
    assert not any("P777" in json.dumps(run.parameters, default=str) for run in runs)
    with opened(StudyRequest(study=str(study)), "status") as place:
        tally = place.events(["recruitment.tallied"])[-1]
        assert not any("P777" in json.dumps(dict(e.data)) for e in place.events())
        assert len(tally.used) == 2  # the register and the form


def test_a_form_says_what_it_lacks_before_anything_starts(tmp_path):
    with pytest.raises(UsageError, match="day is missing"):
        record_act(str(tmp_path), "enrolment", ["participant=P001"], acting="COO1", sign=None, as_of=None)
    with pytest.raises(UsageError, match="participants=  Everybody who was expected"):
        record_act(str(tmp_path), "no-show", [], acting=None, sign=None, as_of=None)
    with pytest.raises(UsageError, match=r"step=  How far it came.* One of: identified, approached"):
        record_act(str(tmp_path), "contact", [], acting=None, sign=None, as_of=None)
    with pytest.raises(UsageError, match="the entry forms are enrolment, contact"):
        record_act(str(tmp_path), "party", [], acting="COO1", sign=None, as_of=None)


def test_prefect_keeps_quiet_and_nothing_on_disk_while_a_form_is_entered(tmp_path):
    """A process of its own, as at the command line: Prefect settles these when it is first imported."""
    program = """
from cli.exits import UsageError
from cli.record import record_act
try:
    record_act("nowhere", "enrolment", [], acting=None, sign=None, as_of=None)
except UsageError:
    pass
from prefect.settings import get_current_settings
now = get_current_settings()
print(now.logging.level, "memory" in now.server.database.connection_url.get_secret_value())
"""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")} | {"HOME": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=clean)
    assert ran.stdout.split() == ["CRITICAL", "True"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_has_a_title_and_an_explanation_for_every_question(kind):
    flow, request = load_flow(f"record-{kind}")
    assert (flow.description or "").count("\n\n") >= 1
    assert all(field.title and field.description for field in request.model_fields.values())


def test_help_names_the_forms():
    shown = subprocess.run(
        [sys.executable, "-m", "cli.main", "record", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert all(kind in shown for kind in KINDS)
