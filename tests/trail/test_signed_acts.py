"""Acts that a person signed: who signed what, in the line itself, whatever happens to the batch."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study import Actor, Event, Run, StudyError, Subject
from study.objects import StoreUnavailable
from trail import Trail
from trail.act import signed_act, signing_actor, verify_act
from trail.canonical import canonical, parsed
from trail.line import line_of
from trail.note import Kind, PrivateKey, PublicKey, generate_key
from trail.verify_trail import signature_holds

PERSON = Actor("person", "PI", "investigator")
PRIVATE, VKEY = generate_key("PI")
EVENT = Event(
    id="4dbd49af-3dc0-5a88-b3ad-3aabdf23dfe7",
    kind="site.invited",
    occurred="2026-02-02",
    recorded_at="2026-03-02T09:00:00.000Z",
    actor=signing_actor(PERSON, PrivateKey.read(PRIVATE)),
    run=Run("r", "track-consent", "none", 1, "0.1.0"),
    subject=(Subject("site", "S001"),),
    data={"ordinal": 0, "version": 1},
)
SIGNED = line_of(signed_act(EVENT, PrivateKey.read(PRIVATE)))


def opened(notebook: Any, actor: Actor = PERSON, private: str | None = PRIVATE, run: str = "sign") -> Trail:
    return Trail.open(
        notebook.store,
        study=notebook.origin,
        actor=actor,
        run=Run(run, "approve-sample", "none", 1, "0.1.0"),
        now=notebook.now,
        forbidden=notebook.forbidden,
        sign=PrivateKey.read(private) if private else None,
    )


def lines(notebook: Any) -> list[bytes]:
    bodies = [notebook.store.get(stored.key) for stored in notebook.store.list("lanes/")]
    return [line for body in bodies for line in body.splitlines()[1:]]


def test_every_line_of_a_signing_person_carries_their_signature(in_memory: Callable[[], Any]) -> None:
    notebook = in_memory()
    trail = opened(notebook)
    events = trail.append([notebook.opened(), notebook.site(1)])
    trail.close()
    assert [event.actor.assurance for event in events] == ["signed", "signed"]
    assert [verify_act(line, VKEY) for line in lines(notebook)] == [True, True, True]
    assert verify_act(line_of(trail.events(["site.invited"])[0]), VKEY)


def test_the_signature_is_over_the_rest_of_the_line(in_memory: Callable[[], Any]) -> None:
    notebook = in_memory()
    opened(notebook).append([notebook.site(1)])
    fields = parsed(lines(notebook)[0])
    signature = base64.b64decode(fields["actor"].pop("signature"))
    assert fields["actor"]["assurance"] == "signed"
    message = b"fieldtrail act v1\n" + canonical(fields)
    assert signature_holds(PublicKey.read(VKEY).raw, message, signature)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_altered_line_holds(position: int, flip: int) -> None:
    line = bytearray(SIGNED)
    line[position % len(line)] ^= flip
    assert not verify_act(bytes(line), VKEY)


def test_the_unused_bits_of_base64_are_no_second_spelling() -> None:
    end = SIGNED.index(b'=="')
    for other in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/":
        if other != SIGNED[end - 1]:
            assert not verify_act(SIGNED[: end - 1] + bytes([other]) + SIGNED[end:], VKEY)


def test_a_line_says_who_may_have_signed_it(in_memory: Callable[[], Any]) -> None:
    notebook = in_memory()
    opened(notebook, private=None).append([notebook.site(1)])
    opened(notebook, run="second").append([notebook.site(2)])
    declared, signed = sorted(lines(notebook), key=len)
    assert not verify_act(declared, VKEY)
    assert not verify_act(signed, generate_key("PI")[1])
    # the same key under another person's name signs for that person only
    key = PublicKey.read(VKEY)
    assert not verify_act(signed, PublicKey("RA", key.raw).vkey)
    for line in (b"", b"{}", b"[]", b'{"actor":1}', b'{"actor":{"signature":1}}', signed[:-1]):
        assert not verify_act(line, VKEY)
    with pytest.raises(StudyError, match="no public"):
        verify_act(signed, "PI")


def test_a_batch_stamped_again_is_signed_again(in_memory: Callable[[], Any]) -> None:
    notebook = in_memory()
    trail = opened(notebook)
    notebook.store.lose = (notebook.store.calls + 1, "before")
    with pytest.raises(StoreUnavailable):
        trail.append([notebook.site(1)])
    notebook.wait(minutes=6)
    trail.flush()
    (line,) = lines(notebook)
    assert parsed(line)["recorded_at"] == "2026-03-02T09:06:00.000Z"
    assert verify_act(line, VKEY)


def test_a_batch_whose_signer_fails_is_kept_until_it_signs_again(in_memory: Callable[[], Any]) -> None:
    notebook = in_memory()
    signer = Unsure(PrivateKey.read(PRIVATE))
    trail = opened(notebook)
    trail._sign = signer
    notebook.store.lose = (notebook.store.calls + 1, "before")
    with pytest.raises(StoreUnavailable):
        trail.append([notebook.site(1)])
    notebook.wait(minutes=6)
    signer.works = False
    with pytest.raises(StudyError, match="no signature of its key"):
        trail.flush()
    assert lines(notebook) == []
    signer.works = True
    trail.flush()
    assert [verify_act(line, VKEY) for line in lines(notebook)] == [True]


@dataclasses.dataclass
class Unsure:
    """A key service that sometimes returns rubbish."""

    inner: PrivateKey
    works: bool = True

    @property
    def vkey(self) -> str:
        return self.inner.vkey

    def sign(self, message: bytes) -> bytes:
        return self.inner.sign(message) if self.works else b"\0" * 64


def test_one_act_declared_and_signed_is_one_act(in_memory: Callable[[], Any]) -> None:
    notebook = in_memory()
    declared = opened(notebook, private=None, run="first").append([notebook.site(1)])
    again = opened(notebook, run="second").append([notebook.site(1)])
    assert again == declared
    assert len(lines(notebook)) == 1


def test_the_never_list_does_not_look_into_signatures(in_memory: Callable[[], Any]) -> None:
    notebook = in_memory()
    seen: list[str] = []
    notebook.forbidden = lambda line: seen.append(line) or None  # type: ignore[func-returns-value]
    opened(notebook).append([notebook.site(1)])
    assert len(seen) == 1
    assert '"signature"' not in seen[0]
    notebook.forbidden = lambda line: "a code" if "S002" in line else None
    with pytest.raises(StudyError, match="was stopped"):
        opened(notebook).append([notebook.site(2)])


@pytest.mark.parametrize("actor", [Actor("person", "RA", "assistant"), Actor("service", "PI", "software")])
def test_nobody_signs_with_anothers_key(in_memory: Callable[[], Any], actor: Actor) -> None:
    with pytest.raises(StudyError, match=f"the signing key is PI's, but {actor.id} acts here"):
        opened(in_memory(), actor)


def test_a_countersigners_key_signs_no_acts(in_memory: Callable[[], Any]) -> None:
    with pytest.raises(StudyError, match="this is a countersigner's key"):
        opened(in_memory(), private=generate_key("PI", Kind.COUNTERSIGNER)[0])


def test_the_verifier_passes_a_trail_with_signed_acts(notebook: Any) -> None:
    trail = opened(notebook)
    trail.append([notebook.opened(), notebook.site(1)])
    trail.close()
    notebook.wait(minutes=1)
    notebook.seal()
    assert notebook.verified().faults == []
