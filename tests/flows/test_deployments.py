"""Every deployment of prefect.yaml: its entrypoint loads in a fresh process, its parameters bind, its form explains."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import flows
from tasks import ended, triggers

ROOT = Path(__file__).parent.parent.parent
PREFECT = YAML(typ="safe").load((ROOT / "prefect.yaml").read_text())
DEPLOYMENTS = PREFECT["deployments"]

LOAD = """
import json, sys
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema

said = {}
for entrypoint in sys.argv[1:]:
    flow = load_flow_from_entrypoint(entrypoint)
    schema = parameter_schema(flow).model_dump()
    bound = flow.validate_parameters({"request": {"study": "somewhere", **EXTRA.get(flow.name, {})}})
    said[entrypoint] = {
        "name": flow.name, "parameters": list(schema["properties"]), "schema": schema,
        "study": bound["request"].study, "doc": flow.description or "", "file": sys.modules[flow.__module__].__file__,
    }
print(json.dumps(said, default=str))
"""
FORM = {"acting": "COO1", "day": "2026-01-01"}
EXTRA = {
    "record-enrolment": {**FORM, "participant": "P001"},
    "record-contact": {**FORM, "participant": "P001", "site": "S014", "role": "peer", "step": "approached"},
    "record-consent": {**FORM, "participant": "P001", "form": "F", "version": "1", "scopes": "take_part;quote"},
    "record-interview": {**FORM, "interview": "I0001", "participants": ["P001", "P002"]},
    "record-no-show": {**FORM, "interview": "I0001", "participants": "P001"},
    "record-affiliation": {
        "acting": "COO1",
        "participant": "P001",
        "site": "S014",
        "role": "peer",
        "since": "2026-01-01",
    },
    "record-site": {**FORM, "site": "S014", "step": "activated"},
    "record-recording": {**FORM, "recording": "R0001", "interview": "I0001", "step": "sent"},
    "record-audio-check": {**FORM, "interview": "I0001", "minutes": 5, "words": 800, "errors": 4},
    "record-reply": {**FORM, "packet": "MC-I0001", "scan": "page.pdf"},
    "confirm-reply": {"acting": "INV1", "packet": "MC-I0001"},
    "record-debriefing": {
        **FORM,
        "id": "DB9",
        "debriefer": "DEB1",
        "analyst": "EVA1",
        "challenges": "Is it so?",
        "changed": "no",
    },
    "record-negative-case": {"acting": "EVA1", "id": "NC9", "hypothesis": "H1", "version": "1", "raised": "2026-01-01"},
    "record-counter-narrative": {**FORM, "id": "CN9", "transcripts": "I0001", "summary": "Another story."},
    "record-hypothesis": {**FORM, "id": "H1", "version": "1", "statement": "It is so."},
    "record-memo": {**FORM, "id": "M9", "text": "A thought."},
    "record-claim": {"acting": "EVA1", "id": "CL9", "statement": "It is so.", "codes": "hope"},
    "open-audit": {
        "acting": "COO1",
        "visit": "V1",
        "auditor": "AUD1",
        "organisation": "O",
        "starts": "2026-01-01",
        "ends": "2026-01-03",
        "agreement": "audits/V1.pdf",
    },
    "draw-audit-sample": {"acting": "COO1", "visit": "V1", "seed": "7", "size": 2},
    "open-audit-item": {"acting": "COO1", "visit": "V1", "claim": "C1", "present": "COO1;INV1"},
    "record-audit-query": {"acting": "COO1", "visit": "V1", "question": "Why?"},
    "record-audit-answer": {"acting": "COO1", "visit": "V1", "query": "Q001", "answer": "A", "outcome": "explained"},
    "record-attestation": {"acting": "COO1", "file": "audits/attestation.json"},
    "close-audit": {"acting": "COO1", "visit": "V1"},
    "void-form": {"acting": "COO1", "of": "consent", "number": 1, "reason": "wrong person"},
    "replace-site": {"acting": "INV1", "stage": "sites", "site": "S014", "why": "declined"},
    "withdraw-participant": {"participant": "P001", "effective": "2026-01-01"},
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    program = f"EXTRA = {EXTRA!r}\n{LOAD}"
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    run = subprocess.run(
        [sys.executable, "-c", program, *(d["entrypoint"] for d in DEPLOYMENTS)],
        cwd=elsewhere, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    result: dict[str, dict[str, object]] = json.loads(run.stdout.splitlines()[-1])
    return result


def test_every_flow_has_a_deployment_and_every_deployment_a_flow() -> None:
    names = {m.name.replace("_", "-") for m in pkgutil.iter_modules(flows.__path__)}
    assert {d["name"] for d in DEPLOYMENTS} == names


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
@pytest.mark.real
def test_a_deployment_loads_fresh_and_binds(
    deployment: dict[str, object], loaded: dict[str, dict[str, object]]
) -> None:
    found = loaded[str(deployment["entrypoint"])]
    assert (found["name"], found["parameters"], found["study"]) == (deployment["name"], ["request"], "somewhere")
    assert str(found["file"]).startswith(str(ROOT / "flows"))
    assert str(found["doc"]).strip(), "the docstring is the form's introduction"


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
@pytest.mark.real
def test_every_field_of_a_form_has_a_title_and_a_description(
    deployment: dict[str, object], loaded: dict[str, dict[str, object]]
) -> None:
    schema: dict[str, dict[str, dict[str, dict[str, dict[str, str]]]]] = loaded[str(deployment["entrypoint"])]["schema"]  # type: ignore[assignment]
    model = next(d for n, d in schema["definitions"].items() if "study" in d.get("properties", {}))
    bare = [n for n, field in model["properties"].items() if not (field.get("title") and field.get("description"))]
    assert bare == []


def test_what_a_withdrawal_touches_is_triggered_and_comes_by_night_anyway() -> None:
    affected = [d for d in DEPLOYMENTS if "triggers" in d]
    assert {d["name"] for d in affected} == {
        "track-consent", "validate-transcripts", "validate-surveys", "assemble-member-checks",
    }  # fmt: skip
    for deployment in affected:
        (trigger,) = deployment["triggers"]
        assert set(trigger["expect"]) == {triggers.WITHDRAWAL, triggers.LAPSE}
        assert any(s["active"] and s["slug"] in ("nightly", "hourly") for s in deployment["schedules"])


def test_deployments_share_one_pool_and_never_overlap() -> None:
    for deployment in DEPLOYMENTS:
        assert deployment["work_pool"] == {"name": "fieldtrail"}
        assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
        assert deployment["enforce_parameter_schema"] is True


def test_what_runs_after_the_end_is_said_of_every_deployment() -> None:
    groups = (ended.STEPS, ended.OPENING, ended.OF_PEOPLE, ended.VISITS, ended.ALWAYS)
    named = [name for group in groups for name in group]
    assert sorted(named) == sorted(deployment["name"] for deployment in DEPLOYMENTS)
