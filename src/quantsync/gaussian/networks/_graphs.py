"""Graphs and stiffness matrices of networks from what a user gives."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.checks import SYMMETRY, instance_of, real_array, real_number, symmetric_matrix
from quantsync.errors import DimensionError, InvalidArgumentError

Edge = tuple[Any, Any, float]


def stiffness_matrix(given: Any) -> sp.csr_array:
    """A real symmetric matrix, dense or sparse, as a sparse array."""
    if not sp.issparse(given):
        return sp.csr_array(symmetric_matrix(given, "stiffness"))
    matrix: Any = sp.csr_array(given, copy=True)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.shape[0]:
        raise DimensionError(
            f"Argument `stiffness` must have shape (n, n) with n >= 1, but has {matrix.shape}."
        )
    matrix.data = real_array(matrix.data, "The entries of `stiffness`")
    matrix.sum_duplicates()
    difference = abs(matrix - matrix.T).max()
    if difference > SYMMETRY * abs(matrix).max():
        raise InvalidArgumentError(
            "Argument `stiffness` must be symmetric, but differs from its transpose by "
            f"{difference:.3g}."
        )
    if difference:
        matrix = sp.csr_array((matrix + matrix.T) / 2)
    matrix.eliminate_zeros()
    return matrix


def one_per_node(values: Any, nodes: int | Sequence[Any], name: str, **bounds: Any) -> np.ndarray:
    """One real number per node, from a number, an array or a mapping from the nodes' names."""
    size = nodes if isinstance(nodes, int) else len(nodes)
    if isinstance(values, Mapping):
        names = range(size) if isinstance(nodes, int) else nodes
        missing = [node for node in names if node not in values]
        if missing:
            raise InvalidArgumentError(f"Argument `{name}` has no value for node {missing[0]!r}.")
        values = [values[node] for node in names]
    array = real_array(values, name, **bounds)
    if array.shape not in ((), (1,), (size,)):
        raise DimensionError(
            f"Argument `{name}` must be one number or {size}, but has shape {array.shape}."
        )
    return np.broadcast_to(array, (size,)).copy()


def edges_of(graph: Any, coupling: float | str) -> tuple[tuple[Any, ...], list[Edge]]:
    """Nodes and (i, j, strength) of a networkx graph or of an iterable of edges."""
    names: dict[Any, None] = {}
    edges: list[Edge] = []
    if hasattr(graph, "nodes") and hasattr(graph, "edges"):  # networkx, which is not imported
        names.update(dict.fromkeys(graph.nodes()))
        given = [
            (i, j, data.get(coupling) if isinstance(coupling, str) else coupling)
            for i, j, data in graph.edges(data=True)
        ]
    elif sp.issparse(graph):
        raise InvalidArgumentError(
            "Argument `graph` must be a networkx graph or a list of edges, but is a sparse matrix; "
            "networkx.from_scipy_sparse_array converts it."
        )
    else:
        given = list(instance_of(graph, "graph", Iterable, "a networkx graph or a list of edges"))
    for edge in given:
        if isinstance(edge, str) or not hasattr(edge, "__len__") or len(edge) not in (2, 3):
            raise InvalidArgumentError(f"An edge must be (i, j) or (i, j, strength), not {edge!r}.")
        i, j = edge[0], edge[1]
        if not (isinstance(i, Hashable) and isinstance(j, Hashable)):
            raise InvalidArgumentError(f"Nodes must be names or numbers, but {edge!r} is an edge.")
        strength = edge[2] if len(edge) == 3 else coupling
        if strength is None or isinstance(strength, str):
            raise InvalidArgumentError(
                f"Edge {(i, j)!r} has no strength {coupling!r}; give `coupling` a number, or all "
                "edges that attribute."
            )
        if i == j:
            raise InvalidArgumentError(f"Edge {(i, j)!r} joins a node to itself.")
        names.update({i: None, j: None})
        edges.append((i, j, real_number(strength, f"Strength of edge {(i, j)!r}")))
    if not names:
        raise InvalidArgumentError("Argument `graph` has no nodes.")
    return tuple(names), edges


def spring_matrix(names: Sequence[Any], edges: list[Edge]) -> sp.csr_array:
    """The stiffness of springs ``(g/2)(x_i - x_j)^2``: the weighted graph Laplacian."""
    place = {name: k for k, name in enumerate(names)}
    i = np.array([place[edge[0]] for edge in edges], dtype=int)
    j = np.array([place[edge[1]] for edge in edges], dtype=int)
    g = np.array([edge[2] for edge in edges], dtype=float)
    rows, columns = np.concatenate([i, j, i, j]), np.concatenate([j, i, i, j])
    values = np.concatenate([-g, -g, g, g])
    size = len(names)
    return sp.csr_array(sp.coo_array((values, (rows, columns)), shape=(size, size)))
