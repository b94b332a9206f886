"""Connected components: rows joined by pairs, each cluster named by its earliest row."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lantian.detect.candidates import Rows


def earliest_of_cluster(left: Rows, right: Rows, height: int) -> Rows:
    """Return for each of `height` rows the earliest row it is joined to, itself if none."""
    edges = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(height, height))
    count, label = connected_components(edges, directed=False)
    earliest = np.full(count, height, np.int64)
    np.minimum.at(earliest, label, np.arange(height))
    named: Rows = earliest[label]
    return named
