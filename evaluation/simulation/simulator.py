"""The days of one policy: people come, are shown something, act, and come back."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from contextlib import closing

import numpy as np

from app.settings import Settings
from evaluation.policies.specification import PolicySpec
from evaluation.report.numbers import Json
from evaluation.simulation.people import DELAY, Looked, People, events_of
from evaluation.simulation.plan import Plan
from evaluation.simulation.trajectory import Trajectory

TimedEvent = tuple[int, Json]


def live(
    plan: Plan,
    settings: Settings,
    contestant: PolicySpec,
    meddling: Iterable[TimedEvent] = (),
) -> Trajectory:
    """What becomes of the panel; `meddling` are events from outside, in order of time."""
    people = People(plan.world, plan.seed)
    ids, until = plan.world.users.user_id, plan.onward.until
    looks: list[Looked] = []
    members: list[int] = []
    joining, writing, outside = _Due(plan.joining), _Due(plan.writing), _Due(meddling)
    coming = [
        (int(visits[0]), member, 0) for member, visits in enumerate(plan.visits) if len(visits)
    ]
    heapq.heapify(coming)
    waiting: list[tuple[int, int, Json]] = []  # events that have not arrived yet
    sent, last = 0, 0
    with closing(contestant.feed(settings, lambda: people.world)) as feed:
        while coming:
            now, member, nth = heapq.heappop(coming)
            if now >= until:
                continue
            if plan.turn and last < plan.turn.at <= now:
                people.turn(plan.turn.taste)
            last = now
            feed.wait_until(now)
            feed.write("users", list(joining.by(now)))
            feed.write("tweets", list(writing.by(now)))
            due = list(outside.by(now))
            while waiting and waiting[0][0] <= now:
                due.append(heapq.heappop(waiting)[2])
            feed.write("events", due)
            user, limit = int(plan.panel[member]), int(plan.lengths[member][nth])
            request = f"visit:{ids[user]}:{nth}"
            shown = feed.show(str(ids[user]), limit, request)
            tweet = people.world.tweet_rows(np.array(shown, np.int64))
            looked = people.look(user, nth, now, tweet)
            looks.append(looked)
            members.append(member)
            for at, event in events_of(people, looked, request):
                if contestant.hears(str(event["action"])):
                    heapq.heappush(waiting, (at, sent, event))
                    sent += 1
            if nth + 1 < len(plan.visits[member]):
                gap = int(plan.visits[member][nth + 1] - plan.visits[member][nth])
                later = round(gap * (1 + DELAY * people.disappointment(looked)))
                heapq.heappush(coming, (now + later, member, nth + 1))
    return Trajectory.of(looks, members, [len(visits) for visits in plan.visits])


class _Due:
    """Takes from what comes in order of time what has come by now."""

    def __init__(self, events: Iterable[TimedEvent]) -> None:
        self._events = iter(events)
        self._next = next(self._events, None)

    def by(self, now: int) -> Iterator[Json]:
        while self._next is not None and self._next[0] <= now:
            yield self._next[1]
            self._next = next(self._events, None)
