"""A feed's log says what people were shown; ratings do not."""

from __future__ import annotations

import numpy as np

from ml.actions import Action
from ml.state.events import Events
from ml.training import exposure


def events(*rows: tuple[Action, int, int, int]) -> Events:
    """Of (action, user, tweet, time)."""
    action, user, tweet, at = (np.array(column) for column in zip(*rows, strict=True))
    return Events(
        action.astype(np.int8),
        user.astype(np.int32),
        tweet.astype(np.int32),
        np.full(len(at), -1, np.int32),
        at.astype(np.int64),
        np.full(len(at), np.nan, np.float32),
        np.arange(len(at), dtype=np.uint64),
    )


SHOWN, LIKED = Action.IMPRESSION, Action.LIKE


def test_a_feed_shows_first() -> None:
    assert exposure.is_logged(events((SHOWN, 0, 5, 10), (LIKED, 0, 5, 11), (SHOWN, 0, 6, 12)))


def test_what_was_rated_low_is_not_what_was_shown() -> None:
    assert not exposure.is_logged(events((SHOWN, 0, 5, 10), (LIKED, 0, 6, 11), (LIKED, 1, 5, 12)))


def test_an_impression_afterwards_explains_nothing() -> None:
    assert not exposure.is_logged(events((LIKED, 0, 5, 10), (SHOWN, 0, 5, 11)))


def test_without_impressions_nothing_is_logged() -> None:
    assert not exposure.is_logged(events((LIKED, 0, 5, 10)))
    assert not exposure.is_logged(Events.none())


def test_a_planted_feed_is_logged(tiny_events: Events) -> None:
    assert exposure.is_logged(tiny_events)
