"""docs/deidentification.md and the code: the same states, columns and commands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from ruamel.yaml import YAML

from cli.record import KINDS
from cli.run import load_flow
from evidence.versions import STATES
from recruitment.registers import RECORDINGS
from study.protocol.material import AudioCheck
from tasks.masking import COLUMNS

PAGE = (Path(__file__).parents[2] / "docs" / "deidentification.md").read_text(encoding="utf-8")


def test_the_page_shows_the_states_of_the_code() -> None:
    shown = re.search(r"<!-- states -->\n(.*?)\n<!-- /states -->", PAGE, re.S)
    rows = [f"| {row.said} | `{row.given_by}` | {row.next} |" for row in STATES]
    assert shown is not None
    assert shown[1].splitlines()[2:] == rows


def test_the_page_names_every_column() -> None:
    for column in (*RECORDINGS.columns, *RECORDINGS.ignored, *COLUMNS):
        assert f"`{column}`" in PAGE, column


def test_every_command_of_the_page_is_one_that_its_flow_takes() -> None:
    commands = [shlex.split(line) for line in re.findall(r"^\$ fieldtrail (.*)$", PAGE, re.MULTILINE)]
    assert {words[0] for words in commands} == {"record", "run", "review"}
    for words in commands:
        said = dict(word.split("=", 1) for word in words if "=" in word)
        if words[0] == "record":
            assert words[2] in KINDS
            _, model = load_flow(f"record-{words[2]}")
            model.model_validate({"study": "somewhere", "acting": "COO1", **said})
        elif words[0] == "run":
            _, model = load_flow(words[2])
            model.model_validate({"study": "somewhere", **said})


def test_the_stanza_loads() -> None:
    (stanza,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    declared = YAML(typ="safe").load(stanza)["transcripts"]["audio_check"]
    assert AudioCheck.model_validate(declared) == AudioCheck(share=0.1, errors=5)
