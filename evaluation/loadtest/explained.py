"""Explanations add up to the score, agree with the feed, and name changes that hold."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp, prod
from typing import Final

import numpy as np

from app.api import explanations
from app.pipeline.stages import SCORE
from app.pipeline.trace import Trace
from app.schemas.why import Why
from app.serving.engine import Engine, build_engine
from app.serving.preferred_settings import products_for
from app.serving.why.explain import Explanation, explain
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.slo_report import SloReport, least, most, none
from ml.arrays import Rows
from ml.progress import tracked
from ml.state.structures.vocabulary import Vocabulary

EXACT: Final = 1e-6
LIMIT: Final = 10  # rows of a page
FEED: Final = 100  # rows of the feed that half of the tweets are drawn from
PRODUCT: Final = "for_you"

OPTIONS: Final[Options] = {
    "users": (200, "whose feeds are explained"),
    "tweets": (50, "of each, half of them from their feed, among these most of its page"),
}


def measure(given: Given) -> SloReport:
    """Explain so many tweets to each of so many users, all as of one moment."""
    engine, options = build_engine(given.settings), given.options
    found = Found()
    users = _drawn(engine, given.seed, options.users)
    for user in tracked(users, "explanations", "users"):
        for tweet in tweets_of(engine, user, options.tweets, given.seed):
            one = explain(engine, user, tweet, PRODUCT, LIMIT, relations=True)
            if one is not None:
                found.add(engine, user, one)
    return found.report(len(users))


@dataclass(slots=True)
class Found:
    """The outcomes of explanations, and where the feed differs from them."""

    outcomes: Counter[str] = field(default_factory=Counter)
    differences: dict[str, float] = field(default_factory=dict)  # the largest of each sum
    faults: list[str] = field(default_factory=list)
    entered: int = 0
    hidden: int = 0
    without_change: list[str] = field(default_factory=list)

    def add(self, engine: Engine, user: str, one: Explanation) -> None:
        """Check one explanation by the feed that it is of."""
        view = explanations.why(engine, user, one, "", PRODUCT)
        about = f"user {user}, tweet {view.tweet_id}"
        self.outcomes[view.outcome] += 1
        for name, difference in sums(view):
            self.differences[name] = max(self.differences.get(name, 0.0), difference)
        self.faults += (f"{about}: {what}" for what in disagreements(engine, one, view))
        if view.to_enter is None:
            return
        if view.to_enter.hard_rules:
            self.hidden += 1
            if view.to_enter.change is not None:
                self.faults.append(f"{about}: a change is named although a hard rule holds")
        elif one.entry is None:
            self.without_change.append(f"{about} ({view.outcome}, {view.dropped_by})")
        else:
            self.entered += 1
            if not enters(one):
                self.faults.append(f"{about}: it does not enter with the change that is named")

    def report(self, users: int) -> SloReport:
        explained = self.outcomes.total()
        return SloReport(
            [
                least("explanations", explained, users),
                *(most(name, value, EXACT) for name, value in sorted(self.differences.items())),
                none("disagreements with the feed", len(self.faults)),
                none("neither a hard rule nor a change", len(self.without_change)),
            ],
            {
                "users": users,
                "outcomes": dict(self.outcomes),
                "enter_with_the_change": self.entered,
                "kept_out_by_a_hard_rule": self.hidden,
                "without_change": self.without_change[:20],
                "faults": self.faults[:20],
            },
            [
                "  " + ", ".join(f"{count:,} {name}" for name, count in self.outcomes.items()),
                f"  {self.entered:,} enter with the change that is named; a hard rule keeps out "
                f"{self.hidden:,}",
                *self.faults[:5],
                *self.without_change[:5],
            ],
        )


def sums(view: Why) -> Iterator[tuple[str, float]]:
    """By how much the parts of an explanation differ from what they add up to."""
    value = view.value
    if value.heads is not None and value.folded is not None:
        added = sum(head.adds for head in view.heads) + value.folded
        yield "heads − value", abs(added - value.heads)
    yield "evidence − log x", abs(sum(value.evidence.values()) - value.log_value)
    base = 1 / (1 + exp(-value.log_value))
    yield "x / (1 + x) − base score", abs(base - value.base_score)
    yield "base × factors − score", abs(base * prod(f.factor for f in view.factors) - view.score)


def disagreements(engine: Engine, one: Explanation, view: Why) -> Iterator[str]:
    """Where an explanation and the timeline of the same moment say different things."""
    served = products_for(engine, one.query)[PRODUCT].run(one.query)
    tweet, page = int(one.row.tweet[0]), served.batch.tweet.tolist()
    spans = [(s.stage, s.component, s.rows_in, s.rows_out) for s in served.trace.spans]
    if spans != [(s.stage, s.component, s.rows_in, s.rows_out) for s in view.stages]:
        yield "its stages are not those of the trace"
    if (page.index(tweet) + 1 if tweet in page else None) != (view.rank if one.on_page else None):
        yield f"it is at another place than {view.rank}"
    if tweet in page:
        score = float(served.batch[SCORE][page.index(tweet)])
        if abs(score - view.score) > EXACT:
            yield f"its score is {score}, not {view.score}"
    if view.rank is not None and (view.stages[-1].place != view.rank or view.dropped_by):
        yield "its last place is not its rank"
    dropped = [stage.component for stage in view.stages if stage.kept is False]
    if view.rank is None and one.in_company and view.dropped_by not in dropped:
        yield f"{view.dropped_by} did not drop it; {dropped} did"


def enters(one: Explanation) -> bool:
    """Whether a tweet is on the page with its change, and is not without it."""
    assert one.entry is not None
    change, mixer = one.entry.change, one.product.mixer
    with_it = change.of(mixer).run(one.query, Trace()).batch.tweet
    return change.tweet in with_it and change.tweet not in mixer.run(one.query, Trace()).batch.tweet


def tweets_of(engine: Engine, user: str, count: int, seed: int) -> list[str]:
    """So many tweets for a user: half of them from their feed, of which half from its page, as far
    as that goes. The same places of a feed that is as long, at every moment."""
    query, ids = engine.hydrate.query(user, FEED), engine.state.tweets.ids
    rng = np.random.default_rng([seed, zlib.crc32(user.encode())])
    feed = engine.products[PRODUCT].run(query).batch.tweet
    page = _some(feed[:LIMIT], count // 4, rng)
    near = np.append(page, _some(feed[LIMIT:], count // 2 - len(page), rng))
    far = _some(_all(ids), count, rng)
    others = far[~np.isin(far, near)][: count - len(near)]
    return [*ids.ids(near), *ids.ids(others)]


def _drawn(engine: Engine, seed: int, count: int) -> list[str]:
    ids = engine.state.users.ids
    return ids.ids(_some(_all(ids), count, np.random.default_rng(seed)))


def _all(ids: Vocabulary) -> Rows:
    return np.arange(len(ids), dtype=np.int32)


def _some(rows: Rows, count: int, rng: np.random.Generator) -> Rows:
    """So many of them, or all where there are fewer."""
    return rng.choice(rows, min(count, len(rows)), replace=False)
