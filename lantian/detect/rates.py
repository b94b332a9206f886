"""Small numbers treated honestly: intervals, shrinkage to the peers, and how many false alarms to expect.

All functions take arrays or single numbers. Intervals: Wilson (JASA 22, 1927) for shares, Garwood (Biometrika
28, 1936) for counts. Shrinkage: a gamma prior over the peers' rates, fitted by moments; the lower bound is a
quantile of the posterior. False discoveries: Benjamini and Hochberg (JRSS B 57, 1995).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

Numbers = npt.NDArray[np.float64]
Given = npt.ArrayLike
Z95 = 1.959963984540054
"""Two-sided 95 percent of the normal distribution."""


def wilson(successes: Given, trials: Given, z: float = Z95) -> tuple[Any, Any]:
    """Return lower and upper bound of a share; without trials nothing is known: 0 and 1.

    >>> [round(float(x), 3) for x in wilson(9, 10)]
    [0.596, 0.982]
    """
    k, n = np.asarray(successes, float), np.asarray(trials, float)
    safe = np.maximum(n, 1)
    middle = k + z * z / 2
    spread = z * np.sqrt(np.maximum(k * (safe - k) / safe, 0) + z * z / 4)
    low, high = (middle - spread) / (safe + z * z), (middle + spread) / (safe + z * z)
    return np.where(n > 0, np.clip(low, 0, 1), 0.0), np.where(n > 0, np.clip(high, 0, 1), 1.0)


def beta_lower(successes: Given, trials: Given, quantile: float = 0.025) -> Any:
    """Return the lower bound of a share under a uniform prior.

    >>> round(float(beta_lower(0, 0)), 3)
    0.025
    """
    k, n = np.asarray(successes, float), np.asarray(trials, float)
    return special.betaincinv(k + 1, n - k + 1, quantile)


def poisson_interval(count: Given, quantile: float = 0.025) -> tuple[Any, Any]:
    """Return the exact bounds of the mean behind a count.

    >>> [round(float(x), 2) for x in poisson_interval(10)]
    [4.8, 18.39]
    """
    k = np.asarray(count, float)
    low = np.where(k > 0, special.gammaincinv(np.maximum(k, 1), quantile), 0.0)
    return low, special.gammaincinv(k + 1, 1 - quantile)


def poisson_tail(count: Given, mean: Given) -> Any:
    """Return the chance of at least so many where so many are expected.

    >>> round(float(poisson_tail(3, 1.0)), 4), float(poisson_tail(0, 1.0))
    (0.0803, 1.0)
    """
    k, m = np.asarray(count, float), np.maximum(np.asarray(mean, float), 0)
    return np.where(k > 0, special.gammainc(np.maximum(k, 1), m), 1.0)


def binomial_tail(successes: Given, trials: Given, share: Given) -> Any:
    """Return the chance of at least so many successes.

    >>> round(float(binomial_tail(3, 3, 0.5)), 3)
    0.125
    """
    k, n, p = (np.asarray(x, float) for x in (successes, trials, share))
    return np.where(k > 0, special.betainc(np.maximum(k, 1), np.maximum(n - k + 1, 1e-9), p), 1.0)


def overdispersion(counts: Given, means: Given) -> float:
    """Return how much counts scatter beyond Poisson: variance = mean + this x mean squared, by moments.

    >>> overdispersion([5, 5, 5, 5], [5, 5, 5, 5])
    0.0
    """
    k, m = np.asarray(counts, float), np.asarray(means, float)
    return max(float(((k - m) ** 2 - m).sum() / max(float((m * m).sum()), 1e-9)), 0.0) if len(k) else 0.0


def scattered_tail(count: Given, mean: Given, scatter: float) -> Any:
    """Return the chance of at least so many under a negative binomial; without scatter it is Poisson.

    >>> bool(scattered_tail(10, 2.0, 0.5) > poisson_tail(10, 2.0))
    True
    """
    if scatter <= 1e-9:
        return poisson_tail(count, mean)
    k, m = np.asarray(count, float), np.maximum(np.asarray(mean, float), 1e-300)
    odds = m * scatter / (1 + m * scatter)
    return np.where(k > 0, special.betainc(np.maximum(k, 1), 1 / scatter, odds), 1.0)


@dataclass(frozen=True)
class Peers:
    """A gamma distribution over the peers' rates."""

    shape: float
    rate: float

    @property
    def mean(self) -> float:
        """The peers' mean count for each unit of exposure."""
        return self.shape / self.rate

    def lower(self, counts: Given, exposures: Given, quantile: float = 0.025) -> Any:
        """Return the lower bound of each one's rate, pulled toward the peers where little is known."""
        k, e = np.asarray(counts, float), np.asarray(exposures, float)
        return special.gammaincinv(self.shape + k, quantile) / (self.rate + e)


def peers(counts: Given, exposures: Given) -> Peers:
    """Fit the peers by moments; the highest twentieth is set to its lowest, so that culprits set no norm.

    >>> fitted = peers([4, 5, 6, 5, 4, 6], [1, 1, 1, 1, 1, 1])
    >>> round(fitted.mean, 2)
    5.0
    """
    k, e = np.asarray(counts, float), np.maximum(np.asarray(exposures, float), 1e-9)
    if len(k) == 0:
        return Peers(1.0, 1.0)
    rates = k / e
    rates = np.minimum(rates, np.quantile(rates, 0.95, method="lower") if len(rates) > 19 else np.inf)
    mean = max(float(np.average(rates, weights=e)), 1e-6)
    noise = mean * len(e) / float(e.sum())
    # Peers that happen to be alike must not drag a true outlier all the way to them: half the mean at least.
    spread = max(float(np.average((rates - mean) ** 2, weights=e)) - noise, mean * mean / 4)
    return Peers(mean * mean / spread, mean / spread)


def discoveries(chances: Given, rate: float) -> npt.NDArray[np.bool_]:
    """Tell which of many tests to report so that the expected share of false ones stays under `rate`.

    >>> discoveries([0.001, 0.4, 0.02, 0.9], 0.05).tolist()
    [True, False, True, False]
    """
    p = np.asarray(chances, float)
    if len(p) == 0:
        return np.zeros(0, bool)
    order = np.argsort(p, kind="stable")
    under = p[order] <= rate * np.arange(1, len(p) + 1) / len(p)
    reached = int(np.flatnonzero(under).max()) + 1 if under.any() else 0
    chosen = np.zeros(len(p), bool)
    chosen[order[:reached]] = True
    return chosen
