"""Every bad input is refused before any solving, naming ids, columns or rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from cli.main import app
from sampling import Attribute, Design, Frame, Rule, design_of, frame_of, propose, read_frame
from sampling.frame import frame_from
from sampling.frame_faults import frame_faults
from sampling.frame_file import labelled
from study import StudyError
from study.protocol.sampling import StageSpec
from tasks.frame_sav import read_labelled

SIZE = Attribute("size", "numeric")
DESIGN = Design("site_id", 3, "maximum_variation", "To see the range.", attributes=(SIZE,))
BY_PI = {"chosen_by": "PI", "chosen_on": "2026-01-05"}
PREDICTED = {"strategy": "confirming_and_disconfirming", "observed": "size", "predicted": "one"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rationale": " "}, "has no rationale"),
        ({"size": 0}, "the sample size is 0"),
        ({"size": 13}, "the sample size is 13 and only 12 of 12 rows are eligible"),
        ({"attributes": ()}, "maximum variation needs attributes"),
        ({"attributes": (Attribute("sise", "numeric"),)}, "the frame has no column 'sise'"),
        ({"attributes": (SIZE, SIZE)}, "the attribute size is declared twice"),
        ({"attributes": (Attribute("size", "numeric", 0.0),)}, "all weights are zero"),
        ({"attributes": (Attribute("size", "numeric", -1.0),)}, "the weight of size"),
        ({"attributes": (Attribute("size", "numeric", float("inf")),)}, "the weight of size"),
        ({"attributes": (Attribute("region", "numeric"),)}, "row 2, column region: a number belongs here"),
        (
            {"attributes": (Attribute("same", "nominal"),)},
            "no attribute varies among the eligible rows: same has one value throughout",
        ),
        ({"attributes": (Attribute("ownership", "nominal"),)}, "ownership is missing for S001"),
        ({"attributes": (Attribute("setting", "ordinal", order=("rural", "urban")),)}, "is not in the declared order"),
        ({"required": ("S001",), "forbidden": ("S001",)}, "S001 is both required and forbidden"),
        ({"required": ("S999",)}, "`required` names S999"),
        ({"forbidden": ("S998", "S999")}, "`forbidden` names S998, S999, and the frame has no such ids"),
        ({"rules": (Rule("r", {"size": (90, 20)}, min=1),)}, "the rule 'r' wants size from 90 to 20. Exchange"),
        ({"criterion": {"size": (90, 20)}}, "the criterion wants size from 90 to 20"),
        ({"criterion": {"region": []}}, "the criterion names no value of region"),
        ({"criterion": {"size": (9000, None)}}, "the sample size is 3 and none of 12 rows is eligible"),
        ({"rules": (Rule("r", max=float("nan")),)}, "the rule 'r' has a limit that is not a finite number"),
        ({"rules": (Rule("r", {"size": (None, 900)}, min=4),)}, "and a sample of 3 has at most 3"),
        ({"attributes": (Attribute("setting", "ordinal"),)}, "the ordinal attribute setting has words and no declared"),
        ({"required": ("S001", "S002", "S003", "S004")}, "4 are required and the size is 3"),
        ({"rules": (Rule("r", {"region": ["mars"]}, min=1),)}, "the rule 'r' asks for mars and column 'region'"),
        ({"rules": (Rule("r", {"planet": ["mars"]}, min=1),)}, "the frame has no column 'planet'"),
        ({"rules": (Rule("r", min=3, max=1),)}, "the rule 'r' has min 3 above max 1"),
        ({"rules": (Rule("r"),)}, "the rule 'r' has neither min nor max"),
        ({"rules": (Rule("r", min=1), Rule("r", min=2))}, "two rules are named 'r'"),
        ({"rules": (Rule("r", min=1, min_floor=2),)}, "a floor above its min"),
        ({"rules": (Rule("r", max=9, sum_of="cost"),)}, "column 'cost', which is empty for S002"),
        ({"rules": (Rule("r", max=9, sum_of="region"),)}, "row 2, column region: a number belongs here"),
        (
            {"rules": (Rule("r", {"same": ["x"]}, max=1),), "required": ("S001", "S002")},
            "the sampling design, required: the required rows alone break the rule 'r': S001, S002 have 2 where at "
            "most 1 is allowed. Require fewer of them, or raise its max.",
        ),
        ({"criterion": {"region": ["bay"]}, "required": ("S001",)}, "required but not eligible: S001"),
        ({"strategy": "avalanche"}, "the strategy 'avalanche' is not available. Available are confirming_and_"),
        ({"strategy": "extreme_or_deviant_case"}, "needs a score"),
        ({"strategy": "extreme_or_deviant_case", "score": "one"}, "has no two tails"),
        ({"strategy": "criterion"}, "needs a criterion"),
        ({"strategy": "convenience", "chosen": ("S001",)}, "who chose or on what day is not written down"),
        ({"strategy": "convenience", **BY_PI, "chosen": ("S001",)}, "`chosen` has 1 ids, the size is 3"),
        ({"strategy": "convenience", **BY_PI, "chosen": ("S001",) * 3}, "`chosen` has 1 ids, the size is 3"),
        ({"strategy": "homogeneous", "chosen": ("S001",)}, "in homogeneous sampling nobody lists them"),
        ({"strategy": "homogeneous"}, "homogeneous sampling needs the subgroup"),
        ({"strategy": "homogeneous", "attributes": ()}, "homogeneous sampling needs attributes"),
        (
            {"strategy": "typical_case", "attributes": ()},
            "typical case sampling needs attributes, or what was predicted",
        ),
        ({"strategy": "typical_case", "attributes": (), "observed": "size", "predicted": "sise"}, "no column 'sise'"),
        (
            {"strategy": "typical_case", "attributes": (), "observed": "region", "predicted": "size"},
            "row 2, column region",
        ),
        ({"strategy": "intensity"}, "intensity sampling needs a score"),
        ({"strategy": "intensity", "score": "size"}, "intensity sampling needs a band"),
        ({"strategy": "intensity", "score": "size", "band": (0.9, 0.5)}, "the band runs from 0.9 to 0.5"),
        ({"strategy": "intensity", "score": "size", "band": (0.5, 0.51)}, "of 12 rows are eligible"),
        ({"strategy": "critical_case", "score": "size"}, "critical case sampling needs a criterion"),
        ({"strategy": "critical_case", "criterion": {"region": ["bay"]}}, "critical case sampling needs a score"),
        ({"strategy": "extreme_or_deviant_case", "tail_share": 0.7}, "tail_share is 0.7"),
        ({"strategy": "quota"}, "quota sampling needs strata"),
        ({"strategy": "quota", "strata": "planet"}, "the frame has no column 'planet'"),
        ({"strategy": "quota", "strata": "region", "quotas": {"bay": 1}}, "the quotas sum to 1 and the size is 3"),
        ({"strategy": "quota", "strata": "region", "quotas": {"bay": -1, "north": 4}}, "the quota of bay is below 0"),
        (
            {"strategy": "quota", "strata": "region", "quotas": {"mars": 3}},
            "the quota asks for mars and column 'region'",
        ),
        ({"strategy": "quota", "strata": "same", "quotas": {"x": 3}, "size": 3, "clusters": 2}, "both `strata` and"),
        ({"strategy": "quota", "strata": "one_each", "quotas": {"k1": 3}}, "the quota asks for 3 of k1 and only 1 are"),
        ({"strategy": "quota", "clusters": 1}, "`clusters` is 1"),
        ({"strategy": "quota", "clusters": 13}, "13 clusters are wanted of 12 eligible rows"),
        ({"strategy": "quota", "clusters": 2, "attributes": ()}, "2 clusters are wanted and no attributes"),
        ({"strategy": "stratified_purposeful", "strata": "region", "attributes": ()}, "needs what ranks the rows"),
        ({"strategy": "snowball"}, "snowball sampling needs to know who named whom"),
        ({"strategy": "snowball", "referrer": "region"}, "the referrer of S001"),
        ({"strategy": "snowball", "referrer": "circle"}, "named one another in a circle, or through one: S002, S003"),
        ({"strategy": "snowball", "referrer": "by", "wave": "one"}, "and 4 more is not one after the referrer's"),
        ({"strategy": "snowball", "referrer": "by", "per_recruiter": 0}, "`per_recruiter` is 0"),
        ({"strategy": "confirming_and_disconfirming"}, "needs what was predicted beside what was observed"),
        (
            {**PREDICTED, "contrast": "matched_opposite"},
            "matched pairs need an even size and attributes; the size is 3",
        ),
        ({**PREDICTED, "cut": float("nan")}, "the cut is not a finite number"),
        ({**PREDICTED, "predicted": "size"}, "the residual has no two tails of 25%"),
        ({"each": "planet"}, "the frame has no column 'planet'"),
        ({"each": "ownership"}, "ownership is missing for S001"),
        ({"each": "same", "size": 13}, "at x: the sample size is 13 and only 12 of 12 rows are eligible"),
    ],
)
def test_a_design_that_cannot_be_answered(
    programs: Callable[..., pd.DataFrame], changes: dict[str, object], said: str
) -> None:
    frame = programs(12, 3).assign(same="x", one=1, cost=1, by="", circle="")
    frame["one_each"] = [f"k{i}" for i in range(12)]
    frame.loc[[1, 2], "circle"] = ["S003", "S002"]
    frame.loc[0, ["region", "ownership"]] = ["north", ""]
    frame["cost"] = frame["cost"].astype(object)
    frame.loc[1, "cost"] = ""
    with pytest.raises(StudyError) as error:
        propose(frame, replace(DESIGN, **changes))  # type: ignore[arg-type]
    assert said in str(error.value)


@pytest.mark.parametrize("rows", [0, 1])
def test_a_frame_of_none_or_one_is_too_small_for_three(programs: Callable[..., pd.DataFrame], rows: int) -> None:
    counted = "only 1 of 1 rows are eligible" if rows else "none of 0 rows is eligible"
    with pytest.raises(StudyError, match=counted):
        propose(programs(12).head(rows), DESIGN)


def test_one_of_one_is_a_sample(programs: Callable[..., pd.DataFrame]) -> None:
    assert propose(programs(12).head(1), replace(DESIGN, size=1)).ids == ("S001",)


def test_a_constant_column_beside_others_is_left_out_with_a_note(programs: Callable[..., pd.DataFrame]) -> None:
    frame = programs(12).assign(same="x")
    with_it = propose(frame, replace(DESIGN, attributes=(SIZE, Attribute("same", "nominal"))))
    assert with_it.ids == propose(frame, DESIGN).ids
    assert with_it.notes == ("same has one value throughout the eligible frame and was left out.",)


HEADER = ("site_id", "region", "level", "staff_count", "cost", "same")
ROWS = [
    (f"S{i:02d}", "bay" if i % 3 else "north", ("low", "mid", "high")[i % 3], 10 + i, i * 25, "x") for i in range(1, 13)
]
STAGE: dict[str, Any] = {
    "name": "sites", "strategy": "maximum_variation", "rationale": "To see the range.", "size": 4,
    "attributes": [{"name": "region", "kind": "nominal"}, {"name": "staff_count", "kind": "numeric"}],
    "rules": [{"name": "travel", "sum_of": "cost", "max": 900}],
}  # fmt: skip


def table_with(row: int, column: str, value: object) -> pd.DataFrame:
    """The twelve sites with one cell changed; the first is row 1 of a .sav and row 2 of other files."""
    table = pd.DataFrame(ROWS, columns=HEADER, dtype=object)
    table.loc[row, column] = value
    return table


def read_as(ending: str, table: pd.DataFrame, folder: Path) -> Frame:
    """The table written in a format and read again as a frame."""
    path = folder / f"frame.{ending}"
    if ending == "csv":
        table.to_csv(path, index=False)
    elif ending == "xlsx":
        table.to_excel(path, index=False, sheet_name="Sites")
    else:
        pyreadstat.write_sav(table, str(path))
        return frame_from(labelled(*read_labelled(str(path)), path.name, id_column="site_id"), "site_id")
    return read_frame(path.read_bytes(), path.name, "site_id")


@pytest.mark.parametrize("ending", ["csv", "xlsx", "sav"])
@pytest.mark.parametrize(
    ("row", "column", "value", "said"),
    [
        (3, "site_id", "S01", "column site_id: an id appears more than once: rows {0} and {3} (S01)"),
        (3, "site_id", "", "column site_id: the id is empty in row {3}"),
        (3, "staff_count", "thirteen", "row {3}, column staff_count: a number belongs here and something else stands "
         "there ('thirteen')"),
        (3, "cost", "inf", "row {3}, column cost: a number belongs here and something else stands there ('inf')"),
        (3, "cost", "", "the rule 'travel' sums column 'cost', which is empty for S04"),
        (3, "region", "", "column region: region is missing for S04"),
    ],
)  # fmt: skip
def test_a_cell_at_fault_is_named_in_each_format(
    tmp_path: Path, ending: str, row: int, column: str, value: str, said: str
) -> None:
    table = table_with(row, column, value)
    if ending == "sav":
        table[column] = table[column].astype(str)  # a variable of a .sav is text or numbers, not both
    with pytest.raises(StudyError) as error:
        propose(read_as(ending, table, tmp_path), design_of(StageSpec.model_validate(STAGE), "site_id"))
    first = 1 if ending == "sav" else 2
    assert said.format(*(first + k for k in range(12))) in str(error.value)
    assert str(error.value).startswith(f"frame.{ending}")


def test_what_only_a_sav_can_have_wrong(tmp_path: Path) -> None:
    """Labels stand in place of codes, and a value declared missing is missing, also where an id should be."""
    path = tmp_path / "f.sav"

    def read(**more: Any) -> Frame:
        table = pd.DataFrame({"site_id": [1.0, 2, 3, 4], "region": [1.0, 2, 2, 1], "size": [10.0, 20, 999, 40]})
        pyreadstat.write_sav(table, str(path), **more)
        return frame_from(labelled(*read_labelled(str(path)), "f.sav", id_column="site_id"), "site_id")

    size, region = Attribute("size", "numeric"), {"region": {1.0: "north", 2.0: "bay"}}
    with pytest.raises(StudyError, match=r"f\.sav, column site_id: the id is empty in row 4"):
        read(missing_ranges={"site_id": [4]})
    with pytest.raises(StudyError, match=r"f\.sav, row 3, column size: a number belongs here .*\('refused'\)"):
        propose(read(variable_value_labels={"size": {999.0: "refused"}}), replace(DESIGN, attributes=(size,)))
    with pytest.raises(StudyError, match="size is missing for 3"):
        propose(read(missing_ranges={"size": [999]}), replace(DESIGN, attributes=(size,)))
    coded = Rule("two of the north", {"region": [1]}, min=2)
    with pytest.raises(StudyError, match="asks for 1 and column 'region' has no such value; it has bay, north"):
        propose(read(variable_value_labels=region), replace(DESIGN, rules=(coded,)))


@pytest.fixture(scope="module")
def new_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("check") / "study"
    assert CliRunner().invoke(app, ["new", str(folder)]).exit_code == 0
    pd.DataFrame(ROWS, columns=HEADER).to_csv(folder / "sampling/frame.csv", index=False)
    return folder


def check(folder: Path, changes: Mapping[str, Any]) -> str:
    """What `fieldtrail check` says of the study with this stage."""
    protocol = YAML()
    path = folder / "study.yaml"
    document = protocol.load(path.read_text())
    document["sampling"]["stages"] = [{k: v for k, v in (STAGE | changes).items() if v is not None}]
    with path.open("w") as file:
        protocol.dump(document, file)
    return CliRunner().invoke(app, ["check", str(folder)]).output


def a_rule(**words: Any) -> dict[str, Any]:
    return {"rules": [{"name": "r", **words}]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "The protocol is in order"),
        ({"size": 0}, "sampling.stages.0.size: 0 is too small. Write 1 or more."),
        ({"size": "eight"}, "sampling.stages.0.size: 'eight' is no whole number. Write a whole number."),
        ({"tail_share": 0.9}, "sampling.stages.0.tail_share: 0.9 is too large. Write 0.5 or less."),
        ({"objective": "max-sum"}, "lexicographic, max_sum or max_min. Did you mean max_sum?"),
        ({"rationale": " "}, "sampling.stages.0.rationale: there is nothing here"),
        ({"size": 13}, "sampling/frame.csv: the sample size is 13 and only 12 of 12 rows are eligible"),
        ({"strategy": None}, "sampling.stages.0.strategy: this key is missing"),
        ({"rationale": None}, "sampling.stages.0.rationale: this key is missing"),
        ({"attributes": [{"name": "sise", "kind": "numeric"}]}, "frame.csv, row 1: the column sise is missing"),
        ({"attributes": [{"name": "same", "kind": "nominal"}]}, "no attribute varies among the eligible rows: same"),
        ({"attributes": [{"name": "region", "kind": "nominal", "weight": 0}]}, "0: all weights are zero (region)"),
        ({"attributes": [{"name": "region", "kind": "numeric"}]}, "column region: a number belongs here and something "
         "else stands in row 2 ('bay'), row 3 ('bay'), row 4 ('north')"),
        ({"attributes": [{"name": "level", "kind": "ordinal"}]}, "column level: an ordinal attribute without a "
         "declared order has words in row 2 ('mid')"),
        (a_rule(where={"regoin": ["bay"]}, min=1), "the column regoin is missing. Add it, or correct study.yaml"),
        (a_rule(where={"region": ["Bay"]}, min=1), "the rule 'r' asks for Bay and column 'region' has no such value; "
         "it has bay, north"),
        (a_rule(sum_of="travel", max=1), "row 1: the column travel is missing"),
        (a_rule(min=3, max=1), "stages.0: the rule 'r' has min 3 above max 1"),
        (a_rule(), "stages.0: the rule 'r' has neither min nor max"),
        (a_rule(min="two"), "sampling.stages.0.rules.0.min: 'two' is no number. Write a number."),
        (a_rule(where={"staff_count": {"low": 20, "high": 10}}, min=1), "the rule 'r' wants staff_count from 20 to 10"),
        (a_rule(where={"region": ["north"]}, min=3), "stages.0: no sample of 4 keeps all the rules. These cannot"),
        (a_rule(where={"region": ["north"]}, max=1) | {"required": ["S03", "S06"]}, "study.yaml, sampling.stages.0, "
         "required: the required rows alone break the rule 'r': S03, S06 have 2 where at most 1 is allowed"),
        ({"required": ["S01"], "forbidden": ["S01"]}, "sampling.stages.0: S01 is both required and forbidden"),
        ({"required": ["S99"]}, "sampling/frame.csv: `required` names S99, and the frame has no such id"),
        ({"criterion": {"region": ["bay"]}, "required": ["S03"]}, "required but not eligible: S03"),
        ({"criterion": {"staff_count": {"low": 99}}}, "the sample size is 4 and none of 12 rows is eligible"),
        ({"strategy": "quota", "strata": "region", "quotas": {"mars": 4}}, "sampling.stages.0, quotas: the quota asks "
         "for mars and column 'region' has no such value"),
    ],
)  # fmt: skip
def test_check_says_it_before_anything_is_proposed(new_study: Path, changes: dict[str, Any], said: str) -> None:
    if "These cannot" in said:
        changes = {"rules": [*changes["rules"], {"name": "s", "where": {"region": ["bay"]}, "min": 2}]}
    assert said in check(new_study, changes)


def test_a_stage_that_rests_on_another_is_not_told_what_nobody_can_know_yet() -> None:
    people = frame_of(pd.DataFrame(ROWS, columns=HEADER), "site_id", personal=True)
    design = replace(DESIGN, size=13, attributes=(Attribute("staff_count", "numeric"),))
    assert [f.what for f in frame_faults(people, design)] == [
        "the sample size is 13 and only 12 of 12 rows are eligible"
    ]
    assert list(frame_faults(people, design, rests_on_others=True)) == []
    [fault] = frame_faults(people, replace(design, required=("S99",)), rests_on_others=True)
    assert "S99" not in fault.what
    assert list(frame_faults(frame_of(pd.DataFrame(columns=HEADER), "site_id"), design)) == []
