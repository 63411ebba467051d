"""Factors rho = L L^dag that know which directions a state does not fill.

Square roots of states magnify rounding: an eigenvalue that should be 0 and comes out as 1e-17 has
the root 3e-9. Cholesky's factorisation with complete pivoting is exact to rounding of each level's
own population, however small that is (Higham, Accuracy and Stability of Numerical Algorithms,
Sec. 10.3), and ends where what is left of every population is rounding of it.
"""

from __future__ import annotations

from typing import Any

from array_api_compat import array_namespace, device

from quantsync.arrays import is_traced
from quantsync.measures._reduction import as_complex
from quantsync.memory import require_memory

ROUNDING = 4  # of a population, times the precision and the dimension
COPIES = 4  # of the states, while they are factorised


def support_factor(rho: Any) -> Any:
    """L (..., n, r), in columns that shrink; zero instead of NaN for masked states."""
    rho = as_complex(rho)
    xp, n = array_namespace(rho), rho.shape[-1]
    count = rho.size // n**2
    what = f"Factors of {count} states of {n} levels"
    require_memory(COPIES * 16.0 * rho.size, what, "take the batch in parts")
    rest = xp.where(known_states(rho)[..., None, None], rho, 0.0)
    diagonal = xp.real(xp.linalg.diagonal(rest))
    least = ROUNDING * n * float(xp.finfo(rho.dtype).eps) * diagonal
    levels = xp.arange(n, device=device(rho))
    columns: list[Any] = []
    for _ in range(n):
        left = xp.real(xp.linalg.diagonal(rest))
        left = xp.where(left > least, left, xp.zeros_like(left))
        largest = xp.max(left, axis=-1, keepdims=True)
        if columns and not is_traced(rho) and not bool(xp.any(largest > 0)):
            break
        chosen = levels == xp.argmax(left, axis=-1, keepdims=True)
        column = xp.sum(xp.where(chosen[..., None, :], rest, 0.0), axis=-1)
        safe = xp.where(largest > 0, largest, xp.ones_like(largest))
        column = xp.where(largest > 0, column / xp.sqrt(safe), xp.zeros_like(column))
        columns.append(column)
        rest = rest - column[..., :, None] * xp.conj(column)[..., None, :]
        taken = chosen & (largest > 0)
        rest = xp.where(taken[..., :, None] | taken[..., None, :], 0.0, rest)
    return xp.stack(columns, axis=-1)


def known_states(rho: Any) -> Any:
    """Which states of a batch are not masked, bool (...)."""
    xp = array_namespace(rho)
    return xp.isfinite(xp.real(xp.linalg.trace(rho)))
