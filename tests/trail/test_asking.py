"""The sealer's side of countersigning: what it asks, what it takes, what it says, whatever happens between."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from study.objects import NotStored, StoreUnavailable
from trail.asking import Question, Reply, Unreachable, ask_countersigner
from trail.cosignature import cosigned_at
from trail.countersign import Countersigner
from trail.note import Kind, PrivateKey, PublicKey, generate_key

OFFICE, OFFICE_VKEY = generate_key("ethics-office", Kind.COUNTERSIGNER)
KEY = PublicKey.read(OFFICE_VKEY, Kind.COUNTERSIGNER)


class Memory:
    """The sealer's own place, as far as it is used."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    place = "memory of the sealer"

    def get(self, key: str, version_id: str | None = None) -> bytes:
        if key not in self.files:
            raise NotStored(key)
        return self.files[key]

    def put(self, key: str, body: bytes) -> Any:
        self.files[key] = body


class AtOnce:
    """A countersigner that answers at once, or is away."""

    def __init__(self, office: Countersigner, notebook: Any) -> None:
        self.office, self.notebook = office, notebook
        self.away = False
        self.asked: list[Question] = []

    def waiting(self, origin: str) -> Iterable[Reply]:
        return ()

    def ask(self, question: Question) -> Reply | None:
        if self.away:
            raise Unreachable("connection refused")
        self.asked.append(question)
        answer = self.office.answer(question.body, self.notebook.now())
        return Reply(question.size, answer.status, answer.body)

    def done(self, origin: str, reply: Reply) -> None:
        return


class Later(AtOnce):
    """A countersigner whose answers lie there the next time."""

    def __init__(self, office: Countersigner, notebook: Any) -> None:
        super().__init__(office, notebook)
        self.replies: list[Reply] = []

    def waiting(self, origin: str) -> Iterable[Reply]:
        return tuple(self.replies)

    def ask(self, question: Question) -> Reply | None:
        self.asked.append(question)
        return None

    def done(self, origin: str, reply: Reply) -> None:
        self.replies.remove(reply)

    def answer(self) -> None:
        question = self.asked[-1]
        answer = self.office.answer(question.body, self.notebook.now())
        self.replies.append(Reply(question.size, answer.status, answer.body))


@pytest.fixture
def office(in_memory: Callable[[], Any]) -> Countersigner:
    office = Countersigner(in_memory().store, PrivateKey.read(OFFICE, Kind.COUNTERSIGNER))
    office.trust(in_memory().vkey)
    return office


def grown(notebook: Any, number: int) -> int:
    """Some more events sealed; returns the tree's size."""
    trail = notebook.open()
    trail.append([notebook.site(100 * number + one) for one in range(3)])
    notebook.wait(minutes=5)
    sealed = notebook.seal()
    notebook.wait(minutes=1)
    return int(sealed.size)


def cosignatures(notebook: Any) -> dict[str, bytes]:
    return {stored.key: notebook.store.get(stored.key) for stored in notebook.store.list("cosignatures/")}


def ask(notebook: Any, transport: Any, memory: Any = None) -> Any:
    return ask_countersigner(notebook.store, notebook.origin, OFFICE_VKEY, transport, memory)


@pytest.mark.parametrize("remembers", [True, False])
def test_every_closing_is_cosigned_with_what_is_new_since_the_last(
    in_memory: Callable[[], Any], office: Countersigner, remembers: bool
) -> None:
    notebook, memory = in_memory(), Memory() if remembers else None
    transport = AtOnce(office, notebook)
    assert ask(notebook, transport, memory).said == "ethics-office has nothing to cosign yet."
    sizes = []
    for number in range(12):
        sizes.append(grown(notebook, number))
        vouched = ask(notebook, transport, memory)
        assert (vouched.cosigned, vouched.alarm) == (True, False), vouched
        assert vouched.said == f"ethics-office cosigned {sizes[-1]} entries."
    assert [(q.old, q.size) for q in transport.asked] == list(itertools.pairwise([0, *sizes]))
    assert list(cosignatures(notebook)) == [f"cosignatures/{size:012d}.ethics-office" for size in sizes]
    for key, body in cosignatures(notebook).items():
        text = notebook.store.get(key.replace("cosig", "checkpo").replace("natures", "ints").partition(".")[0])
        assert cosigned_at(KEY, body.decode().removesuffix("\n"), text.decode().partition("\n\n")[0] + "\n")
    ask(notebook, transport, memory)
    assert len(transport.asked) == 12  # what is cosigned is not asked again


@pytest.mark.parametrize("remembers", [True, False])
@pytest.mark.parametrize("missed", [1, 11])
def test_one_that_was_away_is_said_and_asked_for_all_that_it_missed(
    in_memory: Callable[[], Any], office: Countersigner, remembers: bool, missed: int
) -> None:
    notebook, memory = in_memory(), Memory() if remembers else None
    transport = AtOnce(office, notebook)
    first = grown(notebook, 0)
    ask(notebook, transport, memory)
    transport.away = True
    for number in range(missed):
        last = grown(notebook, number + 1)
        vouched = ask(notebook, transport, memory)
        assert (vouched.cosigned, vouched.alarm) == (False, False)
        assert "did not answer and is asked again by the next closing (connection refused)" in vouched.said
    transport.away = False
    assert ask(notebook, transport, memory).cosigned
    assert [(q.old, q.size) for q in transport.asked][1:] == [(first, last)]


def test_carrying_the_proof_on_reads_only_what_is_new(in_memory: Callable[[], Any], office: Countersigner) -> None:
    notebook, memory = in_memory(), Memory()
    transport = AtOnce(office, notebook)
    grown(notebook, 0)
    ask(notebook, transport, memory)
    transport.away = True
    calls = []
    for number in range(1, 24):
        grown(notebook, number)
        before = notebook.store.calls
        ask(notebook, transport, memory)
        calls.append(notebook.store.calls - before)
    # finding the last seal reads its logarithm; nothing else grows with what was missed
    assert max(calls[16:]) <= min(calls[:4]) + 8


def test_answers_that_come_later_are_taken_by_a_later_closing(
    in_memory: Callable[[], Any], office: Countersigner
) -> None:
    notebook, memory = in_memory(), Memory()
    transport = Later(office, notebook)
    first = grown(notebook, 0)
    assert ask(notebook, transport, memory).said == "ethics-office is asked, no answer yet."
    transport.answer()
    second = grown(notebook, 1)
    assert not ask(notebook, transport, memory).cosigned  # the first is; the newest is asked
    assert list(cosignatures(notebook)) == [f"cosignatures/{first:012d}.ethics-office"]
    transport.answer()
    assert ask(notebook, transport, memory).cosigned
    assert [(q.old, q.size) for q in transport.asked] == [(0, first), (first, second)]
    assert transport.replies == []


def test_a_sealer_that_forgot_learns_where_the_countersigner_stands(
    in_memory: Callable[[], Any], office: Countersigner
) -> None:
    notebook = in_memory()
    transport = AtOnce(office, notebook)
    first = grown(notebook, 0)
    ask(notebook, transport)
    for key in cosignatures(notebook):
        del notebook.store.objects[key]
    second = grown(notebook, 1)
    assert ask(notebook, transport).cosigned
    assert [(q.old, q.size) for q in transport.asked] == [(0, first), (0, second), (first, second)]


@pytest.mark.parametrize("kept", [b"", b"{}", b"[1]", b'{"old":4,"frontier":[],"end":4,"nodes":[],"seq":0}', None])
def test_a_memory_that_is_damaged_or_lies_is_computed_anew(
    in_memory: Callable[[], Any], office: Countersigner, kept: bytes | None
) -> None:
    notebook, memory = in_memory(), Memory()
    transport = AtOnce(office, notebook)
    grown(notebook, 0)
    ask(notebook, transport, memory)
    transport.away = True
    grown(notebook, 1)
    ask(notebook, transport, memory)
    ((key, body),) = memory.files.items()
    memory.files[key] = kept if kept is not None else body.replace(b'"nodes":["', b'"nodes":["00')[: len(body)]
    transport.away = False
    grown(notebook, 2)
    assert ask(notebook, transport, memory).cosigned


def test_a_rewritten_or_rolled_back_trail_is_an_alarm(in_memory: Callable[[], Any], office: Countersigner) -> None:
    notebook = in_memory()
    transport = AtOnce(office, notebook)
    for number in range(3):
        grown(notebook, number)
        ask(notebook, transport)
    # rolled back: its holder cut seals, checkpoints and cosignatures off
    cut = in_memory()
    cut.store.objects = {k: v for k, v in notebook.store.objects.items() if not k.startswith(("cosig", "seals", "che"))}
    cut.store.times = notebook.store.times
    cut.moment = notebook.moment
    for number in (0, 1):
        for folder, name in (("seals", f"{number:08d}.jsonl"), ("checkpoints", f"{4 * (number + 1):012d}")):
            cut.store.objects[f"{folder}/{name}"] = notebook.store.objects[f"{folder}/{name}"]
    vouched = ask(cut, transport)
    assert (vouched.cosigned, vouched.alarm) == (False, True)
    assert vouched.said == "ethics-office vouched for 12 entries, which this trail never had: verify it at once."
    # rewritten: another history under the same key
    other = in_memory()
    for number in range(4, 9):
        grown(other, number)
    vouched = ask(other, transport)
    assert (vouched.cosigned, vouched.alarm) == (False, True)
    assert "refused 20 entries (422: refused: it does not continue the history of size 12" in vouched.said
    assert office.refused(notebook.origin) == 1


def test_answers_that_do_not_count(in_memory: Callable[[], Any], office: Countersigner) -> None:
    notebook = in_memory()
    size = grown(notebook, 0)
    transport = Later(office, notebook)
    stranger = PrivateKey.read(generate_key("ethics-office", Kind.COUNTERSIGNER)[0], Kind.COUNTERSIGNER)
    forged = Countersigner(in_memory().store, stranger)
    forged.trust(notebook.vkey)
    ask(notebook, transport)
    line = forged.answer(transport.asked[-1].body, notebook.now()).body
    for reply, said in [
        (Reply(size, 200, line), "answered with no cosignature of its key on 4 entries"),
        (Reply(size, 200, ""), "answered with no cosignature of its key on 4 entries"),
        (Reply(5, 200, line), "answered with no cosignature of its key on 5 entries"),
        (Reply(size, 409, "x\n"), "refused 4 entries (409: x)"),
        (Reply(size, 422, "no\n"), "refused 4 entries (422: no)"),
        (Reply(size, 409, "999\n"), "vouched for 999 entries, which this trail never had"),
        (Reply(size, 404, "this trail\x1b[2J is not\n registered"), "refused 4 entries (404: this trail[2J is not reg"),
    ]:
        transport.replies = [reply]
        vouched = ask(notebook, transport)
        assert (vouched.cosigned, vouched.alarm) == (False, "never had" in said or reply.status == 422)
        assert said in vouched.said
        assert transport.replies == []
    assert cosignatures(notebook) == {}


def test_what_lies_in_the_cosignatures_place_is_said(in_memory: Callable[[], Any], office: Countersigner) -> None:
    notebook = in_memory()
    size = grown(notebook, 0)
    notebook.store.put_new(f"cosignatures/{size:012d}.ethics-office", b"something\n")
    vouched = ask(notebook, AtOnce(office, notebook))
    assert (vouched.cosigned, vouched.alarm) == (False, True)
    assert f"something else lies at memory/cosignatures/{size:012d}.ethics-office" in vouched.said


def test_a_damaged_trail_is_said(in_memory: Callable[[], Any], office: Countersigner) -> None:
    notebook = in_memory()
    transport = AtOnce(office, notebook)
    grown(notebook, 0)
    ask(notebook, transport)
    grown(notebook, 1)
    key = [key for key in notebook.store.objects if key.startswith("lanes/")][-1]
    notebook.store.objects[key] += b"x"
    vouched = ask(notebook, transport)
    assert (vouched.cosigned, vouched.alarm) == (False, True)
    assert "the trail does not hold together here. Verify the trail first" in vouched.said


@pytest.mark.slow
def test_it_goes_on_after_a_crash_at_any_call(in_memory: Callable[[], Any], office: Countersigner) -> None:
    notebook, memory = in_memory(), Memory()
    transport = AtOnce(office, notebook)
    grown(notebook, 0)
    ask(notebook, transport, memory)
    calls, number, lost = 0, 0, True
    while lost:
        calls, lost = calls + 1, False
        for when in ("before", "after"):
            number += 1
            grown(notebook, number)
            notebook.store.lose = (notebook.store.calls + calls, when)
            try:
                ask(notebook, transport, memory)
            except StoreUnavailable:
                lost = True
            notebook.store.lose = None
            vouched = ask(notebook, transport, memory)
            assert (vouched.cosigned, vouched.alarm) == (True, False), vouched
    assert calls > 10
    assert len(cosignatures(notebook)) == number + 1
