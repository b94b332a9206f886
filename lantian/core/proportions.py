"""How sure a share is that was counted on few cases."""

from __future__ import annotations

from math import sqrt

NORMAL_95 = 1.959964  # two-sided 95 percent of the standard normal distribution


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Return the 95 percent interval of a share, both ends from 0 to 1; nothing known without trials.

    E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, J. Am. Stat. Assoc. 22
    (1927) 209-212: holds near 0 and 1 and on few cases, where the textbook interval leaves the scale.

    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    if not 0 <= hits <= trials:
        raise ValueError("hits lie between 0 and trials")
    if trials == 0:
        return 0.0, 1.0
    share, spread = hits / trials, NORMAL_95**2 / trials
    centre = (share + spread / 2) / (1 + spread)
    reach = NORMAL_95 * sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    return max(0.0, centre - reach), min(1.0, centre + reach)
