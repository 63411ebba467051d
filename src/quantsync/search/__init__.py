"""Zeros and extrema of functions over whole parameter maps."""

from quantsync.search.extrema import Extrema, find_extrema
from quantsync.search.planar import PlanarZeros, find_planar_zeros
from quantsync.search.zeros import Zeros, find_zeros

__all__ = [
    "Extrema",
    "PlanarZeros",
    "Zeros",
    "find_extrema",
    "find_planar_zeros",
    "find_zeros",
]
