"""The safety model as it is trained and serves, and the regression to compare it with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from evaluation.safety.labelled_texts import LabelledTexts
from ml.bundle.manifest import SafetyCard
from ml.dataset.coercion import dtype
from ml.dataset.ids import IdKind
from ml.errors import DataError
from ml.models.author_history import author_history
from ml.models.ngrams import ngrams
from ml.models.safety import probability, text_log_odds
from ml.schema import TWEETS, USERS, Table
from ml.state.tables.metadata import metadata
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training import safety
from ml.training.options import TrainingOptions

Scores = NDArray[np.float32]


class Classifier(Protocol):
    """Anything that was fitted on texts and scores others."""

    def scores(self, text: Sequence[str]) -> Scores:
        """(texts,) higher where harm is likelier."""
        ...


@dataclass(frozen=True, slots=True)
class SafetyModel:
    """The product's model, of texts whose authors are not known."""

    trained: safety.TrainedSafety

    @classmethod
    def fit(cls, given: LabelledTexts, options: TrainingOptions) -> Self:
        """Train it as `ml.training` does.

        Raises:
            DataError: there are too few texts of one kind.
        """
        tweets = Tweets.of(_table(given), Users.of(_empty(USERS)))
        label = given.harmful.astype(np.float32)
        trained = safety.train(tweets, np.ones(len(tweets), bool), label, options)
        if trained is None:
            raise DataError(f"{given.name} has too few texts of one kind to train on")
        return cls(trained)

    @property
    def card(self) -> SafetyCard:
        return self.trained.card

    def scores(self, text: Sequence[str]) -> Scores:
        model = self.trained.model
        shown = metadata(_shown(text))
        by_text = text_log_odds(model, shown, ngrams(text))
        nobody, never = np.full(len(text), -1, np.int32), np.zeros(len(text), np.int64)
        history = author_history(nobody, never, np.zeros(len(text)), float(model.prior))
        return probability(model, by_text, history)


@dataclass(frozen=True, slots=True)
class TfIdf:
    """Words and pairs of words, 2 to 5 characters in words, and a logistic regression."""

    pipeline: Pipeline

    @classmethod
    def fit(cls, given: LabelledTexts) -> Self:
        few = min(2, len(given))
        read = make_union(
            TfidfVectorizer(ngram_range=(1, 2), min_df=few, sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=few, sublinear_tf=True),
        )
        regression = LogisticRegression(C=4, solver="liblinear")
        return cls(make_pipeline(read, regression).fit(given.text, given.harmful))

    def scores(self, text: Sequence[str]) -> Scores:
        found: Scores = self.pipeline.decision_function(text).astype(np.float32)
        return found


def _table(given: LabelledTexts) -> pl.DataFrame:
    columns = {"tweet_id": np.arange(len(given)), "text": given.text}
    return pl.concat([_empty(TWEETS), pl.DataFrame(columns)], how="diagonal")


def _empty(table: Table) -> pl.DataFrame:
    return pl.DataFrame(schema={f.name: dtype(f, IdKind.INTEGER) for f in table.fields})


def _shown(text: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"text": text, "hashtags": [None] * len(text), "has_media": [None] * len(text)},
        schema={"text": pl.String, "hashtags": pl.List(pl.String), "has_media": pl.Boolean},
    )
