"""Unusual states: nobody, nothing, a service that is gone, closed, behind or only reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Visit, by_mouse, serving, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route


@pytest.fixture
def looks(browser: Browser, service: str) -> Iterator[Visit]:
    """Somebody who meets faults, which a browser logs."""
    page = watched(browser, service, [])
    yield Visit(page, service, by_mouse)
    page.context.close()


def answers(status: int = 200, **body: Any) -> Any:
    def answer(route: Route) -> None:
        route.fulfill(status=status, content_type="application/json", body=json.dumps(body))

    return answer


def changed(**fields: Any) -> Any:
    """The answer of the service, but for these fields."""

    def answer(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json=response.json() | fields)

    return answer


def test_nobody_has_the_id(looks: Visit) -> None:
    looks.open("feed?person=nobody-at-all")
    looks.page.get_by_text("nobody has the id nobody-at-all yet").wait_for()
    looks.page.locator(".cards > article").first.wait_for()
    looks.page.get_by_text("Newcomer answers").wait_for()


def test_nobody_has_the_name(looks: Visit) -> None:
    looks.open("feed?person=1")
    looks.page.get_by_role("combobox").fill("xyzzy")
    looks.page.get_by_text("Nobody by the name “xyzzy”").wait_for()


def test_somebody_who_follows_nobody_is_found(looks: Visit) -> None:
    looks.open("feed?person=1")
    looks.page.get_by_role("button", name="Follows nobody").click()
    looks.page.get_by_text("follows 0").or_(looks.page.get_by_text("nobody has the id")).wait_for()


def test_nothing_is_new(looks: Visit) -> None:
    looks.page.route("**/timeline/1?*", changed(items=[], exhausted=True, source_distribution={}))
    looks.open("feed?person=1")
    looks.page.get_by_role("heading", name="Nothing new").wait_for()


def test_the_service_is_gone_and_comes_back(looks: Visit) -> None:
    looks.page.route("**/timeline/1?*", lambda route: route.abort())
    looks.open("feed?person=1")
    alert = looks.page.get_by_role("alert")
    alert.get_by_text("The service does not answer").wait_for()
    looks.page.unroute("**/timeline/1?*")
    alert.get_by_role("button", name="Try again").click()
    looks.page.locator(".cards > article").first.wait_for()


def test_a_refusal_says_what_to_do(looks: Visit) -> None:
    refusal = answers(503, title="Withheld", detail="nobody knows what this viewer may see")
    looks.page.route("**/timeline/1?*", refusal)
    looks.open("feed?person=1")
    alert = looks.page.get_by_role("alert")
    alert.get_by_text("nobody knows what this viewer may see").wait_for()


def test_another_bundle_serves_meanwhile(looks: Visit) -> None:
    looks.open("feed?person=1")
    looks.page.locator(".cards > article").first.wait_for()
    looks.page.route("**/timeline/1?*", changed(model_version="another"))
    looks.page.get_by_role("button", name="Refresh").click()
    looks.page.get_by_text("Another model bundle serves now: another").wait_for()
    looks.page.get_by_role("button", name="Start over").wait_for()


def test_a_part_is_behind(looks: Visit) -> None:
    looks.page.route("**/readyz", changed(status="degraded", degraded={"tail": "the disk is full"}))
    looks.open("feed?person=1")
    looks.page.get_by_text("tail: the disk is full").wait_for()


def test_it_only_reads(looks: Visit) -> None:
    looks.page.route("**/readyz", changed(writing="off"))
    looks.open("live?person=1")
    looks.page.get_by_role("button", name="For good").click()
    looks.page.get_by_text("takes no writes at the moment").wait_for()


def test_data_without_text_or_names(looks: Visit) -> None:
    def bare(route: Route) -> None:
        response = route.fetch()
        page = response.json()
        route.fulfill(
            response=response,
            json=page | {"items": [item | {"text": None} for item in page["items"]]},
        )

    looks.page.route("**/timeline/1?*", bare)
    looks.page.route("**/timeline/1/cards?*", answers(items=[]))
    looks.open("feed?person=1")
    looks.page.get_by_text("This data has no text for it.").first.wait_for()
    looks.page.get_by_role("heading", name="User ").first.wait_for()


def test_sensitive_content_is_behind_a_curtain(looks: Visit) -> None:
    def harsh(route: Route) -> None:
        response = route.fetch()
        page = response.json()
        unsafe = {"safety": {"nsfw": 0.9, "toxicity": 0.1}, "text": "a secret"}
        items = [item | unsafe for item in page["items"]]
        route.fulfill(response=response, json=page | {"items": items})

    looks.page.route("**/timeline/1?*", harsh)
    looks.open("feed?person=1")
    curtain = looks.page.locator(".curtain").first
    curtain.wait_for()
    assert "a secret" not in looks.page.locator(".cards").inner_text()
    curtain.click()
    looks.page.get_by_text("a secret").first.wait_for()


def test_a_closed_service_opens_with_a_key(
    browser: Browser, tiny_artifacts: Path, tiny_data: Path, tmp_path: Path
) -> None:
    log = tmp_path / "events.db"
    with serving(tiny_artifacts, tiny_data, log, FORYOU_READ_KEY="let me in") as url:
        page = watched(browser, url, [])
        visit = Visit(page, url, by_mouse)
        visit.open("feed?person=1")
        page.get_by_text("Reading is private here").first.wait_for()
        page.get_by_role("button", name="Keys").click()
        page.get_by_label("Read key or token").fill("let me in")
        page.get_by_role("button", name="Use", exact=True).click()
        page.locator(".cards > article").first.wait_for()
        page.context.close()
