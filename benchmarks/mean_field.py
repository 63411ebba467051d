"""Mean field with covariance of two pseudo-bosonic spin chains (Ghildiyal et al., 2408.06126).

One trajectory to t = 1e4, against compiled ODE solvers as a user would set them up:

1. LSODA (`scipy.integrate.odeint`) on a right-hand side compiled with numba, at rtol 1e-9.
2. DOP853 (`scipy.integrate.solve_ivp`) on the same right-hand side.

Then a map of 64 x 64 parameters in one call, against a loop over `solve_ivp`, some points of it,
scaled; with the compiled right-hand side and with one that runs in Python.

The right-hand sides are made from the same symbols by `sympy.lambdify`. All run in this process,
one after the other; answers are compared before any ratio is printed.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import scipy
import sympy
from common import agree, timed
from scipy.integrate import odeint, solve_ivp

import quantsync as qs
from quantsync.models import pseudo_boson_pair
from quantsync.models.pseudo_boson_pair.symbols import pseudo_boson_model

LATE, SHORT = 1e4, 100.0
FIXED = {"weight": 0.2, "q1": 1.0, "p1": 0.0, "q2": 0.5, "p2": 0.3}
VARIANTS = ("lab", "consistent")
TOLERANCES = ((1e-9, 1e-12), (1e-12, 1e-15))
SIZE, MEASURED = 64, 8
AXES = {"coupling_1": np.linspace(0.5, 2.5, SIZE), "weight": np.linspace(0.0, 0.4, SIZE)}


def start() -> np.ndarray:
    """q1, p1, q2, p2 as Re and Im of beta, and the vacuum's covariance, row by row."""
    means = np.array([FIXED[name] for name in ("q1", "p1", "q2", "p2")]) / np.sqrt(2)
    return np.concatenate([means, np.eye(4).ravel() / 2])


def right_hand_side(
    variant: str, compiled: bool = True
) -> tuple[Callable[..., Any], list[str], dict[str, float]]:
    """``f(t, y, parameters)`` for the state of `start`; names and defaults of its parameters."""
    model = pseudo_boson_model(variant)
    eq = model.equations
    (central, value), *_ = eq.frozen
    u = [pair for pairs, _ in eq.channels for pair in pairs]
    blocks = [x for block in (eq.normal, eq.anomalous) for row in block for x in row]
    wanted = [*eq.drift, *blocks, *(x for p in u for x in p)]
    occupations = [occupation for _, occupation in eq.channels]
    arguments = [*eq.modes, *eq.conjugates, sympy.Symbol("t", real=True), *model.parameters]
    expressions = [sympy.sympify(x).subs(central, value) for x in [*wanted, *occupations]]
    numbers = sympy.lambdify(arguments, expressions, modules="numpy", cse=True)
    names = [s.name for s in model.parameters]
    wrap = numba.njit(error_model="numpy") if compiled else lambda f: f
    inner = wrap(numbers)
    count, places = len(eq.channels), range(2)
    spread = ", ".join(f"p[{k}]" for k in range(len(names)))
    source = f"""
def rate(t, y, p):
    b1, b2 = complex(y[0], y[1]), complex(y[2], y[3])
    x = inner(b1, b2, b1.conjugate(), b2.conjugate(), t, {spread})
    out = np.empty(20)
    out[0], out[1], out[2], out[3] = x[0].real, x[0].imag, x[1].real, x[1].imag
    M, D, C = np.zeros((4, 4)), np.zeros((4, 4)), y[4:].reshape(4, 4)
    e = (({"), (".join(", ".join(f"x[{2 + 2 * i + j}]" for j in places) for i in places)}))
    f = (({"), (".join(", ".join(f"x[{6 + 2 * i + j}]" for j in places) for i in places)}))
    for i in range(2):
        for j in range(2):
            plus, minus = e[i][j] + f[i][j], e[i][j] - f[i][j]
            M[2 * i, 2 * j], M[2 * i, 2 * j + 1] = plus.real, -minus.imag
            M[2 * i + 1, 2 * j], M[2 * i + 1, 2 * j + 1] = plus.imag, minus.real
"""
    for k in range(count):
        for i in places:
            for j in places:
                one, two = (f"x[{10 + 4 * k + 2 * m}]" for m in (i, j))
                first, second = (f"x[{11 + 4 * k + 2 * m}]" for m in (i, j))
                source += f"    add(D, {i}, {j}, {one}, {first}, {two}, {second}, "
                source += f"x[{10 + 4 * count + k}])\n"
    source += """
    rate = M @ C
    rate = rate + rate.T + D
    out[4:] = rate.ravel()
    return out
"""
    namespace: dict[str, Any] = {"np": np, "inner": inner, "add": wrap(_add)}
    exec(source, namespace)
    defaults = {name: float(number) for name, number in model.defaults.items()}
    return wrap(namespace["rate"]), names, defaults


def _add(D, i, j, u, v, w, z, occupation):
    """(nbar + 1/2) K_i K_j^T of one channel."""
    h = complex(occupation).real + 0.5
    u, v, w, z = complex(u), complex(v), complex(w), complex(z)
    a, b, c, d = (u - v).real, -(u + v).imag, (u - v).imag, (u + v).real
    k, m, n, o = (w - z).real, -(w + z).imag, (w - z).imag, (w + z).real
    D[2 * i, 2 * j] += h * (a * k + b * m)
    D[2 * i, 2 * j + 1] += h * (a * n + b * o)
    D[2 * i + 1, 2 * j] += h * (c * k + d * m)
    D[2 * i + 1, 2 * j + 1] += h * (c * n + d * o)


def values(names: list[str], defaults: dict[str, float], **given: Any) -> np.ndarray:
    """Parameters in the order of a right-hand side."""
    chosen = defaults | {k: v for k, v in (FIXED | given).items() if k in names}
    return np.array([chosen[name] for name in names])


def trajectory(variant: str) -> None:
    """One trajectory with its covariance to t = 1e4."""
    rate, names, defaults = right_hand_side(variant)
    p = values(names, defaults)
    y = start()
    rate(0.0, y, p)
    pair = pseudo_boson_pair(variant, time=LATE, **FIXED)
    pair.evolve([LATE])  # derives, compiles
    print(f"{variant}: one trajectory with covariance to t = {LATE:g}")
    for rtol, atol in TOLERANCES:
        lsoda_s, lsoda = timed(
            lambda r=rtol, a=atol: odeint(
                rate, y, [0.0, LATE], (p,), tfirst=True, rtol=r, atol=a, mxstep=10**7
            )[-1],
            repeats=3,
        )
        dop_s, dop = timed(
            lambda r=rtol, a=atol: solve_ivp(
                rate, (0.0, LATE), y, "DOP853", args=(p,), rtol=r, atol=a
            ).y[:, -1]
        )
        ours_s, path = timed(lambda r=rtol: pair.evolve([LATE], tolerance=r), repeats=3)
        ours = np.concatenate([path.mean[0] / np.sqrt(2), path.covariance[0].ravel()])
        print(f"  rtol {rtol:g}")
        agree("DOP853", ours[None], dop[None], 1e3 * rtol)
        agree("LSODA", ours[None], lsoda[None], 1e5 * rtol)
        print(f"  LSODA, numba {lsoda_s:8.3f} s, DOP853, numba {dop_s:8.3f} s")
        print(
            f"  quantsync    {ours_s:8.3f} s, {ours_s / min(lsoda_s, dop_s):.2f} of the faster of "
            "the two"
        )


def map_of_parameters() -> None:
    """64 x 64 parameters in one call."""
    fixed = {name: value for name, value in FIXED.items() if name not in AXES}

    def ours() -> Any:
        return qs.sweep("pseudo_boson_pair", AXES, ["S_q", "nu_min"], fixed | {"time": SHORT})

    first_s, _ = timed(ours)
    ours_s, found = timed(ours, repeats=2)
    rng = np.random.default_rng(0)
    places = rng.integers(SIZE, size=(MEASURED, 2))
    print(f"map of {SIZE} x {SIZE} parameters, t = {SHORT:g} (loops: {MEASURED} points, scaled)")
    for compiled in (False, True):
        rate, names, defaults = right_hand_side("lab", compiled)
        rate(0.0, start(), values(names, defaults))

        def loop(rate: Any = rate, names: Any = names, defaults: Any = defaults) -> np.ndarray:
            result = []
            for i, j in places:
                given = {
                    name: axis[k] for (name, axis), k in zip(AXES.items(), (i, j), strict=True)
                }
                p = values(names, defaults, **given)
                y = solve_ivp(
                    rate, (0.0, SHORT), start(), "DOP853", args=(p,), rtol=1e-12, atol=1e-15
                ).y[4:, -1]
                C = y.reshape(4, 4)
                result.append(2 / (np.trace(C) - 2 * C[0, 2] - 2 * C[1, 3]))
            return np.array(result)

        loop_s, theirs = timed(loop)
        loop_s *= SIZE**2 / MEASURED
        agree("solve_ivp", found.S_q.values[tuple(places.T)], theirs, 1e-9)
        kind = "compiled" if compiled else "in Python"
        print(f"  loop over solve_ivp, {kind:9} {loop_s:9.1f} s, ratio {loop_s / ours_s:.0f}")
    print(f"  quantsync {ours_s:20.2f} s; the first time, when it compiles, {first_s:.1f}")


def main() -> None:
    """Run all and print the ratios."""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, SciPy {scipy.__version__}, numba {numba.__version__}"
    )
    for variant in VARIANTS:
        trajectory(variant)
    map_of_parameters()


if __name__ == "__main__":
    main()
