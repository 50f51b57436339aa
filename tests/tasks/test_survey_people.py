"""Two waves of one questionnaire, their distribution lists and an anonymous survey: sound, and with what people do."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from evidence.survey import read_survey
from evidence.survey.answers import answers_as_declared
from evidence.survey.dictionary import read_dictionary
from study import Fact, Query, Subject
from tasks.erasure_plan import plan_of
from tasks.readings import forget_readings
from tasks.request import StudyRequest
from tasks.review import Contexts, strings_to_review
from tasks.string_decisions import decide
from tasks.survey_links import people
from tasks.survey_people import OfPeople, of_people, rests_on
from tasks.survey_rows import list_tables, survey_tables
from tasks.workspace import opened
from tests.tasks.survey_study import PROTOCOL, Study, conduct, consent, in_this_process

pytestmark = pytest.mark.real

PEOPLE = [f"P{i:03d}" for i in range(1, 25)]
ITEMS = [f"q{i}" for i in range(1, 11)]
ABOUT_PEOPLE = {f"SV{n:03d}" for n in (*range(7, 10), *range(36, 56))}
SURVEYS = """
surveys:
  - name: first
    file: surveys/first.csv
    dictionary: surveys/first.dictionary.csv
    key: id
    site: site
    interview_date: day
    instrument: wellbeing
    wave: 1
    wave_column: wave
    fieldwork: {from: 2026-03-01, to: 2026-03-31}
    distribution: restricted/invited_first.csv
  - name: second
    file: surveys/second.csv
    dictionary: surveys/second.dictionary.csv
    key: id
    site: site
    interview_date: day
    instrument: wellbeing
    wave: 2
    wave_column: wave
    fieldwork: {from: 2026-05-01, to: 2026-05-31}
    distribution: restricted/invited_second.csv
  - {name: staff, file: surveys/staff.csv, dictionary: surveys/staff.dictionary.csv, linkage: anonymous, site: site}
"""
DICTIONARY = "\n".join(
    (
        "variable,label,type,values,constant,identifies",
        "id,Code,text,,,",
        "site,Site,text,,,",
        "day,Day,date,,,",
        "wave,Wave,integer,,,",
        "born,Born,date,,yes,",
        "band,Age band,single,1=under 40;2=40 and over,,indirect",
        "note,Anything else,text,,,",
        *(f"{item},Item {item[1:]},decimal,,," for item in ITEMS),
        "",
    )
)
STAFF_DICTIONARY = "variable,label,type,values\nsite,Site,text,\nnumber,Number,integer,\nq1,One,single,1=No;2=Yes\n"
Rows = list[dict[str, str]]


def written(rows: Rows) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def answers(wave: int) -> Rows:
    random = np.random.default_rng(wave)
    return [
        {
            "id": code,
            "site": f"S0{1 + i % 2}",
            "day": f"2026-0{1 + 2 * wave}-{1 + i:02d}",
            "wave": str(wave),
            "born": f"{1960 + i}-04-05",
            "band": str(1 + i // 12),
            "note": "" if i % 3 else "More time for visits, please.",
            **{item: str(random.integers(1, 60)) for item in ITEMS},
        }
        for i, code in enumerate(PEOPLE)
    ]


def invited(month: int) -> Rows:
    return [
        {"id": code, "invited": f"2026-0{month}-01", "started": (day := f"2026-0{month}-{i:02d}"), "completed": day}
        for i, code in enumerate(PEOPLE, start=1)
    ]


class Waves(Study):
    """The study with its files as rows that a test changes before `write_all`."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        (root / "restricted").mkdir(exist_ok=True)
        self.surveys = SURVEYS
        self.dictionaries = {"first": DICTIONARY, "second": DICTIONARY, "staff": STAFF_DICTIONARY}
        self.files = {
            "surveys/first.csv": answers(1),
            "surveys/second.csv": answers(2),
            "surveys/staff.csv": [
                {"site": f"S0{1 + i % 2}", "number": str(700 + i), "q1": str(1 + i // 6)} for i in range(12)
            ],
            "restricted/invited_first.csv": invited(3),
            "restricted/invited_second.csv": invited(5),
            "restricted/participants.csv": [
                {"participant_id": code, "site_id": f"S0{1 + i % 2}", "role": "peer", "from": "2026-01-01", "to": ""}
                for i, code in enumerate(PEOPLE)
            ],
            "restricted/identities.csv": [
                {"participant_id": "P001", "name": "Zebulon Quistgaard", "aliases": "Quizzy", "email": "zq@example.org"}
            ],
        }
        self.write_all()
        with opened(StudyRequest(study=str(root)), "track-consent", create=True) as place:
            place.trail.append([*conduct(), *(consent(place.trail_code(code)) for code in PEOPLE)])

    def write_all(self) -> None:
        protocol = PROTOCOL.partition("surveys:")[0].replace("[take_part]", "[take_part, survey]")
        self.write("study.yaml", protocol + self.surveys)
        for name, text in self.dictionaries.items():
            self.write(f"surveys/{name}.dictionary.csv", text)
        for path, rows in self.files.items():
            self.write(path, written(rows))

    def found(self) -> dict[tuple[str, str], Query]:
        """The queries about people after a run, by check and survey with its column."""
        self.write_all()
        self.run()
        queries = [q for survey in self.judged for q in survey.queries if q.check in ABOUT_PEOPLE]
        return {(q.check, q.where.removeprefix("surveys/").replace(".csv, column ", ".")): q for q in queries}


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    in_this_process(monkeypatch)


@pytest.fixture
def study(tmp_path: Path) -> Waves:
    return Waves(tmp_path / "study")


def defects(study: Waves) -> None:
    first, second = study.files["surveys/first.csv"], study.files["surveys/second.csv"]
    first[2]["site"] = "S02"
    first[3]["id"] = " p004"
    first[4]["day"] = "2026-04-02"
    first[5]["note"] = "Zebulon Quistgaard said so."
    first[7]["id"] = "P099"
    first[8]["note"] = "Write to me: someone@example.org"
    first[9]["day"] = "2026-01-15"
    first[10]["wave"] = ""
    study.files["restricted/invited_first.csv"] = study.files["restricted/invited_first.csv"][:-2]
    second[1]["born"] = "1999-09-09"
    del second[20:]
    for row in study.files["restricted/invited_second.csv"][:14]:
        row["started"] = row["completed"] = ""
    study.dictionaries["second"] = DICTIONARY.replace("q3,Item 3", "q3,How was item 3?")
    for i, row in enumerate(study.files["surveys/staff.csv"]):
        row |= {"ref": PEOPLE[i].lower(), "IPAddress": "192.0.2.1"}


PLANTED = {
    ("SV008", "first.day"),
    ("SV037", "first.csv"),
    ("SV038", "first.csv"),
    ("SV041", "first.id"),
    ("SV042", "first.id"),
    ("SV044", "first.site"),
    ("SV045", "first.id"),
    ("SV050", "first.note"),
    ("SV051", "first.note"),
    ("SV036", "second.csv"),
    ("SV038", "second.csv"),
    ("SV039", "second.csv"),
    ("SV046", "second.born"),
    ("SV047", "second.csv"),
    ("SV048", "second.q3"),
    ("SV052", "second.csv"),
    ("SV049", "staff.ref"),
    ("SV053", "staff.IPAddress"),
}


def test_two_sound_waves_raise_nothing_and_are_left_alone_afterwards(study: Waves):
    assert study.found() == {}
    first, second, staff = study.judged
    assert (first.responses.invited, first.responses.completed, first.responses.rate) == (24, 24, 1.0)
    assert {site: one.invited for site, one in second.responses.by_site.items()} == {"S01": 12, "S02": 12}
    assert (second.features["lost_count"], second.features["response_rate_change"]) == (0, 0.0)
    assert (first.states["SV046", "born"], second.states["SV046", "born"]) == ("not_applicable", "passed")
    of_keys = ("SV041", "SV042", "SV043", "SV045", "SV037", "SV047")
    assert {staff.states[where] for where in staff.states if where[0] in of_keys} == {"not_applicable"}
    assert {check for check, _ in staff.states} >= set(of_keys)
    study.run()
    assert all(survey.is_unchanged for survey in study.judged)


def test_exactly_what_was_planted_is_found_with_its_rows(study: Waves):
    defects(study)
    queries = study.found()
    assert set(queries) == PLANTED
    rows = {check: query.rows for (check, where), query in queries.items() if where.startswith(("first", "second.b"))}
    assert rows == {
        "SV008": ("P005", "P010"),
        "SV037": ("P099", "P023", "P024"),
        "SV038": ("P008",),
        "SV041": ("P099",),
        "SV042": ("P010",),
        "SV044": ("P003",),
        "SV045": ("p004",),
        "SV046": ("P002",),
        "SV050": ("P009",),
        "SV051": ("P006",),
    }
    assert queries["SV047", "second.csv"].rows == ("P021", "P022", "P023", "P024")
    assert queries["SV052", "second.csv"].rows == tuple(PEOPLE[12:20])
    shown = " ".join(q.message + q.where for q in queries.values())
    assert not [word for word in ("Quistgaard", "example.org", "P099", "1999", "192.0.2") if word in shown]


def measured(study: Waves, name: str) -> OfPeople:
    """What is measured on one survey, without judging it."""
    study.write_all()
    with opened(StudyRequest(study=str(study.root)), "validate-surveys") as place:
        spec = next(s for s in place.protocol.surveys if s.name == name)
        dictionary = read_dictionary(study.dictionaries[name].encode(), name)
        file = read_survey((study.root / spec.file).read_bytes(), name=spec.file)
        return of_people(place, spec, people(place), file, dictionary, answers_as_declared(file, dictionary))


def test_a_file_of_another_wave_is_known_by_its_column_and_by_its_rows(study: Waves):
    study.files["surveys/second.csv"] = study.files["surveys/first.csv"]
    found = measured(study, "second")
    assert not found.links["respondent:is_of_declared_wave"].any()
    assert found.about_file["shared_rows_share"] == 1
    resaved = [{**row, "wave": "2", "day": f"2026-05-{i:02d}"} for i, row in enumerate(answers(1), start=1)]
    study.files["surveys/second.csv"] = [*resaved[:18], *answers(2)[18:]]
    found = measured(study, "second")
    assert found.links["respondent:is_of_declared_wave"].all()
    assert found.about_file["shared_rows_share"] == 0.75
    assert measured(study, "first").about_file["shared_rows_share"] is None


def test_people_who_withdrew_are_not_lost(study: Waves):
    del study.files["surveys/second.csv"][20:]
    with opened(StudyRequest(study=str(study.root)), "withdraw-participant") as place:
        row = {"ordinal": 0, "version": 1, "row": "0" * 64, "scopes": ("survey",), "disposition": "keep"}
        subject = (Subject("participant", place.trail_code("P024")),)
        place.trail.append([Fact("consent.withdrawn", "2026-04-01", subject, data=row)])
    found = measured(study, "second").about_file
    assert (found["lost_count"], found["lost_count:rows"]) == (3, ["P021", "P022", "P023"])
    assert found["lost_share"] == pytest.approx(3 / 23)


def test_a_wave_before_that_cannot_be_read_leaves_the_comparison_unmade(study: Waves):
    study.write_all()
    study.files["surveys/first.csv"] = [{"id": "P001", " ": "two columns without a name"}]
    found = measured(study, "second")
    assert "shared_rows_share" not in found.about_file
    assert "lost_count" not in found.about_file
    assert "born:differs_from_wave_before" not in found.links
    assert found.about_file["response_rate"] == 1


def test_the_wave_before_is_read_once_and_what_is_kept_may_go(study: Waves, monkeypatch: pytest.MonkeyPatch):
    whole = measured(study, "second")
    kept = study.root / "restricted/readings/surveys/first.wave.npz"
    assert b"P001" not in kept.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr("tasks.survey_waves.read_survey", lambda *_, **__: pytest.fail("read again"))
        again = measured(study, "second")
    kept.unlink()
    afresh = measured(study, "second")
    for other in (again, afresh):
        assert other.about_file == whole.about_file
        assert other.links.equals(whole.links)


def test_a_judgement_rests_on_the_wave_before_and_not_on_the_one_after(study: Waves):
    def rests() -> dict[str, str]:
        study.write_all()
        with opened(StudyRequest(study=str(study.root)), "validate-surveys") as place:
            known = people(place)
            return {s.name: str(rests_on(place, s, known)) for s in place.protocol.surveys}

    def changed(change: Callable[[], object]) -> set[str]:
        before = rests()
        change()
        now = rests()
        return {name for name in now if now[name] != before[name]}

    files = study.files
    assert changed(lambda: files["surveys/first.csv"][0].update(note="Another comment.")) == {"second"}
    assert changed(lambda: files["surveys/second.csv"][0].update(note="Another comment.")) == set()
    assert changed(lambda: files["restricted/invited_first.csv"].pop()) == {"first", "second"}
    assert changed(lambda: files["restricted/identities.csv"][0].update(aliases="Zeb")) == {"first", "second", "staff"}
    assert changed(lambda: files["restricted/identities.csv"][0].update(email="other@example.org")) == set()
    assert changed(lambda: files.update({"surveys/second.csv": files["surveys/first.csv"]})) == {"second"}


def test_a_list_that_is_not_there_or_holds_contacts_in_the_open_is_said(study: Waves):
    study.files.pop("restricted/invited_first.csv")
    (study.root / "restricted/invited_first.csv").unlink()
    found = measured(study, "first")
    assert [check for check, _ in found.faults] == ["SV054"]
    assert "response_rate" not in found.about_file
    study.files["restricted/invited_first.csv"] = [{"week": "1"}]
    assert [check for check, _ in measured(study, "first").faults] == ["SV054"]
    study.files["restricted/invited_first.csv"] = [row | {"Email": "zq@example.org"} for row in invited(3)]
    assert measured(study, "first").faults == ()
    study.surveys = SURVEYS.replace("restricted/invited_first.csv", "surveys/invited_first.csv")
    study.files["surveys/invited_first.csv"] = study.files["restricted/invited_first.csv"]
    found = measured(study, "first")
    assert [check for check, _ in found.faults] == ["SV055"]
    assert found.about_file["response_rate"] == 1


def test_an_erasure_finds_somebody_in_every_survey_and_list_however_spelled(study: Waves):
    study.files["surveys/first.csv"][0]["id"] = "p001 "
    study.files["restricted/invited_second.csv"] = [
        {"Email": "ZQ@example.org" if row["id"] == "P001" else "x@example.org", "Participant Identifier": ""}
        for row in invited(5)
    ]
    study.write_all()
    semicolons = (study.root / "surveys/second.csv").read_text().replace(",", ";")
    study.write("surveys/second.csv", semicolons)
    with opened(StudyRequest(study=str(study.root)), "withdraw-participant") as place:
        tables = [*survey_tables(place, "P001"), *list_tables(place, "P001")]
        taken = {table.path: table.without_them((study.root / table.path).read_bytes()) for table in tables}
        nobody = [t.without_them((study.root / t.path).read_bytes()).rows for t in survey_tables(place, "P999")]
    assert {path: one.rows for path, one in taken.items()} == {
        "surveys/first.csv": 1,
        "surveys/second.csv": 1,
        "restricted/invited_first.csv": 1,
        "restricted/invited_second.csv": 1,
    }
    assert nobody == [0, 0]
    for one in taken.values():
        left = one.data.decode()
        assert len(left.splitlines()) == 24
        assert not {"p001", "zq@example.org"} & set(re.split(r"[,;\s]", left.casefold()))


def test_a_string_in_a_comment_is_decided_on_in_its_words_and_asked_about_no_more(study: Waves):
    study.files["surveys/first.csv"][4]["note"] = "We asked Quistgard about the keys."
    study.files["surveys/first.csv"][5]["note"] = "Zebulon Quistgaard was there."
    assert measured(study, "first").links["note:name_count"].fillna(0).tolist()[4:6] == [1, 1]
    with opened(StudyRequest(study=str(study.root)), "review") as place:
        [string] = strings_to_review(place)
        [hit] = string.hits
        with Contexts(place) as contexts:
            [context] = contexts.of(hit.path, [(string.key, hit)])
        assert (hit.path, hit.place) == ("surveys/first.csv", "row 5, column note")
        assert context == ("We asked ", "Quistgard", " about the keys.")
        decide(place, [(string.shown, "not_a_name")], person="ME", now=datetime(2026, 6, 30, tzinfo=UTC))
    assert measured(study, "first").links["note:name_count"].fillna(0).tolist()[4:6] == [0, 1]
    kept = study.root / "restricted/readings/surveys/first.strings.json"
    assert kept.exists()
    study.files["surveys/first.csv"][5]["note"] = "Nobody was there."
    measured(study, "first")
    assert not kept.exists()


def test_several_rows_of_one_respondent_are_one_in_a_cell(study: Waves):
    rows = study.files["surveys/first.csv"]
    for row in rows[12:]:
        row["band"] = "1"
    rows.extend(dict(rows[0]) | {"band": "2"} for _ in range(6))
    assert measured(study, "first").links["respondent:cell_count"].tolist()[-6:] == [1.0] * 6


def test_what_is_kept_of_waves_goes_with_every_erasure(study: Waves):
    measured(study, "first")
    with opened(StudyRequest(study=str(study.root)), "withdraw-participant") as place:
        assert any("wave.npz" in stored.key for stored in place.restricted.list("readings/"))
        forget_readings(place.restricted)
        assert list(place.restricted.list("readings/")) == []


@pytest.mark.parametrize("disposition", ["delete", "deidentify"])
def test_an_erasure_takes_the_invitations_whatever_becomes_of_the_answers(study: Waves, disposition: str):
    with opened(StudyRequest(study=str(study.root)), "withdraw-participant") as place:
        row = {"ordinal": 0, "version": 1, "row": "0" * 64, "scopes": ("survey",), "disposition": disposition}
        subject = (Subject("participant", place.trail_code("P002")),)
        [decision] = place.trail.append([Fact("consent.withdrawn", "2026-04-01", subject, data=row)])
        plan = plan_of(place, decision, place.events())
        left = {t.path: t.without_them((study.root / t.path).read_bytes()).data for t in plan.tables}
    answers_left = [left[f"surveys/{name}.csv"].count(b"deidentified-") for name in ("first", "second")]
    assert answers_left == ([1, 1] if disposition == "deidentify" else [0, 0])
    for name in ("first", "second"):
        assert b"P002" not in left[f"restricted/invited_{name}.csv"]
        assert left[f"restricted/invited_{name}.csv"].count(b"\n") == 24
        assert b"P002" not in left[f"surveys/{name}.csv"]
