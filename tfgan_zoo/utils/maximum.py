"""The choice of a number by a score, such that what is chosen does not jump."""

import numpy as np
from scipy.optimize import minimize_scalar


def maximise(score, choices, tolerance=1e-6):
    """The positive number of the largest score: the best of `choices`, refined between its two neighbours.

    The best of a list alone jumps where two are about equally good, and so does all that is computed with
    it. The maximum between them moves as smoothly as the score does.

    Args:
        score: a smooth function of a positive float.
        choices: positive numbers, so close that between three in a row there is one maximum at most. A
            single one is taken as it is.
        tolerance: to which share of itself the number is found.

    Returns:
        A float from the first choice to the last.
    """
    choices = np.sort(np.asarray(choices, np.float64))
    best = int(np.argmax([score(each) for each in choices]))
    if len(choices) == 1:
        return float(choices[0])
    bounds = np.log(choices[[max(best - 1, 0), min(best + 1, len(choices) - 1)]])
    found = minimize_scalar(lambda place: -score(np.exp(place)), bounds=bounds, options={"xatol": tolerance})
    # The search comes near the ends of the list, not onto them.
    return float(max(choices[best], np.exp(found.x), key=score))
