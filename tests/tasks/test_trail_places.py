"""A study whose trail lies on S3, is countersigned by another party, and whose decisions a person signs."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli.countersign import countersign, made
from cli.keygen import keygen
from storage import LocalStore
from study import StudyError
from tasks.checking import study_faults
from tasks.opening import amendment_facts, opening_facts
from tasks.sample_decisions import carry_out_approvals
from tasks.sampling import propose_samples
from tasks.sealing import ask_countersigners, seal_new, sealed_outcome
from tasks.trail_place import PERSONAL_KEY, lock_firmly, trail_store
from tasks.verification import decisions, verified
from tasks.workspace import StudyRequest, opened


@pytest.fixture
def bucket(weed: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in weed.environment("admin").items():
        monkeypatch.setenv(name, value)
    return weed.bucket(locked=True)


def with_storage(study: Path, text: str) -> Path:
    """The example with other storage, planned to end in some years so that the trail is locked until then."""
    protocol = (study / "study.yaml").read_text().replace("ends: 2017-04-30", f"ends: {date.today().year + 3}-04-30")
    (study / "study.yaml").write_text(f"{protocol}\nstorage: {text}\n")
    return study


def ask(study: Path, acting: str | None = None) -> StudyRequest:
    return StudyRequest(study=str(study), acting=acting)


@pytest.mark.real
def test_a_trail_on_s3_is_locked_sealed_and_verified_with_its_versions(example, weed, bucket) -> None:
    where = f"s3://{bucket}/fsp/trail"
    study = with_storage(example("fsp", clean=True), f"{{trail: '{where}', endpoint: '{weed.endpoint}'}}")
    assert study_faults(study) == []
    with opened(ask(study), "open-study", create=True) as place:
        recorded = place.trail.append(opening_facts.fn(place))
    with opened(ask(study), "seal-trail") as place:
        assert {e.id for e in recorded} <= {e.id for e in place.events()}
        assert seal_new.fn(place).events == len(recorded) + 1
        kept = place.trail_store.retention_of("seals/00000000.jsonl")
        assert (kept.mode, kept.until.year) == ("GOVERNANCE", date.today().year + 13)
        assert (verified(place).ok, verified(place).seals) == (True, 1)
        lane = next(place.trail_store.list("lanes/")).key
        weed.client().delete_object(Bucket=bucket, Key=f"fsp/trail/{lane}")
        verdict = verified(place)
    assert [fault.split(" (")[0] for fault in verdict.faults] == [f"EXTRA_VERSION {lane}"]
    assert not (study / "trail").exists()


@pytest.mark.real
def test_a_bucket_that_would_not_lock_is_refused_before_anything_is_written(example, weed, bucket) -> None:
    plain = weed.bucket(locked=False, versioned=True)
    where = f"{{trail: 's3://{plain}/t', endpoint: '{weed.endpoint}'}}"
    study = with_storage(example("fsp", clean=True), where)
    assert [str(fault) for fault in study_faults(study) if "no Object Lock" in str(fault)]
    with pytest.raises(StudyError, match="the bucket has no Object Lock"), opened(ask(study), "x", create=True):
        pass
    assert not (study / "restricted" / "trail.key").exists()


@pytest.mark.real
def test_compliance_begins_with_the_recorded_assessment(example, weed, bucket) -> None:
    study = with_storage(example("fsp", clean=True), f"{{trail: 's3://{bucket}/t', endpoint: '{weed.endpoint}'}}")
    text = (study / "study.yaml").read_text()
    kept = "retention: {mode: compliance, assessment: DPIA-1, assessed: 2016-03-01, "
    (study / "study.yaml").write_text(text.replace("retention: {", kept))
    with opened(ask(study), "open-study", create=True) as place:
        assert place.trail_store.retention.mode == "GOVERNANCE"
        assert "storage.dpia" in {e.kind for e in place.trail.append(opening_facts.fn(place))}
    with opened(ask(study), "record-amendment") as place:
        assert place.trail_store.retention.mode == "COMPLIANCE"
        again = amendment_facts.fn(place)
        assert "storage.dpia" not in {fact.kind for fact in again}
        place.trail.append(again)
        lane = f"lanes/{datetime.now(UTC).date()}/{place.trail.lane}/000000.jsonl"
        assert place.trail_store.retention_of(lane).mode == "COMPLIANCE"


def test_without_a_planned_end_the_buckets_own_rule_holds(tmp_path: Path) -> None:
    def protocol(ends: date | None) -> Any:
        storage = SimpleNamespace(trail="s3://bucket/t", endpoint="http://127.0.0.1:9")
        return SimpleNamespace(storage=storage, retention=SimpleNamespace(ends=ends, years=10, mode="compliance"))

    assert trail_store(tmp_path, protocol(None)).retention is None
    assert trail_store(tmp_path, protocol(date(2001, 2, 3))).retention is None  # over: nothing to lock any more
    store = trail_store(tmp_path, protocol(date(2096, 2, 29)))
    assert store.retention.until >= datetime(2106, 2, 28, tzinfo=UTC)
    lock_firmly(store, protocol(date(2096, 2, 29)), assessed=False)
    assert store.retention.mode == "GOVERNANCE"
    lock_firmly(store, protocol(date(2096, 2, 29)), assessed=True)
    assert store.retention.mode == "COMPLIANCE"


@pytest.mark.slow
def test_the_investigators_own_signature_makes_an_approval_signed(example, tmp_path, monkeypatch) -> None:
    study, key = example("fsp", clean=True), tmp_path / "inv1.key"
    vkey = keygen(key, person="INV1").splitlines()[0]
    text = (study / "study.yaml").read_text()
    (study / "study.yaml").write_text(text.replace("code: INV1", f"code: INV1\n    key: {vkey}", 1))
    with opened(ask(study), "open-study", create=True) as place:
        place.trail.append(opening_facts.fn(place))
    with opened(ask(study), "propose-sample") as place:
        place.trail.append(propose_samples.fn(place).facts)
    monkeypatch.setenv(PERSONAL_KEY, str(key))
    with pytest.raises(StudyError, match="the signing key is INV1's, but COO1 acts"), opened(ask(study, "COO1"), "x"):
        pass
    with opened(ask(study, "INV1"), "approve-sample") as place:
        place.trail.append(carry_out_approvals.fn(place).facts)
        seal_new.fn(place)
        (taken,) = decisions(place.protocol, place.events())
        assert (taken.kind, taken.by, taken.assurance) == ("sample.approved", "INV1", "signed")
        (study / "study.yaml").write_text(text)  # without the key nothing holds the signature
        assert verified(place).ok
    with opened(ask(study), "status") as place:
        assert [t.assurance for t in decisions(place.protocol, place.events())] == ["declared"]


@pytest.mark.slow
def test_another_party_vouches_for_the_trail_through_a_folder(example, tmp_path, monkeypatch) -> None:
    ethics, drop = tmp_path / "ethics", tmp_path / "drop"
    vkey = made(ethics, "ethics.example")
    study = with_storage(example("fsp", clean=True), f"{{countersigners: [{{key: {vkey}, at: {drop}}}]}}")
    assert study_faults(study) == []
    with opened(ask(study), "open-study", create=True) as place:
        place.trail.append(opening_facts.fn(place))
    with opened(ask(study), "seal-trail") as place:
        said = sealed_outcome(seal_new.fn(place), ask_countersigners.fn(place)).said
        assert said[-1] == "ethics.example is asked, no answer yet."
        countersign(ethics, trust=place.public_key, inbox=drop)
        assert [v.said for v in ask_countersigners.fn(place)] == [
            f"ethics.example cosigned {verified(place).size} entries."
        ]
        assert [s.key.partition(".")[2] for s in LocalStore(study / "trail").list("cosignatures/")] == [
            "ethics.example"
        ]
    assert os.listdir(drop) == []
