"""Print one person's timeline as people read it."""

from __future__ import annotations

from contextlib import ExitStack

from app import console
from app.api import serializers
from app.api.json_response import encoded
from app.schemas.timeline import Timeline
from app.serving.engine import build_engine
from app.settings import Settings
from ml.event_log.open_log import is_url, open_log


def print_timeline(settings: Settings, user_id: str, limit: int) -> None:
    """Print what the service would answer; nothing is logged."""
    with ExitStack() as stack:
        log = None
        if is_url(settings.log_location) or settings.log_file.exists():
            log = open_log(settings.log_location)
            stack.callback(log.close)
        engine = build_engine(settings, log=log)
    query = engine.hydrate.query(user_id, limit)
    served = engine.products["for_you"].run(query)
    answer = encoded(serializers.timeline(engine, user_id, query, served, request_id="console"))
    print(console.page(Timeline.model_validate_json(answer)))
