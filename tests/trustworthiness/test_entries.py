"""Debriefings, negative cases, counter-narratives and claims read from tables."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pandas as pd
import pytest

from study import Actor, Event, Reference, Run, Subject
from study.identifiers import event_id
from study.kinds import checked_data
from trustworthiness.claims import Support, read_claims
from trustworthiness.debriefing import Materials, read_debriefings
from trustworthiness.entries import Entries, Entry
from trustworthiness.negative_cases import read_counter_narratives, read_negative_cases

ORIGIN = "fieldtrail/test/00000000"
ACTOR = Actor("service", "fieldtrail", "software")
RUN = Run("00000000-0000-0000-0000-000000000000", "test", "none", 1, "0")
NOW = "2016-09-01T12:00:00.000Z"
WORDS = "she said it was the first time anybody listened"


def digest(data: bytes) -> str:
    return hashlib.sha256(b"key" + data).hexdigest()


def table(*rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), index=range(2, len(rows) + 2)).fillna("")


def recorded(entry: Entry) -> Event:
    """The event the trail would hold, with its data as the schema lets it through."""
    fact = entry.fact
    data = json.loads(json.dumps(checked_data(fact.kind, fact.data)))
    id = event_id(ORIGIN, fact.kind, fact.natural_key)
    return Event(id, fact.kind, fact.occurred, NOW, ACTOR, RUN, fact.subject, fact.used, fact.generated, (), data)


def said(found: Entries) -> list[tuple[str, int, str, str]]:
    return [(p.check, p.row, p.column, p.subject) for p in found.problems]


DEBRIEFING = {
    "debriefing_id": "D1",
    "debriefer": "X9",
    "analyst": "R1",
    "occurred": "2016-08-01",
    "materials": "analysis/memos/m1.md;nowhere.md",
    "challenges": WORDS,
    "response": "we looked again",
    "changed": "yes",
}


def materials(memo: Reference, **authors: set[str]) -> Materials:
    return Materials(lambda path: memo if path.endswith("m1.md") else None, {"I1"}, authors)


def test_a_debriefing_is_recorded_with_its_words_beside_it() -> None:
    memo = Reference("am1", 10, hmac="0" * 64)
    found = read_debriefings(
        table({**DEBRIEFING, "materials": "analysis/memos/m1.md"}), events=[], digest=digest, materials=materials(memo)
    )
    assert found.problems == ()
    (entry,) = found.entries
    fact = entry.fact
    assert (fact.kind, fact.occurred, fact.used) == ("debriefing.held", "2016-08-01", (memo,))
    assert {k: v for k, v in fact.data.items() if k != "content"} == {
        "debriefing": "D1",
        "debriefer": "X9",
        "analyst": "R1",
        "changed": True,
        "version": 1,
    }
    assert entry.document["challenges"] == WORDS
    assert WORDS not in repr(fact)


def test_a_debriefing_by_the_analyst_is_refused() -> None:
    found = read_debriefings(table({**DEBRIEFING, "debriefer": "r1"}), events=[], digest=digest)
    assert found.entries == ()
    assert said(found) == [("AN030", 2, "debriefer", "debriefing:D1")]


def test_a_debriefing_by_a_coder_or_lead_is_recorded_and_flagged() -> None:
    for who in ({"coders": {"X9"}}, {"leads": {"X9"}}):
        found = read_debriefings(table({**DEBRIEFING, "materials": ""}), events=[], digest=digest, **who)
        assert len(found.entries) == 1
        assert said(found) == [("AN031", 2, "debriefer", "debriefing:D1")]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"debriefing_id": "the first one"}, "debriefing_id"),
        ({"debriefer": "Ann Lee"}, "debriefer"),
        ({"analyst": ""}, "analyst"),
        ({"occurred": "1 August"}, "occurred"),
        ({"challenges": ""}, "challenges"),
        ({"changed": "maybe"}, "changed"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_by_its_column(change: dict[str, str], column: str) -> None:
    found = read_debriefings(table({**DEBRIEFING, **change}), events=[], digest=digest)
    assert found.entries == ()
    assert [(p.check, p.column) for p in found.problems] == [("AN032", column)]
    assert "Ann" not in repr(found.problems)


def test_the_same_row_is_the_same_act_and_a_rewritten_one_a_new_version() -> None:
    first = recorded(read_debriefings(table(DEBRIEFING), events=[], digest=digest).entries[0])
    again = recorded(read_debriefings(table(DEBRIEFING), events=[first], digest=digest).entries[0])
    assert again.same_act(first)
    assert again.id == first.id
    rewritten = table({**DEBRIEFING, "response": "nothing to change"})
    second = recorded(read_debriefings(rewritten, events=[first], digest=digest).entries[0])
    assert (second.data["version"], second.id == first.id) == (2, False)
    back = recorded(read_debriefings(table(DEBRIEFING), events=[second, first], digest=digest).entries[0])
    assert back.data["version"] == 3


def test_a_row_that_vanished_is_asked_about() -> None:
    first = recorded(read_debriefings(table(DEBRIEFING), events=[], digest=digest).entries[0])
    found = read_debriefings(table(), events=[first], digest=digest)
    assert said(found) == [("AN037", 0, "", "debriefing:D1")]


CASE = {
    "case_id": "N1",
    "hypothesis_id": "H1",
    "hypothesis_version": "2",
    "subject": "P017",
    "evidence_for": "I1/R1/hope/2",
    "evidence_against": "I2",
    "disposition": "boundary_set",
    "raised": "2016-07-01",
    "resolved": "2016-07-20",
    "person": "R1",
    "note": WORDS,
}
KNOWN = {
    "events": [],
    "digest": digest,
    "evidence": {"I1/R1/hope/2", "I2"},
    "subjects": {"P017": Subject("participant", "tx")},
}


def test_a_negative_case_is_raised_and_resolved_on_its_days() -> None:
    found = read_negative_cases(table(CASE), **KNOWN)  # type: ignore[arg-type]
    assert found.problems == ()
    raised, resolved = (entry.fact for entry in found.entries)
    assert (raised.kind, raised.occurred) == ("negative_case.raised", "2016-07-01")
    assert (resolved.kind, resolved.occurred, resolved.data["disposition"]) == (
        "negative_case.resolved",
        "2016-07-20",
        "boundary_set",
    )
    assert raised.subject == (Subject("negative_case", "N1"), Subject("participant", "tx"))
    for entry in found.entries:
        checked_data(entry.fact.kind, entry.fact.data)
        assert "P017" not in repr(entry)
        assert WORDS not in repr(entry.fact)


def test_an_open_case_is_work_and_its_disposition_no_new_version() -> None:
    found = read_negative_cases(table({**CASE, "disposition": "", "resolved": "", "note": ""}), **KNOWN)  # type: ignore[arg-type]
    assert said(found) == [("AN036", 2, "disposition", "negative_case:N1")]
    raised = recorded(found.entries[0])
    later = read_negative_cases(table(CASE), **{**KNOWN, "events": [raised]})  # type: ignore[arg-type]
    assert [recorded(e).data["version"] for e in later.entries] == [1, 1]
    assert recorded(later.entries[0]).id == raised.id


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"case_id": ""}, "case_id"),
        ({"hypothesis_version": ""}, "hypothesis_version"),
        ({"raised": "July"}, "raised"),
        ({"disposition": "explained away"}, "disposition"),
        ({"resolved": "2016-06-30"}, "resolved"),
        ({"disposition": ""}, "resolved"),
    ],
)
def test_a_negative_case_that_cannot_be_used_is_named(change: dict[str, str], column: str) -> None:
    found = read_negative_cases(table({**CASE, **change}), **KNOWN)  # type: ignore[arg-type]
    assert found.entries == ()
    assert [(p.check, p.column) for p in found.problems] == [("AN033", column)]


def test_unknown_evidence_is_flagged() -> None:
    found = read_negative_cases(table({**CASE, "evidence_against": "I2;I7"}), **KNOWN)  # type: ignore[arg-type]
    assert len(found.entries) == 2
    assert said(found) == [("AN035", 2, "evidence_against", "negative_case:N1")]


def test_a_counter_narrative_names_known_transcripts_only() -> None:
    row = {"narrative_id": "C1", "occurred": "2016-08-02", "transcripts": "I1;I9", "person": "R1", "summary": WORDS}
    found = read_counter_narratives(table(row), events=[], digest=digest, transcripts={"I1"})
    assert said(found) == [("AN035", 2, "transcripts", "counter_narrative:C1")]
    fact = found.entries[0].fact
    assert fact.subject == (Subject("counter_narrative", "C1"), Subject("transcript", "I1"))
    assert WORDS not in repr(fact)
    bad = read_counter_narratives(table({**row, "summary": ""}), events=[], digest=digest, transcripts={"I1"})
    assert [(p.check, p.column) for p in bad.problems] == [("AN034", "summary")]


SUPPORT = Support(
    segments=pd.DataFrame(
        [("I1/R1/hope/2", "I1", "hope"), ("I2/R1/hope/4", "I2", "hope"), ("I2/R1/role/5", "I2", "role")],
        columns=["coding", "transcript", "code"],
    ),
    codes={"hope", "role", "unused"},
    themes={"T1": ("hope",)},
    imports={"I1": "import-1", "I2": "import-2"},
    grounds={"I1": ("release-1", "consent-1"), "I2": ("release-2", "consent-2")},
)
CLAIM = {"claim_id": "F1", "statement": WORDS, "themes": "T1", "codes": "hope", "codings": "I1/R1/hope/2"}


def claims(*rows: dict[str, str], support: Support = SUPPORT, events: tuple[Event, ...] = ()) -> Entries:
    return read_claims(table(*rows), support, events=events, digest=digest, now=NOW)


def test_a_claim_names_import_release_and_consent_behind_it() -> None:
    found = claims(CLAIM)
    fact = found.entries[0].fact
    assert fact.causes == ("import-1", "release-1", "consent-1")
    assert {k: v for k, v in fact.data.items() if k != "content"} == {
        "version": 1,
        "themes": 1,
        "codes": ("hope",),
        "codings": 1,
    }
    assert WORDS not in repr(fact)
    assert found.entries[0].document["rests_on"] == ["I1/R1/hope/2"]


def test_a_claim_that_names_codes_or_themes_rests_on_all_that_was_coded_so() -> None:
    by_code = claims({**CLAIM, "codings": "", "themes": "", "codes": "hope"}).entries[0].fact
    by_theme = claims({**CLAIM, "codings": "", "codes": ""}).entries[0].fact
    assert by_code.data["codings"] == by_theme.data["codings"] == 2
    assert by_code.causes[:2] == ("import-1", "import-2")


def test_a_claim_of_very_many_transcripts_names_the_imports_alone() -> None:
    many = [f"I{n}" for n in range(200)]
    segments = pd.DataFrame([(f"{t}/R1/hope/1", t, "hope") for t in many], columns=["coding", "transcript", "code"])
    support = replace(
        SUPPORT, segments=segments, imports={t: t for t in many}, grounds={t: (f"r{t}", f"c{t}") for t in many}
    )
    assert len(claims({**CLAIM, "codings": ""}, support=support).entries[0].fact.causes) == 200


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"themes": "", "codes": "", "codings": ""}, ("AN020", "codings")),
        ({"codings": "I1/R1/hope/99"}, ("AN021", "codings")),
        ({"codes": "joy"}, ("AN022", "codes")),
        ({"themes": "T9"}, ("AN022", "themes")),
        ({"codings": "", "themes": "", "codes": "unused"}, ("AN023", "codes")),
        ({"claim_id": "the main one"}, ("AN024", "claim_id")),
        ({"statement": ""}, ("AN024", "statement")),
    ],
)
def test_a_claim_without_support_is_not_asserted(change: dict[str, str], problem: tuple[str, str]) -> None:
    found = claims({**CLAIM, **change})
    assert found.entries == ()
    assert [(p.check, p.column) for p in found.problems] == [problem]


def test_a_claim_whose_support_changed_is_a_new_version() -> None:
    row = {**CLAIM, "codings": ""}
    first = recorded(claims(row).entries[0])
    assert recorded(claims(row, events=(first,)).entries[0]).id == first.id
    fewer = replace(SUPPORT, segments=SUPPORT.segments.head(1))
    second = recorded(claims(row, support=fewer, events=(first,)).entries[0])
    assert (second.data["version"], second.data["codings"]) == (2, 1)
