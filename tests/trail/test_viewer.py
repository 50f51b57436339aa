"""The viewer beside the verifier: the same trails, the same verdicts, the same faults."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path
from typing import Any

import pytest

from study import Actor, Run
from study.kinds import KINDS
from tests.trail.viewer_attacks import ATTACKS, Notebook, holding, rewritten
from tests.trail.viewer_browser import Viewer, browser, opened, shared_viewer, viewer
from tests.trail.viewer_document import DOCUMENT, classes_written, digests_wanted, digests_written, http_in
from tests.trail.viewer_trails import EVENTS, filled
from trail import Trail
from trail.cosignature import cosignature_key, cosigned
from trail.note import Kind, PrivateKey, generate_key
from trail.verify_trail import LIMITS

__all__ = ["browser", "shared_viewer", "viewer"]
SOURCE = (DOCUMENT.parent / "verify_trail.py").read_text()


@pytest.fixture(scope="module")
def ten_thousand(first_told: Notebook, tmp_path_factory: pytest.TempPathFactory) -> Notebook:
    return filled(type(first_told)(tmp_path_factory.mktemp("filled") / "trail"))


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
@pytest.mark.parametrize("fault", ["OBJECT_ALTERED", "SEAL_GAP"])
def test_ten_thousand_records_and_one_edit(viewer: Viewer, ten_thousand: Notebook, fault: str) -> None:
    path = ten_thousand.objects("lanes")[57] if fault == "OBJECT_ALTERED" else ten_thousand.objects("seals")[4]
    body = path.read_bytes()
    path.unlink()
    if fault == "OBJECT_ALTERED":
        path.write_bytes(body.replace(b'"S0', b'"S9', 1))
    try:
        shown = viewer.check(ten_thousand.directory, ten_thousand.vkey)
        result = ten_thousand.verified()
    finally:
        path.write_bytes(body)
    assert shown.verdict == "FAIL"
    assert shown.names[0] == fault
    assert first_words(shown.faults) == first_words(result.faults)


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


@pytest.mark.real
def test_bytes_changed_anywhere_give_the_verifiers_faults(viewer: Viewer, told: Notebook) -> None:
    chance, edits = random.Random(7), []
    for path in [p for folder in ("lanes", "seals", "checkpoints") for p in told.objects(folder)]:
        body = path.read_bytes()
        for position in chance.sample(range(len(body)), 4 if "seals" in path.parts else 1):
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
