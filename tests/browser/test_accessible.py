"""Every tab for everybody: axe finds nothing serious, and no row is wider than a small screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.browser.conftest import Visit, by_mouse, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

READY: Final = {
    "feed": ".cards > article",
    "weights": ".slider",
    "compare": ".pane li",
    "live": ".cards > article",
    "write": ".draft",
    "people": ".bars",
    "state": ".facts-list",
}
SERIOUS: Final = ("serious", "critical")


@pytest.fixture(params=[(360, "dark"), (360, "light"), (1440, "dark"), (1440, "light")], ids=str)
def looks(request: pytest.FixtureRequest, browser: Browser, service: str) -> Iterator[Visit]:
    width, theme = request.param
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": theme}
    complaints: list[str] = []
    page = watched(browser, service, complaints, **options)
    yield Visit(page, service, by_mouse)
    page.context.close()
    assert complaints == []


@pytest.mark.parametrize("tab", READY)
def test_a_tab_is_accessible_and_fits(looks: Visit, somebody: str, tab: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    looks.open(f"{tab}?person={somebody}")
    looks.page.locator(READY[tab]).first.wait_for()
    if tab == "feed":
        looks.page.get_by_role("button", name="Why?").first.click()
        looks.page.locator(".waterfall").first.wait_for()
        looks.page.locator("details").evaluate_all("all => all.forEach(one => (one.open = true))")
    looks.page.wait_for_timeout(150)
    violations: list[dict[str, Any]] = axe.Axe().run(looks.page).response["violations"]
    serious = [
        (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
        for one in violations
        if one["impact"] in SERIOUS
    ]
    assert serious == []
    wide = looks.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
