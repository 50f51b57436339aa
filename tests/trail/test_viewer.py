"""The viewer beside the verifier: the same trails, the same faults, and what the page shows of them."""

from __future__ import annotations

import json
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from recruitment import consent_in_force, fold_consent
from study import Actor, Fact, Run, Subject
from study.kinds import KINDS
from tests.trail.viewer_browser import Viewer, opened
from tests.trail.viewer_document import DOCUMENT, classes_written, digests_wanted, digests_written, http_in
from tests.trail.viewer_trails import EVENTS, Evidence, consents_at_random, filled, with_evidence
from trail import Trail
from trail.canonical import canonical
from trail.cosignature import cosignature_key, cosigned
from trail.note import Kind, PrivateKey, generate_key
from trail.verify_trail import LIMITS
from trustworthiness.lineage import trace

Notebook = Any
SOURCE = (DOCUMENT.parent / "verify_trail.py").read_text()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared_viewer(browser: Any) -> Iterator[Viewer]:
    with opened(browser) as viewer:
        yield viewer


@pytest.fixture
def viewer(shared_viewer: Viewer) -> Viewer:
    """The one page, without what an earlier test left in it."""
    shared_viewer.page.set_viewport_size({"width": 1280, "height": 900})
    shared_viewer.page.reload()
    return shared_viewer


@pytest.fixture(scope="session")
def ten_thousand(first_told: Notebook, tmp_path_factory: pytest.TempPathFactory) -> Notebook:
    return filled(type(first_told)(tmp_path_factory.mktemp("filled") / "trail"))


@pytest.fixture(scope="session")
def evidence(first_told: Notebook, tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return with_evidence(type(first_told)(tmp_path_factory.mktemp("evidence") / "trail"))


def first_words(faults: list[str]) -> list[str]:
    """Name and place of each fault, once: the sentence in brackets may differ."""
    places = (re.sub(r"^(\w+_TRAIL) .*", r"\1", fault).split(" (")[0] for fault in faults)  # a page sees no path
    return list(dict.fromkeys(places))


def test_the_file_needs_nothing_from_anywhere() -> None:
    text = DOCUMENT.read_text()
    assert http_in(text) == []
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|\son\w+=", text)
    assert "default-src 'none'" in text
    assert digests_written(text) == digests_wanted(text), "run: python -m tests.trail.viewer_document"


def test_its_kinds_are_the_registrys() -> None:
    wanted = {name: (kind.halpern, int(kind.rank)) for name, kind in KINDS.items()}
    assert classes_written(DOCUMENT.read_text()) == wanted, "run: python -m tests.trail.viewer_document"


def test_it_knows_every_fault_the_verifier_can_find_in_a_folder() -> None:
    names = {"ROLLBACK", "FORK", "BACKDATED", *re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', SOURCE)}
    known = set(re.findall(r"^  ([A-Z_]+): \"", DOCUMENT.read_text(), re.M))
    assert names - known <= {"NOT_CLOSED", "EXTRA_VERSION", "ARTEFACT_ALTERED", "ARTEFACT_MISSING", "PROOF_INVALID"}


def test_it_says_as_many_limits_as_the_verifier() -> None:
    limits = re.search(r"^const LIMITS = \[\n(.*?)^\];", DOCUMENT.read_text(), re.S | re.M)
    assert limits is not None
    assert len(limits[1].splitlines()) == len(LIMITS)


@pytest.mark.real
def test_ten_thousand_records_pass_with_the_verifiers_size_and_root(viewer: Viewer, ten_thousand: Notebook) -> None:
    result = ten_thousand.verified()
    page = viewer.page
    page.evaluate("() => { window.ticks = 0; setInterval(() => { window.ticks += 1 }, 10) }")
    started = time.monotonic()
    shown = viewer.check(ten_thousand.directory, ten_thousand.vkey)
    seconds = time.monotonic() - started
    assert (shown.verdict, shown.faults) == ("PASS", [])
    assert f"{result.report['size']}:{result.report['root']}" in shown.text
    assert f"{EVENTS:,}" in shown.text
    assert result.report["events"] == EVENTS
    assert page.evaluate("window.ticks") >= 5, "the page froze while it checked"
    assert seconds < 30
    assert viewer.text("#shown") == "10,000 records of 10,000."
    assert page.locator("#records li").count() == 50
    page.get_by_role("navigation", name="Pages of records").get_by_text("Later").click()
    assert "page 2 of 200" in viewer.text("#records")
    assert [url for url in viewer.asked if not url.startswith(("file:", "blob:"))] == []
    assert viewer.said == []


@pytest.mark.real
@pytest.mark.parametrize("fault", ["OBJECT_ALTERED", "SEAL_GAP", "ROOT_MISMATCH"])
def test_ten_thousand_records_and_one_edit(viewer: Viewer, ten_thousand: Notebook, fault: str) -> None:
    lane, seal = ten_thousand.objects("lanes")[57], ten_thousand.objects("seals")[4]
    path = seal if fault.startswith(("SEAL", "ROOT")) else lane
    body = path.read_bytes()
    if fault == "SEAL_GAP":
        path.unlink()
    elif fault == "OBJECT_ALTERED":
        path.write_bytes(body.replace(b'"S0', b'"S9', 1))
    else:
        path.write_bytes(body.replace(b'"stored_at":"2026', b'"stored_at":"2025', 1))
    try:
        shown = viewer.check(ten_thousand.directory, ten_thousand.vkey)
        result = ten_thousand.verified()
    finally:
        path.write_bytes(body)
    assert shown.verdict == "FAIL"
    assert shown.names[0] == fault
    assert first_words(shown.faults) == first_words(result.faults)


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().removesuffix(b"\n").split(b"\n")


def holding(notebook: Notebook, text: bytes) -> Path:
    return next(path for path in notebook.objects("lanes") if text in path.read_bytes())


def rewritten(notebook: Notebook, old: bytes, new: bytes) -> None:
    """What the key's holder can do: another line, and everything after it made anew."""
    notebook.edit(holding(notebook, old), old, new)
    notebook.rechain()
    notebook.reseal()


def seal_fixed(told: Notebook) -> None:
    path = holding(told, b"S111")
    before = path.read_bytes()
    told.edit(path, b"S111", b"S999")
    told.fix_hash(before, path.read_bytes())


def replayed(told: Notebook) -> None:
    original = told.objects("lanes")[2]
    copy = original.parent.with_name("00000000-0000-0000-0000-000000000000.1") / original.name
    copy.parent.mkdir()
    copy.write_bytes(original.read_bytes())


def old_object_in_a_new_lane(told: Notebook) -> None:
    first, lane = holding(told, b"S000"), "00000000-0000-0000-0000-000000000000.1"
    header, *events = lines_of(first)
    copy = first.parent.with_name(lane) / "000000.jsonl"
    copy.parent.mkdir()
    head = canonical({**json.loads(header), "lane": lane, "seq": 0, "prev": None})
    copy.write_bytes(b"".join(line + b"\n" for line in (head, *events)))


def another_act_under_one_id(told: Notebook) -> None:
    one, two = told.open(), told.open()
    one.append([told.site(900)])
    two.append([replace(told.site(900), occurred="2026-02-03")])
    told.seal()


def backdated(told: Notebook) -> None:
    told.wait(hours=2)
    told.seal(heartbeat=True)
    told.wait(hours=-3)
    trail = told.open()
    trail._sealed_at = None  # a writer that was made to forget the seals
    trail._check_clock = lambda *_: None
    trail.append([told.site(900)])
    told.wait(hours=3, minutes=5)
    told.seal()


def claim_without_support(told: Notebook) -> None:
    data = {"version": 1, "themes": 1, "codes": ["role"], "codings": 2}
    told.open().append([Fact("claim.asserted", "2026-02-20", (Subject("claim", "C1"),), data=data)])
    told.seal()


def cause_of(told: Notebook) -> bytes:
    return json.loads(lines_of(holding(told, b"S010"))[1])["causes"][0]["leaf"].encode()


ATTACKS: dict[str, tuple[Callable[[Notebook], object], list[str]]] = {
    "an edited event": (lambda t: t.edit(holding(t, b"S110"), b"S110", b"S910"), ["OBJECT_ALTERED"]),
    "its seal fixed": (seal_fixed, ["ROOT_MISMATCH", "SEAL_CHAIN_BROKEN"]),
    "a deleted object": (lambda t: t.objects("lanes")[4].unlink(), ["MISSING_OBJECT"]),
    "a seal deleted": (lambda t: t.objects("seals")[1].unlink(), ["SEAL_GAP"]),
    "the last seal deleted": (lambda t: t.objects("seals")[-1].unlink(), ["TAIL_TRUNCATED"]),
    "a deleted checkpoint": (lambda t: t.objects("checkpoints")[1].unlink(), ["CHECKPOINT_MISSING"]),
    "signed by another key": (lambda t: t.reseal(generate_key(t.origin)[0]), ["SIGNATURE_INVALID"]),
    "replayed": (replayed, ["REPLAYED_OBJECT"]),
    "an old object in a new lane": (old_object_in_a_new_lane, ["UNSEALED_OLD"]),
    "a foreign file": (lambda t: (t.directory / "lanes/notes.txt").write_text("hello"), ["FOREIGN_OBJECT"]),
    "a float": (lambda t: rewritten(t, b'"ordinal":0', b'"ordinal":0.5'), ["NOT_CANONICAL"]),
    "a big integer": (lambda t: rewritten(t, b'"ordinal":0', b'"ordinal":9007199254740992'), ["NOT_CANONICAL"]),
    "half a character": (lambda t: rewritten(t, b"S110", b"\\ud800"), ["NOT_CANONICAL"]),
    "a field too many": (lambda t: rewritten(t, b'"used":[],"v":1}', b'"used":[],"v":1,"w":1}'), ["NOT_AN_EVENT"]),
    "a clock set back": (lambda t: t.reseal(times={2: "2026-03-02T09:05:00.000Z"}), ["CLOCK_BACKWARDS"]),
    "one id, two acts": (another_act_under_one_id, ["ID_CONFLICT"]),
    "entered behind the seals": (backdated, ["BACKDATED"]),
    "a claim on nothing": (claim_without_support, ["CLAIM_UNTRACED"]),
    "a cause that is not here": (lambda t: rewritten(t, cause_of(t), b"0" * 64), ["BROKEN_LINK"]),
    "no checkpoint": (lambda t: shutil.rmtree(t.directory / "checkpoints"), ["NO_TRAIL"]),
}


@pytest.mark.real
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_gives_the_verifiers_faults(viewer: Viewer, told: Notebook, attack: str) -> None:
    act, names = ATTACKS[attack]
    act(told)
    result = told.verified()
    shown = viewer.check(told.directory, told.vkey)
    assert (shown.verdict, result.code) == ("FAIL", 1)
    assert first_words(shown.faults) == first_words(result.faults)
    assert list(dict.fromkeys(shown.names)) == list(dict.fromkeys(result.names))
    assert set(names) <= set(shown.names)


@pytest.mark.real
def test_a_lane_that_is_not_sealed_yet_continues_itself(viewer: Viewer, told: Notebook) -> None:
    trail = told.open()
    for number in (900, 901, 902):
        trail.append([told.site(number)])
    assert viewer.check(told.directory, told.vkey).verdict == "PASS"
    assert "3 records not in a daily closing yet" in viewer.text("#not-checked")
    told.edit(told.directory / f"lanes/2026-03-02/{trail.lane}/000002.jsonl", b'"prev":"', b'"prev":"0000')
    assert viewer.check(told.directory, told.vkey).names == ["LANE_CHAIN_BROKEN"]


@pytest.mark.real
def test_bytes_changed_anywhere_give_the_verifiers_faults(viewer: Viewer, told: Notebook) -> None:
    chance, edits = random.Random(7), []
    for path in [p for folder in ("lanes", "seals", "checkpoints") for p in told.objects(folder)]:
        body = path.read_bytes()
        for position in chance.sample(range(len(body)), 5 if "seals" in path.parts else 2):
            edits.append((path, body, body[:position] + bytes([body[position] ^ 1]) + body[position + 1 :]))
    shown = viewer.faults_of(told.directory, told.vkey, [(told.key(path), new) for path, _, new in edits])
    for (path, body, new), faults in zip(edits, shown, strict=True):
        path.write_bytes(new)
        assert first_words(faults) == first_words(told.verified().faults), (path, faults)
        path.write_bytes(body)


@pytest.mark.real
def test_a_printed_fingerprint_shows_a_rewrite_and_a_cut(viewer: Viewer, told: Notebook) -> None:
    report = told.verified().report
    pin = f"{report['size']}:{report['root']}"
    assert viewer.check(told.directory, told.vkey, pin=pin).verdict == "PASS"
    assert viewer.check(None, told.vkey, pin=f"{report['size'] + 1}:{report['root']}").names == ["ROLLBACK"]
    rewritten(told, b"S110", b"S999")
    assert viewer.check(told.directory, told.vkey).verdict == "PASS"
    assert "no printed fingerprint (pin) was given" in viewer.text("#not-checked")
    assert viewer.check(None, told.vkey, pin=pin).names == ["FORK"]


@pytest.mark.real
def test_the_wrong_keys(viewer: Viewer, told: Notebook) -> None:
    _, other = generate_key(told.origin)
    assert viewer.check(told.directory, other).names == ["SIGNATURE_INVALID"]
    _, strange = generate_key("fieldtrail/cps/00000000")
    assert viewer.check(None, strange).names == ["ANOTHER_TRAIL"]
    for key, words in (("", "Paste the record's public key"), (told.vkey[:-4] + "AAA=", "no public key that fits")):
        viewer.page.fill("#key", key)
        viewer.page.click("#check")
        viewer.page.get_by_role("alert").get_by_text(words).wait_for()
        assert viewer.page.get_attribute("#key", "aria-invalid") == "true"


@pytest.mark.real
def test_a_countersigner_must_have_signed_the_last_closing(viewer: Viewer, told: Notebook) -> None:
    private, key = generate_key("library", Kind.COUNTERSIGNER)
    [early, *_, last] = told.objects("checkpoints")
    cosign(told, private, early)
    shown = viewer.check(told.directory, told.vkey, cosigners=key)
    assert shown.names == ["COSIGNATURE_MISSING"]
    assert f"it vouches for the first {int(early.name)} leaves" in shown.faults[0]
    cosign(told, private, last)
    assert viewer.check(told.directory, told.vkey, cosigners=key).verdict == "PASS"
    other = generate_key("library", Kind.COUNTERSIGNER)[1]
    assert viewer.check(None, told.vkey, cosigners=other).names == ["COSIGNATURE_MISSING"]


def cosign(told: Notebook, private: str, checkpoint: Path) -> None:
    text = checkpoint.read_text().split("\n\n")[0] + "\n"
    line = cosigned(PrivateKey.read(private, Kind.COUNTERSIGNER), text, 1772442000)
    told.store.put_new(cosignature_key(int(checkpoint.name), "library"), f"{line}\n".encode())


@pytest.mark.real
def test_entries_that_a_person_signed_are_checked(viewer: Viewer, told: Notebook) -> None:
    private, key = generate_key("INV1")
    actor, run = Actor("person", "INV1", "investigator"), Run("sign", "approve-sample", "none", 1, "0.1.0")
    options = {"study": told.origin, "now": told.now, "forbidden": told.forbidden, "sign": PrivateKey.read(private)}
    Trail.open(told.store, actor=actor, run=run, **options).append([told.site(900), told.site(901)])
    told.seal()
    shown = viewer.check(told.directory, told.vkey, persons=key)
    assert (shown.verdict, "2 checked" in shown.text) == ("PASS", True)
    assert viewer.check(None, told.vkey).verdict == "PASS"
    assert "Who signed 2 entries" in viewer.text("#not-checked")
    assert viewer.check(None, told.vkey, persons=generate_key("INV1")[1]).names == ["SIGNED_ACT_INVALID"] * 2
    rewritten(told, b"S901", b"S999")  # the trail's key can be used, the person's cannot
    assert viewer.check(told.directory, told.vkey, persons=key).names == ["SIGNED_ACT_INVALID"]


@pytest.mark.real
def test_the_limits_stand_beside_the_verdict_as_large_as_it(viewer: Viewer, told: Notebook) -> None:
    viewer.check(told.directory, told.vkey)
    size = "e => { const s = getComputedStyle(e); return [s.fontSize, s.fontWeight] }"
    page = viewer.page
    boxes = [page.locator(f"#{id}").bounding_box() for id in ("verdict", "limits")]
    assert page.eval_on_selector("#h-verdict", size) == page.eval_on_selector("#h-limits", size)
    assert boxes[0]["y"] == boxes[1]["y"]
    assert abs(boxes[0]["width"] - boxes[1]["width"]) < 1
    assert abs(boxes[0]["height"] - boxes[1]["height"]) < 1
    assert page.locator("#limits li").count() == len(LIMITS)
    assert "The reference is verify_trail.py" in page.inner_text("#result")


@pytest.mark.real
def test_the_signature_of_a_browser_without_ed25519_is_not_claimed(browser: Any, told: Notebook) -> None:
    old = """const real = SubtleCrypto.prototype.importKey;
      SubtleCrypto.prototype.importKey = function (format, key, algorithm, ...rest) {
        if (algorithm === "Ed25519") throw new DOMException("no", "NotSupportedError");
        return real.call(this, format, key, algorithm, ...rest) }"""
    with opened(browser, before=old) as viewer:
        shown = viewer.check(told.directory, told.vkey)
        assert (shown.verdict, shown.faults) == ("NOT VERIFIED", [])
        assert "no Ed25519, so hashes were checked, but no signature" in shown.text
        told.edit(holding(told, b"S110"), b"S110", b"S910")
        assert viewer.check(told.directory, told.vkey).names == ["OBJECT_ALTERED"]


@pytest.mark.real
def test_without_cryptography_nothing_is_claimed(browser: Any, told: Notebook) -> None:
    missing = "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })"
    with opened(browser, before=missing) as viewer:
        shown = viewer.check(told.directory, told.vkey)
        assert shown.verdict == "NOT VERIFIED"
        assert "no cryptography here, so nothing was checked" in shown.text
        assert viewer.text("#shown") == "31 records of 31."


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


def drop(viewer: Viewer, selector: str, paths: list[Path]) -> None:
    """Drop files or folders as the browser itself would get them from a desktop."""
    viewer.page.locator(selector).scroll_into_view_if_needed()
    box = viewer.page.locator(selector).bounding_box()
    session = viewer.page.context.new_cdp_session(viewer.page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for type in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + 20, "y": box["y"] + 8}
        session.send("Input.dispatchDragEvent", {"type": type, **place, "data": data})


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


def tab_to(page: Any, id: str, tag: str = "") -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        focus = page.evaluate("[document.activeElement.id, document.activeElement.tagName]")
        if focus == [id, tag or focus[1]]:
            return
    raise AssertionError(f"Tab never reached {id or tag}")


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


CONTRAST = """() => {
  const channel = (c) => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4 };
  const light = (s) => {
    const [r, g, b] = s.match(/[0-9.]+/g).map(Number);
    return .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b) };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(c)) return c }
    return "rgb(255,255,255)" };
  return [...document.querySelectorAll('p, li, h1, h2, h3, dt, dd, label, small, code, pre, b, summary, .mark, button')]
    .filter((e) => !e.disabled && e.getClientRects().length).map((e) => {
      const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
      return [(a + .05) / (b + .05), e.className || e.tagName] }).filter(([r]) => r < 4.5) }"""


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
    for seed in range(150):
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
    assert len({why for one in wanted for why in one}) == 10, "a reason never occurs: ask of more ledgers"
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
