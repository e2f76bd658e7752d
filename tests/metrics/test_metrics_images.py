import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import metrics


def textured(rng, shape):
    """Smooth random uint8 images."""
    noise = rng.normal(size=shape)
    for axis in (1, 2):
        for _ in range(3):
            noise = noise + np.roll(noise, 1, axis) + np.roll(noise, -1, axis)
    noise = (noise - noise.min()) / (noise.max() - noise.min())
    return (noise * 255).astype(np.uint8)


def test_psnr_by_hand():
    first, second = np.zeros((2, 4, 4, 1), np.uint8), np.zeros((2, 4, 4, 1), np.uint8)
    second[0] = 51
    assert metrics.psnr(first, second) == pytest.approx([-20 * np.log10(0.2), np.inf])
    floats = np.full((1, 4, 4, 1), -1.0), np.full((1, 4, 4, 1), -0.6)
    assert metrics.psnr(*floats) == pytest.approx([-20 * np.log10(0.2)])


def test_ssim_of_constant_images_is_the_luminance_term():
    first, second = np.full((1, 16, 16, 1), 0.0), np.full((1, 16, 16, 1), 0.6)
    a, b, c1 = 0.5, 0.8, 1e-4
    assert metrics.ssim(first, second) == pytest.approx([(2 * a * b + c1) / (a**2 + b**2 + c1)])


def test_ssim_of_an_image_and_its_contrast(rng):
    """For b = m + g (a - m) with equal means the structure term is known in closed form."""
    image = rng.uniform(-0.5, 0.5, size=(1, 11, 11, 1))
    window = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    window = np.outer(window, window) / window.sum() ** 2
    a = (image[0, :, :, 0] + 1) / 2
    mean = (window * a).sum()
    variance = (window * (a - mean) ** 2).sum()
    faded = 2 * (mean + 0.5 * (a - mean)) - 1
    expected = (2 * 0.5 * variance + 9e-4) / (1.25 * variance + 9e-4)
    value = metrics.ssim(image, faded[None, :, :, None])
    assert value == pytest.approx([expected], rel=1e-9)


def test_ssim_and_ms_ssim_agree_with_tensorflow(rng):
    first = textured(rng, (3, 181, 190, 3))
    second = np.clip(first + rng.normal(0, 20, first.shape), 0, 255).astype(np.uint8)
    ours, theirs = metrics.ssim(first, second), tf.image.ssim(first, second, 255)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
    np.testing.assert_allclose(
        metrics.ms_ssim(first, second), tf.image.ssim_multiscale(first, second, 255), rtol=1e-4
    )
    np.testing.assert_allclose(
        metrics.psnr(first, second), tf.image.psnr(first, second, 255), rtol=1e-5
    )


def test_five_scales_have_the_published_weights_which_add_up_to_1_0001():
    """Flat images have contrast 1 at every scale, and the luminance term to the last weight."""
    first, second = np.full((1, 176, 176, 1), -0.8), np.full((1, 176, 176, 1), 0.8)
    a, b, c1 = 0.1, 0.9, 1e-4
    luminance = (2 * a * b + c1) / (a**2 + b**2 + c1)
    assert metrics.ms_ssim(first, second) == pytest.approx([luminance**0.1333], rel=1e-9)
    # Of four the weights are divided by their sum.
    assert metrics.ms_ssim(first, second, 4) == pytest.approx([luminance ** (0.2363 / 0.8668)], rel=1e-9)


def test_ms_ssim_with_fewer_scales_rescales_the_weights(rng):
    first = textured(rng, (2, 48, 48, 1))
    second = textured(rng, (2, 48, 48, 1))
    weights = np.array([0.0448, 0.2856, 0.3001])
    theirs = tf.image.ssim_multiscale(first, second, 255, power_factors=weights / weights.sum())
    np.testing.assert_allclose(metrics.ms_ssim(first, second), theirs, rtol=1e-3)
    one = metrics.ms_ssim(first, second, scales=1)
    np.testing.assert_allclose(one, np.clip(metrics.ssim(first, second), 0, None), rtol=1e-12)


def test_the_window_shrinks_to_scales_of_fewer_pixels(rng):
    first = textured(rng, (2, 32, 32, 1))
    second = np.clip(first + rng.normal(0, 40, first.shape), 0, 255).astype(np.uint8)
    weights = np.array([0.0448, 0.2856, 0.3001])
    weights /= weights.sum()
    a, b = (of[..., 0] / 255.0 for of in (first, second))
    expected = 1.0
    for scale, weight in enumerate(weights):
        luminance, contrast = ssim_terms(a, b, side=min(11, a.shape[1]))
        expected = expected * (luminance * contrast if scale == 2 else contrast).mean(axis=(1, 2)) ** weight
        a, b = (of.reshape(2, len(of[0]) // 2, 2, -1, 2).mean(axis=(2, 4)) for of in (a, b))
    np.testing.assert_allclose(metrics.ms_ssim(first, second, scales=3), expected, rtol=1e-9)


def ssim_terms(a, b, side):
    """Luminance and contrast at every place [n, H - side + 1, ...] of a square window, by its definition."""
    places = np.arange(side) - (side - 1) / 2
    window = np.exp(-(places**2) / (2 * (1.5 * side / 11) ** 2))
    window = np.outer(window, window) / window.sum() ** 2

    def mean(of):
        patches = np.lib.stride_tricks.sliding_window_view(of, (side, side), axis=(1, 2))
        return (patches * window).sum(axis=(-2, -1))

    m_a, m_b = mean(a), mean(b)
    variances = mean(a * a) - m_a**2 + mean(b * b) - m_b**2
    luminance = (2 * m_a * m_b + 1e-4) / (m_a**2 + m_b**2 + 1e-4)
    return luminance, (2 * (mean(a * b) - m_a * m_b) + 9e-4) / (variances + 9e-4)


def test_similarity_of_an_image_with_itself_is_one(rng):
    image = textured(rng, (2, 64, 64, 3))
    assert metrics.ssim(image, image) == pytest.approx([1, 1])
    assert metrics.ms_ssim(image, image) == pytest.approx([1, 1])


def test_small_images_are_refused():
    small = np.zeros((1, 10, 30, 1))
    for metric in (metrics.ssim, metrics.ms_ssim):
        with pytest.raises(ValueError, match="11 pixels"):
            metric(small, small)
    with pytest.raises(ValueError, match="single pixel at scale 5"):
        metrics.ms_ssim(np.zeros((1, 12, 16, 1)), np.zeros((1, 12, 16, 1)), scales=5)
    with pytest.raises(ValueError, match="one shape"):
        metrics.psnr(np.zeros((1, 8, 8, 1)), np.zeros((2, 8, 8, 1)))


def test_ms_ssim_diversity(rng):
    varied = textured(rng, (12, 32, 32, 1))
    collapsed = varied[:1].repeat(12, 0)
    assert metrics.ms_ssim_diversity(collapsed, pairs=10) == pytest.approx(1)
    assert metrics.ms_ssim_diversity(varied, pairs=30) < 0.9
    # Collapsed within each class: pairs are within classes, so the mean is 1.
    two = np.concatenate([varied[:1].repeat(6, 0), varied[1:2].repeat(6, 0)])
    labels = np.repeat([0, 1], 6)
    assert metrics.ms_ssim_diversity(two, pairs=10, labels=labels) == pytest.approx(1)
    assert metrics.ms_ssim_diversity(two, pairs=40) < 1
    with pytest.raises(ValueError, match="2 images"):
        metrics.ms_ssim_diversity(varied[:3], labels=np.array([0, 0, 1]))


def test_laplacian_levels_show_where_the_texture_differs(rng):
    """Noise in the finest detail shows on the fine level and hardly on the coarse one."""
    smooth = textured(rng, (96, 32, 32, 3)) / 127.5 - 1
    checks = np.indices((32, 32)).sum(0)[..., None] % 2 - 0.5
    same = metrics.laplacian_sliced_wasserstein(smooth[:48], smooth[48:], patches=64)
    rough = smooth[48:] * 0.7 + 0.3 * checks
    other = metrics.laplacian_sliced_wasserstein(smooth[:48], rough, patches=64)
    assert list(same) == list(other) == [32, 16]
    assert other[32] > 5 * same[32]
    assert other[16] < 2 * same[16]


def test_laplacian_of_smooth_images_vanishes_at_the_fine_level():
    from tfgan_zoo.metrics import wasserstein

    ramp = np.linspace(0, 1, 32)[None, :, None, None] * np.ones((1, 32, 32, 1))
    fine, coarse = wasserstein._pyramid(ramp, 16)
    assert np.abs(fine[:, 4:-4]).max() < 1e-12
    np.testing.assert_allclose(coarse[:, 2:-2, 8, 0], ramp[:, ::2, 8, 0][:, 2:-2], atol=1e-12)
    flat = np.full((1, 32, 32, 1), 0.3)
    assert np.abs(next(wasserstein._pyramid(flat, 16))).max() < 1e-12


def test_laplacian_of_flat_images_is_finite():
    flat = np.zeros((4, 32, 32, 3))
    assert metrics.laplacian_sliced_wasserstein(flat, flat, patches=4) == {32: 0, 16: 0}
