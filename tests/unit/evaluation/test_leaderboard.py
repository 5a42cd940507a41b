"""The product beside simple policies, when it was trained; and what follows from it."""

from __future__ import annotations

import shutil
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from app.cli import train
from app.settings import Settings
from evaluation.offline import leaderboard as leaderboards
from evaluation.report import leaderboard_table
from ml import bundle
from ml.bundle import Bundle, promotion_check
from ml.bundle.leaderboard import Leaderboard, Standing, read, write
from ml.dataset.tables import Tables
from ml.errors import BundleError
from ml.state.updates.last_reading import LastReading

SIMPLE = {"following", "newest", "popular", "popular_7_days", "item_item"}


@pytest.fixture(scope="module")
def found(
    tiny_bundle: Bundle, tiny_tables: Tables, tiny_data: Path, tiny_settings: Settings
) -> Leaderboard:
    return leaderboards.leaderboard(tiny_bundle, tiny_tables, tiny_data, tiny_settings)


@pytest.fixture
def artifacts(tiny_artifacts: Path, tmp_path: Path) -> Path:
    """A copy, to write into."""
    return Path(shutil.copytree(tiny_artifacts, tmp_path / "artifacts"))


def lost(by: str = "ndcg@10") -> Leaderboard:
    """A product that is behind `popular`."""
    some = Standing(
        policy="popular", metric="ndcg@10", value=0.2, low=0.1, high=0.3,
        ahead=-0.1, ahead_low=-0.12, ahead_high=-0.08, loses=True,
    )  # fmt: skip
    return Leaderboard(since=0, until=1, visits=9, decided_by=by, standings=[some])


def test_everybody_is_asked_about_the_last_tenth_before_the_cut(
    found: Leaderboard, tiny_bundle: Bundle, tiny_tables: Tables, tiny_data: Path
) -> None:
    assert {one.policy for one in found.standings} == {"for_you", *SIMPLE}
    assert found.decided_by == "value@10", "the truth decides where it is known"
    assert found.since < found.until == tiny_bundle.manifest.as_of
    dataset = leaderboards.held_out_before_the_cut(tiny_bundle, tiny_tables, tiny_data)
    assert dataset.held_out.at.max() < tiny_bundle.manifest.as_of
    assert dataset.known.at.max() < dataset.cut <= dataset.held_out.at.min()


def test_what_was_muted_at_no_known_time_is_muted_alike_with_and_without_the_log(
    tiny_bundle: Bundle, tiny_tables: Tables, tiny_data: Path
) -> None:
    """The follows, which are not kept, are older than all else."""
    muted = tiny_tables.interactions[:1].with_columns(
        created_at=None, tweet_id=None, action=pl.lit("mute_word"), text=pl.lit("kale")
    )
    tables = replace(
        tiny_tables,
        interactions=pl.concat([tiny_tables.interactions, muted], how="vertical_relaxed"),
        follows=tiny_tables.follows.with_columns(created_at=1_000),
    )
    dataset = leaderboards.held_out_before_the_cut(tiny_bundle, tables, tiny_data)
    whole, known = dataset.state_at_the_cut(), LastReading(dataset.known)
    assert list(whole.mutes)
    assert list(dataset.without_log().state_at_the_cut(known).mutes) == list(whole.mutes)


def test_differences_are_paired_with_the_product(found: Leaderboard) -> None:
    product = {one.metric: one for one in found.standings if one.policy == "for_you"}
    for one in found.standings:
        assert one.value is not None
        assert one.ahead == pytest.approx((product[one.metric].value or 0) - one.value, abs=1e-5)
    assert not any(one.loses for one in product.values())


def test_it_is_written_beside_the_bundle_and_read_with_it(
    found: Leaderboard, artifacts: Path
) -> None:
    loaded = bundle.load(artifacts)
    assert loaded is not None
    assert loaded.leaderboard is None
    write(artifacts, loaded.version, found)
    again = bundle.load(artifacts)
    assert again is not None
    assert again.version == loaded.version
    assert again.leaderboard == found


def test_a_damaged_one_is_refused_in_a_sentence(artifacts: Path) -> None:
    version = bundle.current(artifacts)
    (artifacts / str(version) / "leaderboard.json").write_text("{")
    with pytest.raises(BundleError, match="cannot be read"):
        read(artifacts / str(version))


def test_only_the_deciding_metric_decides() -> None:
    assert lost().lost_to == ["popular"]
    assert lost(by="value@10").lost_to == []
    biased = lost().model_copy(update={"is_biased": True})
    assert biased.lost_to == [], "the log of a feed is no judge of another"


def test_promotion_refuses_a_bundle_that_lost(artifacts: Path) -> None:
    version = str(bundle.current(artifacts))
    write(artifacts, version, lost())
    with pytest.raises(BundleError, match="loses to popular by ndcg@10"):
        promotion_check.check_promotion(artifacts, version, "another")


@pytest.mark.parametrize(("force", "stays"), [(False, True), (True, False)])
def test_training_keeps_the_bundle_before_one_that_lost(
    force: bool,
    stays: bool,
    artifacts: Path,
    tiny_bundle: Bundle,
    tiny_data: Path,
    tiny_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(train, "leaderboard", lambda *_: lost())
    before = "0123456789ab"
    shutil.copytree(artifacts / tiny_bundle.version, artifacts / before)
    given = Namespace(
        out=artifacts, data=tiny_data, map=None, rejects=None, from_log=None, force=force
    )
    code = train._judge(given, tiny_bundle, tiny_settings, (before, None))
    assert (code, bundle.current(artifacts)) == ((1, before) if stays else (0, tiny_bundle.version))
    assert ("not promoted" in capsys.readouterr().err) is stays
    assert not (artifacts / "previous").exists(), "nothing goes back to what was refused"


def test_without_a_bundle_before_it_the_first_serves(
    artifacts: Path,
    tiny_bundle: Bundle,
    tiny_data: Path,
    tiny_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(train, "leaderboard", lambda *_: lost())
    given = Namespace(
        out=artifacts, data=tiny_data, map=None, rejects=None, from_log=None, force=False
    )
    assert train._judge(given, tiny_bundle, tiny_settings, (None, None)) == 0
    assert bundle.current(artifacts) == tiny_bundle.version


def test_the_table_says_who_is_ahead(found: Leaderboard) -> None:
    text = leaderboard_table.table(found)
    assert all(name in text for name in SIMPLE)
    assert "behind popular by more than chance" in leaderboard_table.table(lost())
    assert "0.200 [0.100, 0.300]!" in leaderboard_table.table(lost())
    assert "! for_you is behind by more than chance" in leaderboard_table.table(lost())
