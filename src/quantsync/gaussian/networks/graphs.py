"""Checked input of harmonic networks: stiffness matrices, springs along edges, values a node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.checks import real_array
from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    NonFiniteError,
)

SYMMETRY = 1e-12  # relative; what is less is rounding


def checked_stiffness(stiffness: Any) -> sp.csr_array:
    """A real, finite, symmetric matrix as a sparse array, its halves equal to the last bit.

    Raises
    ------
    DimensionError, InvalidArgumentError, NonFiniteError
        If it is not square, not real and symmetric, or not finite.

    Examples
    --------
    >>> checked_stiffness([[1.0, 2.0], [0.0, 1.0]])
    Traceback (most recent call last):
      ...
    quantsync.errors.InvalidArgumentError: Argument `stiffness` must be symmetric, but ...
    """
    dense: Any = stiffness
    if not sp.issparse(stiffness):
        dense = real_array(stiffness, "stiffness")
    if dense.dtype.kind not in "biuf":
        raise InvalidArgumentError(
            f"Argument `stiffness` must be a real matrix, but its type is {dense.dtype}."
        )
    if dense.ndim != 2 or dense.shape[0] != dense.shape[1] or not dense.shape[0]:
        raise DimensionError(
            f"Argument `stiffness` must be a square matrix, but has shape {dense.shape}."
        )
    matrix = sp.csr_array(dense, dtype=float, copy=True)
    matrix.sum_duplicates()
    if not np.isfinite(matrix.data).all():
        raise NonFiniteError(
            "Argument `stiffness` must be finite, but has a NaN or infinite entry."
        )
    difference = abs(matrix - matrix.T).tocoo()
    scale = np.abs(matrix.data).max(initial=0.0)
    if difference.nnz:
        worst = int(difference.data.argmax())
        if difference.data[worst] > SYMMETRY * scale:
            i, j = (int(axis[worst]) for axis in difference.coords)
            raise InvalidArgumentError(
                f"Argument `stiffness` must be symmetric, but its entries {(i, j)} and {(j, i)} "
                f"are {matrix[i, j]} and {matrix[j, i]}."
            )
        matrix = sp.csr_array((matrix + matrix.T) / 2)
    matrix.eliminate_zeros()
    return matrix


def positive(values: Any, name: str) -> np.ndarray:
    """Real numbers > 0 as an array.

    Raises
    ------
    InvalidArgumentError
        If one is not positive.

    Examples
    --------
    >>> positive(2, "masses")
    array(2.)
    """
    array = real_array(values, name)
    if (array <= 0).any():
        raise InvalidArgumentError(f"Argument `{name}` must be > 0, but holds {array.min():g}.")
    return array


def require_positive(**values: float) -> None:
    """Raise an error unless arguments are finite numbers above 0.

    Raises
    ------
    InvalidArgumentError, NonFiniteError
        With the name of the argument that is not.

    Examples
    --------
    >>> require_positive(chain_coupling=1.2)
    """
    for name, value in values.items():
        if (real_array(value, name) <= 0).any():
            raise InvalidArgumentError(f"Argument `{name}` must be > 0, but is {value!r}.")


def positive_count(value: Any, name: str) -> int:
    """A positive integer.

    Raises
    ------
    InvalidArgumentError
        If it is not one.

    Examples
    --------
    >>> positive_count(3, "sites")
    3
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise InvalidArgumentError(f"Argument `{name}` must be a positive integer, not {value!r}.")
    return int(value)


def require_sequence(values: Any, name: str) -> Sequence[Any]:
    """The values, if they are a sequence of names and not a single one.

    Raises
    ------
    InvalidArgumentError
        If they are a string or no sequence.

    Examples
    --------
    >>> require_sequence([1, 300], "nodes")
    [1, 300]
    """
    if isinstance(values, str) or not hasattr(values, "__len__"):
        raise InvalidArgumentError(
            f"Argument `{name}` must be a list of names, but is {values!r}; "
            f"for a single one give [{values!r}]."
        )
    return values


def single_number(value: Any, name: str, lowest: float = -np.inf) -> float:
    """One real, finite number, not below ``lowest``.

    Raises
    ------
    InvalidArgumentError, NonFiniteError
        If it is not.

    Examples
    --------
    >>> single_number(1, "frequency", lowest=0.0)
    1.0
    """
    array = real_array(value, name)
    if array.ndim or array < lowest:
        bound = f" >= {lowest:g}" if lowest > -np.inf else ""
        raise InvalidArgumentError(f"Argument `{name}` must be a number{bound}, not {value!r}.")
    return float(array)


def broadcast_to_nodes(values: Any, nodes: int | Sequence[Any], name: str) -> np.ndarray:
    """One number a node, from a number, an array or a mapping from the nodes' names.

    Raises
    ------
    DimensionError
        If an array has the wrong shape.
    InvalidArgumentError
        If a mapping lacks a node.

    Examples
    --------
    >>> broadcast_to_nodes({"a": 1.0, "b": 2.0}, ["b", "a"], "frequency")
    array([2., 1.])
    """
    size = nodes if isinstance(nodes, int) else len(nodes)
    if isinstance(values, Mapping):
        labels = range(size) if isinstance(nodes, int) else nodes
        missing = [label for label in labels if label not in values]
        if missing:
            raise InvalidArgumentError(f"Argument `{name}` has no value for node {missing[0]!r}.")
        values = [values[label] for label in labels]
    array = real_array(values, name)
    if array.ndim > 1 or (array.ndim == 1 and len(array) != size):
        raise DimensionError(
            f"Argument `{name}` must be one number or {size}, but has shape {array.shape}."
        )
    return np.broadcast_to(array, (size,)).copy()


def edges_of(
    graph: Any, coupling: float | str
) -> tuple[tuple[Any, ...], list[tuple[Any, Any, float]]]:
    """Nodes and (i, j, strength) of a networkx graph or of an iterable of edges.

    Raises
    ------
    InvalidArgumentError
        If there is no node, or an edge is not a pair of different nodes with a strength.

    Examples
    --------
    >>> edges_of([(0, 1), (1, 2, 0.5)], 2.0)
    ((0, 1, 2), [(0, 1, 2.0), (1, 2, 0.5)])
    """
    names: dict[Any, None] = {}
    edges: list[tuple[Any, Any, float]] = []
    if hasattr(graph, "nodes") and hasattr(graph, "edges"):  # networkx, which is not imported
        names.update(dict.fromkeys(graph.nodes()))
        given = [
            (i, j, data.get(coupling) if isinstance(coupling, str) else coupling)
            for i, j, data in graph.edges(data=True)
        ]
    else:
        given = list(graph)
    for edge in given:
        if isinstance(edge, str) or not hasattr(edge, "__len__") or len(edge) not in (2, 3):
            raise InvalidArgumentError(f"An edge must be (i, j) or (i, j, strength), not {edge!r}.")
        i, j = edge[0], edge[1]
        strength = edge[2] if len(edge) == 3 else coupling
        if strength is None or isinstance(strength, str):
            raise InvalidArgumentError(
                f"Edge {(i, j)!r} has no strength {coupling!r}; give `coupling` a number, or all "
                "edges that attribute."
            )
        if i == j:
            raise InvalidArgumentError(f"Edge {(i, j)!r} joins a node to itself.")
        names.update({i: None, j: None})
        edges.append((i, j, single_number(strength, "coupling")))
    if not names:
        raise InvalidArgumentError("Argument `graph` has no nodes.")
    return tuple(names), edges


def spring_matrix(names: Sequence[Any], edges: list[tuple[Any, Any, float]]) -> sp.csr_array:
    """The stiffness of springs ``(g/2)(x_i - x_j)^2``: the weighted graph Laplacian.

    Examples
    --------
    >>> print(spring_matrix(["a", "b"], [("a", "b", 0.5)]).toarray())
    [[ 0.5 -0.5]
     [-0.5  0.5]]
    """
    place = {name: k for k, name in enumerate(names)}
    i = np.array([place[edge[0]] for edge in edges], dtype=int)
    j = np.array([place[edge[1]] for edge in edges], dtype=int)
    g = np.array([edge[2] for edge in edges], dtype=float)
    rows, columns = np.concatenate([i, j, i, j]), np.concatenate([j, i, i, j])
    values = np.concatenate([-g, -g, g, g])
    size = len(names)
    return sp.csr_array(sp.coo_array((values, (rows, columns)), shape=(size, size)))
