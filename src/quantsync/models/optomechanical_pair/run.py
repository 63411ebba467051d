"""Two optomechanical cells from their start to the window in which they are looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync.arrays import distinct_rows
from quantsync.gaussian.correlations import discord
from quantsync.measures.quadratures import (
    QuadratureSynchronization,
    complete_synchronization,
    phase_synchronization,
)
from quantsync.memory import require_memory
from quantsync.system import Measure, ParametricSystem, View, table_of
from quantsync.time_series.phase_locking import phase_drift, phase_locking_value

if TYPE_CHECKING:
    from quantsync.meanfield.model import MeanFieldModel
    from quantsync.meanfield.trajectory import MeanFieldTrajectory

TOLERANCE = 1e-10  # of a step
SAMPLES = 8  # looks a mechanical period
LEAST_SAMPLES = 9
NUMBERS = 1 << 20  # of the covariances of a chunk
MECHANICAL = 4  # quadratures, which come first


class OptomechanicalPair(ParametricSystem):
    """Pairs of optomechanical cells, and the window in which they are looked at.

    Returned by `optomechanical_pair`, with all its parameters in ``parameters``. Modes are b_1,
    b_2, a_1, a_2, the mechanical ones first.
    """

    method = "mean field and linearised fluctuations, Dormand-Prince 8(5,3)"

    @property
    def model(self) -> MeanFieldModel:
        """The mean-field model."""
        # SymPy takes as long to import as all the rest, so it waits until it is needed.
        from quantsync.models.optomechanical_pair.symbols import optomechanical_model

        return optomechanical_model()

    @property
    def members_per_chunk(self) -> int:  # type: ignore[override]
        """How many pairs a sweep integrates at a time."""
        samples = max((_samples(window) for window in self.flat("window")), default=1)
        return max(1, NUMBERS // (64 * samples))

    def groups(self) -> list[np.ndarray]:
        """Members that are looked at at the same times."""
        _, owner = distinct_rows([self.flat(name) for name in ("time", "window")])
        order = np.argsort(owner, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(owner[order])) + 1)

    def evolve(
        self, times: Any, covariance: Any = "thermal", **options: Any
    ) -> MeanFieldTrajectory:
        """Amplitudes and covariances at any times (T,) from 0 on.

        The cells start without amplitudes; ``covariance`` is that at the start, by default of the
        vacuum with thermal mechanical modes, or None for amplitudes alone. The other options are
        those of `MeanFieldModel.integrate`.
        """
        model, p = self.model, self.parameters
        if isinstance(covariance, str) and covariance == "thermal":
            quanta = np.broadcast_to(p["thermal_quanta"], self.shape)[..., None] * np.ones(8)
            quanta[..., MECHANICAL:] = 0
            covariance = (quanta + 0.5)[..., None] * np.eye(8)
        values = {symbol.name: p[symbol.name] for symbol in model.parameters}
        given = {"tolerance": TOLERANCE, **options}
        start = np.zeros((*self.shape, 4))
        return model.integrate(start, times, covariance, parameters=values, **given)

    def solve(self, workers: int | None = None) -> MeanFieldTrajectory:
        """Trajectories in the window, which all members must share."""
        time, window = self.single("time"), self.single("window")
        samples = _samples(window)
        need = 8.0 * 64 * samples * self.size
        require_memory(need, f"A window of {window:g}", "take a shorter `window`")
        times = np.linspace(time, time + window, samples)
        return self.evolve(times, workers=workers)


def _samples(window: float) -> int:
    return max(LEAST_SAMPLES, int(np.ceil(window * SAMPLES / (2 * np.pi))) + 1)


def _mechanical(path: MeanFieldTrajectory) -> np.ndarray:
    """Covariances of b_1, b_2, shape (..., T, 4, 4)."""
    assert path.covariance is not None
    return path.covariance[..., :MECHANICAL, :MECHANICAL]


def _complete(view: View) -> QuadratureSynchronization:
    return complete_synchronization(_mechanical(view.solution))


def _in_phase(view: View) -> QuadratureSynchronization:
    path = view.solution
    return phase_synchronization(_mechanical(path), path.mean[..., :MECHANICAL])


def _averaged(name: str, long_name: str, value: Callable[[Any], Any], of: Any) -> Measure:
    """The mean over the window."""
    return Measure(
        name, long_name, "1", lambda found: value(found).mean(axis=-1), of is _in_phase, of
    )


def _phases(path: MeanFieldTrajectory) -> tuple[np.ndarray, np.ndarray]:
    return path.beta[..., 0], path.beta[..., 1]


def _phase_difference(path: MeanFieldTrajectory) -> np.ndarray:
    first, second = _phases(path)
    turn = first * np.conj(second)
    with np.errstate(invalid="ignore"):
        return np.angle((turn / np.abs(turn)).mean(axis=-1))


def _phonons(j: int) -> Callable[[Any], Any]:
    return lambda path: path.occupation[..., j].mean(axis=-1)


OptomechanicalPair.measures = table_of(
    _averaged(
        "S_c",
        "complete synchronization of the mechanical modes, averaged over the window",
        lambda found: found.value,
        _complete,
    ),
    _averaged(
        "S_c_product",
        "S_c of the product state with the same marginals, the baseline of S_c",
        lambda found: found.product,
        _complete,
    ),
    _averaged(
        "S_p",
        "phase synchronization of the mechanical modes, averaged over the window",
        lambda found: found.value,
        _in_phase,
    ),
    Measure(
        "discord",
        "Gaussian discord between the mechanical modes, averaged over the window",
        "nat",
        lambda path: discord(_mechanical(path)).mean(axis=-1),
    ),
    Measure(
        "locking",
        "phase-locking value |<e^{i (phi_1 - phi_2)}>| of the mean amplitudes over the window",
        "1",
        lambda path: phase_locking_value(*_phases(path)),
        may_be_undefined=True,
    ),
    Measure(
        "phase_difference",
        "mean of phi_1 - phi_2 over the window, phi_j = arg <b_j>",
        "rad",
        _phase_difference,
        may_be_undefined=True,
    ),
    Measure(
        "frequency_difference",
        "mean frequency of cell 1 less that of cell 2 over the window",
        "frequency_1",
        lambda path: phase_drift(*_phases(path), path.times),
        may_be_undefined=True,
    ),
    Measure("phonons_1", "|<b_1>|^2, averaged over the window", "1", _phonons(0)),
    Measure("phonons_2", "|<b_2>|^2, averaged over the window", "1", _phonons(1)),
)
