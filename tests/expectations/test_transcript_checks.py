"""Every check on transcripts: a file that does not meet it, one that does, and a threshold that changes the verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from evidence.detectors import Entry, Registry, Span
from evidence.leak_features import KnownPeople
from evidence.leaks import Leak, find_leaks
from evidence.measure import Expected, measure
from evidence.measured import Measured, Trace
from evidence.similarity import Likeness
from evidence.transcripts import Transcript, read_transcript
from evidence.transcripts.transcript import Passage
from expectations.transcript_suites import Judgement, MeasuredFile, judge
from expectations.transcripts import CHECKS, QUESTIONS, TRANSCRIPTS, TURNS
from study import Protocol
from study.protocol.material import GuideQuestion, Transcripts

pytestmark = pytest.mark.real

BASE: dict[str, Any] = {
    "header": ["interview", "date"],
    "speakers": {"interviewer": ["Interviewer"], "participant": ["Participant"]},
}
HEADER = "Interview: I0001\nDate: 2016-01-02\n\n"
ENTRIES = [Entry("name", "Delphira Pretendham", "P001"), Entry("name", "Osbert Madeupton", "P002")]
PEOPLE = KnownPeople.of(ENTRIES, [("P001", "Marigold"), ("P002", "Larkspur")])
QUESTIONS_ASKED = tuple(
    GuideQuestion.model_validate({"id": id, "text": text, "keywords": keywords, "required": True})
    for id, text, keywords in [
        ("q1", "What would you change about your work here?", ["change"]),
        ("q2", "How did housing come about?", ["apartment"]),
    ]
)


def turns(*said: str) -> str:
    """Turns by interviewer and participant in turn, ending as sentences do."""
    labels = ("Interviewer", "Participant")
    return HEADER + "\n\n".join(f"{labels[i % 2]}: {text}" for i, text in enumerate(said))


def cues(*timed: tuple[float, float, str]) -> str:
    """A .vtt with one cue a triple of start, end (s) and text; the interviewer speaks first."""

    def stamp(seconds: float) -> str:
        return f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}:{seconds % 60:06.3f}"

    lines = ["WEBVTT", "", "NOTE", *HEADER.strip().split("\n"), ""]
    for i, (start, end, text) in enumerate(timed):
        who = ("Interviewer", "Participant")[i % 2]
        lines += [f"{stamp(start)} --> {stamp(end)}", f"<v {who}>{text}</v>", ""]
    return "\n".join(lines)


PLAIN = turns("How was it?", "It was as good as it gets around here, and so we stayed on for years.")
MANY = "and then we went on with the day as we always do. " * 100
SPANISH = (
    "pero no sé qué decir porque todo esto es muy difícil para nosotros y también para ellos, así que ya está. " * 4
)
TIMED = cues((0, 5, "How was it?"), (6, 70, "It was good. " * 50))


def case(text: str = PLAIN, name: str = "I0001.txt", **asked: Any) -> dict[str, Any]:
    """One file: its text, its name, and what differs from the usual conventions and expectations."""
    return {"text": text, "name": name, **asked}


def leak(kind: str, at: int = 0) -> Leak:
    return Leak("turn 2", Span(at, at + 3, kind, 1.0, "test"))


def with_comment(transcript: Transcript) -> Transcript:
    return replace(transcript, format="docx", beside=(*transcript.beside, Passage("comment", "Sure?")))


ASKED = {"questions": QUESTIONS_ASKED}
AUDIO = {"audio_s": 3600.0}
LONG = cues((0, 5, "How was it?"), (6, 3580, "It was good. " * 2500))
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "TR001": (case(""), case()),
    "TR002": (case(PLAIN.replace("good", "g\ufffdd")), case()),
    "TR003": (case(changed=lambda t: replace(t, letters_kept=t.letters_in // 2)), case()),
    "TR003.cues": (case(TIMED, "I0001.vtt", changed=lambda t: replace(t, cues=t.arrows - 1)), case(TIMED, "I0001.vtt")),
    "TR004": (case(expected={"name_faults": 2}), case()),
    "TR005": (case(PLAIN.replace("I0001", "I0002")), case()),
    "TR006": (case(PLAIN.replace("Date: 2016-01-02\n", "")), case()),
    "TR007": (case(expected={"first_consent_day": date(2016, 1, 5)}), case(expected={"today": date(2016, 1, 2)})),
    "TR010": (case(turns("How was it?") + "\n\nInterviewer: And then?"), case()),
    "TR011": (case(PLAIN + "\n\nMo: Yes.\n\nMo: No."), case()),
    "TR012": (case(PLAIN + "\n\nAnd somebody said so."), case()),
    "TR013": (case(turns("How was it then, tell me everything, all of it, please?", "Good.")), case()),
    "TR014": (case(PLAIN + "\n\nSpeaker 1: Yes.\n\nSpeaker 1: No."), case()),
    "TR020": (case(cues((0, 5, "How was it?"), (9, 7, "Good.")), "I0001.vtt"), case(TIMED, "I0001.vtt")),
    "TR021": (case(cues((10, 15, "How was it?"), (3, 7, "Good.")), "I0001.vtt"), case(TIMED, "I0001.vtt")),
    "TR022": (
        case(cues((0, 5, "How was it?"), (300, 310, "Good.")), "I0001.vtt"),
        case(cues((0, 5, "How was it?"), (6, 9, "Good."), (300, 310, "[recording stopped] And?")), "I0001.vtt"),
    ),
    "TR023": (case(TIMED, "I0001.vtt", expected=AUDIO), case(LONG, "I0001.vtt", expected=AUDIO)),
    "TR024": (
        case(cues((0, 5, "How?"), (6, 90, "Good.")), "I0001.vtt"),
        case(cues((0, 5, "How was it?"), (6, 70, "It was good. " * 50)), "I0001.vtt"),
    ),
    "TR030": (case(turns("How was it?", f"It was [inaudible] and good. {MANY} [inaudible] [inaudible]")), case()),
    "TR030.block": (case(turns("How was it?", "It was [inaudible] good, as far as I know.")), case()),
    "TR031": (
        case(turns("How?", "We [laughs and (pause]. Then we went.")),
        case(turns("How?", "We (laughs) went 1) on, about (or 12)."))
    ),
    "TR031.notation": (
        case(turns("How?", "We (inaudible) went on, and so did they, and [unclear] too.")),
        case(turns("How?", "We [inaudible] went on, and so did they, and [inaudible 00:01] too. [pause] [name]")),
    ),
    "TR032": (case(turns("How?", MANY)), case(turns("How?", "Um, uh, " + MANY))),
    "TR032.intelligent": (
        case(turns("How?", "um " * 40 + MANY), conventions={"verbatim": "intelligent"}),
        case(turns("How?", MANY), conventions={"verbatim": "intelligent"}),
    ),
    "TR033": (case(turns("How?", "So " + "and then we went back " * 6 + "again.")), case()),
    "TR034": (case(turns("How?", SPANISH)), case(turns("How?", SPANISH), conventions={"language": "es"})),
    "TR035": (case(turns("How?", MANY * 2)), case(turns("How?", MANY))),
    "TR040": (case(turns("How?", "Good.", "And?", "Yes.", "So?", "and then we")), case()),
    "TR041": (case(alike=Likeness(1, 1.0, ("b",))), case(alike=Likeness(0, 0.0, ()))),
    "TR042": (case(alike=Likeness(0, 0.4, ("b",))), case(alike=Likeness(0, 0.2, ()))),
    "TR043": (
        case(turns("What would you change?", "Nothing."), expected=ASKED),
        case(turns("What would you change? How did the housing come about?", "No."), expected=ASKED),
    ),
    "TR044": (
        case(turns("Who are you?", "My name is Osbert."), expected={"participants": ("P001",)}),
        case(turns("Who are you?", "My name is Osbert."), expected={"participants": ("P001", "P002")}),
    ),
    "TR050": (case(expected={"consents_missing": 1}), case(expected={"consents_missing": 0})),
    "TR051": (case(expected={"uses_absent": 1}), case(expected={"uses_absent": 0})),
    "TR060": (case(turns("How?", "Ask Delphira about it.")), case()),
    "TR061": (case(leaks=[leak("near_name")]), case()),
    "TR062": (case(leaks=[leak("email")]), case()),
    "TR063": (case(leaks=[leak("person"), leak("place", 9)]), case()),
    "TR064": (case(leaks=[leak("spelled_name")]), case()),
    "TR065": (case(changed=with_comment), case(changed=lambda t: replace(t, format="docx"))),
    "TR066.declared": (
        case(turns("How?", "Ask Delphira."), "I0001 anonymised.txt"),
        case(turns("How?", "Ask the neighbour."), "I0001 anonymised.txt"),
    ),
    "TR071": (case(PLAIN, "I0001 Marigold.txt"), case(turns("How?", "Ask Marigold."))),
}  # fmt: skip


def measured(one: dict[str, Any], ref: str) -> MeasuredFile:
    conventions = Transcripts.model_validate({**BASE, **one.get("conventions", {})})
    labels = ["Interviewer", "Participant"]
    transcript = read_transcript(one["text"].encode(), one["name"], labels=labels, header=conventions.header)
    transcript = one.get("changed", lambda same: same)(transcript)
    leaks = [*find_leaks(transcript, [Registry(ENTRIES)], name=one["name"], labels=labels), *one.get("leaks", ())]
    expected = Expected("I0001", **one.get("expected", {}))
    found = measure(transcript, conventions, expected, leaks, name=one["name"], people=PEOPLE)
    return MeasuredFile("transcript:I0001", ref, f"transcripts/{ref}", found, one.get("alike"))


@pytest.fixture(scope="module")
def judged(study: Protocol) -> dict[str, Judgement]:
    """Every case judged in one batch, by `<check> fails` and `<check> passes`."""
    named = {
        f"{check} {verb}": one
        for check, pair in CASES.items()
        for verb, one in zip(("fails", "passes"), pair, strict=True)
    }
    return dict(judge([measured(one, ref) for ref, one in named.items()], study=study).by_ref)


ON_FILES = sorted(check.id for suite in (TRANSCRIPTS, TURNS, QUESTIONS) for check in suite.checks)


@pytest.mark.parametrize("check", ON_FILES)
def test_a_file_that_fails_it_has_one_query_with_a_place_and_one_that_passes_has_none(
    check: str, judged: dict[str, Judgement]
) -> None:
    failing, passing = judged[f"{check} fails"], judged[f"{check} passes"]
    assert failing.states[check] == "failed"
    (query,) = [q for q in failing.queries if q.check == check]
    assert query.where.startswith(f"transcripts/{check} fails")
    assert not any(word in query.message for word in ("Delphira", "Osbert", "Marigold", "{"))
    assert passing.states[check] == "passed"
    assert check not in {q.check for q in passing.queries}


def test_places_within_the_file_are_turns_questions_and_a_count(judged: dict[str, Judgement]) -> None:
    def place(check: str) -> str:
        (query,) = [q for q in judged[f"{check} fails"].queries if q.check == check]
        return query.where.partition(f"{check} fails")[2]

    assert place("TR022") == ", before turn 2"
    assert place("TR021") == ", turn 2"
    assert place("TR043") == ", question q2"
    assert place("TR033") == ", turn 2"
    assert place("TR044") == ", turn 2"
    assert place("TR071") == ", file name"
    assert place("TR011") == ", turn 3 and 1 more"
    assert place("TR005") == ""


def test_what_a_study_does_not_declare_is_not_applicable(judged: dict[str, Judgement]) -> None:
    plain = judged["TR001 passes"].states
    absent = {
        "TR007",
        "TR021",
        "TR022",
        "TR023",
        "TR024",
        "TR032",
        "TR034",
        "TR041",
        "TR042",
        "TR043",
        "TR044",
        "TR065",
    }
    assert {check for check, state in plain.items() if state == "not_applicable"} >= absent - {"TR007"}
    assert plain["TR032.intelligent"] == plain["TR066.declared"] == "not_applicable"


STRICTER: dict[str, dict[str, tuple[float, str]]] = {
    "TR003": {"minimum": (1.01, "letters_kept_share")},
    "TR007": {"maximum": (-1, "days_outside_study_count")},
    "TR010": {"minimum": (3, "speaking_roles_count")},
    "TR012": {"maximum": (-0.1, "unlabelled_share")},
    "TR013": {"minimum": (0.3, "interviewer_share"), "maximum": (0.1, "interviewer_share")},
    "TR021": {"maximum": (0.01, "backward_s")},
    "TR022": {"maximum": (1, "gap_s")},
    "TR023": {"maximum": (1, "audio_difference_s"), "share": (0.01, "audio_difference_s")},
    "TR024": {"minimum": (200, "words_per_minute"), "maximum": (90, "words_per_minute")},
    "TR030": {"maximum": (0.5, "inaudible_per_1000_words")},
    "TR030.block": {"maximum": (0.5, "inaudible_per_1000_words")},
    "TR031.notation": {"maximum": (-1, "extra_notations_count")},
    "TR032": {"minimum": (5, "fillers_in_full_per_1000_words")},
    "TR032.intelligent": {"maximum": (2, "fillers_in_intelligent_per_1000_words")},
    "TR033": {"maximum": (1, "loop_repeats_count")},
    "TR034": {"minimum": (0.99, "declared_language_share")},
    "TR035": {"maximum": (100, "turn_words_count")},
    "TR042": {"maximum": (0.1, "containment_share")},
    "TR043": {"minimum": (0.9, "question_score")},
}
"""Check → threshold → a stricter value, and the feature that then is not met."""

PASSING = {
    "letters_kept_share": 1.0, "days_outside_study_count": 0, "speaking_roles_count": 2, "unlabelled_share": 0.0,
    "interviewer_share": 0.2, "audio_difference_s": 100.0, "audio_difference_share": 0.03, "words_per_minute": 150.0,
    "inaudible_per_1000_words": 1.0, "extra_notations_count": 0, "fillers_in_full_per_1000_words": 3.0,
    "fillers_in_intelligent_per_1000_words": 3.0, "declared_language_share": 0.95,
}  # fmt: skip
PASSING_TURN = {"turn": 7.0, "backward_s": 0.1, "gap_s": 60.0, "loop_repeats_count": 2.0, "turn_words_count": 300.0}


def sound(**changed: float) -> MeasuredFile:
    """A file that meets every check, with a value for every feature a threshold is about."""
    found = Measured(
        {**PASSING, **changed},
        turns={name: [value] for name, value in PASSING_TURN.items()},
        traces=(Trace("q1", 3, 0.7),),
    )
    return MeasuredFile("transcript:I0001", "r", "transcripts/I0001.txt", found, Likeness(0, 0.2, ()))


@pytest.fixture(scope="module")
def failed_when_stricter(protocol_with: Callable[[str], Protocol]) -> dict[str, set[str]]:
    """The failed checks with every first threshold stricter, and with every second one."""
    found = {}
    for name in ("minimum", "maximum", "share"):
        strict = {check: {name: to[name][0]} for check, to in STRICTER.items() if name in to}
        study = protocol_with(f"checks: {strict}".replace("'", ""))
        off = {"audio_difference_share": 0.03} if name == "share" else {"audio_difference_share": 0.06}
        off |= {"audio_difference_s": 100.0 if name == "share" else 50.0}
        states = judge([sound(**off)], study=study).by_ref["r"].states
        found[name] = {check for check, state in states.items() if state == "failed"}
    return found


def test_a_sound_file_meets_every_check(study: Protocol) -> None:
    judgement = judge([sound()], study=study).by_ref["r"]
    assert judgement.queries == ()
    assert set(judgement.states.values()) == {"passed", "not_applicable"}


@pytest.mark.parametrize(("check", "name"), [(check, name) for check, to in STRICTER.items() for name in to])
def test_a_threshold_in_study_yaml_changes_the_verdict(
    check: str, name: str, failed_when_stricter: dict[str, set[str]]
) -> None:
    assert check in failed_when_stricter[name]


def test_every_threshold_there_is_has_been_changed() -> None:
    by_suite = {check.id: set(check.defaults) for check in CHECKS if check.defaults}
    assert by_suite == {check: set(to) for check, to in STRICTER.items()}


@pytest.mark.parametrize(
    ("off_s", "share", "state"),
    [(100.0, 0.03, "passed"), (50.0, 0.2, "passed"), (100.0, 0.06, "failed"), (0.0, 0.0, "passed")],
)
def test_the_audio_may_differ_by_a_minute_or_by_a_twentieth(
    off_s: float, share: float, state: str, study: Protocol
) -> None:
    judged = judge([sound(audio_difference_s=off_s, audio_difference_share=share)], study=study)
    assert judged.by_ref["r"].states["TR023"] == state


def test_swapped_transcripts_of_two_participants_are_both_caught(study: Protocol) -> None:
    said = {
        "I0001.txt": "Interview: I0002\n\nInterviewer: Who is here?\n\nParticipant: I'm Osbert, and I came by bus.",
        "I0002.txt": "Interview: I0001\n\nInterviewer: Who is here?\n\nParticipant: My name is Marigold. I walked.",
    }
    conventions = Transcripts.model_validate(BASE)
    people = {"I0001": ("P001",), "I0002": ("P002",)}
    files = []
    for name, text in said.items():
        transcript = read_transcript(text.encode(), name, labels=["Interviewer", "Participant"], header=["interview"])
        expected = Expected(name[:5], participants=people[name[:5]])
        found = measure(transcript, conventions, expected, [], name=name, people=PEOPLE)
        files.append(MeasuredFile(f"transcript:{name[:5]}", name, name, found))
    for judgement in judge(files, study=study).by_ref.values():
        assert {"TR005", "TR044"} <= {query.check for query in judgement.queries}


def test_nothing_to_judge_is_nothing() -> None:
    assert judge([], study=None).by_ref == {}  # type: ignore[arg-type]
