"""Encodes tweets and authors when they change, and viewers at every request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml.arrays import Rows, Times
from ml.embeddings.als import Als
from ml.embeddings.cells import cells_of, centroids_of
from ml.embeddings.communities import Communities, MemberTable
from ml.embeddings.encoder import EncodedTweets, Vectors
from ml.models import buckets
from ml.models.author_history import author_history, evidence
from ml.models.ngrams import ngrams
from ml.models.safety import Safety, TextScorer, probability
from ml.models.two_tower import AUTHOR_BUCKETS, DIM, TAG_BUCKETS, WORD_BUCKETS, TwoTower
from ml.models.viewer_inputs import ViewerInputs
from ml.models.viewer_tower import ViewerTower
from ml.state.feature_state import FeatureState
from ml.state.structures.aside import adopt, aside
from ml.state.structures.growable import GrowableColumns
from ml.state.updates.apply_records import AppliedRecords

BATCH_TWEETS: Final = 65_536  # tweets encoded at a time
OFTEN: Final = 8  # where one row in so many is given, all are marked rather than sorted
BATCH_TEXTS: Final = 4_096  # texts read at a time; their n-grams are many


@dataclass(eq=False)
class TextScores(GrowableColumns):
    """Log-odds of harm by the text and metadata of each tweet alone; (tweets,) each."""

    FILL: ClassVar[Mapping[str, float]] = {"nsfw": 0, "toxicity": 0}

    nsfw: NDArray[np.float32]
    toxicity: NDArray[np.float32]


@dataclass(eq=False)
class TowerEncoder(GrowableColumns):
    """An `Encoder` made of the two towers and the safety models; it grows with the state."""

    FILL: ClassVar[Mapping[str, float]] = {"authors": 0}

    tower: TwoTower
    nsfw: Safety | None
    toxicity: Safety | None
    tweets: EncodedTweets
    text_scores: TextScores
    authors: Vectors  # (users, DIM)
    viewer_tower: ViewerTower
    members: MemberTable
    als: Als
    text_scorer: TextScorer

    @classmethod
    def of(
        cls,
        state: FeatureState,
        tower: TwoTower,
        nsfw: Safety | None,
        toxicity: Safety | None,
        communities: Communities | None,
        als: Als | None = None,
    ) -> TowerEncoder:
        """Encode all tweets and authors of a state."""
        nothing, none = np.empty((0, DIM), np.float32), np.empty(0, np.float32)
        its = als or Als.none()
        tweets = EncodedTweets(nothing, nothing, none, none, als=its.vector[:0], als_gram=its.gram)
        scores, viewer_tower = TextScores(none, none), ViewerTower.of(tower)
        members = MemberTable(communities or Communities.none())
        texts = TextScorer.of([model for model in (nsfw, toxicity) if model is not None])
        models = tower, nsfw, toxicity
        encoder = cls(*models, tweets, scores, nothing, viewer_tower, members, its, texts)
        everybody, everything = (
            np.arange(len(part), dtype=np.int32) for part in (state.users, state.tweets)
        )
        encoder._grow(state)
        encoder._encode(state, everything, everybody)
        tweets.centroids = centroids_of(tweets.vector)
        encoder._sort_into_cells(everything)
        encoder._read(state, everything)
        encoder._judge(state, everything)
        return encoder

    def extend(self, state: FeatureState, taken: AppliedRecords) -> None:
        """Encode tweets and users that are new or changed, and all tweets of changed users; score
        the remaining tweets of authors who deleted one."""
        self._grow(state)
        if taken.is_nothing:
            return
        users = taken.users
        wrote, _ = state.posts.gather(users[users < len(self.authors)])
        self._encode(state, np.union1d(taken.tweets, wrote).astype(np.int32), users)
        self._read(state, taken.tweets)
        left, _ = state.posts.gather(taken.fewer)
        self._judge(state, np.union1d(taken.tweets, left).astype(np.int32))

    def keep(self, state: FeatureState, tweets: Rows) -> None:
        """Keep only these tweets, as the new rows of a state that dropped the others."""
        for part in (self.tweets, self.text_scores):
            for name in part.FILL:
                setattr(part, name, getattr(part, name)[tweets])
        self._judge(state, np.arange(len(tweets), dtype=np.int32))

    def aside(self) -> Self:
        """A copy to be changed by `keep` while others read this."""
        return aside(self)

    def adopt(self, changed: Self) -> None:
        """Hold what a changed copy holds."""
        adopt(self, changed)

    def viewers(self, state: FeatureState, viewer: Rows, now: Times) -> Vectors:
        inputs = ViewerInputs.read(state, viewer)
        return self.viewer_tower.encode(inputs, self.tweets.content, self.authors)

    def _grow(self, state: FeatureState) -> None:
        self.lengthen(len(state.users))
        self.members.extend(state.users.ids)
        self.tweets.lengthen(len(state.tweets))
        self.text_scores.lengthen(len(state.tweets))

    @torch.inference_mode()
    def _encode(self, state: FeatureState, tweets: Rows, users: Rows) -> None:
        if len(users):
            self.authors[users] = _authors(self.tower, state, users).numpy()
        for some in _batches(tweets):
            content = _content(self.tower, state, some, self.authors)
            self.tweets.content[some] = content.numpy()
            self.tweets.vector[some] = self.tower.tweet(content).numpy()
            self.tweets.als[some] = self.als.vectors(state.tweets.ids, some)
            self._sort_into_cells(some)

    def _sort_into_cells(self, tweets: Rows) -> None:
        encoded = self.tweets
        if len(encoded.centroids):
            encoded.cell[tweets] = cells_of(encoded.vector[tweets], encoded.centroids)

    @property
    def _safety(self) -> Iterator[tuple[str, Safety]]:
        """The safety models that were trained, by the column that each fills."""
        for name, model in (("nsfw", self.nsfw), ("toxicity", self.toxicity)):
            if model is not None:
                yield name, model

    def _read(self, state: FeatureState, tweets: Rows) -> None:
        """Score the text of these tweets, each by itself."""
        names = [name for name, _ in self._safety]
        for some in _batches(tweets if names else tweets[:0], BATCH_TEXTS):
            found = ngrams([state.tweets.text[row] or "" for row in some.tolist()])
            scores = self.text_scorer.log_odds(state.tweets.metadata[some], found)
            for column, name in enumerate(names):
                getattr(self.text_scores, name)[some] = scores[:, column]

    def _judge(self, state: FeatureState, tweets: Rows) -> None:
        """Score these tweets and all others of their authors, by author histories as of now."""
        catalog = state.tweets
        author = catalog.author[tweets]
        theirs, _ = state.posts.gather(_distinct(author[author >= 0], len(state.users)))
        there = tweets[~catalog.deleted[tweets]]
        row = _distinct(np.concatenate([there, theirs]), len(catalog))
        author, written = catalog.author[row], catalog.created_at[row]
        for name, model in self._safety:
            label, scores = catalog.declared[name][row], getattr(self.text_scores, name)[row]
            before = author_history(author, written, evidence(scores, label), float(model.prior))
            getattr(self.tweets, name)[row] = probability(model, scores, before)


def _distinct(rows: Rows, of: int) -> Rows:
    """Each of these rows of a table of so many once, in ascending order."""
    if len(rows) * OFTEN < of:
        return np.unique(rows)
    wanted = np.zeros(of, bool)
    wanted[rows] = True
    return np.flatnonzero(wanted).astype(np.int32)


def _batches(tweets: Rows, size: int = BATCH_TWEETS) -> Iterator[Rows]:
    """Tweets in parts, so that what is computed of them takes little memory at a time."""
    for start in range(0, len(tweets), size):
        yield tweets[start : start + size]


def _authors(tower: TwoTower, state: FeatureState, users: Rows) -> Tensor:
    """(users, DIM)"""
    interests = buckets.of_tokens(state.users.interests[users], TAG_BUCKETS)
    return tower.author(interests, buckets.of_ids(state.users.ids, AUTHOR_BUCKETS, users))


def _content(tower: TwoTower, state: FeatureState, tweets: Rows, authors: Vectors) -> Tensor:
    """(tweets, DIM)"""
    author = state.tweets.author[tweets]
    signed, known = np.zeros((len(tweets), DIM), np.float32), author >= 0
    signed[known] = authors[author[known]]
    return tower.content(
        buckets.of_tokens(state.tweets.tags[tweets], TAG_BUCKETS),
        buckets.of_tokens(state.tweets.words[tweets], WORD_BUCKETS),
        torch.from_numpy(signed),
    )
