"""Two detuned oscillators on a chain of oscillators (Benedetti et al. (2016))."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from quantsync.errors import InvalidArgumentError
from quantsync.gaussian.evolution import GaussianEvolution, evolve, mean_modes
from quantsync.gaussian.network import HarmonicNetwork
from quantsync.gaussian.states import GaussianState, ProbesInEnvironment
from quantsync.measures.gaussian import gaussian_log_negativity, gaussian_mutual_information
from quantsync.measures.named import NamedMeasure, table_of
from quantsync.measures.time_series import pearson
from quantsync.models.parameters import real_parameters
from quantsync.models.runs import ModelRun, distinct_rows
from quantsync.parallel import one_blas_thread

NETWORK = (
    "sites",
    "omega_1",
    "omega_2",
    "coupling",
    "probe_coupling",
    "site_1",
    "site_2",
    "chain_frequency",
    "chain_coupling",
)
MEANS = ("x1", "p1", "x2", "p2")
SQUEEZING = ("squeezing_1", "squeezing_2")


def harmonic_chain(
    sites: Any = 300,
    omega_1: Any = 1.0,
    omega_2: Any = 1.1,
    coupling: Any = 0.5,
    probe_coupling: Any = 0.2,
    site_1: Any = 1,
    site_2: Any = 1,
    chain_frequency: Any = 0.4,
    chain_coupling: Any = 1.2,
    x1: Any = 0.14,
    x2: Any = 1.4,
    p1: Any = 0.0,
    p2: Any = 0.0,
    squeezing_1: Any = 0.0,
    squeezing_2: Any = 0.0,
    time: Any = 300.0,
    window: Any = 15.0,
    delay: Any = 0.0,
) -> HarmonicChain:
    r"""Two detuned oscillators attached to a chain at rest, from their start to a time t.

    ``H = (p_1^2 + p_2^2 + omega_1^2 x_1^2 + omega_2^2 x_2^2 + lambda (x_1 - x_2)^2)/2 + H_E
    + K (x_1 X_m + x_2 X_n)`` with ``H_E = sum_j (P_j^2 + Omega_0^2 X_j^2)/2
    + (g/2) sum_{j=0}^{M} (X_j - X_{j+1})^2``, X_0 = X_{M+1} = 0: Eqs. (1) and (2) of Benedetti et
    al., Phys. Rev. A 94, 052118 (2016), with fixed ends, for which their App. A is exact. The chain
    starts in the ground state of H_E. All masses are 1; parameters may be arrays that broadcast.

    Parameters
    ----------
    sites : int, default 300
        Number M of oscillators in the chain.
    omega_1 : float, default 1
        Frequency of the first oscillator; 1 makes it the unit of all frequencies.
    omega_2 : float, default 1.1
        Frequency of the second oscillator (units of omega_1).
    coupling : float, default 0.5
        Spring lambda between the two (units of omega_1^2).
    probe_coupling : float, default 0.2
        Strength K of the coupling of both to the chain (units of omega_1^2).
    site_1 : int, default 1
        Site m, from 1 to M, to which the first oscillator is coupled.
    site_2 : int, default 1
        Site n to which the second oscillator is coupled.
    chain_frequency : float, default 0.4
        Frequency Omega_0 of the chain's oscillators (units of omega_1).
    chain_coupling : float, default 1.2
        Spring g between neighbours in the chain (units of omega_1^2).
    x1 : float, default 0.14
        Mean position of the first oscillator at t = 0 (units of omega_1^(-1/2)).
    x2 : float, default 1.4
        Mean position of the second oscillator at t = 0 (units of omega_1^(-1/2)).
    p1 : float, default 0
        Mean momentum of the first oscillator at t = 0 (units of omega_1^(1/2)).
    p2 : float, default 0
        Mean momentum of the second oscillator at t = 0 (units of omega_1^(1/2)).
    squeezing_1 : float, default 0
        Squeezing r of the first oscillator at t = 0: <x^2> is exp(2r) of the vacuum's.
    squeezing_2 : float, default 0
        Squeezing r of the second oscillator at t = 0.
    time : float, default 300
        Time t at which the oscillators are looked at (units of 1/omega_1).
    window : float, default 15
        Length of the window [t, t + window] of Pearson's coefficient (units of 1/omega_1).
    delay : float, default 0
        Delay of the second signal in Pearson's coefficient (units of 1/omega_1).

    Returns
    -------
    HarmonicChain
        With measures ``x1``, ``x2``, ``x1_variance``, ``x2_variance``, ``pearson``,
        ``pearson_variance``, ``log_negativity`` and ``mutual_information`` in `compute` and
        `sweep`.

    Raises
    ------
    InvalidCoefficientError, NonFiniteError, BroadcastError
        If a parameter is not a finite real number, or shapes do not fit.
    InvalidArgumentError
        If ``sites``, ``site_1`` or ``site_2`` is no whole number in its range, or ``window`` is
        not positive.
    UnstableNetworkError
        When the network is first needed, if its stiffness is not positive.

    Examples
    --------
    The two oscillate in antiphase before signals come back from the far end of the chain:

    >>> import quantsync as qs
    >>> point = qs.compute("harmonic_chain", {"time": 300}, ["x1", "pearson"])
    >>> print({name: round(value, 6) for name, value in point.items()})
    {'x1': 0.558512, 'pearson': -0.999913}
    >>> pair = qs.models.harmonic_chain(sites=50)
    >>> pair.network
    <HarmonicNetwork of 52 oscillators, 2 of them probes>
    >>> pair.evolve([0.0, 10.0]).mean.shape
    (2, 4)
    """
    given = {
        "sites": sites,
        "omega_1": omega_1,
        "omega_2": omega_2,
        "coupling": coupling,
        "probe_coupling": probe_coupling,
        "site_1": site_1,
        "site_2": site_2,
        "chain_frequency": chain_frequency,
        "chain_coupling": chain_coupling,
        "x1": x1,
        "x2": x2,
        "p1": p1,
        "p2": p2,
        "squeezing_1": squeezing_1,
        "squeezing_2": squeezing_2,
        "time": time,
        "window": window,
        "delay": delay,
    }
    return HarmonicChain(dict(zip(given, real_parameters(**given), strict=True)))


class HarmonicChain(ModelRun):
    """Two oscillators on a chain, their start and the time at which they are looked at.

    Returned by `harmonic_chain`. A batch does the work of each different network once: normal
    modes, then all starts and times that go with them.

    Parameters
    ----------
    parameters : dict of str to array_like
        All parameters of `harmonic_chain`.
    """

    method = "normal modes, exact in time"

    def __init__(self, parameters: dict[str, Any]):
        super().__init__(parameters)
        sites = _whole("sites", self.parameters["sites"], 1, np.inf)
        for name in ("site_1", "site_2"):
            _whole(name, self.parameters[name], 1, sites)
        low = np.asarray(self.parameters["window"]).min(initial=np.inf)
        if low <= 0:
            raise InvalidArgumentError(f"Parameter `window` must be > 0, but is {low:g}.")

    @property
    def network(self) -> HarmonicNetwork:
        """The network; its oscillators are "probe 1", "probe 2" and the sites 1 ... M.

        Raises
        ------
        BroadcastError
            If the batch has several.
        UnstableNetworkError
            If the stiffness is not positive.
        """
        return _network(*(float(self.single(name)) for name in NETWORK))

    @property
    def start(self) -> ProbesInEnvironment:
        """The state at t = 0 of a batch that has only one."""
        names = ("omega_1", "omega_2", *MEANS, *SQUEEZING)
        return _start(np.array([float(self.single(name)) for name in names]))

    def evolve(self, times: Any) -> GaussianEvolution:
        """Means and covariances of the two oscillators at any times.

        Parameters
        ----------
        times : array_like of shape (T,)

        Returns
        -------
        GaussianEvolution
        """
        return evolve(self.network, self.start, times)

    def groups(self) -> list[np.ndarray]:
        """Members with the same network."""
        _, index = distinct_rows([self._flat(name) for name in NETWORK])
        order = np.argsort(index, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(index[order])) + 1)

    def each(self, names: tuple[str, ...], function: Callable[..., Any]) -> np.ndarray:
        """Values of a function of (network, start, times, members) that share the named parameters.

        Parameters
        ----------
        names : tuple of str
            Parameters, beside those of network and start, that must be the same in one call.
        function : callable
            ``function(network, start, times, *values)`` with ``times`` (B',); returns (B', ...).

        Returns
        -------
        ndarray of shape (B, ...)
        """
        result: np.ndarray | None = None
        shared = ("omega_1", "omega_2", *MEANS, *SQUEEZING, *names)
        with one_blas_thread():
            for members in self.groups():
                chosen = self.take(members)
                network = chosen.network
                rows, index = distinct_rows([chosen.parameters[name] for name in shared])
                times = chosen.parameters["time"]
                order = np.argsort(index, kind="stable")
                cuts = np.split(order, np.flatnonzero(np.diff(index[order])) + 1)
                for row, own in zip(rows, cuts, strict=True):
                    start, others = _start(row[: -len(names) or None]), row[len(row) - len(names) :]
                    values = np.asarray(function(network, start, times[own], *others))
                    if result is None:
                        result = np.empty((self.size, *values.shape[1:]), dtype=values.dtype)
                    result[members[own]] = values
        assert result is not None
        return result

    def _flat(self, name: str) -> np.ndarray:
        return np.broadcast_to(self.parameters[name], self.shape).reshape(-1)

    def means(self) -> np.ndarray:
        """Mean positions x_1, x_2 at the times, shape (B, 2)."""
        return self._once(
            "means", lambda: self.each((), lambda n, start, t: mean_modes(n, start)(t).T)
        )

    def covariances(self) -> np.ndarray:
        """Covariances of x_1, p_1, x_2, p_2 at the times, shape (B, 4, 4)."""
        return self._once(
            "covariances", lambda: self.each((), lambda n, start, t: evolve(n, start, t).covariance)
        )

    def pearson_of_means(self) -> np.ndarray:
        """Pearson's coefficient of <x_1>, <x_2> over [t, t + window], shape (B,)."""
        return self.each(("window", "delay"), _pearson_of_means)

    def pearson_of_variances(self) -> np.ndarray:
        """Pearson's coefficient of the variances of x_1, x_2 over [t, t + window], shape (B,)."""
        return self.each(("window", "delay"), _pearson_of_variances)

    def _once(self, name: str, function: Callable[[], np.ndarray]) -> np.ndarray:
        known = self.__dict__.setdefault("_known", {})
        if name not in known:
            known[name] = function()
        return known[name]


def _whole(name: str, values: Any, low: float, high: Any) -> np.ndarray:
    array = np.asarray(values)
    wrong = (array != np.round(array)) | (array < low) | (array > high)
    if wrong.any():
        bad = np.broadcast_to(array, wrong.shape)[wrong][0]
        limit = np.broadcast_to(high, wrong.shape)[wrong][0]
        to = f" to {limit:g} (sites)" if np.isfinite(limit) else ""
        raise InvalidArgumentError(
            f"Parameter `{name}` must be a whole number from {low:g}{to}, but is {bad:g}."
        )
    return array


@lru_cache(maxsize=256)
def _network(
    sites: float,
    omega_1: float,
    omega_2: float,
    coupling: float,
    probe_coupling: float,
    site_1: float,
    site_2: float,
    chain_frequency: float,
    chain_coupling: float,
) -> HarmonicNetwork:
    return _chain(int(sites), chain_frequency, chain_coupling).with_probes(
        [omega_1, omega_2],
        nodes=[int(site_1), int(site_2)],
        strengths=probe_coupling,
        direct=coupling,
    )


@lru_cache(maxsize=16)
def _chain(sites: int, frequency: float, coupling: float) -> HarmonicNetwork:
    return HarmonicNetwork.chain(sites, frequency=frequency, coupling=coupling)


def _start(values: np.ndarray) -> ProbesInEnvironment:
    omega, (x1, p1, x2, p2), r = values[:2], values[2:6], values[6:8]
    return ProbesInEnvironment(GaussianState.squeezed(omega, r).displaced(x=[x1, x2], p=[p1, p2]))


def _pearson_of_means(
    network: HarmonicNetwork, start: Any, times: np.ndarray, window: float, delay: float
) -> np.ndarray:
    modes = mean_modes(network, start)
    return pearson(modes[0], modes[1], times, window, delay)


def _pearson_of_variances(
    network: HarmonicNetwork, start: Any, times: np.ndarray, window: float, delay: float
) -> np.ndarray:
    known: list[Any] = [np.empty(0), None]  # both signals are asked for at the same times

    def variance(oscillator: int) -> Callable[[np.ndarray], np.ndarray]:
        def at(moments: np.ndarray) -> np.ndarray:
            flat = moments.reshape(-1)
            if not np.array_equal(known[0], flat):
                known[:] = flat, evolve(network, start, flat).covariance
            return known[1][:, 2 * oscillator, 2 * oscillator].reshape(moments.shape)

        return at

    # Squares of the modes: twice the highest frequency.
    bandwidth = 2 * float(network.frequencies[-1])
    return pearson(variance(0), variance(1), times, window, delay, bandwidth=bandwidth)


HarmonicChain.measures = table_of(
    NamedMeasure(
        "x1", "mean position of the first oscillator", "omega_1^(-1/2)", lambda r: r.means()[:, 0]
    ),
    NamedMeasure(
        "x2", "mean position of the second oscillator", "omega_1^(-1/2)", lambda r: r.means()[:, 1]
    ),
    NamedMeasure(
        "x1_variance",
        "variance of the position of the first oscillator",
        "1/omega_1",
        lambda r: r.covariances()[:, 0, 0],
    ),
    NamedMeasure(
        "x2_variance",
        "variance of the position of the second oscillator",
        "1/omega_1",
        lambda r: r.covariances()[:, 2, 2],
    ),
    NamedMeasure(
        "pearson",
        "Pearson's coefficient of the mean positions in [t, t + window]; undefined at rest",
        "1",
        HarmonicChain.pearson_of_means,
        may_be_undefined=True,
    ),
    NamedMeasure(
        "pearson_variance",
        "Pearson's coefficient of the position variances in [t, t + window]; undefined if constant",
        "1",
        HarmonicChain.pearson_of_variances,
        may_be_undefined=True,
    ),
    NamedMeasure(
        "log_negativity",
        "logarithmic negativity between the two oscillators",
        "nat",
        lambda r: gaussian_log_negativity(r.covariances()),
    ),
    NamedMeasure(
        "mutual_information",
        "mutual information between the two oscillators",
        "nat",
        lambda r: gaussian_mutual_information(r.covariances()),
    ),
)
