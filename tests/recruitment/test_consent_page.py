"""docs/consent.md and the code: the same gates, modes, needs, columns and checks, and a stanza that loads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from ruamel.yaml import YAML

from recruitment.checks import CONSENT_CHECKS
from recruitment.gate_table import gate_table
from recruitment.registers import CONSENT
from study.protocol.consent import ConsentForm, Mode, Need
from study.protocol.people import Amendment, Approval

PAGE = (Path(__file__).parents[2] / "docs" / "consent.md").read_text(encoding="utf-8")
STANZAS = [YAML(typ="safe").load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)]


def first_cells(heading: str) -> set[str]:
    """The words in the first column of the table under a heading."""
    table = PAGE[PAGE.index(heading) :]
    table = table[table.index("|---") : table.index("\n\n", table.index("|---"))]
    rows = re.findall(r"^\| ([^|]+?) \|", table, re.M)
    return {word.strip() for row in rows for word in row.split(",")}


def test_the_page_shows_the_gates_of_the_code():
    shown = re.search(r"<!-- gates:.*?-->\n(.*?)\n<!-- /gates -->", PAGE, re.S)
    assert shown is not None
    assert shown[1] == gate_table(), "put in what `python -m recruitment.gate_table` prints"


def test_the_page_names_every_mode_need_and_column():
    assert first_cells("### What each mode needs") == set(get_args(Mode))
    assert first_cells("### What a form may ask for besides") == set(get_args(Need))
    assert first_cells("## What is recorded") == {*CONSENT.columns, *CONSENT.ignored}


def test_every_check_the_page_names_exists():
    named = set(re.findall(r"CN\d{3}", PAGE))
    assert named <= {id for id, *_ in CONSENT_CHECKS}
    assert {f"CN{n:03d}" for n in range(14, 28)} <= named


def test_the_stanzas_load():
    forms, ethics = STANZAS
    (form,) = [ConsentForm.model_validate(f) for f in forms["consent_forms"]]
    assert form.references == {"waiver_of_documentation": "EXAMPLE-2015-014-W1"}
    first, _ = [Approval.model_validate(a) for a in ethics["ethics"]["approvals"]]
    assert first.exceptions[0].permits == ["analysis"]
    (amendment,) = [Amendment.model_validate(a) for a in ethics["ethics"]["amendments"]]
    assert (amendment.starts, amendment.brings.rules) == (amendment.effective, ["participants.contact"])
