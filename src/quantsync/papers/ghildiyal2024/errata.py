"""Misprints of the paper: printed against derived formulas, at random points.

An equation is its printed form with some misprints corrected. Each is necessary if all the others
together do not make the equation agree with what is derived; they suffice if all of them do.
"""

from __future__ import annotations

import re
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
    misprints: dict[str, tuple[str, str]]  # what is printed and what is right, in TeX

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
            {
                "coupling": (
                    r"\frac{\sigma_z}{\sqrt N} (b^\dagger b - N)",
                    r"\frac{g \sigma_z}{\sqrt N} (b^\dagger b - N)",
                )
            },
        ),
        Equation(
            "Eq. (7)",
            printed.effective_hamiltonian,
            printed.substituted_hamiltonian,
            {
                "mutual": (
                    r"P_1 P_2^\dagger + \mathrm{h.c.}",
                    r"\frac{\langle\sigma_z\rangle}{X} (P_1 P_2^\dagger + \mathrm{h.c.})",
                ),
                "shift": (
                    r"+\langle\sigma_z\rangle",
                    r"+\langle\sigma_z\rangle \sum_j \tfrac{g_j}{\sqrt{N_j}} "
                    r"(b_j^\dagger b_j - N_j)",
                ),
            },
        ),
        Equation(
            "Eq. (8)",
            printed.raising,
            printed.right_raising,
            {
                "Kerr": (r"\exp[R (\ldots)]", r"\exp[-R (\ldots)]"),
                "phase": (r"\exp(-\iota\omega B t)", r"\exp(\iota\omega B t)"),
            },
        ),
        Equation(
            "Eq. (A2)",
            lambda p, choose: _langevin(p, 1, choose),
            lambda p: _coherent(p, 1),
            {"mode": (r"g_2^2 (\ldots) (\ldots) b_1", r"g_2^2 (\ldots) (\ldots) b_2")},
        ),
    ]
    noise = {"square": (r"b^2 b_{in}", r"b_{in}^\dagger b^2")}
    bracket = {
        "bracket": (
            r"\tfrac{1}{4N} \lvert\beta\rvert^2 \beta \text{ (last bracket)}",
            r"\tfrac{1}{4N} \lvert\beta\rvert^2",
        )
    }
    return [
        *((equation,) for equation in one),
        _both(("(A1), U_1", "(A2), U_2"), printed.noise, printed.right_noise, noise),
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
    "Misprints, term by term",
    "Printed against derived values at 40 random points: the error that each misprint causes "
    "where all others are corrected (typical, relative), and whether its correction makes the "
    "equation right to rounding, by itself or with those of the same equation. Each of them is "
    "necessary for that. Symbols are those of the equation's own mode; a prime marks the other "
    "one. The factors of C12 and C25 are not in this table, which is of single terms.",
    ("Where", "Printed", "Right", "Error", "Right with it"),
)
def errata_table() -> list[tuple[str, ...]]:
    """The misprints as a table."""
    rows = [
        (
            _named(m.where),
            f"${m.printed}$",
            f"${m.right}$",
            " and ".join(_percent(x) for x in m.size),
            _suffices(m),
        )
        for m in misprints()
    ]
    diagonal = "yes" if printed_diffusion_is_diagonal() else "no"
    rows.append(
        (
            "Eq. (20)",
            r"$\mathrm{diag}[V, V_1, V_2, V_2]$",
            r"$\mathrm{diag}[V_1, V_1, V_2, V_2]$",
            "$V$ is not defined",
            diagonal,
        )
    )
    rows.append(
        (
            "$F_1$, $F_2$",
            r"$(\ldots - 12A - 1)$",
            r"$\beta' (\ldots - 12A - 1)$",
            "not 0 at rest",
            "yes, for its phase",
        )
    )
    return rows


def _suffices(m: Misprint) -> str:
    if m.alone:
        return "yes"
    return "with the others" if m.together else "no"


def _named(where: str) -> str:
    """Symbols of a place in TeX."""
    return re.sub(r"\b([EU]_\d)\b", r"$\1$", where)


def printed_diffusion_is_diagonal() -> bool:
    """Whether noise U_j b_in, as printed, has D = diag[V_1, V_1, V_2, V_2]."""
    p = Points.random()
    U = printed.noise(p, 0, lambda name, printed, right: printed)[0]
    K = np.array([[U.real, -U.imag], [U.imag, U.real]])
    off = 0.0
    for phonons in (0.0, 1.5):
        # (9), symmetrised; q_in and p_in do not correlate.
        strength = (phonons + 1 + phonons) / 2
        D = strength * np.einsum("abp,cbp->acp", K, K)
        V = (U.real**2 + U.imag**2) * (phonons + 0.5)
        off = max(off, float(np.abs(D - np.eye(2)[:, :, None] * V).max()))
    return off < AGREEMENT


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
