"""Every stanza of docs/sampling.md loads into a study and is a design without contradiction."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import get_args

import pytest

from sampling import CAVEAT, STRATEGIES, TAKEN_OUT, design_of
from sampling.declared import check_design
from sampling.record import RECRUITED_SITE
from sampling.replace import LEFT
from sampling.status import BACKUP, FORBIDDEN, NOT_ELIGIBLE, PASSED_OVER
from study import load_protocol
from study.protocol.sampling import Strategy

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/sampling.md").read_text()
STANZAS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("stanza", STANZAS, ids=lambda s: re.findall(r"strategy: (\w+)", s)[0])
def test_a_stanza_of_the_page_is_a_design(tmp_path: Path, stanza: str) -> None:
    start = (ROOT / "cli/starting_study/study.yaml").read_text()
    stages = "  stages:\n" + textwrap.indent(stanza, "    ")
    text = re.sub(r"  stages:\n.*?(?=\nconsent_forms:)", lambda _: stages, start, count=1, flags=re.DOTALL)
    (tmp_path / "study.yaml").write_text(text)
    sampling = load_protocol(tmp_path).sampling
    for stage in sampling.stages:
        check_design(design_of(stage, stage.id_column or sampling.id_column))


def test_the_page_names_every_strategy_and_the_sentence_about_a_proof() -> None:
    assert all(f"`{name}`" in PAGE for name in get_args(Strategy))
    assert CAVEAT in PAGE
    shown = {name for stanza in STANZAS for name in re.findall(r"strategy: (\w+)", stanza)}
    assert set(STRATEGIES) - shown == {"theory_based", "opportunistic", "convenience"}


def test_the_page_names_every_status_and_every_step_after_which_a_site_stays() -> None:
    assert all(f"`{word}`" in PAGE for word in (*LEFT, BACKUP, FORBIDDEN, NOT_ELIGIBLE, PASSED_OVER, TAKEN_OUT))
    assert f"({', '.join(kind.removeprefix('site.') for kind in RECRUITED_SITE)}, or with an interview held)" in PAGE
