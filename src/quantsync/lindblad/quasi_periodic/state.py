"""`QuasiPeriodicState`: what a system under periodic perturbations does after a long time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from quantsync import html
from quantsync.batched import Batched
from quantsync.checks import real_array, real_number
from quantsync.errors import InvalidArgumentError
from quantsync.lindblad._terms import hermitian_operator
from quantsync.operators import Space, as_operator
from quantsync.semigroups import require_phases

SAME = 1e-10  # frequencies closer than this, relative to the largest base frequency, are equal
SLOWEST = 1e-3  # of the lowest base frequency, if that is less: slow is not static


@dataclass(frozen=True)
class QuasiPeriodicState(Batched):
    """The long-time state ``rho(t) = sum_n rho_n e^{i n.Omega t}``, with its certificate.

    Attributes
    ----------
    harmonics : ndarray of int, shape (H, d)
        The n that were needed, n = 0 first.
    components : ndarray of shape (H, n, n), complex
        The rho_n: rho_0 is Hermitian with trace 1, the others have none and rho_{-n} is the
        adjoint of rho_n.
    base_frequencies : ndarray of shape (d,)
        Omega; d = 0 for a static system.
    residual : float
        ``sum_n ||R_n||_F`` over all harmonics, those left out included: at no time does
        ``d rho/dt - L(t) rho`` exceed it. In the units of the coefficients.
    leakage : float
        The part of it at harmonics that were left out.
    gap : float
        Slowest decay rate of the static part; NaN where its modes were not computed.
    space : Space
        The space of the states.
    """

    harmonics: np.ndarray
    components: np.ndarray
    base_frequencies: np.ndarray
    residual: float
    leakage: float
    gap: float
    space: Space
    certified: ClassVar[bool] = True
    kind: ClassVar[str] = "quasi-periodic"

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape, ``()``: this is a single state."""
        return ()

    def take(self, members: Any) -> Any:
        """The state repeated, as `QuasiPeriodicStates` of the shape of ``members``."""
        chosen = np.asarray(members)
        return QuasiPeriodicStates((self,), chosen) if chosen.shape else self

    @property
    def rho(self) -> np.ndarray:
        """The mean state over all times, (n, n): what measures take; `at` has those at some."""
        return self.components[0]

    @property
    def frequencies(self) -> np.ndarray:
        """n.Omega of every harmonic, shape (H,)."""
        return self.harmonics @ self.base_frequencies

    @property
    def error_estimate(self) -> float:
        """``residual/gap``: about how far the state is from the exact one, no bound."""
        return self.residual / self.gap

    def at(self, times: Any) -> np.ndarray:
        """The states (..., n, n) at any times (...), in the inverse unit of the rates."""
        times = real_array(times, "times")
        require_phases(self.frequencies, times)
        phases = np.exp(1j * times[..., None] * self.frequencies)
        return np.tensordot(phases, self.components, axes=1)

    def component(self, frequency: float, *, resolution: float | None = None) -> np.ndarray:
        """What varies at one frequency: the mean over all times of ``rho(t) e^{-i omega t}``.

        Parameters
        ----------
        frequency : float
            omega, of either sign; the result is zero where no harmonic has it.
        resolution : float, optional
            Harmonics whose frequencies differ from it by no more are added up: the inverse of the
            time over which an experiment averages. By default only rounding is forgiven: 1e-10
            of the largest base frequency, or 1e-3 of the lowest if that is less.

        Returns
        -------
        ndarray of shape (n, n)
        """
        return self.components[self._near(frequency, resolution)].sum(axis=0)

    def average(self, frame: Any = None, *, resolution: float | None = None) -> np.ndarray:
        """Mean of the state over all times, as it stands or in a rotating frame.

        Parameters
        ----------
        frame : operator of shape (n, n), optional
            Hermitian and diagonal K: the mean of ``e^{iKt} rho(t) e^{-iKt}``, that is of the
            coherences demodulated with the differences of its entries.
        resolution : float, optional
            As in `component`.

        Returns
        -------
        ndarray of shape (n, n)
            A density matrix.

        Raises
        ------
        InvalidArgumentError
            If the frame is no diagonal Hermitian operator of the space.
        """
        width = self._resolution(resolution)
        speed = self.frequencies[:, None, None]
        if frame is not None:
            matrix = hermitian_operator(frame, self.space, "Argument `frame`").toarray()
            levels = np.real(np.diagonal(matrix))
            if np.abs(matrix - np.diag(levels)).max() > 0:
                raise InvalidArgumentError(
                    "Argument `frame` must be diagonal in the basis of the space."
                )
            speed = speed + (levels[:, None] - levels)
        return np.where(np.abs(speed) <= width, self.components, 0).sum(axis=0)

    def expectation(self, operator: Any, times: Any) -> np.ndarray:
        """``Tr O rho(t)`` at some times, shape (...), complex."""
        times = real_array(times, "times")
        require_phases(self.frequencies, times)
        return np.exp(1j * times[..., None] * self.frequencies) @ self._values(operator)

    def demodulated(
        self, operator: Any, frequency: float = 0.0, *, resolution: float | None = None
    ) -> complex:
        """Mean over all times of ``Tr O rho(t) e^{-i omega t}``, as `component`; O of any kind."""
        return complex(self._values(operator)[self._near(frequency, resolution)].sum())

    def _near(self, frequency: Any, resolution: Any) -> np.ndarray:
        wanted = real_number(frequency, "frequency")
        return np.abs(self.frequencies - wanted) <= self._resolution(resolution)

    def _values(self, operator: Any) -> np.ndarray:
        matrix = as_operator(operator, self.space, "Argument `operator`").toarray()
        return np.einsum("ij,hji->h", matrix, self.components)

    def _resolution(self, given: Any) -> float:
        if given is None:
            if not len(self.base_frequencies):
                return 0.0
            lowest, highest = self.base_frequencies.min(), self.base_frequencies.max()
            return float(min(SAME * highest, SLOWEST * lowest))
        return real_number(given, "resolution", at_least=0)

    def _repr_html_(self) -> str:
        rows = {
            "space": self.space,
            "frequencies": ", ".join(f"{f:g}" for f in self.base_frequencies) or "static",
            "harmonics": len(self.harmonics),
            "residual": html.largest(self.residual),
            "leakage": html.largest(self.leakage),
            "slowest decay": html.extent(self.gap),
        }
        return html.table(type(self).__name__, rows)

    def __repr__(self) -> str:
        base = ", ".join(f"{f:g}" for f in self.base_frequencies)
        kind = f"frequencies ({base})" if base else "static"
        count = len(self.harmonics)
        return (
            f"<QuasiPeriodicState of {self.space}: {kind}, "
            f"{count} harmonic{'' if count == 1 else 's'}, residual {self.residual:.1e}>"
        )


@dataclass(frozen=True)
class QuasiPeriodicStates(Batched):
    """A batch of quasi-periodic states; it has what each of them has, with the batch in front.

    An index picks some of them, as in ``states[0]``.

    Attributes
    ----------
    states : tuple of QuasiPeriodicState
        The different ones.
    owner : ndarray of int, shape (...)
        Which of them each system of the batch has.
    """

    states: tuple[QuasiPeriodicState, ...]
    owner: np.ndarray
    batched: ClassVar[tuple[str, ...]] = ("owner",)
    certified: ClassVar[bool] = True
    kind: ClassVar[str] = "quasi-periodic"

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape."""
        return self.owner.shape

    def take(self, members: Any) -> Any:
        """Those of some systems, by flat index."""
        chosen = self.owner.reshape(-1)[np.asarray(members)]
        if not np.ndim(chosen):
            return self.states[int(chosen)]
        return type(self)(self.states, chosen)

    @classmethod
    def joined(cls, parts: Sequence[Any]) -> Self | None:
        """Batches of shape (size,) as a larger one."""
        starts = np.cumsum([0, *(len(part.states) for part in parts)])
        owner = [part.owner + start for part, start in zip(parts, starts, strict=False)]
        return cls(tuple(s for part in parts for s in part.states), np.concatenate(owner))

    def _each(self, function: Callable[[QuasiPeriodicState], Any]) -> np.ndarray:
        return np.array([function(state) for state in self.states])[self.owner]

    @property
    def space(self) -> Space:
        """The space of the states."""
        return self.states[0].space

    @property
    def rho(self) -> np.ndarray:
        """The mean states over all times, (..., n, n)."""
        return self._each(lambda state: state.rho)

    @property
    def residual(self) -> np.ndarray:
        """Of each state, shape (...)."""
        return self._each(lambda state: state.residual)

    @property
    def error_estimate(self) -> np.ndarray:
        """Of each state, shape (...)."""
        return self._each(lambda state: state.error_estimate)

    def at(self, times: Any) -> np.ndarray:
        """The states (..., T, n, n) at times (T,), in the inverse unit of the rates."""
        return self._each(lambda state: state.at(times))

    def component(self, frequency: float, *, resolution: float | None = None) -> np.ndarray:
        """As `QuasiPeriodicState.component`, shape (..., n, n)."""
        return self._each(lambda state: state.component(frequency, resolution=resolution))

    def average(self, frame: Any = None, *, resolution: float | None = None) -> np.ndarray:
        """As `QuasiPeriodicState.average`, shape (..., n, n)."""
        return self._each(lambda state: state.average(frame, resolution=resolution))

    def expectation(self, operator: Any, times: Any) -> np.ndarray:
        """``Tr O rho(t)`` at times (T,), shape (..., T), complex."""
        return self._each(lambda state: state.expectation(operator, times))

    def demodulated(
        self, operator: Any, frequency: float = 0.0, *, resolution: float | None = None
    ) -> np.ndarray:
        """As `QuasiPeriodicState.demodulated`, shape (...)."""
        return self._each(lambda s: s.demodulated(operator, frequency, resolution=resolution))

    def __repr__(self) -> str:
        return f"<QuasiPeriodicStates of {self.space}: batch {self.shape}>"
