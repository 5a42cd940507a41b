"""What would have to differ for a tweet to enter the page; each change is tried before it is named.

The whole pipeline runs with the change. What a change cannot alter is asked for only once: what the
other sources propose, and how the ranker scores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp, log, log10
from typing import Any, Final

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.components import CandidateSource, Ranker
from app.pipeline.mixer import MixerPipeline
from app.pipeline.query import Query
from app.pipeline.rewired import Rewiring, named_like
from app.pipeline.trace import Trace
from app.pipeline.what_if import Change
from app.serving.why.proposals import Proposal
from app.serving.why.verdicts import Verdict
from app.sources.in_network import InNetwork
from ml.state.tables.neighborhood import absent

MOST_TIMES: Final = 1e9  # beyond it the base score is 1 in single precision
TRIALS: Final = 12  # halve the range of the logarithm
DIGITS: Final = 4  # of the factor that is named


@dataclass(frozen=True, slots=True)
class Entry:
    """The page that a tweet enters with a change."""

    change: Change
    page: CandidateBatch
    row: int  # of the tweet on the page


def to_enter(
    query: Query,
    mixer: MixerPipeline,
    row: CandidateBatch,
    sources: Sequence[Proposal],
    judged: Sequence[Verdict],
) -> Entry | None:
    """The smallest change found that lets a tweet enter: a greater value first; where no value is
    enough, without the factors that lower it. None where there is none: a hard rule keeps it out,
    or no source that is asked has a place for it.

    Args:
        row: the tweet, with all its columns.
    """
    if any(one.hard and not one.keeps for one in judged):
        return None
    passes = frozenset(one.filter for one in judged if not one.keeps)
    change = Change(int(row.tweet[0]), int(row.author[0]), passes)
    trials = _Trials(query, _remembering(mixer))
    rescorers = [type(one).__name__ for one in mixer.scoring.rescorers]
    lowering = frozenset(name for name in rescorers if row[name][0] < 1)
    proposers = [*_proposers(query, mixer, row, sources)]
    for lifted in (frozenset[str](), lowering) if lowering else (lowering,):
        for name in proposers:
            proposed = replace(change, proposed_by=name, not_lowered_by=lifted)
            if (entry := trials.enters(proposed)) is not None:
                return entry
            if trials.enters(replace(proposed, value_times=MOST_TIMES)) is not None:
                return trials.least(proposed)
    return None


@dataclass(frozen=True, slots=True)
class _Trials:
    query: Query
    mixer: MixerPipeline

    def enters(self, change: Change) -> Entry | None:
        """The page with a change, if the tweet is on it."""
        page = change.of(self.mixer).run(self.query, Trace()).batch
        for row, tweet in enumerate(page.tweet.tolist()):
            if tweet == change.tweet:
                return Entry(change, page, row)
        return None

    def least(self, change: Change) -> Entry | None:
        """With the smallest factor of the value that suffices, rounded up."""
        low, high = 0.0, log(MOST_TIMES)
        for _ in range(TRIALS):
            middle = (low + high) / 2
            if self.enters(replace(change, value_times=exp(middle))) is None:
                low = middle
            else:
                high = middle
        return self.enters(replace(change, value_times=_rounded_up(exp(high))))


def _proposers(
    query: Query, mixer: MixerPipeline, row: CandidateBatch, sources: Sequence[Proposal]
) -> Iterator[str | None]:
    """The sources that might have to propose the tweet, the most likely first; None for none."""
    yield None
    asked = [one for one in sources if one.asked and one.limit and not one.taken]
    yield from (one.source for one in asked if one.place is not None)
    stranger = bool(absent(row.author, query.neighborhood.following)[0])
    followed = {type(one.source).__name__ for one in mixer.candidates if _is_by_followees(one)}
    unlikely = followed if stranger else {one.source for one in asked} - followed
    rest = [one.source for one in asked if one.place is None]
    yield from (name for name in rest if name not in unlikely)
    yield from (name for name in rest if name in unlikely)


def _is_by_followees(pipeline: Any) -> bool:
    return isinstance(pipeline.source, InNetwork)


def _rounded_up(number: float) -> float:
    step = 10.0 ** (int(log10(number)) - DIGITS + 1)
    return round(number + step, DIGITS - 1 - int(log10(number)))


def _remembering(mixer: MixerPipeline) -> MixerPipeline:
    return Rewiring(
        source=lambda part: named_like(_Source, part), ranker=lambda part: named_like(_Ranker, part)
    ).apply(mixer)


def _once(answers: dict[Any, Any], about: Any, ask: Callable[[], Any]) -> Any:
    if about not in answers:
        answers[about] = ask()
    return answers[about]


@dataclass(frozen=True, slots=True)
class _Source:
    part: CandidateSource
    answers: dict[int, CandidateBatch] = field(default_factory=dict)

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        found: CandidateBatch = _once(self.answers, limit, lambda: self.part.fetch(query, limit))
        return found


@dataclass(frozen=True, slots=True)
class _Ranker:
    part: Ranker
    answers: dict[bytes, Mapping[str, Column]] = field(default_factory=dict)

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        about = batch.tweet.tobytes()
        columns: Mapping[str, Column] = _once(
            self.answers, about, lambda: self.part.score(query, batch)
        )
        return columns
