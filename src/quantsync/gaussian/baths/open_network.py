"""Open Gaussian dynamics: linear drift, diffusion, and the stationary covariance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import scipy.linalg

from quantsync import html
from quantsync.batched import single
from quantsync.checks import (
    choice,
    instance_of,
    largest_error,
    name_list,
    named_arguments,
    real_array,
    symmetric_matrix,
    times_array,
)
from quantsync.errors import (
    ConvergenceError,
    DimensionError,
    InvalidArgumentError,
    InvalidStateError,
    UnstableNetworkError,
)
from quantsync.gaussian.baths._long_times import evolved_by_parts
from quantsync.gaussian.networks._graphs import one_per_node
from quantsync.gaussian.networks._oscillators import MOST_SOLVED, ROUNDING, CoupledOscillators
from quantsync.gaussian.networks.evolution import (
    TOLERANCE,
    GaussianEvolution,
    within,
)
from quantsync.gaussian.networks.run import GaussianRun
from quantsync.gaussian.states import GaussianState
from quantsync.lazy import lazy
from quantsync.memory import require_memory
from quantsync.runs import Run, run_times
from quantsync.semigroups import LATEST, norm_of, rounding_of, semigroup

LONG = 1e3  # ||A|| t from which on rounding would be seen
LARGEST_RESIDUAL = 1e-9  # relative to the diffusion


class StationaryState(GaussianState):
    """The stationary state of an `OpenNetwork`, with its ``residual`` and ``error``."""

    residual: np.ndarray
    batched = (*GaussianState.batched, "residual", "error")


class OpenNetwork:
    """Gaussian dynamics with ``d<r>/dt = A <r>`` and ``d sigma/dt = A sigma + sigma A^T + D``.

    r = (x_1, p_1, x_2, p_2, ...), hbar = 1, vacuum variance 1/2 for unit mass and frequency.

    Parameters
    ----------
    drift : array_like of shape (2n, 2n)
        A, in the unit of the rates.
    diffusion : array_like of shape (2n, 2n)
        D, symmetric and positive semidefinite.
    names : sequence of n names, optional
        0 ... n-1 by default.

    Attributes
    ----------
    drift, diffusion : ndarray of shape (2n, 2n)
    names : tuple

    Raises
    ------
    DimensionError
        If the shapes do not fit.
    InvalidStateError
        If the diffusion is not symmetric and positive semidefinite.
    InvalidArgumentError, NonFiniteError
        If a number is not real or not finite.

    Examples
    --------
    A mode of frequency 1 that loses its quanta at rate 0.2 ends in the vacuum:

    >>> import numpy as np, quantsync as qs
    >>> mode = qs.gaussian.OpenNetwork([[-0.1, 1.0], [-1.0, -0.1]], 0.1 * np.eye(2))
    >>> print(mode.stationary_covariance.round(12) + 0.0)
    [[0.5 0. ]
     [0.  0.5]]
    """

    @named_arguments
    def __init__(self, drift: Any, diffusion: Any, names: Any = None):
        A = real_array(drift, "drift")
        if A.ndim != 2 or A.shape[0] != A.shape[1] or A.shape[0] % 2 or not A.size:
            raise DimensionError(
                f"Argument `drift` must have shape (2n, 2n), but has {A.shape}; coordinates are "
                "x_1, p_1, x_2, p_2, ..."
            )
        D = symmetric_matrix(diffusion, "diffusion", size=len(A), error=InvalidStateError)
        lowest = np.linalg.eigvalsh(D)[0]
        if lowest < -ROUNDING * len(D) * np.abs(D).max():
            raise InvalidStateError(
                f"Argument `diffusion` must be positive semidefinite, but has the eigenvalue "
                f"{lowest:.6g}."
            )
        self.drift, self.diffusion = A, D
        self.names: tuple[Any, ...] = tuple(
            range(len(A) // 2) if names is None else name_list(names, "names")
        )
        if 2 * len(self.names) != len(A):
            raise DimensionError(
                f"Argument `names` must have {len(A) // 2} entries, but has {len(self.names)}."
            )

    @classmethod
    @named_arguments
    def from_network(
        cls,
        network: CoupledOscillators,
        damping_rates: Any,
        *,
        temperature: Any = None,
        occupation: Any = None,
        kind: Literal["amplitude", "brownian"] = "amplitude",
    ) -> OpenNetwork:
        """Each oscillator of a network in a bath of its own.

        With ``w_i = sqrt(V_ii/m_i)``, the frequency of oscillator i while the others are held, and
        n_i the occupation of its bath at that frequency, on top of the Hamiltonian's motion

        - "amplitude": ``gamma_i (n_i + 1) D[b_i] + gamma_i n_i D[b_i^dag]`` with the local
          ``b_i = sqrt(m_i w_i/2) (x_i + i p_i/(m_i w_i))``: x_i and p_i are damped at
          ``gamma_i/2`` each, and D has ``gamma_i (n_i + 1/2)`` times 1/(m_i w_i) and m_i w_i. A
          Lindblad equation, always physical; right for weak coupling between oscillators.
        - "brownian": ``dp_i/dt = ... - gamma_i p_i`` and ``D_pp = 2 gamma_i m_i w_i (n_i + 1/2)``,
          which is 2 gamma m T of Caldeira and Leggett at high temperature. Not of Lindblad's
          form: at low temperatures and strong damping states may violate the uncertainty relation
          for a while.

        Parameters
        ----------
        network : HarmonicNetwork
        damping_rates : float, mapping from name or array_like of shape (N,)
            gamma_i >= 0, energy damping rates; 0 for oscillators without a bath.
        temperature : float, mapping or array_like of shape (N,)
            T_i >= 0 (k_B = 1). Either this or ``occupation``; 0 if none is given.
        occupation : float, mapping or array_like of shape (N,)
            n_i >= 0.
        kind : {"amplitude", "brownian"}, optional

        Raises
        ------
        InvalidArgumentError
            If a rate is negative.
        InvalidArgumentError, DimensionError, NonFiniteError
            If other numbers are out of range or do not fit, or ``kind`` is unknown.

        Examples
        --------
        >>> import quantsync as qs
        >>> pair = qs.HarmonicNetwork([[1.0, 0.1], [0.1, 1.0]])
        >>> bath = qs.gaussian.OpenNetwork.from_network(pair, [0.2, 0.0], occupation=1.0)
        >>> print(bath.stationary_covariance.round(3).diagonal())
        [1.508 1.5   1.515 1.508]
        """
        choice(kind, "kind", ("amplitude", "brownian"))
        instance_of(network, "network", CoupledOscillators, "a HarmonicNetwork")
        if temperature is not None and occupation is not None:
            raise InvalidArgumentError("Give either `temperature` or `occupation`, not both.")
        names = network.names
        rates = one_per_node(damping_rates, names, "damping_rates", at_least=0)
        m = network.masses
        w = np.sqrt(network.stiffness.diagonal() / m)
        if occupation is None:
            heat = one_per_node(0.0 if temperature is None else temperature, names, "temperature")
            baths = GaussianState.thermal(w, heat, masses=m)
        else:
            quanta = one_per_node(occupation, names, "occupation")
            baths = GaussianState.thermal(w, occupation=quanta, masses=m)
        # J h: dx/dt = dH/dp, dp/dt = -dH/dx.
        h = network.hamiltonian
        drift = np.empty_like(h)
        drift[::2], drift[1::2] = h[1::2], -h[::2]
        share = np.repeat(rates, 2) if kind == "amplitude" else 2 * np.repeat(rates, 2)
        if kind == "brownian":
            share[::2] = 0.0
        drift -= np.diag(share / 2)
        return cls(drift, np.diag(share * baths.covariance.diagonal()), names)

    @lazy
    def eigenvalues(self) -> np.ndarray:
        """Eigenvalues of the drift, by descending real part, complex, shape (2n,)."""
        values = np.linalg.eigvals(self.drift)
        return values[np.argsort(-values.real, kind="stable")]

    @lazy
    def stationary_covariance(self) -> np.ndarray:
        """The solution of ``A sigma + sigma A^T + D = 0``, shape (2n, 2n).

        By SciPy's Lyapunov solver (Bartels and Stewart); its residual is checked.

        Raises
        ------
        UnstableNetworkError
            If an eigenvalue of the drift does not have a negative real part.
        ConvergenceError
            If the residual is not at rounding level.
        """
        slowest = complex(self.eigenvalues[0])
        if slowest.real >= -ROUNDING * len(self.drift) * np.abs(self.drift).max():
            raise UnstableNetworkError(
                f"The drift has the eigenvalue {slowest:.6g}, which is not damped, so that there "
                "is no stationary covariance. Every normal mode must reach a bath.",
                eigenvalue=slowest,
            )
        sigma = scipy.linalg.solve_continuous_lyapunov(self.drift, -self.diffusion)
        sigma = (sigma + sigma.T) / 2
        size = np.abs(self.diffusion).max() + np.abs(self.drift).max() * np.abs(sigma).max()
        residual = self.residual(sigma)
        if not residual <= LARGEST_RESIDUAL * size:
            raise ConvergenceError(
                f"The stationary covariance has the residual {residual:.3g}: the drift has a mode "
                f"of eigenvalue {slowest:.6g}, damped too weakly to tell."
            )
        return sigma

    @property
    def stationary_state(self) -> StationaryState:
        """The stationary `GaussianState`, checked against the uncertainty relation.

        It also has its ``residual``, the norm of ``A sigma + sigma A^T + D``, and its ``error``,
        the norm of the change of sigma that would make that zero.

        Raises
        ------
        UnstableNetworkError, ConvergenceError
            As `stationary_covariance`.
        InvalidStateError
            If it is not physical, which "brownian" baths may cause.
        """
        sigma = self.stationary_covariance
        state = StationaryState(np.zeros(len(self.drift)), sigma)
        flow = self.drift @ sigma
        rest = flow + flow.T + self.diffusion
        change = scipy.linalg.solve_continuous_lyapunov(self.drift, -rest)
        state.residual = np.array(np.linalg.norm(rest))
        state.error = np.array(np.linalg.norm(change))
        return state

    def residual(self, covariance: Any) -> float:
        """Frobenius norm of ``A sigma + sigma A^T + D``.

        Examples
        --------
        >>> import numpy as np, quantsync as qs
        >>> damped = qs.gaussian.OpenNetwork([[-0.1, 1.0], [-1.0, -0.1]], 0.1 * np.eye(2))
        >>> damped.residual(np.eye(2) / 2)
        0.0
        """
        sigma = real_array(covariance, "covariance")
        if sigma.shape != self.drift.shape:
            raise DimensionError(
                f"Argument `covariance` must have shape {self.drift.shape}, but has {sigma.shape}."
            )
        flow = self.drift @ sigma
        return float(np.linalg.norm(flow + flow.T + self.diffusion))

    @named_arguments
    def evolve(
        self, state: GaussianState, times: Any, *, tolerance: float = TOLERANCE
    ) -> GaussianEvolution:
        """Means and covariances at times >= 0, without time steps, at any time.

        The propagator exp(A t) and the accumulated noise ``int_0^t e^{As} D e^{A^T s} ds`` of each
        time come from one exponential of a matrix of twice the size (Van Loan, IEEE Trans. Autom.
        Control 23, 395, 1978), taken over the intervals between times. Where ``||A|| t`` is above
        1000 and nothing grows, the drift is taken apart into what turns and what decays, and the
        noise comes from Sylvester's and Lyapunov's equations: what has decayed is stationary, and
        what is undamped and without noise keeps its determinant.

        Parameters
        ----------
        state : GaussianState
            Of all n oscillators at t = 0; it may be a batch ``(...)``.
        times : array_like of shape (T,)
            Times >= 0 in non-decreasing order.
        tolerance : float, default 1e-6
            Largest estimated error, relative to means and covariances; ``numpy.inf`` never raises.

        Raises
        ------
        LostAccuracyError
            If phases, or damping that is too weak, are lost in rounding; see ``result``.
        ConvergenceError
            If an unstable network grows beyond the largest number.
        DimensionError
            If the state has the wrong number of modes.
        InvalidArgumentError, NonFiniteError
            If times are negative, decreasing or not finite.

        Examples
        --------
        >>> import numpy as np, quantsync as qs
        >>> mode = qs.gaussian.OpenNetwork([[-0.1, 1.0], [-1.0, -0.1]], 0.1 * np.eye(2))
        >>> path = mode.evolve(qs.GaussianState.thermal(1.0, occupation=1.0), [0.0, 10.0])
        >>> print(path.covariance[:, 0, 0].round(6))  # 1/2 + e^{-2}
        [1.5      0.635335]
        """
        moments = times_array(times, start=0)
        self._require_state(state)
        size, shape = len(self.drift), state.shape
        need = 8.0 * math.prod(shape) * len(moments) * size * (size + 1)
        what = f"Covariances of {size // 2} oscillators at {len(moments)} times"
        require_memory(need, what, "take fewer times or oscillators")
        norm = norm_of(self.drift)
        if norm * float(np.minimum(moments, LATEST).max(initial=0.0)) > LONG:
            parts = semigroup(self.drift)
            if parts.bounded:
                each = state.take(np.arange(math.prod(shape)))
                found = [evolved_by_parts(parts, self.diffusion, one, moments) for one in each]
                path = GaussianEvolution(
                    moments,
                    _stacked([mean for mean, _, _ in found], (*shape, len(moments), size)),
                    _stacked([sigma for _, sigma, _ in found], (*shape, len(moments), size, size)),
                    self.names,
                    _stacked([error for _, _, error in found], (*shape, len(moments))),
                )
                return within(path, tolerance)
        mean = np.empty((*shape, len(moments), size))
        covariance = np.empty((*shape, len(moments), size, size))
        now, r, sigma = 0.0, state.mean, state.covariance
        step, propagator, noise = 0.0, np.eye(size), np.zeros((size, size))
        with np.errstate(over="ignore", invalid="ignore"):
            for k, moment in enumerate(moments):
                wanted = moment - now
                if abs(wanted - step) > ROUNDING * moment:
                    step = wanted
                    propagator, noise = self._step(step)
                if wanted > 0 and np.isfinite(sigma).all():
                    r = r @ propagator.T
                    sigma = propagator @ sigma @ propagator.T + noise
                    sigma = (sigma + sigma.swapaxes(-1, -2)) / 2
                now, mean[..., k, :], covariance[..., k, :, :] = moment, r, sigma
        if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
            raise ConvergenceError(
                f"The network grows beyond the largest number before t = {moments[-1]:.6g}: the "
                f"drift has the eigenvalue {complex(self.eigenvalues[0]):.6g}. Ask for earlier "
                "times, or add damping."
            )
        error = np.minimum(rounding_of(size) * (1 + norm * moments), 2.0)
        error = np.broadcast_to(error, (*shape, len(moments)))
        return within(GaussianEvolution(moments, mean, covariance, self.names, error), tolerance)

    def _require_state(self, state: Any) -> None:
        instance_of(state, "state", GaussianState, "a GaussianState")
        if state.modes != len(self.names):
            raise DimensionError(
                f"Argument `state` must be a state of {len(self.names)} modes, but is {state!r}."
            )

    @named_arguments
    def run(self, state: GaussianState, times: Any, *, tolerance: float = TOLERANCE) -> GaussianRun:
        """An evolution that is solved when something is asked of it, and can be mapped.

        A function of parameters may return it, or the tuple ``(network, state, times)`` for it, to
        `quantsync.sweep` and `quantsync.compute`.

        Parameters
        ----------
        state, tolerance
            As for `evolve`.
        times : float or array_like of shape (T,)
            As for `evolve`; for one number T, 501 equidistant ones from 0 to T.

        Returns
        -------
        GaussianRun
            With every attribute of a `GaussianEvolution`.

        Raises
        ------
        QuantsyncError
            What `evolve` raises: for its arguments at once, for the solution when something is
            asked of it.

        Examples
        --------
        >>> import numpy as np, quantsync as qs
        >>> mode = qs.gaussian.OpenNetwork([[-0.1, 1.0], [-1.0, -0.1]], 0.1 * np.eye(2))
        >>> starts = qs.GaussianState.vacuum(1.0).displaced(x=[[1.0], [2.0]])
        >>> print(mode.run(starts, 10.0).final.mean[:, 0].round(6))
        [-0.308677 -0.617354]
        """
        self._require_state(state)
        options = {"tolerance": largest_error(tolerance)}
        return GaussianRun(self, state, run_times(times), options, self.names)

    def as_system(self) -> StationaryRun:
        """The network as `quantsync.sweep` takes it from a function: its stationary state."""
        return StationaryRun(self)

    def _step(self, step: float) -> tuple[np.ndarray, np.ndarray]:
        """The propagator exp(A t), and the noise that t adds."""
        size = len(self.drift)
        # Van Loan's block has exp(-A t), which overflows where damping is strong: double up.
        scale = np.abs(self.drift).sum(axis=1).max() * step
        halvings = max(0, int(np.ceil(np.log2(scale)))) if scale > 0 else 0
        short = step / 2**halvings
        block = np.block([[-self.drift, self.diffusion], [np.zeros((size, size)), self.drift.T]])
        exponential = scipy.linalg.expm(block * short)
        propagator = exponential[size:, size:].T
        noise = propagator @ exponential[:size, size:]
        for _ in range(halvings):
            noise = noise + propagator @ noise @ propagator.T
            propagator = propagator @ propagator
        return propagator, (noise + noise.T) / 2

    def _repr_html_(self) -> str:
        rows: dict[str, Any] = {"oscillators": len(self.names)}
        if len(self.names) <= MOST_SOLVED:
            slowest = -float(self.eigenvalues[0].real)
            stable = slowest > 0
            rows["slowest decay"] = html.extent(slowest) if stable else "unstable: something grows"
            rows["frequencies"] = html.extent(abs(np.imag(self.eigenvalues)))
        return html.table(type(self).__name__, rows)

    def __repr__(self) -> str:
        return f"<OpenNetwork of {len(self.names)} oscillators>"


class StationaryRun(Run):
    """The stationary states of open networks, one each."""

    kind = "gaussian state"
    method = "Lyapunov equation"
    solution_type = StationaryState

    def __init__(self, network: OpenNetwork):
        super().__init__({"system": single(network)}, np.empty(0), {})

    @property
    def signature(self) -> Any:
        """Names of the oscillators."""
        return self.parts["system"].objects[0].names

    def _solved(self, parts: Mapping[str, Any], workers: int | None) -> StationaryState:
        return parts["system"].only.stationary_state


def _stacked(arrays: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    return np.array(arrays).reshape(shape)
