"""Gaussian states: means and covariances of positions and momenta."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from quantsync import html
from quantsync.batched import Batched
from quantsync.checks import (
    SQUARABLE,
    broadcast_shape,
    instance_of,
    named_arguments,
    number_array,
    real_array,
    real_number,
    require_broadcast_to,
)
from quantsync.errors import DimensionError, InvalidArgumentError
from quantsync.gaussian._thermal_states import (
    network_thermal_covariance,
    squeezed_covariance,
    thermal_variance,
    uncorrelated_covariance,
)
from quantsync.gaussian.covariance import mode_list, quadratures_of, state_covariance
from quantsync.gaussian.networks._graphs import one_per_node
from quantsync.gaussian.networks._oscillators import CoupledOscillators
from quantsync.memory import require_memory

BOUNDS: Any = {"above": 0, "at_least": 1 / SQUARABLE, "at_most": SQUARABLE}


class GaussianState(Batched):
    """Means and covariances of n modes, ordered x_1, p_1, x_2, p_2, ...

    The quadratures are physical positions and momenta with hbar = 1, ``[x_j, p_k] = i delta_jk``;
    the covariance is ``<(r_a - <r_a>)(r_b - <r_b>) + h.c.>/2``. The ground state of a mode of
    frequency w and mass m has ``<x^2> = 1/(2 m w)`` and ``<p^2> = m w/2``: 1/2 each for w = m = 1.

    Parameters
    ----------
    mean : array_like of shape (..., 2n)
    covariance : array_like of shape (..., 2n, 2n)
        Symmetric. Axes in front of both broadcast; they are a batch, such as times.

    Raises
    ------
    InvalidStateError
        If the covariance is not symmetric, not positive or violates the uncertainty relation
        ``sigma + i Omega/2 >= 0`` by more than rounding; the message has the smallest symplectic
        eigenvalue, which must not be below 1/2.
    DimensionError, BroadcastError
        If the shapes do not fit.
    InvalidArgumentError, NonFiniteError
        If a number is not real or not finite.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> qs.GaussianState([0.0, 0.0], np.diag([0.5, 0.5]))
    <GaussianState of 1 mode>
    >>> qs.GaussianState([0.0, 0.0], np.diag([0.4, 0.5]))
    Traceback (most recent call last):
      ...
    quantsync.errors.InvalidStateError: ... smallest symplectic eigenvalue is 0.4472135955, ...
    """

    mean: np.ndarray
    covariance: np.ndarray
    error: Any = None  # of a state that is given, nothing is known
    batched: ClassVar[tuple[str, ...]] = ("mean", "covariance")
    kind: ClassVar[str] = "gaussian state"

    @named_arguments
    def __init__(self, mean: Any, covariance: Any):
        sigma = state_covariance(real_array(covariance, "covariance"))
        r, size = real_array(mean, "mean"), sigma.shape[-1]
        if r.shape[-1:] != (size,):
            raise DimensionError(
                f"Argument `mean` must have shape (..., {size}) for a covariance of shape "
                f"{sigma.shape}, but has {r.shape}."
            )
        shapes = {"mean": r.shape[:-1], "covariance": sigma.shape[:-2]}
        shape = broadcast_shape(shapes, what="Batch shapes")
        self.mean = np.broadcast_to(r, (*shape, size))
        self.covariance = np.broadcast_to(sigma, (*shape, size, size))

    @classmethod
    def _trusted(cls, mean: np.ndarray, covariance: np.ndarray) -> GaussianState:
        """A state that is physical by construction: its check would cost O(n^3)."""
        state = cls.__new__(cls)
        state.mean, state.covariance = mean, covariance
        return state

    def _with(self, fields: Mapping[str, Any]) -> Self:
        new = type(self).__new__(type(self))
        new.__dict__.update({**self.__dict__, **fields})
        return new

    @classmethod
    def vacuum(cls, frequencies: Any, masses: Any = 1.0) -> GaussianState:
        """The ground state of uncoupled modes: `GaussianState.thermal` at T = 0.

        Parameters
        ----------
        frequencies : float or array_like of shape (n,)
            Frequencies w > 0.
        masses : float or array_like of shape (n,), default 1

        Examples
        --------
        >>> import quantsync as qs
        >>> print(qs.GaussianState.vacuum([2.0]).covariance)
        [[0.25 0.  ]
         [0.   1.  ]]
        """
        return cls.thermal(frequencies, 0.0, masses=masses)

    @classmethod
    def thermal(
        cls,
        frequencies: Any,
        temperature: Any = None,
        *,
        occupation: Any = None,
        masses: Any = 1.0,
    ) -> GaussianState:
        """Thermal states of uncoupled modes.

        Parameters
        ----------
        frequencies : float or array_like of shape (n,)
            Frequencies w > 0.
        temperature : float or array_like of shape (n,)
            T >= 0 in the unit of the frequencies (k_B = 1). Either this or ``occupation``.
        occupation : float or array_like of shape (n,)
            Mean number of quanta, >= 0; the variances are (occupation + 1/2) times 1/(m w), m w.
        masses : float or array_like of shape (n,), default 1

        Raises
        ------
        InvalidArgumentError, NonFiniteError, DimensionError
            If both or none of the two are given, or numbers are out of range or do not fit.

        Examples
        --------
        >>> import quantsync as qs
        >>> print(qs.GaussianState.thermal(1.0, occupation=2.0).covariance.diagonal())
        [2.5 2.5]
        """
        w, m = _modes(frequencies, masses)
        if (temperature is None) == (occupation is None):
            raise InvalidArgumentError("Give either `temperature` or `occupation`.")
        if occupation is not None:
            variances = 0.5 + one_per_node(occupation, len(w), "occupation", at_least=0)
        else:
            heat = one_per_node(temperature, len(w), "temperature", at_least=0)
            variances = thermal_variance(w, heat)
        sigma = uncorrelated_covariance(variances, m * w)
        return cls._trusted(np.zeros(len(sigma)), sigma)

    @classmethod
    def coherent(cls, frequencies: Any, amplitudes: Any, masses: Any = 1.0) -> GaussianState:
        """Coherent states ``|alpha>`` of uncoupled modes, b = sqrt(m w/2) (x + i p/(m w)).

        Parameters
        ----------
        frequencies : float or array_like of shape (n,)
            Frequencies w > 0.
        amplitudes : complex or array_like of shape (n,)
            alpha: ``<x> = sqrt(2/(m w)) Re alpha``, ``<p> = sqrt(2 m w) Im alpha``.
        masses : float or array_like of shape (n,), default 1

        Raises
        ------
        InvalidArgumentError, NonFiniteError, DimensionError
            If numbers are out of range or do not fit.

        Examples
        --------
        >>> import quantsync as qs
        >>> print(qs.GaussianState.coherent(2.0, 1 + 2j).mean)
        [1. 4.]
        """
        w, m = _modes(frequencies, masses)
        alpha: Any = number_array(amplitudes, "amplitudes")
        real, imaginary = (one_per_node(a, len(w), "amplitudes") for a in (alpha.real, alpha.imag))
        return cls.vacuum(w, m).displaced(
            x=np.sqrt(2 / (m * w)) * real, p=np.sqrt(2 * m * w) * imaginary
        )

    @classmethod
    def squeezed(
        cls, frequencies: Any, r: Any, angle: Any = 0.0, masses: Any = 1.0
    ) -> GaussianState:
        """Squeezed vacua of uncoupled modes.

        Parameters
        ----------
        frequencies : float or array_like of shape (n,)
            Frequencies w > 0.
        r : float or array_like of shape (n,)
            At angle 0 ``<x^2> = e^{2r}/(2 m w)`` and ``<p^2> = m w e^{-2r}/2``: positive r
            stretches x and squeezes p.
        angle : float or array_like of shape (n,), default 0
            Angle in radians of the stretched axis against x in the plane of ``sqrt(m w) x`` and
            ``p/sqrt(m w)``, towards p.
        masses : float or array_like of shape (n,), default 1

        Raises
        ------
        InvalidArgumentError, NonFiniteError, DimensionError
            If numbers are out of range or do not fit.

        Examples
        --------
        >>> import numpy as np, quantsync as qs
        >>> print(qs.GaussianState.squeezed([1.0], np.log(2.0)).covariance)
        [[2.    0.   ]
         [0.    0.125]]
        """
        w, m = _modes(frequencies, masses)
        squeezing, angles = one_per_node(r, len(w), "r"), one_per_node(angle, len(w), "angle")
        sigma = squeezed_covariance(m * w, squeezing, angles)
        return cls._trusted(np.zeros(len(sigma)), sigma)

    @classmethod
    def product(cls, *states: GaussianState) -> GaussianState:
        """The product of states, uncorrelated, modes in the order given.

        Raises
        ------
        InvalidArgumentError
            If there is none, or something else is given.
        BroadcastError
            If their batch shapes do not broadcast.

        Examples
        --------
        >>> import quantsync as qs
        >>> vacuum, squeezed = qs.GaussianState.vacuum(1.0), qs.GaussianState.squeezed(1.2, 0.5)
        >>> qs.GaussianState.product(vacuum, squeezed)
        <GaussianState of 2 modes>
        """
        if not states:
            raise InvalidArgumentError("product() needs one GaussianState or several.")
        for k, state in enumerate(states):
            instance_of(state, f"Factor {k} of product()", GaussianState, "a GaussianState")
        shapes = {f"state {k}": state.shape for k, state in enumerate(states)}
        shape = broadcast_shape(shapes, what="Batch shapes")
        size = sum(state.mean.shape[-1] for state in states)
        what = f"A product of {len(states)} states, of {size // 2} modes in all,"
        require_memory(8.0 * 3 * math.prod(shape) * size**2, what, "take fewer modes or parts")
        mean, sigma, start = np.zeros((*shape, size)), np.zeros((*shape, size, size)), 0
        for state in states:
            block = slice(start, start + state.mean.shape[-1])
            mean[..., block] = state.mean
            sigma[..., block, block] = state.covariance
            start = block.stop
        return cls._trusted(mean, sigma)

    @classmethod
    def ground_state(cls, network: CoupledOscillators) -> GaussianState:
        """The ground state of a whole network, couplings included: `thermal_state` at T = 0."""
        return cls.thermal_state(network, 0.0)

    @classmethod
    def thermal_state(cls, network: CoupledOscillators, temperature: float) -> GaussianState:
        """The thermal state exp(-H/T) of a whole network, couplings included.

        Parameters
        ----------
        network : HarmonicNetwork
        temperature : float
            T >= 0 in the unit of the frequencies (k_B = 1).

        Raises
        ------
        InvalidArgumentError, NonFiniteError
            If the temperature is not a number >= 0.

        Examples
        --------
        >>> import quantsync as qs
        >>> print(qs.GaussianState.thermal_state(qs.HarmonicNetwork([[4.0]]), 0.0).covariance)
        [[0.25 0.  ]
         [0.   1.  ]]
        """
        instance_of(network, "network", CoupledOscillators, "a HarmonicNetwork")
        T = real_number(temperature, "temperature", at_least=0)
        sigma = network_thermal_covariance(*network._eigenmodes, network.masses, T)
        return cls._trusted(np.zeros(len(sigma)), sigma)

    def displaced(self, x: Any = 0.0, p: Any = 0.0) -> GaussianState:
        """The state with its means shifted, its covariance kept.

        Parameters
        ----------
        x, p : float or array_like of shape (..., n), default 0
            What is added to the mean positions and momenta. Batch shapes broadcast: a single state
            becomes many, displaced in different ways.

        Raises
        ------
        BroadcastError, InvalidArgumentError, NonFiniteError
            If the numbers do not fit the modes or are not real and finite.

        Examples
        --------
        >>> import quantsync as qs
        >>> print(qs.GaussianState.vacuum([1.0, 1.1]).displaced(x=[0.14, 1.4]).mean)
        [0.14 0.   1.4  0.  ]
        """
        given = {name: real_array(value, name) for name, value in (("x", x), ("p", p))}
        for name, array in given.items():
            own = array.shape[-1:]
            require_broadcast_to(own, (self.modes,), f"Values of `{name}`, one for each mode,")
        batches = {f"`{name}`": array.shape[:-1] for name, array in given.items()}
        shape = broadcast_shape({"state": self.shape, **batches}, what="Batch shapes")
        shift = np.zeros((*shape, self.modes, 2))
        for axis, array in enumerate(given.values()):
            shift[..., axis] = array
        size = 2 * self.modes
        mean = self.mean + shift.reshape(*shape, size)
        return self._trusted(mean, np.broadcast_to(self.covariance, (*shape, size, size)))

    def reduced(self, modes: int | Sequence[int]) -> GaussianState:
        """The state of some modes, in the order given.

        Parameters
        ----------
        modes : int or sequence of int
            Positions of the modes, counted from 0.

        Raises
        ------
        InvalidArgumentError
            If a mode does not exist or is given twice.

        Examples
        --------
        >>> import quantsync as qs
        >>> print(qs.GaussianState.vacuum([1.0, 2.0]).reduced(1).covariance.diagonal())
        [0.25 1.  ]
        """
        index = np.array(quadratures_of(mode_list("modes", modes, self.modes)))
        return self._trusted(self.mean[..., index], self.covariance[..., index[:, None], index])

    @property
    def modes(self) -> int:
        """Number n of modes."""
        return self.mean.shape[-1] // 2

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch; () for a single state."""
        return self.mean.shape[:-1]

    def _repr_html_(self) -> str:
        rows: dict[str, Any] = {"states": html.batch(self.shape, "state"), "modes": self.modes}
        deviation = np.sqrt(np.diagonal(self.covariance, axis1=-2, axis2=-1))
        means = self.mean
        texts = [
            f"⟨x⟩ = {html.extent(means[..., k])}, ⟨p⟩ = {html.extent(means[..., k + 1])}, "
            f"Δx = {html.extent(deviation[..., k])}, Δp = {html.extent(deviation[..., k + 1])}"
            for k in range(0, 2 * min(self.modes, html.MOST_ROWS), 2)
        ]
        return html.table(type(self).__name__, rows | html.numbered("mode", texts, self.modes))

    def __repr__(self) -> str:
        batch = f", batch {self.shape}" if self.shape else ""
        return f"<GaussianState of {self.modes} mode{'s'[: self.modes != 1]}{batch}>"


@dataclass(frozen=True, eq=False)
class ProbesInEnvironment(Batched):
    """Probes in any Gaussian state, uncorrelated with the rest in its own thermal state.

    The environment's state is that of its own Hamiltonian, the couplings to the probes left out,
    with means 0; its covariance is never formed.

    Parameters
    ----------
    probes : GaussianState
        State of the probes, in the order of the network's probes; it may be a batch.
    temperature : float, default 0
        T >= 0 of the environment (k_B = 1); 0 for its ground state.

    Raises
    ------
    InvalidArgumentError, NonFiniteError
        If ``probes`` is not a `GaussianState`, or the temperature not a number >= 0.

    Examples
    --------
    >>> import quantsync as qs
    >>> qs.gaussian.ProbesInEnvironment(qs.GaussianState.squeezed([1.0, 1.2], 2.0))
    ProbesInEnvironment(probes=<GaussianState of 2 modes>, temperature=0.0)
    """

    probes: GaussianState
    temperature: float = 0.0
    batched: ClassVar[tuple[str, ...]] = ("probes",)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch; () for a single state."""
        return self.probes.shape

    def __post_init__(self) -> None:
        instance_of(self.probes, "probes", GaussianState, "a GaussianState")
        value = real_number(self.temperature, "temperature", at_least=0)
        object.__setattr__(self, "temperature", value)


def _modes(frequencies: Any, masses: Any) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies and masses > 0 of uncoupled modes, both of shape (n,)."""
    w = np.atleast_1d(real_array(frequencies, "frequencies", **BOUNDS))
    if w.ndim != 1 or not len(w):
        raise DimensionError(
            f"Argument `frequencies` must be a number or have shape (n,), but has {w.shape}."
        )
    return w, one_per_node(masses, len(w), "masses", **BOUNDS)
