"""A file of arrays is a function of the arrays: no time, no order, no interpreter is in it.

The hash below is the same under every Python and on every machine."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from ml.state.storage import array_file

ARRAYS: dict[str, array_file.Array] = {
    "weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "at": np.array([1, -1], np.int64),
    "is_on": np.array([True, False, True]),
    "offset": np.asarray(0.5),
    "none": np.empty((0, 3), np.int32),
}
SHA256 = "e43022ea4d7f79e038c6698d3896b786819da0cd47c1363119be4dcfa6b06605"


def test_the_same_arrays_are_the_same_bytes_in_any_order_and_layout(tmp_path: Path) -> None:
    array_file.save(tmp_path / "one", ARRAYS)
    turned = {name: np.asarray(array, order="F") for name, array in reversed(ARRAYS.items())}
    array_file.save(tmp_path / "other", turned)
    one = (tmp_path / "one").read_bytes()
    assert (tmp_path / "other").read_bytes() == one
    assert hashlib.sha256(one).hexdigest() == SHA256


def test_what_is_read_is_what_was_written_and_the_readers_own(tmp_path: Path) -> None:
    array_file.save(tmp_path / "file", ARRAYS)
    read = array_file.load(tmp_path / "file")
    assert read.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(read[name], array, strict=True)
        assert read[name].flags.writeable
    read["weight"][:] = 7
    np.testing.assert_array_equal(array_file.load(tmp_path / "file")["weight"], ARRAYS["weight"])


@pytest.mark.parametrize("kept", [0, 4, 40, -1])
def test_a_part_of_a_file_is_refused(tmp_path: Path, kept: int) -> None:
    array_file.save(tmp_path / "file", ARRAYS)
    (tmp_path / "file").write_bytes((tmp_path / "file").read_bytes()[:kept])
    with pytest.raises(ValueError, match="file is damaged"):
        array_file.load(tmp_path / "file")


@pytest.mark.parametrize(
    "header",
    [
        b'"text"',
        b"[]",
        b'{"a": 7}',
        b'{"a": {"dtype": "F64", "shape": [1000000000000], "data_offsets": [0, 8]}}',
        b'{"a": {"dtype": "F64", "shape": [-1], "data_offsets": [0, 8]}}',
        b'{"a": {"dtype": "F99", "shape": [1], "data_offsets": [0, 8]}}',
    ],
)
def test_a_header_that_describes_no_arrays_is_refused(tmp_path: Path, header: bytes) -> None:
    (tmp_path / "file").write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    with pytest.raises(ValueError, match="file is damaged"):
        array_file.load(tmp_path / "file")
