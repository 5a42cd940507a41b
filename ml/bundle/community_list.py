"""What is in each learned community: who is best known there, and what they write about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from ml.bundle.states import state_fingerprint, state_map, state_source
from ml.bundle.store import load
from ml.dataset.tables import Tables
from ml.dataset.validation import validate
from ml.embeddings.communities import Communities, MemberTable
from ml.errors import BundleError
from ml.state.updates import tables_to_events

TOPICS: Final = 3  # shown of each community
USUAL: Final = 5.0  # mentions that a topic is taken to have everywhere


@dataclass(frozen=True, slots=True)
class Community:
    """One community as people read it."""

    number: int
    members: int
    best_known: list[str]  # names, or ids of those who have none, with their scores
    topics: list[str]  # that its members write about more than others, or declare


def of_current(artifacts: Path, members: int) -> list[Community]:
    """The communities of the current bundle, those with most members first.

    Args:
        members: how many to name of each.

    Raises:
        BundleError: there is no bundle or no state, they are of another machine, or no communities
            were learned.
        DataError: the tables that it was trained on are gone.
    """
    bundle = load(artifacts)
    if bundle is None:
        raise BundleError(f"{artifacts} has no bundle; run foryou train first")
    if state_fingerprint(artifacts) is None:
        raise BundleError(f"{artifacts / 'state'} names no state; run foryou train again")
    source = state_source(artifacts)
    if source is None:
        raise BundleError(
            f"bundle {bundle.version} was trained on another machine, which has the names of its "
            f"people; run foryou communities there"
        )
    if bundle.models.communities is None:
        raise BundleError(
            f"bundle {bundle.version} has no learned communities: fewer than three people of its "
            f"data are followed, or have tweets engaged with, by three others; train on more"
        )
    tables = Tables.of(validate(source, state_map(artifacts)))
    return list(of(bundle.models.communities, tables, members))


def of(learned: Communities, tables: Tables, members: int) -> Iterator[Community]:
    """Each community, by the tables that name people and topics."""
    users, _ = tables_to_events.catalog(tables)
    table = MemberTable(learned)
    table.extend(users.ids)
    everybody = pl.DataFrame(
        {
            "id": users.ids.all_ids(),
            "community": table.community[: len(users.ids)],
            "score": table.score[: len(users.ids)],
        }
    )
    named = tables.users.select(
        id=pl.col("user_id").cast(pl.String), name="name", interest="interests"
    )
    known = everybody.join(named, on="id", how="left").filter(pl.col("community") >= 0)
    best = known.sort("score", "id", descending=[True, False])
    topics = _topics(known, tables)
    for number in range(learned.count):
        theirs = best.filter(pl.col("community") == number)
        shown = theirs.head(members).select(pl.coalesce("name", "id"), "score").iter_rows()
        yield Community(
            number,
            len(theirs),
            [f"{name} {score:.2f}" for name, score in shown],
            topics.get(number, []),
        )


def _topics(known: pl.DataFrame, tables: Tables) -> dict[int, list[str]]:
    """The topics of each community, those that are most its own first."""
    written = tables.tweets.select(
        id=pl.col("author_id").cast(pl.String), topic=pl.col("topic").cast(pl.String)
    )
    about = written.join(known.select("id", "community"), on="id").drop_nulls()
    if about.is_empty():
        declared = known.select("community", topic="interest").explode("topic")
        about = declared.drop_nulls()
    count = about.group_by("community", "topic").len("here")
    everywhere = about.group_by("topic").len("all")
    share = about.group_by("community").len("size").with_columns(pl.col("size") / len(about))
    ratio = (pl.col("here") + USUAL) / (pl.col("all") * pl.col("size") + USUAL)
    lifted = (
        count.join(everywhere, on="topic")
        .join(share, on="community")
        .with_columns(lift=ratio.log())
        .sort("community", "lift", "topic", descending=[False, True, False])
    )
    return {
        int(number[0]): rows["topic"].head(TOPICS).to_list()
        for number, rows in lifted.filter(pl.col("lift") > 0).group_by(
            "community", maintain_order=True
        )
    }


def lines(communities: list[Community]) -> Iterator[str]:
    """A line for each, for a terminal."""
    width = len(str(max((one.members for one in communities), default=0)))
    for one in communities:
        about = ", ".join(one.topics) or "–"
        yield f"{one.number:>4}  {one.members:>{width}} members  {about}"
        yield f"      {' · '.join(one.best_known)}"
