"""A network of namespaces on one machine: each node has an address, and can be cut off."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

NETWORK: Final = "10.213.{}"
CLIENT: Final = 1  # the last part of the address of those who are in no namespace


class NoNetworkError(Exception):
    """Namespaces are not allowed here, or `ip` is not installed."""


class Network:
    """A bridge, and a namespace per node with one end of a cable; the other is in the bridge."""

    def __init__(self, nodes: Sequence[str]) -> None:
        """
        Raises:
            NoNetworkError: it cannot be made.
        """
        number = os.getpid() % 10_000
        self._name = f"fy{number}"
        self._subnet = NETWORK.format(number % 256)
        self._nodes = {node: place for place, node in enumerate(nodes, CLIENT + 1)}
        try:
            self._make()
        except (OSError, subprocess.CalledProcessError) as error:
            self.close()
            reason = getattr(error, "stderr", None) or str(error)
            raise NoNetworkError(f"namespaces cannot be made here: {reason}") from error

    def address(self, node: str) -> str:
        return f"{self._subnet}.{self._nodes[node]}"

    def prefix(self, node: str) -> list[str]:
        """What runs a command on a node."""
        return ["ip", "netns", "exec", self._namespace(node)]

    def cut(self, node: str) -> None:
        """Pull its cable: packets are lost without an error."""
        _ip("link", "set", self._cable(node), "down")

    def heal(self, node: str) -> None:
        _ip("link", "set", self._cable(node), "up")

    def close(self) -> None:
        with suppress(OSError):
            for node in self._nodes:
                _ip("netns", "del", self._namespace(node), check=False)
            _ip("link", "del", self._name, check=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.close()

    def _make(self) -> None:
        _ip("link", "add", self._name, "type", "bridge")
        _ip("addr", "add", f"{self._subnet}.{CLIENT}/24", "dev", self._name)
        _ip("link", "set", self._name, "up")
        for node in self._nodes:
            inside, cable = self._namespace(node), self._cable(node)
            _ip("netns", "add", inside)
            peer = ("peer", "name", "eth0", "netns", inside)
            _ip("link", "add", cable, "type", "veth", *peer)
            _ip("link", "set", cable, "master", self._name, "up")
            _ip("-n", inside, "addr", "add", f"{self.address(node)}/24", "dev", "eth0")
            _ip("-n", inside, "link", "set", "eth0", "up")
            _ip("-n", inside, "link", "set", "lo", "up")

    def _namespace(self, node: str) -> str:
        return f"{self._name}-{node}"

    def _cable(self, node: str) -> str:
        return f"{self._name}v{self._nodes[node]}"


def _ip(*arguments: str, check: bool = True) -> None:
    subprocess.run(["ip", *arguments], check=check, capture_output=True, text=True)
