"""The listwise stage of a bundle: fitted where it is not known what people were shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ml.actions import ENGAGEMENTS
from ml.bundle.bundle import Bundle, Models
from ml.bundle.manifest import ListwiseCard, Manifest
from ml.evidence.columns import Evidence
from ml.evidence.popularity import Popularity, recent_spans
from ml.heads import HEADS
from ml.models.fusion import Fusion
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.tables_to_events import NO_TIMES
from ml.training import als, crossfit, exposure, listwise, visits
from ml.training.choices import Collector
from ml.training.examples import EVERYTHING_HOURS, WINDOW_AT_LEAST
from ml.training.joiners import Joiners
from ml.training.listwise import Fitted
from ml.training.time_scales import time_scales
from ml.training.visits import Choices

NOTE: Final = (
    "what people chose of everything that was there is learned by a listwise stage over the heads"
)


def added(
    models: Models,
    manifest: Manifest,
    known: Events,
    users: Users,
    tweets: Tweets,
    calibrate_from: int | None,
    seed: int,
) -> tuple[Models, Manifest]:
    """The same with the listwise stage, where one is fitted."""
    bundle = Bundle("not published", manifest, models)
    fitted = train(bundle, known, users, tweets, calibrate_from, seed)
    if fitted is None:
        return models, manifest
    card = ListwiseCard(visits=fitted.visits, ridge=fitted.ridge, loss=fitted.loss)
    notes = [*manifest.notes, NOTE]
    return (
        replace(models, listwise=fitted.model),
        manifest.model_copy(update={"listwise": card, "notes": notes}),
    )


def train(
    bundle: Bundle,
    known: Events,
    users: Users,
    tweets: Tweets,
    calibrate_from: int | None,
    seed: int,
) -> Fitted | None:
    """Fit on what viewers chose in the part on which the heads are calibrated.

    Args:
        bundle: whose heads are evidence.
        known: the log before the cut.
        calibrate_from: where that part begins; None without times, where it is a fold.

    Returns:
        None where impressions were logged, where no action is welcome, or where there is too
        little to learn from.
    """
    fusion = _balanced(bundle)
    if fusion.average <= 0 or exposure.is_logged(known):
        return None
    rng = np.random.default_rng(seed)
    engaged = known[np.isin(known.action, ENGAGEMENTS) & (known.tweet >= 0)]
    if calibrate_from is None:
        is_part = crossfit.folds_of(known) == crossfit.CALIBRATION_FOLD
        before, part, rest = known[~is_part], known[is_part], Events.none()
        asked = visits.at_once(part, NO_TIMES, rng)
        spans: tuple[int, ...] = ()
        median_age = None
    else:
        before = known.before(calibrate_from)
        part = rest = known[known.at >= calibrate_from]
        asked = visits.of_part(part, rng)
        spans, median_age = recent_spans(engaged.at), _median_age(engaged, tweets)
    join = Joiners.drawn(asked.user, rng)
    later = join.left_out(before, rng)
    state = FeatureState(join.without_profiles(users), tweets)
    state.apply(before[~later])
    until = NO_TIMES if calibrate_from is None else calibrate_from
    own = als.train(state, until, seed)
    bundle = replace(bundle, models=replace(bundle.models, als=own))
    evidence = Evidence(Popularity(state, spans), median_age)
    end = np.full(int(later.sum()), part.at.max(initial=NO_TIMES))
    chosen = Choices.of(Events.concatenated([part, replace(before[later], at=end)]))
    hours = time_scales(known, tweets).window_hours or EVERYTHING_HOURS
    collector = Collector(
        state, bundle.encode(state), bundle, fusion, evidence, hours, WINDOW_AT_LEAST
    )
    return listwise.fit(list(collector.collect(asked, rest, chosen, rng)), evidence)


def _balanced(bundle: Bundle) -> Fusion:
    """The heads as the default weights fuse them."""
    means = {name: card.mean for name, card in bundle.manifest.heads.items()}
    weights = {head.name: head.balance / means[head.name] for head in HEADS if head.name in means}
    return Fusion(weights, means)


def _median_age(engaged: Events, tweets: Tweets) -> float | None:
    """Seconds from writing to engagement; None where no tweet has a time."""
    written = tweets.created_at[engaged.tweet]
    age = (engaged.at - written)[written != UNKNOWN_TIME]
    return float(np.median(np.maximum(age, 1))) if len(age) else None
