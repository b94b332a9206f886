"""Odd numbers that the sampling hash is made of: large, without pattern, the same for ever."""

from __future__ import annotations

import numpy as np

HEAD = np.uint64(0x9E3779B97F4A7C15)
TAIL = np.uint64(0xC2B2AE3D27D4EB4F)
LAST = np.uint64(0xFF51AFD7ED558CCD)

VERSION = 2
"""Changes with whatever changes a sample: an index sampled otherwise is refused."""
