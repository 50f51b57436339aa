"""What is planted: well-formed, in files that are there, each to be told from the others."""

from pathlib import Path

from expectations.catalogue import CATALOGUE
from study.planted import read_planted

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def test_every_defect_sits_in_a_file_of_the_planted_study(planted: Path) -> None:
    study = planted.parent / "study"
    for defect in read_planted((planted / "planted.yaml").read_bytes()):
        assert (planted / defect.file).is_file() or (study / defect.file).is_file(), defect


def test_no_two_defects_are_the_same_check_in_the_same_file(planted: Path) -> None:
    pairs = [(d.check, d.file) for d in read_planted((planted / "planted.yaml").read_bytes())]
    assert len(pairs) == len(set(pairs))


def test_every_overlay_file_differs_from_the_clean_one_and_belongs_to_a_defect(planted: Path) -> None:
    study = planted.parent / "study"
    overlay = [f.relative_to(planted) for f in planted.rglob("*") if f.is_file() and f.name != "planted.yaml"]
    assert overlay
    for path in overlay:
        clean = study / path
        assert not clean.exists() or clean.read_bytes() != (planted / path).read_bytes(), path


def test_about_forty_defects_over_the_three_studies_spread_over_the_checks() -> None:
    defects = [
        d
        for name in ("fsp", "cps", "peer-support")
        for d in read_planted((EXAMPLES / name / "planted/planted.yaml").read_bytes())
    ]
    assert len(defects) >= 40
    assert {d.check[:2] for d in defects} >= {"TR", "RG", "CN", "SV", "AN", "MC"}


def test_most_planted_checks_exist() -> None:
    defects = [
        d
        for name in ("fsp", "cps", "peer-support")
        for d in read_planted((EXAMPLES / name / "planted/planted.yaml").read_bytes())
    ]
    unknown = sorted({d.check for d in defects} - set(CATALOGUE))
    assert len(unknown) <= 5, unknown
