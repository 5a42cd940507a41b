"""Every component, held to what its kind promises."""

from __future__ import annotations

import pytest

from app.filters.already_seen import AlreadySeen
from app.filters.audience import Audience
from app.filters.deleted import Deleted
from app.filters.hidden_parent import HiddenParent
from app.filters.muted import Muted
from app.filters.one_per_thread import OnePerThread
from app.filters.own_tweets import OwnTweets
from app.filters.social_graph import SocialGraph
from app.filters.too_old import TooOld
from app.filters.unsafe import Unsafe
from app.gates.follows_few import FollowsFew
from app.gates.follows_somebody import FollowsSomebody
from app.gates.has_taste import HasTaste
from app.pipeline.query import Query
from app.products import shared_stages
from app.rankers.heuristic import Heuristic
from app.rankers.newest import Newest
from app.rescorers.out_of_network import OutOfNetwork as Strangers
from app.rescorers.recency import Recency
from app.rescorers.safety import Safety
from app.retrieval.co_engaged import CoEngaged
from app.retrieval.fresh_tweets import FreshTweets
from app.selectors.budgeted import Budgeted
from app.selectors.exploration import Exploration
from app.selectors.prices import Prices
from app.selectors.top_k import TopK
from app.serving.engine import Engine
from app.serving.served_log import NullServedLog
from app.side_effects.remember_served import RememberServed
from app.sources.communities import Communities
from app.sources.explore import Explore
from app.sources.follow_recs import FollowRecs
from app.sources.graph import Graph
from app.sources.in_network import InNetwork
from app.sources.item_item import ItemItem
from app.sources.out_of_network import OutOfNetwork
from app.sources.popular import Popular
from tests.contracts.contracts import (
    FilterContract,
    GateContract,
    Places,
    RankerContract,
    RescorerContract,
    RowFilterContract,
    SelectorContract,
    SideEffectContract,
    SourceContract,
    allotted,
)


@pytest.fixture
def fresh_tweets(tiny_engine: Engine) -> FreshTweets:
    return shared_stages.fresh_tweets(tiny_engine.state, tiny_engine.settings)


class TestFollowsSomebody(GateContract):
    @pytest.fixture
    def gate(self) -> FollowsSomebody:
        return FollowsSomebody()


class TestFollowsFew(GateContract):
    @pytest.fixture
    def gate(self) -> FollowsFew:
        return FollowsFew(at_most=10)


class TestHasTaste(GateContract):
    @pytest.fixture
    def gate(self, tiny_engine: Engine) -> HasTaste:
        return HasTaste(tiny_engine.state)


class TestInNetwork(SourceContract):
    @pytest.fixture
    def source(self, fresh_tweets: FreshTweets) -> InNetwork:
        return InNetwork(fresh_tweets, half_life_hours=24)


class TestGraph(SourceContract):
    @pytest.fixture
    def source(self, fresh_tweets: FreshTweets) -> Graph:
        return Graph(fresh_tweets, half_life_hours=24)


class TestOutOfNetwork(SourceContract):
    @pytest.fixture
    def source(self, fresh_tweets: FreshTweets, tiny_engine: Engine) -> OutOfNetwork:
        return OutOfNetwork(fresh_tweets, tiny_engine.encoder, half_life_hours=24)


class TestItemItem(SourceContract):
    @pytest.fixture
    def source(self, fresh_tweets: FreshTweets) -> ItemItem:
        return ItemItem(fresh_tweets, 24, CoEngaged(fresh_tweets.state))


class TestCommunities(SourceContract):
    @pytest.fixture
    def source(self, fresh_tweets: FreshTweets, tiny_engine: Engine) -> Communities:
        return Communities(fresh_tweets, tiny_engine.encoder, half_life_hours=24)


class TestFollowRecs(SourceContract):
    @pytest.fixture
    def source(self, fresh_tweets: FreshTweets, tiny_engine: Engine) -> FollowRecs:
        return FollowRecs(fresh_tweets, tiny_engine.who_to_follow, half_life_hours=24)


class TestPopular(SourceContract):
    @pytest.fixture
    def source(self, fresh_tweets: FreshTweets) -> Popular:
        return Popular(fresh_tweets, half_life_hours=24)


class TestExplore(SourceContract):
    @pytest.fixture
    def query(self, tiny_engine: Engine) -> Query:
        """Somebody who has turned to something new."""
        source = Explore(
            shared_stages.fresh_tweets(tiny_engine.state, tiny_engine.settings),
            24,
        )
        ids = tiny_engine.state.users.ids
        asking = (tiny_engine.hydrate.query(ids.id(row), 10) for row in range(len(ids)))
        return next(query for query in asking if len(source.fetch(query, 60)) > 50)

    @pytest.fixture
    def source(self, fresh_tweets: FreshTweets) -> Explore:
        return Explore(fresh_tweets, half_life_hours=24)


class TestAlreadySeen(RowFilterContract):
    @pytest.fixture
    def filter_(self, tiny_engine: Engine) -> AlreadySeen:
        return AlreadySeen(tiny_engine.state)


class TestOwnTweets(RowFilterContract):
    @pytest.fixture
    def filter_(self) -> OwnTweets:
        return OwnTweets()


class TestTooOld(RowFilterContract):
    @pytest.fixture
    def filter_(self, tiny_engine: Engine) -> TooOld:
        return TooOld(tiny_engine.state, max_age_hours=168, at_least=200)


class TestSocialGraph(RowFilterContract):
    @pytest.fixture
    def filter_(self, tiny_engine: Engine) -> SocialGraph:
        return SocialGraph()


class TestDeleted(RowFilterContract):
    @pytest.fixture
    def filter_(self, tiny_engine: Engine) -> Deleted:
        return Deleted(tiny_engine.state)


class TestAudience(RowFilterContract):
    @pytest.fixture
    def filter_(self, tiny_engine: Engine) -> Audience:
        return Audience(tiny_engine.state)


class TestMuted(RowFilterContract):
    @pytest.fixture
    def filter_(self, tiny_engine: Engine) -> Muted:
        return Muted(tiny_engine.state)


class TestHiddenParent(RowFilterContract):
    @pytest.fixture
    def filter_(self, tiny_engine: Engine) -> HiddenParent:
        return HiddenParent(tiny_engine.state)


class TestUnsafe(RowFilterContract):
    @pytest.fixture
    def filter_(self, tiny_engine: Engine) -> Unsafe:
        return Unsafe(tiny_engine.state, tiny_engine.encoder)


class TestOnePerThread(FilterContract):
    @pytest.fixture
    def filter_(self, tiny_engine: Engine) -> OnePerThread:
        return OnePerThread(tiny_engine.state)


class TestHeavyRanker(RankerContract):
    @pytest.fixture
    def ranker(self, tiny_engine: Engine) -> object:
        return tiny_engine.products["for_you"].mixer.scoring.ranker


class TestHeuristic(RankerContract):
    @pytest.fixture
    def ranker(self, tiny_engine: Engine) -> Heuristic:
        return Heuristic(tiny_engine.state, tiny_engine.encoder)


class TestNewest(RankerContract):
    @pytest.fixture
    def ranker(self, tiny_engine: Engine) -> Newest:
        return Newest(tiny_engine.state)


class TestSafety(RescorerContract):
    @pytest.fixture
    def rescorer(self, tiny_engine: Engine) -> Safety:
        return Safety(tiny_engine.encoder)


class TestRecency(RescorerContract):
    @pytest.fixture
    def rescorer(self, tiny_engine: Engine) -> Recency:
        return Recency(tiny_engine.state, half_life_hours=72, floor=0.25)


class TestStrangers(RescorerContract):
    @pytest.fixture
    def rescorer(self) -> Strangers:
        return Strangers()


class TestTopK(SelectorContract):
    @pytest.fixture
    def selector(self) -> TopK:
        return TopK()


class TestBudgeted(SelectorContract):
    @pytest.fixture
    def selector(self, tiny_engine: Engine) -> Budgeted:
        prices = Prices(source=0.1, author=0.1, explore=0.05, topic=0.02, share=0.01)
        return Budgeted(tiny_engine.state, 0.2, prices)

    @pytest.fixture
    def allotments(self) -> list[Places]:
        return [Places(0.5, present=True), Places(0.15), Places(0.35), Places(0.0, reserved=0.1)]


class TestBudgetedWithoutSources(TestBudgeted):
    @pytest.fixture
    def allotments(self) -> list[Places]:
        return allotted(None, None, None, None)


class TestBudgetedWithoutBudget(TestBudgeted):
    @pytest.fixture
    def selector(self, tiny_engine: Engine) -> Budgeted:
        return Budgeted(tiny_engine.state, 0.0, Prices(source=1, author=1, explore=1, topic=1))


class TestExploration(SelectorContract):
    @pytest.fixture
    def selector(self, tiny_engine: Engine) -> Exploration:
        prices = Prices(source=0.1, author=0.1, explore=0.05, topic=0.02, share=0.01)
        return Exploration(Budgeted(tiny_engine.state, 0.2, prices), tiny_engine.state, share=0.5)


class TestRememberServed(SideEffectContract):
    @pytest.fixture
    def side_effect(self) -> RememberServed:
        return RememberServed(NullServedLog(), settings="0", impressions=True)
