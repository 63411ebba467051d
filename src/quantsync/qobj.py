"""Objects of QuTiP among arguments: told without importing QuTiP, and read as arrays."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.checks import label, shown
from quantsync.errors import DimensionError, InvalidArgumentError, InvalidStateError
from quantsync.memory import require_memory

# What a QuTiP object is that is no operator, and what to do with it.
OTHERS = {
    "super": "; give the Hamiltonian and the collapse operators it was made of",
    "bra": "; its .dag() is a ket",
    "operator-ket": "; qutip.vector_to_operator() turns it into an operator",
}


def is_qobj(value: Any) -> bool:
    """Whether it is a ``qutip.Qobj``."""
    kind = getattr(sys.modules.get("qutip"), "Qobj", None)
    return kind is not None and isinstance(value, kind)


def first_qobj(value: Any) -> Any:
    """A Qobj itself, the first one of a nested list or an array of them, or None."""
    while isinstance(value, list | tuple) and value:
        value = value[0]
    if isinstance(value, np.ndarray) and value.dtype == object and value.size:
        value = value.flat[0]
    return value if is_qobj(value) else None


def read_operator(value: Any, name: str, dimensions: tuple[int, ...] | None = None) -> sp.csr_array:
    """The matrix of an operator of QuTiP on a product of sites, of these dimensions if given."""
    if value.type != "oper":
        ket = "; state_from_qutip() converts states" if value.type == "ket" else ""
        raise InvalidArgumentError(
            f"{label(name)} must be an operator, but is a {_kind(value)} of dims {value.dims}"
            f"{ket or OTHERS.get(value.type, '')}."
        )
    into, out_of = value.dims
    sites = [size for size in into if isinstance(size, int) and size > 1]
    if into != out_of or sites != into or math.prod(into) != value.shape[0]:
        raise DimensionError(
            f"{label(name)} must act on a product of sites of two or more levels each, but has "
            f"dims {value.dims} and shape {value.shape}."
        )
    _require_dimensions(value, name, dimensions)
    data = value.data if type(value.data).__name__ == "CSR" else value.to("csr").data
    return sp.csr_array(data.as_scipy())


def read_states(value: Any, name: str, dimensions: tuple[int, ...] | None = None) -> np.ndarray:
    """Density matrices (..., n, n) of a Qobj, or of nested lists of them; kets are projected."""
    if is_qobj(value):
        return _matrix(value, name, dimensions)
    if not isinstance(value, list | tuple | np.ndarray):
        raise InvalidStateError(
            f"{label(name)} must hold states of QuTiP (Qobj) only, but holds {shown(value)}."
        )
    first = first_qobj(value)
    if first is not None:
        size = 16.0 * math.prod(first.shape) * (first.shape[0] if first.type == "ket" else 1)
        require_memory(size * len(value), f"{len(value)} states", "take fewer at a time")
    members = [read_states(member, f"{name}[{k}]", dimensions) for k, member in enumerate(value)]
    shapes = {member.shape for member in members}
    if len(shapes) != 1:
        raise DimensionError(
            f"{label(name)} must hold states of one shape, but has {sorted(shapes)}."
        )
    return np.stack(members)


def _matrix(value: Any, name: str, dimensions: tuple[int, ...] | None) -> np.ndarray:
    if value.type not in ("ket", "oper") or (
        value.type == "oper" and value.shape[0] != value.shape[1]
    ):
        raise InvalidStateError(
            f"{label(name)} must be a ket or a density matrix, but is a {_kind(value)} of dims "
            f"{value.dims}{OTHERS.get(value.type, '')}."
        )
    _require_dimensions(value, name, dimensions)
    require_memory(32.0 * value.shape[0] ** 2, f"A state on {value.shape[0]} levels")
    matrix = np.asarray(value.full())
    if value.type == "ket":
        matrix = np.outer(matrix, matrix.conj())
    return matrix


def _require_dimensions(value: Any, name: str, dimensions: tuple[int, ...] | None) -> None:
    if dimensions is not None and list(value.dims[0]) != list(dimensions):
        sites = list(dimensions)
        same = math.prod(dimensions) == value.shape[0]
        hint = (
            " Write the factors of qutip.tensor() in the order of the sites; if the order of the "
            f"levels is the same, set its dims to {[sites, sites if value.type == 'oper' else [1]]}"
        )
        raise DimensionError(
            f"{label(name)} has dims {value.dims}, but the sites of the space have {sites} levels."
            f"{f'{hint}.' if same else ''}"
        )


def _kind(value: Any) -> str:
    names = {"super": "superoperator", "oper": "rectangular operator"}
    return names.get(value.type, str(value.type))
