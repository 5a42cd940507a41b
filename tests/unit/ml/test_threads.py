"""Whatever the environment says, one process computes in one thread."""

from __future__ import annotations

import os
import subprocess
import sys

ASKED = """
from threadpoolctl import threadpool_info
from ml import threads
import numpy, torch
threads.use_one()
print({pool["num_threads"] for pool in threadpool_info()} | {torch.get_num_threads()})
"""


def test_no_library_computes_in_more_threads_than_one() -> None:
    many = {**os.environ, "OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4"}
    found = subprocess.run(
        [sys.executable, "-c", ASKED], env=many, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "{1}", found.stderr
