"""Which users a search is for: by id, a part of the name, an interest, or because they follow
nobody."""

from __future__ import annotations

import numpy as np
import polars as pl

from app.pipeline.batch import Rows
from app.schemas.parameters import UserParameters
from app.serving.engine import Engine
from ml.state.structures.tokens import token


def found(engine: Engine, parameters: UserParameters, start: int) -> Rows:
    """The rows of those users from `start` on, in the order in which they became known."""
    users = engine.state.users
    rows = np.arange(start, len(users), dtype=np.int32)
    if parameters.find is not None:
        wanted = parameters.find.strip()
        names = pl.Series("name", users.name[start:], pl.String).str.to_lowercase()
        matches = names.str.contains(wanted.lower(), literal=True).fill_null(False).to_numpy()
        matches = matches | (users.interests[rows] == token(wanted)).any(axis=1)
        if (own := users.ids.row(wanted)) is not None and own >= start:
            matches[own - start] = True
        rows = rows[matches]
    rows = rows[~users.gone[rows]]
    if parameters.follows_nobody:
        _, follower = engine.state.graph.followees(rows)
        rows = rows[np.bincount(follower, minlength=len(rows)) == 0]
    return rows
