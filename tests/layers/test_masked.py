"""Masked dense layers by hand."""

import numpy as np

from tfgan_zoo.layers.masked import MaskedDense


def test_a_unit_reads_lower_ranks_alone():
    x = np.float32([[1, 10, 100]])
    for strict, expected in ((False, [[10, 11, 111]]), (True, [[0, 10, 11]])):
        layer = MaskedDense(3, read=[2, 1, 3], ranks=[1, 2, 3], strict=strict, kernel_initializer="ones")
        np.testing.assert_array_equal(layer(x), expected)
        again = MaskedDense.from_config(layer.get_config())
        again.build([None, 3])
        np.testing.assert_array_equal(again.mask, layer.mask)
