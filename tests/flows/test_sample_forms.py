"""The forms of the sampling flows as a coordinator sees them: what a field asks, what may be left out, who decides."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from flows.approve_sample import ApproveSample
from flows.propose_sample import ProposeSample
from flows.replace_site import ReplaceSite
from study.kinds.sites import Leaving

REPLACE = {"study": "here", "stage": "sites", "site": "S014", "why": "declined"}


@pytest.mark.parametrize("model", [ApproveSample, ProposeSample, ReplaceSite])
def test_every_field_has_a_title_and_says_what_belongs_there(model: type[BaseModel]) -> None:
    schema = model.model_json_schema()
    for name, asked in schema["properties"].items():
        assert asked["title"] != name, name
        assert asked["description"].endswith("."), name


def test_replacing_asks_who_decides_and_offers_the_reasons_to_leave() -> None:
    schema = ReplaceSite.model_json_schema()
    assert set(schema["required"]) == {"study", "acting", "stage", "site", "why"}
    assert schema["properties"]["why"]["enum"] == list(get_args(Leaving))
    with pytest.raises(ValidationError, match="acting"):
        ReplaceSite.model_validate(REPLACE)
    assert ReplaceSite.model_validate({**REPLACE, "acting": "PI"}).entering is None
    with pytest.raises(ValidationError, match="declined"):
        ReplaceSite.model_validate({**REPLACE, "acting": "PI", "why": "bored"})


@pytest.mark.parametrize(
    ("given", "is_whole"),
    [
        ({}, True),
        ({"acting": "PI"}, True),
        ({"acting": "PI", "stage": "sites", "proposal": "1296f04ee2e3"}, True),
        ({"acting": "PI", "stage": "sites", "override": "S014 for S022", "reason": "Closing."}, True),
        ({"acting": "PI", "stage": "sites"}, False),
        ({"stage": "sites", "proposal": "1296f04ee2e3"}, False),
        ({"acting": "PI", "proposal": "1296f04ee2e3"}, False),
        ({"acting": "PI", "stage": "sites", "proposal": "1296f04ee2e3", "override": "S014 for S022"}, False),
        ({"acting": "PI", "stage": "sites", "proposal": "the first"}, False),
        ({"acting": "PI", "stage": "sites", "override": "S014 and S022"}, False),
    ],
)
def test_a_decision_is_entered_whole_or_not_at_all(given: dict[str, Any], is_whole: bool) -> None:
    if is_whole:
        ApproveSample.model_validate({"study": "here", **given})
        return
    with pytest.raises(ValidationError):
        ApproveSample.model_validate({"study": "here", **given})
