r"""Phase distributions of spins and modes, of three kinds, in closed form.

All are trigonometric polynomials. For one site

    P(phi) = 1/(2 pi) sum_{xx'} e^{i phi (x - x')} W_{xx'} rho_{xx'},

with x the m of a spin, or the n of a mode whose phase is -arg(alpha); for arg(alpha) the sign of
phi is the other one. Several sites multiply. The kind is in the weights W, see `_phase_weights`:

- "husimi": the Husimi function integrated over the polar angle of a spin, or over the modulus of
  alpha. The phase of a measurement of all that coherent states tell, never negative.
- "phase_states": <phi| rho |phi> of the states |phi> = (2 pi)^-1/2 sum_x e^{-i phi x} |x>, W = 1
  (London; Susskind and Glogower; Pegg and Barnett). Never negative.
- "wigner": the Wigner function, integrated likewise. It may be negative.

Without another word a spin has the first, as in the literature of spins (Roulet and Bruder), and a
mode the second, as in that of the quantum van der Pol oscillator. In a space with spins and modes
the phase of a mode is -arg(alpha), see `phase_senses`: both then advance at +omega under
H = omega Sz or omega n.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from array_api_compat import array_namespace

from quantsync.arrays import to_numpy
from quantsync.checks import (
    broadcast_shape,
    known_name,
    named_arguments,
    real_array,
    real_number,
)
from quantsync.errors import InvalidArgumentError
from quantsync.lazy import lazy
from quantsync.measures._climbing import wrapped
from quantsync.measures._phase_pictures import draw, shown
from quantsync.measures._phase_weights import KINDS, phase_weights
from quantsync.measures._reduction import as_complex, reduced
from quantsync.measures._trigonometric import (
    POINTS_A_PERIOD,
    LocalMaxima,
    evaluate,
    local_maxima,
    maximum,
)
from quantsync.memory import require_memory
from quantsync.operators import Fock, Site, Space, Spin
from quantsync.parallel import chunk_slices
from quantsync.states import of_states

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNIFORM = 1e-14  # harmonics that sum to less leave no preferred phase
PART = "it is a part of the height of the highest peak"
LARGEST_TABLE = 1 << 22  # numbers in one chunk of the grid on which a maximum is bracketed


@dataclass(frozen=True, eq=False)
class PhaseDistribution:
    r"""Distributions of one or several phases, for a batch of states.

    An index picks distributions of the batch, as in ``phase[0]``.

    ``P(phi) = (2 pi)^-D [1 + 2 Re sum_h a_h exp(i k_h . phi)]``, normalised to 1 on the torus.

    Attributes
    ----------
    harmonics : array of shape (..., H), complex
        Amplitudes a_h; the batch shape in front.
    orders : ndarray of int, shape (H, D)
        Integer vectors k_h, one of each pair +-k_h.
    phases : tuple of str
        What the D phases are, e.g. ``("phi_A - phi_B",)``.
    senses : dict of str to str
        What phi_j is at every site j: the ``"azimuth"`` of a spin, and ``"arg(alpha)"`` of a
        mode, or ``"-arg(alpha)"`` in a space that has both.
    kinds : dict of str to str
        Which distribution each site has: ``"husimi"``, ``"phase_states"`` or ``"wigner"``. That
        of the last kind may be negative.
    """

    harmonics: Any
    orders: np.ndarray
    phases: tuple[str, ...]
    senses: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def density(self, *phases: Any) -> Any:
        """The distribution at given phases.

        Parameters
        ----------
        *phases : float or array_like
            One argument per phase, in radians; they broadcast to a shape (...p).

        Returns
        -------
        array of shape (..., ...p)
            Density per radian^D, batch shape first. Subtract ``(2 pi)^-D`` for S.

        Raises
        ------
        InvalidArgumentError, NonFiniteError, BroadcastError
            If the number of phases is wrong, one is not a finite real number, or they do not
            broadcast.
        """
        if len(phases) != len(self.phases):
            raise InvalidArgumentError(
                f"density() needs {len(self.phases)} phases ({', '.join(self.phases)}), "
                f"but got {len(phases)}."
            )
        given = {k: real_array(p, k) for k, p in zip(self.phases, phases, strict=True)}
        shape = broadcast_shape({k: p.shape for k, p in given.items()}, what="Phases")
        angles = [np.broadcast_to(p, shape) for p in given.values()]
        count, batch = math.prod(shape), math.prod(self.harmonics.shape[:-1])
        need = 16.0 * count * (len(self.phases) + 2 * len(self.orders) + batch)
        require_memory(need, f"The density at {count} places", "take fewer at a time")
        points = np.stack([angle.ravel() for angle in angles], axis=-1)
        xp = array_namespace(self.harmonics)
        values = evaluate(self.harmonics, self.orders, xp.asarray(points))
        values = (1 + values) * self.uniform_density
        return xp.reshape(values, (*self.harmonics.shape[:-1], *shape))

    @property
    def uniform_density(self) -> float:
        """The density (2 pi)^-D of phases without any preference."""
        return (2 * math.pi) ** -len(self.phases)

    @lazy
    def _highest(self) -> tuple[Any, Any]:
        xp = array_namespace(self.harmonics)
        value, location = self._top(self.harmonics)
        # Written so that a state of NaN (a masked one) has no location either.
        nowhere = xp.asarray(math.nan, dtype=location.dtype)
        return value, xp.where((self._spread > UNIFORM)[..., None], location, nowhere)

    @lazy
    def _spread(self) -> Any:
        """Sum of the moduli of the harmonics: by how much the density may differ from uniform."""
        xp = array_namespace(self.harmonics)
        return xp.sum(xp.abs(self.harmonics), axis=-1)

    def _top(self, harmonics: Any) -> tuple[Any, Any]:
        """Height and place of the highest peak of distributions with such harmonics."""
        xp = array_namespace(harmonics)
        batch, width = harmonics.shape[:-1], harmonics.shape[-1]
        if width == 0:  # e.g. spins of different kind whose phases cannot be compared
            zero = xp.zeros(batch, dtype=xp.float64)
            return zero, xp.full((*batch, len(self.phases)), math.nan)
        flat = xp.reshape(harmonics, (-1, width))
        parts = [maximum(flat[chunk, :], self.orders) for chunk in self._chunks(flat.shape[0])]
        value = xp.reshape(xp.concat([part[0] for part in parts]), batch) * self.uniform_density
        location = xp.concat([part[1] for part in parts])
        value = xp.where(self._spread <= UNIFORM, xp.zeros_like(value), value)
        return value, xp.reshape(location, (*batch, len(self.phases)))

    def _chunks(self, rows: int, tables: int = 1) -> list[slice]:
        """Cut the states so that so many tables of values on the grid fit into memory."""
        degree = int(np.abs(self.orders).max())
        points = (POINTS_A_PERIOD * degree) ** len(self.phases)
        return chunk_slices(rows, LARGEST_TABLE // (points * tables)) or [slice(0, 0)]

    @property
    def maximum(self) -> Any:
        """Height of the highest peak above the uniform density, max S, shape (...)."""
        return self._highest[0]

    @property
    def location(self) -> Any:
        """Phases of the highest peak, each in (-pi, pi], shape (..., D), in radians.

        NaN where the distribution is uniform and no phase is preferred (`maximum` is 0 there).
        Of several equally high peaks the one with the smallest phases.
        """
        return self._highest[1]

    @lazy
    def minimum(self) -> Any:
        """The lowest value of the density relative to the uniform one, min S, shape (...).

        From 0 (uniform) down; ``minimum + uniform_density`` is the least density, below zero
        where a distribution of kind "wigner" is negative.
        """
        return 0.0 - self._top(-self.harmonics)[0]

    @lazy
    def _means(self) -> Any:
        """<exp(i phi)> of every phase, complex, shape (..., D)."""
        xp = array_namespace(self.harmonics)
        found = []
        for unit in np.eye(len(self.phases), dtype=int):
            # P has the amplitude conj(a) at exp(-i phi).
            for sign in (1, -1):
                (there,) = np.nonzero((self.orders == sign * unit).all(axis=1))
                if len(there):
                    amplitude = self.harmonics[..., int(there[0])]
                    found.append(xp.conj(amplitude) if sign == 1 else amplitude)
                    break
            else:
                found.append(xp.zeros(self.harmonics.shape[:-1], dtype=self.harmonics.dtype))
        return xp.stack(found, axis=-1)

    @property
    def mean_phase(self) -> Any:
        """Circular mean arg <exp(i phi)>, in (-pi, pi], in radians.

        Shape (...) for one phase, (..., D) for several. NaN where <exp(i phi)> vanishes (to
        1e-14): there is no mean of two opposite peaks.
        """
        xp = array_namespace(self.harmonics)
        angle = wrapped(xp.atan2(xp.imag(self._means), xp.real(self._means)))
        nowhere = xp.asarray(math.nan, dtype=angle.dtype)
        angle = xp.where(xp.abs(self._means) > UNIFORM, angle, nowhere)
        return angle[..., 0] if len(self.phases) == 1 else angle

    @property
    def circular_variance(self) -> Any:
        """1 - abs(<exp(i phi)>), from 0 (a sharp phase) to 1 (no mean phase).

        Shape (...) for one phase, (..., D) for several. Only the second and higher harmonics of
        the kind "wigner" may exceed 1, so that it is not negative there either.
        """
        xp = array_namespace(self.harmonics)
        variance = 1 - xp.abs(self._means)
        return variance[..., 0] if len(self.phases) == 1 else variance

    def local_maxima(self, threshold: float = 0.0) -> LocalMaxima:
        """All peaks that rise above the uniform density by a part of what the highest one does.

        Every maximum on a grid of 32 points per period of the fastest harmonic, and every other
        grid point at which the slope may vanish nearby, is polished by Newton steps, with finer
        grids where peaks are about to merge. Where the density is constant along a ridge, whose
        points are no isolated peaks, points of it represent it.

        Parameters
        ----------
        threshold : float, default 0
            The least height in units of the highest peak's, from 0 to 1. At 1 the equally high
            peaks (to 1e-12 of the harmonics' sum) remain.

        Returns
        -------
        LocalMaxima
            Computed with NumPy, in the array library of the harmonics.

        Raises
        ------
        InvalidArgumentError
            If the threshold is not between 0 and 1.

        Examples
        --------
        The phases 0 and pi of a spin 1 in a superposition of m = 1 and m = -1 are equally
        likely:

        >>> import numpy as np, quantsync as qs
        >>> psi = np.array([1, 0, 1]) / np.sqrt(2)
        >>> peaks = qs.phase_distribution(np.outer(psi, psi), qs.Space(A=qs.Spin(1))).local_maxima()
        >>> print(peaks.count, peaks.location.round(6).ravel() + 0.0, peaks.height.round(6))
        2 [0.       3.141593] [0.079577 0.079577]
        """
        threshold = real_number(threshold, "threshold", at_least=0, at_most=1, why=PART)
        xp = array_namespace(self.harmonics)
        batch, dimension = self.harmonics.shape[:-1], len(self.phases)
        flat = to_numpy(self.harmonics).reshape(math.prod(batch), self.harmonics.shape[-1])
        preferred = np.flatnonzero(np.abs(flat).sum(axis=-1) > UNIFORM)
        slices = self._chunks(len(preferred), 4) if len(preferred) else []
        chunks = [preferred[chunk] for chunk in slices]
        found = [local_maxima(flat[rows], self.orders, threshold) for rows in chunks]
        most = max((part[0].shape[1] for part in found), default=0)
        height = np.full((len(flat), most), np.nan)
        location = np.full((len(flat), most, dimension), np.nan)
        count = np.zeros(len(flat), dtype=int)
        for rows, (heights, phases, counts) in zip(chunks, found, strict=True):
            height[rows, : heights.shape[1]] = heights * self.uniform_density
            location[rows, : heights.shape[1]] = phases
            count[rows] = counts
        return LocalMaxima(
            xp.asarray(height.reshape(*batch, most)),
            xp.asarray(location.reshape(*batch, most, dimension)),
            xp.asarray(count.reshape(batch)),
        )

    @named_arguments
    def plot(self, axes: Any = None, *, polar: bool = False) -> Axes:
        """Draw one distribution: of one phase as a curve over (-pi, pi], of two phases as a map.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to draw; in a new figure by default. In polar axes one phase is an outline around
            the origin. Several distributions of one phase may go on the same axes.
        polar : bool, default False
            Whether the new figure has polar axes.

        Returns
        -------
        matplotlib.axes.Axes
            With the density in rad^-D; dashed, the uniform density of no preferred phase.

        Raises
        ------
        InvalidArgumentError
            If this is a batch, there are more than two phases, or ``axes`` is something else.

        Examples
        --------
        >>> import numpy as np, quantsync as qs
        >>> psi = np.array([1, np.sqrt(2), 1]) / 2
        >>> p = qs.phase_distribution(np.outer(psi, psi), qs.Space(A=qs.Spin(1)))
        >>> p.plot().get_ylabel()
        '$P$ (rad$^{-1}$), Husimi'
        """
        return draw(self, axes, polar)

    def __getitem__(self, index: Any) -> PhaseDistribution:
        xp = array_namespace(self.harmonics)
        shape, width = self.harmonics.shape[:-1], self.harmonics.shape[-1]
        picked = np.asarray(np.arange(math.prod(shape)).reshape(shape)[index])
        flat = xp.reshape(self.harmonics, (math.prod(shape), width))
        taken = xp.take(flat, xp.asarray(picked.ravel()), axis=0)
        return replace(self, harmonics=xp.reshape(taken, (*picked.shape, width)))

    def __iter__(self) -> Iterator[PhaseDistribution]:
        if self.harmonics.ndim < 2:
            raise TypeError("This is a single distribution, and no batch of them.")
        return (self[k] for k in range(self.harmonics.shape[0]))

    def _repr_html_(self) -> str:
        return shown(self)

    def __repr__(self) -> str:
        sites = "; ".join(
            ", ".join(filter(None, [f"{name}: {sense}", self.kinds.get(name)]))
            for name, sense in self.senses.items()
        )
        return (
            f"<PhaseDistribution of {', '.join(self.phases)} ({sites}): "
            f"{len(self.orders)} harmonics, batch {self.harmonics.shape[:-1]}>"
        )


def phase_senses(space: Space) -> dict[str, str]:
    """What the phase of every site is: "azimuth", "arg(alpha)" or "-arg(alpha)".

    Under H = omega n the argument of alpha falls, and under H = omega Sz the azimuth grows. Among
    modes alone it does not matter; the difference to a spin would turn without end.
    """
    has_spins = any(isinstance(site, Spin) for site in space.sites.values())
    mode = "-arg(alpha)" if has_spins else "arg(alpha)"
    return {
        name: mode if isinstance(site, Fock) else "azimuth" for name, site in space.sites.items()
    }


def phase_kinds(space: Space, kind: Any = None) -> dict[str, str]:
    """Which distribution every site has: one word for all, a mapping by site, or the defaults."""
    if kind is not None and not isinstance(kind, Mapping):
        return dict.fromkeys(space.names, known_name("kind of phase", kind, KINDS))
    usual = {
        name: "phase_states" if isinstance(site, Fock) else "husimi"
        for name, site in space.sites.items()
    }
    for name, word in (kind or {}).items():
        usual[known_name("site", name, space.names)] = known_name("kind of phase", word, KINDS)
    return usual


@of_states
def phase_distribution(
    rho: Any, space: Space, sites: Any = None, *, kind: Any = None
) -> PhaseDistribution:
    r"""Joint distribution of the phases of some sites.

    For one site, the distribution of its phase, ``p_j(phi) + 1/(2 pi)`` of Roulet and Bruder. The
    phase of a spin is its azimuth, that of a mode the argument of alpha; in a space that has both
    it is ``-arg(alpha)``, so that both advance at +omega under H = omega Sz or omega n.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n; left out for a state object.
    sites : str or iterable of str, optional
        The sites, the others are traced out; all of them by default.
    kind : {"husimi", "phase_states", "wigner"} or mapping of str to str, optional
        The kind of distribution, of all sites or by site: the marginal of the Husimi function, the
        probability <phi|rho|phi> of phase states (London; Pegg and Barnett), or the marginal of
        the Wigner function, which may be negative. By default, and for sites that a mapping does
        not name, "husimi" for spins and "phase_states" for modes.

    Returns
    -------
    PhaseDistribution
        In as many phases as there are sites; its `senses` name the phase of each, its `kinds` the
        kind.

    Raises
    ------
    DimensionError, InvalidStateError, NonFiniteError
        If ``rho`` holds something else than density matrices on the space.
    UnknownNameError
        If a site or a kind does not exist.
    InvalidArgumentError
        If the kind is "wigner" for a spin above S = 510.

    Examples
    --------
    The coherent state of a spin 1 along x points to phi = 0:

    >>> import numpy as np, quantsync as qs
    >>> psi = np.array([1, np.sqrt(2), 1]) / 2
    >>> p = qs.phase_distribution(np.outer(psi, psi), qs.Space(A=qs.Spin(1)))
    >>> round(float(p.maximum), 6), abs(float(p.location[0])) < 1e-12
    (0.227289, True)

    A mode that is damped at rate 1 and driven at its resonance follows a quarter of a turn behind:

    >>> space = qs.Space(M=qs.Fock(16))
    >>> m = space["M"]
    >>> mode = qs.Lindbladian(space, [(0.4, m.create + m.destroy)], [(1.0, m.destroy)])
    >>> p = qs.phase_distribution(qs.steady_state(mode))
    >>> round(float(p.location[0] / np.pi), 6), p.senses, p.kinds
    (-0.5, {'M': 'arg(alpha)'}, {'M': 'phase_states'})

    A superposition of |0> and |2> has a negative Wigner function, and P with it:

    >>> cat = np.diag([0.5, 0, 0.5]) + np.diag([0.5], 2) + np.diag([0.5], -2)
    >>> p = qs.phase_distribution(cat, qs.Space(M=qs.Fock(3)), kind="wigner")
    >>> bool(np.isclose(p.density(np.pi / 2), (1 - np.sqrt(2)) / (2 * np.pi)))
    True
    """
    names = space.names if sites is None else _names(space, sites)
    labels = tuple(f"phi_{name}" for name in names)
    return _distribution(rho, space, names, labels, kind, relative=False)


@of_states
def relative_phase_distribution(
    rho: Any, space: Space, sites: Any = None, *, kind: Any = None
) -> PhaseDistribution:
    r"""Distribution of the relative phases ``phi_j - phi_last`` of some sites.

    The joint distribution of the phases with the common phase integrated out. For two spins,
    ``density(phi) = S_rel(phi) + 1/(2 pi)`` of Eq. (3) of Roulet and Bruder, with
    phi = phi_A - phi_B. For two modes phi = arg(alpha_A) - arg(alpha_B). In a space with spins and
    modes the phase of a mode is -arg(alpha): only so do its differences from azimuths stand still
    where S+ a + S- a^dag locks them.

    Parameters
    ----------
    rho : state object or array of shape (..., n, n)
        Density matrices.
    space : Space
        The space of dimension n; left out for a state object.
    sites : iterable of str, optional
        At least two sites, the others are traced out; all of them by default.
    kind : {"husimi", "phase_states", "wigner"} or mapping of str to str, optional
        As in `phase_distribution`.

    Returns
    -------
    PhaseDistribution
        In one phase fewer than there are sites; its `senses` name the phase of each site, its
        `kinds` the kind.

    Raises
    ------
    InvalidArgumentError
        If there are fewer than two sites.
    DimensionError, InvalidStateError, NonFiniteError, UnknownNameError
        As `phase_distribution`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> singlet = np.array([0, 1, -1, 0]) / np.sqrt(2)
    >>> p = qs.relative_phase_distribution(np.outer(singlet, singlet), space)
    >>> round(float(p.maximum), 9) == round(np.pi / 32, 9), float(p.location[0]) == np.pi
    (True, True)
    """
    names = space.names if sites is None else _names(space, sites)
    if len(names) < 2:
        raise InvalidArgumentError(
            f"A relative phase needs at least two sites, but there is {', '.join(names)}; "
            "phase_distribution() gives the phase of one."
        )
    labels = tuple(f"phi_{name} - phi_{names[-1]}" for name in names[:-1])
    return _distribution(rho, space, names, labels, kind, relative=True)


def _names(space: Space, sites: Any) -> tuple[str, ...]:
    return tuple(space.names[k] for k in space.positions(sites))


def _distribution(
    rho: Any,
    space: Space,
    names: tuple[str, ...],
    labels: tuple[str, ...],
    kind: Any,
    relative: bool,
) -> PhaseDistribution:
    every, kinds = phase_senses(space), phase_kinds(space, kind)
    senses, kinds = ({name: table[name] for name in names} for table in (every, kinds))
    if names != space.names:
        rho, space = reduced(rho, space, names), space.subspace(names)
    sites = tuple((space.sites[name], senses[name], kinds[name]) for name in names)
    elements, weights, ends, orders = _functionals(sites, relative)
    xp = array_namespace(rho)
    batch = rho.shape[:-2]
    flat = xp.reshape(rho, (*batch, space.dimension**2))
    entries = as_complex(xp.take(flat, xp.asarray(elements), axis=-1))
    terms = entries * xp.asarray(weights, dtype=entries.dtype)
    sums = [xp.sum(terms[..., a:b], axis=-1) for a, b in itertools.pairwise(ends)]
    harmonics = xp.stack(sums, axis=-1) if sums else terms
    return PhaseDistribution(harmonics, orders, labels, senses, kinds)


@lru_cache(maxsize=64)
def _functionals(
    sites: tuple[tuple[Site, str, str], ...], relative: bool
) -> tuple[np.ndarray, np.ndarray, list[int], np.ndarray]:
    """Harmonics as linear functionals: sums of ``rho.ravel()[elements] * weights`` between ends."""
    bases = [2 * site.dimension - 1 for site, *_ in sites]
    # The order of an element as one number, whose sign is that of its first non-zero entry; of
    # relative phases without that of the last site, which follows from the others.
    code, total = np.zeros((1, 1), dtype=int), np.zeros((1, 1), dtype=int)
    weight = np.ones((1, 1))
    for k, (site, sense, kind) in enumerate(sites):
        order = np.rint(site.labels[:, None] - site.labels).astype(int)
        if sense == "arg(alpha)":
            order = -order
        digit = 0 if relative and k == len(sites) - 1 else 1
        code = _outer_sum(code * (bases[k] if digit else 1), digit * order)
        total, weight = _outer_sum(total, order), np.kron(weight, phase_weights(site, kind))
    # Without the constant, and without the complex conjugates of kept harmonics.
    elements = np.flatnonzero((code > 0) & (total == 0) if relative else code > 0)
    codes, harmonic = np.unique(code.ravel()[elements], return_inverse=True)
    kept = bases[:-1] if relative else bases
    orders, rest = np.zeros((len(codes), len(kept)), dtype=int), codes
    for k in reversed(range(len(kept))):
        half = kept[k] // 2
        orders[:, k] = (rest + half) % kept[k] - half
        rest = (rest - orders[:, k]) // kept[k]
    highest = np.abs(orders).max(axis=1, initial=0)
    sequence = np.lexsort((*orders.T[::-1], highest))
    place = np.argsort(sequence)[harmonic]
    by_harmonic = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place, minlength=len(codes)), dtype=int)
    elements = elements[by_harmonic]
    return elements, weight.ravel()[elements], [0, *ends.tolist()], orders[sequence]


def _outer_sum(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """As ``np.kron``, with sums in place of products."""
    size = len(left) * len(right)
    return (left[:, None, :, None] + right[None, :, None, :]).reshape(size, size)
