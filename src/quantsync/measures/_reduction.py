"""Partial traces, transposes and expectation values of matrices that have passed the gate."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.sparse as sp
from array_api_compat import array_namespace, device

from quantsync.arrays import plain
from quantsync.operators import Space
from quantsync.parallel import chunk_slices

GATHERED = 1 << 20  # entries of states that are taken together at a time


def reduced(rho: Any, space: Space, keep: Any) -> Any:
    """The partial trace over all sites but some."""
    xp = array_namespace(rho)
    kept = space.positions(keep)
    batch, tensor = _as_tensor(rho, space, xp)
    sites, lead = len(space), len(batch)
    lost = [k for k in range(sites) if k not in kept]
    order = [*range(lead), *(lead + k for k in kept), *(lead + sites + k for k in kept)]
    order += [lead + k for k in lost] + [lead + sites + k for k in lost]
    size = math.prod(space.dimensions[k] for k in kept)
    rest = math.prod(space.dimensions[k] for k in lost)
    tensor = xp.reshape(xp.permute_dims(tensor, order), (*batch, size, size, rest, rest))
    return xp.linalg.trace(tensor)


def transposed(rho: Any, space: Space, sites: Any) -> Any:
    """The partial transpose of some sites in the product basis."""
    xp = array_namespace(rho)
    batch, tensor = _as_tensor(rho, space, xp)
    order = list(range(tensor.ndim))
    for k in space.positions(sites):
        row, column = len(batch) + k, len(batch) + len(space) + k
        order[row], order[column] = column, row
    return xp.reshape(xp.permute_dims(tensor, order), rho.shape)


def local_expectation(rho: Any, space: Space, site: str, local: np.ndarray) -> Any:
    """``Tr(O rho)`` of an operator O on one site, complex."""
    state = as_complex(reduced(rho, space, site))
    xp = array_namespace(state)
    flipped = xp.asarray(np.ascontiguousarray(local.T).astype(complex))
    return xp.sum(state * flipped, axis=(-2, -1))


def product_trace(rho: Any, operator: sp.csr_array) -> tuple[Any, Any]:
    """``Tr(O rho)``, complex, and the sum of the moduli of its terms, one for each entry of O."""
    rho = as_complex(rho)
    xp, n, batch = array_namespace(rho), rho.shape[-1], tuple(rho.shape[:-2])
    entries = operator.tocoo()
    # Tr(O rho) = sum_ij O_ij rho_ji: the places of rho_ji in a flattened state.
    places = xp.asarray(np.asarray(entries.col, np.int64) * n + entries.row, device=device(rho))
    weights = xp.asarray(entries.data, dtype=rho.dtype, device=device(rho))
    flat = xp.reshape(rho, (math.prod(batch), n * n))
    sums, sizes = [], []
    for part in chunk_slices(flat.shape[0], GATHERED // max(1, operator.nnz)) or [slice(0, 0)]:
        terms = xp.take(flat[part, :], places, axis=-1) * weights
        sums.append(xp.sum(terms, axis=-1))
        sizes.append(xp.sum(xp.abs(terms), axis=-1))
    return tuple(plain(xp.reshape(xp.concat(part), batch)) for part in (sums, sizes))


def as_complex(rho: Any) -> Any:
    """The array with a complex type."""
    xp = array_namespace(rho)
    return rho if xp.isdtype(rho.dtype, "complex floating") else xp.astype(rho, xp.complex128)


def _as_tensor(rho: Any, space: Space, xp: Any) -> tuple[tuple[int, ...], Any]:
    batch = tuple(rho.shape[:-2])
    return batch, xp.reshape(rho, (*batch, *space.dimensions, *space.dimensions))
