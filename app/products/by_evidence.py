"""The feed where a listwise stage was trained: what it weighs as evidence is no rule besides."""

from __future__ import annotations

from dataclasses import replace

from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.mixer import MixerPipeline
from app.products import shared_stages
from app.rankers.listwise import ListwiseStage
from app.rescorers.out_of_network import OutOfNetwork
from app.rescorers.recency import Recency
from app.settings import Settings
from app.sources.item_item import ItemItem
from app.sources.most_popular import MostPopular
from app.sources.popular import Popular
from ml.state.feature_state import FeatureState


def by_evidence(
    page: MixerPipeline, listwise: ListwiseStage, state: FeatureState, settings: Settings
) -> MixerPipeline:
    """A page whose order is that of the value: no source has a share, neither age nor ties are
    factors, and what is popular is proposed to everybody."""
    popular = _most_popular(listwise, state, settings)
    others = [one for one in page.candidates if not isinstance(one.source, Popular)]
    return replace(
        page,
        candidates=[
            *(_without_share(one, listwise, settings) for one in others),
            CandidatePipeline(popular, settings.evidence_limit),
        ],
        scoring=replace(
            page.scoring,
            rescorers=[
                one for one in page.scoring.rescorers if not isinstance(one, Recency | OutOfNetwork)
            ],
        ),
    )


def _without_share(
    pipeline: CandidatePipeline, listwise: ListwiseStage, settings: Settings
) -> CandidatePipeline:
    """A source that competes freely, but for what is reserved for it."""
    free = replace(pipeline, share=None, present=False)
    if not isinstance(free.source, ItemItem):
        return free
    source = replace(free.source, co_engaged=listwise.co_engaged)
    return replace(free, source=source, limit=settings.evidence_limit)


def _most_popular(listwise: ListwiseStage, state: FeatureState, settings: Settings) -> MostPopular:
    fresh_tweets = shared_stages.fresh_tweets(state, settings)
    return MostPopular(fresh_tweets, listwise.evidence.popularity)
