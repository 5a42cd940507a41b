"""GET /users/{user_id}/profile: what a user likes, whom they are near, where they belong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Final

import numpy as np
from fastapi import APIRouter, Path, Query, Response

from app.api import read_your_writes
from app.api.dependencies import ServiceInUse
from app.api.problems import documented
from app.errors import NotFoundError
from app.schemas.parameters import AfterParameters
from app.schemas.people import CommunityView, Member, Person, Profile, Taste, Tie
from app.schemas.values import UserId
from app.serving.engine import Engine
from ml.state.tables.neighborhood import absent

DIGITS: Final = 6
TASTES: Final = 12
TIES: Final = 12
BEST_KNOWN: Final = 6

router = APIRouter(tags=["catalog"])


@router.get(
    "/users/{user_id}/profile",
    responses=documented(NotFoundError, *read_your_writes.refusals),
)
async def profile(
    user_id: Annotated[UserId, Path()],
    parameters: Annotated[AfterParameters, Query()],
    service: ServiceInUse,
    response: Response,
) -> Profile:
    """What a user engaged with lately, their strongest ties, and the learned communities that they
    take part in with those who are best known there."""
    await read_your_writes.reached(service, parameters.after_offset)
    engine = service.engine
    row = engine.state.users.ids.row(user_id)
    if row is None or engine.state.users.gone[row]:
        raise NotFoundError(f"nobody here has the id {user_id!r}")
    response.headers["Cache-Control"] = "private, no-store"
    return Profile(
        person=person(engine, row),
        tastes=_tastes(engine, row),
        ties=_ties(engine, user_id),
        communities=[*_communities(engine, row)],
    )


def person(engine: Engine, row: int) -> Person:
    users = engine.state.users
    return Person(user_id=users.ids.id(row), name=users.name[row])


def people(engine: Engine, rows: Iterable[int]) -> list[Person]:
    return [person(engine, row) for row in rows]


def _tastes(engine: Engine, row: int) -> list[Taste]:
    history, topic = engine.state.history.tweet[row].tolist(), engine.state.tweets.topic
    count = Counter(name for tweet in history if tweet >= 0 and (name := topic[tweet]) is not None)
    most = sorted(count.items(), key=lambda one: (-one[1], one[0]))
    return [Taste(topic=name, tweets=tweets) for name, tweets in most[:TASTES]]


def _ties(engine: Engine, user_id: str) -> list[Tie]:
    query = engine.hydrate.query(user_id, 1)
    around = query.neighborhood
    strongest = np.lexsort((around.following, -query.tie_strength))[:TIES]
    mutual = ~absent(around.following[strongest], around.followers)
    return [
        Tie(
            person=person(engine, int(around.following[place])),
            strength=round(float(query.tie_strength[place]), DIGITS),
            mutual=bool(back),
        )
        for place, back in zip(strongest.tolist(), mutual.tolist(), strict=True)
    ]


def _communities(engine: Engine, row: int) -> Iterator[CommunityView]:
    members = engine.encoder.members
    known, gone = members.community[: len(engine.state.users)], engine.state.users.gone
    for number, weight in zip(
        members.interest[row].tolist(), members.weight[row].tolist(), strict=True
    ):
        if number < 0:
            continue
        (theirs,) = np.nonzero((known == number) & ~gone)
        best = theirs[np.lexsort((theirs, -members.score[theirs]))[:BEST_KNOWN]]
        yield CommunityView(
            number=number,
            weight=round(weight, DIGITS),
            members=len(theirs),
            best_known=[
                Member(person=person(engine, who), score=round(float(members.score[who]), DIGITS))
                for who in best.tolist()
            ],
        )
