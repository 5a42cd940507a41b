"""The logarithms of features are those of the library."""

from __future__ import annotations

import numpy as np

from ml.features.logarithm import take_logarithms


def test_some_columns_become_their_logarithms(rng: np.random.Generator) -> None:
    numbers = np.exp(rng.normal(size=(500, 3)) * 12).astype(np.float32)
    numbers[:5, 0] = 1, 2, 0.5, np.nextafter(np.float32(1), 2), 2**60
    found = numbers.copy()
    take_logarithms(found, np.array([True, False, True]))
    np.testing.assert_array_equal(found[:, 1], numbers[:, 1])
    logarithms = np.log(numbers.astype(np.float64))
    np.testing.assert_allclose(found[:, ::2], logarithms[:, ::2], rtol=3e-7, atol=1e-7)
    assert found[0, 0] == 0


def test_what_is_not_above_zero_has_no_logarithm() -> None:
    numbers = np.array([[0], [-1], [-np.inf], [np.nan], [-0.0]], np.float32)
    take_logarithms(numbers, np.array([True]))
    assert np.isnan(numbers).all()
