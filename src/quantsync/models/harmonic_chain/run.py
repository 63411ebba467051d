"""Two oscillators on a chain from their start to the time at which they are looked at."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from quantsync.arrays import distinct_rows
from quantsync.errors import InvalidArgumentError
from quantsync.gaussian.correlations import gaussian_log_negativity, gaussian_mutual_information
from quantsync.gaussian.networks.evolution import GaussianEvolution, evolve, mean_modes
from quantsync.gaussian.networks.network import HarmonicNetwork
from quantsync.gaussian.states import GaussianState, ProbesInEnvironment
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
POSITIVE = {
    "omega_1": ": the start is that of the uncoupled oscillators",
    "omega_2": ": the start is that of the uncoupled oscillators",
    "window": "",
}
LONGEST = 1e11  # times, in units of 1/omega_1, beyond which phases are lost in rounding


class HarmonicChain(ParametricSystem):
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
        for name, what in POSITIVE.items():
            low = np.asarray(self.parameters[name]).min(initial=np.inf)
            if low <= 0:
                raise InvalidArgumentError(f"Parameter `{name}` must be > 0, but is {low:g}{what}.")
        for name, limit in (("time", LONGEST), ("window", LONGEST), ("delay", LONGEST)):
            _at_most(name, self.parameters[name], limit, "phases would be lost in rounding")
        for name in SQUEEZING:
            _at_most(name, self.parameters[name], 300, "variances would overflow")
        low = np.asarray(self.parameters["chain_frequency"]).min(initial=0)
        if low < 0:
            raise InvalidArgumentError(f"Parameter `chain_frequency` must be >= 0, but is {low:g}.")

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
        _, index = distinct_rows([self.flat(name) for name in NETWORK])
        order = np.argsort(index, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(index[order])) + 1)

    def each(
        self, names: tuple[str, ...], starts: tuple[str, ...], function: Callable[..., Any]
    ) -> np.ndarray:
        """Values of a function that is asked for many starts and times of a network at once.

        Parameters
        ----------
        names : tuple of str
            Parameters beside those of the network that must be the same in one call.
        starts : tuple of str
            Parameters of the start that matter.
        function : callable
            ``function(network, state, times, *values)`` with ``state`` a batch (S,) and ``times``
            (T,); returns (S, T, ...).

        Returns
        -------
        ndarray of shape (B, ...)
        """
        result: np.ndarray | None = None
        with one_blas_thread():
            for members in self.groups():
                chosen = self.take(members)
                network = chosen.network
                for own, values in _split(
                    [chosen.parameters[name] for name in names], len(members)
                ):
                    part = chosen.take(own)
                    found = _starts_and_times(
                        part,
                        starts,
                        lambda state, times, network=network, values=values: np.asarray(
                            function(network, state, times, *values)
                        ),
                    )
                    if result is None:
                        result = np.empty((self.size, *found.shape[1:]), dtype=found.dtype)
                    result[members[own]] = found
        assert result is not None
        return result

    def means(self) -> np.ndarray:
        """Mean positions x_1, x_2 at the times, shape (B, 2)."""
        return self._once(
            "means",
            lambda: self.each((), MEANS, lambda n, s, t: np.moveaxis(mean_modes(n, s)(t), 1, -1)),
        )

    def covariances(self) -> np.ndarray:
        """Covariances of x_1, p_1, x_2, p_2 at the times, shape (B, 4, 4)."""
        return self._once(
            "covariances",
            lambda: self.each((), SQUEEZING, lambda n, s, t: evolve(n, s, t).covariance),
        )

    def pearson_of_means(self) -> np.ndarray:
        """Pearson's coefficient of <x_1>, <x_2> over [t, t + window], shape (B,)."""
        return self.each(("window", "delay"), MEANS, _pearson_of_means)

    def pearson_of_variances(self) -> np.ndarray:
        """Pearson's coefficient of the variances of x_1, x_2 over [t, t + window], shape (B,)."""
        return self.each(("window", "delay"), SQUEEZING, _pearson_of_variances)

    def _once(self, name: str, function: Callable[[], np.ndarray]) -> np.ndarray:
        known = self.__dict__.setdefault("_known", {})
        if name not in known:
            known[name] = function()
        return known[name]


def _at_most(name: str, values: Any, limit: float, why: str) -> None:
    largest = float(np.abs(values).max(initial=0))
    if largest > limit:
        raise InvalidArgumentError(
            f"Parameter `{name}` must be at most {limit:g} in size, but is {largest:g}: {why}."
        )


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
    """States for rows of omega_1, omega_2, means and squeezing, shape (S, 8)."""
    omega, means, r = values[:, :2], values[:, 2:6], values[:, 6:8]
    variances = np.stack([np.exp(2 * r) / (2 * omega), omega * np.exp(-2 * r) / 2], axis=-1)
    covariance = variances.reshape(-1, 4, 1) * np.eye(4)
    return ProbesInEnvironment(GaussianState(means, covariance))


def _split(columns: list[np.ndarray], size: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Members with the same values in all columns, and the values."""
    if not columns:
        return [(np.arange(size), np.empty(0))]
    rows, index = distinct_rows(columns)
    order = np.argsort(index, kind="stable")
    cuts = np.split(order, np.flatnonzero(np.diff(index[order])) + 1)
    return list(zip(cuts, rows, strict=True))


def _starts_and_times(
    run: HarmonicChain, matter: tuple[str, ...], function: Callable[..., np.ndarray]
) -> np.ndarray:
    """Values for members of one network: all starts at all times where they form a grid."""
    columns = [
        run.parameters[name] if name in (*matter, "omega_1", "omega_2") else np.zeros(run.size)
        for name in ("omega_1", "omega_2", *MEANS, *SQUEEZING)
    ]
    rows, start = distinct_rows(columns)
    times, moment = np.unique(run.parameters["time"], return_inverse=True)
    moment = moment.reshape(-1)
    result: np.ndarray | None = None
    modes = int(run.single("sites")) + 2
    # Starts and times that are not a grid would waste the rest of it: one start after the other.
    is_grid = len(rows) * len(times) <= WASTE * run.size
    most = max(1, ELEMENTS // modes) if is_grid else 1
    for low in range(0, len(rows), most):
        own = np.flatnonzero((start >= low) & (start < low + most))
        used = np.arange(len(times)) if is_grid else np.unique(moment[own])
        values = function(_start(rows[low : low + most]), times[used])
        if result is None:
            result = np.empty((run.size, *values.shape[2:]), dtype=values.dtype)
        result[own] = values[start[own] - low, np.searchsorted(used, moment[own])]
    assert result is not None
    return result


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
                known[:] = flat, evolve(network, start, flat).covariance
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
        lambda view: view.solution.means()[:, 0],
    ),
    Measure(
        "x2",
        "mean position of the second oscillator",
        "omega_1^(-1/2)",
        lambda view: view.solution.means()[:, 1],
    ),
    Measure(
        "x1_variance",
        "variance of the position of the first oscillator",
        "1/omega_1",
        lambda view: view.solution.covariances()[:, 0, 0],
    ),
    Measure(
        "x2_variance",
        "variance of the position of the second oscillator",
        "1/omega_1",
        lambda view: view.solution.covariances()[:, 2, 2],
    ),
    Measure(
        "pearson",
        "Pearson's coefficient of the mean positions in [t, t + window]; undefined at rest",
        "1",
        lambda view: view.solution.pearson_of_means(),
        may_be_undefined=True,
    ),
    Measure(
        "pearson_variance",
        "Pearson's coefficient of the position variances in [t, t + window]; undefined if constant",
        "1",
        lambda view: view.solution.pearson_of_variances(),
        may_be_undefined=True,
    ),
    Measure(
        "log_negativity",
        "logarithmic negativity between the two oscillators",
        "nat",
        lambda view: gaussian_log_negativity(view.solution.covariances()),
    ),
    Measure(
        "mutual_information",
        "mutual information between the two oscillators",
        "nat",
        lambda view: gaussian_mutual_information(view.solution.covariances()),
    ),
)
