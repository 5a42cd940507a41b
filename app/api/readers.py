"""Who reads: anybody, the holder of the read key, or one person with a token of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from app.errors import ForbiddenError


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known about the caller of a route that reads."""

    person: str | None = None  # the only user whose pages they may see; None for all users
    trusted: bool = False  # holds the read key

    def check(self, user_id: str) -> None:
        """Refuse to show another person.

        Raises:
            ForbiddenError: the token is another user's.
        """
        if self.person is not None and self.person != user_id:
            raise ForbiddenError(
                "this token reads only what belongs to its own sub; use that user's token, or the "
                "read key"
            )

    def knows(self, user_id: str) -> bool:
        """Whether they may learn whom this user blocks and mutes, and who blocks them."""
        return self.trusted or self.person == user_id


ANYBODY = Reader()


async def get_reader(request: Request) -> Reader:
    """The caller, as the guard of the application found them."""
    return cast(Reader, getattr(request.state, "reader", ANYBODY))


ReaderInUse = Annotated[Reader, Depends(get_reader)]
