"""Each site's diagram from the register's rows: boxes agree with each other, and sites sum to the whole study."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recruitment import Affiliation, Recruitment, flow_boxes, fold_recruitment
from recruitment.facts import Codes, consent_facts, interview_facts, recruitment_facts
from recruitment.measure import Known, measure
from recruitment.registers import AFFILIATIONS, CONSENT, INTERVIEWS, RECRUITMENT, Register
from recruitment.site_flow import UNKNOWN, site_flows
from recruitment.tally import Way, tally_facts, ways
from study import Actor, Event, Fact, Protocol, Run, load_protocol
from study.identifiers import event_id
from study.kinds import checked_data

EXAMPLES = Path(__file__).parents[2] / "examples"
SITES = ("S001", "S002", "S003")


@dataclass
class Read:
    """Registers taken through measure, facts and folds, as a run does."""

    rows: pd.DataFrame
    found: dict[str, Way]
    recruitment: Recruitment
    codes: dict[str, str]
    places: list[Affiliation]

    def sites(self):
        today = date(2030, 1, 1)
        return site_flows(self.rows, self.found, self.recruitment, self.codes, self.places, today=today)


def entered(facts: list[Fact]) -> list[Event]:
    actor, run = Actor("service", "x", "software"), Run("r", "f", "none", 1, "0")
    return [
        Event(
            event_id("fieldtrail/s/00000000", f.kind, f.natural_key),
            f.kind,
            f.occurred,
            "2020-01-01T00:00:00.000Z",
            actor,
            run,
            f.subject,
            data=checked_data(f.kind, f.data),
        )
        for f in facts
    ]


def read(protocol: Protocol, frames: dict[Register, pd.DataFrame]) -> Read:
    people = frames[RECRUITMENT]["participant_id"].tolist() + frames[AFFILIATIONS]["participant_id"].tolist()
    codes = {code: f"t{n}" for n, code in enumerate(sorted({p for p in people if p}))}
    sites = frozenset(frames[RECRUITMENT]["site_id"]) - {""}
    known = Known(protocol, frozenset(codes), sites, frozenset(), date(2030, 1, 1))
    rows = {register.name: measure(register, frame, known) for register, frame in frames.items()}
    keys = Codes(codes, lambda trail_code: trail_code.encode() * 8)
    consent = rows["consent"]
    consented = frozenset(
        consent[consent["action"].isin(["given", "renewed"]) & consent["is_usable"]]["participant_id"]
    )
    readings = [
        recruitment_facts(rows["recruitment"], [], keys, consented & set(codes), today="2030-01-01"),
        consent_facts(rows["consent"], [], keys, protocol, today="2030-01-01"),
        interview_facts(rows["interviews"], [], keys),
    ]
    found = ways(rows["recruitment"], consented)
    facts = [fact for reading in readings for fact in (*reading.withdrawals, *reading.facts)]
    facts += tally_facts(found, "a" * 64, [], now="2030-01-01T00:00:00.000Z")
    usable = rows["participants"][rows["participants"]["is_usable"]]
    places = [
        Affiliation(codes[code], site, role, "", date.fromisoformat(day), None)
        for code, site, role, day in usable[["participant_id", "site_id", "role", "day"]].itertuples(index=False)
    ]
    return Read(rows["recruitment"], found, fold_recruitment(entered(facts)), codes, places)


def example(name: str, *, planted: bool) -> Read:
    study = EXAMPLES / name / "study"
    frames = {}
    for register in (RECRUITMENT, CONSENT, INTERVIEWS, AFFILIATIONS):
        file = EXAMPLES / name / "planted" / register.file
        file = file if planted and file.exists() else study / register.file
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        frames[register] = frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row"))
    return read(load_protocol(study), frames)


def check_boxes(boxes) -> None:
    for box, following in pairwise(boxes):
        assert following.count == box.count - sum(reason.count for reason in box.reasons)
    assert all(reason.count > 0 for box in boxes for reason in box.reasons)


def check_sites_sum_to_the_whole(read: Read) -> None:
    whole = flow_boxes(read.recruitment)
    check_boxes(whole)
    boxes: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    for flow in read.sites():
        check_boxes(flow.boxes)
        boxes.update({box.id: box.count for box in flow.boxes})
        reasons.update({(box.id, reason.id): reason.count for box in flow.boxes for reason in box.reasons})
    assert boxes == Counter({box.id: box.count for box in whole})
    assert reasons == Counter({(box.id, reason.id): reason.count for box in whole for reason in box.reasons})


@pytest.mark.parametrize("planted", [False, True], ids=["clean", "planted"])
@pytest.mark.parametrize("name", ["fsp", "cps", "peer-support"])
def test_on_every_example_the_boxes_agree_and_sites_sum_to_the_whole(name, planted):
    found = example(name, planted=planted)
    assert flow_boxes(found.recruitment)[0].count > 10
    check_sites_sum_to_the_whole(found)


def test_the_first_example_has_eight_diagrams():
    found = example("fsp", planted=False)
    sites = {flow.site: flow.boxes for flow in found.sites()}
    assert set(sites) == {"S011", "S012", "S016", "S052", "S053", "S056", "S067", "S087"}
    assert [(box.id, box.count) for box in sites["S052"]][-4:] == [
        ("consented", 3),
        ("enrolled", 3),
        ("interviewed", 3),
        ("retained", 3),
    ]


def frame(register: Register, rows: list[dict[str, str]]) -> pd.DataFrame:
    cells = [[row.get(column, "") for column in register.columns] for row in rows]
    return pd.DataFrame(
        cells, columns=list(register.columns), index=pd.RangeIndex(2, len(rows) + 2, name="row"), dtype=str
    )


STEPS = ("identified", "approached", "screened", "ineligible", "invited", "no_response", "declined", "enrolled", "lost")
CODE = st.integers(1, 6).map(lambda n: f"P{n:03d}")
DAY = st.integers(1, 28).map(lambda n: f"2016-03-{n:02d}")


@st.composite
def registers(draw) -> dict[Register, pd.DataFrame]:
    def rows(more: dict[str, st.SearchStrategy[str]], size: int) -> list[dict[str, str]]:
        return [
            {"occurred": draw(DAY), **{column: draw(cell) for column, cell in more.items()}}
            for _ in range(draw(st.integers(0, size)))
        ]

    site = st.sampled_from(SITES)
    contacts = {"participant_id": CODE, "site_id": site, "step": st.sampled_from((*STEPS, "withdrawn"))}
    contacts |= {"role": st.just("peer_provider"), "reason_code": st.sampled_from("123")}
    consents = {"participant_id": CODE, "action": st.sampled_from(["given", "given", "withdrawn"])}
    fixed = {"form_id": "FSP-INT", "form_version": "2", "mode": "signed", "scopes": "take_part", "obtained_by": "EVA1"}
    held = {"participant_ids": CODE, "site_id": site, "outcome": st.sampled_from(["full", "part", "no_show", ""])}
    held["interview_id"] = st.integers(1, 9).map(lambda n: f"I{n:04d}")
    places = {"participant_id": CODE, "site_id": site, "role": st.just("peer_provider")}
    return {
        RECRUITMENT: frame(RECRUITMENT, rows(contacts, 14)),
        CONSENT: frame(CONSENT, [row | fixed for row in rows(consents, 6)]),
        INTERVIEWS: frame(INTERVIEWS, rows(held, 6)),
        AFFILIATIONS: frame(AFFILIATIONS, [row | {"from": "2015-01-01"} for row in rows(places, 5)]),
    }


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol(EXAMPLES / "fsp" / "study")


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(frames=registers())
def test_on_any_registers_the_boxes_agree_and_sites_sum_to_the_whole(protocol, frames):
    check_sites_sum_to_the_whole(read(protocol, frames))


def test_a_person_who_moved_is_counted_where_the_register_first_has_them(protocol):
    steps = [
        ("approached", "S001", "2016-03-01"),
        ("invited", "S001", "2016-03-02"),
        ("enrolled", "S002", "2016-03-09"),
    ]
    found = read(
        protocol,
        {
            RECRUITMENT: frame(
                RECRUITMENT,
                [
                    {"participant_id": "P001", "site_id": at, "role": "peer_provider", "step": step, "occurred": day}
                    for step, at, day in steps
                ],
            ),
            CONSENT: frame(CONSENT, [CONSENTED, CONSENTED | {"participant_id": "P002"}]),
            INTERVIEWS: frame(INTERVIEWS, []),
            AFFILIATIONS: frame(
                AFFILIATIONS,
                [{"participant_id": "P001", "site_id": "S002", "role": "peer_provider", "from": "2016-03-05"}],
            ),
        },
    )
    assert {flow.site: flow.boxes[-3].count for flow in found.sites()} == {"S001": 1}


CONSENTED = {
    "participant_id": "P001",
    "form_id": "FSP-INT",
    "form_version": "2",
    "action": "given",
    "occurred": "2016-03-03",
    "mode": "signed",
    "scopes": "take_part",
    "obtained_by": "EVA1",
}


def test_who_is_in_no_register_of_a_site_is_counted_where_they_belonged_or_apart(protocol):
    rows = [CONSENTED | {"participant_id": code} for code in ("P001", "P002")]
    place = {"participant_id": "P001", "site_id": "S003", "role": "peer_provider", "from": "2016-01-01"}
    nobody = [{"participant_id": "P002", "site_id": "", "role": "peer_provider", "from": "2016-01-01"}]
    found = read(
        protocol,
        {
            RECRUITMENT: frame(RECRUITMENT, []),
            CONSENT: frame(CONSENT, rows),
            INTERVIEWS: frame(INTERVIEWS, []),
            AFFILIATIONS: frame(AFFILIATIONS, [place, *nobody]),
        },
    )
    assert {flow.site: flow.boxes[4].count for flow in found.sites()} == {"S003": 1, UNKNOWN: 1}
    check_sites_sum_to_the_whole(found)
