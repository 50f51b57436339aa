"""The made-up interviews are whole, plausible, different from each other, and name nobody."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.codebook import read_codebook
from analysis.codings import read_codings
from analysis.saturation import guest_saturation, new_codes_in_order
from evidence.detectors import Entry, Patterns, Registry
from evidence.leaks import find_leaks
from evidence.similarity import grams, likenesses, sketch
from evidence.transcripts import Transcript, read_transcript
from study import load_protocol
from tasks.packets import packet_for
from trustworthiness.packet import Segment, packet_sha256

NAMES = ("fsp", "cps", "peer-support")
EXAMPLES = Path(__file__).parent.parent.parent / "examples"
LEAST_WORDS = {"fsp": 1200, "cps": 600, "peer-support": 800}
LABELS = ("Interviewer", "Participant")


@pytest.fixture(scope="module", params=NAMES)
def read(request: pytest.FixtureRequest) -> tuple[str, dict[str, Transcript]]:
    name = str(request.param)
    header = load_protocol(EXAMPLES / name / "study").transcripts.header  # type: ignore[union-attr]
    files = sorted((EXAMPLES / name / "study/transcripts").iterdir())
    return name, {f.name: read_transcript(f.read_bytes(), f.name, labels=LABELS, header=header) for f in files}


def words(transcript: Transcript, speaker: str | None = None) -> int:
    turns = transcript.turns
    texts = turns["text"] if speaker is None else turns["text"][turns["speaker"] == speaker]
    return sum(len(text.split()) for text in texts)


def test_every_transcript_reads_without_loss(read: tuple[str, dict[str, Transcript]]) -> None:
    for name, transcript in read[1].items():
        assert transcript.problems == [], name
        assert transcript.letters_kept == transcript.letters_in, name
        assert set(transcript.turns["speaker"]) == set(LABELS), name


def test_every_transcript_is_long_enough_and_mostly_the_participants(read: tuple[str, dict[str, Transcript]]) -> None:
    for name, transcript in read[1].items():
        assert words(transcript) >= LEAST_WORDS[read[0]], name
        assert 0.05 <= words(transcript, "Interviewer") / words(transcript) <= 0.45, name


def test_the_pace_is_that_of_speech_and_times_only_go_forward(read: tuple[str, dict[str, Transcript]]) -> None:
    timed = {name: t.turns for name, t in read[1].items() if t.cues}
    assert timed
    for name, turns in timed.items():
        minutes = (turns["end"].iloc[-1] - turns["start"].iloc[0]) / 60
        assert 80 <= words(read[1][name]) / minutes <= 220, name
        assert turns["start"].is_monotonic_increasing, name
        assert (turns["end"] > turns["start"]).all(), name


def test_no_two_interviews_share_much_text(read: tuple[str, dict[str, Transcript]]) -> None:
    alike = likenesses({name: sketch(t) for name, t in read[1].items()}, lambda name: grams(read[1][name]))
    assert max(likeness.containment_share or 0 for likeness in alike.values()) < 0.1


def identities(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((EXAMPLES / name / "study/restricted/identities.csv").read_text().splitlines()))


def test_no_clean_transcript_holds_a_name_or_an_identifier(read: tuple[str, dict[str, Transcript]]) -> None:
    entries = [Entry("name", row["name"]) for row in identities(read[0])]
    entries += [Entry("alias", a) for r in identities(read[0]) for a in (r["aliases"], r["heard_as"]) if a]
    detectors = [Registry(entries), Patterns()]
    for name, transcript in read[1].items():
        assert find_leaks(transcript, detectors, name=name, labels=LABELS) == [], name


def one_away(word: str) -> Iterator[str]:
    yield from (word[:i] + word[i + 1 :] for i in range(len(word)))


def test_no_spoken_word_is_one_slip_away_from_a_name(read: tuple[str, dict[str, Transcript]]) -> None:
    spoken = {w for t in read[1].values() for text in t.turns["text"] for w in re.findall(r"[a-z]{5,}", text.lower())}
    names = {w for row in identities(read[0]) for w in row["name"].lower().split()}
    near = {shorter: word for word in spoken for shorter in (word, *one_away(word))}
    assert {name: near[n] for name in names for n in (name, *one_away(name)) if n in near} == {}


def test_every_quote_stands_at_its_turn_and_every_code_is_defined(read: tuple[str, dict[str, Transcript]]) -> None:
    folder = EXAMPLES / read[0] / "study/analysis"
    turns = {Path(name).stem: transcript.turns for name, transcript in read[1].items()}
    book = read_codebook((folder / "codebook.csv").read_bytes())
    found = read_codings((folder / "codings.csv").read_bytes(), codebook=book, known=list(turns), turns=turns)
    assert book.problems == found.problems == ()
    assert set(found.segments["transcript"]) == set(turns)


def test_every_theme_rests_on_enough_people(read: tuple[str, dict[str, Transcript]]) -> None:
    protocol = load_protocol(EXAMPLES / read[0] / "study")
    coded = list(csv.DictReader((EXAMPLES / read[0] / "study/analysis/codings.csv").read_text().splitlines()))
    assert protocol.member_checking is not None
    for theme in protocol.member_checking.themes:
        assert len({r["transcript_id"] for r in coded if r["code"] in theme.codes}) >= protocol.disclosure.k


def test_replies_answer_packets_as_they_would_be_assembled(read: tuple[str, dict[str, Transcript]]) -> None:
    study = EXAMPLES / read[0] / "study"
    protocol = load_protocol(study)
    assert protocol.member_checking is not None
    book = read_codebook((study / "analysis/codebook.csv").read_bytes())
    segments = read_codings((study / "analysis/codings.csv").read_bytes(), codebook=book).segments
    themes = {t.id: (t.plain, frozenset(t.codes)) for t in protocol.member_checking.themes}
    transcripts = {Path(name).stem: transcript.turns for name, transcript in read[1].items()}
    for file in sorted((study / "replies").iterdir()):
        reply = json.loads(file.read_text())
        interview = reply["packet_id"].removeprefix("MC-")
        of_it = segments[segments["transcript"] == interview][["code", "start", "end", "quote"]]
        packet = packet_for(
            protocol,
            interview_id=interview,
            participant_code=reply["participant_code"],
            turns=transcripts[interview],
            segments=[Segment(c, int(a), int(b), q) for c, a, b, q in of_it.itertuples(index=False)],
            themes=themes,
        )
        assert reply["packet_sha256"] == packet_sha256(packet), file.name
        assert set(reply["withdraw_quote_ids"]) <= {q.quote_id for q in packet.quotes}


def test_both_groups_of_the_second_example_reach_saturation_as_planted() -> None:
    folder = EXAMPLES / "cps/study"
    book = read_codebook((folder / "analysis/codebook.csv").read_bytes())
    segments = read_codings((folder / "analysis/codings.csv").read_bytes(), codebook=book).segments
    held = list(csv.DictReader((folder / "registers/interviews.csv").read_text().splitlines()))
    group = {
        r["participant_id"]: r["group"]
        for r in csv.DictReader((folder / "restricted/participants.csv").read_text().splitlines())
    }
    labels = {}
    for name in ("specialists", "social_workers"):
        order = [r["interview_id"] for r in held if group[r["participant_ids"]] == name]
        labels[name] = guest_saturation(new_codes_in_order(segments, order, book.inductive), 4, 2, 0.05).label
    assert labels == {"specialists": "8+2", "social_workers": "6+2"}
