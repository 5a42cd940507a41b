"""Who proposes what, in a world small enough to see through."""

from __future__ import annotations

from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.components import CandidateSource
from app.pipeline.retrieve import BEYOND, retrieve
from app.pipeline.stages import judge
from app.pipeline.trace import Trace
from app.products import shared_stages
from app.retrieval.co_engaged import CoEngaged
from app.retrieval.fresh_tweets import FreshTweets
from app.serving.engine import Engine
from app.sources.explore import NO_TOPIC, Explore
from app.sources.follow_recs import FollowRecs
from app.sources.graph import Graph
from app.sources.in_network import InNetwork
from app.sources.item_item import ItemItem
from app.sources.out_of_network import OutOfNetwork
from app.sources.popular import Popular
from tests.unit.app.conftest import World


def fresh_tweets(engine: Engine) -> FreshTweets:
    return shared_stages.fresh_tweets(engine.state, engine.settings)


def item_item(engine: Engine) -> ItemItem:
    return ItemItem(fresh_tweets(engine), 24, CoEngaged(engine.state))


def found(engine: Engine, source: CandidateSource, viewer: str = "a", limit: int = 10) -> list[int]:
    """What a source proposes and the eligibility filters keep, best first."""
    query = engine.hydrate.query(viewer, 10)
    eligibility = shared_stages.eligibility(engine.state, engine.settings)
    proposed = source.fetch(query, limit + BEYOND)
    stays = judge("eligibility", query, proposed, eligibility, Trace())
    tweets: list[int] = proposed.tweet[proposed.first(stays, limit)].tolist()
    return tweets


def test_in_network_is_what_followees_wrote_newest_first(world: World) -> None:
    world.tweet("b", 3).tweet("c", 1).tweet("d", 1).tweet("b", 2).follow("a", "b", "c")
    engine = world.engine()
    assert found(engine, InNetwork(fresh_tweets(engine), 24)) == [1, 3, 0]


def test_a_closer_friend_comes_first(world: World) -> None:
    world.tweet("b", 1).tweet("c", 2).tweet("c", 50).follow("a", "b", "c")
    world.act("a", "reply", tweet=2).act("a", "retweet", tweet=2)
    engine = world.engine()
    assert found(engine, InNetwork(fresh_tweets(engine), 24), limit=2) == [1, 0]


def test_graph_is_what_followees_engaged_with_by_how_many(world: World) -> None:
    for author in "ggb":
        world.tweet(author, 5)
    world.follow("a", "b", "c", "d")
    world.act("b", "like", 0).act("b", "like", 1).act("c", "like", 1).act("d", "like", 2)
    engine = world.engine()
    assert found(engine, Graph(fresh_tweets(engine), 24)) == [1, 0]
    assert found(engine, Graph(fresh_tweets(engine), 24, min_social_proof=2)) == [1]


def test_a_like_and_a_retweet_by_one_person_are_one_proof(world: World) -> None:
    world.tweet("g", 5).follow("a", "b").act("b", "like", 0).act("b", "retweet", 0)
    engine = world.engine()
    assert found(engine, Graph(fresh_tweets(engine), 24, min_social_proof=2)) == []


def test_authors_are_no_proof_of_their_own_tweets(world: World) -> None:
    world.tweet("b", 5).follow("a", "b").act("b", "like", 0)
    engine = world.engine()
    assert found(engine, Graph(fresh_tweets(engine), 24)) == []


def test_what_was_engaged_with_long_ago_proves_nothing(world: World) -> None:
    world.tweet("g", 300).follow("a", "b").act("b", "like", 0, ago=200)
    engine = world.engine()
    assert found(engine, Graph(fresh_tweets(engine), 24)) == []


def test_out_of_network_is_by_strangers_and_the_newest_where_nothing_was_trained(
    world: World,
) -> None:
    world.tweet("b", 1).tweet("g", 3).tweet("h", 2).tweet(None, 1).follow("a", "b")
    engine = world.engine()
    assert found(engine, OutOfNetwork(fresh_tweets(engine), engine.encoder, 24)) == [3, 2, 1]


def test_item_item_is_what_people_of_the_same_taste_liked(world: World) -> None:
    for _ in range(4):
        world.tweet("g", 5)
    world.act("a", "like", 0).act("b", "like", 0).act("c", "like", 0)
    world.act("b", "like", 1).act("b", "like", 2).act("c", "like", 2).act("d", "like", 3)
    engine = world.engine()
    assert found(engine, item_item(engine)) == [2, 1]
    assert found(engine, item_item(engine), viewer="d") == []
    assert found(engine, item_item(engine), viewer="never met") == []


def test_item_item_proposes_what_is_fresh_only(world: World) -> None:
    world.tweet("g", 5).tweet("g", 5).tweet("g", 300).tweet("g", -1).act("a", "like", 0)
    for tweet in range(4):
        world.act("b", "like", tweet)
    engine = world.engine(fresh_at_least=1)
    assert found(engine, item_item(engine)) == [1]


def test_of_what_goes_with_it_equally_the_newer_comes_first(world: World) -> None:
    world.tweet("g", 5).tweet("g", 5).tweet("g", 3).act("a", "like", 0)
    for tweet in range(3):
        world.act("b", "like", tweet)
    engine = world.engine()
    assert found(engine, item_item(engine)) == [2, 1]


def test_follow_recs_are_by_people_one_might_follow_the_best_recommended_first(
    world: World,
) -> None:
    world.tweet("b", 1).tweet("e", 5).tweet("f", 5).tweet("e", 300).tweet("a", 1)
    world.follow("a", "b", "c").follow("b", "e", "f").follow("c", "f")
    engine = world.engine(fresh_at_least=1)
    assert found(engine, FollowRecs(fresh_tweets(engine), engine.who_to_follow, 24, people=2)) == [
        2,
        1,
    ]
    assert found(engine, FollowRecs(fresh_tweets(engine), engine.who_to_follow, 24, people=1)) == [
        2
    ]


def test_popular_is_what_most_people_engaged_with(world: World) -> None:
    world.tweet("g", 3).tweet("h", 2).tweet("i", 2)
    world.act("b", "like", 1).act("c", "like", 1).act("d", "reply", 2)
    engine = world.engine()
    assert found(engine, Popular(fresh_tweets(engine), 24)) == [1, 2, 0]


def test_places_go_to_others_where_the_viewer_has_engaged_with_everything_popular(
    world: World,
) -> None:
    for _ in range(BEYOND + 64):
        world.tweet("g", 3)
    for tweet in range(BEYOND + 50):
        world.act("b", "like", tweet).act("a", "like", tweet)
    engine = world.engine()
    popular = CandidatePipeline(Popular(fresh_tweets(engine), 24), limit=5)
    query, places = engine.hydrate.query("a", 10), [popular]
    eligibility, trace = shared_stages.eligibility(engine.state, engine.settings), Trace()
    found = retrieve(query, places, eligibility, (), trace)
    assert found.tweet.tolist() == [BEYOND + 50 + place for place in range(5)]
    proposed = [span.rows_out for span in trace.spans if span.stage == "retrieve"]
    assert proposed == [BEYOND + 5, BEYOND + 64], "it was asked again"


def test_the_future_is_not_proposed(world: World) -> None:
    world.tweet("g", -1).tweet("g", 1).act("b", "like", 1)
    engine = world.engine()
    assert found(engine, Popular(fresh_tweets(engine), 24)) == [1]


def explored(engine: Engine, limit: int = 10) -> list[int]:
    return found(engine, Explore(fresh_tweets(engine), 24), limit=limit)


def test_explore_is_more_of_what_somebody_has_turned_to(world: World) -> None:
    for topic in ("jazz", "jazz", "chess", None):
        world.tweet("g", topic=topic)
    world.view("a", 0).act("a", "like", 0)
    assert explored(world.engine(), limit=1) == [1]


def test_nothing_is_explored_where_nobody_knows_what_was_seen(world: World) -> None:
    world.tweet("g", topic="jazz").tweet("g", topic="jazz").act("a", "like", 0)
    assert explored(world.engine()) == []


def test_nothing_is_explored_by_whom_nobody_wants_to_see(world: World) -> None:
    for author in "ggacd":
        world.tweet(author, topic="jazz")
    world.view("a", 0).act("a", "like", 0).act("a", "mute", on="c").act("a", "block", on="d")
    assert explored(world.engine()) == [1]


def test_nothing_is_explored_where_nothing_was_engaged_with(world: World) -> None:
    world.tweet("g", topic="jazz").tweet("g", topic="chess")
    assert explored(world.engine()) == []
    assert (
        Explore(fresh_tweets(engine := world.engine()), 24)._wanted(
            engine.hydrate.query("never met", 10)
        )
        == NO_TOPIC
    )


def test_what_friends_write_needs_no_exploring(world: World) -> None:
    world.tweet("g", topic="jazz").tweet("b", topic="jazz").follow("a", "b")
    world.view("a", 0).act("a", "like", 0)
    assert 1 not in explored(world.engine())


def test_a_topic_without_doubt_needs_no_exploring(world: World) -> None:
    for _ in range(8):
        world.tweet("g", topic="jazz")
    for tweet in range(6):
        world.view("a", tweet).act("a", "like", tweet)
    assert explored(world.engine()) == []


def test_what_was_engaged_with_long_ago_is_not_tried_again(world: World) -> None:
    world.tweet("g", topic="jazz").tweet("g", topic="jazz")
    world.view("a", 0, ago=20 * 24).act("a", "like", 0, ago=20 * 24).view("a", 1, ago=30)
    assert explored(world.engine(max_age_hours=1000)) == []


def test_the_likeliest_topic_is_tried(world: World) -> None:
    for topic in ("jazz", "jazz", "chess", "chess", "chess"):
        world.tweet("g", topic=topic)
    world.view("a", 0).act("a", "like", 0, ago=0.5)
    world.act("a", "like", 2).act("a", "like", 3, ago=2)
    assert explored(world.engine(), limit=1) == [4]
