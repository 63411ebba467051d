"""What a projective measurement of one qubit leaves unknown of another one, at least.

With rho = (1 + a.sigma x 1 + 1 x b.sigma + sum T_ij sigma_i x sigma_j)/4, the outcome +-n of a
measurement on the second qubit leaves the unnormalised state (p + u.sigma)/2 of the first, with
p = (1 +- b.n)/2 and u = (a +- T n)/2. Its entropy is concave in p and u, which are linear in n: so
the conditional entropy f(n) is concave in the whole ball. A concave function lies below its
tangents, and the point of the sphere where the tangent at n is lowest, -grad f/|grad f|, is at
least as good as n. That step never goes up; Newton's, tried beside it, makes an end of it.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from quantsync.errors import ConvergenceError
from quantsync.parallel import chunk_slices

PAULI = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
POINTS = 600  # of the mesh on half of the sphere: some 0.1 rad apart
NEIGHBOURS = 7  # of a point of the mesh that it is compared with
STARTS = 6  # the lowest minima on the mesh, and the axes of T
STEPS = 200
RESIDUAL = 1e-9  # by how much a further step may lower the entropy
NOTHING = 1e-15  # a gain that is rounding
LEAST = 1e-300
CHUNK = 1 << 20  # numbers of one table


def least_conditional_entropy(rho: np.ndarray) -> np.ndarray:
    """Minimum of sum_k p_k S(rho_k) over measurements on the second qubit, in nats, shape (...)."""
    flat = rho.reshape(-1, 4, 4)
    least = np.zeros(len(flat))
    for part in chunk_slices(len(flat), CHUNK // POINTS):
        least[part] = _least(flat[part])
    return least.reshape(rho.shape[:-2])


def _least(rho: np.ndarray) -> np.ndarray:
    bloch = np.einsum("bikjl,mji,nlk->bmn", rho.reshape(-1, 2, 2, 2, 2), PAULI, PAULI).real
    own, seen, tensor = bloch[:, 1:, 0], bloch[:, 0, 1:], bloch[:, 1:, 1:]
    mesh, neighbours = _mesh()
    values = _entropy(own, seen, tensor, np.broadcast_to(mesh, (len(rho), *mesh.shape)))
    low = (values[:, :, None] <= values[:, neighbours]).all(axis=-1)
    order = np.argsort(np.where(low, values, np.inf), axis=1)[:, :STARTS]
    axes = np.linalg.svd(tensor)[2]
    n = np.concatenate([mesh[order], axes], axis=1)
    moving = np.ones(n.shape[:2], bool)
    for _ in range(STEPS):
        owner, _ = index = np.nonzero(moving)
        n[index], gain = _one_step(own[owner], seen[owner], tensor[owner], n[index][:, None])
        moving[index] = gain > NOTHING
        if not moving.any():
            break
    value = _entropy(own, seen, tensor, n)
    slope, _ = _steps(own, seen, tensor, n)
    # No point of the sphere is lower than this on the tangent at n.
    left = np.linalg.norm(slope, axis=-1) + np.sum(slope * n, axis=-1)
    best = value.argmin(axis=1)
    worst = float(np.take_along_axis(left, best[:, None], 1).max(initial=0.0))
    if worst > RESIDUAL:
        raise ConvergenceError(
            "The best measurement was not found: a further step may lower the conditional entropy "
            f"by {worst:.1e}."
        )
    return value.min(axis=1)


def _one_step(
    own: np.ndarray, seen: np.ndarray, tensor: np.ndarray, n: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The better of both steps, or none, (B, 3) from (B, 1, 3), and what it gains (B,)."""
    slope, newton = _steps(own, seen, tensor, n)
    tries = np.concatenate([n, _normalised(-slope, n), _normalised(n + newton, n)], axis=1)
    found = _entropy(own, seen, tensor, tries)
    best = found.argmin(axis=1)[:, None]
    gain = found[:, 0] - np.take_along_axis(found, best, 1)[:, 0]
    return np.take_along_axis(tries, best[:, :, None], 1)[:, 0], gain


@lru_cache(maxsize=1)
def _mesh() -> tuple[np.ndarray, np.ndarray]:
    """Directions on half of the sphere (Fibonacci's spiral), and neighbours of each up to sign."""
    k = np.arange(POINTS)
    z, phi = (k + 0.5) / POINTS, k * math.pi * (3 - math.sqrt(5))
    radius = np.sqrt(1 - z**2)
    mesh = np.stack([radius * np.cos(phi), radius * np.sin(phi), z], axis=-1)
    return mesh, np.argsort(-np.abs(mesh @ mesh.T), axis=1)[:, 1 : NEIGHBOURS + 1]


def _outcomes(own: np.ndarray, seen: np.ndarray, tensor: np.ndarray, n: np.ndarray):
    """Of both outcomes: sign, p, u, its length and both eigenvalues; for directions (B, N, 3)."""
    along, turned = np.einsum("bi,bni->bn", seen, n), np.einsum("bij,bnj->bni", tensor, n)
    for sign in (1.0, -1.0):
        p, u = (1 + sign * along) / 2, (own[:, None, :] + sign * turned) / 2
        length = np.linalg.norm(u, axis=-1)
        yield sign, p, u, length, np.maximum((p + length) / 2, 0), np.maximum((p - length) / 2, 0)


def _entropy(own: np.ndarray, seen: np.ndarray, tensor: np.ndarray, n: np.ndarray) -> np.ndarray:
    total = np.zeros(n.shape[:-1])
    for _, p, _, _, x, y in _outcomes(own, seen, tensor, n):
        total += _x_log_x(p) - _x_log_x(x) - _x_log_x(y)
    return total


def _x_log_x(x: np.ndarray) -> np.ndarray:
    return x * np.log(np.maximum(x, LEAST))


def _steps(
    own: np.ndarray, seen: np.ndarray, tensor: np.ndarray, n: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient of the conditional entropy in the ball, and Newton's step on the sphere."""
    slope, bend = np.zeros(n.shape), np.zeros((*n.shape, 3))
    for sign, p, u, length, x, y in _outcomes(own, seen, tensor, n):
        p, x, y = (np.maximum(value, LEAST) for value in (p, x, y))
        near = length < 1e-8 * p
        along = u / np.maximum(length, LEAST)[..., None]
        by_p, by_u = np.log(p) - (np.log(x) + np.log(y)) / 2, (np.log(y) - np.log(x)) / 2
        row = np.einsum("bij,bni->bnj", tensor, along)
        slope += sign * (by_p[..., None] * seen[:, None, :] + by_u[..., None] * row) / 2
        both, unlike = (1 / x + 1 / y) / 4, (1 / y - 1 / x) / 4
        across = np.where(near, -1 / p, by_u / np.maximum(length, LEAST))
        first, second = seen[:, None, :, None] + 0 * bend, row[..., :, None] + 0 * bend
        flip = np.swapaxes(first, -1, -2), np.swapaxes(second, -1, -2)
        square = np.einsum("bki,bkj->bij", tensor, tensor)[:, None]
        terms = (
            (1 / p - both)[..., None, None] * first * flip[0]
            + unlike[..., None, None] * (first * flip[1] + second * flip[0])
            - both[..., None, None] * second * flip[1]
            + across[..., None, None] * (square - second * flip[1])
        )
        bend += terms / 4
    plane = np.eye(3) - n[..., :, None] * n[..., None, :]
    curvature = plane @ bend @ plane - np.sum(slope * n, axis=-1)[..., None, None] * plane
    # Newton's step where the entropy bends upwards; the modulus of the curvature elsewhere.
    values, vectors = np.linalg.eigh(np.where(np.isfinite(curvature), curvature, 0.0))
    parts = np.einsum("bnij,bni->bnj", vectors, np.einsum("bnij,bnj->bni", plane, slope))
    size = np.abs(values)
    parts = np.where(size > 1e-12, parts / np.maximum(size, 1e-12), 0.0)
    return slope, -np.einsum("bnij,bnj->bni", vectors, parts)


def _normalised(vectors: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    fine = np.isfinite(length) & (length > 1e-150)
    return np.where(fine, vectors / np.where(fine, length, 1.0), otherwise)
