"""python -m evaluation: how good the current bundle is on what it never saw."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from evaluation import heads, held_out
from ml import bundle
from ml.errors import BundleError, FeedError


def main(arguments: list[str] | None = None) -> int:
    """Print the report; 2 where the reader must mend something."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("artifacts/data"))
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts"))
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    try:
        trained = bundle.load(given.artifacts)
        if trained is None:
            raise BundleError(
                f"{given.artifacts} holds no bundle; run python -m ml train --data {given.data}"
            )
        rows = held_out.score(given.data, given.artifacts, trained)
    except FeedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"bundle {trained.version}, {len(rows.examples):,} impressions after the cut\n")
    print(heads.table(list(heads.report(rows))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
