"""What is imported is named as a dependency, and every dependency has its reason."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.docs.documents import ROOT, text

ROOMS = ("app", "ml", "datagen", "evaluation")
PROJECT = tomllib.loads(text("pyproject.toml"))["project"]
OF_THE_PRODUCT = ("postgres", "s3", "otlp", "evaluation", "browser")  # not those of tests alone
PARTS = {"starlette", "pydantic-core"}  # of FastAPI and of pydantic, whose interfaces show them


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def imported() -> dict[str, set[str]]:
    """What our modules import, wherever in them, and the distributions that have it."""
    modules: set[str] = set()
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    installed = packages_distributions()
    known = modules & installed.keys() - {*sys.stdlib_module_names, *ROOMS}
    return {module: {*map(canonicalize_name, installed[module])} for module in known}


def test_what_is_imported_is_a_dependency() -> None:
    extras = (PROJECT["optional-dependencies"][name] for name in OF_THE_PRODUCT)
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]
    named, found = names(lines) | PARTS, imported()
    assert {"numpy", "scipy", "torch"} <= found.keys()
    assert [module for module, of in found.items() if not of & named] == []


def test_every_dependency_has_its_reason() -> None:
    reasons = text("docs/decisions/libraries.md").partition("## Consequences")[0]
    assert [one for one in names(PROJECT["dependencies"]) if f"`{one}`" not in reasons] == []
