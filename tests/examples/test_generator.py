"""The committed examples are what the generator makes, and the generator always makes the same."""

from pathlib import Path

import pytest

from examples.generator.archive import document
from examples.generator.dialogue import Speech
from examples.generator.names import contact, full_name
from examples.generator.planting import Planting, paragraphs_of
from examples.generator.tables import changed, csv_bytes, row_of
from examples.generator.write import STUDIES, write

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        f.relative_to(folder).as_posix(): f.read_bytes()
        for name in STUDIES
        for f in sorted((folder / name).rglob("*"))
        if f.is_file()
    }


@pytest.mark.real
def test_committed_files_are_generated_byte_for_byte(tmp_path: Path) -> None:
    count = write(tmp_path)
    made, committed = contents(tmp_path), contents(EXAMPLES)
    assert len(made) == count
    assert sorted(made) == sorted(committed)
    assert [path for path in made if made[path] != committed[path]] == []


def test_examples_stay_small() -> None:
    assert sum(map(len, contents(EXAMPLES).values())) < 6_000_000


def test_every_example_says_that_it_is_made_up() -> None:
    for name in STUDIES:
        assert "synthetic" in (EXAMPLES / name / "study/README.md").read_text()
        assert "synthetic: true" in (EXAMPLES / name / "study/study.yaml").read_text()


def test_names_and_contacts_differ_and_lead_nowhere() -> None:
    names = [full_name(n) for n in range(300)]
    contacts = [contact(n) for n in range(100)]
    assert len(set(names)) == 300
    assert len(set(contacts)) == 100
    assert all(phone.startswith("(555) 555-01") and mail.endswith("@mail.example.org") for phone, mail in contacts)


def test_speech_repeats_nothing_before_the_bag_is_empty() -> None:
    speech = Speech("seed", "fsp", {})
    taken = [speech.take("key", ["a", "b", "c"]) for _ in range(6)]
    assert sorted(taken[:3]) == sorted(taken[3:]) == ["a", "b", "c"]


def test_speech_depends_on_its_seed_alone() -> None:
    first, second, other = (Speech(seed, "fsp", {}).sentence() for seed in ("one", "one", "other"))
    assert first == second != other


def test_a_word_file_gives_its_paragraphs_back() -> None:
    assert paragraphs_of(document(["a < b & c", "", "é"], author="x")) == ["a < b & c", "", "é"]


def test_cells_are_changed_by_row_and_rows_are_added() -> None:
    data = csv_bytes(("a", "b"), [{"a": "1", "b": "x"}, {"a": "2"}])
    row = row_of(data, a="2")
    assert row == 3
    assert changed(data, {row: {"b": "y"}}, added=[{"a": "3"}]) == b"a,b\n1,x\n2,y\n3,\n"


def test_planting_on_a_row_that_is_not_there_fails() -> None:
    with pytest.raises(KeyError):
        Planting({"t.csv": b"a\n1\n"}).cell("t.csv", {"a": "9"}, {"a": "2"}, "X1", "nothing")


def test_two_defects_in_one_file_are_both_kept() -> None:
    planting = Planting({"t.csv": b"a\n1\n2\n"})
    planting.cell("t.csv", {"a": "1"}, {"a": "x"}, "X1", "first")
    planting.cell("t.csv", {"a": "2"}, {"a": "y"}, "X2", "second")
    assert planting.files()["t.csv"] == b"a\nx\ny\n"
    assert [d["id"] for d in planting.defects] == ["D01", "D02"]
