"""The transcripts' benchmark in small: what is planted stands where it says, and every row of the table is there."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks import transcripts, transcripts_recall
from benchmarks.transcripts_made import EVERYDAY, Made, Planted, people, planted_transcript, strangers
from benchmarks.transcripts_names import CULTURES
from benchmarks.transcripts_rivals import PARSERS, QUIRKS, Hit, cues_lost
from benchmarks.transcripts_written import Said


def test_people_are_many_and_strangers_share_no_word_with_them() -> None:
    known, unknown = people(5_000), strangers(40)
    assert len({person.name for person in known}) == 5_000
    words = {word for person in known for word in person.name.split()}
    assert not words & {word for person in unknown for word in person.name.split()}
    assert len(CULTURES) == 20
    assert {person.given for person in known} >= set(EVERYDAY)
    assert people(50) == people(50) != people(50, seed=1)


def test_what_is_planted_stands_where_it_says() -> None:
    known, unknown = people(200), strangers(40)
    given = {word.casefold() for person in known for word in (person.given, person.alias)}
    ways = Counter[str]()
    for seed in range(6):
        made = planted_transcript(known, unknown, seed)
        assert 2_900 < made.words < 3_300
        for planted in made.planted:
            text = made.turns[planted.turn - 1].text
            what = text[planted.start : planted.end]
            assert what == what.strip() != ""
            ways[planted.way] += 1
            if planted.way in ("given name", "everyday word", "nickname"):
                assert what.casefold() in given
            if planted.way == "spelled letters":
                assert max(len(part) for part in what.replace(",", " ").replace("-", " ").split()) == 1
            if planted.way.endswith("all in lower case"):
                assert text == text.lower()
    assert len(ways) >= 30
    assert planted_transcript(known, unknown, 3) == planted_transcript(known, unknown, 3)


def test_recall_counts_places_that_touch_and_others_beside_them() -> None:
    said = Said(0.0, 1.0, "Participant", "Ann and Bob and Eve")
    made = Made((said,), (Planted(1, 0, 3, "full name"), Planted(1, 16, 19, "stranger, full name")))
    found = transcripts_recall.tally([made], lambda _: [(1, 1, 5, "registry"), (1, 8, 11, "candidate")])
    assert found.recall(transcripts_recall.is_registered) == 1.0
    assert found.recall(transcripts_recall.is_stranger) == 0.0
    assert found.others_in_10_000(["candidate"]) == 10_000 / 5
    assert found.others_in_10_000(["registry"]) == 0.0


@pytest.mark.slow
def test_ours_loses_no_cue_of_any_quirk_and_each_other_loses_some() -> None:
    lost = {name: [cues_lost(name, quirk) for quirk in QUIRKS] for name in PARSERS}
    assert set(lost.pop("ours")) == {(0, 0)}
    assert all(sum(map(sum, each)) >= 20 for each in lost.values())


class NoPresidio:
    """It takes seconds to import and is no part of ours."""

    def find(self, text: str) -> list[Hit]:
        return [Hit(text.index("@") - 2, text.index("@") + 2, "EMAIL_ADDRESS")] if "@" in text else []


@pytest.mark.real
@pytest.mark.parametrize("part", ["everything", "recall", "parsing", "memory"])
def test_the_table_in_small(part: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcripts, "Presidio", NoPresidio)
    assert transcripts.main(["--small", "--only", part]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in (rows[0], rows[-1])] == ["machine", "machine"]
    starts = Counter(row.split()[0] for row in rows[1:-1])
    if part == "everything":
        assert starts == Counter(everything=4)
        assert rows[4].endswith(" times")
    elif part == "recall":
        assert starts["recall"] > 15
        assert starts["other"] == 4
        assert any(" email " in row and " 1 of 1, " in row for row in rows)
    elif part == "parsing":
        assert starts == Counter({"parsing": 6, "10": len(QUIRKS)})
    else:
        assert starts == Counter(peak=1)
