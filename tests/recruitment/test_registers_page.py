"""Every example of docs/registers.md is a mapping without fault that gives the rows shown."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from recruitment.registers import REGISTERS
from study import load_protocol
from study.objects import NotStored
from tasks.feeds import kept_rows
from tasks.register_proof import register_proof

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/registers.md").read_text()
BLOCKS = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
STARTS = [i for i, (kind, _, _) in enumerate(BLOCKS) if kind == "yaml"]
EXAMPLES = [BLOCKS[i:j] for i, j in zip(STARTS, [*STARTS[1:], len(BLOCKS)], strict=True)]
PROTOCOL = (ROOT / "examples/fsp/study/study.yaml").read_text()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: next(name for kind, name, _ in e if kind == "csv"))
def test_an_example_gives_the_rows_it_shows(example: list[tuple[str, str, str]]) -> None:
    protocol = load_protocol(f"{PROTOCOL}\n{example[0][2]}".encode())
    files = {name: body for kind, name, body in example if kind == "csv"}
    ((_, register, shown),) = [block for block in example if block[0] == "rows"]
    encodings = {feed.file: feed.encoding for feed in protocol.registers.of(register)}
    assert set(files) == set(encodings)

    def fetch(path: str) -> bytes:
        if path not in files:
            raise NotStored(path)
        return files[path].encode(encodings[path])

    kept = kept_rows(protocol, REGISTERS[register], fetch, is_recorded=False)
    assert (kept.faults, kept.absent) == ((), ())
    assert kept.frame is not None
    expected = list(csv.reader(io.StringIO(shown)))
    numbered = kept.frame.reset_index(names="row").astype(str)
    assert numbered[expected[0]].to_numpy().tolist() == expected[1:]


def test_the_examples_map_fields_that_there_are(tmp_path: Path) -> None:
    for i, example in enumerate(EXAMPLES):
        root = tmp_path / str(i)
        (root / "sampling").mkdir(parents=True)
        (root / "study.yaml").write_text(f"{PROTOCOL}\n{example[0][2]}")
        assert not [f for f in register_proof(root, load_protocol(root)).faults if "study.yaml" in f.where]


def test_the_page_names_every_field() -> None:
    for register in REGISTERS.values():
        for field in (*register.columns, *register.ignored):
            assert f"`{field}`" in PAGE, (register.name, field)


def test_every_snippet_is_yaml() -> None:
    assert len(EXAMPLES) == 4
    assert all(set(YAML(typ="safe").load(e[0][2])) == {"registers"} for e in EXAMPLES)
