"""Misprints of the paper: printed against derived formulas, at random points.

An equation is its printed form with some misprints corrected. Each is necessary if all the others
together do not make the equation agree with what is derived; they suffice if all of them do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import numpy as np

from quantsync.models.pseudo_boson_pair.symbols import pseudo_boson_model
from quantsync.papers.ghildiyal2024 import langevin, printed
from quantsync.papers.ghildiyal2024.points import Points
from quantsync.papers.ghildiyal2024.printed_fluctuations import COEFFICIENTS, MISPRINTS, Choice
from quantsync.papers.paper import table

AGREEMENT = 1e-13
"""Largest relative difference that is called rounding."""
Formula = Callable[[Points, Choice], np.ndarray]


@dataclass(frozen=True, eq=False)
class Equation:
    """A formula as printed, what it should be, and the misprints that lie between."""

    where: str
    printed: Formula  # (..., P) from P points and the choice of what to correct
    derived: Callable[[Points], np.ndarray]
    misprints: dict[str, tuple[str, str]]  # what is printed and what is right

    def difference(self, p: Points, corrected: Iterable[str]) -> np.ndarray:
        """Distance of printed from derived values, relative, shape (P,)."""
        chosen = set(corrected)

        def choose(name: str, printed: Any, right: Any) -> Any:
            return right if name in chosen else printed

        want = self.derived(p)
        off = np.abs(self.printed(p, choose) - want), np.abs(want)
        parts = [x.reshape(-1, x.shape[-1]) for x in off]
        return np.linalg.norm(parts[0], axis=0) / np.linalg.norm(parts[1], axis=0)


@dataclass(frozen=True)
class Misprint:
    """One misprint, measured."""

    where: str
    printed: str
    right: str
    size: tuple[float, ...]  # typical relative error in each equation of `where`, others corrected
    necessary: bool  # without this correction they do not agree with what is derived, at any point
    alone: bool  # this correction by itself makes them agree
    together: bool  # all corrections of these equations make them agree


@cache
def misprints() -> tuple[Misprint, ...]:
    """Every misprint that shows in formulas, measured at random points."""
    p = Points.random()
    return tuple(_measured(group, name, p) for group in equations() for name in group[0].misprints)


def equations() -> list[tuple[Equation, ...]]:
    """The equations that have misprints; those of both modes that are printed alike together."""
    one = [
        Equation(
            "Eq. (5)",
            printed.ising_term,
            printed.right_ising_term,
            {"coupling": ("sigma_z/sqrt(N_j) (n_j - N_j)", "g_j sigma_z/sqrt(N_j) (...)")},
        ),
        Equation(
            "Eq. (7)",
            printed.effective_hamiltonian,
            printed.substituted_hamiltonian,
            {
                "mutual": ("P_1 P_2^dag + h.c.", "<sigma_z>/X (P_1 P_2^dag + h.c.)"),
                "shift": ("<sigma_z>", "<sigma_z> sum_j g_j (n_j - N_j)/sqrt(N_j)"),
            },
        ),
        Equation(
            "Eq. (8)",
            printed.raising,
            printed.right_raising,
            {
                "Kerr": ("exp[R_j (...)]", "exp[-R_j (...)], from (6), as in (A1)"),
                "phase": ("exp(-i omega_j B_j t)", "exp(i omega_j B_j t), from (6)"),
            },
        ),
        Equation(
            "Eq. (A2)",
            lambda p, choose: _langevin(p, 1, choose),
            lambda p: _coherent(p, 1),
            {"mode": ("g_2^2 (...) (...) b_1", "g_2^2 (...) (...) b_2")},
        ),
    ]
    noise = {"square": ("b^2 b_in", "b_in^dag b^2")}
    bracket = {"bracket": ("|b|^2 b/4N in the last bracket", "|b|^2/4N")}
    return [
        *((equation,) for equation in one),
        _both(("(A1) and U_1", "(A2) and U_2"), printed.noise, printed.right_noise, noise),
        _both(("Eq. (B1)", "Eq. (B2)"), printed.mean_field, lambda p, j: _drift(p)[j], bracket),
        *(
            _both(names, formula, lambda p, j, n=names: _fluctuations(p)[n[j]], MISPRINTS[names])
            for names, formula in COEFFICIENTS.items()
        ),
    ]


def _both(
    names: tuple[str, str], formula: Any, derived: Any, misprints: dict[str, tuple[str, str]]
) -> tuple[Equation, ...]:
    return tuple(
        Equation(
            name,
            lambda p, choose, j=j: formula(p, j, choose),
            lambda p, j=j: derived(p, j),
            misprints,
        )
        for j, name in enumerate(names)
    )


@table(
    "Misprints",
    "Printed against derived values at random points: the error that each misprint causes "
    "where all others are corrected (typical, relative), whether its correction makes the "
    "equation right by itself, and whether all corrections of that equation do. Each is "
    "necessary for that. Symbols are those of the equation's own mode; a prime marks the "
    "other one.",
    ("Where", "Printed", "Right", "Error", "Alone sufficient", "Together"),
)
def errata_table() -> list[tuple[str, ...]]:
    """The misprints as a table."""
    rows = []
    for m in misprints():
        verdict = "yes" if m.alone else "no"
        whole = "to rounding" if m.together else "no"
        size = " and ".join(_percent(x) for x in m.size)
        rows.append((m.where, m.printed, m.right, size, verdict, whole))
    rows.append(
        (
            "Eq. (20)",
            "diag[V, V_1, V_2, V_2]",
            "diag[V_1, V_1, V_2, V_2]",
            "V is not defined",
            "yes",
            "to rounding" if printed_diffusion_is_diagonal() else "no",
        )
    )
    return rows


def printed_diffusion_is_diagonal() -> bool:
    """Whether noise U_j b_in, as printed, has D = diag[V_1, V_1, V_2, V_2]."""
    p = Points.random()
    U = printed.noise(p, 0, lambda name, printed, right: printed)[0]
    K = np.array([[U.real, -U.imag], [U.imag, U.real]])
    D = np.einsum("abp,cbp->acp", K, K) / 2
    V = (U.real**2 + U.imag**2) / 2
    return bool(np.abs(D - np.eye(2)[:, :, None] * V).max() < AGREEMENT)


def _measured(group: tuple[Equation, ...], name: str, p: Points) -> Misprint:
    # What is printed in one of two equations only is no misprint of the other.
    touched = [
        e for e in group if e.difference(p, set(e.misprints) - {name}).max() > AGREEMENT
    ] or [group[0]]
    others = [e.difference(p, set(e.misprints) - {name}) for e in touched]
    return Misprint(
        ", ".join(e.where for e in touched),
        *group[0].misprints[name],
        tuple(float(np.median(x)) for x in others),
        all(bool((x > 1e3 * AGREEMENT).all()) for x in others),
        all(bool((e.difference(p, {name}) < AGREEMENT).all()) for e in touched),
        all(bool((e.difference(p, e.misprints) < AGREEMENT).all()) for e in touched),
    )


def _percent(x: float) -> str:
    return f"{100 * x:.2g} %" if x < 0.995 else f"{x:.1f} times"


def _langevin(p: Points, j: int, choose: Choice) -> np.ndarray:
    values = langevin.coherent(langevin.Modes.numbers(p), langevin.Coupling.at(p), j, choose)
    return values[:, 0, 0]


def _coherent(p: Points, j: int) -> np.ndarray:
    """The drift of the corrected equations without the frame and the damping."""
    undamped = replace(p, gamma_l=0 * p.gamma_l, gamma_nl=0 * p.gamma_nl)
    return _drift(undamped)[j] - (-1) ** j * 1j * p.theta * p.beta[j]


@lru_cache(maxsize=4)
def _drift(p: Points) -> np.ndarray:
    """From the Hamiltonian, and the printed damping: shape (2, P)."""
    return pseudo_boson_model("corrected").drift(p.beta.T, p.time, p.parameters()).T


@lru_cache(maxsize=4)
def _fluctuations(p: Points) -> dict[str, np.ndarray]:
    """E_1 to E_8 as derivatives of the corrected mean field at constant X."""
    E, F = pseudo_boson_model("corrected").normal_and_anomalous(p.beta.T, p.time, p.parameters())
    return {
        "E_1": E[:, 0, 0], "E_2": F[:, 0, 0], "E_3": E[:, 0, 1], "E_4": F[:, 0, 1],
        "E_5": E[:, 1, 0], "E_6": F[:, 1, 0], "E_7": E[:, 1, 1], "E_8": F[:, 1, 1],
    }  # fmt: skip
