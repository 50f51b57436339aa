"""What the viewer shows, and how: to the keyboard, on a phone, of a hostile trail, of a claim, of a file."""

from __future__ import annotations

import json
import random
import re
import shutil
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from recruitment import consent_in_force, fold_consent
from tests.trail.viewer_attacks import Notebook, holding, lines_of, rewritten
from tests.trail.viewer_browser import CONTRAST, Viewer, browser, drop, opened, shared_viewer, tab_to, viewer
from tests.trail.viewer_document import DOCUMENT
from tests.trail.viewer_trails import Evidence, consents_at_random, with_evidence
from trustworthiness.lineage import trace

__all__ = ["browser", "shared_viewer", "viewer"]


@pytest.fixture(scope="module")
def evidence(first_told: Notebook, tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return with_evidence(type(first_told)(tmp_path_factory.mktemp("evidence") / "trail"))


@pytest.mark.real
def test_what_the_record_holds_is_text(viewer: Viewer, told: Notebook) -> None:
    image = '<img src=x onerror="window.hit=1"><script>window.hit=1<'
    written = json.dumps(image).encode()
    rewritten(
        told, b'"ordinal":0,"version":1},"generated"', b'"a":' + written + b',"ordinal":0,"version":1},"generated"'
    )
    (told.directory / "lanes" / image).write_text("")
    shown = viewer.check(told.directory, told.vkey)
    assert shown.names == ["FOREIGN_OBJECT"]
    assert image in shown.faults[0]
    page = viewer.page
    page.select_option("#kind", "site.invited")
    for summary in page.locator("#records summary").all()[:10]:
        summary.click()
    page.locator("#records pre").get_by_text("<img src=x onerror=").wait_for()
    assert page.evaluate("[document.images.length, document.scripts.length, window.hit ?? null]") == [0, 1, None]


@pytest.mark.real
def test_the_page_cannot_connect_to_anything(viewer: Viewer) -> None:
    tried = "() => fetch('https://example.org/').then(() => 'connected', (error) => error.name)"
    assert viewer.page.evaluate(tried) == "TypeError"
    assert "Content Security Policy" in " ".join(viewer.said)
    assert all(url.startswith("file:") for url in viewer.asked)
    viewer.said.clear()


@pytest.mark.real
def test_a_dropped_folder_is_the_folder(viewer: Viewer, told: Notebook) -> None:
    drop(viewer, "#folder-drop", [told.directory])
    lanes = len(told.objects("lanes"))
    viewer.page.get_by_text(f"Chosen: {lanes} files in lanes, 3 files in seals, 3 files in checkpoints.").wait_for()
    assert viewer.check(None, told.vkey).verdict == "PASS"


@pytest.mark.real
def test_a_browser_with_the_older_way_of_dropping_folders(browser: Any, told: Notebook) -> None:
    old = "delete DataTransferItem.prototype.getAsFileSystemHandle"
    with opened(browser, before=old) as viewer:  # Chromium's older way does not work on file:, so: another address
        viewer.page.route("http://localhost/", lambda route: route.fulfill(path=DOCUMENT, content_type="text/html"))
        viewer.page.goto("http://localhost/")
        drop(viewer, "#folder-drop", [told.directory])
        viewer.page.get_by_text("3 files in seals, 3 files in checkpoints.").wait_for()
        assert viewer.check(None, told.vkey).verdict == "PASS"


@pytest.mark.real
def test_by_keyboard_alone(viewer: Viewer, told: Notebook) -> None:
    page = viewer.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.set_input_files("#folder", str(told.directory))
    tab_to(page, "key")
    page.keyboard.insert_text(told.vkey)
    tab_to(page, "check")
    page.keyboard.press("Enter")
    page.wait_for_selector("#result:not([hidden])")
    assert page.evaluate("document.activeElement.id") == "h-verdict"
    tab_to(page, "by")
    page.keyboard.press("ArrowDown")
    page.locator("#groups").get_by_text("lane").first.wait_for()
    tab_to(page, "", "SUMMARY")
    page.keyboard.press("Enter")
    page.locator("#records details[open] dl").wait_for()
    tab_to(page, "files")


@pytest.mark.real
def test_everything_has_a_name_and_stands_out_and_fits(viewer: Viewer, evidence: Evidence) -> None:
    page = viewer.page
    viewer.check(evidence.notebook.directory, evidence.notebook.vkey)
    page.locator("#claims summary").first.click()
    page.locator("#records summary").first.click()
    unnamed = """() => [...document.querySelectorAll('input, select, textarea, button, progress, [role=img]')]
      .filter((e) => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim())).map((e) => e.id)"""
    assert page.evaluate(unnamed) == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(CONTRAST) == []
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.real
def test_late_corrected_and_withdrawn_entries_are_picked_out(viewer: Viewer, evidence: Evidence) -> None:
    viewer.check(evidence.notebook.directory, evidence.notebook.vkey)
    shown = {}
    for flag in ("corrections", "withdrawals"):
        viewer.page.click(f"[data-flag={flag}]")
        shown[flag] = [text.lower() for text in viewer.page.locator("#records summary").all_inner_texts()]
    assert len(shown["corrections"]) == 2
    assert any("site invited" in text and "taken out by a correction" in text for text in shown["corrections"])
    assert len(shown["withdrawals"]) == 1
    assert "consent withdrawn" in shown["withdrawals"][0]


@pytest.mark.real
def test_entries_that_came_late_and_those_not_sealed_yet(viewer: Viewer, told: Notebook) -> None:
    late = told.open()
    late.append([told.site(700)])
    told.seal()
    told.wait(days=4)
    other = told.open()
    other.append([told.site(701)])
    told.seal(record=told.open().append)
    told.wait(days=3)
    told.seal(heartbeat=True)
    late._last_put = told.now()
    late.append([told.site(702)])
    told.seal(heartbeat=True)
    told.open().append([told.site(703)])
    viewer.check(told.directory, told.vkey)
    viewer.page.click("[data-flag=late]")
    assert ["S702" in text for text in viewer.page.locator("#records summary").all_inner_texts()] == [True]
    viewer.page.click("[data-flag=open]")
    assert ["S703" in text for text in viewer.page.locator("#records summary").all_inner_texts()] == [True]
    viewer.page.click("[data-flag=after]")
    assert "study opened" in viewer.text("#records")
    assert "entered 56 days afterwards" in viewer.text("#records")
    assert "S700" not in viewer.text("#records")  # 28 days


@pytest.mark.real
def test_filters_by_kind_subject_and_time(viewer: Viewer, evidence: Evidence) -> None:
    viewer.check(evidence.notebook.directory, evidence.notebook.vkey)
    page = viewer.page
    page.select_option("#kind", "coding.imported")
    assert viewer.text("#shown").startswith("4 records of ")
    page.fill("#subject", "I0003")
    page.get_by_text("1 record of ").wait_for()
    page.fill("#subject", "")
    page.get_by_text(re.compile("^4 records of ")).wait_for()
    page.select_option("#kind", "")
    page.select_option("#clock", "occurred")
    page.fill("#from", "2026-02-03")
    page.fill("#to", "2026-02-03")
    page.get_by_text(re.compile("^3 records of ")).wait_for()
    page.locator("#groups").get_by_role("button", name="Process notes").click()
    assert "only Process notes" in viewer.text("#shown")
    assert [text.split() for text in page.locator("#groups button").all_inner_texts()][:1] == [["3", "Raw", "data"]]


@pytest.mark.real
def test_what_a_claim_rests_on_is_walked_hop_by_hop(viewer: Viewer, evidence: Evidence) -> None:
    notebook = evidence.notebook
    assert viewer.check(notebook.directory, notebook.vkey).verdict == "PASS"
    found = viewer.evaluated("return new Support(check, fold).claims().map((c) => [c.id, c.steps.map((s) => s.state)])")
    assert dict(found) == {
        "C1": ["good", "good", "good", "good", "good"],
        "C2": ["good", "warn", "good", "bad", "good"],
        "C3": ["good", "warn", "good", "good", "warn"],
        "C4": ["good", "warn", "good", "good", "warn"],
    }
    gaps = {c.claim: c.gaps for c in trace(notebook.open().events(), date(2026, 3, 2)).claims}
    assert gaps == {"C1": (), "C2": ("not_released",), "C3": ("withdrawn_since",), "C4": ("no_interview",)}
    for summary in viewer.page.locator("#claims summary").all():
        summary.click()
    viewer.page.get_by_text("consent behind I0009").wait_for()
    text = viewer.text("#claims")
    for words in (
        "memo written",
        "transcript I0001: the version coded is the one released on 2026-02-10",
        "consent of t000000001a to take part was in force on 2026-02-03, the day of the interview",
        "transcript I0002: coded, but no release of it is named",
        "withdrawn since, on 2026-02-27",
        "consent behind I0009: not checkable",
        "here, as it was",
    ):
        assert words in text


@pytest.mark.real
def test_a_claims_broken_link_is_shown_where_it_breaks(viewer: Viewer, evidence: Evidence, told: Notebook) -> None:
    shutil.rmtree(told.directory)
    shutil.copytree(evidence.notebook.directory, told.directory)
    path = holding(told, b'"codings":3')
    line = next(line for line in lines_of(path) if b'"id":"C1"' in line)
    leaf = json.loads(line)["causes"][0]["leaf"].encode()
    told.edit(path, leaf, b"0" * 64)
    told.rechain()
    told.reseal()
    assert viewer.check(told.directory, told.vkey).names == ["BROKEN_LINK"]
    viewer.page.locator("#claims summary").first.click()
    viewer.page.locator("#claims").get_by_text("here, but not as it was").first.wait_for()


@pytest.mark.real
def test_consent_is_decided_as_the_study_decides_it(viewer: Viewer) -> None:
    asked, wanted = [], []
    for seed in range(100):
        events = consents_at_random(seed)
        days = [(date(2026, 1, 1) + timedelta(days=n)).isoformat() for n in random.Random(seed).sample(range(31), 4)]
        cases = [(p, s, day) for p in ("t1", "t2") for s in ("take_part", "record", "quote", "audit") for day in days]
        ledger = fold_consent(events)
        asked.append([[asdict(event) for event in events], cases])
        wanted.append([consent_in_force(ledger, p, s, date.fromisoformat(day)).why for p, s, day in cases])
    given = viewer.evaluated(
        "return given.map(([events, cases]) => { const fold = new Fold(events);"
        " return cases.map(([person, scope, day]) => fold.inForce(person, scope, day).why) })",
        asked,
    )
    assert len({why for one in wanted for why in one}) == 15, "a reason never occurs: ask of more ledgers"
    for seed, (ours, theirs) in enumerate(zip(given, wanted, strict=True)):
        assert ours == theirs, seed


@pytest.mark.real
def test_whether_a_file_is_in_the_record(viewer: Viewer, evidence: Evidence, tmp_path: Path) -> None:
    named = {"memo.txt": evidence.memo, "transcript.txt": evidence.transcript, "ai0001aaaaa.key": evidence.key}
    for name, body in {**named, "other.txt": b"something else"}.items():
        (tmp_path / name).write_bytes(body)
    viewer.check(evidence.notebook.directory, evidence.notebook.vkey)

    def asked(*names: str) -> str:
        viewer.page.evaluate("document.getElementById('file-list').replaceChildren()")
        drop(viewer, "#file-drop", [tmp_path / name for name in names])
        viewer.page.locator("#file-list").get_by_text(names[-1]).wait_for()
        return viewer.text("#file-list")

    memo = asked("memo.txt")
    assert "memo.txt: in the record, byte for byte, as amemo000001; first in memo.written of 2026-02-20" in memo
    assert "newest version" in memo
    assert "cannot be said" in asked("transcript.txt")
    with_key = asked("ai0001aaaaa.key", "transcript.txt")
    assert "as ai0001aaaaa; first in transcript.released of 2026-02-10" in with_key
    assert "3 files in the record can be told only with a key" in asked("ai0001aaaaa.key", "other.txt")


@pytest.mark.real
def test_a_file_is_not_in_a_record_that_names_no_file_by_key(viewer: Viewer, told: Notebook, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_bytes(b"something else")
    viewer.check(told.directory, told.vkey)
    viewer.page.set_input_files("#files", str(tmp_path / "other.txt"))
    viewer.page.get_by_text("other.txt: not in the record, in no version.").wait_for()
