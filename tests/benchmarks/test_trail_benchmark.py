"""The trail's benchmark in small: every row is there, and the counts of requests are exact."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks import digest_files, trail
from benchmarks.appending import append_at_once
from benchmarks.far_store import FarStore, Latency, MemoryStore
from benchmarks.linear_chain import ChainWriter
from benchmarks.made_trail import make_trail, noon
from benchmarks.material import VKEY, fact
from benchmarks.sealing import NEW_OBJECTS, GrowingTrail
from study.identifiers import digest
from trail import verify

NOTHING = Latency(0, 0, 0)


@pytest.mark.real
def test_the_table_in_small(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    small = ["--events", "120", "--per-seal", "60", "--past", "1000", "--past-per-seal", "100", "--seconds", "0.02"]
    assert trail.main([*small, "--rounds", "1", "--latency", "0.01", "--directory", str(tmp_path)]) == 0
    rows = capsys.readouterr().out.splitlines()
    starts = [row.split()[0] for row in rows]
    assert starts == [
        "machine",
        *["commits"] * 10,
        *["five-minute"] * 3,
        *["daily"] * 3,
        *["verification"] * 5,
        "machine",
    ]
    for writers in ("1 writer", "16 writers"):
        for batch, each in ((1, "1.00"), (20, "0.05")):
            [row] = [row for row in rows if f" lanes, {writers}, batches of {batch} " in row]
            assert row.endswith(f"{each} requests an event")
            assert len([row for row in rows if f"  linear chain, {writers}, batches of {batch} " in row]) == 1
    assert [row.split()[-1] for row in rows if "lanes to linear chain" in row] == ["times", "times"]
    assert [row.count("s; 2 PUT, ") for row in rows if row.startswith(("five", "daily"))] == [1] * 6
    assert any("verify_trail.py, 120 records of 1 KB" in row and "CPU s;" in row and "MiB" in row for row in rows)
    assert [row.split()[-3:] for row in rows if "verify_trail.py to json.loads" in row] == [["times", "the", "CPU"]]
    assert list(tmp_path.iterdir()) == []


def test_a_markdown_table() -> None:
    text = trail.table([trail.Row("seal", "flat", "1 s")], markdown=True)
    assert text.splitlines()[-1] == "| seal | flat | 1 s |"
    assert trail.spread([3, 1, 2]) == "2 (1 to 3)"
    assert trail.spread([0.5, 0.5], "{:.2f}") == "0.50"


def test_lanes_need_one_request_a_commit_whoever_writes_beside_them() -> None:
    done = append_at_once("lanes", writers=4, batch=1, seconds=0.03, latency=NOTHING)
    assert done.requests == done.commits == done.events
    assert len(done.latencies) == done.commits >= 4


def test_the_chain_is_one_chain_and_pays_two_requests_for_each_commit_of_another() -> None:
    store = FarStore(MemoryStore(), NOTHING)
    one, two = ChainWriter(store), ChainWriter(store)
    for _ in range(3):
        one.append([b"{}"])
    two.append([b"{}"])
    assert store.requests == {"PUT": 3 + 4, "GET": 3}
    bodies = [store.get(stored.key) for stored in store.list("chain/")]
    assert len(bodies) == 4
    assert all(digest(before).encode() in after for before, after in pairwise(bodies))


def test_a_made_trail_is_a_trail(tmp_path: Path) -> None:
    made = make_trail(tmp_path, 1_230, per_seal=500, until=noon())
    verdict = verify(tmp_path, VKEY, now=noon())
    assert verdict.faults == ()
    assert (made.objects, made.seals, verdict.events, verdict.size) == (62, 3, 1_230, 1_233)
    assert 1_000 < made.bytes / 1_230 < 1_100


@pytest.mark.slow
def test_a_five_minute_seal_asks_the_same_of_a_longer_trail(tmp_path: Path) -> None:
    costs = {}
    for past in (200, 1_000):
        growing = GrowingTrail(tmp_path / str(past), past, 100, NOTHING)
        costs[past] = growing.seal()
        assert growing.heartbeat().looked_at == past // 20 + 2 * (NEW_OBJECTS + 1)
    assert {past: cost.requests["PUT"] for past, cost in costs.items()} == {200: 2, 1_000: 2}
    assert costs[1_000].looked_at <= costs[200].looked_at
    assert costs[1_000].requests["GET"] - costs[200].requests["GET"] <= 8  # a logarithm of the seals


def test_the_reference_sees_an_altered_log_file_and_digest(tmp_path: Path) -> None:
    digest_files.make_digest_files(tmp_path, 100, per_file=20, files_per_digest=2)
    assert digest_files.validate(tmp_path) == (3, 5, [])
    log = tmp_path / "logs/00000001.json.gz"
    body = log.read_bytes()
    log.write_bytes((tmp_path / "logs/00000002.json.gz").read_bytes())
    assert digest_files.validate(tmp_path)[2] == ["logs/00000001.json.gz: hash"]
    log.write_bytes(body)
    (tmp_path / "digests/00000001.json.gz").write_bytes((tmp_path / "digests/00000000.json.gz").read_bytes())
    assert digest_files.validate(tmp_path)[2][:2] == [
        "digests/00000001.json.gz: signature",
        "digests/00000001.json.gz: hash",
    ]


def test_the_nth_fact_is_always_the_same() -> None:
    assert fact(7) == fact(7)
    assert fact(7).natural_key != fact(8).natural_key
