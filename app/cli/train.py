"""Train, then compile all that serving the new bundle will call."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from app.read_settings import read_settings
from app.serving.warm_up import warm_up
from app.settings import InvalidSettingError
from ml import __main__ as ml
from ml import bundle, kernel_folder, kernels
from ml.bundle.disk import CURRENT


def main(arguments: Sequence[str], prog: str = "foryou train") -> int:
    """Run `python -m ml train` with these arguments; 2 where the reader must mend something."""
    try:
        settings = read_settings()
    except InvalidSettingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    artifacts = _artifacts(arguments)
    before = _published(artifacts)
    code = ml.main(["train", *arguments], prog.removesuffix(" train"))
    if code == 0 and _published(artifacts) != before:
        warm = warm_up(settings, bundle.load(artifacts))
        folder = kernels.directory()
        if folder is not None:
            kernel_folder.keep(folder, artifacts)
        print(
            f"{warm.ready} kernels ready, {warm.compiled} compiled in {warm.seconds:.1f} s of CPU"
        )
    return code


def _artifacts(arguments: Sequence[str]) -> Path:
    """The folder that `--out` names."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--out", type=Path, default=Path("artifacts"))
    artifacts: Path = parser.parse_known_args(arguments)[0].out
    return artifacts


def _published(artifacts: Path) -> int:
    """When a bundle was published there, as far as it matters: another time is another training."""
    pointer = artifacts / CURRENT
    return pointer.stat().st_mtime_ns if pointer.exists() else 0
