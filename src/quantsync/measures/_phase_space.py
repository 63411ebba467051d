r"""Functions on the phase space of one site, as sums over the diagonals of its density matrix.

A place has a radius r (|alpha| of a mode, theta of a spin) and an angle phi. All functions here are

    f(r, phi) = Re sum_d (2 - delta_d0) e^{-i d phi} sum_i rho_{i+d,i} F_d(i, r):

of r there are real tables, one for a diagonal at a time, and the angle comes last.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device
from scipy.special import gammainc

from quantsync.arrays import is_traced, to_numpy
from quantsync.checks import broadcast_shape, number_array, real_array
from quantsync.errors import InvalidArgumentError, TruncationWarning, warn_caller
from quantsync.measures._reduction import as_complex, reduced
from quantsync.memory import require_memory
from quantsync.operators import Fock, Space, Spin
from quantsync.parallel import chunk_slices
from quantsync.system import TRUNCATION_TOLERANCE

CHUNK = 1 << 20  # numbers of one table
UNDERFLOW = 40.0  # so far outside of sqrt(levels) every function of a mode is below e^-1500
TINY = -600  # exponents of 2 below which a start is kept apart from its exponent
STEP = 300  # by which such exponents rise

BLOCK = 1 << 10  # numbers of a row of tables that are made together: calls cost as much as these

# Of the size, the radii (R,) and some d in ascending order: a table (m, R) for each d, or two whose
# product it is.
Tables = Callable[[int, np.ndarray, np.ndarray], Iterator[tuple[np.ndarray, ...]]]


def angles(theta: Any, phi: Any) -> tuple[np.ndarray, np.ndarray]:
    """Two angles as real arrays of one shape."""
    theta, phi = real_array(theta, "theta"), real_array(phi, "phi")
    shape = broadcast_shape({"theta": theta.shape, "phi": phi.shape}, what="Angles")
    return np.broadcast_to(theta, shape), np.broadcast_to(phi, shape)


def on_one_site(
    rho: Any,
    space: Space,
    site: str | None,
    theta: Any,
    phi: Any,
    alpha: Any,
    mode_tables: Tables,
    spin_tables: Tables,
    what: str,
) -> Any:
    """A function called ``what`` of one spin or mode at some places, shape (..., ...a)."""
    call = what.lower()
    if site is None and len(space) > 1:
        raise InvalidArgumentError(
            f"{call}() is a function of one site, but there are {', '.join(space.names)}; name "
            "one with site=."
        )
    name = space.names[0] if site is None else site
    kind = space.site(name)
    has_angles = theta is not None or phi is not None
    where = f"site {name!r} is a {kind}"
    if isinstance(kind, Spin):
        if alpha is not None:
            raise InvalidArgumentError(
                f"Argument `alpha` must be left out for a spin, and {where}: its places are "
                f"angles, as in {call}(state, theta, phi, site={name!r})."
            )
        if theta is None or phi is None:
            raise InvalidArgumentError(
                f"Arguments `theta` and `phi` must both be given for a spin, and {where}."
            )
        radius, angle = angles(theta, phi)
        places = radius.size
    else:
        if has_angles or alpha is None:
            wrong = "has no angles" if has_angles else "needs places"
            raise InvalidArgumentError(
                f"A mode {wrong}, and {where}: give complex amplitudes by name, as in "
                f"{call}(state, alpha=1 + 0.5j, site={name!r})."
            )
        radius = angle = alpha = number_array(alpha, "alpha")  # polar once there is memory for it
        places = alpha.size
    size, count = kind.dimension, math.prod(rho.shape[:-2])
    chunk = min(places, max(1, CHUNK // max(count, size)))
    require_memory(
        8.0 * (3 * count * places + chunk * (3 * size + 8 * count) + 7 * places)
        + (24.0 * size**2 if isinstance(kind, Spin) else 0.0),
        f"The {what} function of {count} states at {places} places",
        "take fewer places at a time, or parts of the batch",
    )
    if alpha is not None:
        radius, angle = np.abs(alpha), np.angle(alpha)
    if len(space) > 1:
        rho = reduced(rho, space, name)
    tables = spin_tables
    if isinstance(kind, Fock):
        tables = mode_tables
        if not kind.finite and radius.size:
            _warn_of_cut_off(rho, kind, name, radius, what)
        radius = np.minimum(radius, math.sqrt(size) + UNDERFLOW)
    return _sum_of_diagonals(rho, radius, angle, tables, chunk)


def _sum_of_diagonals(
    rho: Any, radius: np.ndarray, angle: np.ndarray, tables: Tables, chunk: int
) -> Any:
    """The f of this file's head, of shape (..., ...a)."""
    xp, n = array_namespace(rho), rho.shape[-1]
    flat = xp.reshape(rho, (math.prod(rho.shape[:-2]), n, n))
    is_complex = xp.isdtype(rho.dtype, "complex floating")
    count = flat.shape[0]
    orders = np.arange(n)
    if not is_traced(rho):
        there = [bool(xp.any(xp.linalg.diagonal(flat, offset=-d) != 0)) for d in range(n)]
        orders = np.flatnonzero(there)
    order = np.argsort(radius, axis=None)
    distinct, which = _distinct(radius.ravel()[order])
    parts = []
    for part in chunk_slices(len(distinct), chunk) or [slice(0, 0)]:
        first, last = np.searchsorted(which, (part.start, part.stop))
        gather = None
        if last - first > len(distinct[part]):
            gather = _like(which[first:last] - part.start, rho)
        phi = angle.ravel()[order[first:last]]
        turn = np.exp(1j * phi)
        total = xp.zeros((count, len(phi)), dtype=xp.float64, device=device(rho))
        before, turned = -1, np.ones(len(phi), complex)  # the waves (2 - delta_d0) e^{i d phi}
        for d, factors in zip(orders.tolist(), tables(n, distinct[part], orders), strict=True):
            if d > 1 and d == before + 1:
                turned = turned * turn
            elif d:
                turned = 2 * np.exp(1j * d * phi)
            before, entries = d, xp.linalg.diagonal(flat, offset=-d)
            waves = [(entries, np.real(turned))]
            if is_complex:
                waves = [(xp.real(entries), np.real(turned)), (xp.imag(entries), np.imag(turned))]
            for values, wave in waves[: d + 1]:
                values = _product(values, factors)
                if gather is not None:
                    values = xp.take(values, gather, axis=-1)
                total = total + values * _like(wave, rho)
        parts.append(total)
    back = np.empty(order.size, dtype=np.int64)
    back[order] = np.arange(order.size)
    total = xp.take(xp.concat(parts, axis=-1), _like(back, rho), axis=-1)
    return xp.reshape(total, (*rho.shape[:-2], *radius.shape))


def _product(values: Any, factors: tuple[np.ndarray, ...]) -> Any:
    """Rows (B, m) times a table, or times the two that it is the product of."""
    if len(factors) == 2 and values.shape[0] > factors[1].shape[1]:
        factors = (factors[0] @ factors[1],)
    for factor in factors:
        values = values @ _like(factor, values)
    return values


def _like(array: np.ndarray, rho: Any) -> Any:
    return array_namespace(rho).asarray(array, device=device(rho))


def _distinct(ascending: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values that differ by more than rounding, and which of them each one is."""
    new = np.ones(ascending.size, bool)
    new[1:] = np.diff(ascending) > 2 * np.finfo(float).eps * np.abs(ascending[1:])
    return ascending[new], np.cumsum(new) - 1


def _warn_of_cut_off(rho: Any, kind: Fock, name: str, radius: np.ndarray, what: str) -> None:
    """Warn where the levels beyond the cut-off would add something, as far as the top ones tell.

    They are taken to go on from the two pairs below them as those from the lower to the upper one.
    (Pairs: states of one parity leave every other level empty.) To the Husimi function at alpha a
    level adds its population times its weight in |alpha>, so that only places count where
    coherent states reach beyond the cut-off; to the Wigner function it adds rings over the whole
    disc that the state fills. Where all places lie beyond the cut-off it decides what is there.
    """
    if is_traced(rho) or 0 in rho.shape:
        return
    xp, pair = array_namespace(rho), min(2, kind.levels // 2)
    populations = to_numpy(xp.real(as_complex(xp.linalg.diagonal(rho))))
    populations = np.maximum(np.nan_to_num(populations), 0.0)
    top = populations[..., -pair:].sum(axis=-1)
    below = populations[..., -2 * pair : -pair].sum(axis=-1)
    above = top * np.minimum(1.0, top / np.maximum(below, np.finfo(float).tiny))
    nearest, farthest = float(radius.min()), float(radius.max())
    outside = float(gammainc(kind.levels, nearest * nearest))
    if outside > 0.5:
        warn_caller(
            f"All places lie beyond the cut-off of mode {name!r}: coherent states with |alpha| = "
            f"{nearest:.3g} have {outside:.0%} of theirs above its {kind.levels} levels, and the "
            f"state's two top levels hold {top.max():.1g}. The cut-off decides what its {what} "
            "function is there; give the mode more levels, or take places nearer to the origin.",
            TruncationWarning,
        )
        return
    beyond = float(gammainc(kind.levels, farthest * farthest)) if what == "Husimi" else 1.0
    if not above.max() * beyond > TRUNCATION_TOLERANCE:
        return
    index = tuple(int(k) for k in np.unravel_index(int(above.argmax()), above.shape))
    at = f" at index {index}" if index else ""
    where = "and everywhere in the plane they would be seen"
    if what == "Husimi":
        where = f"where coherent states with |alpha| = {farthest:.3g} have {beyond:.0%} of theirs"
    warn_caller(
        f"The cut-off of mode {name!r} matters to its {what} function{at}: above its "
        f"{kind.levels} levels would be some {above[index]:.1g} of the state, {where}. This is the "
        "function of the truncated state; give the mode more levels, or say Fock(n, finite=True) "
        "if the ladder ends physically.",
        TruncationWarning,
    )


def split(values: np.ndarray, exponents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``values 2^exponents`` again, with values of modulus 1/2 to 1, so that none underflows."""
    fraction, more = np.frexp(values)
    return fraction, exponents + more


def powers(ratios: Iterator[np.ndarray], first: np.ndarray) -> Iterator[Any]:
    """Products e^first r_1 r_2 ... r_d for d = 0, 1, ..., as fractions and exponents of 2."""
    binary = first / math.log(2)
    exponents = np.floor(binary).astype(np.int64)
    values = np.exp2(binary - exponents)
    yield values, exponents
    for ratio in ratios:
        values, exponents = split(values * ratio, exponents)
        yield values, exponents


def blocks(
    starts: Iterator[Any], orders: np.ndarray, width: int
) -> Iterator[tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]]:
    """Some of the orders, several at a time (D,), and their starts of shape (D, R) for each."""
    wanted, kept = iter([*orders.tolist(), -1]), []
    following = next(wanted)
    most = max(1, BLOCK // max(1, width))
    for order, start in enumerate(starts):
        if order != following:
            continue
        kept.append((order, *start))
        following = next(wanted)
        if len(kept) == most or following < 0:
            numbers, values, exponents = zip(*kept, strict=True)
            yield np.array(numbers), (np.stack(values), np.stack(exponents))
            kept = []
        if following < 0:
            return


def recurrence(
    start: tuple[np.ndarray, np.ndarray],
    x: np.ndarray,
    offsets: np.ndarray,
    scales: np.ndarray,
    backs: np.ndarray,
) -> np.ndarray:
    """Rows ``p_{j+1} = (offset_j + x) scale_j p_j - back_j p_{j-1}``, shape (J + 1, ...).

    From p_0, fractions and exponents of 2 that may be far below what a number can have, and
    p_{-1} = 0. Where p grows from there it is stable. The J coefficients may be arrays.
    """
    here, exponents = start
    before = np.zeros(here.shape)
    is_tiny = exponents < TINY
    here = np.where(is_tiny, here, np.ldexp(here, np.where(is_tiny, 0, exponents)))
    exponents = np.where(is_tiny, exponents, 0)
    some_tiny = bool(is_tiny.any())
    table, factor = np.empty((len(scales) + 1, *here.shape)), np.empty(here.shape)
    table[0] = np.ldexp(here, exponents)
    for j in range(len(scales)):
        following = table[j + 1]
        np.add(x, offsets[j], out=factor)
        factor *= scales[j]
        np.multiply(factor, here, out=following)
        np.multiply(before, backs[j], out=factor)
        following -= factor
        if not some_tiny:
            before, here = here, following
            continue
        before, here = here, following.copy()
        if (large := np.abs(here) > 2.0**STEP).any():
            rise = np.where(large, -np.minimum(STEP, -exponents), 0)
            before, here = np.ldexp(before, rise), np.ldexp(here, rise)
            exponents = exponents - rise
            some_tiny = bool(exponents.any())
        np.ldexp(here, exponents, out=following)
    return table
