"""Conversions from and to QuTiP (extra ``quantsync[qutip]``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from quantsync.arrays import to_numpy
from quantsync.checks import named_arguments, number_array, rate_array, shown
from quantsync.errors import InvalidArgumentError, InvalidStateError, MissingDependencyError
from quantsync.lindblad._hermitian_sums import hermitian_terms
from quantsync.lindblad._site_recognition import recognised_space
from quantsync.lindblad.generator import Generator, channels, single_system
from quantsync.operators import Operator, Space, as_operator, require_space
from quantsync.qobj import first_qobj
from quantsync.states import density_matrices, is_state, square_matrices

if TYPE_CHECKING:
    import qutip


Number = Any  # real or complex, or an array of them
Term = tuple[str, Number, Any]  # its name in messages, what it is multiplied by, the operator


def load_qutip() -> Any:
    """QuTiP, or the error that says how to install it."""
    try:
        import qutip
    except ImportError:
        raise MissingDependencyError(
            "This needs QuTiP; install it with: pip install 'quantsync[qutip]'"
        ) from None
    return qutip


def terms_from_qutip(
    H: Any, c_ops: Any, space: Space | None
) -> tuple[Space, list[tuple[Any, Operator]], list[tuple[Any, Operator]]]:
    """Space, Hamiltonian and dissipators, as `Lindbladian` takes them; see `from_qutip`."""
    qutip = load_qutip()
    energies = [_constant_term(qutip, *item) for item in hamiltonian_items(qutip, H)]
    jumps = [_constant_jump(qutip, *item) for item in jump_items(qutip, c_ops)]
    space, matrices = space_and_matrices([*energies, *jumps], space)
    count = len(energies)
    hamiltonian = [(c, h) for (_, c, _), h in zip(energies, matrices[:count], strict=True)]
    dissipators = [(rate, L) for (_, rate, _), L in zip(jumps, matrices[count:], strict=True)]
    # QuTiP compares H with its adjoint in C++, and remembers it. A single term is checked later.
    alone = count == 1
    if not all((alone or term.isherm) and not np.iscomplexobj(c) for _, c, term in energies):
        hamiltonian = hermitian_terms(hamiltonian)
    return space, hamiltonian, dissipators


def hamiltonian_items(qutip: Any, H: Any) -> list[tuple[str, Any]]:
    """The terms of a Hamiltonian as they are given, with their names."""
    if isinstance(H, list | tuple):
        return [(f"H[{k}]", item) for k, item in enumerate(H)]
    if H is None or isinstance(H, qutip.Qobj | qutip.QobjEvo):
        return [] if H is None else [("H", H)]
    raise InvalidArgumentError(
        "Argument `H` of from_qutip must be an operator (Qobj) or a list of (coefficient, Qobj), "
        f"but is {shown(H)}."
    )


def jump_items(qutip: Any, c_ops: Any) -> list[tuple[str, Any]]:
    """The collapse operators as they are given, with their names."""
    if isinstance(c_ops, qutip.Qobj | qutip.QobjEvo):
        return [("c_ops", c_ops)]
    if c_ops is None:
        return []
    if not isinstance(c_ops, Iterable) or isinstance(c_ops, str) or sp.issparse(c_ops):
        raise InvalidArgumentError(
            "Argument `c_ops` must be a list of operators (Qobj) or of (rate, Qobj), but is "
            f"{shown(c_ops)}."
        )
    return [(f"c_ops[{k}]", item) for k, item in enumerate(c_ops)]


def as_pair(qutip: Any, item: Any) -> tuple[Any, Any, bool] | None:
    """What an operator is multiplied by, the operator, and whether it came first, as in QuTiP."""
    if isinstance(item, list | tuple) and len(item) == 2:
        kinds = qutip.Qobj | qutip.QobjEvo
        first, second = (isinstance(part, kinds) for part in item)
        if first != second:
            return (item[1], item[0], True) if first else (item[0], item[1], False)
    return None


def _constant_term(qutip: Any, name: str, item: Any) -> Term:
    """A term of the Hamiltonian: ``Qobj``, ``(coefficient, Qobj)`` or QuTiP's ``[Qobj, ...]``."""
    value, operator, _ = as_pair(qutip, item) or (1.0, item, False)
    _refuse_time(qutip, name, value, operator)
    if not isinstance(operator, qutip.Qobj | qutip.QobjEvo):
        wanted = "(coefficient, Qobj)" if "[" in name else "a list of (coefficient, Qobj)"
        raise InvalidArgumentError(
            f"Argument `{name}` of from_qutip must be an operator (Qobj) or {wanted}, but is "
            f"{shown(item)}."
        )
    return name, number_array(value, f"Coefficient of {name}"), constant(qutip, operator)


def _constant_jump(qutip: Any, name: str, item: Any) -> Term:
    """A collapse operator: ``Qobj``, its rate included, or ``(rate, Qobj)``."""
    rate, operator, behind = as_pair(qutip, item) or (1.0, item, False)
    _refuse_time(qutip, name, rate, operator)
    if not isinstance(operator, qutip.Qobj | qutip.QobjEvo):
        raise InvalidArgumentError(
            f"Argument `{name}` of from_qutip must be an operator (Qobj) or (rate, Qobj), but is "
            f"{shown(item)}."
        )
    if behind:
        raise InvalidArgumentError(
            f"Argument `{name}` of from_qutip has a number behind its operator. QuTiP multiplies "
            "the operator by it, and thus the dissipator by its square. Put a rate that multiplies "
            "the dissipator first, (rate, Qobj), or multiply the Qobj."
        )
    return name, rate_array(rate, f"Rate of {name}"), constant(qutip, operator)


def _refuse_time(qutip: Any, name: str, value: Any, operator: Any) -> None:
    if not (isinstance(operator, qutip.QobjEvo) and not operator.isconstant) and not (
        isinstance(value, str | qutip.Coefficient) or callable(value)
    ):
        return
    if name.startswith("c_ops"):
        way = "Rates that change in time have no steady state here."
    else:
        way = (
            "For a periodic Hamiltonian quasi_periodic.from_qutip() makes the system and the "
            "perturbations that quasi_periodic_steady_state() takes."
        )
    raise InvalidArgumentError(
        f"Argument `{name}` of from_qutip must be constant, but depends on time. {way}"
    )


def constant(qutip: Any, operator: Any) -> Any:
    """The Qobj of a constant QobjEvo."""
    return operator(0) if isinstance(operator, qutip.QobjEvo) else operator


def space_and_matrices(terms: Sequence[Term], space: Space | None) -> tuple[Space, list[Operator]]:
    """The space of some operators, told or recognised, and their matrices on it."""
    if space is not None:
        require_space(space)
    if not terms:
        raise InvalidArgumentError("from_qutip needs a Hamiltonian or a collapse operator.")
    matrices: list[Operator] = []
    sites = None if space is None else space.dimensions
    for name, _, operator in terms:
        label = f"Argument `{name}` of from_qutip"
        matrices.append(as_operator(operator, sites or operator.shape[0], label))
        sites = sites or tuple(operator.dims[0])
    return space or recognised_space(matrices, sites or ()), matrices


def generator_to_qutip(generator: Generator) -> tuple[qutip.Qobj, list[qutip.Qobj]]:
    """Hamiltonian and collapse operators of a single system."""
    qutip = load_qutip()
    (coefficients,) = single_system(generator, "The system of to_qutip()").coefficient_table()
    terms, space = generator.terms, generator.space
    H = sp.csr_array((space.dimension,) * 2, dtype=complex)
    for coefficient, operator in zip(coefficients, terms.hamiltonian, strict=False):
        H = H + coefficient * operator
    return _qobj(qutip, H, space), [
        _qobj(qutip, np.sqrt(rate) * jump, space) for rate, jump in channels(generator)
    ]


def is_ket(value: Any) -> bool:
    """Whether it is a ket, or nested lists or an array whose first member is one."""
    first = first_qobj(value)
    return first is not None and first.type == "ket"


@named_arguments
def state_from_qutip(state: Any, space: Space | None = None) -> np.ndarray:
    """Convert kets and density matrices of QuTiP to an array (extra ``quantsync[qutip]``).

    Measures and `evolve` take states of QuTiP as they are; this is for what you do yourself.

    Parameters
    ----------
    state : qutip.Qobj, or nested lists or an array of them
        Kets and density matrices of n levels in all, as ``mesolve(...).states`` are.
    space : Space, optional
        What the sites are: their dimensions are then compared. Not needed otherwise.

    Returns
    -------
    ndarray of shape (..., n, n), complex
        Density matrices; those of kets are the projectors on them. The order of the levels is
        QuTiP's.

    Raises
    ------
    InvalidStateError
        If something is neither a ket nor a density matrix, or is not positive with unit trace.
    DimensionError
        If shapes differ, or do not fit the space.
    NonFiniteError
        If an entry is NaN or infinite.
    MissingDependencyError
        If QuTiP is not installed.

    Examples
    --------
    >>> import qutip, quantsync as qs
    >>> qs.state_from_qutip(qutip.basis(2, 0)).real
    array([[1., 0.],
           [0., 0.]])
    >>> qs.state_from_qutip([qutip.basis(3, 0), qutip.fock_dm(3, 1)]).shape
    (2, 3, 3)
    """
    load_qutip()
    if first_qobj(state) is None:
        raise InvalidStateError(
            "Argument `state` must be a ket or a density matrix of QuTiP (Qobj), or a list of "
            f"them, but is {shown(state)}."
        )
    known = None if space is None else require_space(space)
    return density_matrices(state, known, "state")


@named_arguments
def to_qutip(rho: Any, space: Space | None = None) -> Any:
    """Convert states or operators to QuTiP (extra ``quantsync[qutip]``).

    Parameters
    ----------
    rho : state object, or array or sparse array of shape (..., n, n)
        Density matrices or other operators. Sparse ones, as the operators of a space are, stay
        sparse.
    space : Space
        The space of dimension n, which gives the tensor structure; left out for a state object.

    Returns
    -------
    qutip.Qobj, or nested lists of them for a batch

    Raises
    ------
    InvalidArgumentError
        If the space of an array is missing.
    DimensionError, InvalidStateError, NonFiniteError
        If ``rho`` does not fit the space, or is no array of finite numbers.
    MissingDependencyError
        If QuTiP is not installed.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1/2), B=qs.Fock(3))
    >>> qs.to_qutip(np.eye(6) / 6, space).dims
    [[2, 3], [2, 3]]
    >>> type(qs.to_qutip(space["B"].destroy, space).data).__name__
    'CSR'
    """
    qutip = load_qutip()
    if is_state(rho) and space is None:
        space = rho.space
    known = require_space(space)
    if sp.issparse(rho):
        return _qobj(qutip, as_operator(rho, known.dimension, "rho"), known)
    return _nested(qutip, to_numpy(square_matrices(rho, known)), known)


def _nested(qutip: Any, array: np.ndarray, space: Space) -> Any:
    if array.ndim > 2:
        return [_nested(qutip, member, space) for member in array]
    return _qobj(qutip, array, space)


def _qobj(qutip: Any, matrix: Any, space: Space) -> Any:
    # QuTiP takes SciPy's older matrices only, not its arrays.
    matrix = sp.csr_matrix(matrix) if sp.issparse(matrix) else matrix
    return qutip.Qobj(matrix, dims=[list(space.dimensions)] * 2)
