"""How well the numbers of this paper's claims are known, in words."""

from __future__ import annotations

NUMERICAL = "numerical, $10^{-12}$"
"""Linear algebra of matrices that are known exactly."""
EXACT_COUNT = "none: a count"


def sampling(samples: int, seed: int, what: str = "standard errors") -> str:
    """A random sample and its seed."""
    return f"{what} of {samples} samples, seed {seed}"


def measured(value: float, error: float, digits: int | None = None, power: int = 0) -> str:
    """A value and its standard error in TeX, to one digit of the error unless told otherwise."""
    value, error = value / 10.0**power, error / 10.0**power
    if error == 0:
        return f"${value:.3g}$" if power == 0 else rf"${value:.3g} \times 10^{{{power}}}$"
    if digits is None:
        digits = 0
        while round(error, digits) < 1.5 * 10.0**-digits and digits < 12:
            digits += 1
    both = rf"{value:.{digits}f} \pm {error:.{digits}f}"
    return f"${both}$" if power == 0 else rf"$({both}) \times 10^{{{power}}}$"
