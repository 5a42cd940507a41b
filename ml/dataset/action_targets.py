"""Checks that each action has a target, and that the target is not the user who acts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import polars as pl

from ml import text
from ml.actions import ON_TEXTS, ON_TWEETS, ON_USERS, UNDOES, Action
from ml.dataset.validated_table import ValidatedTable
from ml.dataset.violations import Violation

DOMAINS: Final = tuple(a for a in ON_TEXTS if UNDOES.get(a, a) is Action.MUTE_DOMAIN)
WORDS: Final = tuple(a for a in ON_TEXTS if a not in DOMAINS)
MAX_TEXT: Final = 253  # characters: as long as a domain may be
ONESELF: Final = "leave it out"


def misdirected(
    validated: ValidatedTable, done: Mapping[str, ValidatedTable]
) -> Iterator[Violation]:
    """The rows that have no target, or whose target is the user who acts."""
    frame = validated.frame
    if validated.schema.name == "follows":
        oneself = (frame["follower_id"] == frame["followee_id"]).fill_null(False)
        yield Violation("followee_id", "a follow of oneself", ONESELF, oneself)
    if validated.schema.name != "interactions":
        return
    tweet_named, target_named = validated.unblamed("tweet_id"), validated.unblamed("target_user_id")
    value = frame["value"].set(~validated.unblamed("value"), None)
    yield Violation(
        "value",
        "a negative dwell",
        "a dwell is a number of seconds, from 0",
        (value < 0).fill_null(False) & _is(frame, [Action.DWELL]),
    )
    judged = tweet_named & target_named
    if "tweets" not in done:  # the authors of tweets are unknown
        judged &= frame["tweet_id"].is_null()
    yield from _unworded(frame)
    target = _target(frame, done)
    yield Violation(
        "tweet_id",
        "no tweet_id, which this action needs",
        "fill it in",
        _is(frame, ON_TWEETS) & frame["tweet_id"].is_null() & tweet_named,
    )
    on_user = _is(frame, ON_USERS)
    yield Violation(
        "target_user_id",
        "nobody to act on, neither a target_user_id nor the tweet_id of a known author",
        "fill in either",
        on_user & target.is_null() & judged,
    )
    yield Violation(
        "target_user_id",
        "a follow, mute or block of oneself",
        ONESELF,
        on_user & (target == frame["user_id"]).fill_null(False),
    )


def _unworded(frame: pl.DataFrame) -> Iterator[Violation]:
    """The rows that mute, or no longer, and name no word or domain."""
    for actions, form, remedy in (
        (WORDS, text.phrase, f"fill in a word or a phrase of up to {text.MAX_TOKENS} words"),
        (DOMAINS, text.domain, "fill in a domain such as example.com"),
    ):
        about = _is(frame, actions)
        given = frame["text"].set(~about, None)
        unique = given.drop_nulls().unique().to_list()
        bad = [one for one in unique if len(one) > MAX_TEXT or form(one) is None]
        wrong = given.is_null() | given.is_in(bad)
        yield Violation("text", "no text that this action can use", remedy, about & wrong)


def _is(frame: pl.DataFrame, actions: Iterable[Action]) -> pl.Series:
    return frame["action"].is_in([action.label for action in actions]).fill_null(False)


def _target(interactions: pl.DataFrame, done: Mapping[str, ValidatedTable]) -> pl.Series:
    """The target user of each action: the one it names, or else the author of its tweet."""
    target = interactions["target_user_id"]
    if "tweets" not in done:
        return target
    authors = done["tweets"].used.select("tweet_id", "author_id").drop_nulls()
    wrote = interactions.select("tweet_id").join(
        authors, on="tweet_id", how="left", maintain_order="left"
    )
    return target.zip_with(target.is_not_null(), wrote["author_id"])
