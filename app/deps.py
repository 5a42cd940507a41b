"""What endpoints ask for."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from app.engine import Engine


async def get_engine(request: Request) -> Engine:
    """The engine in use; asynchronous, because FastAPI runs what is not in a thread."""
    return cast(Engine, request.state.engine)


async def get_request_id(request: Request) -> str:
    return cast(str, request.state.request_id)


EngineInUse = Annotated[Engine, Depends(get_engine)]
RequestName = Annotated[str, Depends(get_request_id)]
