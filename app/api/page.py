"""GET /: the page on which people see how a feed comes about, and the files that it loads."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from app.errors import NotFoundError
from app.web.page_files import INDEX, page_files

SAFE: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
KEPT: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
ASKED_AGAIN: Final = {"Cache-Control": "no-cache"}

router = APIRouter(include_in_schema=False)


@router.get("/")
async def page() -> Response:
    """The page."""
    return Response(page_files().index, media_type="text/html", headers=SAFE | ASKED_AGAIN)


@router.get("/page/{version}/{name:path}")
async def page_file(version: Annotated[str, Path()], name: Annotated[str, Path()]) -> Response:
    """A file of the page. One of another version is that of this one, and not kept."""
    found = page_files().files.get(name)
    if found is None or name == INDEX:
        raise NotFoundError(f"the page has no file {name[:60]!r}")
    kept = KEPT if version == page_files().version else ASKED_AGAIN
    return Response(found.content, media_type=found.media_type, headers=SAFE | kept)
