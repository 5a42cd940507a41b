"""The files of the page at `/`, read once: a version in their address lets browsers keep them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

INDEX: Final = "index.html"
MEDIA_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class PageFiles:
    version: str  # a hash of all of them
    files: Mapping[str, PageFile]  # by their path, without the version

    @property
    def index(self) -> bytes:
        """The document, which names the version and lists its modules, so that a browser fetches
        them all at once."""
        preloads = "\n".join(
            f'    <link rel="modulepreload" href="page/{self.version}/{name}">'
            for name in sorted(self.files)
            if name.endswith(".js") and name != "early.js"
        )
        text = self.files[INDEX].content.decode()
        return text.replace("{preloads}", preloads).replace("{version}", self.version).encode()


@cache
def page_files() -> PageFiles:
    """All files below `page/`.

    Raises:
        KeyError: a file is of a kind that has no media type here.
    """
    found = {
        name: PageFile(one.read_bytes(), MEDIA_TYPES[name.rpartition(".")[2]])
        for name, one in sorted(_below(files(__package__) / "page", ""))
    }
    digest = blake2b(digest_size=6)
    for name, one in found.items():
        digest.update(f"{name}\0{len(one.content)}\0".encode() + one.content)
    return PageFiles(digest.hexdigest(), found)


def _below(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for one in folder.iterdir():
        if one.is_dir():
            found += _below(one, f"{prefix}{one.name}/")
        else:
            found.append((prefix + one.name, one))
    return found
