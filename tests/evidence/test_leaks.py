"""Names and other identifiers are found wherever they hide; what is said of them never holds them."""

from __future__ import annotations

import io
import itertools

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.detectors import NOTHING_DECIDED, Decided, Entry, Patterns, Registry, detectors_for, key_of
from evidence.leaks import find_leaks, flagged
from evidence.transcripts import read_transcript
from evidence.transcripts.transcript import Passage, Transcript, turn_table

REGISTRY = Registry(
    [
        Entry("name", "Heather O’Brien"),
        Entry("name", "José de la Cruz"),
        Entry("name", "Mark Will"),
        Entry("name", "Mary-Ann Özil"),
        Entry("name", "June Ng"),
        Entry("alias", "big T"),
        Entry("site", "Harbor House"),
    ]
)


def kinds(text: str) -> list[str]:
    return [span.kind for span in REGISTRY.find(text)]


def covered(text: str) -> list[str]:
    return [text[span.start : span.end] for span in REGISTRY.find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I told Heather about it", ["Heather"]),
        ("i told heather about it", ["heather"]),
        ("Heather's house, HEATHER", ["Heather", "HEATHER"]),
        ("Heather O'Brien was there", ["Heather O'Brien"]),
        ("O’BRIEN, HEATHER", ["O’BRIEN, HEATHER"]),
        ("jose and José", ["jose", "José"]),
        ("Mary Ann ozil", ["Mary Ann ozil"]),
        ("mary  ann", ["mary  ann"]),
        ("Hea- ther came", ["Hea- ther"]),
        ("it is H e a t h e r", ["H e a t h e r"]),
        ("it is H-E-A-T-H-E-R.", ["H-E-A-T-H-E-R"]),
        ("they call him Big T here", ["Big T"]),
        ("over at harbor house", ["harbor house"]),
        ("heathery heath sheather house harbor", []),
        ("de la Warr", []),
    ],
)
def test_every_way_of_writing_a_registered_name(text, found):
    assert covered(text) == found


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("we will mark it in june", 0),
        ("then Mark said so", 1),
        ("Will you go? May I? Mark my words", 0),
        ("Will said no", 1),
        ("since June it is better", 0),
        ("and June told me", 1),
        ("mark will knows", 1),
    ],
)
def test_everyday_words_count_only_when_they_look_like_a_name(text, hits):
    assert len(kinds(text)) == hits


@pytest.mark.slow
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_rare_name_is_found_at_its_place_in_any_surroundings(before, after):
    text = f"{before} Heather {after}"
    assert any(text[s.start : s.end].casefold().startswith("heather") for s in REGISTRY.find(text))


@pytest.mark.slow
@given(st.text(max_size=80))
def test_spans_lie_inside_the_text_and_do_not_overlap(text):
    for find in (REGISTRY.find, Patterns().find):
        end = 0
        for span in find(text):
            assert end <= span.start < span.end <= len(text)
            end = span.end


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to ann.lee@example.org please", "email"),
        ("write to annlee at example dot org", "email"),
        ("call 555-123-4567 today", "phone"),
        ("call (555) 123-4567 today", "phone"),
        ("call +49 30 1234567 today", "phone"),
        ("it is five five five, one two three four", "phone"),
        ("my number 123-45-6789", "national_id"),
        ("see https://example.org/x", "url"),
        ("I am @ann_lee there", "handle"),
        ("born on March 3, 1971 in", "birth_date"),
        ("DOB: 03/04/1971", "birth_date"),
        ("lives at 12 Old Mill Road", "street_address"),
    ],
)
def test_identifiers_by_shape(text, kind):
    assert [span.kind for span in Patterns().find(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "at 10:30 we met",
        "666-12-1234",
        "in 1998 and 2001",
        "[phone 555-123-4567]",
        "one two three",
        "3 to 4 people",
        "00:01:02.500",
    ],
)
def test_what_only_looks_like_an_identifier(text):
    assert Patterns().find(text) == []


def test_an_empty_registry_finds_nothing():
    assert Registry([]).find("Heather") == []


def test_the_whole_file_is_scanned():
    data = (
        "WEBVTT\n\nNOTE typed for Heather\n\nheather-1\n00:01.000 --> 00:02.000\n<v Heather>Hello</v>\n\n"
        "00:03.000 --> 00:04.000\n<v Heather>I am José</v>\n"
    )
    transcript = read_transcript(data.encode(), "heather_I0001.vtt")
    leaks = find_leaks(transcript, [REGISTRY], name="heather_I0001.vtt")
    assert [leak.place for leak in leaks] == [
        "file name", "note in line 3", "cue id in line 5", "speaker label in turn 1", "turn 2",
    ]  # fmt: skip


def test_document_properties_and_comments_are_scanned():
    document = docx.Document()
    document.core_properties.author = "Heather O'Brien"
    document.add_paragraph("P: hello")
    document.add_comment(document.paragraphs[0].runs, text="ask José", author="me", initials="m")
    stream = io.BytesIO()
    document.save(stream)
    transcript = read_transcript(stream.getvalue(), "I0001.docx", labels={"P"})
    places = {leak.place for leak in find_leaks(transcript, [REGISTRY], name="I0001.docx", labels={"P"})}
    assert places == {"property author", "comment in line 1"}


def test_declared_labels_are_codes_and_not_scanned():
    transcript = read_transcript(b"Mark: hello\n", "I0001.txt", labels={"Mark"})
    assert find_leaks(transcript, [REGISTRY], labels={"Mark"}) == []


DETECTORS = detectors_for([Entry("name", "Heather McKinley", "P1"), Entry("alias", "big T", "P1")])
SECRETS = ["Heather McKinley", "mckinly", "Rosalinda Vega", "m-a-r-i-a", "my name is xiomara", "a.b@example.org",
           "503 555 0199", "Mc Kinley", "big t"]  # fmt: skip


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*SECRETS, "and then", "We went", "\n"]), min_size=1, max_size=8))
def test_nothing_that_is_said_of_a_leak_holds_the_text(pieces):
    text = " ".join(["I met", *pieces])
    transcript = read_transcript(f"Participant: {text}\n".encode(), "I0001.txt", labels={"Participant"})
    leaks = find_leaks(transcript, DETECTORS, name="I0001.txt", labels={"Participant"})
    said = f"{leaks!r} {leaks} {DETECTORS!r} {[vars(d) if hasattr(d, '__dict__') else '' for d in leaks]}".casefold()
    for secret in ("heather", "kinl", "rosalinda", "vega", "xiomara", "example.org", "0199", "m-a-r", "big t"):
        assert secret not in said
    places = [(leak.place, leak.span.start, leak.span.end) for leak in leaks]
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in itertools.pairwise(places))


def test_a_detector_that_fails_says_nothing_of_the_text():
    for broken in ("\ufffd Heather", "\x00" * 9, "Heather\x00\x00McKinley", "́" * 50, "a" * 5000, "' ' '-'"):
        transcript = Transcript(turn_table([(0.0, 1.0, "P", broken, 1)]), "", "txt")
        found = find_leaks(transcript, DETECTORS)
        assert all(0 <= leak.span.start < leak.span.end <= len(broken) for leak in found)


def test_what_people_decided_is_honoured():
    data = b"P: Heather and Rosalinda met Captain Zork, Heather McKinley and zorkie.\n"
    transcript = read_transcript(data, "I0001.txt", labels={"P"})

    def shown(decided: Decided) -> list[tuple[str, str]]:
        leaks = find_leaks(transcript, DETECTORS, labels={"P"}, decided=decided)
        return [(one.key, one.kind) for one in flagged(transcript, leaks)]

    before = shown(NOTHING_DECIDED)
    assert {"heather", "rosalinda", "heather mckinley"} <= {key for key, _ in before}
    none = frozenset(key_of(text) for text in ("HEATHER", "Rosalinda’s", "Heather McKinley"))
    assert set(before) - set(shown(Decided(not_names=none))) == {("heather", "name"), ("rosalinda", "person")}
    names = frozenset(map(key_of, ("Captain Zork", "Zorkie")))
    assert [pair for pair in shown(Decided(names=names)) if pair[1] == "alias"] == [
        ("captain zork", "alias"), ("zorkie", "alias"),
    ]  # fmt: skip


def test_no_decision_hides_what_identifies_by_its_shape():
    data = b"P: Write to zork@example.org or look at www.example.org/zork.\n"
    transcript = read_transcript(data, "I0001.txt", labels={"P"})
    every = frozenset(map(key_of, ("zork@example.org", "www.example.org/zork")))
    found = find_leaks(transcript, DETECTORS, labels={"P"}, decided=Decided(not_names=every))
    assert [leak.span.kind for leak in found] == ["email", "url"]


@pytest.mark.slow
def test_places_beside_the_turns_are_each_their_own():
    beside = (
        Passage("note", "Heather", 3),
        Passage("note", "so", 3),
        Passage("note", "Heather", 3),
        Passage("note", "x"),
    )
    transcript = Transcript(turn_table([(0.0, 1.0, "P", "so", 1)]), "", "txt", beside=beside)
    leaks = find_leaks(transcript, DETECTORS, labels={"P"})
    assert [leak.place for leak in leaks] == ["note in line 3", "note in line 3 (3)"]
    assert [one.shown for one in flagged(transcript, leaks)] == ["Heather", "Heather"]
    many = tuple(Passage("cue id", f"c{n}") for n in range(20_000))
    assert find_leaks(Transcript(transcript.turns, "", "vtt", beside=many), DETECTORS) == []


def test_no_hit_reaches_from_one_turn_into_the_next():
    rows = [
        (0.0, 1.0, "P", text, 1) for text in ("I met Heather", "McKinley came", "call 503", "555 0199", "m a", "r i")
    ]
    leaks = find_leaks(Transcript(turn_table(rows), "", "txt"), DETECTORS)
    assert [(leak.place, leak.span.start, leak.span.end) for leak in leaks] == [("turn 1", 6, 13), ("turn 2", 0, 8)]
