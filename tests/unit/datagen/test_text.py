"""Texts read like people, and harm shows in them more often than not."""

from __future__ import annotations

import numpy as np
import polars as pl
from sklearn.metrics import roc_auc_score

from datagen.vocabulary import NOUNS, TOPICS
from tests.unit.datagen.conftest import Planted


def test_a_text_speaks_of_its_topic(planted: Planted) -> None:
    tweets = planted.tables["tweets"]
    for topic, nouns in zip(TOPICS, NOUNS, strict=True):
        texts = tweets.filter(pl.col("topic") == topic)["text"].str.to_lowercase()
        found = texts.str.contains_any([noun.lower() for noun in nouns])
        assert found.all(), topic


def test_no_text_is_empty_or_shows_its_seams(planted: Planted) -> None:
    texts = planted.tables["tweets"]["text"]
    assert texts.null_count() == 0
    assert (texts.str.len_chars() > 20).all()
    assert not texts.str.contains(r"\{\}|  |\.\.|null").any()


def test_hashtags_stand_in_the_text(planted: Planted) -> None:
    tweets = planted.tables["tweets"]
    counted = tweets["text"].str.count_matches("#")
    assert (counted == tweets["hashtags"].list.len()).all()


def test_a_reply_names_whom_it_answers(planted: Planted) -> None:
    tweets = planted.tables["tweets"]
    replies = tweets.filter(pl.col("in_reply_to_id").is_not_null())
    assert replies["text"].str.starts_with("@").all()


def test_harm_shows_in_the_text_but_not_always(planted: Planted) -> None:
    texts = planted.tables["tweets"]["text"]
    shouting = texts.str.count_matches("[!A-Z]").to_numpy() / texts.str.len_chars().to_numpy()
    toxic = planted.world.tweets.toxic > 0.5
    assert 0.6 < roc_auc_score(toxic, shouting) < 0.99
    links = texts.str.contains("https://").to_numpy()
    nsfw = planted.world.tweets.nsfw > 0.5
    assert links[nsfw].mean() > 2 * links[~nsfw].mean()
    assert 0 < np.count_nonzero(links[nsfw]) < np.count_nonzero(nsfw)
