"""The benchmark of packets runs, and makes every form of as many packets as it says."""

from __future__ import annotations

import pytest

from benchmarks import packets


@pytest.mark.real
def test_it_prints_every_step_and_their_sum(capsys):
    packets.main(1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1 packets of 7,")
    assert [line.split()[0] for line in lines[2:]] == ["assembled", "html", "docx", "pdf", "checked", "all"]
    assert lines[-1].endswith("packets a second")
