r"""What the highest parts of phase distributions look like: histograms over super-level sets.

A statistic of the phases, such as `quantsync.chi`, is sampled where the distribution rises
nearly as far above the uniform density as it does at its maximum, as in Fig. 3 of Zhao, Moore,
Thingna and Wächtler (2025). The torus is covered by points that do not line up along the level
lines of such statistics; their waves and the statistic's bins are tabulated once, so that a
distribution costs a matrix product and a count.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from quantsync.arrays import is_foreign, to_numpy
from quantsync.checks import (
    function_of,
    named_arguments,
    real_array,
    real_number,
    require_finite,
    shown,
    times_array,
    whole_number,
)
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.measures._climbing import orders_key, parts, reused, wave_table
from quantsync.measures.phase import PART, PhaseDistribution
from quantsync.parallel import chunk_slices

INTERVALS = ((0, 2 / 16), (3 / 16, 5 / 16), (14 / 16, 1))  # around chi = 0, 1/4 and 1
# Points that cover the torus, by the number of phases. With 11036, 64 bins of chi are within 2 %
# of equal shares (with most numbers nearby 4 %, with random points 25 %).
POINTS = {1: 4096, 2: 11036}
MORE_POINTS = 32768  # for more phases
LARGEST_PRODUCT = 1 << 18  # values of the density at a time; more does not fit the cache
ROUNDING = 1e-9  # of a statistic at the ends of its range, and of edges between bins


@named_arguments
def level_set_histogram(
    distribution: PhaseDistribution,
    statistic: Callable[..., Any],
    bins: int = 64,
    threshold: float = 0.95,
    points: int | None = None,
    range: tuple[float, float] = (0.0, 1.0),
) -> Any:
    r"""Distribution of a statistic of the phases where a phase distribution is high.

    The statistic is sampled from the distribution restricted to {S > threshold * max S}, where
    S is the density minus the uniform one, (2 pi)^-D. (The caption of Fig. 3 of Zhao et al.
    (2025) asks for a density above 0.95 of its maximum, which for weak synchronization is the
    whole torus; their text means S.)

    Parameters
    ----------
    distribution : PhaseDistribution
        In D phases, for a batch (...) of states.
    statistic : callable
        ``statistic(phi_1, ..., phi_D)`` of arrays of phases in radians, elementwise; for
        instance `chi` (of two differences) or `chi_2`. A function that is defined once is
        tabulated once; a new lambda in each call is tabulated each time.
    bins : int, default 64
        Number of equal bins.
    threshold : float, default 0.95
        From 0 to 1.
    points : int, optional
        Number of points that cover the torus: by default 4096 for one phase, 11036 for two and
        32768 for more. Some per cent of them are in the set, which limits the histogram of a
        single state but not averages over many.
    range : (float, float), default (0, 1)
        All values of the statistic.

    Returns
    -------
    array of shape (..., bins)
        Probabilities, which sum to 1. For a uniform distribution over the whole torus. If the
        set is so small that no point of the lattice is in it, the bin of `location`. NaN for a
        state of NaN.

    Raises
    ------
    InvalidArgumentError
        If an argument is not in its range, or the statistic leaves ``range`` or takes another
        number of phases.
    NonFiniteError
        If the statistic is not finite somewhere.
    DimensionError
        If the statistic does not give one number for each point.

    Examples
    --------
    Two spins 1/2 in the singlet state are in antiphase:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> singlet = np.array([0, 1, -1, 0]) / np.sqrt(2)
    >>> phase = qs.relative_phase_distribution(np.outer(singlet, singlet), space)
    >>> print(qs.measures.level_set_histogram(phase, qs.measures.chi_2, bins=16)[-4:].round(2))
    [0.   0.   0.38 0.62]
    """
    bins, low, high = _checked_bins(bins, range)
    threshold = real_number(threshold, "threshold", at_least=0, at_most=1, why=PART)
    if not isinstance(distribution, PhaseDistribution):
        raise InvalidArgumentError(
            "Argument `distribution` must be a PhaseDistribution, as from "
            f"phase_distribution(rho, space), but is a {type(distribution).__name__}."
        )
    function_of(statistic, "statistic", "phases")
    dimension = len(distribution.phases)
    _require_phases(statistic, dimension)
    count = _lattice_size(dimension, points)
    where = reused(_bins, statistic, dimension, count, bins, low, high, size=count)
    xp = array_namespace(distribution.harmonics)
    batch, width = distribution.harmonics.shape[:-1], distribution.harmonics.shape[-1]
    flat = to_numpy(distribution.harmonics).reshape(math.prod(batch), width)
    highest = to_numpy(distribution.maximum).reshape(-1) / distribution.uniform_density
    key = orders_key(distribution.orders)
    table = reused(_waves, key, dimension, count, size=2 * width * count)
    result = np.empty((len(flat), bins))
    for chunk in chunk_slices(len(flat), LARGEST_PRODUCT // count):
        values = parts(flat[chunk]) @ table
        level = np.where(highest[chunk] > 0, threshold * highest[chunk], -np.inf)
        owner, place = np.nonzero(values > level[:, None])
        result[chunk] = np.bincount(
            owner * bins + where[place],
            weights=1 + values[owner, place],
            minlength=values.shape[0] * bins,
        ).reshape(-1, bins)
    total = result.sum(axis=1)
    missed = np.flatnonzero((total <= 0) & (highest > 0))
    if len(missed):
        peaks = to_numpy(distribution.location).reshape(len(flat), dimension)[missed]
        result[missed, _bin_numbers(statistic, peaks, bins, low, high)] = 1
        total[missed] = 1
    result[np.isnan(highest)] = np.nan
    result /= np.where(total > 0, total, 1)[:, None]
    return xp.asarray(result.reshape(*batch, bins))


@named_arguments
def interval_probabilities(
    histogram: Any,
    intervals: Sequence[tuple[float, float]] = INTERVALS,
    range: tuple[float, float] = (0.0, 1.0),
) -> Any:
    """Probabilities that a statistic falls into intervals, from its histogram.

    Parameters
    ----------
    histogram : array of shape (..., bins)
        As from `level_set_histogram`, or an average of such.
    intervals : sequence of (float, float)
        Their ends, which must be edges of bins. By default those of Zhao et al. (2025) around
        chi = 0, 1/4 and 1: (0, 2/16), (3/16, 5/16) and (14/16, 1).
    range : (float, float), default (0, 1)
        The histogram's.

    Returns
    -------
    array of shape (..., a)
        For a intervals.

    Raises
    ------
    InvalidArgumentError
        If an interval is empty or does not begin and end at edges of bins.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> print(qs.measures.interval_probabilities(np.full(16, 1 / 16)))
    [0.125 0.125 0.125]
    """
    histogram = _as_array(histogram, "histogram")
    if not histogram.ndim:
        raise DimensionError("Argument `histogram` must have shape (..., bins), but is a number.")
    bins, low, high = _checked_bins(histogram.shape[-1], range)
    xp = array_namespace(histogram)
    probabilities = []
    if not isinstance(intervals, Sequence | np.ndarray) or not len(intervals):
        raise InvalidArgumentError(
            f"Argument `intervals` must be a list of pairs of numbers, but is {shown(intervals)}."
        )
    for interval in intervals:
        ends = (real_array(interval, "intervals") - low) / (high - low) * bins
        if ends.shape != (2,):
            raise DimensionError(
                f"Argument `intervals` must hold pairs of numbers, but holds {interval!r}."
            )
        first, last = (int(end) for end in np.rint(ends))
        if np.abs(ends - [first, last]).max() > ROUNDING * bins or not 0 <= first < last <= bins:
            raise InvalidArgumentError(
                f"Argument `intervals` holds {tuple(interval)}, which must begin and end at edges "
                f"of the {bins} bins of [{low:g}, {high:g}], multiples of {(high - low) / bins:g}. "
                "Choose another number of bins or other intervals."
            )
        probabilities.append(xp.sum(histogram[..., first:last], axis=-1))
    return xp.stack(probabilities, axis=-1)


@named_arguments
def kind_ratio(probabilities: Any) -> Any:
    """Occurrence of pi/3- relative to (0, pi)-synchronization, P_2/(3 P_1).

    As in the text of Zhao et al. (2025): a state of the (0, pi) kind has chi = 0 at a quarter of
    its peaks, one of the pi/3 kind has chi = 1/4 at three quarters. (The caption of Fig. 3(c)
    prints P_2/(3 P_3), which is 1/4 where both kinds are equally frequent.)

    Parameters
    ----------
    probabilities : array of shape (..., 3)
        P_1, P_2, P_3 from `interval_probabilities`.

    Returns
    -------
    array of shape (...)
        NaN where P_1 = 0: nothing of the (0, pi) kind was seen.

    Raises
    ------
    DimensionError
        If there are not three probabilities.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> print(qs.measures.kind_ratio(np.array([0.125, 0.375, 0.5])))
    1.0
    """
    probabilities = _as_array(probabilities, "probabilities")
    if not probabilities.ndim or probabilities.shape[-1] != 3:
        raise DimensionError(
            "Argument `probabilities` must have shape (..., 3), one for each of the intervals "
            f"around chi = 0, 1/4 and 1, but has {probabilities.shape}."
        )
    xp = array_namespace(probabilities)
    first, second = probabilities[..., 0], probabilities[..., 1]
    ratio = second / (3 * xp.where(first == 0, xp.ones_like(first), first))
    return xp.where(first == 0, xp.asarray(math.nan, dtype=ratio.dtype), ratio)


def _as_array(values: Any, name: str) -> Any:
    """An array of another library as it is; lists and labelled arrays as NumPy's."""
    # NaN of masked states passes.
    return values if is_foreign(values) else real_array(values, name, finite=False)


def _checked_bins(bins: Any, ends: tuple[float, float]) -> tuple[int, float, float]:
    bins, both = whole_number(bins, "bins"), times_array(ends, "range", increasing=True)
    if len(both) != 2:
        raise InvalidArgumentError(f"Argument `range` must be two numbers, but is {ends!r}.")
    return bins, float(both[0]), float(both[1])


def _require_phases(statistic: Callable[..., Any], dimension: int) -> None:
    """Raise if a function clearly does not take as many phases as there are."""
    try:
        signature = inspect.signature(statistic)
    except (TypeError, ValueError):  # not a function of Python's, such as a ufunc
        return
    try:
        signature.bind(*range(dimension))
    except TypeError as error:
        name = getattr(statistic, "__name__", repr(statistic))
        raise InvalidArgumentError(
            "Argument `statistic` must take as many arrays of phases as the distribution has, "
            f"{dimension}, but {name}{signature} does not ({error})."
        ) from None


def _lattice_size(dimension: int, points: int | None) -> int:
    if points is None:
        return POINTS.get(dimension, MORE_POINTS)
    return whole_number(points, "points")


def _lattice(dimension: int, count: int) -> np.ndarray:
    """Points on the torus, (P, D): the first phase steps regularly, the others irrationally.

    A grid along the axes would not do: where the level lines of a statistic are straight, as
    those of chi are, whole rows of points fall on one side of an edge between two bins. Nor do
    all Fibonacci lattices: with 17711 points, bins of chi are off by 17 %.
    """
    number = np.arange(count)[:, None]
    # The root of x^D = x + 1; its powers are the hardest to approximate by fractions (for D = 2
    # the golden ratio).
    root = 2.0
    for _ in range(64):
        root = (1 + root) ** (1 / dimension) if dimension > 1 else root
    steps = root ** -np.arange(1.0, dimension)
    turns = np.concatenate([number / count, number * steps % 1], axis=1)
    return 2 * np.pi * ((turns + 0.5 / count) % 1) - np.pi


def _waves(orders: bytes, dimension: int, count: int) -> np.ndarray:
    k = np.frombuffer(orders, dtype=np.int64).reshape(-1, dimension)
    return wave_table(k, _lattice(dimension, count))


def _bins(
    statistic: Callable[..., Any], dimension: int, count: int, bins: int, low: float, high: float
) -> np.ndarray:
    return _bin_numbers(statistic, _lattice(dimension, count), bins, low, high)


def _bin_numbers(
    statistic: Callable[..., Any], points: np.ndarray, bins: int, low: float, high: float
) -> np.ndarray:
    """Bins (P,) of a statistic at points (P, D)."""
    values = np.asarray(statistic(*points.T), dtype=float)
    if values.shape != (len(points),):
        raise DimensionError(
            f"Argument `statistic` must return an array of shape {(len(points),)} for "
            f"{points.shape[1]} arrays of that shape, but returned shape {values.shape}."
        )
    require_finite("The statistic", values)
    scaled = (values - low) / (high - low)
    outside = np.maximum(-scaled, scaled - 1)
    if outside.max(initial=0) > ROUNDING:
        raise InvalidArgumentError(
            f"Argument `statistic` returned {values[outside.argmax()]:.6g}, outside of "
            f"[{low:g}, {high:g}]; give its `range`."
        )
    return np.clip(np.floor(scaled * bins).astype(int), 0, bins - 1)
