"""A protocol that loads and holds no more than it must, and the same with one threshold changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from study import Protocol, load_protocol

MINIMAL = """
id: tiny
title: A tiny study
time_zone: UTC
strands: [quantitative]
ethics: {board: IRB, reference: R-1, approvals: [{from: 2026-01-01}]}
team: [{code: ME, name: Me, role: investigator}]
participants: {roles: [{id: peer, label: Peer}]}
sampling:
  id_column: site_id
  stages: [{name: sites, strategy: convenience, rationale: A test, size: 1}]
consent_forms: [{form: main, version: "1", file: f.md, approved: 2026-01-01, opens: 2026-01-02, scopes: [take_part]}]
"""


@pytest.fixture(scope="session")
def protocol_with() -> Callable[[str], Protocol]:
    return lambda checks: load_protocol((MINIMAL + checks).encode())


@pytest.fixture(scope="session")
def study(protocol_with: Callable[[str], Protocol]) -> Protocol:
    return protocol_with("")
