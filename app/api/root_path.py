"""The path under which a proxy serves the application, whether or not the proxy removes it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class RootPath:
    """Gives every request the root path, as ASGI has it: `path` begins with `root_path`."""

    app: ASGIApp
    root_path: str  # begins with a slash and does not end in one

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["root_path"] = self.root_path
            if not scope["path"].startswith(f"{self.root_path}/"):
                scope["path"] = self.root_path + scope["path"]
                raw = scope.get("raw_path") or scope["path"].encode()
                scope["raw_path"] = self.root_path.encode() + raw
        await self.app(scope, receive, send)
