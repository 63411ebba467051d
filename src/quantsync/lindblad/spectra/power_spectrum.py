"""Power spectra by the resolvent, exact at every frequency, and the frequencies of their peaks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import scipy.sparse as sp

from quantsync import html
from quantsync.checks import named_arguments, real_array, require_broadcast_to, shown
from quantsync.errors import InvalidArgumentError
from quantsync.lazy import lazy
from quantsync.lindblad.generator import Generator, generator_of
from quantsync.lindblad.quasi_periodic.balance import HarmonicBalance
from quantsync.lindblad.quasi_periodic.state import QuasiPeriodicState, QuasiPeriodicStates
from quantsync.lindblad.spectra._peaks import SpectralPeaks, found_peaks
from quantsync.lindblad.spectra._resolvents import HIGH, SEEN, Resolvents, expectations
from quantsync.lindblad.steady import SteadyState, steady_state
from quantsync.memory import require_memory
from quantsync.operators import as_operator
from quantsync.parallel import map_threads, worker_count
from quantsync.plotting import axes_or_new, next_colour, require_one
from quantsync.states import density_matrices

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STATIONARY = 1e-8  # of a state that is given: its change per time beside the generator's terms
LOOKED_AT = 16  # of solved states that are given: whether they are those of this system
LARGEST, SMALLEST = 1e50, 1e-50  # of operators and rates, whose products have exponents then
FAR = 1e6  # times the generator, where a spectrum is all tail
BYTES = 64.0  # per system and frequency


class PowerSpectrum:
    """Power spectra, or cross spectra, of a batch of stationary states; from `power_spectrum`.

    ``S(omega) = int dtau exp(-i omega tau) (<a(tau) b(0)> - <a><b>)``; what is asked for is
    computed then. An index picks spectra of the batch, as in ``spectrum[0]``.

    Attributes
    ----------
    system : Lindbladian
        The generators.
    """

    def __init__(
        self,
        system: Generator,
        rho: np.ndarray,
        operators: tuple[sp.csr_array, sp.csr_array],
        workers: int,
    ):
        self.system, self._rho, self._workers = system, rho, workers
        self._a, self._b = operators
        self._is_power = _is_adjoint(*operators)

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape, ``()`` for a single system."""
        return self.system.shape

    def __getitem__(self, index: Any) -> PowerSpectrum:
        n = self.system.dimension
        rho = self._rho.reshape(*self.shape, n, n)[index].reshape(-1, n, n)
        return PowerSpectrum(self.system[index], rho, (self._a, self._b), self._workers)

    def __iter__(self) -> Iterator[PowerSpectrum]:
        if not self.shape:
            raise TypeError("This is a single spectrum, and no batch of them.")
        return (self[k] for k in range(self.shape[0]))

    @lazy
    def _means(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """<a>, <b> and <ab> of all systems, (B,)."""
        product = sp.csr_array(self._a @ self._b)
        a, b, both = (expectations(self._rho, x) for x in (self._a, self._b, product))
        return a, b, both

    @property
    def coherent(self) -> np.ndarray:
        """``<a><b>``, shape (...): the spectrum contains ``2 pi coherent delta(omega)``.

        Real for a = b^dag, complex for other pairs.
        """
        a, b, _ = self._means
        return self._shaped(np.abs(b) ** 2 if self._is_power else a * b)

    @property
    def total(self) -> np.ndarray:
        """``<ab> - <a><b>``, shape (...): the integral of `incoherent` over ``domega/(2 pi)``."""
        a, b, product = self._means
        found = product - a * b
        return self._shaped(np.real(found) if self._is_power else found)

    def incoherent(self, omega: Any) -> np.ndarray:
        """The spectrum without its coherent line, at angular frequencies.

        Parameters
        ----------
        omega : float or array_like of shape (W,)
            In the unit of the rates; relative to the frame of the Hamiltonian.

        Returns
        -------
        ndarray of shape (..., W), or (...) for a number
            Real and not negative for a = b^dag, complex for other pairs.

        Raises
        ------
        NonFiniteError, InvalidArgumentError
            If a frequency is not a finite real number, or an undamped mode turns at it.
        ConvergenceError
            If it does not converge.
        """
        omega = real_array(omega, "omega")
        if omega.ndim > 1:
            raise InvalidArgumentError(
                "Argument `omega` must be a number or one-dimensional, but has shape "
                f"{omega.shape}."
            )
        frequencies = np.atleast_1d(omega)
        need = BYTES * self.system.size * max(1, frequencies.size)
        require_memory(need, f"Spectra at {frequencies.size} frequencies", "take fewer at a time")
        found = self._evaluated(self._a, self._b, frequencies)
        if self._is_power:
            values = 2 * np.real(found)
        else:
            a, b = (sp.csr_array(x.conj().T) for x in (self._a, self._b))
            values = found + self._evaluated(b, a, frequencies).conj()
        shape = (*self.shape, *omega.shape)
        return values.reshape(shape)

    def _evaluated(self, a: sp.csr_array, b: sp.csr_array, omega: np.ndarray) -> np.ndarray:
        """``Tr[a (i omega - L)^-1 (b rho - <b> rho)]`` of all systems, (B, W)."""
        found = np.zeros((self.system.size, len(omega)), complex)
        found[np.isnan(self._rho).any(axis=(1, 2))] = np.nan
        work = Resolvents.of(self.system, self._rho, a, b)
        if work is None or not len(omega):
            return found

        def evaluate(members: np.ndarray) -> None:
            found[members] = work.values(members, omega)

        map_threads(evaluate, work.chunks(), self._workers)
        return found

    @lazy
    def _lines(self) -> tuple[SpectralPeaks, np.ndarray, np.ndarray]:
        return self._found(True)

    @lazy
    def _located(self) -> tuple[SpectralPeaks, np.ndarray, np.ndarray]:
        """As `_lines`, where only the highest peaks are resolved, and no widths found."""
        return self._lines if "_lines" in vars(self) else self._found(False)

    def _found(self, whole: bool) -> tuple[SpectralPeaks, np.ndarray, np.ndarray]:
        """Peaks of all systems, residuals and deviations from the sum rule."""
        if not self._is_power:
            raise InvalidArgumentError(
                "Peaks are those of power spectra, with a = b^dag; a cross spectrum is complex: "
                "look at `incoherent`, or at the spectrum of a sum of operators."
            )
        size = self.system.size
        masked = np.isnan(self._rho).any(axis=(1, 2))
        residual, deviation = np.where(masked, np.nan, np.zeros((2, 1)))
        parts: list[tuple[np.ndarray, SpectralPeaks]] = []
        work = Resolvents.of(self.system, self._rho, self._a, self._b)
        total = np.asarray(self.total).reshape(-1)

        def find(members: np.ndarray, work: Resolvents) -> None:
            model, worst = work.models(members, None, SEEN if whole else HIGH)
            work.require_damped(model, members, None)
            work.require_solved(worst[:, None], members)
            residual[members] = worst
            size = np.where(total[members] == 0, 1, total[members])
            # For large z the function is its integral over z.
            far = 1j * FAR * work.scale(members)[:, None]
            (integral,), _ = model.values(far)
            deviation[members] = np.abs(np.real(far * integral)[:, 0] - total[members]) / size
            parts.append((members, found_peaks(model, whole)))

        if work is not None:
            map_threads(partial(find, work=work), work.chunks(), self._workers)
        most = max((peaks.frequency.shape[1] for _, peaks in parts), default=0)
        table = np.full((3, size, most), np.nan)
        for members, peaks in parts:
            width = peaks.frequency.shape[1]
            table[:, members, :width] = peaks.frequency, peaks.height, peaks.width
        shaped = (array.reshape(*self.shape, most) for array in table)
        return SpectralPeaks(*shaped), self._shaped(residual), self._shaped(deviation)

    @property
    def peaks(self) -> SpectralPeaks:
        """All maxima, the highest first, with their heights and widths, each of shape (..., P).

        NaN where a system has fewer than others. Of power spectra only, a = b^dag.
        """
        return self._lines[0]

    @property
    def observed_frequency(self) -> np.ndarray:
        """Angular frequency of the highest peak, shape (...); NaN where nothing fluctuates."""
        return self._highest(self._located[0].frequency)

    @property
    def linewidth(self) -> np.ndarray:
        """Full width of the highest peak at half its height, shape (...)."""
        return self._highest(self.peaks.width)

    def _highest(self, values: np.ndarray) -> np.ndarray:
        return values[..., 0] if values.shape[-1] else np.full(self.shape, np.nan)

    @property
    def residual(self) -> np.ndarray:
        """Product of the relative residuals of ``(i omega - L)^-1`` on b rho and, adjoint, on a.

        The largest one at the peaks, shape (...); the error of the spectrum is bilinear in both.
        """
        return self._lines[1]

    @property
    def sum_rule(self) -> np.ndarray:
        """By how much the integral over all frequencies misses `total`, relative to it, (...).

        Of the model that resolves the peaks, which knows least of what lies far from them.
        """
        return self._lines[2]

    def _shaped(self, values: np.ndarray) -> np.ndarray:
        return values.reshape(self.shape)

    @named_arguments
    def plot(self, axes: Any = None, *, omega: Any = None) -> Axes:
        r"""Draw one power spectrum, with its peaks.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to draw; in a new figure by default. Several spectra may go on the same axes.
        omega : array_like of shape (W,), optional
            The frequencies; around all notable peaks by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InvalidArgumentError, NonFiniteError
            If this is a batch or a cross spectrum, or an argument is something else.

        Examples
        --------
        >>> import quantsync as qs
        >>> space = qs.Space(A=qs.Spin(1/2))
        >>> atom = space["A"]
        >>> driven = qs.Lindbladian(space, [(10.0, atom.x)], [(1.0, atom.minus)])
        >>> qs.power_spectrum(driven, atom.minus).plot().get_xlabel()
        '$\\omega$ (rate)'
        """
        require_one(self.shape, "spectrum", "spectrum")
        if omega is not None:
            omega = real_array(omega, "omega")
            if omega.ndim != 1 or len(np.unique(omega)) < 2:
                raise InvalidArgumentError(
                    "Argument `omega` must be several frequencies of shape (W,), but is "
                    f"{shown(omega)}."
                )
        peaks = self.peaks
        axes = axes_or_new(axes)
        if omega is None:
            seen = peaks.height > 0.02 * peaks.height[:1]
            low = (peaks.frequency - 4 * peaks.width)[seen].min(initial=np.inf)
            high = (peaks.frequency + 4 * peaks.width)[seen].max(initial=-np.inf)
            omega = np.linspace(low, high, 801) if low < high else np.linspace(-1, 1, 3)
        omega = np.sort(np.concatenate([omega, peaks.frequency]))
        further, colour = bool(axes.lines), next_colour(axes)
        extent = [*axes.get_xlim()] * further + [omega.min(), omega.max()]
        axes.plot(omega, self.incoherent(omega), color=colour)
        axes.plot(peaks.frequency, peaks.height, "o", color=colour, markersize=3)
        axes.set(xlabel=r"$\omega$ (rate)", ylabel=r"$S(\omega)$ (1/rate)")
        axes.set_xlim(min(extent), max(extent))
        axes.set_ylim(bottom=0, auto=None)  # higher spectra may follow
        return axes

    def _repr_html_(self) -> str:
        rows = {
            "spectra": html.batch(self.shape, "spectrum"),
            "space": self.system.space,
            "kind": "power spectrum" if self._is_power else "cross spectrum",
        }
        return html.table(type(self).__name__, rows)

    def __repr__(self) -> str:
        kind = "power spectrum" if self._is_power else "cross spectrum"
        return f"<PowerSpectrum: {kind} in {self.system.space}, batch {self.shape}>"


@named_arguments
def power_spectrum(
    system: Generator,
    b: Any,
    a: Any = None,
    *,
    state: Any = None,
    errors: Literal["raise", "mask"] = "raise",
    workers: int | None = None,
) -> PowerSpectrum:
    r"""Power spectrum of an operator in the steady state, exact at every frequency.

    ``S(omega) = int dtau exp(-i omega tau) (<a(tau) b(0)> - <a><b>)`` over all tau, for
    a = b^dag ``2 Re Tr[a (i omega - L)^-1 (b rho - <b> rho)]``. A bare mode ``H = omega_0 n`` has
    its peak at +omega_0 with ``b = destroy``, a spin ``H = omega_0 Sz`` with ``b = minus``.

    Parameters
    ----------
    system : Lindbladian
        The generators, of batch shape ``(...)``.
    b : operator of shape (n, n)
        Such as ``destroy`` of a mode and ``minus`` of a spin.
    a : operator of shape (n, n), optional
        b^dag by default. For a cross spectrum of two sites ``a = A.create``, ``b = B.destroy``;
        ``S_ab`` is then complex, and the conjugate of the one with the sites exchanged.
    state : state object or array_like of shape (..., n, n), optional
        Stationary states that are known, such as `steady_state` has found; by default they are
        solved for.
    errors : {"raise", "mask"}, default "raise"
        Whether to raise where there is no unique steady state, or to return NaN there.
    workers : int, optional
        Number of threads; every available core by default.

    Returns
    -------
    PowerSpectrum
        With ``incoherent(omega)``, ``coherent``, ``peaks``, ``observed_frequency`` and
        ``linewidth``; what is asked for is computed then.

    Raises
    ------
    NonUniqueSteadyStateError
        If a system has several stationary states; name one by ``state``.
    InvalidArgumentError
        If b or a is a multiple of 1, which does not fluctuate, or the state is not stationary.
    DimensionError, NonFiniteError, InvalidStateError, BroadcastError
        If an operator or a state is none, or does not fit.

    Notes
    -----
    The resolvent is taken among the matrix elements that the generator reaches from ``b rho``: of
    an undriven mode those between neighbouring levels. It is projected on a rational Krylov space
    of one sparse factorisation per system (Ruhe, Linear Algebra Appl. 58, 391 (1984)), and its
    adjoint on another; both grow, with further shifts where they must, until the product of their
    relative residuals is below 1e-13 at all frequencies that are asked for. No eigenvectors are
    needed: exceptional points are no exception.

    Examples
    --------
    Resonance fluorescence of a strongly driven atom: Mollow's triplet.

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> atom = space["A"]
    >>> driven = qs.Lindbladian(space, [(10.0, atom.x)], [(1.0, atom.minus)])
    >>> spectrum = qs.power_spectrum(driven, atom.minus)
    >>> print(spectrum.peaks.frequency.round(3) + 0.0, spectrum.peaks.width.round(3))
    [ 0.    -9.949  9.949] [1.01  1.528 1.528]
    >>> print(spectrum.incoherent([0.0, 10.0]).round(4))
    [1.0049 0.3327]

    An undriven van der Pol oscillator oscillates at its own frequency, for three detunings:

    >>> mode = qs.Space(M=qs.Fock(12))
    >>> m = mode["M"]
    >>> delta = np.array([-1.0, 0.0, 0.5])
    >>> rates = [(1.0, m.create), (3.0, m.destroy @ m.destroy)]
    >>> vdp = qs.Lindbladian(mode, [(delta, m.number)], rates)
    >>> print(qs.observed_frequency(vdp, m.destroy).round(6) + 0.0)
    [-1.   0.   0.5]
    """
    if isinstance(system, HarmonicBalance | QuasiPeriodicState | QuasiPeriodicStates):
        raise InvalidArgumentError(
            "Argument `system` must be a Lindbladian, whose state is steady, but is a "
            f"{type(system).__name__}, whose state varies in time: its correlations depend on two "
            "times. Go to the frame that turns with the drive, if there is one."
        )
    system = generator_of(system)
    second = as_operator(b, system.space, "b")
    first = sp.csr_array(second.conj().T) if a is None else as_operator(a, system.space, "a")
    for operator, name in ((second, "b"), (first, "a")):
        _require_fluctuations(operator, name)
    _require_rates(system)
    solved = steady_state(system, errors=errors, workers=workers) if state is None else state
    rho = np.asarray(density_matrices(solved, system.space, "state"), complex)
    require_broadcast_to(rho.shape[:-2], system.shape, "Stationary states")
    n = system.dimension
    rho = np.broadcast_to(rho, (*system.shape, n, n)).reshape(-1, n, n)
    if state is not None:
        _require_stationary(system, rho, LOOKED_AT if isinstance(state, SteadyState) else len(rho))
    return PowerSpectrum(system, rho, (first, second), worker_count(workers))


@named_arguments
def observed_frequency(
    system: Generator,
    b: Any,
    *,
    state: Any = None,
    errors: Literal["raise", "mask"] = "raise",
    workers: int | None = None,
) -> np.ndarray:
    """Observed frequency: where the power spectrum of an operator has its highest peak.

    Parameters
    ----------
    system, b, state, errors, workers
        As for `power_spectrum`.

    Returns
    -------
    ndarray of shape (...)
        Angular frequencies, relative to the frame of the Hamiltonian; of equally high peaks the
        lowest one. NaN where nothing fluctuates, or where a system is masked.

    Raises
    ------
    QuantsyncError
        What `power_spectrum` raises.

    Examples
    --------
    A driven oscillator is pulled to the frequency of its drive, which is 0 here:

    >>> import numpy as np, quantsync as qs
    >>> mode = qs.Space(M=qs.Fock(18))
    >>> m = mode["M"]
    >>> drives = np.array([0.0, 0.5, 1.0])
    >>> terms = [(0.5, m.number), (drives, m.create + m.destroy)]
    >>> vdp = qs.Lindbladian(mode, terms, [(1.0, m.create), (1.0, m.destroy @ m.destroy)])
    >>> print(qs.observed_frequency(vdp, m.destroy).round(4))
    [0.5    0.4833 0.3749]
    """
    found = power_spectrum(system, b, state=state, errors=errors, workers=workers)
    return found.observed_frequency


def _is_adjoint(a: sp.csr_array, b: sp.csr_array) -> bool:
    """Whether a = b^dag, but for rounding."""
    apart = abs(sp.csr_array(a - b.conj().T))
    return bool(apart.max() <= 1e-14 * abs(b).max())


def _require_fluctuations(operator: sp.csr_array, name: str) -> None:
    n = len(operator.indptr) - 1
    rest = abs(operator - operator.diagonal()[0] * sp.eye_array(n))
    if not rest.max() > 0:
        raise InvalidArgumentError(
            f"Argument `{name}` must be an operator that fluctuates, but is a multiple of 1: it "
            "reaches no matrix element. Take destroy of a mode or minus of a spin."
        )
    if not SMALLEST <= rest.max() <= LARGEST:
        raise InvalidArgumentError(
            f"Argument `{name}` must have elements between {SMALLEST:g} and {LARGEST:g}, but has "
            f"{rest.max():.3g}: take another unit."
        )


def _require_rates(system: Generator) -> None:
    rates = np.abs(system.coefficient_table()) @ system.terms.sizes
    wrong = (rates > 0) & ((rates < SMALLEST) | (rates > LARGEST))
    if wrong.any():
        raise InvalidArgumentError(
            f"Rates and frequencies of the system must lie between {SMALLEST:g} and {LARGEST:g}, "
            f"but add up to {rates[wrong][0]:.3g}: take another unit of time."
        )


def _require_stationary(system: Generator, rho: np.ndarray, most: int) -> None:
    """Raise unless given states do not change; at most so many of them, all over the batch."""
    known = np.flatnonzero(~np.isnan(rho).any(axis=(1, 2)))
    members = known[np.unique(np.linspace(0, len(known) - 1, min(most, len(known))).astype(int))]
    if not len(members):
        return
    if system.shape:
        system, rho = system[np.unravel_index(members, system.shape)], rho[members]
    change = np.linalg.norm(system.apply(rho.reshape(*system.shape, *rho.shape[1:])), axis=(-2, -1))
    table = np.abs(system.coefficient_table()) @ system.terms.sizes
    moved = change.reshape(-1) > STATIONARY * np.maximum(table, np.finfo(float).tiny)
    if moved.any():
        worst = float(change.reshape(-1)[moved][0])
        raise InvalidArgumentError(
            "Argument `state` must be stationary, since a spectrum is that of a steady state, but "
            f"changes at the rate {worst:.3g}: leave it out, or follow `correlation` in time."
        )
