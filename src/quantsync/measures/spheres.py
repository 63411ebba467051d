"""The picture of a spin: its Husimi function on the sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync.arrays import to_numpy
from quantsync.checks import real_number
from quantsync.errors import InvalidArgumentError
from quantsync.measures.husimi import husimi
from quantsync.operators import Space
from quantsync.plotting import axes_or_new, sphere_panel
from quantsync.states import of_states

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POLAR, AROUND = 61, 121  # points on the sphere
ELEVATION = 0.45  # from which the reader looks, in radians above the equator


@of_states
def plot_husimi(
    rho: Any, space: Space, site: str | None = None, axes: Any = None, azimuth: float = 0.0
) -> Axes:
    """Draw the Husimi function of a spin on its sphere.

    Parameters
    ----------
    rho : state object or array of shape (n, n)
        One density matrix.
    space : Space
        The space of dimension n; left out for a state object.
    site : str, optional
        Which spin; needed where there are several sites.
    axes : matplotlib.axes.Axes, optional
        Where to draw; in a new figure by default.
    azimuth : float, default 0
        The phase phi that faces the reader, in radians; phi grows to the right.

    Returns
    -------
    matplotlib.axes.Axes
        With the function per steradian in colours from 0 to its maximum.

    Raises
    ------
    InvalidArgumentError
        If this is a batch, there are several sites and none is named, the site is a mode, or an
        argument is something else.
    DimensionError, InvalidStateError, NonFiniteError, UnknownNameError
        As `husimi`.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> space = qs.Space(A=qs.Spin(1))
    >>> qs.measures.plot_husimi(np.diag([0.0, 1.0, 0.0]), space).get_title()
    'A: Spin(1)'
    """
    azimuth = real_number(azimuth, "azimuth")
    if rho.ndim > 2:
        index = ", ".join("0" * (rho.ndim - 2))
        raise InvalidArgumentError(
            f"A picture is of one state, but this is a batch of shape {rho.shape[:-2]}; pick one, "
            f"as in plot_husimi(state[{index}])."
        )
    if site is None and len(space) > 1:
        raise InvalidArgumentError(
            f"A sphere shows one spin, but there are {', '.join(space.names)}; name one with site=."
        )
    theta, phi = np.linspace(0, np.pi, POLAR), np.linspace(-np.pi, np.pi, AROUND)
    name = space.names[0] if site is None else site
    kind = space.site(name)
    values = to_numpy(husimi(rho, space, theta[:, None], phi, site=name))
    axes = axes_or_new(axes)
    top = float(values.max())
    image = sphere_panel(axes, theta, phi, values, top, ELEVATION, azimuth)
    bar = axes.figure.colorbar(image, ax=axes, pad=0.1, shrink=0.8)
    bar.set_label("$Q$ (sr$^{-1}$)")
    axes.set_title(f"{name}: {kind}")
    here = azimuth / np.pi
    for x, y, turn, place in (
        (0.0, -np.sin(ELEVATION), 0.0, "top"),
        (1.05, 0.0, 0.5, "left"),
        (-1.05, 0.0, -0.5, "right"),
    ):
        text = rf"${(here + turn + 1) % 2 - 1:.2g}\,\pi$".replace(r"$0\,\pi$", "$0$")
        if place == "top":
            axes.text(x + 0.05, y - 0.03, text, color="white", va="top", fontsize="small")
        else:
            axes.text(x, y, text, ha=place, va="center", fontsize="small")
    axes.set_xlim(-1.6, 1.6)
    return axes
