"""Answer one preview of another moment or another bundle: read from stdin, written to stdout."""

from __future__ import annotations

import os
import pickle
import sys

from app.api import serializers
from app.api.json_response import encoded
from app.errors import InvalidRequestError
from app.serving.other_engine import Asked, other_engine
from app.serving.preview import preview
from app.serving.without_effect import without_effect
from ml.errors import FeedError


def main() -> None:
    """The service starts it in a process of its own, at a low priority: requests go first."""
    os.nice(10)
    asked: Asked = pickle.load(sys.stdin.buffer)  # by the service itself
    try:
        engine = other_engine(asked)
        previewed = preview(
            engine, asked.user_id, asked.overrides, asked.product, asked.limit, compare=False
        )
    except (FeedError, InvalidRequestError) as error:
        sys.stdout.buffer.write(encoded({"problem": str(error)}))
        return
    served = previewed.served
    answer = serializers.timeline(
        engine, asked.user_id, previewed.query, served, asked.request_id, asked.product
    )
    if asked.explain:
        answer["trace"] = serializers.trace(served)
        serializers.add_evidence(answer["items"], served.batch)
    given = asked.overrides.model_dump(exclude_none=True)
    answer["without_effect"] = [one._asdict() for one in without_effect(served.product, given)]
    sys.stdout.buffer.write(encoded({"answer": answer}))
