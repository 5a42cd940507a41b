"""GET /users and /tweets: the users and tweets that the service knows."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from fastapi import APIRouter, Path, Query

from app.api import read_your_writes
from app.api.dependencies import ServiceInUse
from app.api.find_users import found
from app.api.problems import documented
from app.api.serializers import stated
from app.errors import NotFoundError
from app.pipeline.batch import Rows
from app.schemas.catalog import TweetView, UserPage, UserView
from app.schemas.parameters import AfterParameters, UserParameters
from app.schemas.values import TweetId, UserId
from app.serving.engine import Engine
from ml.schema import VISIBILITIES
from ml.state.tables.audience import PUBLIC, UNLISTED

READABLE: Final = (PUBLIC, UNLISTED)  # by its id, by everybody

router = APIRouter(tags=["catalog"])


@router.get("/users", responses=documented(*read_your_writes.refusals))
async def users(parameters: Annotated[UserParameters, Query()], service: ServiceInUse) -> UserPage:
    """All users, or those that are looked for, page by page, in the order in which they became
    known."""
    await read_your_writes.reached(service, parameters.after_offset)
    engine = service.engine
    start = int(parameters.cursor or "0", 16)
    if parameters.find is not None or parameters.follows_nobody:
        rows = found(engine, parameters, start)
    else:
        last = min(start + parameters.limit + 1, len(engine.state.users))
        rows = np.arange(start, last, dtype=np.int32)
    return UserPage(
        items=_people(engine, rows[: parameters.limit]),
        next_cursor=f"{rows[parameters.limit]:08x}" if len(rows) > parameters.limit else None,
    )


@router.get("/users/{user_id}", responses=documented(NotFoundError, *read_your_writes.refusals))
async def user(
    user_id: Annotated[UserId, Path()],
    parameters: Annotated[AfterParameters, Query()],
    service: ServiceInUse,
) -> UserView:
    """One user."""
    await read_your_writes.reached(service, parameters.after_offset)
    engine = service.engine
    row = engine.state.users.ids.row(user_id)
    if row is None or engine.state.users.gone[row]:
        raise NotFoundError(f"nobody here has the id {user_id!r}")
    return _people(engine, np.array([row], np.int32))[0]


@router.get("/tweets/{tweet_id}", responses=documented(NotFoundError, *read_your_writes.refusals))
async def tweet(
    tweet_id: Annotated[TweetId, Path()],
    parameters: Annotated[AfterParameters, Query()],
    service: ServiceInUse,
) -> TweetView:
    """One tweet, with its declared labels. One that is only for followers or for those that it
    mentions is not found here: nobody says who asks."""
    await read_your_writes.reached(service, parameters.after_offset)
    engine = service.engine
    tweets, ids = engine.state.tweets, engine.state.users.ids
    row = tweets.ids.row(tweet_id)
    if row is None or tweets.deleted[row] or tweets.audience.visibility[row] not in READABLE:
        raise NotFoundError(f"no tweet that everybody may read has the id {tweet_id!r}")
    author = int(tweets.author[row])
    return TweetView(
        tweet_id=tweet_id,
        author_id=ids.id(author) if author >= 0 else None,
        created_at=stated(int(tweets.stated_at[row])),
        text=tweets.text[row],
        topic=tweets.topic[row],
        conversation_id=tweets.ids.ids(tweets.threads.began(np.array([row], np.int32)))[0],
        is_reply=bool(tweets.is_reply[row]),
        visibility=VISIBILITIES[tweets.audience.visibility[row]],
        nsfw=_declared(tweets.nsfw[row]),
        toxic=_declared(tweets.toxic[row]),
    )


def _people(engine: Engine, row: Rows) -> list[UserView]:
    state = engine.state
    _, follower = state.graph.followees(row)
    following = np.bincount(follower, minlength=len(row))
    tweet, author = state.posts.gather(row)
    wrote = np.bincount(
        author[state.tweets.created_at[tweet] <= engine.clock.now()], minlength=len(row)
    )
    joined = state.users.stated_at[row].tolist()
    return [
        UserView(
            user_id=state.users.ids.id(who),
            name=state.users.name[who],
            created_at=stated(joined[i]),
            sensitive_ok=bool(state.users.sensitive_ok[who]),
            followers=int(state.graph.followers[who]),
            following=int(following[i]),
            tweets=int(wrote[i]),
        )
        for i, who in enumerate(row.tolist())
    ]


def _declared(label: np.float32) -> bool | None:
    return None if np.isnan(label) else bool(label)
