"""What a process frees goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import numpy as np
from ml import memory

for _ in range(8):
    np.ones(1 << 20)  # what is freed makes glibc use its heap for arrays of this size from now on
arrays = [np.ones(1 << 18) for _ in range(100)]  # 2 MB each
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * 4096 >> 20
held = resident()
del arrays[:-1]  # the last one stays where the heap ends
memory.give_back()
print(held - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
def test_arrays_are_given_back_though_a_later_one_stays() -> None:
    run = [sys.executable, "-c", PROGRAM]
    freed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert int(freed) > 150  # megabytes of 198
