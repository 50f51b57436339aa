"""The dossier: small cells suppressed, gaps named, limits beside the verdict, links that lead somewhere, no network."""

from __future__ import annotations

import hashlib
import io
import re
from html import unescape
from itertools import pairwise

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.checklists import checklist_document
from pages.dossier import PAGES, Site, TrailVerdict, dossier_site
from pages.dossier_counts import rounded
from pages.dossier_events import Listing
from pages.dossier_people import consent, steps
from pages.sample_section import Site as Chosen
from pages.sample_section import Stage as Section
from study import Actor, Event, Run, Subject
from trustworthiness.checklists import CHECKLISTS, Records, Stated, by_kind, filled
from trustworthiness.criteria import HALPERN, HalpernClass, Recorded, Technique
from trustworthiness.dossier import Content, Coverage, DecisionLine, FlowBox, Stage
from trustworthiness.history import study_history
from trustworthiness.member_check_account import CHAIN, Account, Left, OfTheme, Reached, Share

PEOPLE = ("Eligible", "Packet sent", "Replied", "Closed")
TRAIL = TrailVerdict(True, 900, 3, 903, "ab" * 32, (), ("Integrity is not truth.", "The tail is not protected."))


def account(*counts: int, themes: tuple[OfTheme, ...] = ()) -> Account:
    """The steps of member checking with these counts, from interviewed to closed."""
    ids = ("considered", "eligible", *(id for id, _, _ in CHAIN))
    labels = ("Interviewed", "Eligible", *(label for _, label, _ in CHAIN))
    left = [(Left("Gone", a - b),) if a > b else () for a, b in pairwise(counts)]
    reached = tuple(
        Reached(id, label, n, n, gone) for id, label, n, gone in zip(ids, labels, counts, (*left, ()), strict=True)
    )
    return Account(reached, (Share("reminded", 0, counts[3], "packets sent"),), themes, 0, 0, 1)


THEMES = (OfTheme("T1", 12, 5, 0, 0, 2, 3, 0), OfTheme("T2", 11, 1, 2, 3, 0, 3, 0))


def event(number: int, kind: str, day: str, *subject: tuple[str, str], **data: object) -> Event:
    return Event(
        id=f"{number:08x}-0000-5000-8000-{number:012x}",
        kind=kind,
        occurred=day,
        recorded_at=f"{day}T10:00:00.000Z",
        actor=Actor("service", "fieldtrail", "software"),
        run=Run("r", "f", "none", 1, "0"),
        subject=tuple(Subject(*s) for s in subject),
        data=data,
    )


def held(n: int, day: str) -> Event:
    about = (("interview", f"I{n}"), ("participant", f"t{n}"))
    return event(n, "interview.held", day, *about, outcome="full", recorded=True)


EVENTS = [
    *(held(n, "2016-02-01") for n in range(6)),
    *(held(n, f"2016-03-{n:02d}") for n in range(6, 13)),
    *(event(100 + n, "query.opened", "2016-04-01", fingerprint=f"{n:064x}", occurrence=1, check="TR001",
            severity="review") for n in range(3)),
    event(200, "debriefing.held", "2016-05-01", debriefing="D1", debriefer="DEB1", analyst="EVA1", changed=True,
          version=1),
    event(201, "consent.withdrawn", "2016-05-02", ("participant", "t1"), scopes=["take_part"], disposition="keep"),
    event(202, "amendment.approved", "2016-05-03", amendment="AM1"),
]  # fmt: skip


def made(**changes) -> Content:
    records = Records(by_kind(EVENTS), {"ethics": ("The board, R-1.",)}, {"COREQ-4": Stated("ee" * 18, "Two women.")})
    values = {
        "study": "fsp",
        "title": "Peers <&> programs",
        "synthetic": True,
        "board": "The board",
        "reference": "R-1",
        "criteria": (
            Technique("Credibility", "Peer debriefing", (Recorded("debriefing.held", 1),), ("debriefing.held",)),
            Technique(
                "Credibility",
                "Member checking",
                (Recorded("member_check.sent", 23), Recorded("member_check.returned", 3)),
                (),
            ),
            Technique("Credibility", "Negative case analysis", (), ("negative_case.raised",)),
        ),
        "halpern": tuple(
            HalpernClass(id, label, (Recorded("fieldnote.received", 8),) if id == "raw_data" else ())
            for id, label in HALPERN.items()
        ),
        "stages": (Stage("sites", "maximum_variation", "Both ends.", 93, ("S011", "S012"), "optimal", True),),
        "decisions": (
            DecisionLine("query.set_aside", "INV1", "declared", 2),
            DecisionLine("sample.approved", "INV1", "signed", 1),
            DecisionLine("transcript.released", "COO1", "declared", 24),
        ),
        "recruitment": (
            FlowBox("Invited", 40),
            FlowBox("Consented", 31, (("Declined", 6), ("No response", 3))),
            FlowBox("Enrolled", 29, (("Withdrew", 2),)),
            FlowBox("Interviewed", 24, (("Lost", 5),)),
        ),
        "consent": (Coverage("take_part", 29, 2), Coverage("quote", 20, 11)),
        "verdicts": {
            "transcripts": {"passed": 20, "review": 3, "blocked": 1, "unreadable": 0},
            "surveys": {"passed": 1},
        },
        "queries": {"open": {"block": 1, "review": 12, "inform": 0}},
        "member_checks": account(24, 23, 23, 23, 17, 17, 16, 0, themes=THEMES),
        "claims": 3,
        "gaps": {},
        "loose": {"Released transcripts that were never coded": 3},
        "history": study_history(EVENTS),
        "checklists": tuple(filled(checklist, records) for checklist in CHECKLISTS),
        "codebooks": {},
        "events": "0" * 64,
        "events_count": 800,
    }
    return Content(**{**values, **changes})


def site(content: Content | None = None, *, trail: TrailVerdict = TRAIL, k: int = 5) -> dict[str, str]:
    stage = Section("sites", "Maximum variation", "Both ends.", "approved", "good", "Proven.", (Chosen("S011", "far"),))
    values = Site(content or made(), Listing(EVENTS, k, {}), k, "1 June 2017", trail, (stage,))
    files = dossier_site(values)
    assert {f"{name}.html" for name in PAGES} < set(files)
    return {name: body.decode(errors="replace") for name, body in files.items()}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return site()


def plain(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.split("<main")[1])).split())


def row(page: str, name: str) -> str:
    """The text of the table row whose header is that name."""
    found = re.search(rf'<tr[^>]*>(?:<td>\d+</td>)?<th scope="row">{re.escape(name)}</th>(.*?)</tr>', unescape(page),
                      re.DOTALL)  # fmt: skip
    assert found, name
    return re.sub(r" ([:.;,)])", r"\1", " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()))


def test_what_is_not_recorded_says_so(pages):
    assert row(pages["criteria.html"], "Peer debriefing") == "debriefing held: 1"
    assert row(pages["criteria.html"], "Negative case analysis") == "not recorded (looked for: negative case raised)"
    assert row(pages["halpern.html"], "Raw data").startswith("field note received: 8 ")
    assert pages["halpern.html"].count("nothing deposited") == 5
    assert row(pages["coreq.html"], "Saturation").startswith("not recorded (looked for: saturation assessed")


def test_records_no_sentence_follows_from_are_named_and_not_called_unrecorded():
    """COREQ 23 asks for transcripts sent back: a packet sent says nothing of that, and is on record."""
    sent = [event(300 + n, "member_check.sent", "2016-05-01", ("participant", f"t{n}"), packet="k", ordinal=1)
            for n in range(7)]  # fmt: skip
    lists = tuple(filled(checklist, Records(by_kind(sent))) for checklist in CHECKLISTS)
    content = made(checklists=lists)
    files = dossier_site(Site(content, Listing(sent, 5, {}), 5, "1 June 2017", TRAIL))
    told = row(files["coreq.html"].decode(), "Transcripts sent back to participants")
    assert told.startswith("on record, though they do not say this themselves: member check sent: 5 or more")
    assert "events-member-check-sent.html" in files["coreq.html"].decode()
    document = checklist_document(lists[0], content, Listing(sent, 5, {}), 5)
    cells = docx.Document(io.BytesIO(document)).tables[0].rows[23].cells
    assert cells[2].text == "on record, though they do not say this themselves: member check sent: 5 or more"


def test_nothing_is_called_met_or_scored(pages):
    for name in ("criteria.html", "halpern.html", "coreq.html", "srqr.html", "gramms.html", "index.html"):
        text = plain(pages[name]).lower()
        assert re.findall(r"\b(fulfilled|satisfied|score|complete)\b|\bmet\b", text) == [], name


def test_records_about_people_are_rounded_down(pages):
    assert row(pages["criteria.html"], "Member checking") == (
        "member check sent: 20 or more; member check returned: fewer than 5"
    )
    assert rounded(3, 2) == "fewer than 4"  # beside k = 2 "fewer than 2" would be one
    assert [rounded(n, 5) for n in (0, 1, 5, 9, 10)] == ["0", "fewer than 5", "5 or more", "5 or more", "10 or more"]


def test_a_list_holds_only_as_many_records_about_people_as_may_be_counted(pages):
    page = pages["events-interview-held.html"]
    rows = re.findall(r'<tr id="e-([^"]+)">(.*?)</tr>', page)
    assert len(rows) == 10  # of 13
    assert rows == sorted(rows)
    assert "10 or more on record" in page
    days = re.findall(r'data-name="Day">([^<]+)<', page)
    assert days == ["2016-02-01"] * 6 + ["not shown"] * 4  # a day that fewer than five share is not shown
    assert "Too few to be listed" in pages["events-consent-withdrawn.html"]
    assert "2016-05-02" not in pages["events-consent-withdrawn.html"]


def test_a_list_of_the_teams_own_acts_is_exact(pages):
    page = pages["events-amendment-approved.html"]
    assert '<td data-name="Day">2016-05-03</td><td data-name="Recorded">2016-05-03 10:00</td>' in page


def test_a_long_list_is_split():
    many = [event(n, "memo.written", "2016-05-01", memo=f"M{n}") for n in range(4001)]
    listed = Listing(many, 5, {}).kinds["memo.written"]
    assert [(file, len(rows)) for file, rows in listed.pages] == [
        ("events-memo-written.html", 2000), ("events-memo-written-2.html", 2000), ("events-memo-written-3.html", 1),
    ]  # fmt: skip
    assert Listing(many, 5, {}).address(many[4000].id) == f"events-memo-written-3.html#e-{many[4000].id}"


def test_every_link_leads_to_a_page_and_a_place_in_it(pages):
    for name, page in pages.items():
        if name.endswith(".html"):
            for target in re.findall(r'href="([^"]+)"', page):
                file, _, anchor = target.partition("#")
                if file.startswith("../audit/"):
                    continue
                assert (file or name) in pages, (name, target)
                assert not anchor or f'id="{anchor}"' in pages[file or name], (name, target)


def test_steps_that_differ_by_few_people_are_put_together(pages):
    text = plain(pages["people.html"])
    assert "Enrolled" not in text  # two fewer than consented
    assert "Withdrew" not in text
    assert row(pages["people.html"], "Interviewed") == "24 Other reasons: 7"
    checks = plain(pages["checks.html"])
    assert row(pages["checks.html"], "Replied") == "17 Gone: 7"
    assert row(pages["checks.html"], "Closed") == "0 Gone: 17"
    assert [step for step in PEOPLE if step in checks] == ["Replied", "Closed"]


def test_counts_of_people_beside_the_flow_are_rounded(pages):
    assert row(pages["people.html"], "Take part") == "25 or more 25 or more"
    verdicts = pages["validation.html"]
    assert [row(verdicts, v) for v in ("Passed", "To review", "Blocked", "In all")] == [
        "20 or more", "fewer than 5", "fewer than 5", "20 or more",
    ]  # fmt: skip


def test_a_rounded_consent_never_tells_that_one_person_is_missing():
    """Of 26 shown in the flow “25 or more” would be 25 or 26, and a withdrawal on record would say which."""
    found = consent([Coverage("take_part", 25, 1), Coverage("quote", 24, 2), Coverage("audit", 5, 21)], 5, {26, 6})
    assert found == [
        ("take part", "20 or more", "20 or more"),
        ("quote", "20 or more", "20 or more"),
        ("audit", "fewer than 10", "20 or more"),
    ]


def test_queries_are_rounded_because_many_are_about_one_person(pages):
    assert row(pages["validation.html"], "Open") == "fewer than 5 10 or more 0"
    assert row(pages["validation.html"], "2016-04") == "fewer than 5 0 0"


def test_answers_of_few_people_are_suppressed(pages):
    assert row(pages["checks.html"], "T1") == "suppressed suppressed 0 0 17"
    assert row(pages["checks.html"], "T2") == "suppressed suppressed suppressed suppressed 17"
    themes_ = (OfTheme("T1", 12, 5, 0, 0, 2, 3, 0),)
    page = site(made(member_checks=account(24, 23, 23, 23, 17, 17, 16, 0, themes=themes_)))["checks.html"]
    assert row(page, "T1") == "12 5 0 0 17"


@pytest.mark.parametrize("asked", [16, 13])
def test_answers_are_not_shown_where_few_had_a_packet_without_the_theme(asked):
    short = account(24, 24, 24, 24, 17, 17, 17, 17, themes=(OfTheme("T1", asked - 5, 5, 0, 0, 2, 3, 0),))
    page = site(made(member_checks=short))["checks.html"]
    assert "T1" not in plain(page)
    assert "Answers to themes are not shown" in page


def test_answers_in_all_do_not_tell_who_did_not_reply():
    """Ten were sent a packet and six replied to each of four themes: 24 answers would say that four did not."""
    themes_ = tuple(OfTheme(f"T{n}", 6, 0, 0, 0, 0, 0, 0) for n in range(4))
    page = plain(site(made(member_checks=account(24, 10, 10, 10, 6, 6, 6, 6, themes=themes_)))["checks.html"])
    assert "24 " not in page.replace("k = 24", "")
    assert not re.search(r"\b6\b", page)


@given(
    st.lists(st.integers(0, 60), min_size=12, max_size=12),
    st.integers(3, 7),
)
def test_no_step_shown_gives_a_small_group_away_even_beside_rounded_counts(counts, k):
    """From all steps on both pages, and every step as it is rounded elsewhere: no step, no difference is few."""
    counts = sorted(counts, reverse=True)
    labels = ("Invited", "Consented", "Enrolled", "Interviewed", "Still in the study")
    gone = [(), *((("Gone", a - b),) if a > b else () for a, b in pairwise(counts[:5]))]
    flow = [FlowBox(label, n, left) for label, n, left in zip(labels, counts[:5], gone, strict=True)]
    found = steps(flow, account(*counts[3:11]), k)
    shown = [box.count for box in (*found.flow, *found.checks)]
    assert shown == sorted(shown, reverse=True)
    assert all(n == 0 or n >= k for n in shown)
    assert all(a == b or a - b >= k for a, b in pairwise(shown))
    assert all(n >= k for box in (*found.flow[1:], *found.checks) for _, n in box.left)
    for count in counts[:11]:
        if count in shown or not count:
            continue
        low = count - count % k
        above = min((n for n in shown if n > count), default=None)
        below = max((n for n in shown if n < count), default=0)
        possible = [c for c in range(max(low, 1), low + k) if c > below and (above is None or c < above)]
        assert len(possible) > 1, (shown, count)
    assert found.replied is None or found.replied in shown


def test_what_a_codebook_changed_stands_beside_its_version():
    first, second = (
        event(500 + n, "codebook.changed", f"2016-04-0{n}", version=f"{n}", codebook=f"{n}" * 64, codes=13 + n)
        for n in (1, 2)
    )
    merged = {"kind": "merged", "before": ["pride", "shame"], "after": ["worth"], "inferred": False}
    split = {"kind": "split", "before": ["hope"], "after": ["hope_own", "hope_seen"], "inferred": True, "segments": 2}
    changed = {"since": "1", "added": ["bridging"], "redefined": ["humor"], "successions": [merged, split]}
    content = made(history=study_history([first, second]), codebooks={second.id: changed})
    pages_ = dossier_site(Site(content, Listing([first, second], 5, {}), 5, "1 June 2017", TRAIL))
    page = pages_["analysis.html"].decode()
    assert "Since" not in row(page, "1")
    assert (
        "Since 1: added bridging; redefined humor; merged pride and shame into worth; "
        "split hope into hope_own and hope_seen (as the segments suggest)."
    ) in row(page, "2")


def test_visits_tell_nothing_of_how_many_transcripts_were_opened():
    """One record an excerpt opened: of one claim its people could be counted."""
    opened = [event(400 + n, "audit.accessed", "2016-06-01", visit="V1", ref=f"a{n:02d}", claim="C1") for n in range(4)]
    begun = event(399, "audit.opened", "2016-06-01", visit="V1", auditor="AUD1")
    content = made(history=study_history([begun, *opened]))
    files = dossier_site(Site(content, Listing([begun, *opened], 5, {}), 5, "1 June 2017", TRAIL))
    conduct = files["conduct.html"].decode().split('id="audits"')[1].split("</section>")[0]
    assert conduct.count("<tr>") == 2
    listed = files["events-audit-accessed.html"].decode()
    assert "fewer than 5 on record" in listed
    assert listed.count('id="e-') == 0


def test_the_limits_stand_as_prominently_as_the_verdict(pages):
    section = pages["index.html"].split('id="trail"')[1].split("</section>")[0]
    assert "verified" in section
    assert section.count('class="lead"') == 3  # the verdict, the heading of the limits, the limits
    assert "Unaltered is not true" in section
    assert "The tail is not protected." in pages["annex.html"]


def test_a_failed_verification_is_shown_with_its_faults():
    failed = TrailVerdict(False, 900, 3, 903, "ab" * 32, ("OBJECT_ALTERED lanes/x",), ())
    page = site(trail=failed)["index.html"]
    assert "verification failed" in page
    assert "OBJECT_ALTERED lanes/x" in page


def test_no_page_needs_a_network_and_the_title_is_escaped(pages):
    for name, page in pages.items():
        if name.endswith(".html"):
            assert "http" not in page.replace("http-equiv", ""), name
            assert re.findall(r'src="', page) == []
            assert "Peers &lt;&amp;&gt; programs" in page
            assert '<a class="skip" href="#content">' in page


def test_every_page_is_summed_and_says_which_content_it_is_of(pages):
    sums = dict(line.split("  ")[::-1] for line in pages["SHA256SUMS"].splitlines())
    assert set(sums) == set(pages) - {"SHA256SUMS"}
    assert sums["index.html"] == hashlib.sha256(pages["index.html"].encode()).hexdigest()
    digest = made().digest
    assert all(digest in page for name, page in pages.items() if name.endswith(".html"))


def test_an_empty_study_makes_every_page():
    lists = tuple(filled(checklist, Records({})) for checklist in CHECKLISTS)
    empty = made(criteria=(), stages=(), decisions=(), recruitment=(), consent=(), verdicts={}, queries={},
                 member_checks=None, history=study_history([]), checklists=lists)  # fmt: skip
    files = dossier_site(Site(empty, Listing([], 5, {}), 5, "1 June 2017", TRAIL))
    said = {name: plain(body.decode()) for name, body in files.items() if name.endswith(".html")}
    assert "No member check is recorded." in said["checks.html"]
    assert "No sample is recorded." in said["sample.html"]
    assert "No decision is recorded" in said["conduct.html"]
    assert said["coreq.html"].count("not recorded (") == 32


def test_every_decision_says_how_sure_it_is_who_took_it(pages):
    decided = pages["conduct.html"].split('id="decisions"')[1].split("</section>")[0]
    rows = [re.sub(r"<[^>]+>", " ", r).split() for r in re.findall(r"<tr>(.*?)</tr>", decided)[1:]]
    assert [" ".join(words) for words in rows] == [
        "Query set aside INV1 fewer than 5 declared only",
        "Sample approved INV1 1 signed",
        "Transcript released for coding COO1 20 or more declared only",  # about people: never exact
    ]


def test_a_checklist_tells_what_is_recorded_from_what_the_team_states(pages):
    page = pages["coreq.html"]
    assert "<b>Stated by the team</b>Two women." in page
    assert row(page, "How many took part").startswith("10 or more people interviewed. 00000000 00000001 00000002 and")
    assert "not recorded" not in row(page, "Their gender")


def test_a_checklist_goes_along_as_a_document_with_room_for_the_page():
    content = made()
    written = checklist_document(content.checklists[0], content, Listing(EVENTS, 5, {}), 5)
    assert written == checklist_document(content.checklists[0], content, Listing(EVENTS, 5, {}), 5)
    document = docx.Document(io.BytesIO(written))
    [table] = document.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == ["No.", "Item", "What the records show", "Where in the trail", "Page in the manuscript"]
    assert [row[0] for row in rows[1:]] == [str(n) for n in range(1, 33)]
    assert rows[4][2:] == ["Stated by the team: Two women.", "eeeeeeee", ""]
    assert rows[12][2:] == ["10 or more people interviewed.", "00000000 00000001 00000002", ""]
    assert rows[22][2:] == ["not recorded", "", ""]
    assert content.digest in "\n".join(p.text for p in document.paragraphs)
