"""Audit visits folded from any order of events; draws anybody can repeat; attestations; small cells and packages."""

from __future__ import annotations

import hashlib
import json
import random
import zipfile
from datetime import date
from io import BytesIO

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study import Actor, Event, Run, StudyError
from trustworthiness.attestation import read_attestation
from trustworthiness.audit_visit import draw_claims, fold_audits
from trustworthiness.deposit import TAKEN_BACK, guarded, manifest, packed, survey_csv, without_words

SERVICE = Actor("service", "fieldtrail", "software")
RUN = Run("r", "test", "none", 1, "0")


def event(n, kind, day, **data):
    id = f"00000000-0000-0000-0000-{n:012d}"
    return Event(id, kind, day, f"{day}T10:00:0{n % 10}.000Z", SERVICE, RUN, data={"visit": "V1", **data})


VISIT = [
    event(1, "audit.opened", "2016-03-01", auditor="AUD1", reading=True, basis="consent"),
    event(2, "audit.sampled", "2016-03-02", draw=1, method="seeded", claims=["C2"], of=4, seed="7"),
    event(3, "audit.sampled", "2016-03-02", draw=2, method="chosen", claims=["C1", "C2"], of=4),
    event(4, "audit.accessed", "2016-03-02", ref="a1", claim="C2", present=["INV1"]),
    event(5, "audit.refused", "2016-03-02", claim="C2", no_audit_scope=2, notes=1),
    event(6, "audit.refused", "2016-03-03", claim="C2", no_audit_scope=2),
    event(7, "audit.queried", "2016-03-02", query="Q001", content="0" * 64),
    event(8, "audit.queried", "2016-03-03", query="Q002", content="1" * 64),
    event(9, "audit.answered", "2016-03-03", query="Q001", version=2, outcome="not_resolved", content="2" * 64),
    event(10, "audit.answered", "2016-03-03", query="Q001", version=1, outcome="explained", content="3" * 64),
    event(11, "audit.attested", "2016-03-04", dossier="a" * 64, confirmed=3, not_examined=1),
]


@settings(max_examples=30)
@given(st.randoms())
def test_a_visit_is_the_same_for_any_order_and_counts_what_is_left(mixed: random.Random):
    events = VISIT.copy()
    mixed.shuffle(events)
    (visit,) = fold_audits(events).visits
    assert visit.state == "attested"
    assert visit.sampled == ("C1", "C2")
    assert [draw.number for draw in visit.draws] == [1, 2]
    assert visit.refused == 2  # of each claim the last count
    assert [q.query for q in visit.unanswered] == ["Q002"]
    assert [q.query for q in visit.unresolved] == ["Q001", "Q002"]
    assert visit.attestations[0].confirmed == 3
    assert visit.stages == {
        "pre_entry": date(2016, 3, 1),
        "auditability": date(2016, 3, 2),
        "agreement": None,
        "determination": date(2016, 3, 2),
        "closure": None,
    }


def test_visits_are_closed_and_what_has_no_opening_is_none():
    closed = event(12, "audit.closed", "2016-03-05", removed=4, queries=2, unresolved=1, attested=True)
    assert fold_audits([*VISIT, closed]).open == ()
    assert fold_audits([*VISIT, closed]).visit("V1").removed == 4
    assert fold_audits(VISIT[1:]).visits == ()
    assert fold_audits(VISIT).unanswered == 1


def test_a_draw_is_the_one_the_document_says():
    claims = [f"CL{n}" for n in range(1, 9)]
    by_hand = sorted(claims, key=lambda id: hashlib.sha256(f"7319\n{id}".encode()).hexdigest())
    assert draw_claims(claims, "7319", 3) == tuple(by_hand[:3]) == ("CL4", "CL5", "CL3")
    assert draw_claims(reversed(claims), "7319", 3) == draw_claims(claims, "7319", 3)
    assert draw_claims(claims, "7320", 3) != draw_claims(claims, "7319", 3)
    assert set(draw_claims(claims, "x", 99)) == set(claims)


def test_an_attestation_is_read_strictly():
    said = {
        "format": 1, "visit": "V1", "dossier": "a" * 64, "auditor": "AUD1", "organisation": " O ", "date": "2016-03-04",
        "statements": [{"id": "s1", "verdict": "confirmed", "comment": " fine "}], "signed_as": "N",
    }  # fmt: skip
    signed = read_attestation(json.dumps(said).encode(), "f.json")
    assert (signed.organisation, signed.statements[0].comment, signed.counts["confirmed"]) == ("O", "fine", 1)
    assert read_attestation(json.dumps(signed.document).encode(), "f.json") == signed
    for wrong in (b"", b"[]", b"{", b'{"format": 1}', json.dumps({**said, "dossier": "a"}).encode()):
        with pytest.raises(StudyError, match=r"f\.json"):
            read_attestation(wrong, "f.json")
    twice = {**said, "statements": said["statements"] * 2}
    with pytest.raises(StudyError, match="no name of its own"):
        read_attestation(json.dumps(twice).encode(), "f.json")


@settings(max_examples=50)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(2, 5))
def test_every_value_that_is_deposited_is_shared_by_k_rows(values, k):
    kept = guarded(pd.DataFrame({"q": values, "t": [str(v) for v in values]}), k, drop={})
    assert "t" in kept.left_out
    if "q" in kept.frame:
        assert (kept.frame["q"].value_counts() >= k).all()
        assert kept.blanked == kept.frame["q"].isna().sum() <= 0.2 * len(values)
    else:
        assert sum(values.count(v) < k for v in values) > 0.2 * len(values)


def test_rows_are_sorted_by_their_answers_and_whole_numbers_stay_whole():
    frame = pd.DataFrame({"a": [2.0, 1.0, None], "b": [1.5, 2.0, 3.0]})
    assert survey_csv(frame) == b"a,b\n,3\n1,2\n2,1.5\n"


def test_a_package_has_the_same_bytes_and_its_manifest_holds():
    files = {"b.txt": b"two", "a/c.txt": b"one"}
    assert packed(files, "x") == packed(dict(reversed(files.items())), "x")
    with zipfile.ZipFile(BytesIO(packed(files, "x"))) as archive:
        assert archive.namelist() == ["x/a/c.txt", "x/b.txt", "x/manifest-sha256.txt"]
        assert archive.read("x/manifest-sha256.txt") == manifest(files)
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert manifest(files).splitlines()[0].decode() == f"{hashlib.sha256(b'one').hexdigest()}  a/c.txt"


def test_passages_taken_back_are_replaced_over_turns_and_counted():
    turns = ["Well, we met Orla - at school.", "And then?", "At SCHOOL we met. We did."]
    emptied = without_words(turns, ["met orla at school and THEN", "at school we", "never said"])
    assert emptied.turns == (f"Well, we {TAKEN_BACK}.", f"{TAKEN_BACK}?", f"{TAKEN_BACK} met. We did.")
    assert (emptied.notes, emptied.missing) == (3, 1)
    assert without_words(turns, []).turns == tuple(turns)
    assert without_words(["a b a b"], ["a b", "b a"]).turns == (TAKEN_BACK,)
