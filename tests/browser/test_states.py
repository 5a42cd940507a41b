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
    page.unroute_all(behavior="wait")  # an answer that is on its way would fail in the next test
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


def test_what_was_dropped_is_behind_a_curtain_too(looks: Visit, somebody: str) -> None:
    def harsh(route: Route) -> None:
        response = route.fetch()
        unsafe = {"safety": {"nsfw": 0.9, "toxicity": 0.1}, "text": "a secret"}
        items = [item | unsafe for item in response.json()["items"]]
        route.fulfill(response=response, json={"items": items})

    looks.page.route(f"**/timeline/{somebody}/cards?*", harsh)
    looks.open(f"feed?person={somebody}")
    funnel = looks.page.locator(".funnel")
    funnel.locator("summary").nth(1).click()
    funnel.get_by_role("button", name="dropped").first.click()
    curtain = funnel.locator(".curtain").first
    curtain.wait_for()
    assert "a secret" not in funnel.inner_text()
    curtain.click()
    funnel.get_by_text("a secret").first.wait_for()


def test_an_id_that_nobody_can_have_leads_to_the_search(looks: Visit) -> None:
    looks.open("feed?person=no%20such%20id")
    alert = looks.page.get_by_role("alert")
    alert.get_by_text("Nobody has this id").wait_for()
    assert alert.get_by_role("button", name="Try again").count() == 0
    alert.get_by_role("button", name="Find a person").click()
    assert looks.page.get_by_role("combobox").evaluate("one => one === document.activeElement")


def test_a_post_that_is_not_there_is_not_there_the_next_time(looks: Visit) -> None:
    looks.open("feed?person=1")
    looks.page.get_by_label("Id of a post").fill("no-such-post")
    looks.page.locator("aside form button").click()
    looks.page.get_by_text("There is nothing under this name").wait_for()
    assert looks.page.get_by_role("button", name="Try again").count() == 0


def test_a_side_may_be_of_another_bundle_or_moment(looks: Visit, somebody: str) -> None:
    """What such a preview answers is in test_other_preview_story.py; here what is asked of it."""
    bodies = []

    def of_now(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        bodies.append(body)
        route.continue_(post_data=json.dumps({k: body[k] for k in ("overrides", "limit")}))

    looks.page.route(f"**/timeline/{somebody}/preview", of_now)
    looks.open(f"compare?person={somebody}")
    looks.page.locator(".pane").nth(1).wait_for()
    bundle = looks.page.get_by_label("Model bundle").nth(1)
    (version,) = (one for one in bundle.locator("option").all_inner_texts() if one != "In use")
    bundle.select_option(version)
    looks.page.get_by_label("As of (UTC)").nth(0).fill("2026-02-25T06:30")
    looks.page.get_by_label("As of (UTC)").nth(0).blur()
    looks.page.wait_for_function("location.hash.includes('a.as_of=2026-02-25')")
    looks.page.locator(".pane li").first.wait_for()
    assert [one["bundle"] for one in bodies if "bundle" in one] == [version]
    assert [one["as_of"] for one in bodies if "as_of" in one] == ["2026-02-25T06:30:00Z"]


def test_the_last_simulation_is_shown(looks: Visit) -> None:
    looks.open("state")
    looks.page.get_by_text("It was not simulated yet").wait_for()
    figure = {"value": 2.5, "low": 2.0, "high": 3.0}
    names = ("engagements_per_session", "negatives_per_1000", "return_rate")
    policy = {"policy": "for_you", **dict.fromkeys(names, figure)}
    run: dict[str, Any] = {"ended_at": "2026-02-27T12:00:00Z", "bundle": "abc"}
    run |= {"people": 300, "days": 3}
    looks.page.route("**/simulation", answers(**run, policies=[policy]))
    looks.page.reload()
    looks.page.get_by_text("300 simulated people").wait_for()
    assert looks.page.locator("caption", has_text="engagements per session").count() == 1


def test_how_the_feed_is_made_is_a_page_in_the_readers_language(looks: Visit) -> None:
    looks.open("feed?person=1")
    looks.page.get_by_role("button", name="Auf Deutsch").click()
    looks.page.get_by_role("link", name="Wie der Feed entsteht").click()
    looks.page.get_by_role("heading", name="Die Hauptparameter").wait_for()
    looks.page.get_by_role("link", name="Zum Feed").click()
    looks.page.locator("main h1").first.wait_for()


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
