"""python -m evaluation.pictures: drives the page of a running service and takes its pictures.

It needs the extra `browser` and a Chromium. Screenshots are of every tab that documents show, light
and dark, for a small and a large screen; one animated picture shows weights being moved.
"""

from __future__ import annotations

import argparse
import io
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from ml.command import run

if TYPE_CHECKING:
    from PIL.Image import Image
    from playwright.sync_api import Browser, Page

WIDTHS: Final = (360, 1440)
Theme = Literal["light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
HEIGHT: Final = 900
COLORS: Final = 128  # of a screenshot: flat areas and text need no more
SETTLE_MILLISECONDS: Final = 600
FRAME_MILLISECONDS: Final = 160
FRAMES_AFTER: Final = 3  # of each move, in which the list glides to its new order
ANIMATED: Final = (960, 600)  # pixels


class Scene(NamedTuple):
    """A tab as documents show it."""

    name: str
    address: str
    ready: str  # a selector that is there when it is drawn


SCENES: Final = (
    Scene("feed", "feed?person={person}", ".waterfall"),
    Scene("weights", "weights?person={person}&weights.reply=300", ".move"),
    Scene("compare", "compare?person={person}&b.preset=x-2026", ".pane li"),
    Scene("live", "live?person={person}", ".move"),
    Scene("write", "write?person={person}", ".big"),
    Scene("people", "people?person={person}", ".community, .bars"),
    Scene("state", "state", ".facts-list"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures of a service."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.pictures", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="of a running service")
    parser.add_argument("--person", default="42", help="whose feed")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    given = parser.parse_args(arguments)
    from playwright.sync_api import sync_playwright  # the extra `browser`

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        parser.error("no Chromium here; apt-get install chromium")
    with sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--no-proxy-server"]
        )
        for name, picture in screenshots(started, given.url, given.person):
            _write(given.out / f"page-{name}.png", picture)
        moving(started, given.url, given.person, given.out / "page-weights.webp")
        started.close()
    return 0


def screenshots(browser: Browser, url: str, person: str) -> Iterator[tuple[str, bytes]]:
    """Each scene in each theme and width, by its name."""
    for width in WIDTHS:
        for theme in THEMES:
            page = _page(browser, width, HEIGHT, theme, reduced_motion="reduce")
            for scene in SCENES:
                _show(page, url, scene, person)
                yield f"{scene.name}-{width}-{theme}", page.screenshot()
            page.context.close()


def moving(browser: Browser, url: str, person: str, out: Path) -> None:
    """The list under a slider that moves, as an animated picture."""
    page = _page(browser, *ANIMATED, "light")
    page.goto(f"{url}/#/weights?person={person}")
    slider = page.get_by_role("slider", name="Reply")
    page.locator(".cards > article").first.wait_for()
    slider.focus()
    page.evaluate("scrollTo(0, 150)")
    frames = [page.screenshot()] * FRAMES_AFTER
    for key in ["ArrowRight"] * 6 + ["ArrowLeft"] * 10 + ["ArrowRight"] * 4:
        slider.press(key)
        for _ in range(FRAMES_AFTER):
            page.wait_for_timeout(FRAME_MILLISECONDS // 2)
            frames.append(page.screenshot())
    page.context.close()
    images = [_image(frame) for frame in frames]
    images[0].save(
        out,
        save_all=True,
        append_images=images[1:],
        duration=FRAME_MILLISECONDS,
        loop=0,
        quality=45,
        method=6,
        minimize_size=True,
    )


def _page(browser: Browser, width: int, height: int, theme: Theme, **options: Any) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, **options
    )
    return context.new_page()


def _show(page: Page, url: str, scene: Scene, person: str) -> None:
    """Open a scene and do what makes it worth a picture."""
    page.goto("about:blank")
    page.goto(f"{url}/#/{scene.address.format(person=person)}")
    if scene.name == "feed":
        page.get_by_role("button", name="Why?").first.click()
    if scene.name == "live":
        page.locator(".acts").nth(1).get_by_role("button", name="Like").click()
    if scene.name == "write":
        page.locator(".known").wait_for()
        page.get_by_label("Text", exact=True).fill("A quiet morning, a good book, strong coffee.")
        page.get_by_label("Topic").fill("books")
        page.get_by_role("button", name="Try it").click()
    page.locator(scene.ready).first.wait_for()
    page.wait_for_timeout(SETTLE_MILLISECONDS * (10 if scene.name == "state" else 1))  # its plots


def _image(png: bytes) -> Image:
    from PIL import Image as images  # the extra `browser`

    return images.open(io.BytesIO(png)).convert("RGB")


def _write(path: Path, png: bytes) -> None:
    """A screenshot in few colors, which is a third of its size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    from PIL.Image import Dither  # the extra `browser`

    _image(png).quantize(COLORS, dither=Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    run(main)
