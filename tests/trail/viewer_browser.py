"""The viewer in one headless Chromium, opened from disk as an auditor opens it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

VIEWER = Path(__file__).parents[2] / "trail" / "viewer.html"
SECONDS_60 = 60_000


@dataclass(frozen=True)
class Shown:
    """What the page says after a check."""

    verdict: str
    faults: list[str]
    text: str

    @property
    def names(self) -> list[str]:
        return [fault.split()[0] for fault in self.faults]


@dataclass
class Viewer:
    """The page, what it asked of the network, and what its console said."""

    page: Any
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def check(
        self, directory: Path | None, key: str, *, pin: str = "", cosigners: str = "", persons: str = ""
    ) -> Shown:
        """Choose the folder (None: the one already chosen), paste what the auditor holds, press the button."""
        if directory is not None:
            self.page.set_input_files("#folder", str(directory))
        for name, text in (("key", key), ("pin", pin), ("cosigners", cosigners), ("persons", persons)):
            self.page.evaluate("([name, text]) => { document.getElementById(name).value = text }", [name, text])
        self.page.evaluate("document.getElementById('result').hidden = true")
        self.page.click("#check")
        self.page.wait_for_selector("#result:not([hidden])", timeout=SECONDS_60)
        return self.shown()

    def shown(self) -> Shown:
        faults = self.page.locator("#fault-list code").all_inner_texts()
        return Shown(self.page.inner_text("#h-verdict"), faults, self.page.inner_text("#verdict-body"))

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def faults_of(self, directory: Path, key: str, edits: Sequence[tuple[str, bytes]]) -> list[list[str]]:
        """The faults of the folder under each edit (a key and its new bytes) alone, walked by the page's own code."""
        files = {
            path.relative_to(directory).as_posix(): base64.b64encode(path.read_bytes()).decode()
            for path in directory.rglob("*")
            if path.is_file()
        }
        changed = [[name, base64.b64encode(body).decode()] for name, body in edits]
        found = self.page.evaluate(WALK, [files, key, changed])
        return [[str(fault) for fault in one] for one in found]

    def evaluated(self, script: str, value: Any = None) -> Any:
        """What a script in the page returns for a value that JSON can hold."""
        return self.page.evaluate(f"(text) => {{ const given = JSON.parse(text); {script} }}", json.dumps(value))


WALK = """async ([files, key, edits]) => {
  const bytes = (text) => new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], "file");
  const trail = await publicKey(key, 1), whole = Object.entries(files).map(([name, text]) => [name, bytes(text)]);
  const faults = [];
  for (const [name, text] of edits) {
    const check = new Verification(new Map([...whole, [name, bytes(text)]]),
      { trail, cosigners: [], persons: [], pin: null }, async () => {});
    await check.run();
    faults.push([...check.faults.keys()]);
  }
  return faults;
}"""


@contextmanager
def opened(browser: Any, *, before: str = "", **options: Any) -> Iterator[Viewer]:
    """The viewer in a context of its own; `before` is a script that runs ahead of the page's."""
    context = browser.new_context(**options)
    if before:
        context.add_init_script(before)
    viewer = Viewer(context.new_page())
    context.on("request", lambda request: viewer.asked.append(request.url))
    viewer.page.on("console", lambda message: viewer.said.append(message.text))
    viewer.page.on("pageerror", lambda error: viewer.said.append(str(error)))
    viewer.page.goto(VIEWER.as_uri())
    yield viewer
    context.close()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def shared_viewer(browser: Any) -> Iterator[Viewer]:
    with opened(browser) as viewer:
        yield viewer


@pytest.fixture
def viewer(shared_viewer: Viewer) -> Viewer:
    """The one page, without what an earlier test left in it."""
    shared_viewer.page.set_viewport_size({"width": 1280, "height": 900})
    shared_viewer.page.reload()
    return shared_viewer


def drop(viewer: Viewer, selector: str, paths: list[Path]) -> None:
    """Drop files or folders as the browser itself would get them from a desktop."""
    viewer.page.locator(selector).scroll_into_view_if_needed()
    box = viewer.page.locator(selector).bounding_box()
    session = viewer.page.context.new_cdp_session(viewer.page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for type in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + 20, "y": box["y"] + 8}
        session.send("Input.dispatchDragEvent", {"type": type, **place, "data": data})


def tab_to(page: Any, id: str, tag: str = "") -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        focus = page.evaluate("[document.activeElement.id, document.activeElement.tagName]")
        if focus == [id, tag or focus[1]]:
            return
    raise AssertionError(f"Tab never reached {id or tag}")


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
