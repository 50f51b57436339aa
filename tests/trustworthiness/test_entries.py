"""Debriefings, negative cases, counter-narratives and claims read from tables."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pandas as pd
import pytest

from study import Actor, Cause, Event, Reference, Run, Subject
from study.identifiers import event_id
from study.kinds import checked_data
from trustworthiness.claims import Support, read_claims, what_changed
from trustworthiness.debriefing import Materials, read_debriefings
from trustworthiness.entries import Entries, Entry
from trustworthiness.hypotheses import read_hypotheses, versions_of
from trustworthiness.memos import read_memos
from trustworthiness.negative_cases import read_counter_narratives, read_negative_cases

ORIGIN = "fieldtrail/test/00000000"
ACTOR = Actor("service", "fieldtrail", "software")
RUN = Run("00000000-0000-0000-0000-000000000000", "test", "none", 1, "0")
NOW = "2016-09-01T12:00:00.000Z"
RELEASED = "transcript.released"
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


def test_a_debriefing_by_whoever_made_its_material_is_refused() -> None:
    row = {**DEBRIEFING, "debriefer": "R2"}
    made = materials(Reference("am1", 10, hmac="0" * 64), **{"analysis/memos/m1.md": {"R2"}})
    found = read_debriefings(table(row), events=[], digest=digest, materials=made)
    assert (found.entries, said(found)) == ((), [("AN030", 2, "debriefer", "debriefing:D1")])
    by_another = read_debriefings(table({**row, "debriefer": "X9"}), events=[], digest=digest, materials=made)
    assert len(by_another.entries) == 1


@pytest.mark.parametrize(
    ("debriefer", "named", "check"),
    [
        ("R2", "analysis/codings.csv", "AN030"),
        ("r2", "./Analysis/codings.csv", "AN030"),
        ("R2", "analysis/memos/../codings.csv", "AN030"),
        ("R2", "analysis\\codings.csv", "AN030"),
        ("R2", "analysis / codings.csv", "AN030"),
        ("r2", "both.csv", "AN031"),
        ("r5", "both.csv", "AN031"),
        ("R9", "analysis/memos/./m1.md", "AN030"),
    ],
)
def test_who_alone_coded_the_material_is_refused_and_a_co_analyst_flagged_however_it_is_spelt(debriefer, named, check):
    """Also by letter case, spaces and detours in a path."""
    memo = Reference("am1", 10, hmac="0" * 64)
    by = Materials(
        lambda path: memo,
        authors={"analysis/memos/m1.md": {"R9"}},
        coders={"analysis/codings.csv": {"R2"}, "both.csv": {"R2", "R3"}},
        team={"R2", "R5"},
    )
    row = {**DEBRIEFING, "debriefer": debriefer, "materials": named}
    found = read_debriefings(table(row), events=[], digest=digest, coders={"R2", "R3"}, leads={"R5"}, materials=by)
    assert said(found) == [(check, 2, "debriefer", "debriefing:D1")]
    assert [e.fact.data["debriefer"] for e in found.entries] == ([debriefer.upper()] if check == "AN031" else [])


@pytest.mark.parametrize(
    "path", ["../other/codings.csv", "analysis/../../codings.csv", "/etc/hosts", "C:\\codings.csv"]
)
def test_material_outside_the_study_is_refused(path: str) -> None:
    found = read_debriefings(table({**DEBRIEFING, "materials": path}), events=[], digest=digest)
    assert (found.entries, said(found)) == ((), [("AN032", 2, "materials", "debriefing:D1")])


def test_material_that_is_not_there_is_a_query_and_the_debriefing_counts() -> None:
    memo = Reference("am1", 10, hmac="0" * 64)
    found = read_debriefings(table(DEBRIEFING), events=[], digest=digest, materials=materials(memo))
    assert said(found) == [("AN038", 2, "materials", "debriefing:D1")]
    assert found.entries[0].fact.used == (memo,)
    by_id = read_debriefings(
        table({**DEBRIEFING, "materials": "I1"}), events=[], digest=digest, materials=materials(memo)
    )
    assert by_id.problems == ()


def test_a_debriefing_says_which_claim_and_codebook_it_changed() -> None:
    row = {**DEBRIEFING, "materials": "", "changed_to": "F1;codebook:2"}
    found = read_debriefings(table(row), events=[], digest=digest, claims={"F1"}, codebooks={"1", "2"})
    data = found.entries[0].fact.data
    assert (data["claims"], data["codebook"], found.problems) == (("F1",), "2", ())
    unknown = read_debriefings(table(row), events=[], digest=digest, claims={"F1"}, codebooks={"1"})
    assert said(unknown) == [("AN038", 2, "changed_to", "debriefing:D1")]
    nothing = read_debriefings(table({**row, "changed": "no"}), events=[], digest=digest, claims={"F1"})
    assert said(nothing) == [("AN032", 2, "changed_to", "debriefing:D1")]


def test_the_same_row_twice_is_one_and_an_id_with_other_words_a_fault() -> None:
    twice = read_debriefings(table(DEBRIEFING, DEBRIEFING), events=[], digest=digest)
    assert len(twice.entries) == 1
    assert {p.row for p in twice.problems} == {2}
    other = read_debriefings(table(DEBRIEFING, {**DEBRIEFING, "response": ""}), events=[], digest=digest)
    assert ("AN032", 3, "debriefing_id", "debriefing:D1") in said(other)


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


def test_a_note_changed_after_the_disposition_is_no_second_resolution() -> None:
    raised, resolved = (recorded(e) for e in read_negative_cases(table(CASE), **KNOWN).entries)  # type: ignore[arg-type]
    known = {**KNOWN, "events": [raised, resolved]}
    later = read_negative_cases(table({**CASE, "note": "more words"}), **known)  # type: ignore[arg-type]
    assert [entry.fact.kind for entry in later.entries] == ["negative_case.raised"]


def test_a_disposition_taken_up_again_after_another_is_recorded_and_the_newest_not_twice() -> None:
    """A, B, A: three decisions of one case, and the first keeps its key."""
    events: list[Event] = []
    dispositions = ("boundary_set", "boundary_set", "unexplained", "boundary_set", "boundary_set", "unexplained")
    for disposition in dispositions:
        row = {**CASE, "disposition": disposition}
        events += [recorded(e) for e in read_negative_cases(table(row), **{**KNOWN, "events": events}).entries]  # type: ignore[arg-type]
    resolved = {e.id: e.data for e in events if e.kind == "negative_case.resolved"}
    said = [(d["disposition"], d["version"], d.get("again", 0)) for d in resolved.values()]
    assert said == [("boundary_set", 1, 0), ("unexplained", 2, 0), ("boundary_set", 3, 1), ("unexplained", 4, 1)]
    assert event_id(ORIGIN, "negative_case.resolved", "N1|boundary_set") in resolved


HYPOTHESIS = {"hypothesis_id": "H1", "version": "2", "statement": WORDS, "occurred": "2016-06-01", "person": "R1"}


def test_a_version_of_a_hypothesis_keeps_its_words() -> None:
    (entry,) = read_hypotheses(table(HYPOTHESIS), events=[], digest=digest).entries
    stated = recorded(entry)
    assert (stated.occurred, stated.data["version"], WORDS in repr(stated)) == ("2016-06-01", "2", False)
    again = read_hypotheses(table(HYPOTHESIS), events=[stated], digest=digest)
    assert (recorded(again.entries[0]).id, again.problems) == (stated.id, ())
    reworded = read_hypotheses(table({**HYPOTHESIS, "statement": "otherwise"}), events=[stated], digest=digest)
    assert (reworded.entries, said(reworded)) == ((), [("AN039", 2, "statement", "hypothesis:H1")])
    newer = read_hypotheses(table(HYPOTHESIS, {**HYPOTHESIS, "version": "3"}), events=[stated], digest=digest)
    assert versions_of([stated], newer.entries) == {"H1": ("2", "3")}
    undated = read_hypotheses(table({**HYPOTHESIS, "occurred": "June"}), events=[], digest=digest)
    assert said(undated) == [("AN039", 2, "occurred", "hypothesis:H1")]


@pytest.mark.parametrize(
    ("versions", "change", "column", "kinds"),
    [
        (("1",), {}, "hypothesis_version", []),
        (("1", "2", "3"), {"disposition": "hypothesis_revised"}, "revised_to", ["negative_case.raised"]),
        (
            ("1", "2", "3"),
            {"disposition": "hypothesis_revised", "revised_to": "1"},
            "revised_to",
            ["negative_case.raised"],
        ),
        (
            ("1", "2", "3"),
            {"disposition": "hypothesis_revised", "revised_to": "3"},
            "",
            ["negative_case.raised", "negative_case.resolved"],
        ),
        ((), {"disposition": "hypothesis_revised"}, "", ["negative_case.raised", "negative_case.resolved"]),
    ],
)
def test_a_negative_case_names_a_stated_version_and_a_revision_a_later_one(
    versions: tuple[str, ...], change: dict[str, str], column: str, kinds: list[str]
) -> None:
    hypotheses = {"H1": versions} if versions else {}
    found = read_negative_cases(table({**CASE, **change}), **KNOWN, hypotheses=hypotheses)  # type: ignore[arg-type]
    assert said(found) == ([("AN029", 2, column, "negative_case:N1")] if column else [])
    assert [entry.fact.kind for entry in found.entries] == kinds
    if kinds[1:] and versions:
        assert found.entries[1].fact.data["revised_to"] == "3"


MEMO = {"memo_id": "M1", "person": "R1", "occurred": "2016-06-01", "about": "F1;nothing", "file": "m.txt", "text": ""}


def memos(row: dict[str, str], *events: Event) -> Entries:
    def of_text(id: str, text: str) -> Reference:
        return Reference(f"a{id}", len(text), hmac=digest(text.encode()))

    def reference(path: str) -> Reference | None:
        return Reference("am", 3, hmac="1" * 64) if path == "m.txt" else None

    return read_memos(
        table(row), events=events, digest=digest, reference=reference, of_text=of_text, known={"F1", "hope"}
    )


def test_a_memo_has_a_writer_a_day_and_what_it_is_about() -> None:
    found = memos(MEMO)
    assert said(found) == [("AN038", 2, "about", "memo:M1")]
    memo = recorded(found.entries[0])
    assert (memo.occurred, memo.data["person"], memo.data["about"]) == ("2016-06-01", "R1", ["F1"])
    assert memo.generated[0].ref == "am"
    assert recorded(memos({**MEMO, "about": "F1;hope"}, memo).entries[0]).id != memo.id
    text = memos({**MEMO, "about": "", "file": "", "text": WORDS}).entries[0].fact
    assert (text.generated[0].ref, WORDS in repr(text)) == ("aM1", False)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"file": "", "text": ""}, "file"),
        ({"text": "both"}, "file"),
        ({"file": "gone.txt"}, "file"),
        ({"person": "Ann Lee"}, "person"),
        ({"occurred": ""}, "occurred"),
        ({"memo_id": ""}, "memo_id"),
    ],
)
def test_a_memo_that_cannot_be_used_is_named(change: dict[str, str], column: str) -> None:
    found = memos({**MEMO, **change})
    assert found.entries == ()
    assert [(p.check, p.column) for p in found.problems] == [("AN039", column)]


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


def test_a_retracted_claim_stays_with_its_reason_and_comes_back_as_a_new_version() -> None:
    first = recorded(claims(CLAIM).entries[0])
    gone = {**CLAIM, "status": "retracted", "reason": WORDS}
    (entry,) = claims(gone, events=(first,)).entries
    assert (entry.fact.kind, entry.fact.data["version"], entry.fact.causes) == ("claim.retracted", 1, (first.id,))
    assert WORDS not in repr(entry.fact)
    retracted = recorded(entry)
    assert claims({**gone, "reason": "another"}, events=(first, retracted)).entries == ()
    again = recorded(claims(CLAIM, events=(first, retracted)).entries[0])
    assert again.data["version"] == 2
    assert recorded(claims(CLAIM, events=(first, retracted, again)).entries[0]).id == again.id


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"status": "retracted", "reason": ""}, "reason"),
        ({"status": "retracted", "reason": "never asserted"}, "status"),
        ({"status": "withdrawn"}, "status"),
        ({"reviewed": "today"}, "reviewed"),
    ],
)
def test_a_claim_whose_status_cannot_be_used_is_named(change: dict[str, str], column: str) -> None:
    found = claims({**CLAIM, **change})
    assert (found.entries, [(p.check, p.column) for p in found.problems]) == ((), [("AN024", column)])


def test_few_people_and_words_taken_back_are_said_of_a_claim() -> None:
    few = replace(SUPPORT, people={"I1": {"t1"}, "I2": {"t2", "t3"}}, k=3)
    assert [p.check for p in claims(CLAIM, support=few).problems] == ["AN026"]
    assert claims({**CLAIM, "codings": ""}, support=few).problems == ()
    taken = replace(SUPPORT, withdrawn={"I1/R1/hope/2"})
    assert [p.check for p in claims(CLAIM, support=taken).problems] == ["AN027"]
    assert claims({**CLAIM, "codings": "I2/R1/hope/4"}, support=taken).problems == ()


def test_a_claim_may_go_on_naming_a_code_that_became_another() -> None:
    row = {**CLAIM, "codes": "wishing", "codings": "I1/R1/wishing/2"}
    assert {p.check for p in claims(row).problems} == {"AN021", "AN022"}
    found = claims(row, support=replace(SUPPORT, recoded={"wishing": "hope"}))
    assert (found.problems, found.entries[0].document["rests_on"]) == ((), ["I1/R1/hope/2"])


def test_a_later_release_asks_for_a_second_look_until_somebody_took_it() -> None:
    releases = tuple(
        replace(
            recorded(read_debriefings(table(DEBRIEFING), events=[], digest=digest).entries[0]), id=id, kind=RELEASED
        )
        for id in ("release-1", "release-9")
    )
    entry = claims(CLAIM, events=releases).entries[0]
    first = replace(recorded(entry), causes=tuple(Cause(id, "0" * 64) for id in entry.fact.causes))
    assert claims(CLAIM, events=(*releases, first)).problems == ()
    later = replace(SUPPORT, grounds={**SUPPORT.grounds, "I1": ("release-9", "consent-1")})
    found = claims(CLAIM, support=later, events=(*releases, first))
    assert [p.check for p in found.problems] == ["AN028"]
    looked = claims({**CLAIM, "reviewed": "2016-09-02"}, support=later, events=(*releases, first))
    assert (looked.problems, looked.entries[0].fact.data["version"]) == ((), 2)


def test_what_changed_since_a_version_is_named() -> None:
    before = {"statement": "a", "themes": ["T1"], "codes": [], "rests_on": ["x"]}
    assert what_changed(before, {**before, "statement": "b", "rests_on": ["x", "y"]}) == ("statement", "support")
    assert what_changed(before, before) == ()
