"""Who may import whom: an import points down or stays in its room, and there are no circles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOWER = [  # each may import those before it
    "ml.schema",
    "ml.heads",
    "ml.errors",
    "ml.command",
    "ml.npz",
    "ml.log",
    "ml.state",
    "ml.embeddings",
    "ml.features",
    "ml.models",
    "ml.bundle",
    "ml.training",
    "ml.__main__",
]
SERVING = TOWER[: TOWER.index("ml.training")]
COMPONENTS = ["gates", "sources", "filters", "rankers", "rescorers", "diversifiers", "selectors"]
EDGE = ["app.schemas", "app.settings", "app.errors"]

ROOMS: dict[str, list[str]] = {
    **{room: TOWER[:place] for place, room in enumerate(TOWER)},
    "ml": [],
    "datagen": ["ml.schema", "ml.command"],
    "app": [],
    "app.pipeline": [],
    **{f"app.{room}": ["app.pipeline", *SERVING] for room in COMPONENTS},
    **{room: ["ml.schema", "ml.heads"] for room in EDGE},
    "app.observability": ["app.pipeline"],
    "app.products": [*(f"app.{room}" for room in COMPONENTS), "app.pipeline", "app.settings"],
    "app.live": ["app.pipeline", "app.errors", *SERVING],
}
ROOMS["app.products"] += SERVING
ROOMS["app.engine"] = [room for room in ROOMS if room.startswith("app.")] + SERVING
ROOMS["app.service"] = [*ROOMS["app.engine"], "app.engine"]
ROOMS["app.deps"] = ["app.engine", "app.service", "app.observability"]
ROOMS["app.api"] = [*ROOMS["app.service"], "app.service", "app.deps"]
ROOMS["app.main"] = [*ROOMS["app.api"], "app.api"]
ROOMS["app.console"] = ["app.schemas"]
ROOMS["app.__main__"] = [*ROOMS["app.main"], "app.main", "app.console"]
ROOMS["evaluation"] = [*ROOMS["app.engine"], "app.engine", "ml.training", "datagen"]
ROOMS["evaluation.live"] = [*ROOMS["app.main"], "app.main", "ml.training", "evaluation"]
ROOMS["evaluation.simulate"] = [*ROOMS["app.main"], "app.main", "datagen", "evaluation"]
ROOMS["evaluation.__main__"] = [*ROOMS["evaluation.simulate"], "evaluation.simulate"]
ROOMS["evaluation.readme"] = [*ROOMS["app.main"], "app.console", "evaluation"]


def test_an_import_points_down_or_stays_in_its_room() -> None:
    wrong = [
        f"{module} imports {target}"
        for module, targets in graph().items()
        for target in targets
        if room_of(target) not in (room_of(module), *ROOMS[room_of(module)])
    ]
    assert not wrong, "\n".join(wrong)


def test_there_are_no_circles() -> None:
    assert list(TopologicalSorter(graph()).static_order())


def test_the_pipeline_could_be_lifted_out_as_a_library() -> None:
    assert {
        target
        for module, targets in graph().items()
        if module.startswith("app.pipeline")
        for target in targets
        if not target.startswith("app.pipeline")
    } == set()


def graph() -> dict[str, set[str]]:
    """Which of our modules imports which of our modules."""
    modules = {name_of(path): path for room in ("app", "ml", "datagen", "evaluation")
               for path in (ROOT / room).rglob("*.py")}  # fmt: skip
    return {
        module: {target for target in imports(path, set(modules)) if target != module}
        for module, path in modules.items()
    }


def imports(path: Path, modules: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                target = f"{node.module}.{alias.name}"
                if target in modules:
                    yield target
                elif node.module in modules:
                    yield node.module


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    return max((room for room in ROOMS if f"{module}.".startswith(f"{room}.")), key=len)
