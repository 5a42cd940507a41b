"""The lock file of developers has every requirement, at a version that it allows."""

from __future__ import annotations

import re
import tomllib

from packaging.requirements import Requirement

from tests.docs.documents import text

LOCKED = dict(
    line.split("==") for line in text("deploy/requirements-dev.lock").splitlines() if "==" in line
)
LATER = {"fuzz"}  # brings a plugin for pytest, so that it is installed by itself


def test_every_requirement_is_locked_at_a_version_that_it_allows() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    lines = [line for name in extras.keys() - LATER for line in extras[name]]
    for line in (*project["dependencies"], *lines):
        one = Requirement(line)
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        assert name in LOCKED, f"{name} is not locked; run make lock"
        assert one.specifier.contains(LOCKED[name]), f"{name}: run make lock"


def test_the_lock_is_of_public_versions_alone() -> None:
    assert len(LOCKED) > 50
    assert all(
        re.fullmatch(r"[\d.]+(?:(?:a|b|rc|post)\d+)?", version) for version in LOCKED.values()
    )
