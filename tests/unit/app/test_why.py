"""Explanations are exact, and true of the feed that is served: for many viewers and tweets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import exp, log

import numpy as np
import pytest

from app.pipeline.stages import BASE, SCORE
from app.pipeline.trace import Trace
from app.serving.engine import Engine
from app.serving.why.explain import Explanation, explain

VIEWERS, TWEETS, LIMIT = 6, 12, 10
EXACT = 1e-6


@pytest.fixture(scope="module")
def explanations(tiny_engine: Engine, chosen_engine: Engine) -> list[Explanation]:
    """Of viewers of each kind, half of the tweets from their own feeds; for both sorts of model."""
    return [
        one
        for engine in (tiny_engine, chosen_engine)
        for product in ("for_you", "following")
        for one in drawn(engine, product)
    ]


def drawn(engine: Engine, product: str) -> Iterator[Explanation]:
    rng = np.random.default_rng(3)
    users = [*rng.choice(engine.state.users.ids.all_ids().to_list(), VIEWERS), "nobody-known"]
    everything = engine.state.tweets.ids.all_ids().to_list()
    for user in users:
        query = engine.hydrate.query(user, 100)
        feed = engine.state.tweets.ids.ids(engine.products[product].run(query).batch.tweet)
        near = [one for place, one in enumerate(feed) if place in (0, 4, 9, 10, 11, 30, 70)]
        for tweet in {*near, *rng.choice(everything, TWEETS // 2)}:
            explained = explain(engine, user, tweet, product, LIMIT, relations=True)
            if explained is not None:
                yield explained


def test_every_sort_of_outcome_is_there(explanations: list[Explanation]) -> None:
    assert {one.on_page for one in explanations} == {True, False}
    assert {one.in_company for one in explanations} == {True, False}
    assert {one.dropped_by for one in explanations} >= {None, "AlreadySeen", "Unsafe"}
    assert {one.product.name for one in explanations} >= {"for_you", "newcomer", "following"}


def test_the_parts_add_up_to_the_score(explanations: list[Explanation]) -> None:
    for one in explanations:
        worth, row = one.worth, one.row
        base = 1 / (1 + exp(-worth.log_value))
        assert base == pytest.approx(float(row[BASE][0]), abs=EXACT)
        score = base
        for name in one.product.mixer.scoring.factors:
            score *= float(row[name][0]) if name in row.columns else 1.0
        assert score == pytest.approx(float(row[SCORE][0]), abs=EXACT)
        if worth.value is not None and len(worth.evidence) == 1:
            assert worth.log_value == pytest.approx(log(worth.value), abs=EXACT)


def test_features_add_up_to_their_head(explanations: list[Explanation]) -> None:
    heads = [head for one in explanations for head in one.worth.heads if head.of_features]
    assert heads
    for head in heads:
        assert head.log_odds is not None
        assert head.log_odds_at_average is not None
        assert head.probability == pytest.approx(1 / (1 + exp(-head.log_odds)), abs=1e-5)
        added = sum(head.of_features.values())
        assert head.error == pytest.approx(
            head.log_odds - head.log_odds_at_average - added, abs=1e-9
        )
        assert abs(head.error or 0) < 1e-3


def test_the_feed_is_that_of_the_timeline(
    explanations: list[Explanation], tiny_engine: Engine, chosen_engine: Engine
) -> None:
    for one in explanations:
        served = answering(one, tiny_engine, chosen_engine).run(one.query)
        assert served.product.name == one.product.name
        assert [
            (span.stage, span.component, span.rows_in, span.rows_out) for span in served.trace.spans
        ] == [
            (at.span.stage, at.span.component, at.span.rows_in, at.span.rows_out)
            for at in one.stages
        ]
        tweet, page = int(one.row.tweet[0]), served.batch.tweet.tolist()
        assert (page.index(tweet) + 1 if tweet in page else None) == (
            one.place if one.on_page else None
        )
        assert one.order.tweet.tolist()[:LIMIT] == page


def answering(one: Explanation, *engines: Engine):  # type: ignore[no-untyped-def]
    for engine in engines:
        for product in engine.products.values():
            waiting = [product]
            while waiting:
                if (now := waiting.pop()) is one.product:
                    return product
                waiting += [other for other in (now.otherwise, now.fallback) if other is not None]
    raise AssertionError(one.product.name)


def test_what_a_stage_dropped_is_gone_behind_it(explanations: list[Explanation]) -> None:
    dropped = [one for one in explanations if one.in_company or one.dropped_by is not None]
    assert dropped
    for one in dropped:
        stages = [at for at in one.stages if at.span.stage not in ("gate", "retrieve")]
        kept = [at.kept for at in stages if at.kept is not None and at.span.stage != "select"]
        if one.place is not None:
            assert all(kept)
            assert stages[-1].place == one.place
        elif one.dropped_by is not None and False in kept:
            assert one.dropped_by in {at.span.component for at in stages if at.kept is False}


def test_filters_agree_with_the_score_of_a_single_tweet(
    explanations: list[Explanation],
) -> None:
    for one in explanations:
        if one.in_company and one.place is None and one.in_favor_of is None:
            continue
        alone = type(one.row)(one.row.tweet, one.row.author, one.row.sources)
        _, dropped_by = one.product.mixer.score(one.query, alone, Trace())
        if one.place is None and one.in_favor_of is None:
            assert [one.dropped_by] == dropped_by


def test_the_change_that_is_named_lets_the_tweet_enter(explanations: list[Explanation]) -> None:
    outside = [one for one in explanations if not one.on_page]
    hidden = [one for one in outside if any(v.hard and not v.keeps for v in one.verdicts)]
    open_ = [one for one in outside if all(v.keeps or not v.hard for v in one.verdicts)]
    assert hidden
    assert open_
    for one in hidden:
        assert one.entry is None
    entering = [one for one in open_ if one.entry is not None]
    assert len(entering) > 0.9 * len(open_)
    for one in entering:
        assert one.entry is not None
        change, mixer = one.entry.change, one.product.mixer
        page = change.of(mixer).run(one.query, Trace()).batch
        assert change.tweet in page.tweet
        assert change.tweet not in mixer.run(one.query, Trace()).batch.tweet


def test_no_smaller_value_is_enough(explanations: list[Explanation]) -> None:
    entries = [one for one in explanations if one.entry and one.entry.change.value_times > 1]
    assert entries
    for one in entries:
        assert one.entry is not None
        less = replace(one.entry.change, value_times=max(one.entry.change.value_times * 0.99, 1))
        page = less.of(one.product.mixer).run(one.query, Trace()).batch
        assert less.tweet not in page.tweet
