"""The site has the documents of every folder, and those at the top of the repository."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).parents[1]
AT_THE_TOP: Final = {
    f"project/{name.lower()}": name
    for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
}
PAGES: Final = {name: page for page, name in AT_THE_TOP.items()}  # by their paths in the repository
LINK: Final = re.compile(r"(?<=\]\()([^)\s#:]+)(?=[)#])")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the documents of each folder, and those that nobody named, into the navigation."""
    docs = Path(config.docs_dir)
    nav = [{name: _documents(docs, at) for name, at in item.items()} for item in config.nav or ()]
    named = [at for item in nav for at in item.values()]
    others = [path.name for path in sorted(docs.glob("*.md")) if path.name not in named]
    config.nav = [*nav[:-1], *others, nav[-1]]
    return config


def _documents(docs: Path, at: str | list[object]) -> str | list[object]:
    """What a folder holds, its README first; anything else as it is."""
    if isinstance(at, list) or not at.endswith("/"):
        return at
    found = [path.relative_to(docs).as_posix() for path in (docs / at).glob("*.md")]
    return [*sorted(found, key=lambda path: (not path.endswith("README.md"), path))]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents at the top."""
    for page, name in AT_THE_TOP.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text("utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn a link between paths of the repository into one between pages of the site."""
    here = page.file.src_uri

    def moved(link: re.Match[str]) -> str:
        there = AT_THE_TOP.get(here, f"docs/{here}")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(there), link[1]))
        return posixpath.relpath(
            PAGES.get(target, target.removeprefix("docs/")), posixpath.dirname(here) or "."
        )

    return LINK.sub(moved, markdown)
