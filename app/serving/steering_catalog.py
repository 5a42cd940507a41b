"""What a sentence may name: topics, people and words of this world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.pipeline.steering import NO_TOKENS
from app.serving.steer import forms_of, hashes
from ml import text
from ml.state.feature_state import FeatureState
from ml.state.tables.mutes import MutedTexts


@dataclass(frozen=True)
class SteeringCatalog:
    """As the state is now; made for one sentence."""

    state: FeatureState

    @cached_property
    def _topics(self) -> dict[str, str]:
        named = {one for one in self.state.tweets.topic if one is not None}
        return {text.fold(one): one for one in sorted(named)}

    def topic(self, name: str) -> str | None:
        return self._topics.get(text.fold(name))

    def topics(self) -> Sequence[str]:
        return [*self._topics.values()]

    def people(self, name: str) -> Sequence[str]:
        users = self.state.users
        if (row := users.ids.row(name)) is not None and not users.gone[row]:
            return [name]
        wanted = text.fold(name)
        return [
            users.ids.id(row)
            for row, one in enumerate(users.name)
            if one is not None and text.fold(one) == wanted
        ]

    def is_used(self, phrase: str) -> bool:
        name = text.phrase(phrase)
        if name is None:
            return False
        everything = np.arange(len(self.state.tweets), dtype=np.int32)
        muted = MutedTexts(hashes(forms_of(name)), NO_TOKENS)
        return bool(self.state.tweets.wording.matches(everything, muted).any())
