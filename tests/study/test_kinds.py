"""The registry of kinds: closed, no floats, no free text, keys that exist."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator

import pytest
from pydantic.fields import FieldInfo

from study import StudyError
from study.kinds import KINDS, checked_data, kind_of
from study.kinds.shapes import Halpern

HALPERN = set(typing.get_args(Halpern))


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_is_closed_keyed_and_classed(name: str) -> None:
    kind = KINDS[name]
    assert kind.data.model_config["extra"] == "forbid"
    assert kind.halpern in HALPERN
    fields = set(kind.data.model_fields)
    assert {k.removeprefix("data.") for k in kind.key if k.startswith("data.")} <= fields


def scalars(annotation: object) -> Iterator[object]:
    origin = typing.get_origin(annotation)
    if origin is typing.Literal:
        return
    if origin is typing.Annotated:
        yield from scalars(typing.get_args(annotation)[0])
    elif origin in (tuple, typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            yield from scalars(part)
    elif annotation is not Ellipsis:
        yield annotation


def free_text(field: FieldInfo) -> bool:
    return field.annotation is str and not any(getattr(m, "pattern", None) for m in field.metadata)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_no_kind_holds_a_float_or_free_text(name: str) -> None:
    for field_name, field in KINDS[name].data.model_fields.items():
        assert float not in set(scalars(field.annotation)), f"{name}.{field_name}"
        assert not free_text(field) or (name, field_name) == ("study.opened", "time_zone"), f"{name}.{field_name}"


def test_data_outside_its_schema_is_refused_naming_the_field_and_not_the_value() -> None:
    with pytest.raises(StudyError, match="how") as refused:
        checked_data("query.resolved", {"fingerprint": "0" * 64, "occurrence": 1, "how": "Heather asked"})
    assert "Heather" not in str(refused.value)


def test_an_unknown_kind_says_which_version_is_needed() -> None:
    with pytest.raises(StudyError, match="newer one"):
        kind_of("study.dreamt")


def test_checked_data_is_what_json_gives_back() -> None:
    assert checked_data(
        "erasure.executed", {"decision": "00000000-0000-0000-0000-000000000000", "objects": 1, "refs": ("a1",)}
    ) == {
        "decision": "00000000-0000-0000-0000-000000000000",
        "objects": 1,
        "refs": ["a1"],
    }


def test_a_consents_mode_in_the_protocol_is_one_the_trail_can_hold():
    from study.kinds import people
    from study.protocol import consent

    assert (consent.Mode, consent.Covers) == (people.Mode, people.Covers)
