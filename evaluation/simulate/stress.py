"""What if somebody makes trouble, or everybody changes?

Each scenario is a plan and events from outside; what it says is compared with the same days
without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.onward import joined_by, some
from datagen.parameters import DAY, HOUR, instants
from datagen.tweets import Tweets
from datagen.users import LIKED
from datagen.vocabulary import TOPICS
from evaluation.metrics.resample import Figure, ratio, resample
from evaluation.simulate.chance import Question, generator
from evaluation.simulate.course import Told
from evaluation.simulate.diary import Diary
from evaluation.simulate.plan import Plan, Turn
from ml.log.events import Rows
from ml.schema import Action

HOSTILE: Final = 200  # accounts
VICTIMS: Final = 5  # one would leave too much to chance; each is attacked by all
REPORTED: Final = 10  # of each victim's tweets, the newest
SPAM_PER_DAY: Final = 300
HITS: Final = 5  # tweets that deserve to go viral
TURNING_DAYS: Final = 9.0
TURNING_USERS: Final = 60
TURN_AT: Final = 2 * DAY
VISITS_PER_DAY: Final = 4
VISIT_LENGTH: Final = 10
SETTLED: Final = 20  # visits after which the feed should have followed
SMOOTH: Final = 5  # visits

Counts = NDArray[np.float64]


def victims(plan: Plan) -> Rows:
    """Of those who write during these days, the most followed."""
    tweets, ties = plan.world.tweets, plan.world.ties
    followers = np.bincount(ties.followee, minlength=len(plan.world.users))
    writes = np.zeros(len(followers), np.bool_)
    writes[tweets.author[tweets.created >= plan.onward.since]] = True
    ranked = np.argsort(-np.where(writes, followers, -1), kind="stable")
    return ranked[:VICTIMS].astype(np.int32)


def brigade(plan: Plan) -> list[Told]:
    """Accounts that nobody knows block a few authors and report all that they write."""
    rng = generator(plan.seed, Question.STRESS, 1)
    tweets, ids = plan.world.tweets, plan.world.users.user_id
    told: list[Told] = []
    for victim in victims(plan).tolist():
        mine = np.flatnonzero(tweets.author == victim)
        new = tweets.created[mine] >= plan.onward.since
        for account in range(HOSTILE):
            who, whom = f"hostile:{account}", str(ids[victim])
            at = plan.onward.since + int(rng.integers(60, HOUR))
            told.append(_event(Action.BLOCK, who, at, whom, target_user_id=whom))
            for tweet in np.concatenate((mine[~new][-REPORTED:], mine[new])).tolist():
                name = str(tweets.tweet_id[tweet])
                seen = max(int(tweets.created[tweet]), at) + int(rng.integers(60, 600))
                told.append(_event(Action.REPORT, who, seen, name, tweet_id=name))
    return sorted(told, key=lambda one: (one[0], str(one[1]["event_id"])))


def reach(plan: Plan, before: Diary, after: Diary) -> Mapping[str, Any]:
    """How much less the victims are seen by others."""
    target = victims(plan)
    w = resample(len(plan.panel))
    kept = ratio(_seen(plan, after, target), _seen(plan, before, target), w)
    lost = Figure(1 - kept.draws)
    low, high = lost.interval
    each = [
        {
            "followers": int((plan.world.ties.followee == one).sum()),
            "before": int(_seen(plan, before, target[i : i + 1]).sum()),
            "after": int(_seen(plan, after, target[i : i + 1]).sum()),
        }
        for i, one in enumerate(target.tolist())
    ]
    return {
        "lost": lost,
        "victims": each,
        "says": f"{HOSTILE} hostile accounts cost {VICTIMS} authors {lost.value:+.1%} "
        f"[{low:+.1%}, {high:+.1%}] of their reach among others",
    }


def with_spammer(plan: Plan) -> Plan:
    """Somebody whom nobody follows writes one worthless tweet after another."""
    rng, n = generator(plan.seed, Question.STRESS, 2), _spam_of(plan)
    author = len(plan.world.users) - plan.newcomers  # the first newcomer
    since = int(plan.world.users.joined[author]) + 60
    created = np.sort(rng.integers(since, plan.onward.until, size=n))
    return _with_tweets(
        plan,
        author=np.full(n, author, np.int32),
        created=created.astype(np.int64),
        topic=rng.integers(len(TOPICS), size=n).astype(np.int32),
        quality=np.full(n, 0.05, np.float32),
        text=[f"Free followers, best deal ever, number {row}" for row in range(n)],
    )


def spam(plan: Plan, diary: Diary) -> Mapping[str, Any]:
    """How much of what people see is spam, and how much of what there is."""
    first = len(plan.world.tweets) - _spam_of(plan)
    w = resample(len(plan.panel))
    is_spam = diary.tweet >= first
    seen = ratio(_per_member(plan, diary, is_spam), _per_member(plan, diary), w)
    tweets = plan.world.tweets
    fresh = tweets.created >= plan.onward.since
    offered = float((np.flatnonzero(fresh) >= first).mean())
    return {
        "seen": seen,
        "offered": offered,
        "says": f"a spammer wrote {offered:.0%} of all new tweets and was {seen.value:.2%} of what "
        f"people saw",
    }


def with_hits(plan: Plan) -> Plan:
    """Ordinary authors each write one tweet of the highest quality on what people like."""
    world = plan.world
    liked = (world.users.taste[plan.panel] >= LIKED).sum(axis=0)
    topics = np.argsort(-liked, kind="stable")[:HITS].astype(np.int32)
    followers = np.bincount(world.ties.followee, minlength=len(world.users))
    median = np.argsort(np.abs(followers - np.median(followers)), kind="stable")
    return _with_tweets(
        plan,
        author=median[:HITS].astype(np.int32),
        created=plan.onward.since + 6 * HOUR + 60 * np.arange(HITS, dtype=np.int64),
        topic=topics,
        quality=np.full(HITS, 0.98, np.float32),
        text=[_said(plan, topic) for topic in topics.tolist()],
    )


def hits(plan: Plan, diaries: Mapping[str, Diary]) -> Mapping[str, Any]:
    """How far each feed carries what deserves it, beside an average tweet of the same hours."""
    first, tweets = len(plan.world.tweets) - HITS, plan.world.tweets
    since = int(tweets.created[first])
    same = np.flatnonzero(np.abs(tweets.created - since) < 6 * HOUR)
    same = same[same < first]
    told: dict[str, Any] = {}
    for label, diary in diaries.items():
        came = len(np.unique(diary.visitor[diary.started > since + 60 * HITS]))
        viral = np.bincount(diary.tweet, minlength=len(tweets))[first:].sum() / HITS / came
        plain = np.bincount(diary.tweet, minlength=len(tweets))[same].mean() / came
        told[label] = {"viral": float(viral), "average": float(plain)}
    says = "; ".join(
        f"{label} {one['viral']:.0%} (average tweet {one['average']:.1%})"
        for label, one in told.items()
    )
    return {"reach": told, "says": f"of those who came, a hit reached by {says}"}


def turning(plan: Plan) -> Plan:
    """A few people who come often; the topic that each likes best changes places with one that
    they did not care for. `plan` must go on for `TURNING_DAYS`."""
    rng = generator(plan.seed, Question.STRESS, 3)
    old = len(plan.panel) - plan.newcomers
    chosen = np.sort(rng.permutation(old)[:TURNING_USERS])
    panel = plan.panel[chosen]
    days = (plan.onward.until - plan.onward.since) / DAY
    step = DAY // VISITS_PER_DAY
    n = int(days * VISITS_PER_DAY)
    began = plan.onward.since + rng.integers(60, step, size=len(panel))
    visits = tuple(start + step * np.arange(n, dtype=np.int64) for start in began)
    lengths = tuple(np.full(n, VISIT_LENGTH, np.int64) for _ in panel)
    taste = plan.world.users.taste.copy()
    new, best = new_topics(plan, panel)
    taste[panel, new], taste[panel, best] = taste[panel, best], taste[panel, new]
    turn = Turn(plan.onward.since + TURN_AT, taste)
    return replace(plan, panel=panel, newcomers=0, visits=visits, lengths=lengths, turn=turn)


def new_topics(plan: Plan, panel: Rows) -> tuple[Rows, Rows]:
    """For each, a topic that they do not care for, and the one they like best."""
    rng = generator(plan.seed, Question.STRESS, 4)
    taste = plan.world.users.taste[panel]
    chance = np.where(taste < LIKED, rng.random(taste.shape), -1)
    return np.argmax(chance, axis=1).astype(np.int32), np.argmax(taste, axis=1).astype(np.int32)


def followed(plan: Plan, diaries: Mapping[str, Diary]) -> Mapping[str, Any]:
    """The share of the new topic, and of the old, visit by visit from the change on."""
    assert plan.turn is not None
    new, best = new_topics(plan, plan.panel)
    told: dict[str, Any] = {}
    for label, diary in diaries.items():
        share = _share_by_visit(plan, diary, new)
        old = _share_by_visit(plan, diary, best)
        final = float(np.mean(share[SETTLED:]))
        smooth = np.convolve(share, np.full(SMOOTH, 1 / SMOOTH), "valid")
        passed = np.flatnonzero(smooth >= 0.8 * final)
        told[label] = {
            "before": _share_before(plan, diary, new),
            "by_visit": [float(value) for value in share],
            "final": final,
            "at_20": float(smooth[SETTLED - SMOOTH] / final) if final else 0.0,
            "visits_to_80": int(passed[0]) + SMOOTH if len(passed) else None,
            "old_before": _share_before(plan, diary, best),
            "old_by_visit": [float(value) for value in old],
            "old_final": float(np.mean(old[SETTLED:])),
        }
    says = "; ".join(
        f"{label} from {one['before']:.1%} to {one['final']:.1%}, {one['at_20']:.0%} of that by "
        f"visit {SETTLED} (80 % by visit {one['visits_to_80']}), the old from "
        f"{one['old_before']:.1%} to {one['old_final']:.1%}"
        for label, one in told.items()
    )
    return {"share": told, "says": f"the new topic's share went by {says}"}


def _share_by_visit(plan: Plan, diary: Diary, kind: Rows) -> Counts:
    """Over people, of their first visit after the change, their second, and so on."""
    assert plan.turn is not None
    topic = plan.world.tweets.topic[diary.tweet] == kind[diary.user]
    turn = np.full(len(diary.started), -1)
    count = np.zeros(len(plan.panel), np.int64)
    for row in np.flatnonzero(diary.started >= plan.turn.at).tolist():  # in order of time
        turn[row] = count[diary.visitor[row]]
        count[diary.visitor[row]] += 1
    most = int(np.quantile(count, 0.1))  # visits that nearly everybody made
    of = turn[diary.visit]
    kept = (of >= 0) & (of < most)
    on = np.bincount(of[kept], topic[kept].astype(float), minlength=most)
    return np.asarray(on / np.bincount(of[kept], minlength=most))


def _share_before(plan: Plan, diary: Diary, kind: Rows) -> float:
    assert plan.turn is not None
    before = diary.at < plan.turn.at
    topic = plan.world.tweets.topic[diary.tweet] == kind[diary.user]
    return float(topic[before].mean())


def _seen(plan: Plan, diary: Diary, author: Rows) -> Counts:
    return _per_member(plan, diary, np.isin(plan.world.tweets.author[diary.tweet], author))


def _per_member(plan: Plan, diary: Diary, rows: NDArray[np.bool_] | None = None) -> Counts:
    user = diary.user if rows is None else diary.user[rows]
    return np.bincount(user, minlength=len(plan.panel)).astype(np.float64)


def _said(plan: Plan, topic: int) -> str:
    """What somebody harmless says about a topic."""
    table, row = plan.onward.tweets, len(plan.world.tweets) - len(plan.onward.tweets)
    tweets = plan.world.tweets
    calm = (tweets.topic == topic) & (tweets.toxic < 0.1) & (tweets.nsfw < 0.1)
    return str(table["text"][int(np.flatnonzero(calm[row:])[0])])


def _spam_of(plan: Plan) -> int:
    return round(SPAM_PER_DAY * (plan.onward.until - plan.onward.since) / DAY)


def _event(action: Action, who: str, at: int, name: str, **about: str) -> Told:
    body = {
        "event_id": f"{action.label}:{who}:{name}",
        "action": action.label,
        "user_id": who,
        "created_at": at,
        **about,
    }
    return at, body


def _with_tweets(
    plan: Plan,
    author: Rows,
    created: NDArray[np.int64],
    topic: Rows,
    quality: NDArray[np.float32],
    text: list[str],
) -> Plan:
    """The same days with a few tweets more; they are harmless."""
    world, onward, n = plan.world, plan.onward, len(author)
    old = len(world.tweets)
    row = np.arange(old, old + n, dtype=np.int32)
    alike: Tweets = some(world.tweets, np.full(n, old - 1, np.int32))
    more = replace(
        alike,
        tweet_id=world.tweets.tweet_id[-1] + 1 + np.arange(n, dtype=np.int64),
        created=created,
        author=author,
        topic=topic,
        parent=np.full(n, -1, np.int32),
        root=row,
        media=np.zeros(n, np.bool_),
        quality=quality,
        toxic=np.full(n, 0.02, np.float32),
        nsfw=np.full(n, 0.02, np.float32),
    )
    rows = pl.DataFrame(
        {
            "tweet_id": more.tweet_id,
            "author_id": world.users.user_id[author],
            "created_at": instants(created),
            "text": text,
            "topic": np.array(TOPICS)[topic],
            "has_media": more.media,
        }
    )
    table = pl.concat([onward.tweets, rows], how="diagonal")
    grown = replace(world, tweets=joined_by(world.tweets, more))
    return replace(plan, onward=replace(onward, world=grown, tweets=table))
