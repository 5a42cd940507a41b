"""Who may import whom: an import points down or stays in its room, and there are no circles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASE = [
    "ml.actions",
    "ml.ids",
    "ml.schema",
    "ml.heads",
    "ml.preferences",
    "ml.errors",
    "ml.arrays",
    "ml.environment",
    "ml.kernel_folder",
    "ml.kernels",
    "ml.text",
    "ml.command",
    "ml.progress",
    "ml.memory",
    "ml.threads",
]
STATE = [
    "ml.state.structures",
    "ml.state.events",
    "ml.state.tables",
    "ml.state.feature_state",
    "ml.state.updates",
    "ml.state.storage",
]
TOWER = [  # each may import those before it
    *BASE,
    "ml.dataset",
    "ml.event_log",
    "ml.event_log.to_tables",
    *STATE,
    "ml.embeddings",
    "ml.features",
    "ml.models",
    "ml.evidence",
    "ml.bundle",
    "ml.training",
    "ml.__main__",
]
SERVING = TOWER[: TOWER.index("ml.training")]
KINDS = [
    "gates",
    "sources",
    "filters",
    "rankers",
    "rescorers",
    "selectors",
    "side_effects",
]
COMPONENTS = [f"app.{kind}" for kind in KINDS]
SHARED = ["app.retrieval", "app.follow_recommendations"]  # by components
EDGE = ["app.schemas", "app.settings", "app.errors"]

ROOMS: dict[str, list[str]] = {
    **{room: TOWER[:place] for place, room in enumerate(TOWER)},
    "ml": [],
    "ml.state": [],
    "ml.event_log": BASE,
    "ml.event_log.to_tables": [*BASE, "ml.event_log", "ml.dataset"],
    "ml.state.structures": ["ml.arrays", "ml.kernels"],
    "datagen": ["ml.actions", "ml.schema", "ml.command", "ml.progress"],
    "app": [],
    "app.pipeline": [],
    "app.retrieval": ["app.pipeline", *SERVING],
    "app.follow_recommendations": ["app.pipeline", "app.retrieval", *SERVING],
    **{room: ["app.pipeline", *SHARED, *SERVING] for room in COMPONENTS},
    **{room: ["ml.actions", "ml.schema", "ml.ids", "ml.heads", "ml.text"] for room in EDGE},
    "app.settings": ["app.setting_values", "app.process_settings"],
    "app.process_settings": ["app.setting_values", "ml.environment"],
    "app.setting_values": ["ml.heads"],
    "app.read_settings": ["app.settings"],
    "app.steering": ["ml.text", "ml.preferences"],
    "app.observability": ["ml.kernels", "app.pipeline", "app.schemas"],
    "app.web": [],
    "app.products": [*COMPONENTS, *SHARED, "app.pipeline", "app.settings", *SERVING],
}
BELOW_SERVING = [room for room in ROOMS if room.startswith("app.")]
ROOMS["app.serving"] = [*BELOW_SERVING, *SERVING]
ROOMS["app.api"] = [*ROOMS["app.serving"], "app.serving"]
ROOMS["app.main"] = [*ROOMS["app.api"], "app.api"]
ROOMS["app.console"] = ["app.schemas"]
ROOMS["app.cli"] = [*ROOMS["app.main"], "app.main", "app.console"]
ROOMS["app.cli.train"] = [*ROOMS["app.main"], "ml.__main__", "evaluation"]
ROOMS["app.__main__"] = [*ROOMS["app.cli"], "app.cli"]
ROOMS["evaluation"] = [*ROOMS["app.main"], "app.main", "app.console", "datagen", "ml.training"]


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
