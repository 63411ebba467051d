r"""Weights of the matrix elements of one site in its phase distribution, for the three kinds.

P(phi) = 1/(2 pi) sum_{xx'} e^{i phi (x - x')} W_{xx'} rho_{xx'}, with x the m of a spin or the n
of a mode, in whichever sense phi turns. W is real, symmetric, and 1 on the diagonal.

- Phase states: W = 1.
- Husimi. Of a mode G_{nn'} = Gamma((n+n')/2 + 1)/sqrt(n! n'!). A spin is a pair of modes with
  S + m and S - m quanta (Schwinger), and W_{mm'} = G_{S+m,S+m'} G_{S-m,S-m'}.
- Wigner. Of a mode, with c_n = Gamma(n/2 + 1)/Gamma(n/2 + 1/2), the larger n and the smaller n' of
  two numbers, sqrt(c_n/c_n') for even n' and sqrt(c_n'/c_n) for odd n'. Of a spin, with q = m - m',

      W_{mm'} = sqrt((2S+1) pi) sum_k <m|T_k^q|m'> int_0^pi sin(theta) Y_k^q(theta, 0) dtheta.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from quantsync.errors import InvalidArgumentError
from quantsync.memory import require_memory
from quantsync.operators import Fock, Site

KINDS = ("husimi", "phase_states", "wigner")
LARGEST_WIGNER = 1021  # dimension of spins: above it 2^-2S is no floating-point number
BLOCK = 128  # columns of a table that fit the cache


def phase_weights(site: Site, kind: str) -> np.ndarray:
    """Weights W of one kind, of shape (d, d), read-only."""
    size = site.dimension
    if kind == "phase_states":
        return np.broadcast_to(1.0, (size, size))
    require_memory(8.0 * 6 * size**2, f"The phase distribution of {site!r}", "take a smaller site")
    if kind == "wigner" and not isinstance(site, Fock) and size > LARGEST_WIGNER:
        raise InvalidArgumentError(
            f'Argument `kind` must be "husimi" or "phase_states" for spins above '
            f"S = {(LARGEST_WIGNER - 1) / 2:g}, but is 'wigner' for {site!r}."
        )
    return _kept(size, isinstance(site, Fock), kind)


@lru_cache(maxsize=32)
def _kept(size: int, is_mode: bool, kind: str) -> np.ndarray:
    if kind == "wigner":
        weights = _wigner_of_mode(size) if is_mode else _wigner_of_spin(size)
    else:
        weights = _husimi_of_mode(size)
        if not is_mode:
            weights = weights * weights[::-1, ::-1]
    weights.flags.writeable = False
    return weights


def _half_gammas(size: int) -> np.ndarray:
    """c_n = Gamma(n/2 + 1)/Gamma(n/2 + 1/2) for n = 0 ... size - 1."""
    n = np.arange(size)
    steps = n / np.maximum(n - 1, 1)  # c_n = c_{n-2} n/(n-1)
    steps[:2] = np.array([1 / math.sqrt(math.pi), math.sqrt(math.pi) / 2])[:size]
    found = np.empty(size)
    for parity in (0, 1):
        found[parity::2] = np.cumprod(steps[parity::2])
    return found


def _husimi_of_mode(size: int) -> np.ndarray:
    """Summed up along the diagonals: Gamma functions themselves lose digits of large numbers."""
    n, d = np.arange(size)[:, None], np.arange(size)
    logarithms = np.empty((size, size))  # of G_{n,n+d}
    logarithms[0] = (np.log(math.sqrt(math.pi) * _half_gammas(size)) - d * math.log(2)) / 2
    logarithms[1:] = -np.log1p(-((d / (2 * n[1:] + d)) ** 2)) / 2
    logarithms[0, 0] = 0.0
    np.cumsum(logarithms, axis=0, out=logarithms)
    return np.exp(logarithms[np.minimum(n, d), np.abs(n - d)])


def _wigner_of_mode(size: int) -> np.ndarray:
    root = np.sqrt(_half_gammas(size))
    ratio = root / root[:, None]  # of the column's number over the row's
    ratio[1::2] = 1 / ratio[1::2]
    upper = np.triu(ratio)  # the row has the smaller number
    return upper + np.triu(ratio, 1).T


def _wigner_of_spin(size: int) -> np.ndarray:
    r"""The sum over ranks, of the elements <m|T_k^q|m'> with m = S - i, for all q and i at once.

    On the q-th diagonal they are orthonormal polynomials in x = (m + m')/2 of degree k - q,

        x T_k = a_{k+1} T_{k+1} + a_k T_{k-1},
        a_k = sqrt((k^2 - q^2) ((2S+1)^2 - k^2)/(4 k^2 - 1))/2.

    Where |x| > 2 a_k they grow with k for small k and fall for large ones. 2 a_k is largest, and
    above every |x|, at k^2 = (2S+1) q: up to there the recurrence is stable from k = q on, and
    above it downwards from k = 2S, both of which are binomials. Odd k - q integrate to zero, so
    that W is even in x.
    """
    half = (size + 1) // 2
    q, i = np.arange(size)[:, None], np.arange(half)
    # Squares of T_q^q and T_2S^q from one i to the next, up to the middle of the diagonal.
    left = np.maximum(size - q - i[1:], 1)
    first = np.log(left * (i[1:] + q)) - np.log((size - i[1:]) * i[1:])
    last = np.log(left * (size - i[1:])) - np.log(i[1:] * (i[1:] + q))
    lowest, highest = (_normalised(steps) for steps in (first, last))
    highest *= (-1.0) ** i
    integrals = _integrated_harmonics(size)
    weights = np.zeros((size, half))
    for start in range(0, half, BLOCK):
        block = slice(start, min(start + BLOCK, half))
        orders = size - 2 * start  # those whose diagonals are so long
        x = (size - 1) / 2 - i[block] - q[:orders] / 2
        for ends, ranks in ((lowest, range(1, size)), (highest, range(size - 1, 0, -1))):
            _add_ranks(weights[:orders, block], ends[:orders, block], x, integrals, ranks)
    weights *= math.sqrt(size * math.pi)
    weights[0] = 1
    n = np.arange(size)[:, None]
    order, place = np.abs(n - n.T), np.minimum(n, n.T)
    return weights[order, np.minimum(place, size - 1 - order - place)]


def _normalised(steps: np.ndarray) -> np.ndarray:
    """Elements T (size, half) of norm 1 along their diagonals, from logarithms of T^2 step by step.

    The second half of each diagonal has the moduli of the first.
    """
    size, half = len(steps), steps.shape[1] + 1
    before_middle = size - 1 - np.arange(size)[:, None] - 2 * np.arange(half)
    logarithm = np.zeros((size, half))
    np.cumsum(steps, axis=1, out=logarithm[:, 1:])
    logarithm[before_middle < 0] = -np.inf
    logarithm -= logarithm.max(axis=1, keepdims=True)
    norm = np.sum(np.where(before_middle > 0, 2, 1) * np.exp(logarithm), axis=1, keepdims=True)
    return np.exp(logarithm / 2) / np.sqrt(norm)


def _add_ranks(
    weights: np.ndarray, ends: np.ndarray, x: np.ndarray, integrals: np.ndarray, ranks: range
) -> None:
    """Add the ranks from k = q up to the meeting place, or from k = 2S down to where that was."""
    size, upwards = len(integrals), ranks.step > 0
    q = np.arange(len(x))[:, None]
    before, here, spare = (np.zeros(x.shape) for _ in range(3))
    for k in ranks:
        meeting = min(k * k // size + 1, len(q))  # the lowest q to be met from below
        rows = slice(meeting, min(k + 1, len(q))) if upwards else slice(1, meeting)
        if not upwards and k == size - 1:
            here[rows] = ends[rows]
        elif upwards and k < len(q):
            here[k] = ends[k]
        even = slice(rows.start + (k - rows.start) % 2, rows.stop, 2)
        weights[even] += integrals[k, even, None] * here[even]
        behind, ahead = _coupling(size, k, q[rows]), _coupling(size, k + 1, q[rows])
        if not upwards:
            behind, ahead = ahead, behind
        before[rows] *= behind
        np.multiply(x[rows], here[rows], out=spare[rows])
        spare[rows] -= before[rows]
        spare[rows] *= 1 / np.where(ahead > 0, ahead, np.inf)  # nothing follows k = 2S, or q
        before, here, spare = here, spare, before


def _coupling(size: int, k: int, q: np.ndarray) -> np.ndarray:
    """The a_k of all orders q."""
    square = np.maximum(k * k - q * q, 0) * float(size * size - k * k) / (4 * k * k - 1)
    return np.sqrt(square) / 2


def _integrated_harmonics(size: int) -> np.ndarray:
    """Moduli of int_0^pi sin(theta) Y_k^q(theta, 0) dtheta, at [k, q], for even k - q >= 0."""
    q = np.arange(size)
    found = np.zeros((size, size))
    # Y_q^q is sin^q(theta), normalised; from there on from rank to rank.
    central = np.cumprod(np.concatenate([[1.0], 1 - 0.5 / q[1:]]))  # C(2q, q)/4^q
    start = np.sqrt((2 * q + 1) * central) * _half_gammas(size) / (q + 1)
    for k in range(size):
        found[k, k] = start[k]
        if k >= 2:
            p, norms = q[: k - 1], (2 * k + 1) / (2 * k - 3)
            ratio = (k - 1 - p) / (k - p) * (k - 1 + p) / (k + p) * norms
            found[k, : k - 1] = found[k - 2, : k - 1] * np.sqrt(ratio) * (k - 2) / (k + 1)
    return found
