"""The countersigner: what it ever cosigned is one log that only grows, whoever asks and whatever breaks."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from study import StudyError
from study.objects import AlreadyStored, NotStored, Stored, StoreUnavailable
from trail.cosignature import cosigned_at
from trail.countersign import Countersigner
from trail.merkle import Frontier, Span, consistency_proof, leaf_hash
from trail.note import Kind, PrivateKey, PublicKey, checkpoint_text, generate_key, read_checkpoint
from trail.verify_trail import signature_holds

LOG = "fieldtrail/fsp/0a1b2c3d"
TRAIL, TRAIL_VKEY = generate_key(LOG)
OFFICE, OFFICE_VKEY = generate_key("ethics-office", Kind.COUNTERSIGNER)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KEY = PublicKey.read(OFFICE_VKEY, Kind.COUNTERSIGNER)


def leaves(history: str, count: int) -> list[bytes]:
    """The leaf hashes of a history: those with different names share what `x` says both do."""
    return [leaf_hash(f"{history if number >= 6 else 'x'} {number}".encode()) for number in range(count)]


def request(
    history: str, size: int, old: int = 0, *, proved_in: str = "", private: str = TRAIL, origin: str = LOG
) -> bytes:
    """A request to cosign `size` entries of a history, with the proof from `old` (as another history has it)."""
    all_leaves = leaves(history, size)
    frontier = Frontier().grown(leaves(proved_in or history, size)[:old])
    proof = consistency_proof(frontier, Span(old, old).grown(all_leaves[old:]))
    signed = PrivateKey.read(private).signed(checkpoint_text(origin, size, Frontier().grown(all_leaves).root))
    lines = [f"old {old}", *(base64.b64encode(node).decode() for node in proof)]
    return "\n".join([*lines, "", ""]).encode() + signed


@pytest.fixture
def store(in_memory: Callable[[], Any]) -> Any:
    return in_memory().store


@pytest.fixture
def office(store: Any) -> Countersigner:
    countersigner = Countersigner(store, PrivateKey.read(OFFICE, Kind.COUNTERSIGNER))
    countersigner.trust(TRAIL_VKEY)
    return countersigner


def text_of(body: bytes) -> str:
    return body.split(b"\n\n")[1].decode() + "\n"


def test_growth_is_cosigned_and_the_cosignature_is_what_c2sp_says(office: Countersigner) -> None:
    for old, size in [(0, 3), (3, 7), (7, 64)]:
        asked = request("a", size, old)
        answer = office.answer(asked, NOON)
        assert answer.status == 200
        line = answer.body.removesuffix("\n")
        assert cosigned_at(KEY, line, text_of(asked)) == int(NOON.timestamp())
        name, value = line.removeprefix("— ").split(" ")
        raw = base64.b64decode(value)
        assert (name, raw[:4].hex()) == ("ethics-office", OFFICE_VKEY.split("+")[1])
        seconds = int.from_bytes(raw[4:12], "big")
        message = f"cosignature/v1\ntime {seconds}\n{text_of(asked)}".encode()
        assert signature_holds(KEY.raw, message, raw[12:])


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (request("a", 4, 0), 409, "so this is a rollback"),
        (request("a", 4, 4), 409, "so this is a rollback"),
        (request("a", 9, 0), 409, "it must be proved from 7"),
        (request("a", 9, 6), 409, "it must be proved from 7"),
        (request("b", 7, 0), 422, "another history of the same size"),
        (request("b", 9, 7), 422, "does not continue"),
        (request("b", 9, 7, proved_in="a"), 422, "does not continue"),
        (request("a", 9, 7).replace(b"old 7\n", b"old 7\n" + base64.b64encode(b"\1" * 32) + b"\n"), 422, "continue"),
        (request("a", 9, 7, private=generate_key(LOG)[0]), 403, "not signed with the key registered"),
        (request("a", 9, 7).split("— ".encode())[0], 403, "not signed with the key registered"),
        (request("a", 9, 7, origin="fieldtrail/other/0a1b2c3d"), 404, "not registered here"),
        (request("a", 9, 7, origin="."), 404, "not registered here"),
        (request("a", 9, 7, origin="x" * 5000), 404, "not registered here"),
        (request("a", 9, 7).replace(b"old 7", b"old 07"), 400, "not a request"),
        (request("a", 9, 7).replace(b"old 7", b"old 10"), 400, "not a request"),
        (request("a", 9, 7).replace(b"old 7", b"old -1"), 400, "not a request"),
        (request("a", 9, 7).replace(b"\n9\n", b"\n+9\n"), 400, "not a request"),
        (b"old 7\n" + 64 * (base64.b64encode(b"\1" * 32) + b"\n") + request("a", 9, 0)[6:], 400, "not a request"),
        (b"old 7\nAAAA\n" + request("a", 9, 0)[6:], 400, "not a request"),
        (request("a", 9, 7) + b"x" * 65536, 400, "not a request"),
        (b"", 400, "not a request"),
        (b"\xff\n\n\xfe\n\n", 400, "not a request"),
    ],
)
def test_what_it_refuses(office: Countersigner, store: Any, body: bytes, status: int, said: str) -> None:
    assert office.answer(request("a", 7), NOON).status == 200
    answer = office.answer(body, NOON)
    assert (answer.status, said in answer.said) == (status, True), answer
    assert answer.body == ("7\n" if status == 409 else answer.body)
    assert office.seen(LOG).size == 7
    # what only the key's holder can have made is kept; anybody's noise is not
    assert office.refused(LOG) == (status == 422)


def test_a_request_sent_again_gets_the_same_line(office: Countersigner) -> None:
    first = office.answer(request("a", 7), NOON)
    again = office.answer(request("a", 7), NOON + timedelta(hours=1))
    assert (again.status, again.body) == (200, first.body)
    assert office.answer(request("a", 7, 7), NOON).body == first.body


def test_time_never_goes_back(office: Countersigner) -> None:
    office.answer(request("a", 7), NOON)
    asked = request("a", 9, 7)
    line = office.answer(asked, NOON - timedelta(days=1)).body.rstrip("\n")
    assert cosigned_at(KEY, line, text_of(asked)) == int(NOON.timestamp())


def test_what_it_saw_damaged_or_missing_stops_it(office: Countersigner, store: Any) -> None:
    for old, size in [(0, 3), (3, 7), (7, 9)]:
        office.answer(request("a", size, old), NOON)
    kept = dict(store.objects)
    keys = [key for key in kept if key.startswith("seen/")]
    assert len(keys) == 3
    for change in (
        {keys[0]: None},
        {keys[1]: None},
        {keys[2]: b""},
        {keys[2]: kept[keys[2]].replace(b"\n9\n", b"\n8\n")},
        {keys[2]: kept[keys[2]].rsplit("— ".encode(), 1)[0]},
    ):
        changed = {key: change.get(key, body) for key, body in kept.items()}
        store.objects = {key: body for key, body in changed.items() if body is not None}
        with pytest.raises(StudyError, match="nothing is cosigned for it"):
            office.answer(request("a", 20, 9), NOON)


def test_another_key_for_a_registered_trail_is_refused(office: Countersigner) -> None:
    assert office.trust(TRAIL_VKEY + "\n").name == LOG
    with pytest.raises(StudyError, match="another key is registered"):
        office.trust(generate_key(LOG)[1])
    for name in (".hidden", "x" * 100, "ein schönes"):
        with pytest.raises(StudyError):
            office.trust(PublicKey(name, KEY.raw).vkey)
    with pytest.raises(StudyError, match="this is a countersigner's key"):
        office.trust(OFFICE_VKEY)


def test_a_trails_key_countersigns_nothing(store: Any) -> None:
    with pytest.raises(StudyError, match="this is a trail's or a person's key, but a countersigner's key is needed"):
        Countersigner(store, PrivateKey.read(TRAIL))


class Two(RuleBasedStateMachine):
    """Two processes on one directory, asked for two histories in any order, while calls to their disk are lost."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[tuple[int, bytes, int]] = []  # size, root, time of every cosignature that left or was stored
        self.moment = NOON

    @initialize()
    def start(self) -> None:
        self.store = SharedStore()
        self.processes = [Countersigner(self.store, PrivateKey.read(OFFICE, Kind.COUNTERSIGNER)) for _ in range(2)]
        self.processes[0].trust(TRAIL_VKEY)

    @rule(
        process=st.integers(0, 1),
        history=st.sampled_from("ab"),
        size=st.integers(1, 20),
        old=st.integers(0, 20),
        informed=st.booleans(),
        meanwhile=st.none() | st.tuples(st.sampled_from("ab"), st.integers(1, 20)),
        lose=st.none() | st.tuples(st.integers(1, 4), st.sampled_from(["before", "after"])),
        minutes=st.integers(-30, 60),
    )
    def ask(
        self,
        process: int,
        history: str,
        size: int,
        old: int,
        informed: bool,
        meanwhile: tuple[str, int] | None,
        lose: tuple[int, str] | None,
        minutes: int,
    ) -> None:
        self.moment += timedelta(minutes=minutes)
        stored = self.processes[0].seen(LOG).size
        old = min(stored if informed else old, size)
        if meanwhile:
            # the other process answers between this one's look and its write
            self.store.meanwhile = lambda: self.answered(1 - process, request(*meanwhile, min(stored, meanwhile[1])))
        self.store.lose = (self.store.calls + lose[0], lose[1]) if lose else None
        self.answered(process, request(history, size, old))
        self.store.lose = self.store.meanwhile = None

    @rule(process=st.integers(0, 1), again=st.integers(0, 50))
    def replay(self, process: int, again: int) -> None:
        if self.store.asked:
            self.answered(process, self.store.asked[again % len(self.store.asked)])

    @rule(process=st.integers(0, 1))
    def restart(self, process: int) -> None:
        self.processes[process] = Countersigner(self.store, PrivateKey.read(OFFICE, Kind.COUNTERSIGNER))

    def answered(self, process: int, asked: bytes) -> None:
        self.store.asked.append(asked)
        try:
            answer = self.processes[process].answer(asked, self.moment)
        except StoreUnavailable:
            return
        if answer.status == 200:
            _, size, root = read_checkpoint(text_of(asked))
            seconds = cosigned_at(KEY, answer.body.rstrip("\n"), text_of(asked))
            assert seconds is not None
            assert (size, root, seconds) in self.stored()  # stored before it left
            self.given.append((size, root, seconds))

    def stored(self) -> list[tuple[int, bytes, int]]:
        """Every cosignature in the directory, in order: those that left are among them."""
        found = []
        for key in sorted(key for key in self.store.objects if key.startswith("seen/")):
            text, _, lines = self.store.objects[key].decode().partition("\n\n")
            _, size, root = read_checkpoint(text + "\n")
            seconds = cosigned_at(KEY, lines.splitlines()[-1], text + "\n")
            assert seconds is not None
            found.append((size, root, seconds))
        return found

    @invariant()
    def one_growing_log(self) -> None:
        stored = self.stored() if hasattr(self, "store") else []
        sizes, times = [size for size, _, _ in stored], [seconds for _, _, seconds in stored]
        assert sizes == sorted(set(sizes))
        assert times == sorted(times)
        assert set(self.given) <= set(stored)
        assert not stored or any(
            all(root == Frontier().grown(leaves(history, size)).root for size, root, _ in stored) for history in "ab"
        )


class SharedStore:
    """What two processes share: write-once, it may lose a call, and another may write just before this one does."""

    place = "shared"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.calls = 0
        self.lose: tuple[int, str] | None = None
        self.meanwhile: Callable[[], None] | None = None
        self.asked: list[bytes] = []

    def put_new(self, key: str, body: bytes) -> Any:
        other, self.meanwhile = self.meanwhile, None
        if other:
            other()
        self._call("before")
        if key in self.objects:
            raise AlreadyStored(key)
        self.objects[key] = body
        self._call("after")

    def get(self, key: str, version_id: str | None = None) -> bytes:
        self._call("before")
        if key not in self.objects:
            raise NotStored(key)
        return self.objects[key]

    def list(self, prefix: str = "") -> Any:
        return iter([Stored(key, "", 0, NOON) for key in sorted(self.objects) if key.startswith(prefix)])

    def list_versions(self, prefix: str = "") -> Any:
        return self.list(prefix)

    def _call(self, when: str) -> None:
        self.calls += when == "before"
        if self.lose and self.lose == (self.calls, when):
            raise StoreUnavailable("lost")


TestTwo = pytest.mark.slow(Two.TestCase)
TestTwo.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


def test_two_processes_at_once_never_cosign_a_fork() -> None:
    store = SharedStore()
    first, second = (Countersigner(store, PrivateKey.read(OFFICE, Kind.COUNTERSIGNER)) for _ in range(2))
    first.trust(TRAIL_VKEY)
    other: list[int] = []
    store.meanwhile = lambda: other.append(second.answer(request("b", 8), NOON).status)
    answer = first.answer(request("a", 9), NOON)
    assert (other, answer.status, answer.body) == ([200], 409, "8\n")
    assert first.answer(request("a", 9, 8), NOON).status == 422
