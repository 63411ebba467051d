"""Mean-field equations, fluctuation matrix and noise from c-number symbols, by derivatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from quantsync.errors import InvalidArgumentError
from quantsync.meanfield.equations.wirtinger import Wirtinger

SAMPLES = 3  # random points at which what must be zero is looked at
ROUNDING = 1e-20  # relative, at 40 digits


@dataclass(frozen=True, eq=False)
class Equations:
    """Symbolic equations of n modes, in beta_j and independent symbols for beta_j*."""

    drift: list[Any]  # d beta_j/dt
    normal: list[list[Any]]  # E of d(delta b_i)/dt = E_ij delta b_j + F_ij delta b_j^dag
    anomalous: list[list[Any]]  # F
    channels: list[tuple[list[tuple[Any, Any]], Any]]  # ((u, v) for each mode, nbar), see `derived`
    diffusion: list[list[Any]] | None  # D as given by hand; None: from the channels
    # Not differentiated; each in terms of those before, complex ones and conjugates in turn.
    frozen: list[tuple[sympy.Symbol, Any]]
    wirtinger: Wirtinger  # how expressions are rewritten in these symbols

    @property
    def modes(self) -> tuple[sympy.Symbol, ...]:
        """Symbols of the amplitudes."""
        return self.wirtinger.modes

    @property
    def conjugates(self) -> tuple[sympy.Symbol, ...]:
        """Symbols of their conjugates."""
        return self.wirtinger.conjugates


def derived(
    modes: Sequence[sympy.Symbol],
    hamiltonian: Any,
    jumps: Sequence[tuple[Any, Any]],
    frozen: Mapping[sympy.Symbol, Any],
    extra_drift: Sequence[Any] | None = None,
    diffusion: Any = None,
) -> Equations:
    """Equations of motion and fluctuations from the symbols of H and L_k."""
    # With d_j = derivative with respect to beta_j*, and frozen quantities constant,
    # d beta_j/dt = -i d_j H + sum_k (L_k* d_j L_k - L_k d_j L_k*)/2 + extra_j; the noise of
    # channel k on mode j is u b_in - v b_in^dag, u = d_j L_k*, v = d_j L_k.
    w = Wirtinger(modes, frozen)
    H = w(hamiltonian)
    require_real(H, w, frozen)
    for symbol, value in frozen.items():
        if symbol.is_real:
            require_real(w(value), w, frozen, f"`frozen[{symbol}]`")
    couplings = [(w(L), w(occupation)) for L, occupation in jumps]
    conjugated = [w.conjugate(L) for L, _ in couplings]
    drift = []
    for j, s in enumerate(w.conjugates):
        rate = -sympy.I * H.diff(s) + (0 if extra_drift is None else w(extra_drift[j]))
        for (L, _), Ls in zip(couplings, conjugated, strict=True):
            rate += (Ls * L.diff(s) - L * Ls.diff(s)) / 2
        drift.append(rate)
    channels = [
        ([(Ls.diff(s), L.diff(s)) for s in w.conjugates], occupation)
        for (L, occupation), Ls in zip(couplings, conjugated, strict=True)
    ]
    return linearised(w, drift, channels, frozen, diffusion)


def linearised(
    w: Wirtinger,
    drift: list[Any],
    channels: list[Any],
    frozen: Mapping[sympy.Symbol, Any],
    diffusion: Any = None,
    fluctuations: tuple[Any, Any] | None = None,
) -> Equations:
    """Equations with E = df/d beta and F = df/d beta*, unless given by hand."""
    if fluctuations is None:
        normal = [[f.diff(b) for b in w.modes] for f in drift]
        anomalous = [[f.diff(s) for s in w.conjugates] for f in drift]
    else:
        normal, anomalous = (
            [[w(x) for x in row] for row in sympy.Matrix(block).tolist()] for block in fluctuations
        )
    noise = None
    if diffusion is not None:
        noise = [[w(x) for x in row] for row in sympy.Matrix(diffusion).tolist()]
        require_symmetric(noise, w, frozen)
    return Equations(drift, normal, anomalous, channels, noise, list(both(frozen, w).items()), w)


def ordered(frozen: Mapping[sympy.Symbol, Any]) -> dict[sympy.Symbol, Any]:
    """Frozen quantities, each after those that it is made of."""
    left = {symbol: sympy.sympify(value) for symbol, value in frozen.items()}
    result: dict[sympy.Symbol, Any] = {}
    while left:
        ready = [s for s, value in left.items() if not value.free_symbols & set(left)]
        if not ready:
            raise InvalidArgumentError(
                f"Argument `frozen` defines {', '.join(str(s) for s in left)} by one another."
            )
        result.update({s: left.pop(s) for s in ready})
    return result


def both(frozen: Mapping[sympy.Symbol, Any], w: Wirtinger) -> dict[sympy.Symbol, Any]:
    """Frozen quantities in order, with the conjugates of those that are complex."""
    result: dict[sympy.Symbol, Any] = {}
    for symbol, value in ordered(frozen).items():
        result[symbol] = w(value)
        if symbol in w.partners:
            result[w.partners[symbol]] = w.conjugate(value)
    return result


def total_derivative(
    expression: Any, frozen: Sequence[tuple[sympy.Symbol, Any]], variable: sympy.Symbol
) -> Any:
    """Derivative of an expression with that of the frozen quantities it contains."""
    result = expression.diff(variable)
    slopes: dict[sympy.Symbol, Any] = {}
    for symbol, value in frozen:
        inner = sum((value.diff(s) * slope for s, slope in slopes.items()), sympy.S.Zero)
        slopes[symbol] = value.diff(variable) + inner
        result += expression.diff(symbol) * slopes[symbol]
    return result


def require_real(
    H: Any, w: Wirtinger, frozen: Mapping[sympy.Symbol, Any], name: str = "`hamiltonian`"
) -> None:
    """Raise unless an expression is real: the symbol of a Hermitian operator is."""
    found = nonzero((H - w.conjugate(H)) / 2, H, w, frozen)
    if found is not None:
        excess, where = found
        raise InvalidArgumentError(
            f"Argument {name} must be real, but has the imaginary part {excess.imag:.6g} at "
            f"{where}. Add the conjugate (+ h.c.), and declare parameters with real=True."
        )


def require_symmetric(D: list[list[Any]], w: Wirtinger, frozen: Mapping[sympy.Symbol, Any]) -> None:
    """Raise unless a diffusion matrix is real and symmetric."""
    for j, row in enumerate(D):
        for i, x in enumerate(row):
            require_real(x, w, frozen, f"`diffusion` at ({j}, {i})")
            if nonzero(x - D[i][j], x, w, frozen) is not None:
                raise InvalidArgumentError(
                    f"Argument `diffusion` must be symmetric, but has {x} at ({j}, {i}) and "
                    f"{D[i][j]} at ({i}, {j})."
                )


def nonzero(
    difference: Any, whole: Any, w: Wirtinger, frozen: Mapping[sympy.Symbol, Any]
) -> tuple[complex, str] | None:
    """Value and place of a difference that is not zero, by 40 digits at random points."""
    if difference == 0:
        return None
    defined = both(frozen, w)
    for symbol in reversed(defined):
        difference, whole = (x.subs(symbol, defined[symbol]) for x in (difference, whole))
    rng = np.random.default_rng(0)
    partner = dict(zip(w.modes, w.conjugates, strict=True))
    for _ in range(SAMPLES):
        values: dict[Any, Any] = {}
        for b, s in partner.items():
            z = sympy.Float(rng.normal(), 40) + sympy.I * sympy.Float(rng.normal(), 40)
            values[b], values[s] = z, sympy.conjugate(z)
        for symbol in sorted((whole.free_symbols | difference.free_symbols) - set(values), key=str):
            values[symbol] = sympy.Float(rng.uniform(0.5, 1.5), 40)
        excess = complex(difference.evalf(40, subs=values))
        size = abs(complex(whole.evalf(40, subs=values)))
        if not abs(excess) <= ROUNDING * max(size, 1.0):
            return excess, ", ".join(f"{b} = {complex(values[b]):.3g}" for b in w.modes)
    return None
