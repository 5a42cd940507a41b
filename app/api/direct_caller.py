"""Whether a request comes directly from this machine: no proxy, no other name, no foreign page.

A loopback peer alone proves nothing: it may be a reverse proxy that speaks for the world, or a
browser that runs a stranger's page (DNS rebinding, cross-site requests).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from app.settings import Settings

PROXIED: Final = ("forwarded", "via", "x-real-ip")
PROXIED_PREFIX: Final = "x-forwarded"
OWN_SITE: Final = ("same-origin", "none")  # of Sec-Fetch-Site; a browser sends it, a tool does not
IN_PROCESS: Final = "testserver"  # what starlette's TestClient calls the application
HOST: Final = re.compile(r"(?:\[([^\[\]]+)\]|([^\[\]:@/]+))(?::\d*)?")
MAX_SHOWN: Final = 60  # characters of a header that an answer repeats


@dataclass(frozen=True, slots=True)
class DirectCaller:
    settings: Settings

    def refusal(self, request: Request) -> str | None:
        """Why this request is not a direct one from this machine; None if it is."""
        return (
            self._reachable(request)
            or self._peer(request)
            or self._proxied(request)
            or self._host(request)
            or self._foreign_page(request)
        )

    def _reachable(self, request: Request) -> str | None:
        """Another ASGI server can listen on an address that the settings do not name."""
        if not is_loopback(self.settings.host):
            return f"it listens on {self.settings.host}, where other machines can reach it"
        address = (request.scope.get("server") or ("",))[0] or ""
        if is_address(address) and not is_loopback(address):
            return f"it was reached at {address}, where other machines can reach it"
        return None

    def _peer(self, request: Request) -> str | None:
        client = request.scope.get("client")
        if client is None:
            return "it came over a socket that names no address"
        peer = client[0]
        if not is_address(peer):  # a caller in this process; no socket has such a peer
            return None
        if not is_loopback(peer):
            return f"it came from {peer}"
        if any(ip_address(peer) in ip_network(one) for one in self.settings.trusted_proxies):
            return f"{peer} is one of FORYOU_TRUSTED_PROXIES, and so speaks for others"
        return None

    def _proxied(self, request: Request) -> str | None:
        for name in request.headers:
            if name in PROXIED or name.startswith(PROXIED_PREFIX):
                return f"its header {name[:MAX_SHOWN]} shows that a proxy forwarded it"
        if request.scope["http_version"] == "1.0":  # nginx forwards so, with no header of its own
            return "it is in HTTP/1.0, as a proxy forwards requests"
        return None

    def _host(self, request: Request) -> str | None:
        """A name that only resolves to loopback can be anybody's."""
        hosts = request.headers.getlist("host")
        in_process = not is_address(request.scope["client"][0])
        if len(hosts) == 1 and (
            is_loopback(_name(hosts[0])) or (in_process and hosts[0] == IN_PROCESS)
        ):
            return None
        given = ", ".join(hosts)[:MAX_SHOWN] or "none"
        return f"its Host is {given}, not localhost, 127.0.0.1 or [::1]"

    def _foreign_page(self, request: Request) -> str | None:
        origins = request.headers.getlist("origin")
        own = request.headers["host"].lower()
        for origin in origins:
            if origin not in self.settings.cors_origins and _authority(origin) != own:
                return f"it was sent by a page of {origin[:MAX_SHOWN]}"
        for site in request.headers.getlist("sec-fetch-site"):
            if site not in OWN_SITE and not origins:
                return f"it was sent by a page of another site (Sec-Fetch-Site: {site[:MAX_SHOWN]})"
        return None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on this host."""
    if not is_address(host):
        return host.lower() == "localhost"
    address = ip_address(host)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _name(host: str) -> str:
    """The name in a Host header: without the port, or the brackets of an IPv6 address."""
    found = HOST.fullmatch(host)
    return (found[1] or found[2]) if found else ""


def _authority(origin: str) -> str:
    """The host and port of an origin; empty where it has none, as `null` has."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
