"""Pictures of a Husimi or Wigner function: of a spin on its sphere, of a mode in its plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from array_api_compat import array_namespace

from quantsync.arrays import to_numpy
from quantsync.checks import SQUARABLE, real_number
from quantsync.errors import InvalidArgumentError
from quantsync.measures._reduction import as_complex, reduced
from quantsync.measures.husimi import husimi
from quantsync.measures.wigner import wigner
from quantsync.operators import Space, Spin
from quantsync.plotting import DIVERGING, SEQUENTIAL, axes_or_new, map_panel, sphere_panel
from quantsync.states import of_states

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POLAR, AROUND = 61, 121  # points on the sphere
ACROSS = 121  # points along each axis of the plane
ELEVATION = 0.45  # from which the reader looks, in radians above the equator
OUTSIDE = 1e-3  # population of a mode that a picture may leave out
MARGIN = 2.0  # in |alpha|, around what is left; the vacuum has a width of 1/2


@of_states
def plot_husimi(
    rho: Any,
    space: Space,
    site: str | None = None,
    axes: Any = None,
    azimuth: float = 0.0,
    radius: float | None = None,
) -> Axes:
    """Draw the Husimi function of a spin on its sphere, or of a mode in its plane.

    Parameters
    ----------
    rho : state object or array of shape (n, n)
        One density matrix.
    space : Space
        The space of dimension n; left out for a state object.
    site : str, optional
        Which spin or mode; needed where there are several sites.
    axes : matplotlib.axes.Axes, optional
        Where to draw; in a new figure by default.
    azimuth : float, default 0
        Of a spin: the phase phi that faces the reader, in radians; phi grows to the right.
    radius : float, optional
        Of a mode: how far the picture goes along Re alpha and Im alpha; by default as far as the
        state does, 99.9 % of it.

    Returns
    -------
    matplotlib.axes.Axes
        With the function, as `husimi` has it, in colours from 0 to its maximum.

    Raises
    ------
    InvalidArgumentError
        If this is a batch, there are several sites and none is named, or an argument is something
        else, or belongs to the other kind of site.
    DimensionError, InvalidStateError, NonFiniteError, UnknownNameError
        As `husimi`.

    Warns
    -----
    TruncationWarning
        As `husimi`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1))
    >>> qs.measures.plot_husimi(np.diag([0.0, 1.0, 0.0]), space).get_title()
    'A: Spin(1)'
    """
    return draw(husimi, rho, space, site, axes, azimuth, radius)


@of_states
def plot_wigner(
    rho: Any,
    space: Space,
    site: str | None = None,
    axes: Any = None,
    azimuth: float = 0.0,
    radius: float | None = None,
) -> Axes:
    """Draw the Wigner function of a spin on its sphere, or of a mode in its plane.

    Arguments and errors are those of `plot_husimi`.

    Returns
    -------
    matplotlib.axes.Axes
        With the function, as `wigner` has it, in colours that are white at 0, red above, and blue
        below.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(M=qs.Fock(4))
    >>> qs.measures.plot_wigner(np.diag([0.0, 1.0, 0.0, 0.0]), space).get_title()
    'M: Fock(4)'
    """
    return draw(wigner, rho, space, site, axes, azimuth, radius)


def draw(
    function: Any,
    rho: Any,
    space: Space,
    site: Any,
    axes: Any,
    azimuth: Any = 0.0,
    radius: Any = None,
    bar: bool = True,
) -> Axes:
    """A picture of a function that is called `husimi` or `wigner`, with a bar of its colours."""
    signed = function is wigner
    azimuth = real_number(azimuth, "azimuth")
    if radius is not None:
        radius = real_number(radius, "radius", above=0, at_most=SQUARABLE)
    if rho.ndim > 2:
        index = ", ".join("0" * (rho.ndim - 2))
        raise InvalidArgumentError(
            f"A picture is of one state, but this is a batch of shape {rho.shape[:-2]}; pick one, "
            f"as in plot_{function.__name__}(state[{index}])."
        )
    if site is None and len(space) > 1:
        raise InvalidArgumentError(
            f"A picture shows one site, but there are {', '.join(space.names)}; name one with "
            "site=."
        )
    name = space.names[0] if site is None else site
    kind = space.site(name)
    symbol = "W" if signed else "Q"
    if not isinstance(kind, Spin):
        if azimuth:
            raise InvalidArgumentError(
                f"Argument `azimuth` must be left out for a mode, and site {name!r} is a {kind}."
            )
        reach = reach_of(rho, space, name) if radius is None else radius
        line = np.linspace(-reach, reach, ACROSS)
        values = to_numpy(function(rho, space, alpha=line + 1j * line[:, None], site=name))
        axes = axes_or_new(axes)
        top = float(np.abs(values).max())
        colours, least = (DIVERGING, -top) if signed else (SEQUENTIAL, 0.0)
        label = rf"${symbol}(\alpha)$" if bar else None
        map_panel(axes, line, line, values, label, colours, least, top)
        axes.set(xlabel=r"Re $\alpha$", ylabel=r"Im $\alpha$", title=f"{name}: {kind}")
        axes.set_aspect("equal")
        return axes
    if radius is not None:
        raise InvalidArgumentError(
            f"Argument `radius` must be left out for a spin, and site {name!r} is a {kind}."
        )
    theta, phi = np.linspace(0, np.pi, POLAR), np.linspace(-np.pi, np.pi, AROUND)
    values = to_numpy(function(rho, space, theta[:, None], phi, site=name))
    axes = axes_or_new(axes)
    top = float(np.abs(values).max())
    image = sphere_panel(axes, theta, phi, values, top, ELEVATION, azimuth, signed=signed)
    if bar:
        scale = axes.figure.colorbar(image, ax=axes, pad=0.1, shrink=0.8)
        scale.set_label(r"$W(\theta, \varphi)$" if signed else "$Q$ (sr$^{-1}$)")
    axes.set_title(f"{name}: {kind}")
    here = azimuth / np.pi
    for x, y, turn, place in (
        (0.0, -np.sin(ELEVATION), 0.0, "top"),
        (1.05, 0.0, 0.5, "left"),
        (-1.05, 0.0, -0.5, "right"),
    ):
        text = rf"${(here + turn + 1) % 2 - 1:.2g}\,\pi$".replace(r"$0\,\pi$", "$0$")
        if place == "top":
            colour = "black" if signed else "white"
            axes.text(x + 0.05, y - 0.03, text, color=colour, va="top", fontsize="small")
        else:
            axes.text(x, y, text, ha=place, va="center", fontsize="small")
    axes.set_xlim(-1.6, 1.6)
    return axes


def reach_of(rho: Any, space: Space, name: str) -> float:
    """How far out in |alpha| a mode is, but for little of it."""
    local = as_complex(reduced(rho, space, name))
    levels = np.cumsum(np.real(to_numpy(array_namespace(local).linalg.diagonal(local))))
    return float(np.sqrt(np.searchsorted(levels, levels[-1] * (1 - OUTSIDE)))) + MARGIN
