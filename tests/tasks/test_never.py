"""The never-list: what may never be in a line, and what looks like it and may."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from study import load_protocol
from tasks.never import never_list

PROTOCOL = load_protocol(Path(__file__).parent.parent.parent / "cli/starting_study/study.yaml")
PEOPLE = [
    {
        "participant_id": "P001", "name": "Tessa Examplewood", "aliases": "Tess;Mrs Examplewood",
        "heard_as": "Tessa Example Would", "phone": "(555) 010-0199", "email": "Tessa@Example.org",
    },
    {"participant_id": "P002", "name": "Mark Given", "aliases": "", "phone": "", "email": ""},
    {"participant_id": "P003", "pseudonym": "Heather"},
    {"participant_id": "P004", "name": "Abed Ada"},
]  # fmt: skip
FORBIDDEN = never_list(PROTOCOL, PEOPLE)


def line(data: dict[str, object], subject: tuple[str, str] = ("site", "S014")) -> str:
    return json.dumps({"kind": "x", "subject": [{"type": subject[0], "id": subject[1]}], "data": data})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"a": "P017"}, "participant code"),
        ({"a": "MC-P017-1"}, "participant code"),
        ({"a": ["x", {"b": "examplewood"}]}, "name"),
        ({"a": "TESSA.EXAMPLEWOOD"}, "name"),
        ({"a": "note-for-tess"}, "name"),
        ({"a": "tessa_example_would"}, "name"),
        ({"a": "Heather"}, "name"),
        ({"a": "mark.given"}, "name"),
        ({"a": 5550100199}, "phone"),
        ({"a": "tessa@example.org"}, "phone number or e-mail"),
    ],
)
def test_refused_without_quoting_it(data: dict[str, object], reason: str) -> None:
    said = FORBIDDEN(line(data))
    assert said is not None
    assert reason in said
    assert not any(word in said.lower() for word in ("tess", "examplewood", "heather", "p017"))


@pytest.mark.parametrize(
    "data",
    [
        {"a": "given"},
        {"a": "interview_v1"},
        {"a": "abed" * 16},
        {"a": "0adaabed-abed-0ada-abed-abedabedabed"},
        {"a": "2016-05-01T10:00:00.000Z"},
        {"a": 17},
        {},
    ],
)
def test_what_the_format_itself_uses_is_let_through(data: dict[str, object]) -> None:
    assert FORBIDDEN(line(data)) is None


@pytest.mark.parametrize("value", ["peer_provider", "S014"])
def test_a_person_never_stands_beside_a_site_or_role(value: str) -> None:
    assert "site, role or group" in str(FORBIDDEN(line({"a": value}, ("participant", "tabcdefghjk"))))
    assert FORBIDDEN(line({"a": value})) is None


def test_a_group_named_like_a_scope_does_not_stop_every_consent() -> None:
    role = PROTOCOL.participants.roles[0]
    roles = [role, role.model_copy(update={"id": "survey"})]
    people = PROTOCOL.participants.model_copy(update={"roles": roles})
    forbidden = never_list(PROTOCOL.model_copy(update={"participants": people}), PEOPLE)
    assert forbidden(line({"given": ["take_part", "survey"]}, ("participant", "tabcdefghjk"))) is None
    assert forbidden(line({"a": role.id}, ("participant", "tabcdefghjk"))) is not None
