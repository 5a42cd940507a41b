"""A browser before a service of its own: what it logs as an error, and whom it asks, is watched."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHROMIUM: Final = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
AT: Final = "2026-02-27T12:00:00Z"
ARGUMENTS: Final = ["--no-sandbox", "--no-proxy-server"]  # in a container one is often root
PATIENCE: Final = 15_000  # milliseconds; a machine may be busy


class Visit(NamedTuple):
    """A page that somebody has open, and how they work it."""

    page: Page
    url: str  # of the service
    press: Callable[[Locator], None]  # by mouse or by keyboard

    def open(self, address: str) -> None:
        """Go to an address of the page, and wait until it has drawn something."""
        was_open = self.page.url.startswith(self.url)
        self.page.goto(f"{self.url}/#/{address}")
        if was_open:  # an address that differs behind its # alone is not fetched anew
            self.page.reload()
        self.page.locator("main h1").first.wait_for()


@contextmanager
def serving(artifacts: Path, data: Path, log: Path, **settings: str) -> Iterator[str]:
    """The URL of a service in a process of its own, at an instant that does not pass."""
    environment = {
        **os.environ,
        "FORYOU_PORT": "0",
        "FORYOU_ARTIFACTS": str(artifacts),
        "FORYOU_DATA_DIR": str(data),
        "FORYOU_LOG": str(log),
        "FORYOU_LOG_LEVEL": "error",
        "FORYOU_CLOCK": AT,
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "app"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        found = re.search(r"(http://\S+?),? ", process.stdout.readline())
        assert found is not None
        yield found[1]
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(scope="session")
def service(
    tiny_artifacts: Path, tiny_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a service that listens."""
    log = tmp_path_factory.mktemp("browser") / "events.db"
    with serving(tiny_artifacts, tiny_data, log) as url:
        yield url


@pytest.fixture(scope="module")  # its event loop must not outlive these tests
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="tests in a browser need the extra `browser`"
    )
    if CHROMIUM is None:
        pytest.skip("tests in a browser need Chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


def watched(browser: Browser, url: str, complaints: list[str], **options: Any) -> Page:
    """A page that keeps what goes wrong."""
    page = browser.new_context(reduced_motion="reduce", **options).new_page()
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on(
        "console",
        lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None,
    )
    page.on(
        "request",
        lambda one: (
            None if one.url.startswith((url, "data:")) else complaints.append(f"asked {one.url}")
        ),
    )
    return page


@pytest.fixture(params=["mouse", "keyboard"])
def visit(request: pytest.FixtureRequest, browser: Browser, service: str) -> Iterator[Visit]:
    """Somebody with a mouse, and somebody without; nothing may go wrong meanwhile."""
    complaints: list[str] = []
    page = watched(browser, service, complaints, viewport={"width": 1280, "height": 900})
    press = by_mouse if request.param == "mouse" else by_keyboard
    yield Visit(page, service, press)
    page.context.close()
    assert complaints == []


def by_mouse(target: Locator) -> None:
    target.click()


def by_keyboard(target: Locator) -> None:
    """Tab there, from where one is, and press it."""
    target.wait_for()
    page = target.page
    for _ in range(400):
        if target.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    else:
        pytest.fail(f"no number of tabs leads to {target}")
    kind = target.evaluate("element => element.type")
    page.keyboard.press("Space" if kind == "checkbox" else "Enter")


@pytest.fixture(scope="session")
def somebody(service: str) -> str:
    """The id of a person with a full feed: the one that the documentation has as its example."""
    import httpx

    document = httpx.get(f"{service}/openapi.json").json()
    (parameter,) = (
        one
        for one in document["paths"]["/timeline/{user_id}"]["get"]["parameters"]
        if one["name"] == "user_id"
    )
    return str(parameter["example"])
