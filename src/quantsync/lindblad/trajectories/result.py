"""What trajectories give: means with their errors, jumps or currents, and phase slips."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync import html
from quantsync.checks import known_name, name_list, named_arguments
from quantsync.errors import InvalidArgumentError
from quantsync.lindblad.truncation import Truncation
from quantsync.operators import Space
from quantsync.plotting import COLOURS, axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class PhaseSlips:
    """Whole turns of one site's phase along trajectories, in the frame of the Hamiltonian.

    The phase is the argument of ``<S+>`` for a spin and of ``<a>`` for a mode (of ``<a^dag>`` in a
    space with spins), in the pure state of the trajectory, unwrapped from one output time to the
    next. A slip is counted when it has got 2 pi ahead of, or behind, where it was at the first time
    or at the last slip: what only wavers around a point slips at most once there.

    Attributes
    ----------
    up, down : ndarray of int of shape (samples,)
        Slips forwards and backwards of each trajectory.
    turned : ndarray of shape (samples,)
        By how much the phase has changed from the first to the last time, in radians.
    unresolved : float
        Which part of all steps from one time to the next turns the phase by more than pi/2, which
        may as well have gone the other way around, or ends in a state without a phase (a Fock
        state has none). It should be small; if not, take closer times, or where jumps of an
        undriven mode leave no phase a coherent start, or heterodyne detection.
    duration : float
        Last minus first time.
    """

    up: np.ndarray
    down: np.ndarray
    turned: np.ndarray
    unresolved: float
    duration: float

    @property
    def rate(self) -> float:
        """Mean net number of slips per time, ``(up - down)/duration``."""
        return self._mean(self.up - self.down)

    @property
    def rate_error(self) -> float:
        """Its standard error."""
        return self._error(self.up - self.down)

    @property
    def total_rate(self) -> float:
        """Mean number of slips in both directions per time."""
        return self._mean(self.up + self.down)

    @property
    def total_rate_error(self) -> float:
        """Its standard error."""
        return self._error(self.up + self.down)

    @property
    def frequency(self) -> float:
        """Mean phase gained per time, in the frame of the Hamiltonian.

        The phase of a mode is arg <a>: under ``H = omega n`` this is -omega. It is no peak of a
        spectrum, as `observed_frequency` is, but counts the turns of every phase. NaN where no
        step is resolved: states such as Fock states have no phase.
        """
        return self._mean(self.turned) if self.unresolved < 1 else np.nan

    @property
    def frequency_error(self) -> float:
        """Its standard error."""
        return self._error(self.turned) if self.unresolved < 1 else np.nan

    def _mean(self, values: np.ndarray) -> float:
        return float(np.mean(values)) / self._per_time()

    def _per_time(self) -> float:
        if not self.duration:
            raise InvalidArgumentError(
                "Phases have no rates at a single time; give trajectories() several `times`."
            )
        return self.duration

    def _error(self, values: np.ndarray) -> float:
        # Where all agree by chance, one slip more or less is what nobody has seen.
        count = len(values)
        least = 1 / count if values.dtype.kind == "i" else 0.0
        spread = float(np.std(values, ddof=1)) / np.sqrt(count) if count > 1 else np.inf
        return max(spread, least) / self._per_time()

    def __repr__(self) -> str:
        return (
            f"<PhaseSlips: {self.up.sum()} up, {self.down.sum()} down in {len(self.up)} samples of "
            f"duration {self.duration:.6g}>"
        )


@dataclass(frozen=True)
class TrajectoryRecord:
    """One trajectory.

    Attributes
    ----------
    sample : int
        Its number; its random numbers are those of ``sample_rng(seed, sample)``.
    expectation : dict of ndarray of shape (T,)
        Expectation values in its pure state.
    phases : dict of ndarray of shape (T,)
        Unwrapped phases of the sites that were followed, in radians.
    jump_times : ndarray of shape (J,)
        When it jumped; empty for diffusive trajectories.
    jump_channels : ndarray of int of shape (J,)
        Through which of the jump operators, in the order of ``system``'s.
    currents : ndarray of shape (T - 1, C) or (T - 1, 0)
        Mean measured current of each channel between two times, real for homodyne and complex for
        heterodyne detection; its mean is ``<L e^{-i phi} + L^dag e^{i phi}>``, or
        ``<L e^{-i phi}>``, with the square root of the rate in L.
    """

    sample: int
    expectation: dict[str, np.ndarray]
    phases: dict[str, np.ndarray]
    jump_times: np.ndarray
    jump_channels: np.ndarray
    currents: np.ndarray

    def __repr__(self) -> str:
        return f"<TrajectoryRecord of sample {self.sample}: {len(self.jump_times)} jumps>"


@dataclass(frozen=True)
class Trajectories:
    """Means over trajectories, with all that says how far they are off.

    Attributes
    ----------
    times : ndarray of shape (T,)
        The times, in the inverse unit of the rates.
    space : Space
        The space of the states.
    unravelling : str
        "jump", "homodyne" or "heterodyne".
    samples, seed : int
        How many trajectories there are, and the seed of their random numbers.
    expectation : dict of ndarray of shape (T,)
        Means of ``<psi|O|psi>`` over the samples; real for Hermitian operators.
    standard_error : dict of ndarray of shape (T,)
        Standard errors of these means; infinite for a single sample.
    step : float
        The time step of a diffusive unravelling, or the unit in which jump times are told apart.
    step_error : dict of ndarray of shape (T,)
        Estimated error of the means by that step, beside the standard error.
    jumps : ndarray of int of shape (samples, C)
        How often each sample jumped through each channel; of no columns for diffusive ones.
    phase_slips : dict of PhaseSlips
        For each site in ``sites``.
    records : tuple of TrajectoryRecord
        As many first samples as were asked for.
    truncation : Truncation
        How much the cut-off of the modes matters to the mean state, as for an `Evolution`, with
        arrays over some times.
    """

    times: np.ndarray
    space: Space
    unravelling: str
    samples: int
    seed: int
    expectation: dict[str, np.ndarray]
    standard_error: dict[str, np.ndarray]
    step: float
    step_error: dict[str, np.ndarray]
    jumps: np.ndarray
    phase_slips: dict[str, PhaseSlips] = field(default_factory=dict)
    records: tuple[TrajectoryRecord, ...] = ()
    truncation: Truncation | None = None

    @named_arguments
    def plot(self, observables: Any = None, axes: Any = None) -> Axes:
        """Draw means over time with bands of one standard error.

        Parameters
        ----------
        observables : list of str, optional
            Some of the names in `expectation`; all of these by default.
        axes : matplotlib.axes.Axes, optional
            Where to draw; in a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes
            Of complex means the real part is drawn.

        Raises
        ------
        InvalidArgumentError
            If there is nothing to draw, or an argument is something else.
        UnknownNameError
            If there is no expectation value of that name.

        Examples
        --------
        >>> import numpy as np, quantsync as qs
        >>> a = qs.Space(A=qs.Spin(1/2))["A"]
        >>> decay = qs.Lindbladian(qs.Space(A=qs.Spin(1/2)), dissipators=[(2.0, a.minus)])
        >>> found = qs.trajectories(decay, [1.0, 0.0], [0.0, 0.5, 1.0], samples=50, seed=1,
        ...                         observables={"z": a.z})
        >>> print(found.plot().get_xlabel())
        time (1/unit of the rates)
        """
        chosen = list(self.expectation) if observables is None else observables
        names = [
            known_name("observable", name, self.expectation)
            for name in name_list(chosen, "observables")
        ]
        if not names:
            raise InvalidArgumentError(
                "There is nothing to draw: give `observables` to trajectories(), as in "
                "observables={'z': space['A'].z}."
            )
        axes = axes_or_new(axes, wide=True)
        for k, name in enumerate(names):
            mean, error = np.real(self.expectation[name]), self.standard_error[name]
            colour = COLOURS[k % len(COLOURS)]
            axes.plot(self.times, mean, color=colour, label=f"⟨{name}⟩")
            if self.samples > 1:
                band = mean - error, mean + error
                axes.fill_between(self.times, *band, color=colour, alpha=0.25, linewidth=0)
        label = f"⟨{names[0]}⟩" if len(names) == 1 else "expectation value"
        axes.set(xlabel="time (1/unit of the rates)", ylabel=label)
        axes.margins(x=0)
        if len(names) > 1:
            axes.legend(frameon=False)
        return axes

    def _repr_html_(self) -> str:
        rows: dict[str, Any] = {
            "unravelling": self.unravelling,
            "samples": f"{html.count(self.samples, 'sample')}, seed {self.seed}",
            "times": html.count(len(self.times), "time"),
            "space": self.space,
            "step": f"{self.step:.2g}",
        }
        for name, error in self.standard_error.items():
            rows[f"⟨{name}⟩"] = f"standard error up to {error.max(initial=0.0):.2g}"
        for site, found in self.phase_slips.items():
            rows[f"slips of {site}"] = f"{found.up.sum()} up, {found.down.sum()} down"
        return html.table("Trajectories", rows)

    def __repr__(self) -> str:
        names = ", ".join(self.expectation) or "no observables"
        return (
            f"<Trajectories of {self.space}: {self.samples} samples ({self.unravelling}), "
            f"{names}, {len(self.times)} times>"
        )
