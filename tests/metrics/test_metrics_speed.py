import measure_frechet
import pytest


@pytest.mark.long
def test_frechet_distance_is_faster_than_the_usual_ways():
    results = measure_frechet.measure()
    ours, value = results["frechet_distance"]
    for way, least in (("by_square_root", 6), ("by_general_eigenvalues", 2)):
        seconds, other = results[way]
        assert other == pytest.approx(value, rel=1e-6)
        assert seconds >= least * ours, (way, seconds / ours)
