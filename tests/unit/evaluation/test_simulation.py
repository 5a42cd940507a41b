"""The world goes on, the same for everybody, and everybody plays by the rules."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.serving import safety_thresholds, time_scales
from app.serving.engine import Engine
from app.settings import InvalidSettingError, Settings
from evaluation.__main__ import main
from evaluation.policies.specification import DEFAULT, PolicySpec, available
from evaluation.report import simulation_document as document
from evaluation.report import simulation_page as page
from evaluation.report.numbers import written
from evaluation.simulation.common_random_numbers import Question, uniform
from evaluation.simulation.feeds import Local
from evaluation.simulation.people import People
from evaluation.simulation.plan import Plan, plan
from evaluation.simulation.simulation import Wanted, run
from evaluation.simulation.simulator import live
from evaluation.simulation.stress import brigade, spammer, turning
from evaluation.simulation.stress.hits import HITS, with_hits
from evaluation.simulation.trajectory import Trajectory
from ml.actions import Action
from ml.errors import DataError

DAYS = 1.0
WANTED = Wanted(users=30, days=DAYS, stress=False)


@pytest.fixture(scope="module")
def days(tiny_data: Path) -> Plan:
    return plan(tiny_data, 30, DAYS, 7)


@pytest.fixture(scope="module")
def diaries(days: Plan, tiny_settings: Settings) -> dict[str, Trajectory]:
    asked = [PolicySpec.read(label) for label in DEFAULT if available(label)]
    return {one.label: live(days, tiny_settings, one) for one in asked}


@pytest.fixture(scope="module")
def simulated(tiny_data: Path, tiny_settings: Settings) -> dict[str, Any]:
    return run(tiny_data, tiny_settings, WANTED)


def test_a_policy_is_a_name_and_settings() -> None:
    one = PolicySpec.read(
        "for_you:preset=x-2026:bundle=123456789012:popular_max_following=3:frozen"
    )
    assert (one.name, one.frozen) == ("for_you", True)
    assert dict(one.settings) == {
        "preset": "x-2026",
        "bundle": "123456789012",
        "popular_max_following": 3,
    }


def test_what_nobody_set_comes_from_the_bundle_where_it_is_simulated_too(
    days: Plan, tiny_settings: Settings, tiny_engine: Engine
) -> None:
    served = tiny_engine.settings
    assert served.recency_half_life_hours != tiny_settings.recency_half_life_hours
    for label, chosen in (("random", {}), ("random:proof_hours=3", {"proof_hours": 3})):
        feed = PolicySpec.read(label).feed(tiny_settings, lambda: days.world)
        assert isinstance(feed, Local)
        for name in (*time_scales.DERIVED, *safety_thresholds.DERIVED):
            assert getattr(feed.engine.settings, name) == chosen.get(name, getattr(served, name))


def test_chance_is_uniform_and_every_question_has_its_own() -> None:
    row = np.arange(100_000)
    drawn = uniform(7, Question.ACTED, row // 300, row % 300, 1)
    assert np.abs(np.histogram(drawn, 10, (0, 1))[0] / len(row) - 0.1).max() < 0.005
    for other in (
        uniform(7, Question.EXAMINED, row // 300, row % 300, 1),
        uniform(7, Question.ACTED, row // 300, row % 300, 2),
        uniform(8, Question.ACTED, row // 300, row % 300, 1),
        uniform(7, Question.ACTED, row % 300, row // 300, 1),
    ):
        assert abs(np.corrcoef(drawn, other)[0, 1]) < 0.02


def test_chance_does_not_depend_on_what_else_is_asked() -> None:
    user, tweet = np.array([3, 1, 2]), np.array([30, 10, 20])
    together = uniform(7, Question.ACTED, user, tweet, 0)
    alone = [uniform(7, Question.ACTED, u, t, 0) for u, t in zip(user, tweet, strict=True)]
    np.testing.assert_array_equal(together, alone)


def test_what_somebody_does_about_a_tweet_does_not_hang_on_its_neighbours(days: Plan) -> None:
    """But for examination, which is of the place, and time, which moves chances a little."""
    user, started = int(days.panel[0]), days.onward.since + 3600
    world = days.world
    others = np.flatnonzero(world.tweets.author != user)[-20:].astype(np.int32)
    people = People(world, days.seed)
    page = people.look(user, 0, started, others)
    again = People(world, days.seed).look(user, 0, started, others)
    longer = People(world, days.seed).look(user, 0, started, np.append(others, others[0] - 1))
    for action in page.acts:
        np.testing.assert_array_equal(page.acts[action], again.acts[action])
        np.testing.assert_array_equal(page.acts[action], longer.acts[action][:-1])


def test_the_world_goes_on_as_it_was(days: Plan) -> None:
    onward, world = days.onward, days.world
    new = world.tweets.created >= onward.since
    assert len(days.writing) == new.sum() > 10
    assert (np.diff(world.tweets.tweet_id) > 0).all()
    assert (world.tweets.created[new] < onward.until).all()
    assert (world.tweets.created[new] >= world.users.joined[world.tweets.author[new]]).all()
    replies = new & (world.tweets.parent >= 0)
    assert (world.tweets.parent[replies] < np.flatnonzero(replies)).all()
    assert {row["user_id"] for _, row in days.joining} == {
        str(id_) for id_ in world.users.user_id[days.panel[-days.newcomers :]]
    }


def test_all_policies_meet_the_same_people(diaries: dict[str, Trajectory]) -> None:
    first = {
        label: diary.started[np.unique(diary.visitor, return_index=True)[1]]
        for label, diary in diaries.items()
    }
    for label, started in first.items():
        np.testing.assert_array_equal(started, first["random"], err_msg=label)


def test_nobody_is_shown_what_they_must_not_be(days: Plan, diaries: dict[str, Trajectory]) -> None:
    tweets, settings = days.world.tweets, Settings()
    for label, diary in diaries.items():
        assert len(diary.tweet) > 100, label
        user = days.panel[diary.user]
        assert (tweets.author[diary.tweet] != user).all(), f"{label} shows people themselves"
        pairs = set(zip(diary.user.tolist(), diary.tweet.tolist(), strict=True))
        assert len(pairs) == len(diary.user), f"{label} repeats itself"
        opened = diary.started[diary.visit]
        assert (tweets.created[diary.tweet] <= opened).all(), f"{label} sees the future"
        existing = np.searchsorted(np.sort(tweets.created), opened)
        rank = existing - np.searchsorted(np.sort(tweets.created), tweets.created[diary.tweet])
        young = opened - tweets.created[diary.tweet] <= settings.max_age_hours * 3600
        assert (young | (rank <= settings.fresh_at_least)).all(), f"{label} is late"


@pytest.mark.parametrize("label", ["for_you", "for_you:frozen", "random", "newest"])
def test_whoever_is_blocked_is_not_shown_again(
    days: Plan, tiny_settings: Settings, label: str
) -> None:
    """Everybody blocks the busiest author before the first visit."""
    world = days.world
    busiest = int(np.bincount(world.tweets.author).argmax())
    name = str(world.users.user_id[busiest])
    blocks = [
        (
            days.onward.since,
            {
                "event_id": f"block:{row}",
                "action": Action.BLOCK.label,
                "user_id": str(world.users.user_id[row]),
                "target_user_id": name,
                "created_at": days.onward.since,
            },
        )
        for row in days.panel[: -days.newcomers].tolist()
        if row != busiest
    ]
    diary = live(days, tiny_settings, PolicySpec.read(label), meddling=blocks)
    others = diary.user < len(days.panel) - days.newcomers
    assert busiest not in world.tweets.author[diary.tweet[others]]


def test_the_order_of_the_feeds_is_that_of_common_sense(diaries: dict[str, Trajectory]) -> None:
    worth = {label: diary.worth.mean() for label, diary in diaries.items()}
    assert worth["oracle"] > worth["for_you"] > worth["random"]
    assert worth["oracle"] > worth["oracle_ranker"] > worth["random"]


def test_who_is_disappointed_returns_later(days: Plan, diaries: dict[str, Trajectory]) -> None:
    good, bad = diaries["oracle"], diaries["random"]
    assert len(bad.visitor) <= len(good.visitor)
    assert (good.planned >= np.bincount(good.visitor, minlength=len(days.panel))).all()


def test_the_same_seed_gives_the_same_figures_on_one_or_two_workers(
    tiny_data: Path, tiny_settings: Settings, simulated: dict[str, Any]
) -> None:
    again = run(tiny_data, tiny_settings, replace(WANTED, workers=2))
    assert _timeless(again) == _timeless(simulated)
    other = run(tiny_data, tiny_settings, replace(WANTED, policies=("random",), seed=8))
    assert other["figures"]["random"] != simulated["figures"]["random"]


def test_the_documented_keys_are_there(simulated: dict[str, Any]) -> None:
    listed = "".join(re.findall(r"^- .*(?:\n  .*)*", document.__doc__ or "", re.MULTILINE))
    assert set(simulated) <= set(re.findall(r"`(\w+)`", listed)) | {"format"}
    for label, figures in simulated["figures"].items():
        assert {"value", "low", "high"} <= set(figures["engagements_per_impression"]), label
    shares = {
        label: by["expected_per_impression"]["share"] for label, by in simulated["figures"].items()
    }
    assert (shares["random"], shares["oracle"]) == (0, 1)
    assert len(simulated["learning"]["expected_per_impression"]["by_day"]) == DAYS


def test_trouble_is_told(
    tiny_data: Path, tiny_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning, "TURNING_DAYS", 4.0)
    monkeypatch.setattr(turning, "TURNING_USERS", 3)
    monkeypatch.setattr(turning, "TURN_AT", 43_200)
    monkeypatch.setattr(turning, "SETTLED", 8)
    monkeypatch.setattr(brigade, "HOSTILE", 10)
    monkeypatch.setattr(brigade, "SYBILS", 20)
    monkeypatch.setattr(spammer, "SPAM_PER_DAY", 20)
    report = run(tiny_data, tiny_settings, replace(WANTED, policies=("for_you",), stress=True))
    assert set(report["stress"]) == {"brigade", "sybils", "spammer", "viral", "taste"}
    json.loads(written(report))
    html = page.page(report)
    assert all(about["says"] for about in report["stress"].values())
    assert "Under stress" in html
    assert not re.search(r"""<script|<link|(src|href|url)\s*[=(]\s*["']?https?:""", html)


def test_in_a_world_where_nobody_writes_of_a_topic_a_hit_borrows_its_text(days: Plan) -> None:
    """A very small one has few new tweets, or only such as nobody should see."""

    def writing(**columns: np.ndarray) -> Plan:
        world = replace(days.world, tweets=replace(days.world.tweets, **columns))
        return replace(days, onward=replace(days.onward, world=world))

    everything = np.ones(len(days.world.tweets), np.float32)
    of_one_topic = writing(topic=np.zeros_like(days.world.tweets.topic))
    texts = with_hits(of_one_topic).onward.tweets["text"].to_list()
    assert {*texts[-HITS:]} <= {*days.onward.tweets["text"].to_list()}
    with pytest.raises(DataError, match="larger world"):
        with_hits(writing(toxic=everything))


def test_policies_are_told_by_a_word() -> None:
    read = PolicySpec.read('for_you:preset=x-2026:weights={"reply": 5}:frozen')
    assert (read.name, read.frozen) == ("for_you", True)
    assert dict(read.settings) == {"preset": "x-2026", "weights": {"reply": 5}}
    assert read.hears("block")
    assert not read.hears("like")


@pytest.mark.parametrize("label", ["nobody", "for_you:colour=red", "for_you:max_age_hours=-1"])
def test_a_policy_that_cannot_be_is_refused(
    days: Plan, tiny_settings: Settings, label: str
) -> None:
    with pytest.raises(InvalidSettingError, match=r"expected one of|no setting|max_age_hours"):
        PolicySpec.read(label).feed(tiny_settings, lambda: days.world)


def test_only_a_planted_world_goes_on(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no truth"):
        plan(tmp_path, 10, 1, 7)


def test_the_command_writes_its_report(
    tiny_data: Path, tiny_artifacts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--data", str(tiny_data), "--artifacts", str(tiny_artifacts), "--out", str(tmp_path)]
    asked = ["--policy", "random", "--policy", "newest", "--users", "20", "--days", "1"]
    assert main(["simulate", *given, *asked, "--workers", "1"]) == 0
    report = json.loads((tmp_path / "simulation.json").read_text())
    assert list(report["figures"]) == ["random", "newest"]
    assert "<svg" in (tmp_path / "simulation.html").read_text()
    assert "newest" in capsys.readouterr().out


def _timeless(report: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in report.items() if name != "seconds"}
