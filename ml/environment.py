"""What commands read from the environment as the service does: where the artifacts are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

DEFAULT_ARTIFACTS: Final = Path("artifacts")  # app/process_settings.py has the setting


def setting(name: str) -> str:
    """The value of a setting, whose name may be in small letters; empty where it is not set."""
    return {name.upper(): value for name, value in os.environ.items()}.get(name, "")


def artifacts() -> Path:
    """The folder of the models and the state: `FORYOU_ARTIFACTS`, or its default."""
    return Path(setting("FORYOU_ARTIFACTS") or DEFAULT_ARTIFACTS)
