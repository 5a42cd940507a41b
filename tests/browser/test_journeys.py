"""What people do on the page, by mouse and by keyboard, in a real browser."""

from __future__ import annotations

import re
from typing import Any

import httpx

from tests.browser.conftest import Visit

NUMBER = re.compile(r"\d[\d,.]*")


def asked(visit: Visit, path: str, **parameters: Any) -> dict[str, Any]:
    return dict(httpx.get(f"{visit.url}/{path}", params=parameters).raise_for_status().json())


def shown(visit: Visit) -> list[str]:
    """The ids of the tweets in the list."""
    cards = visit.page.locator(".cards > article")
    return [str(one) for one in cards.evaluate_all("all => all.map(one => one.dataset.tweet)")]


def test_somebody_finds_a_person_and_sees_their_feed(visit: Visit, somebody: str) -> None:
    visit.open("feed")
    name = asked(visit, f"users/{somebody}")["name"]
    box = visit.page.get_by_role("combobox")
    visit.press(box)
    box.type(name)
    option = visit.page.get_by_role("option").filter(has_text=f"@{somebody}")
    option.wait_for()
    while option.get_attribute("aria-selected") != "true":
        visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    visit.page.locator(".known", has_text=name).wait_for()
    visit.page.locator(".cards > article").nth(9).wait_for()
    assert f"person={somebody}" in visit.page.url
    feed = asked(visit, f"timeline/{somebody}", peek=True)
    assert shown(visit) == [item["tweet_id"] for item in feed["items"]]


def test_looking_leaves_no_trace_unless_one_is_that_person(visit: Visit) -> None:
    """Somebody of their own for each way to press, for pages that were shown do not come again."""
    person = "4" if visit.press.__name__ == "by_mouse" else "5"
    visit.open(f"feed?person={person}")
    visit.page.locator(".cards > article").first.wait_for()
    first = shown(visit)
    visit.press(visit.page.get_by_role("button", name="Refresh"))
    visit.page.locator("[aria-busy=false]").first.wait_for()
    assert shown(visit) == first
    with visit.page.expect_response(lambda one: "peek=false" in one.url):
        visit.press(visit.page.get_by_role("switch", name="As this person"))
    with visit.page.expect_response(lambda one: "peek=false" in one.url) as answer:
        visit.press(visit.page.get_by_role("button", name="Next page"))
    assert not {item["tweet_id"] for item in answer.value.json()["items"]} & {*first}


def test_why_the_third_tweet_is_there(visit: Visit, somebody: str) -> None:
    visit.open(f"feed?person={somebody}")
    third = visit.page.locator(".cards > article").nth(2)
    visit.press(third.get_by_role("button", name="Why?"))
    third.locator(".sentence").wait_for()
    tweet = third.get_attribute("data-tweet")
    why = asked(visit, f"timeline/{somebody}/why/{tweet}")
    assert f"at place {why['rank']} of" in third.locator(".sentence").inner_text()
    final = third.locator(".waterfall").last.locator("tr").last.inner_text()
    assert f"{why['score']:.3f}" in final
    for head in why["heads"]:
        if head["adds"]:
            assert f"{head['adds']:+.3f}".rstrip("0").rstrip(".") in third.inner_text()


def test_what_a_step_dropped_and_why(visit: Visit, somebody: str) -> None:
    visit.open(f"feed?person={somebody}")
    funnel = visit.page.locator(".funnel")
    funnel.wait_for()
    step = next(
        one
        for one in asked(visit, f"timeline/{somebody}/dropped")["filters"]
        if one["rows_in"] > one["rows_out"] and one["tweets"]
    )
    place = {"eligibility": 1, "visibility": 2, "slate": 5}[step["stage"]]
    visit.press(funnel.locator("summary").nth(place))
    lost = funnel.get_by_role("button", name=f"dropped {step['rows_in'] - step['rows_out']}")
    visit.press(lost.first)
    visit.press(funnel.get_by_role("button", name="Why not?").first)
    sentence = funnel.locator(".sentence")
    sentence.wait_for()
    assert "It is not shown" in sentence.inner_text()


def test_why_a_given_tweet_is_not_there(visit: Visit, somebody: str) -> None:
    visit.open(f"feed?person={somebody}")
    page = asked(visit, f"timeline/{somebody}", peek=True, limit=40)["items"]
    field = visit.page.get_by_label("Id of a post")
    visit.press(field)
    field.fill(page[35]["tweet_id"])
    visit.press(visit.page.locator("aside form button"))
    answer = visit.page.locator("aside .enter li").last
    answer.wait_for()
    assert re.search("Then it would be at place|No single change", answer.inner_text())


def test_a_slider_rearranges_the_list_and_the_address_keeps_it(visit: Visit, somebody: str) -> None:
    visit.open(f"weights?person={somebody}")
    visit.page.locator(".cards > article").first.wait_for()
    before = shown(visit)
    rules = visit.page.get_by_role("group", name="Rules")
    rules.get_by_role("button", name="Balanced", pressed=True).wait_for()
    slider = visit.page.get_by_role("slider", name="Reply")
    with visit.page.expect_response(lambda one: "preview" in one.url and "600" not in one.url):
        if visit.press.__name__ == "by_mouse":
            slider.scroll_into_view_if_needed()
            box = slider.bounding_box()
            assert box is not None
            visit.page.mouse.click(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
        else:
            slider.focus()
            visit.page.keyboard.press("End")
    visit.page.locator(".move").first.wait_for()
    now = shown(visit)
    assert now != before
    assert "weights.reply=" in visit.page.url
    settings = visit.page.locator("pre").inner_text()
    assert settings.startswith('FORYOU_WEIGHTS=\'{"reply":')
    visit.page.reload()
    visit.page.locator(".move").first.wait_for()
    assert shown(visit) == now
    visit.press(visit.page.get_by_role("button", name="Undo all"))
    visit.page.get_by_text("The same page as now.").wait_for()
    assert shown(visit) == before


def test_two_feeds_side_by_side(visit: Visit, somebody: str) -> None:
    visit.open(f"compare?person={somebody}")
    visit.page.get_by_text("Both sides are the same").wait_for()
    preset = visit.page.get_by_label("Preset").nth(1)
    preset.focus()
    if visit.press.__name__ == "by_mouse":
        preset.select_option("x-2026")
    else:
        preset.press("X")  # the first whose name begins so
    visit.page.get_by_text("Both sides are the same").wait_for(state="detached")
    body = {"overrides": {"preset": "x-2026"}, "limit": 20}
    other = httpx.post(f"{visit.url}/timeline/{somebody}/preview", json=body).json()["items"]
    own = asked(visit, f"timeline/{somebody}", peek=True, limit=20)["items"]
    both = {one["tweet_id"] for one in own} & {one["tweet_id"] for one in other}
    overlap = visit.page.locator(".figures dd").first.inner_text()
    assert int(NUMBER.findall(overlap)[0]) == len(both)
    assert visit.page.locator(".lines path").count() == len(both)


def test_a_sandbox_learns_and_forgets(visit: Visit, somebody: str) -> None:
    visit.open(f"live?person={somebody}")
    cards = visit.page.locator(".cards > article")
    cards.first.wait_for()
    before, feed = shown(visit), asked(visit, f"timeline/{somebody}", peek=True)["items"]
    visit.press(cards.nth(1).get_by_role("button", name="Block"))
    visit.page.locator(".move").first.wait_for()
    authors = {item["tweet_id"]: item["author_id"] for item in feed}
    assert feed[1]["author_id"] not in {authors.get(tweet) for tweet in shown(visit)}
    assert asked(visit, f"timeline/{somebody}", peek=True)["items"] == feed
    visit.press(visit.page.get_by_role("button", name="Reset"))
    visit.page.locator(".move").first.wait_for(state="detached")
    assert shown(visit) == before


def test_for_good_is_for_good_until_it_is_undone(visit: Visit) -> None:
    person = "6" if visit.press.__name__ == "by_mouse" else "7"
    visit.open(f"live?person={person}")
    visit.press(visit.page.get_by_role("button", name="For good"))
    visit.page.get_by_text("is recorded, as if").wait_for()
    cards = visit.page.locator(".cards > article")
    cards.first.wait_for()
    first = shown(visit)[0]
    visit.press(cards.first.get_by_role("button", name="Mute"))
    visit.page.locator(f'article[data-tweet="{first}"]').wait_for(state="detached")
    items = asked(visit, f"timeline/{person}", peek=True)["items"]
    assert first not in {item["tweet_id"] for item in items}
    visit.press(visit.page.get_by_role("button", name="Reset"))
    visit.page.locator(f'article[data-tweet="{first}"]').wait_for()


def test_a_post_is_tried_before_it_is_written(visit: Visit, somebody: str) -> None:
    visit.open(f"write?person={somebody}")
    tweets = asked(visit, "readyz")["tweets"]
    field = visit.page.get_by_label("Text", exact=True)
    visit.page.locator(".known").wait_for()
    field.focus()
    visit.page.keyboard.type("A quiet morning with a good book.")
    visit.press(visit.page.get_by_role("button", name="Try it"))
    visit.page.get_by_text("Nothing was written").wait_for()
    assert visit.page.locator(".big").count() >= 1
    assert asked(visit, "readyz")["tweets"] == tweets


def test_people_lead_to_people(visit: Visit, somebody: str) -> None:
    visit.open(f"people?person={somebody}")
    tie = visit.page.locator("section", has_text="Strongest ties").locator("a.who").first
    name = tie.inner_text().split("\n")[-1].strip()
    visit.press(tie)
    visit.page.locator(".person .known", has_text=name).wait_for()
    assert f"person={somebody}" not in visit.page.url


def test_tabs_language_and_theme(visit: Visit, somebody: str) -> None:
    visit.open(f"feed?person={somebody}")
    visit.press(visit.page.get_by_role("link", name="State"))
    visit.page.get_by_role("heading", name="How good it is").wait_for()
    visit.press(visit.page.get_by_role("button", name="Auf Deutsch"))
    visit.page.get_by_role("heading", name="Wie gut es ist").wait_for()
    assert visit.page.locator("html").get_attribute("lang") == "de"
    visit.press(visit.page.get_by_role("button", name="Hell oder dunkel"))
    assert visit.page.locator("html").get_attribute("data-theme") == "dark"
    visit.page.reload()
    visit.page.get_by_role("heading", name="Wie gut es ist").wait_for()
    assert visit.page.locator("html").get_attribute("data-theme") == "dark"


def test_a_sentence_is_tried_then_kept_then_taken_back(visit: Visit) -> None:
    person = "8" if visit.press.__name__ == "by_mouse" else "9"
    visit.open(f"weights?person={person}")
    topic = asked(visit, f"users/{person}/profile")["tastes"][0]["topic"]
    field = visit.page.get_by_label("What this person wants")
    visit.press(field)
    visit.page.keyboard.type(f"less {topic} for 3 days, more from @nobodyhere")
    visit.press(visit.page.get_by_role("button", name="Try", exact=True))
    visit.page.locator(".wish", has_text=f"less {topic}").wait_for()
    visit.page.locator(".wish.not", has_text="nobodyhere").wait_for()
    assert asked(visit, f"steering/{person}")["preferences"] == []
    visit.press(visit.page.get_by_role("button", name="Keep it for this person"))
    back = visit.page.get_by_role("button", name="Take back")
    back.wait_for()
    assert len(asked(visit, f"steering/{person}")["preferences"]) == 1
    visit.open(f"feed?person={person}")
    back = visit.page.get_by_role("button", name=f"Take back: less {topic}")
    visit.press(back)
    back.wait_for(state="detached")
    assert asked(visit, f"steering/{person}")["preferences"] == []
