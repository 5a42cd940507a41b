"""The socket on which the service listens."""

from __future__ import annotations

import socket

import pytest

from app.cli.serve import listen
from app.settings import InvalidSettingError


def test_answers_are_not_held_back_to_be_sent_together() -> None:
    """asyncio turns Nagle's algorithm off on what is said to be TCP, and on nothing else."""
    with (
        listen("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.proto == socket.IPPROTO_TCP


def test_a_port_that_is_taken_is_said() -> None:
    with (
        listen("127.0.0.1", 0) as first,
        pytest.raises(InvalidSettingError, match="Address already in use"),
    ):
        listen("127.0.0.1", first.getsockname()[1])
