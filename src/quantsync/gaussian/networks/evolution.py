"""Exact time evolution of Gaussian states in harmonic networks, from the normal modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from quantsync import html
from quantsync.batched import Batched
from quantsync.checks import instance_of, largest_error, named_arguments, times_array
from quantsync.errors import DimensionError, LostAccuracyError
from quantsync.gaussian.networks._noise import environment_noise
from quantsync.gaussian.networks._oscillators import CoupledOscillators
from quantsync.gaussian.networks.star import Star
from quantsync.gaussian.states import GaussianState, ProbesInEnvironment
from quantsync.memory import require_memory
from quantsync.parallel import chunk_slices, one_blas_thread
from quantsync.plotting import axes_or_new, curves, require_one
from quantsync.semigroups import EPSILON, turned_by
from quantsync.time_series.mode_sums import ELEMENTS, ModeSum, sum_modes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class GaussianEvolution(Batched):
    """Gaussian states of some oscillators at given times.

    An index picks evolutions of the batch, as in ``path[0]``; the times stay.

    Attributes
    ----------
    times : ndarray of shape (T,)
    mean : ndarray of shape (..., T, 2P)
        Means of x_1, p_1, x_2, p_2, ... of the oscillators asked for; the batch in front.
    covariance : ndarray of shape (..., T, 2P, 2P)
    names : tuple
        Names of the P oscillators.
    error : ndarray of shape (..., T)
        Estimated error of means and covariances, relative to their sizes, by the rounding of
        phases and rates.
    """

    times: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray
    names: tuple[Any, ...]
    error: np.ndarray
    batched: ClassVar[tuple[str, ...]] = ("mean", "covariance", "error")
    kind: ClassVar[str] = "gaussian"

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape, ``()`` for a single evolution."""
        return self.mean.shape[:-2]

    @property
    def final(self) -> GaussianState:
        """The state at the last time."""
        return self.state(-1)

    def state(self, k: int) -> GaussianState:
        """The state at ``times[k]``."""
        return GaussianState(self.mean[..., k, :], self.covariance[..., k, :, :])

    @named_arguments
    def plot(self, axes: Any = None) -> Axes:
        """Draw the mean position of every oscillator over time, of one evolution.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to draw; in a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InvalidArgumentError
            If this is a batch, or ``axes`` is something else.

        Examples
        --------
        >>> import numpy as np, quantsync as qs
        >>> kicked = qs.GaussianState.vacuum(2.0).displaced(p=1.0)
        >>> path = qs.evolve(qs.HarmonicNetwork([[4.0]]), kicked, np.linspace(0, 3, 31))
        >>> path.plot().get_ylabel()
        'mean position'
        """
        require_one(self.mean.shape[:-2], "evolution", "path")
        values = {f"⟨x⟩ of {name}": self.mean[:, 2 * k] for k, name in enumerate(self.names)}
        axes = axes_or_new(axes, wide=True)
        curves(axes, self.times, values, "time (1/unit of the frequencies)", "mean position")
        return axes

    def _repr_html_(self) -> str:
        rows = {
            "evolutions": html.batch(self.mean.shape[:-2], "evolution"),
            "oscillators": html.count(len(self.names), "oscillator"),
            "times": f"{html.count(len(self.times), 'time')}, {html.extent(self.times)}",
            "error": html.largest(self.error),
        }
        return html.table(type(self).__name__, rows)

    def __repr__(self) -> str:
        return f"<GaussianEvolution of {len(self.names)} oscillators, {len(self.times)} times>"


@named_arguments
def evolve(
    network: CoupledOscillators,
    state: GaussianState | ProbesInEnvironment,
    times: Any,
    *,
    probes: Sequence[Any] | None = None,
    tolerance: float = TOLERANCE,
) -> GaussianEvolution:
    """Means and covariances of some oscillators at any times, without time steps.

    ``x(t) = cos(sqrt(V) t) x(0) + V^{-1/2} sin(sqrt(V) t) p(0)`` in mass-weighted coordinates. With
    `ProbesInEnvironment` only the probes' rows of the normal modes are computed, and the
    environment's fluctuations enter through running integrals over the probes' Green function:
    O(N^2 + T N) operations for N oscillators that hang on a chain. Of other large sparse networks
    only the part is computed that the probes can notice in the time asked for. With a
    `GaussianState` of the whole network they are O(T N^2), in pieces of bounded size.

    Parameters
    ----------
    network : HarmonicNetwork
    state : ProbesInEnvironment or GaussianState
        State at t = 0: of the probes and an environment at rest, or of all N oscillators. The
        latter may be a batch ``(...)``.
    times : array_like of shape (T,)
        In any order, negative ones too, in the inverse unit of the frequencies.
    probes : sequence of names, optional
        Which oscillators; by default the probes of the network, all oscillators if it has none.
    tolerance : float, default 1e-6
        Largest estimated error; ``numpy.inf`` never raises. Determinants of covariances, and with
        them purity and entropies, do not depend on phases and are right at any time.

    Returns
    -------
    GaussianEvolution

    Raises
    ------
    LostAccuracyError
        If phases are lost in rounding: the estimated error is above the tolerance. It has
        everything in ``result``.
    DimensionError
        If the state does not have as many modes as it should, or times are not one-dimensional.
    UnknownNameError
        If there is no such oscillator.
    InvalidArgumentError, NonFiniteError
        If times are not real and finite, or an oscillator is given twice.
    OutOfMemoryError
        If the result does not fit.

    Examples
    --------
    Two detuned oscillators on the end of a chain (Fig. 1 of Benedetti et al., 2016):

    >>> import quantsync as qs
    >>> chain = qs.HarmonicNetwork.chain(300, frequency=0.4, coupling=1.2)
    >>> network = chain.with_probes([1.0, 1.1], nodes=[1, 1], strengths=0.2, direct=0.5)
    >>> probes = qs.GaussianState.vacuum([1.0, 1.1]).displaced(x=[0.14, 1.4])
    >>> path = qs.evolve(network, qs.gaussian.ProbesInEnvironment(probes), [0.0, 10.0, 1000.0])
    >>> print(path.mean[:, 0].round(6))  # <x_1>
    [ 0.14     -0.153128  0.54266 ]
    """
    moments = times_array(times)
    names = oscillators_of(network, state, probes)
    size, shape = 2 * len(names), _of(state).shape
    need = 8.0 * len(moments) * size * (size + 1) * (1 + np.prod(shape, dtype=float))
    require_memory(need, f"Covariances of {len(names)} oscillators at {len(moments)} times")
    if isinstance(state, ProbesInEnvironment):
        star = network.star(names, float(np.abs(moments).max(initial=0.0)))
        mean, covariance = _evolve_star(star, state, moments)
        frequencies, rows = star.spectrum
    else:
        places = network.positions(names)
        mean, covariance = _evolve_whole(network, state, moments, places)
        frequencies, rows = network._eigenmodes[0], network._eigenmodes[1][places]
    error = np.minimum(2.0, np.abs(moments) * _phase_rounding(frequencies, rows))
    error = np.broadcast_to(error, mean.shape[:-1])
    return within(GaussianEvolution(moments, mean, covariance, names, error), tolerance)


def within(path: GaussianEvolution, tolerance: float) -> GaussianEvolution:
    """The evolution, or `LostAccuracyError` if its error is above a tolerance."""
    tolerance = largest_error(tolerance)
    if (path.error <= tolerance).all():
        return path
    lost = path.error > tolerance
    worst = np.unravel_index(int(np.argmax(path.error)), path.error.shape)
    late = path.times[lost.reshape(-1, len(path.times)).any(axis=0)]
    indices = [tuple(int(k) for k in row) for row in np.argwhere(lost.any(axis=-1))]
    where = f" at index {tuple(int(k) for k in worst[:-1])}" * bool(path.shape)
    raise LostAccuracyError(
        f"The state at t = {path.times[worst[-1]]:.6g}{where} has the estimated error "
        f"{path.error[worst]:.2g}, above the tolerance {tolerance:.2g}: phases of undamped "
        "motions, or weak damping, are lost in rounding. Ask for |t| below "
        f"{np.abs(late).min():.6g}, raise `tolerance` (np.inf never raises), or take "
        "this error's `result`.",
        error=path.error,
        result=path,
        indices=indices,
    )


def _phase_rounding(frequencies: np.ndarray, rows: np.ndarray) -> float:
    """Rounding of the phases of the modes (K,) that some oscillators (P, K) have, per time."""
    if not len(frequencies):
        return 0.0
    # Of the squared frequencies relative to the largest one; a phase turns one into another.
    fastest = float(frequencies.max())
    rounding = np.minimum(EPSILON * fastest**2 / np.maximum(frequencies, 1e-300), fastest)
    return float(np.max((rows**2 / (rows**2).sum(axis=1, keepdims=True)) @ rounding))


@named_arguments
def mean_modes(
    network: CoupledOscillators,
    state: GaussianState | ProbesInEnvironment,
    *,
    probes: Sequence[Any] | None = None,
) -> ModeSum:
    """Mean positions as explicit sums over normal modes, ``sum_k a_k cos w_k t + b_k sin w_k t``.

    Parameters
    ----------
    network, state, probes
        As for `quantsync.gaussian.evolve`.

    Returns
    -------
    ModeSum
        With ``frequencies`` (N,), ``cosine`` and ``sine`` (..., P, N), the batch of the states in
        front; the mean momenta are the masses times its ``derivative()``.

    Raises
    ------
    DimensionError, UnknownNameError, InvalidArgumentError
        As for `quantsync.gaussian.evolve`.

    Examples
    --------
    >>> import quantsync as qs
    >>> pair = qs.HarmonicNetwork([[2.5, -1.5], [-1.5, 2.5]])
    >>> kicked = qs.GaussianState.vacuum([1.0, 1.0]).displaced(x=[1.0, 0.0])
    >>> signal = qs.gaussian.mean_modes(pair, kicked)
    >>> print(signal.frequencies, signal.cosine)
    [1. 2.] [[ 0.5  0.5]
     [ 0.5 -0.5]]
    """
    names = oscillators_of(network, state, probes)
    initial = _of(state)
    x, p = initial.mean[..., ::2], initial.mean[..., 1::2]
    if isinstance(state, ProbesInEnvironment):
        star = network.star(names)
        (frequencies, rows), masses = star.spectrum, star.masses
        start, root = rows, np.sqrt(masses)
    else:
        frequencies, start = network._eigenmodes
        chosen = network.positions(names)
        rows, root = start[chosen], np.sqrt(network.masses)
        masses = network.masses[chosen]
    rows = rows / np.sqrt(masses)[:, None]
    cosine, sine = (root * x) @ start, (p / root) @ start / frequencies
    return ModeSum(frequencies, rows * cosine[..., None, :], rows * sine[..., None, :])


@named_arguments
def propagator(
    network: CoupledOscillators, times: Any, positions: np.ndarray | None = None
) -> np.ndarray:
    """Rows of the symplectic matrix S(t) with ``r(t) = S(t) r(0)``, r = (x_1, p_1, x_2, ...).

    Parameters
    ----------
    network : HarmonicNetwork
    times : array_like of shape (T,)
        In any order, negative ones too.
    positions : ndarray of shape (P,), optional
        Oscillators whose rows are wanted, counted from 0; all by default.

    Returns
    -------
    ndarray of shape (T, 2P, 2N)

    Raises
    ------
    InvalidArgumentError, NonFiniteError
        If times are not real, finite and one-dimensional.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> print(qs.gaussian.propagator(qs.HarmonicNetwork([[4.0]]), [np.pi / 4]).round(12) + 0.0)
    [[[ 0.   0.5]
      [-2.   0. ]]]
    """
    instance_of(network, "network", CoupledOscillators, "a HarmonicNetwork")
    moments = times_array(times)
    frequencies, modes = network._eigenmodes
    rows = modes if positions is None else modes[positions]
    scales = _scales(network.masses)
    own = scales if positions is None else _scales(network.masses[positions])
    turned = turned_by(frequencies, moments)
    cos, sin = np.real(turned), np.imag(turned)

    def spread(weights: np.ndarray) -> np.ndarray:  # (T, N) -> (T, P, N)
        return ((rows * weights[:, None]).reshape(-1, len(frequencies)) @ modes.T).reshape(
            len(moments), len(rows), len(modes)
        )

    S = np.empty((len(moments), 2 * len(rows), 2 * len(modes)))
    S[:, ::2, ::2] = S[:, 1::2, 1::2] = spread(cos)
    S[:, ::2, 1::2] = spread(sin / frequencies)
    S[:, 1::2, ::2] = spread(-sin * frequencies)
    S *= own[:, None] / scales
    return S


def _of(state: GaussianState | ProbesInEnvironment) -> GaussianState:
    return state.probes if isinstance(state, ProbesInEnvironment) else state


def oscillators_of(
    network: CoupledOscillators, state: Any, probes: Sequence[Any] | None
) -> tuple[Any, ...]:
    """Names of the oscillators asked for, after a check that the state fits the network."""
    instance_of(network, "network", CoupledOscillators, "a HarmonicNetwork")
    kinds = (GaussianState, ProbesInEnvironment)
    instance_of(state, "state", kinds, "a GaussianState or ProbesInEnvironment")
    names = network._chosen(probes)
    probed = isinstance(state, ProbesInEnvironment)
    expected, what = (len(names), "probes") if probed else (len(network), "whole network")
    if _of(state).modes != expected:
        raise DimensionError(
            f"Argument `state` must be a state of the {what}, {expected} modes, but has "
            f"{_of(state).modes}. ProbesInEnvironment(state) puts the rest into its ground state."
        )
    return names


def _evolve_star(
    star: Star, state: ProbesInEnvironment, times: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Means (..., T, 2P) and covariances (..., T, 2P, 2P)."""
    with one_blas_thread():
        S = _probe_propagator(star, times)
        noise = environment_noise(star, state.temperature, times)
    scales = _scales(star.masses)
    noise *= scales[:, None] * scales
    initial = state.probes
    mean = (S @ initial.mean[..., None, :, None])[..., 0]
    sigma = S @ initial.covariance[..., None, :, :] @ S.swapaxes(-1, -2) + noise
    return mean, (sigma + sigma.swapaxes(-1, -2)) / 2


def _probe_propagator(star: Star, times: np.ndarray) -> np.ndarray:
    """The block (T, 2P, 2P) of the symplectic propagator that maps the probes to the probes."""
    frequencies, rows = star.spectrum
    count = len(rows)
    upper, lower = np.triu_indices(count)
    pairs = rows[upper] * rows[lower]
    nothing = np.zeros_like(pairs)
    signals = sum_modes(
        times,
        frequencies,
        np.concatenate([pairs, nothing, nothing]),
        np.concatenate([nothing, pairs / frequencies, -pairs * frequencies]),
    ).reshape(3, len(pairs), len(times))
    S = np.empty((len(times), 2 * count, 2 * count))
    for i, j in ((upper, lower), (lower, upper)):
        S[:, 2 * i, 2 * j] = S[:, 2 * i + 1, 2 * j + 1] = signals[0].T
        S[:, 2 * i, 2 * j + 1] = signals[1].T
        S[:, 2 * i + 1, 2 * j] = signals[2].T
    scales = _scales(star.masses)
    S *= scales[:, None] / scales
    return S


def _evolve_whole(
    network: CoupledOscillators, state: GaussianState, times: np.ndarray, chosen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """As `_evolve_star` from a state of everything, in pieces of the time axis."""
    size, count = len(network), len(chosen)
    shape = state.shape
    mean = np.empty((*shape, len(times), 2 * count))
    sigma = np.empty((*shape, len(times), 2 * count, 2 * count))
    for piece in chunk_slices(len(times), ELEMENTS // (4 * count * size)):
        S = propagator(network, times[piece], chosen)
        flat = S.reshape(-1, 2 * size)
        mean[..., piece, :] = (state.mean @ flat.T).reshape(*shape, -1, 2 * count)
        half = (flat @ state.covariance).reshape(*shape, *S.shape)
        sigma[..., piece, :, :] = half @ S.swapaxes(-1, -2)
    return mean, (sigma + sigma.swapaxes(-1, -2)) / 2


def _scales(masses: np.ndarray) -> np.ndarray:
    """Factors (1/sqrt(m), sqrt(m), ...) from mass-weighted to own coordinates."""
    root = np.sqrt(masses)
    return np.stack([1 / root, root], axis=-1).ravel()
