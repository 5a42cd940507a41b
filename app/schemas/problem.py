"""What went wrong (RFC 9457)."""

from __future__ import annotations

from app.schemas.strict import Strict


class FieldProblem(Strict):
    where: str
    detail: str


class Problem(Strict):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem] | None = None
