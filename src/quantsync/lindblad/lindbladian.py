"""`Lindbladian`: the generators that users build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np

from quantsync.checks import named_arguments
from quantsync.lindblad._evolution_run import EvolutionRun
from quantsync.lindblad._joining import joined_terms, same_systems
from quantsync.lindblad.evolution import TOLERANCE, Evolution, evolve
from quantsync.lindblad.generator import Generator
from quantsync.lindblad.qutip import generator_to_qutip, is_ket, state_from_qutip, terms_from_qutip
from quantsync.lindblad.steady import SteadyState, steady_state
from quantsync.operators import Space
from quantsync.system import TRUNCATION_TOLERANCE, Measure

if TYPE_CHECKING:
    import qutip

# States that are solved and measured together, in bytes: enough that Python's share is small, few
# enough that the working arrays of a measure (some ten times as much) stay near the cache.
CHUNK_BYTES = 1 << 21


class Lindbladian(Generator):
    """A Lindblad generator, or a whole batch of them, affine in its coefficients.

    ``d rho/dt = -i [sum_k c_k H_k, rho] + sum_k gamma_k D[L_k] rho`` with
    ``D[L] rho = L rho L^dag - {L^dag L, rho}/2`` and hbar = 1.

    Parameters
    ----------
    space : Space
        The space of dimension n that the operators act on.
    hamiltonian : iterable of (coefficient, operator)
        Real coefficients (numbers or arrays) and Hermitian operators of shape (n, n), sparse
        or dense.
    dissipators : iterable of (rate, operator) or (rate matrix, list of operators)
        Rates >= 0 (numbers or arrays) and jump operators of shape (n, n); or Hermitian and
        positive matrices ``gamma`` of shape (..., m, m) with lists of m operators, for a bath that
        several operators share: ``sum_ij gamma_ij (L_i rho L_j^dag - {L_j^dag L_i, rho}/2)``.
        What stands in front of the last two axes broadcasts with the other coefficients.

    Raises
    ------
    InvalidArgumentError
        If an operator of the Hamiltonian is not Hermitian; if a coefficient is complex, or a
        rate complex or negative; if a rate matrix is not Hermitian or, to rounding, has a negative
        eigenvalue; if a jump operator has an entry whose square leaves double
        precision (below 1e-140 and not 0, or above 1e140); or if a coefficient times the largest
        entry of its Hamiltonian, or a rate times the square of its jump's, exceeds 1e280.
    NonFiniteError
        If a coefficient or an operator has NaN or infinite entries.
    DimensionError
        If an operator does not fit the space, or a rate matrix its list of operators.
    BroadcastError
        If the coefficient arrays do not broadcast against each other.

    Notes
    -----
    All coefficients broadcast to `shape`; results have that shape in front, ``(..., n, n)``.
    The operators' superoperators are built once for the whole batch.

    A rate matrix is Hermitian and positive to 1e-12 of ``sqrt(gamma_ii gamma_jj)``; less is taken
    for rounding. Its entries are the coefficients: nothing is diagonalised to solve. Where jump
    operators are asked for one by one (`to_qutip`, proofs of uniqueness, `peripheral_modes`),
    ``gamma = V D V^dag`` by elimination gives ``K_m = sum_i V_im L_i`` of the rates ``D_m``; one
    that is below 4e-15 m of ``gamma_mm`` counts as zero there, as for a state that is dark.

    Examples
    --------
    A spin 1/2 that decays and is driven, for three drives at once:

    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2))
    >>> a = space["A"]
    >>> drives = np.array([0.0, 0.1, 0.2])
    >>> qs.Lindbladian(space, hamiltonian=[(drives, a.x)], dissipators=[(1.0, a.minus)])
    <Lindbladian of Space(A=Spin(1/2)): dimension 2, 1 Hamiltonian term, 1 dissipator,
     3 systems of shape (3,)>

    Two atoms in one bath, whose excited states are super- and subradiant, for three overlaps:

    >>> pair = qs.Space(A=qs.Spin(1/2), B=qs.Spin(1/2))
    >>> a, b = pair["A"], pair["B"]
    >>> f = np.array([0.0, 0.5, 0.9])[:, None, None]
    >>> gamma = np.eye(2) + f * (1 - np.eye(2))
    >>> atoms = qs.Lindbladian(pair, dissipators=[(gamma, [a.minus, b.minus])])
    >>> triplet = np.array([0, 1, 1, 0]) / np.sqrt(2)
    >>> change = atoms.apply(np.outer(triplet, triplet))
    >>> print(np.einsum("i,...ij,j", triplet, change, triplet).real)
    [-1.  -1.5 -1.9]
    """

    measures: ClassVar[Mapping[str, Measure]] = {}
    kind: ClassVar[str] = "steady state"
    method: ClassVar[str] = "steady state in the invariant sector that carries the trace"

    @property
    def members_per_chunk(self) -> int:
        """How many systems a sweep solves at a time."""
        return max(1, CHUNK_BYTES // (16 * self.dimension**2))

    def groups(self) -> list[np.ndarray]:
        """All systems of the batch in one group, by flat index: all share their operators."""
        return [np.arange(self.size)]

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self | None:
        """Batches of systems as a larger one, if they are affine in coefficients together."""
        tables = [part.coefficient_table() for part in parts]
        if all(part.terms is parts[0].terms for part in parts):
            columns = tuple(np.concatenate(tables).T)
            return parts[0]._with(columns, (sum(part.size for part in parts),))
        terms = joined_terms(parts) if type(parts[0]) is Lindbladian else None
        if terms is None:
            return None
        return cls(parts[0].space, *terms).broadcast_to((len(parts),))

    def agrees_with(self, other: Self) -> bool:
        """Whether a single system equals another one, but for rounding."""
        return same_systems(self, other)

    def solve(self, workers: int | None = None) -> SteadyState:
        """The steady states of all systems; as `quantsync.steady_state`."""
        # What maps record of the truncation, they report once for all systems.
        return steady_state(self, workers=workers, truncation="ignore")

    def evolve(
        self,
        state: Any,
        times: Any,
        *,
        observables: Mapping[str, Any] | None = None,
        operator: bool = False,
        tolerance: float = TOLERANCE,
        workers: int | None = None,
        truncation: Literal["warn", "raise", "ignore"] = "warn",
        truncation_tolerance: float = TRUNCATION_TOLERANCE,
    ) -> Evolution:
        """States at some times; as `quantsync.lindblad.evolve`."""
        return evolve(
            self,
            state,
            times,
            observables=observables,
            operator=operator,
            tolerance=tolerance,
            workers=workers,
            truncation=truncation,
            truncation_tolerance=truncation_tolerance,
        )

    @named_arguments
    def run(
        self,
        state: Any,
        times: Any,
        *,
        observables: Mapping[str, Any] | None = None,
        operator: bool = False,
        tolerance: float = TOLERANCE,
        truncation: Literal["warn", "raise", "ignore"] = "warn",
        truncation_tolerance: float = TRUNCATION_TOLERANCE,
    ) -> EvolutionRun:
        """A time evolution that is solved when something is asked of it, and can be mapped.

        A function of parameters may return it, or the tuple ``(system, state, times)`` or
        ``(system, state, times, options)`` for it, to `quantsync.sweep` and `quantsync.compute`.
        Named measures of density matrices are then those of the final state; functions of your
        own see the whole path.

        Parameters
        ----------
        state : array_like of shape (..., n, n), or state object
            Density matrices at time 0; broadcast against the batch.
        times : float or array_like of shape (T,)
            Times >= 0 in non-decreasing order; for one number T, 501 equidistant ones from 0 to
            T.
        observables, operator, tolerance, truncation, truncation_tolerance
            As for `quantsync.lindblad.evolve`.

        Returns
        -------
        EvolutionRun
            With every attribute of an `Evolution`.

        Raises
        ------
        QuantsyncError
            What `quantsync.lindblad.evolve` raises: for its arguments at once, for the solution
            when something is asked of it.

        Examples
        --------
        >>> import numpy as np, quantsync as qs
        >>> space = qs.Space(A=qs.Spin(1/2))
        >>> decay = qs.Lindbladian(space, [], [(np.array([1.0, 2.0]), space["A"].minus)])
        >>> run = decay.run(np.diag([1.0, 0.0]), 1.0)
        >>> print(run, run.final.rho[:, 0, 0].real.round(6))
        <EvolutionRun: 2 systems of shape (2,), 501 times> [0.367879 0.135335]
        """
        options = {
            "observables": observables,
            "operator": operator,
            "tolerance": tolerance,
            "truncation": truncation,
            "truncation_tolerance": truncation_tolerance,
        }
        return EvolutionRun(self, state, times, options)

    @classmethod
    @named_arguments
    def from_qutip(cls, H: Any, c_ops: Any = (), space: Space | None = None) -> Self:
        """Convert a Hamiltonian and collapse operators of QuTiP; see `quantsync.from_qutip`."""
        return cls(*terms_from_qutip(H, c_ops, space))

    def to_qutip(self) -> tuple[qutip.Qobj, list[qutip.Qobj]]:
        """Hamiltonian and collapse operators of a single system (extra ``quantsync[qutip]``).

        The collapse operators are ``sqrt(rate) L``, without those of rate 0; those of a rate
        matrix are sums of its operators.

        Raises
        ------
        InvalidArgumentError
            If it is a batch.
        MissingDependencyError
            If QuTiP is not installed.

        Examples
        --------
        >>> import quantsync as qs
        >>> H, c_ops = qs.models.spin_pair().to_qutip()
        >>> H.shape, len(c_ops)
        ((9, 9), 4)
        """
        return generator_to_qutip(self)


@named_arguments
def from_qutip(H: Any, c_ops: Any = (), space: Space | None = None) -> Any:
    """Convert a Hamiltonian and collapse operators of QuTiP (extra ``quantsync[qutip]``).

    A ket, or a list of kets, is converted as by `state_from_qutip`, which takes density matrices as
    well; here any other operator is taken for a Hamiltonian, since nothing tells them apart.

    Parameters
    ----------
    H : qutip.Qobj, constant qutip.QobjEvo, list of such or of (coefficient, Qobj), or None
        Constant Hamiltonian. Coefficients are numbers or arrays, which make a batch; QuTiP's own
        order, ``[H0, [H1, coefficient]]``, is understood as well. Complex ones, and operators that
        are not Hermitian, are fine where the sum is: ``[(f, a), (f.conjugate(), a.dag())]``.
        A Hamiltonian that varies in time is for `quasi_periodic.from_qutip`.
    c_ops : qutip.Qobj or iterable of qutip.Qobj or (rate, Qobj), optional
        Collapse operators. By itself an operator includes the square root of its rate, as in
        QuTiP; in a pair the rate, a number or an array, multiplies the dissipator:
        ``sqrt(rate) * c`` and ``(rate, c)`` are the same.
    space : Space, optional
        What the sites are. QuTiP knows only their dimensions; by default they are named A, B, C,
        ... and recognised by the matrix elements of the operators: those of S+ and S- (times
        polynomials in Sz) make a ``Spin``, those of a and a^dag (times polynomials in n) a
        ``Fock``. On two levels both are the same: such sites become ``Spin(1/2)``, with a
        warning, where no other site is a mode, and are asked for where one is.

    Returns
    -------
    Lindbladian
        Of the shape that coefficients and rates broadcast to. For kets their projectors, an array
        of shape (..., n, n).

    Raises
    ------
    InvalidArgumentError
        If there is no operator, one is no constant operator, the Hamiltonian is not Hermitian, or
        the operators do not tell what a site is: then ``space`` is needed.
    DimensionError
        If the operators or the space do not fit each other.
    BroadcastError
        If the arrays of coefficients and rates do not broadcast against each other.
    MissingDependencyError
        If QuTiP is not installed.

    Examples
    --------
    >>> import numpy as np, qutip, quantsync as qs
    >>> a, raising = qutip.destroy(12), qutip.jmat(1, "+")
    >>> H = qutip.tensor(a, raising) + qutip.tensor(a.dag(), raising.dag())
    >>> qs.from_qutip(H).space
    Space(A=Fock(12), B=Spin(1))
    >>> qubit = qs.Space(Q=qs.Spin(1/2))
    >>> qs.from_qutip(qutip.sigmax(), [qutip.sigmam()], qubit).space
    Space(Q=Spin(1/2))
    >>> drives, decay = np.array([0.0, 0.1, 0.2]), 0.5
    >>> qs.from_qutip([(drives, qutip.sigmax())], [(decay, qutip.sigmam())], qubit).shape
    (3,)
    """
    if is_ket(H) and (c_ops is None or (isinstance(c_ops, tuple) and not c_ops)):
        return state_from_qutip(H, space)
    return Lindbladian.from_qutip(H, c_ops, space)
