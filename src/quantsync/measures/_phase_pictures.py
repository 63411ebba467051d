"""What a phase distribution shows in a notebook, and how it is drawn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync import html
from quantsync.arrays import to_numpy
from quantsync.checks import flag
from quantsync.errors import InvalidArgumentError
from quantsync.measures._trigonometric import POINTS_A_PERIOD
from quantsync.plotting import (
    DIVERGING,
    SEQUENTIAL,
    axes_or_new,
    map_panel,
    next_colour,
    phase_axis,
    phase_text,
    require_one,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from quantsync.measures.phase import PhaseDistribution

MOST_LOOKED_AT = 1 << 22  # numbers behind the maxima that are found only to be shown
CURVE, MAP = 720, 181  # points of a picture along a phase
ROUNDING = 1e-12  # what is less below zero is not negative
KINDS = {"husimi": "Husimi", "phase_states": "phase states", "wigner": "Wigner"}


def shown(distribution: PhaseDistribution) -> str:
    """The distribution as HTML: what its phases are, its highest peak, and a small picture."""
    shape = distribution.harmonics.shape[:-1]
    rows: dict[str, Any] = {
        "distributions": html.batch(shape, "distribution"),
        "phases": ", ".join(distribution.phases),
        **{
            f"phase of {name}": ", ".join(filter(None, [sense, distribution.kinds.get(name)]))
            for name, sense in distribution.senses.items()
        },
        "harmonics": len(distribution.orders),
    }
    pictures = []
    if _is_quick(distribution):
        height = to_numpy(distribution.maximum)
        unit = "rad⁻¹" if len(distribution.phases) == 1 else f"rad⁻{len(distribution.phases)}"
        rows["highest peak"] = f"{html.extent(height)} {unit} above uniform"
        if not shape:
            where = to_numpy(distribution.location) / math.pi
            at = ", ".join(f"{x:.4g} π".replace("-", "−") for x in where)
            rows["where"] = "nowhere: uniform" if np.isnan(where).any() else at
        elif height.size:
            pictures.append(html.batch_picture(height, "highest peak over the batch"))
    if not shape and len(distribution.phases) == 1:
        angles = 2 * np.pi * np.arange(html.POLAR_POINTS) / html.POLAR_POINTS
        density = to_numpy(distribution.density(angles))
        if density.min() < -ROUNDING:
            caption = f"density from 0 to 2π, least {density.min():.3g}".replace("-", "−")
            pictures.append(html.line_picture(density, caption))
        else:
            pictures.append(html.polar_picture(density, distribution.uniform_density))
    elif not shape and len(distribution.phases) == 2:
        grid = np.linspace(-np.pi, np.pi, html.CELLS)
        density = to_numpy(distribution.density(grid, grid[:, None]))
        pictures.append(html.map_picture(density, "density, −π to π"))
    return html.table("PhaseDistribution", rows, *pictures)


def _is_quick(distribution: PhaseDistribution) -> bool:
    """Whether the maxima are known already, or found at once."""
    degree = int(np.abs(distribution.orders).max(initial=0))
    points = (POINTS_A_PERIOD * degree) ** len(distribution.phases)
    count = math.prod(distribution.harmonics.shape[:-1])
    return "_highest" in vars(distribution) or count * points <= MOST_LOOKED_AT


def draw(distribution: PhaseDistribution, axes: Any, polar: bool) -> Axes:
    """A curve (or, in polar axes, an outline) of one phase, a map of two."""
    polar = flag(polar, "polar")
    require_one(distribution.harmonics.shape[:-1], "distribution", "distribution")
    labels = [phase_text(name) for name in distribution.phases]
    if len(labels) > 2:
        raise InvalidArgumentError(
            f"A picture shows one phase or two, but there are {len(labels)} "
            f"({', '.join(distribution.phases)}); name fewer with sites=."
        )
    from matplotlib.ticker import MaxNLocator

    kind = ", ".join(dict.fromkeys(KINDS[kind] for kind in distribution.kinds.values()))
    of_kind = kind and f", {kind}"
    if len(labels) == 2:
        if polar:
            raise InvalidArgumentError(
                "A polar picture shows one phase, but there are 2 "
                f"({', '.join(distribution.phases)}); leave `polar` out."
            )
        axes = axes_or_new(axes)
        grid = np.linspace(-np.pi, np.pi, MAP)
        density = to_numpy(distribution.density(grid, grid[:, None]))
        colours, lowest, highest = SEQUENTIAL, 0.0, density.max()
        if density.min() < -ROUNDING:
            highest = np.abs(density).max()
            colours, lowest = DIVERGING, -highest
        label = rf"$P$ (rad$^{{-2}}$){of_kind}"
        map_panel(axes, grid, grid, density, label, colours, lowest, highest)
        phase_axis(axes, f"{labels[0]} (rad)")
        phase_axis(axes, f"{labels[1]} (rad)", "y")
        return axes
    axes = axes_or_new(axes, polar=polar)
    is_polar = axes.name == "polar"
    phi = np.linspace(-np.pi, np.pi, CURVE + 1) + (np.pi if is_polar else 0.0)
    density = to_numpy(distribution.density(phi))
    uniform = np.full_like(phi, distribution.uniform_density)
    colour, earlier = next_colour(axes), [line.get_ydata() for line in axes.lines]
    if not earlier:
        axes.plot(phi, uniform, "--", color="0.5", linewidth=0.8, zorder=1)
    axes.plot(phi, density, color=colour, label=kind or None)
    least = min(float(np.min(values)) for values in [density, *earlier])
    highest = max(float(np.max(values)) for values in [density, uniform, *earlier])
    if least < -ROUNDING:
        axes.plot(phi, np.zeros_like(phi), color="0.5", linewidth=0.8, zorder=1)
    axes.set_ylim(1.05 * least if least < -ROUNDING else 0.0, 1.05 * highest)
    if not is_polar:
        phase_axis(axes, f"{labels[0]} (rad)")
        axes.set_ylabel(rf"$P$ (rad$^{{-1}}$){of_kind}")
        return axes
    axes.fill(phi, density, color=colour, alpha=0.25, linewidth=0)
    axes.set_xticks(np.arange(4) * np.pi / 2, ["0", r"$\pi/2$", r"$\pi$", r"$-\pi/2$"])
    axes.set_rlabel_position(45)
    axes.yaxis.set_major_locator(MaxNLocator(3, prune="lower"))
    axes.set_title(f"density of {labels[0]} (rad$^{{-1}}$){of_kind}", fontsize="medium")
    return axes
