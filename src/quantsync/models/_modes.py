"""What models of modes share: how many levels they need, and measures by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from quantsync.errors import InvalidArgumentError
from quantsync.measures.expectation import expectation
from quantsync.operators import Fock
from quantsync.system import Measure, table_of

TAIL = 1e-18  # probability that `needed_levels` leaves above the last level
FEWEST_LEVELS, MOST_LEVELS = 4, 200  # that a model takes by itself
LARGEST_STEP = 700.0  # of a logarithm
STEPS = 60  # of Newton's method, which converges monotonously from above


def mode_parameter(levels: Any, needed: Callable[[], int]) -> Fock:
    """The site of a model's parameter `levels`; None for as many as the other parameters need."""
    if levels is None:
        return Fock(needed())
    try:
        return Fock(levels)
    except InvalidArgumentError as error:
        raise InvalidArgumentError(
            str(error).replace("Argument `levels`", "Parameter `levels`")
        ) from None


def needed_levels(gain: Any, loss: Any, nonlinear: Any, push: Any = 0.0) -> int:
    """Levels that hold all members of a batch that have a steady state, `MOST_LEVELS` at most.

    ``gain`` and ``loss`` are the rates of a^dag and a, ``nonlinear`` that of a^2, and ``push`` is
    the strength of a drive.
    """
    gain, loss, nonlinear, push = (
        np.ravel(values) for values in np.broadcast_arrays(gain, loss, nonlinear, np.abs(push))
    )
    stable = (nonlinear > 0) | (loss > gain)
    if gain.size and not stable.any():
        raise InvalidArgumentError(
            f"A linear damping of {loss[0]:g} below a gain of {gain[0]:g}, without "
            "`nonlinear_damping`, leaves no steady state. Raise a damping, or give `levels` to "
            "follow the growth."
        )
    gain, loss, nonlinear, push = (v[stable] for v in (gain, loss, nonlinear, push))
    # The flows between n and n+1 balance without a drive: gain p_n = (loss + n nonlinear) p_n+1
    # + (n+2) nonlinear p_n+2, a continued fraction for the ratios p_n+1/p_n.
    ratios = np.zeros((MOST_LEVELS, len(gain)))
    for n in reversed(range(MOST_LEVELS - 1)):
        down = loss + nonlinear * (n + (n + 2) * ratios[n + 1])
        ratios[n] = np.divide(gain, down, out=np.full_like(gain, np.inf), where=down > 0)
    # Amplitudes add up: the radius of the undriven state, and by how much the drive moves it.
    moved = _radius(gain - loss, nonlinear, push) - _radius(gain - loss, nonlinear, 0 * push)
    return most_levels((np.sqrt(levels_of(ratios)) + moved) ** 2)


def levels_of(ratios: np.ndarray) -> np.ndarray:
    """Levels above which populations with the ratios p_n+1/p_n, (N, B), have less than `TAIL`."""
    with np.errstate(divide="ignore"):
        steps = np.clip(np.log(ratios), -LARGEST_STEP, LARGEST_STEP)
    logarithms = np.cumsum(np.concatenate([np.zeros_like(steps[:1]), steps]), axis=0)
    populations = np.exp(logarithms - logarithms.max(axis=0))
    tails = np.cumsum(populations[::-1], axis=0)[::-1] / populations.sum(axis=0)
    return (tails > TAIL).sum(axis=0)


def most_levels(levels: np.ndarray) -> int:
    """The largest number of levels of a batch, within bounds."""
    return int(np.clip(np.ceil(np.max(levels, initial=0)), FEWEST_LEVELS, MOST_LEVELS))


def _radius(net: np.ndarray, nonlinear: np.ndarray, push: np.ndarray) -> np.ndarray:
    """Largest amplitude r with r net/2 - nonlinear r^3 + push = 0, at resonance."""
    linear = np.divide(2 * push, -net, out=np.zeros_like(push), where=net < 0)
    k = np.where(nonlinear > 0, nonlinear, 1.0)
    r = np.sqrt(np.maximum(net, 0) / k) + np.cbrt(push / k)
    for _ in range(STEPS):
        slope = 3 * k * r**2 - net / 2
        step = np.divide(
            k * r**3 - net / 2 * r - push, slope, out=np.zeros_like(r), where=slope > 0
        )
        r = r - step
    return np.where(nonlinear > 0, r, linear)


def mode_measures(site: str, suffix: str = "", of: str = "the mode") -> dict[str, Measure]:
    """Named measures of one mode: quanta, amplitude, and what is made of them."""

    def quanta(state: Any) -> Any:
        return expectation(state, state.space[site].number).real

    def amplitude(state: Any) -> Any:
        return abs(expectation(state, state.space[site].destroy))

    def ratio(state: Any) -> Any:
        return quotient(amplitude(state), np.sqrt(np.maximum(quanta(state), 0)))

    def g2(state: Any) -> Any:
        a, b = state.space[site].destroy, state.space[site].create
        return quotient(expectation(state, b @ b @ a @ a).real, quanta(state) ** 2)

    return table_of(
        Measure(f"quanta{suffix}", f"mean number of quanta of {of}", "1", quanta),
        Measure(f"amplitude{suffix}", f"|<a>| of {of}", "1", amplitude),
        Measure(
            f"amplitude_over_sqrt_quanta{suffix}",
            f"|<a>|/sqrt(<n>) of {of}, 1 for a coherent state; undefined in the vacuum",
            "1",
            ratio,
            may_be_undefined=True,
        ),
        Measure(
            f"g2{suffix}",
            f"<a^dag a^dag a a>/<n>^2 of {of}; undefined in the vacuum",
            "1",
            g2,
            may_be_undefined=True,
        ),
    )


def quotient(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """A quotient, NaN where the denominator is 0."""
    below = np.asarray(below)
    return np.divide(above, below, out=np.full_like(below, np.nan), where=below != 0)
