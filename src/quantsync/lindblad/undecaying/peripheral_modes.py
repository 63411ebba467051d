"""Modes that do not decay: stationary states and oscillating coherences, block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync import html
from quantsync.checks import named_arguments, real_number
from quantsync.errors import ConvergenceError, DimensionError, InvalidArgumentError
from quantsync.lindblad._sectors import find_sectors
from quantsync.lindblad.generator import Generator, single_system
from quantsync.lindblad.undecaying._effective_hamiltonian import EffectiveHamiltonian
from quantsync.lindblad.undecaying._eigenvalues import (
    by_frequency,
    irreducible_cores,
    undamped_modes,
)
from quantsync.lindblad.undecaying._strong_symmetry import Block, strong_symmetry_blocks
from quantsync.operators import Space
from quantsync.parallel import one_blas_thread
from quantsync.plotting import BLUE, axes_or_new
from quantsync.semigroups import require_phases, turned_by

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LARGEST_BLOCK = 4000
MOST_ELEMENTS = 100_000  # n^2 of a space; five spins 1 have 59 049
LARGEST_RESIDUAL = 1e-10
SEEN = 1e-12  # coefficients below it are rounding


@dataclass(frozen=True)
class PeripheralModes:
    """The modes of a generator whose eigenvalues have no real part.

    A state tends to ``sum_k Tr(left_k^dag rho) e^{lambda_k t} right_k``.

    Attributes
    ----------
    eigenvalues : ndarray of shape (K,), complex
        lambda_k = i omega_k: the zero modes first, then by frequency, +omega before -omega.
    right, left : ndarray of shape (K, n, n), complex
        Biorthonormal modes: ``Tr(left_j^dag right_k) = delta_jk``. Within a degenerate eigenspace
        the choice is arbitrary.
    residual : ndarray of shape (K,)
        Larger of ``||L[right] - lambda right||_F`` and the same for the left mode, for right
        modes of unit norm.
    gap : float
        Smallest decay rate of all other modes; infinite if there are none.
    looked_for, sectors : int
        Number of eigenvalues that were looked at, all n^2 of them, and of invariant blocks of the
        generator as a real matrix: more than the blocks of its complex form.
    space : Space
        The space of the modes.
    strong_sectors : int, default 1
        Number of sectors H_alpha of the strong symmetry that was passed; 1 without one.
    least_zero_modes : int, default 1
        Least number of linearly independent stationary states by what was passed: one for each
        strong-symmetry sector, or one for each dark state where these are more.
    largest_block : int, default 0
        Size of the largest matrix whose eigenvalues were computed.
    """

    eigenvalues: np.ndarray
    right: np.ndarray
    left: np.ndarray
    residual: np.ndarray
    gap: float
    looked_for: int
    sectors: int
    space: Space
    strong_sectors: int = 1
    least_zero_modes: int = 1
    largest_block: int = 0

    @property
    def zero_modes(self) -> int:
        """Number of modes with eigenvalue zero: linearly independent stationary states."""
        return int((self.eigenvalues == 0).sum())

    @property
    def frequencies(self) -> np.ndarray:
        """The different frequencies omega > 0 of oscillating coherences, increasing."""
        omega = np.imag(self.eigenvalues)
        found = np.sort(omega[omega > 0])
        fresh = np.ones(len(found), bool)
        fresh[1:] = np.diff(found) > 1e-9 * np.maximum(found[1:], 1e-300)
        return found[fresh]

    def asymptotic_state(self, state: Any, time: float = 0.0) -> np.ndarray:
        """What is left of initial states, (..., n, n), at a time when all else has decayed.

        `LostAccuracyError` if the phase of an oscillation is lost in rounding by then.
        """
        time = real_number(time, "time")
        weights = self.coefficients(state)
        seen = np.abs(weights).reshape(-1, len(self.eigenvalues)).max(axis=0, initial=0.0) > SEEN
        require_phases(np.imag(self.eigenvalues[seen]), time)
        weights = weights * turned_by(np.imag(self.eigenvalues), time)
        return np.einsum("...k,kij->...ij", weights, self.right)

    def coefficients(self, state: Any) -> np.ndarray:
        """Coefficients c_k of some states on the modes, ``Tr(left_k^dag rho)``.

        For the state that a perturbation selects (`degenerate_steady_state`) these are the
        c_alpha of Eq. (4) of Zhao et al. (2025), its expansion in the stationary states.

        Parameters
        ----------
        state : array_like of shape (..., n, n), or state object
            States, or any operators.

        Returns
        -------
        ndarray of shape (..., K), complex
        """
        rho = np.asarray(getattr(state, "rho", state))
        n = self.space.dimension
        if rho.ndim < 2 or rho.shape[-2:] != (n, n):
            raise DimensionError(
                f"Argument `state` must have shape (..., {n}, {n}), but has {rho.shape}."
            )
        return np.einsum("kij,...ij->...k", self.left.conj(), rho)

    def weights(self, state: Any) -> np.ndarray:
        """Weights (..., zero_modes) of some states on the zero modes, ``c_k Tr right_k``: sum 1.

        They mean something where each zero mode is a state of its own: pass to
        `peripheral_modes` a strong symmetry with as many sectors as there are zero modes.

        Examples
        --------
        The sectors of three spins 1 into which a random perturbation drives them:

        >>> import numpy as np, quantsync as qs
        >>> chain = qs.models.dephased_chain()
        >>> symmetry = qs.models.chain_symmetries(chain.space)
        >>> modes = qs.peripheral_modes(chain, strong_symmetry=symmetry)
        >>> perturbation = qs.degenerate.random_lindbladian(chain.space, np.random.default_rng(1))
        >>> weights = modes.weights(qs.degenerate.degenerate_steady_state(chain, perturbation))
        >>> weights.shape, round(float(weights.sum()), 12), bool((weights > 0).all())
        ((1, 8), 1.0, True)
        """
        still = self.eigenvalues == 0
        traces = np.trace(self.right[still], axis1=1, axis2=2)
        return np.real(self.coefficients(state)[..., still] * traces)

    @named_arguments
    def plot(self, axes: Any = None) -> Axes:
        """Draw the eigenvalues without a real part, and the gap beyond which all others lie.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to draw; in a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InvalidArgumentError
            If ``axes`` is something else.

        Examples
        --------
        >>> import quantsync as qs
        >>> qs.peripheral_modes(qs.models.dephased_chain()).plot().get_ylabel()
        'frequency'
        """
        axes = axes_or_new(axes)
        omega = np.imag(self.eigenvalues)
        reach = self.gap if np.isfinite(self.gap) and self.gap > 0 else 1.0
        if np.isfinite(self.gap):
            axes.axvspan(-1.6 * reach, -self.gap, color="0.85", label="all others", linewidth=0)
        axes.plot(0 * omega, omega, "o", color=BLUE, markersize=5, label="undecaying")
        axes.set(xlabel="real part (minus the decay rate)", ylabel="frequency")
        axes.set_xlim(-1.6 * reach, 0.4 * reach)
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
        return axes

    def _repr_html_(self) -> str:
        rows = {
            "space": self.space,
            "zero modes": self.zero_modes,
            "frequencies": ", ".join(f"{w:.6g}" for w in self.frequencies) or "none",
            "slowest decay of all others": html.extent(self.gap),
            "looked at": f"all {html.count(self.looked_for, 'eigenvalue')} in "
            f"{html.count(self.sectors, 'sector')}",
            "residual": html.largest(self.residual),
        }
        return html.table(type(self).__name__, rows)

    def __repr__(self) -> str:
        listed = ", ".join(f"{w:.6g}" for w in self.frequencies) or "none"
        symmetry = (
            f", {self.strong_sectors} strong-symmetry sectors" if self.strong_sectors > 1 else ""
        )
        return (
            f"<PeripheralModes of {self.space}: {self.zero_modes} zero modes, "
            f"frequencies {listed}, gap {self.gap:.6g}, all {self.looked_for} eigenvalues in "
            f"{self.sectors} sectors{symmetry}>"
        )


@named_arguments
def peripheral_modes(
    system: Generator, strong_symmetry: Any = None, dark_states: Any = None
) -> PeripheralModes:
    """Find all modes that do not decay, with left modes, residuals, and the gap to the others.

    All eigenvalues are computed, in every invariant sector that the sparsity graph shows; decay
    rates below 1e-12 of the generator's largest entry count as none. A strong symmetry divides
    them further: an operator that commutes with the Hamiltonian, every jump operator and their
    adjoints (Buca and Prosen, New J. Phys. 14, 073007 (2012); Zhao et al. (2025), App. B). What is
    passed is checked, and changes how much work it is, not the modes.

    Parameters
    ----------
    system : Lindbladian
        A single system of dimension n.
    strong_symmetry : operator or list of operators, optional
        Hermitian, unitary or otherwise normal operators of shape (n, n), sparse or dense, that
        commute with each other as well. A symmetry of one sector only is passed restricted to it,
        such as the spin flip times the projector on zero magnetisation.
    dark_states : array_like of shape (n,) or (D, n), optional
        States psi with L_k psi = lambda_k psi for every jump operator and (H - (i/2) sum_k
        gamma_k L_k^dag L_k) psi = epsilon psi, so that every |psi><psi'| is an eigen-operator of
        the generator; of any norm. They are split off from the rest.

    Returns
    -------
    PeripheralModes

    Raises
    ------
    InvalidArgumentError
        If it is a batch, an operator is not a strong symmetry, a state is not dark, or a block
        that does not split further has more than 4000 elements.
    DimensionError, NonFiniteError
        If an operator or a state does not fit the space, or is not finite.
    ConvergenceError
        If a mode's residual is not at rounding level, or fewer stationary states are found than
        there must be.

    Examples
    --------
    >>> import quantsync as qs
    >>> pair = qs.models.collective_decay_pair()
    >>> qs.peripheral_modes(pair)
    <PeripheralModes of Space(A=Spin(1/2), B=Spin(1/2)): 2 zero modes, frequencies 2.4,
     gap 0.25, all 16 eigenvalues in 3 sectors>

    The exchange of the two spins is a strong symmetry, so there had to be two stationary states:

    >>> swap = [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    >>> modes = qs.peripheral_modes(pair, strong_symmetry=swap)
    >>> modes.strong_sectors, modes.least_zero_modes, modes.zero_modes, modes.looked_for
    (2, 2, 2, 16)
    """
    if single_system(system).dimension ** 2 > MOST_ELEMENTS:
        raise InvalidArgumentError(
            f"Argument `system` has {system.dimension**2} eigenvalues, but all of them "
            f"are computed only up to {MOST_ELEMENTS}; take fewer or smaller sites, or truncate a "
            "mode at a lower level."
        )
    if strong_symmetry is None and dark_states is None:
        blocks, strong_sectors, least = _sparsity_blocks(system), 1, 1
    else:
        blocks, strong_sectors, least = strong_symmetry_blocks(system, strong_symmetry, dark_states)
    scale = max((float(abs(b.matrix).max()) for b in blocks if b.matrix.nnz), default=0.0)
    cores = [irreducible_cores(block.matrix) for block in blocks]
    largest, real = max(
        (len(core), not np.iscomplexobj(block.matrix))
        for block, parts in zip(blocks, cores, strict=True)
        for core in parts
    )
    if largest > LARGEST_BLOCK:
        # LAPACK overwrites a copy, next to the matrix itself.
        need = 2 * (8e-9 if real else 16e-9) * largest**2
        hint = "more operators in" if strong_sectors > 1 else "the system's symmetries as"
        raise InvalidArgumentError(
            f"A sector has a block of {largest} elements that does not split further, but all "
            f"eigenvalues are computed only up to {LARGEST_BLOCK}; this one needs {need:.2g} GB "
            f"and a time that grows with its cube. Pass {hint} `strong_symmetry`, or "
            "`dark_states`, to split it."
        )
    found = []
    with one_blas_thread():
        for block, parts in zip(blocks, cores, strict=True):
            try:
                found.append(undamped_modes(block, parts, scale if scale > 0 else 1.0))
            except (np.linalg.LinAlgError, RuntimeError) as error:
                raise ConvergenceError(
                    f"The modes without decay of a block of {block.dimension} elements were not "
                    f"found ({error}); rates of very different size do that. Rescale the system."
                ) from error
    omega = np.concatenate([one[0] for one in found])
    order = by_frequency(omega)
    modes, duals = (np.concatenate([one[k] for one in found])[order] for k in (1, 2))
    eigenvalues = np.zeros(len(omega), complex)
    eigenvalues.imag = omega[order]
    residual = _residuals(system, eigenvalues, modes, duals)
    bound = LARGEST_RESIDUAL * scale * np.maximum(1.0, np.linalg.norm(duals, axis=(1, 2)))
    if not (residual <= bound).all():
        raise ConvergenceError(
            f"A mode has residual {residual.max():.2e}, where the generator's largest entry is "
            f"{scale:.2e}: decay rates or frequencies differ by less than can be resolved. "
            "Rescale the system, or drop the terms that are so weak."
        )
    if (zero_modes := int((eigenvalues == 0).sum())) < least:
        raise ConvergenceError(
            f"{zero_modes} zero modes were found, but there must be at least {least}; rates of "
            "very different size hide them. Rescale the system or drop its weakest terms."
        )
    return PeripheralModes(
        eigenvalues,
        modes,
        duals,
        residual,
        float(min(one[3] for one in found)),
        sum(block.dimension * (1 + block.mirrored) for block in blocks),
        sum(1 + block.mirrored for block in blocks),
        system.space,
        strong_sectors,
        least,
        largest,
    )


def _sparsity_blocks(system: Generator) -> list[Block]:
    """The sectors that the generator shows in the basis of the space."""
    (coefficients,) = system.coefficient_table()
    vectors = system.terms.basis.vectors
    return [
        Block(sector.sparse_matrix(coefficients), vectors[:, sector.elements])
        for sector in find_sectors(system.terms, coefficients != 0)
    ]


def _residuals(
    system: Generator, values: np.ndarray, right: np.ndarray, left: np.ndarray
) -> np.ndarray:
    form = EffectiveHamiltonian.of(system)
    result = np.empty(len(values))
    for k, (value, mode, dual) in enumerate(zip(values, right, left, strict=True)):
        one = np.linalg.norm(form.apply(mode) - value * mode)
        other = np.linalg.norm(form.apply_adjoint(dual) - np.conj(value) * dual)
        result[k] = max(one, other)
    return result
