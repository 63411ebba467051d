"""Mean-field equations, fluctuation matrix and noise from c-number symbols, by derivatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from quantsync.errors import InvalidArgumentError, NonHermitianError

SAMPLES = 3  # random points at which a Hamiltonian must be real
ROUNDING = 1e-20  # relative, at 40 digits


@dataclass(frozen=True, eq=False)
class Equations:
    """Symbolic equations of n modes, in beta_j and independent symbols for beta_j*.

    Attributes
    ----------
    modes, conjugates : tuple of sympy.Symbol
        beta_j, and the symbol that stands for beta_j*.
    drift : list of n expressions
        d beta_j/dt.
    normal, anomalous : list of n lists of n expressions
        E and F of d(delta b_i)/dt = E_ij delta b_j + F_ij delta b_j^dag.
    channels : list of (list of (u, v), occupation)
        For each noise its coefficients on every mode, u b_in - v b_in^dag, and nbar.
    diffusion : list of 2n lists of 2n real expressions or None
        D as given by hand; None: from the channels.
    frozen : list of (sympy.Symbol, expression)
        Quantities that are not differentiated, each in terms of those before.
    """

    modes: tuple[sympy.Symbol, ...]
    conjugates: tuple[sympy.Symbol, ...]
    drift: list[Any]
    normal: list[list[Any]]
    anomalous: list[list[Any]]
    channels: list[tuple[list[tuple[Any, Any]], Any]]
    diffusion: list[list[Any]] | None
    frozen: list[tuple[sympy.Symbol, Any]]


class Wirtinger:
    """Expressions in which beta_j* has become a symbol of its own.

    Examples
    --------
    >>> import sympy
    >>> from quantsync.meanfield.derivation import Wirtinger
    >>> b = sympy.Symbol("b")
    >>> wirtinger = Wirtinger([b])
    >>> n = wirtinger(sympy.Abs(b) ** 2)
    >>> n, n.diff(wirtinger.conjugates[0])
    (b*b^*, b)
    """

    def __init__(self, modes: Sequence[sympy.Symbol]):
        self.modes = tuple(modes)
        self.conjugates = tuple(sympy.Symbol(f"{b.name}^*") for b in self.modes)
        self._swap = dict(zip(self.modes, self.conjugates, strict=True))

    def __call__(self, expression: Any) -> Any:
        """The expression with beta* for conjugate(beta), and |beta|, Re, Im written with them."""
        expression = sympy.sympify(expression)
        touched = (sympy.Abs, sympy.re, sympy.im, sympy.arg)

        def holomorphic(part: Any) -> Any:
            z = part.args[0]
            conjugated = sympy.conjugate(z)
            if isinstance(part, sympy.Abs):
                return sympy.sqrt(z * conjugated)
            if isinstance(part, sympy.re):
                return (z + conjugated) / 2
            if isinstance(part, sympy.im):
                return (z - conjugated) / (2 * sympy.I)
            return (sympy.log(z) - sympy.log(conjugated)) / (2 * sympy.I)

        # The innermost first: Abs(re(b)) has two of them.
        while found := [
            part
            for part in expression.atoms(*touched)
            if part.args[0].free_symbols & set(self.modes) and not part.args[0].atoms(*touched)
        ]:
            expression = expression.xreplace({part: holomorphic(part) for part in found})
        starred = {sympy.conjugate(b): s for b, s in self._swap.items()}
        return expression.xreplace(starred)

    def conjugate(self, expression: Any) -> Any:
        """The complex conjugate of an expression that this object has made."""
        back = {s: sympy.conjugate(b) for b, s in self._swap.items()}
        return self(sympy.conjugate(expression.xreplace(back)))


def derived(
    modes: Sequence[sympy.Symbol],
    hamiltonian: Any,
    jumps: Sequence[tuple[Any, Any]],
    frozen: Mapping[sympy.Symbol, Any],
    extra_drift: Sequence[Any] | None = None,
    diffusion: Any = None,
) -> Equations:
    """Equations of motion and fluctuations from the symbols of H and L_k.

    With d. = derivative with respect to beta*, and frozen quantities constant,
    ``d beta_j/dt = -i d_j H + sum_k (L_k* d_j L_k - L_k d_j L_k*)/2 + extra_j``; the noise of
    channel k on mode j is ``u b_in - v b_in^dag``, ``u = d_j L_k*``, ``v = d_j L_k``.
    """
    w = Wirtinger(modes)
    H = w(hamiltonian)
    require_real(H, w, frozen)
    for symbol, value in frozen.items():
        if symbol.is_real:
            require_real(w(value), w, frozen, f"`frozen[{symbol}]`")
    couplings = [(w(L), w(occupation)) for L, occupation in jumps]
    conjugated = [w.conjugate(L) for L, _ in couplings]
    drift = []
    for j, s in enumerate(w.conjugates):
        rate = -sympy.I * H.diff(s)
        for (L, _), Ls in zip(couplings, conjugated, strict=True):
            rate += (Ls * L.diff(s) - L * Ls.diff(s)) / 2
        drift.append(rate if extra_drift is None else rate + w(extra_drift[j]))
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
    return Equations(
        w.modes,
        w.conjugates,
        drift,
        normal,
        anomalous,
        channels,
        noise,
        [(symbol, w(value)) for symbol, value in ordered(frozen).items()],
    )


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
    """Raise unless an expression is real, at random points with 40 digits.

    The symbol of a Hermitian operator is real.
    """
    difference = H - w.conjugate(H)
    if difference == 0:
        return
    defined = {s: w(value) for s, value in ordered(frozen).items()}
    for symbol in reversed(defined):
        difference, H = (x.subs(symbol, defined[symbol]) for x in (difference, H))
    rng = np.random.default_rng(0)
    partner = dict(zip(w.modes, w.conjugates, strict=True))
    for _ in range(SAMPLES):
        values: dict[Any, Any] = {}
        for b, s in partner.items():
            z = sympy.Float(rng.normal(), 40) + sympy.I * sympy.Float(rng.normal(), 40)
            values[b], values[s] = z, sympy.conjugate(z)
        for symbol in sorted((H.free_symbols | difference.free_symbols) - set(values), key=str):
            values[symbol] = sympy.Float(rng.uniform(0.5, 1.5), 40)
        excess = complex(difference.evalf(40, subs=values)) / 2
        size = abs(complex(H.evalf(40, subs=values)))
        if not abs(excess) <= ROUNDING * max(size, 1.0):
            raise NonHermitianError(
                f"Argument {name} must be real, but has the imaginary part "
                f"{excess.imag:.6g} at {point_text(w.modes, values)}. Add the conjugate (+ h.c.), "
                "and declare parameters with real=True."
            )


def point_text(modes: Sequence[sympy.Symbol], values: Mapping[Any, Any]) -> str:
    """The amplitudes of a point, for messages."""
    return ", ".join(f"{b} = {complex(values[b]):.3g}" for b in modes)
