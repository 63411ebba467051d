"""What an evolution gives: states at some times, or expectation values alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from quantsync.batched import Batched
from quantsync.checks import named_arguments
from quantsync.errors import InvalidArgumentError
from quantsync.lindblad._evolution_pictures import draw
from quantsync.lindblad._evolution_pictures import shown as shown_path
from quantsync.lindblad.truncation import Truncation
from quantsync.operators import Space

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class EvolvedState(Batched):
    """The states of a batch at one time of an `Evolution`; measures take it as it is.

    Attributes
    ----------
    rho : ndarray of shape (..., n, n)
        Density matrices.
    time : float
        When, in the inverse unit of the rates.
    space : Space
        The space of the states.
    error : ndarray of shape (...)
        Estimated error of rho in the Frobenius norm.
    certified : bool
        False where the evolution is that of an operator, which need not be a state.
    """

    rho: np.ndarray
    time: float
    space: Space
    error: np.ndarray
    certified: bool = True
    batched: ClassVar[tuple[str, ...]] = ("rho", "error")

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape, ``()`` for a single system."""
        return self.error.shape

    def __repr__(self) -> str:
        return f"<EvolvedState of {self.space} at t = {self.time:.6g}: rho {self.rho.shape}>"


@dataclass(frozen=True)
class Evolution(Batched):
    """States of a batch at given times, or what was asked for of them.

    An index picks systems of the batch, as in ``path[0]``; the times stay. Measures take it as it
    is, and have the times last; `final` is the state at the last time alone.

    Attributes
    ----------
    times : ndarray of shape (T,)
        The times, in the inverse unit of the rates.
    space : Space
        The space of the states.
    error : ndarray of shape (..., T)
        Estimated error of rho in the Frobenius norm, by the rounding of the generator.
    expectation : dict of ndarray of shape (..., T)
        ``Tr O rho(t)`` of the ``observables``, under their names; real for Hermitian ones, unless
        the start was no Hermitian operator.
    truncation : Truncation or None
        How much the cut-off of the modes matters, as in a `SteadyState`, with arrays of shape
        (..., T). Here ``estimate`` is what the cut-off suppresses, integrated from time 0: a bound
        of the trace distance where the rate between two times is not above that at both. It grows
        without end, while what decays forgets: it is sharp for some relaxation times only. None
        where no states were kept, and for operators.
    certified : bool
        False where what evolves is an operator, which need not be a state.
    """

    states: Any = field(repr=False)  # rho, or None where it was not kept
    times: np.ndarray
    space: Space
    error: np.ndarray
    expectation: dict[str, np.ndarray] = field(default_factory=dict)
    truncation: Truncation | None = None
    certified: bool = True
    batched: ClassVar[tuple[str, ...]] = ("states", "error", "expectation", "truncation")
    kind: ClassVar[str] = "evolution"

    @property
    def shape(self) -> tuple[int, ...]:
        """Batch shape, ``()`` for a single system."""
        return self.error.shape[:-1]

    @property
    def rho(self) -> np.ndarray:
        """The states at all times, shape (..., T, n, n), exactly Hermitian.

        The batch shape of the generator and of the start is in front.

        Raises
        ------
        InvalidArgumentError
            If only ``observables`` were asked for.
        """
        if self.states is None:
            names = ", ".join(map(repr, self.expectation))
            raise InvalidArgumentError(
                "This evolution has no `rho`: with `observables` only expectation values are kept, "
                f".expectation of {names}. Leave `observables` out to keep the density matrices."
            )
        return self.states

    @property
    def final(self) -> EvolvedState:
        """The state at the last time, of shape (..., n, n).

        Raises
        ------
        InvalidArgumentError
            If there is no time, or only ``observables`` were asked for.

        Examples
        --------
        >>> import numpy as np, quantsync as qs
        >>> space = qs.Space(A=qs.Spin(1/2))
        >>> decay = qs.Lindbladian(space, dissipators=[(2.0, space["A"].minus)])
        >>> path = qs.evolve(decay, np.diag([1.0, 0.0]), [0.0, 0.5])
        >>> print(np.round(qs.purity(path.final), 6), qs.purity(path).round(6))
        0.534912 [1.       0.534912]
        """
        rho = self.rho
        if not len(self.times):
            raise InvalidArgumentError("This evolution has no last state: `times` was empty.")
        error = np.asarray(self.error[..., -1])
        time = float(self.times[-1])
        return EvolvedState(rho[..., -1, :, :], time, self.space, error, self.certified)

    @named_arguments
    def plot(self, observables: Any = None, axes: Any = None) -> Axes:
        """Draw expectation values over time, of one system.

        Parameters
        ----------
        observables : mapping from str to operator of shape (n, n), or list of str, optional
            What to draw: operators, if the states were kept, or some of the names in
            `expectation`; all of these by default.
        axes : matplotlib.axes.Axes, optional
            Where to draw; in a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes
            The imaginary part of what is complex is drawn beside the real part.

        Raises
        ------
        InvalidArgumentError
            If this is a batch, there is nothing to draw, or an argument is something else.
        UnknownNameError
            If there is no expectation value of that name.
        DimensionError
            If an operator has the wrong size.

        Examples
        --------
        >>> import numpy as np, quantsync as qs
        >>> a = qs.Space(A=qs.Spin(1/2))["A"]
        >>> decay = qs.Lindbladian(qs.Space(A=qs.Spin(1/2)), dissipators=[(2.0, a.minus)])
        >>> path = qs.evolve(decay, np.diag([1.0, 0.0]), np.linspace(0, 1, 21))
        >>> print(path.plot({"z": a.z}).get_ylabel())
        ⟨z⟩
        """
        return draw(self, observables, axes)

    def _repr_html_(self) -> str:
        return shown_path(self)

    def __repr__(self) -> str:
        kept = ", ".join(self.expectation)
        kept = kept if self.states is None else f"rho {self.states.shape}"
        worst = float(self.error.max(initial=0.0))
        return (
            f"<Evolution of {self.space}: {kept}, {len(self.times)} times, "
            f"largest error {worst:.1e}"
            f"{'' if self.truncation is None else self.truncation.summary}>"
        )
