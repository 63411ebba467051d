"""The populations of the levels of a spin or a mode, as bars."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync.arrays import to_numpy
from quantsync.errors import InvalidArgumentError
from quantsync.measures._reduction import as_complex, reduced
from quantsync.operators import Fock, Space
from quantsync.plotting import COLOURS, axes_or_new
from quantsync.states import of_states

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SEEN = 5e-4  # population of a level of a mode that a picture still shows, and what is above it
MOST_TICKS = 9
HALVES = {Fraction(1, 2): "½", Fraction(-1, 2): "−½"}


@of_states
def plot_populations(rho: Any, space: Space, site: str | None = None, axes: Any = None) -> Axes:
    """Draw the populations of the levels of a site as bars: over m of a spin, over n of a mode.

    Parameters
    ----------
    rho : state object or array of shape (n, n)
        One density matrix.
    space : Space
        The space of dimension n; left out for a state object.
    site : str, optional
        Which site, whose reduced state is meant; needed where there are several.
    axes : matplotlib.axes.Axes, optional
        Where to draw; in a new figure by default. A second state on the same axes is drawn as
        outlines.

    Returns
    -------
    matplotlib.axes.Axes
        Levels of a mode from which on all together hold less than 0.0005 are left out.

    Raises
    ------
    InvalidArgumentError
        If this is a batch, there are several sites and none is named, or ``axes`` is something
        else.
    DimensionError, InvalidStateError, NonFiniteError, UnknownNameError
        As `phase_distribution`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> axes = qs.measures.plot_populations(np.diag([0.2, 0.5, 0.3]), qs.Space(A=qs.Spin(1)))
    >>> axes.get_xlabel(), [round(float(bar.get_height()), 2) for bar in axes.patches]
    ('$m$', [0.3, 0.5, 0.2])
    """
    if rho.ndim > 2:
        index = ", ".join("0" * (rho.ndim - 2))
        raise InvalidArgumentError(
            f"A picture is of one state, but this is a batch of shape {rho.shape[:-2]}; pick one, "
            f"as in plot_populations(state[{index}])."
        )
    if site is None and len(space) > 1:
        raise InvalidArgumentError(
            f"A picture shows one site, but there are {', '.join(space.names)}; name one with "
            "site=."
        )
    name = space.names[0] if site is None else site
    kind = space.site(name)
    held = np.real(np.diagonal(to_numpy(as_complex(reduced(rho, space, name)))))
    labels, is_mode = kind.labels, isinstance(kind, Fock)
    order = np.argsort(labels)
    labels, held = labels[order], held[order]
    if is_mode:
        above = np.cumsum(held[::-1])[::-1]  # of every level and all those above it
        shown = max(2, int(np.count_nonzero(above >= SEEN)))
        labels, held = labels[:shown], held[:shown]
    axes = axes_or_new(axes)
    earlier = len(axes.containers)
    colour = COLOURS[earlier % len(COLOURS)]
    look: Any = {"color": colour} if not earlier else {"facecolor": "none", "edgecolor": colour}
    axes.bar(labels, held, width=0.8 if not earlier else 0.6, linewidth=1.2, **look)
    _ticks(axes, labels, [bar.get_x() + bar.get_width() / 2 for bar in axes.patches])
    axes.set_xlabel("$n$" if is_mode else "$m$")
    axes.set_ylabel("population")
    axes.set_title(f"{name}: {kind}")
    axes.set_ylim(bottom=0, auto=None)
    return axes


def _ticks(axes: Axes, labels: np.ndarray, bars: list[float]) -> None:
    """Ticks at the levels of all bars, or at some of many."""
    shown = np.arange(labels[0], max(bars) + 0.5)
    every = -(-len(shown) // MOST_TICKS)
    axes.set_xticks(shown[::every], [_written(m) for m in shown[::every]])


def _written(label: float) -> str:
    """A quantum number: whole or half."""
    number = Fraction(float(label))
    if number in HALVES:
        return HALVES[number]
    return str(number).replace("-", "−")
