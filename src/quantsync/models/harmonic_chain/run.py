"""Two oscillators on a chain from their start to the time at which they are looked at."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from quantsync.arrays import distinct_rows
from quantsync.checks import real_array, whole_array
from quantsync.gaussian.correlations import log_negativity as gaussian_log_negativity
from quantsync.gaussian.correlations import mutual_information as gaussian_mutual_information
from quantsync.gaussian.networks.evolution import GaussianEvolution, mean_modes
from quantsync.gaussian.networks.network import HarmonicNetwork
from quantsync.gaussian.states import GaussianState, ProbesInEnvironment
from quantsync.lazy import lazy
from quantsync.parallel import one_blas_thread
from quantsync.system import Measure, ParametricSystem, table_of
from quantsync.time_series.pearson import pearson

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
ELEMENTS = 1 << 21  # of the amplitudes of a batch of starts
WASTE = 4  # how many points of a grid of starts and times may be computed for one that is asked for
LONGEST = 1e11  # times, in units of 1/omega_1, beyond which phases are lost in rounding


class HarmonicChain(ParametricSystem):
    """Two oscillators on a chain, their start and the time at which they are looked at.

    Returned by `harmonic_chain`, with all its parameters in ``parameters``. A batch does the work
    of each different network once: normal modes, then all starts and times that go with them.
    """

    method = "normal modes, exact in time"

    def __init__(self, parameters: dict[str, Any]):
        super().__init__(parameters)
        self._check(whole_array, "sites")
        for name in ("site_1", "site_2"):
            self._check(whole_array, name, at_most=self.parameters["sites"])
        for name in ("omega_1", "omega_2"):
            why = "the start is that of the uncoupled oscillators"
            self._check(real_array, name, above=0, why=why)
        self._check(real_array, "window", above=0)
        self._check(real_array, "chain_frequency", at_least=0)
        for name in ("time", "window", "delay"):
            why = "phases would be lost in rounding"
            self._check(real_array, name, at_least=-LONGEST, at_most=LONGEST, why=why)
        for name in SQUEEZING:
            why = "variances would overflow"
            self._check(real_array, name, at_least=-300, at_most=300, why=why)

    def _check(self, check: Callable[..., Any], name: str, **bounds: Any) -> None:
        check(self.parameters[name], f"Parameter `{name}`", **bounds)

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
        omega = [float(self.single(name)) for name in ("omega_1", "omega_2")]
        x, p = ([float(self.single(f"{q}{k}")) for k in (1, 2)] for q in "xp")
        state = GaussianState.squeezed(omega, [float(self.single(name)) for name in SQUEEZING])
        return ProbesInEnvironment(state.displaced(x=x, p=p))

    def evolve(self, times: Any) -> GaussianEvolution:
        """Means and covariances of the two oscillators at any times (T,)."""
        return self.network.evolve(self.start, times)

    def groups(self) -> list[np.ndarray]:
        """Members with the same network."""
        return [members for members, _ in self._alike(NETWORK)]

    def each(
        self, names: tuple[str, ...], starts: tuple[str, ...], function: Callable[..., Any]
    ) -> np.ndarray:
        """Values (B, ...) of a function that is asked for many starts and times at once.

        ``function(network, state, times, *values)`` returns (S, T, ...) for a batch (S,) of states
        and (T,) times; ``values`` are those of the parameters ``names``, the same in one call, and
        ``starts`` are the parameters of the start that matter.
        """
        pieces = []
        with one_blas_thread():
            for members, values in self._alike((*NETWORK, *names)):
                others = values[len(NETWORK) :]
                found = _at_starts_and_times(self.take(members), starts, function, others)
                pieces.append((members, found))
        return _joined(pieces)

    def _alike(self, names: tuple[str, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Members with the same values of some parameters, and these."""
        rows, index = distinct_rows([self.flat(name) for name in names])
        order = np.argsort(index, kind="stable")
        members = np.split(order, np.flatnonzero(np.diff(index[order])) + 1)
        return list(zip(members, rows, strict=True))

    def means(self) -> np.ndarray:
        """Mean positions x_1, x_2 at the times, shape (B, 2)."""
        return self._means

    def covariances(self) -> np.ndarray:
        """Covariances of x_1, p_1, x_2, p_2 at the times, shape (B, 4, 4)."""
        return self._covariances

    @lazy
    def _means(self) -> np.ndarray:
        return self.each((), MEANS, lambda n, s, t: np.moveaxis(mean_modes(n, s)(t), 1, -1))

    @lazy
    def _covariances(self) -> np.ndarray:
        return self.each((), SQUEEZING, lambda n, s, t: n.evolve(s, t, tolerance=np.inf).covariance)

    def pearson_of_means(self) -> np.ndarray:
        """Pearson's coefficient of <x_1>, <x_2> over [t, t + window], shape (B,)."""
        return self.each(("window", "delay"), MEANS, _pearson_of_means)

    def pearson_of_variances(self) -> np.ndarray:
        """Pearson's coefficient of the variances of x_1, x_2 over [t, t + window], shape (B,)."""
        return self.each(("window", "delay"), SQUEEZING, _pearson_of_variances)


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
    """States for rows of omega_1, omega_2, means and squeezing, shape (S, 8)."""
    omega, means, r = values[:, :2], values[:, 2:6], values[:, 6:8]
    variances = np.stack([np.exp(2 * r) / (2 * omega), omega * np.exp(-2 * r) / 2], axis=-1)
    covariance = variances.reshape(-1, 4, 1) * np.eye(4)
    return ProbesInEnvironment(GaussianState(means, covariance))


def _joined(pieces: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """One array of the values that belong to different members."""
    values = np.concatenate([found for _, found in pieces])
    result = np.empty_like(values)
    result[np.concatenate([members for members, _ in pieces])] = values
    return result


def _at_starts_and_times(
    run: HarmonicChain, matter: tuple[str, ...], function: Callable[..., Any], others: np.ndarray
) -> np.ndarray:
    """Values for members of one network: all starts at all times where they form a grid."""
    network = run.network
    columns = [
        run.parameters[name] if name in (*matter, "omega_1", "omega_2") else np.zeros(run.size)
        for name in ("omega_1", "omega_2", *MEANS, *SQUEEZING)
    ]
    rows, start = distinct_rows(columns)
    times, moment = np.unique(run.parameters["time"], return_inverse=True)
    moment = moment.reshape(-1)
    # Starts and times that are not a grid would waste the rest of it: one start after the other.
    is_grid = len(rows) * len(times) <= WASTE * run.size
    most = max(1, ELEMENTS // len(network)) if is_grid else 1
    pieces = []
    for low in range(0, len(rows), most):
        own = np.flatnonzero((start >= low) & (start < low + most))
        used = np.arange(len(times)) if is_grid else np.unique(moment[own])
        values = function(network, _start(rows[low : low + most]), times[used], *others)
        pieces.append(
            (own, np.asarray(values)[start[own] - low, np.searchsorted(used, moment[own])])
        )
    return _joined(pieces)


def _pearson_of_means(
    network: HarmonicNetwork, start: Any, times: np.ndarray, window: float, delay: float
) -> np.ndarray:
    modes = mean_modes(network, start)
    return pearson(modes[:, 0], modes[:, 1], times, window, delay)


def _pearson_of_variances(
    network: HarmonicNetwork, start: Any, times: np.ndarray, window: float, delay: float
) -> np.ndarray:
    known: list[Any] = [np.empty(0), None]  # both signals are asked for at the same times

    def variance(oscillator: int) -> Callable[[np.ndarray], np.ndarray]:
        def at(moments: np.ndarray) -> np.ndarray:
            flat = moments.reshape(-1)
            if not np.array_equal(known[0], flat):
                known[:] = flat, network.evolve(start, flat, tolerance=np.inf).covariance
            found = known[1][:, :, 2 * oscillator, 2 * oscillator]
            return found.reshape((len(found), *moments.shape))

        at.shape = start.probes.shape  # type: ignore[attr-defined]
        return at

    # Squares of the modes: twice the highest frequency.
    bandwidth = 2 * float(network.frequencies[-1])
    return pearson(variance(0), variance(1), times, window, delay, bandwidth=bandwidth)


HarmonicChain.measures = table_of(
    Measure(
        "x1",
        "mean position of the first oscillator",
        "omega_1^(-1/2)",
        lambda state: state.means()[:, 0],
    ),
    Measure(
        "x2",
        "mean position of the second oscillator",
        "omega_1^(-1/2)",
        lambda state: state.means()[:, 1],
    ),
    Measure(
        "x1_variance",
        "variance of the position of the first oscillator",
        "1/omega_1",
        lambda state: state.covariances()[:, 0, 0],
    ),
    Measure(
        "x2_variance",
        "variance of the position of the second oscillator",
        "1/omega_1",
        lambda state: state.covariances()[:, 2, 2],
    ),
    Measure(
        "pearson",
        "Pearson's coefficient of the mean positions in [t, t + window]; undefined at rest",
        "1",
        lambda state: state.pearson_of_means(),
        may_be_undefined=True,
    ),
    Measure(
        "pearson_variance",
        "Pearson's coefficient of the position variances in [t, t + window]; undefined if constant",
        "1",
        lambda state: state.pearson_of_variances(),
        may_be_undefined=True,
    ),
    Measure(
        "log_negativity",
        "logarithmic negativity between the two oscillators",
        "nat",
        lambda state: gaussian_log_negativity(state.covariances()),
    ),
    Measure(
        "mutual_information",
        "mutual information between the two oscillators",
        "nat",
        lambda state: gaussian_mutual_information(state.covariances()),
    ),
)
