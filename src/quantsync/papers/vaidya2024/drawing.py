"""Drawings of Figs. 3 to 8, 12, 14 and 15 of Vaidya et al., PRA 109, 033718 (2024)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr

from quantsync import plotting
from quantsync.papers.vaidya2024.baths import LARGEST_CROSSING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COUPLING = r"coupling $g/\Gamma$"
SITE_COLOURS = {"A": plotting.PURPLE, "B": plotting.ORANGE}
DASHES = (":", "-", "--")
Dash = Literal["-", "--", ""]
TEMPERATURE = "0.5"
"""Grey of the lines where a temperature changes sign."""
CLOSE = 0.15
"""Half the width of the inset of Fig. 7(b)."""
LARGEST_RATIO = 10.0
"""Ratios above this are white in Fig. 7(a), as in the paper."""
LINEAR = 0.01
"""Where the axis of Fig. 14 turns from linear to logarithmic."""
BATH_COLOURS = {"enhanced": plotting.PURPLE, "suppressed": plotting.ORANGE}

LIMIT = r"""Rates are in units of $\Gamma = w_j + \gamma_j$, $j = A, B$. The drive $\epsilon$ in
print is not known; unless another is asked for, everything is for $\epsilon \to 0$, per power of
$\epsilon$."""
CAPTION_3 = rf"""
The panels and their letters are the paper's; the schematics of Figs. 1 and 2 carry no numbers and
are not drawn. $w_A = 0.4$, $w_B = 0.75$, $\Delta_d = \Delta_q = 0$. {LIMIT}
(a) $\lvert\langle S^+\rangle\rvert/\epsilon$ of qubit A (purple) and B (orange). Circles:
numerical; lines: Eqs. (C3) and (C4); stars: the zero crossings $g_{{0,A}}$ and $g_{{0,B}}$; open
diamonds: the other couplings of (b).
(b) $\delta P(\varphi)/\epsilon$ of Eq. (8) for qubit A (left) and qubit B (right) before
(dotted), at (solid) and after (dashed) the zero crossing. The couplings in print are not known;
these are 0.6, 1 and 1.6 of $g_{{0,j}}$.
"""


def draw_figure_3(data: xr.Dataset) -> Figure:
    """|<S+>|/drive against the coupling, and the phase distributions around the zeros."""
    figure = plotting.new_figure(plotting.PAGE, 2.6)
    panels = figure.subplots(1, 3, width_ratios=[1.3, 1, 1])
    axes = panels[0]
    for site, colour in SITE_COLOURS.items():
        chosen = data.sel(site=site)
        _markers_on_line(axes, chosen, colour)
        _around(axes, chosen, float(chosen.zero_crossing), colour)
    handles = _keys((f"qubit ${s}$", c, "-", "") for s, c in SITE_COLOURS.items())
    handles += _keys(
        [
            ("numerical", plotting.BLACK, "", "o"),
            ("Eqs. (C3), (C4)", plotting.BLACK, "-", ""),
            (r"$g_{0,j}$", plotting.BLACK, "", "*"),
            ("others of (b)", plotting.BLACK, "", "D"),
        ]
    )
    axes.legend(handles=handles, loc="upper right")
    axes.set(xlim=(0, float(data.coupling[-1])), ylim=(0, None), xlabel=COUPLING)
    axes.locator_params(axis="y", nbins=5)
    axes.set_ylabel(r"$|\langle S^+\rangle|/\epsilon$ ($1/\Gamma$)")
    plotting.panel_label(axes, "a")
    for axes, (site, colour) in zip(panels[1:], SITE_COLOURS.items(), strict=True):
        _densities(axes, data.sel(site=site), colour, rf"g_{{0,{site}}}")
        axes.set_ylabel(rf"$\delta P_{site}(\varphi)/\epsilon$ (rad$^{{-1}}\,\Gamma^{{-1}}$)")
    _panel_half(panels[1], "b", "left")
    _panel_half(panels[2], "b", "right")
    return figure


CAPTION_4 = rf"""
The panels and their letters are the paper's. {LIMIT} $\Delta_d = \Delta_q = 0$.
(a) Zero crossing $g_{{0,A}}$ of qubit A; red, as in print: above $4\Gamma$.
(b) Zero crossing $g_{{0,B}}$ of qubit B.
In both, white means that there is no zero crossing, and the grey lines are infinite temperatures,
$w_j = \gamma_j$.
"""


def draw_figure_4(data: xr.Dataset) -> Figure:
    """Zero crossings of both qubits over the baths."""
    from matplotlib.patches import Patch

    figure = plotting.new_figure(plotting.PAGE, 3.2)
    for axes, site, panel in zip(figure.subplots(1, 2), "AB", "ab", strict=True):
        zeros = data.zero_crossing.sel(site=site)
        plotting.map_panel(
            axes,
            data.gain_b.values,
            data.gain_a.values,
            zeros.values,
            rf"$g_{{0,{site}}}/\Gamma$",
            vmin=0.0,
            vmax=LARGEST_CROSSING if site == "A" else None,
            over="red" if site == "A" else None,
        )
        _bath_axes(axes)
        plotting.panel_label(axes, panel)
    handles = [
        Patch(facecolor="red", label=rf"$g_{{0,A}} > {LARGEST_CROSSING:g}\,\Gamma$"),
        Patch(facecolor="white", edgecolor=plotting.BLACK, linewidth=0.5, label="no zero crossing"),
        *_keys([(r"$w_j = \gamma_j$", TEMPERATURE, "-", "")]),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


CAPTION_5 = rf"""
The panels and their letters are the paper's. $w_A = 0.25$, $w_B = 0.75$. The drive detuning of (a)
and (b) is not printed; here $\Delta_d = \Gamma$. {LIMIT}
(a) $\lvert\langle S_A^+\rangle\rvert/\epsilon$ for $\Delta_q = 0$ (purple) and for the
$\Delta_q$ that restores the zero crossing (orange). Circles: numerical; lines: Eqs. (C3) and (C4);
star: the restored zero crossing $g_{{0,A}}$; open diamonds: the other couplings of (b).
(b) $\delta P(\varphi)/\epsilon$ of qubit A for $\Delta_q = 0$ (left) and for the restoring
$\Delta_q$ (right) before (dotted), at (solid) and after (dashed) the restored zero crossing. The
couplings in print are not known; these are 0.6, 1 and 1.6 of $g_{{0,A}}$.
(c) Restored zero crossing (purple, left axis) and the detuning $\Delta_q$ that restores it
(green dashed, right axis).
"""


def draw_figure_5(data: xr.Dataset) -> Figure:
    """The response to a detuned drive, and the detuning of B that restores the zero."""
    figure = plotting.new_figure(plotting.PAGE, 4.8)
    panels = figure.subplots(2, 2)
    axes = panels[0, 0]
    colours = dict(zip(data.case.values, (plotting.PURPLE, plotting.ORANGE), strict=True))
    crossing = _restored_crossing(data)
    for case, colour in colours.items():
        chosen = data.sel(case=case)
        _markers_on_line(axes, chosen, colour)
        _around(axes, chosen, crossing, colour, zero=case == "detuned")
    handles = _keys((_tuning(data, case), colour, "-", "") for case, colour in colours.items())
    handles += _keys(
        [
            ("numerical", plotting.BLACK, "", "o"),
            ("Eqs. (C3), (C4)", plotting.BLACK, "-", ""),
            (r"restored $g_{0,A}$", plotting.BLACK, "", "*"),
            ("couplings of (b)", plotting.BLACK, "", "D"),
        ]
    )
    detuning = data.attrs["parameter_drive_detuning_ab"]
    amount = "" if detuning == 1 else f"{detuning:g}"
    axes.legend(handles=handles, loc="upper right", title=rf"$\Delta_d = {amount}\,\Gamma$")
    axes.set(xlim=(0, float(data.coupling[-1])), ylim=(0, None))
    axes.set(xlabel=COUPLING, ylabel=r"$|\langle S_A^+\rangle|/\epsilon$ ($1/\Gamma$)")
    plotting.panel_label(axes, "a")
    for axes, case in zip(panels[1], colours, strict=True):
        _densities(axes, data.sel(case=case), colours[case], r"g_{0,A}")
        axes.set_ylabel(r"$\delta P_A(\varphi)/\epsilon$ (rad$^{-1}\,\Gamma^{-1}$)")
        axes.set_title(_tuning(data, case))
    _panel_half(panels[1, 0], "b", "left")
    _panel_half(panels[1, 1], "b", "right")
    axes = panels[0, 1]
    axes.plot(data.drive_detuning, data.zero_crossing, color=plotting.PURPLE)
    axes.set_ylabel(r"$g_{0,A}/\Gamma$", color=plotting.PURPLE)
    axes.set(ylim=(0, None), xlabel=r"drive detuning $\Delta_d/\Gamma$")
    other = axes.twinx()
    other.tick_params(labelbottom=False)
    other.plot(data.drive_detuning, data.restoring_detuning, "--", color=plotting.GREEN)
    other.set_ylabel(r"restoring $\Delta_q/\Gamma$", color=plotting.GREEN)
    handles = _keys(
        [
            (r"$g_{0,A}$ (left)", plotting.PURPLE, "-", ""),
            (r"$\Delta_q$ (right)", plotting.GREEN, "--", ""),
        ]
    )
    axes.legend(handles=handles, loc="lower left")
    plotting.panel_label(axes, "c")
    return figure


CAPTION_14 = rf"""
The paper's figure; Fig. 13 is a level scheme without numbers and is not drawn. Two qutrits,
$w_A = 0.25$, $w_B = 0.75$, $\Delta_d = \Delta_q = 0$. {LIMIT}
Moduli of $\langle T_1^1\rangle/\epsilon$ (purple), $\langle T_2^1\rangle/\epsilon$ (orange dashed)
and $\langle T_2^2\rangle/\epsilon^2$ (green dash-dotted) of qutrit A; stars of the same colours:
their zero crossings, two of $\langle T_2^2\rangle$. The vertical axis is linear below the grey line
at 0.01 and logarithmic above.
"""


def draw_figure_14(data: xr.Dataset) -> Figure:
    """Moduli of the spherical-tensor moments of qutrit A, with their zeros."""
    figure = plotting.new_figure(plotting.COLUMN, 2.6)
    axes = figure.subplots()
    styles = ((plotting.PURPLE, "-"), (plotting.ORANGE, "--"), (plotting.GREEN, "-."))
    end = float(data.coupling[-1])
    for tensor, (colour, dash) in zip(data.tensor.values, styles, strict=True):
        chosen = data.sel(tensor=tensor)
        k, q = tensor[1:]
        power = r"\epsilon" if q == "1" else r"\epsilon^2"
        label = rf"$|\langle T_{k}^{q}\rangle|/{power}$"
        axes.plot(data.coupling, np.abs(chosen.moment), dash, color=colour, label=label)
        zeros = chosen.zero_crossing.values
        zeros = zeros[zeros <= end]
        axes.plot(zeros, 0 * zeros, "*", color=colour, markersize=8, clip_on=False, zorder=3)
    axes.plot([], [], "*", color=plotting.BLACK, markersize=8, label="zero crossing")
    axes.axhline(LINEAR, color="0.7", linewidth=0.5, zorder=0)
    axes.set_yscale("symlog", linthresh=LINEAR)
    axes.set(ylim=(0, None), xlim=(0, end), xlabel=COUPLING)
    axes.set_ylabel(r"moments of qutrit $A$ ($\Gamma = 1$)")
    axes.legend(loc="upper right")
    return figure


BATHS = r"""The baths in print are only in a legend that is not in the text; these are inferred from
Figs. 8 and 12: $w_A = 0.55$, $w_B = 0.09$ (purple) and $w_A = 0.46$, $w_B = 0.82$ (orange)."""
CAPTION_6 = rf"""
The panels and their letters are the paper's. {BATHS} $\Delta_d = \Delta_q = 0$. {LIMIT}
(a) The ratio $R$ of Eq. (13); grey line: $R = 1$.
(b) Coherences $\lvert\langle T\vert\rho\vert U\rangle\rvert$ (solid) and
$\lvert\langle T\vert\rho\vert D\rangle\rvert$ (dashed) per $\epsilon$, in the colours of (a).
"""


def draw_figure_6(data: xr.Dataset) -> Figure:
    """R against the coupling, and coherences in the dressed basis."""
    figure = plotting.new_figure(plotting.PAGE, 2.6)
    left, right = figure.subplots(1, 2)
    _ratio_lines(left, data, dashes=("-", "-"))
    for baths, colour in BATH_COLOURS.items():
        for transition, dash in (("TU", "-"), ("TD", "--")):
            line = data.coherence.sel(baths=baths, transition=transition)
            right.plot(data.coupling, line, dash, color=colour)
    right.set(xlim=(0, float(data.coupling[-1])), ylim=(0, None), xlabel=COUPLING)
    right.set_ylabel(r"coherence$/\epsilon$ ($1/\Gamma$)")
    handles = _keys(
        [
            (r"$|\langle T|\rho|U\rangle|$", plotting.BLACK, "-", ""),
            (r"$|\langle T|\rho|D\rangle|$", plotting.BLACK, "--", ""),
            *(
                (_bath_label(data, baths), colour, "-", "")
                for baths, colour in BATH_COLOURS.items()
            ),
        ]
    )
    right.set_ylim(0, 1.45 * float(data.coherence.sel(transition=["TU", "TD"]).max()))
    right.legend(handles=handles, loc="upper right", ncols=2, columnspacing=1.0)
    plotting.panel_labels(left, right)
    return figure


CAPTION_7 = rf"""
The panels and their letters are the paper's. $\Delta_d = \Delta_q = 0$. {LIMIT}
(a) $R_{{\max}}$, the ratio of Eq. (13) maximized over the coupling; white and the white arrow
of the scale: above 10, white in print as well. Grey lines: infinite temperatures,
$w_j = \gamma_j$.
(b) $\Omega$ at $w_B = 0$ without coupling (purple solid) and maximized over the coupling
(orange dashed), for $w_A$ from 0.01 to 0.99; the inset enlarges what is around $w_A = \gamma_A$.
"""


def draw_figure_7(data: xr.Dataset) -> Figure:
    """R_max over the baths, and the synchronization on the edge w_B = 0."""
    figure = plotting.new_figure(plotting.PAGE, 2.9)
    left, right = figure.subplots(1, 2)
    plotting.map_panel(
        left,
        data.gain_b.values,
        data.gain_a.values,
        data.largest_ratio.values,
        r"$R_{\max}$",
        vmin=1.0,
        vmax=LARGEST_RATIO,
        over="white",
    )
    _bath_axes(left)
    inset = right.inset_axes((0.36, 0.32, 0.34, 0.36))
    for axes in (right, inset):
        axes.plot(data.cut_gain_a, data.uncoupled_omega, color=plotting.PURPLE, label=r"$g = 0$")
        axes.plot(
            data.cut_gain_a,
            data.largest_omega,
            "--",
            color=plotting.ORANGE,
            label=r"maximal over $g$",
        )
    around = np.abs(data.cut_gain_a - 0.5) < CLOSE
    shown = float(data.largest_omega.where(around).max())
    inset.set(xlim=(0.5 - CLOSE, 0.5 + CLOSE), ylim=(0, shown), xticks=(0.4, 0.5, 0.6))
    inset.set_title("enlarged")
    right.set(xlim=(0, 1), ylim=(0, None), xlabel=r"gain $w_A/\Gamma$ at $w_B = 0$")
    right.set_ylabel(_omega_label(data))
    right.legend(loc="upper center")
    plotting.panel_labels(left, right)
    return figure


CAPTION_8 = rf"""
The panels and their letters are the paper's. $\Delta_d = \Delta_q = 0$. {LIMIT}
(a) $R_{{\min}}$, the ratio of Eq. (13) at its local minimum over the coupling; white: there is
none. Grey lines: infinite temperatures, $w_j = \gamma_j$; dotted: the vertical cut of (b), circles:
its four points.
(b) $\Omega$ against the coupling at these points, $w_B = 0.82$ and $w_A = 0.52$ (black solid;
"slightly above 0.5" in the text), 0.46 (orange dashed), 0.38 (green dash-dotted) and 0.25 (purple
dotted; not in the text).
"""


def draw_figure_8(data: xr.Dataset) -> Figure:
    """R at its local minimum over the baths, and Omega along a cut."""
    figure = plotting.new_figure(plotting.PAGE, 2.9)
    left, right = figure.subplots(1, 2)
    plotting.map_panel(
        left,
        data.gain_b.values,
        data.gain_a.values,
        data.ratio_at_minimum.values,
        r"$R_{\min}$",
        vmin=0.0,
        vmax=1.0,
    )
    cut = data.attrs["parameter_line_gain_b"]
    left.axvline(cut, color=plotting.BLACK, linestyle=":", linewidth=0.8)
    styles = ((plotting.BLACK, "-"), (plotting.ORANGE, "--"), (plotting.GREEN, "-."))
    styles += ((plotting.PURPLE, ":"),)
    for gain, (colour, dash) in zip(data.line_gain_a.values, styles, strict=True):
        left.plot(cut, gain, "o", color=colour, markersize=5, markeredgecolor="white")
        right.plot(
            data.coupling,
            data.omega.sel(line_gain_a=gain),
            dash,
            color=colour,
            label=rf"$w_A = {gain:g}\,\Gamma$",
        )
    _bath_axes(left)
    right.set(xlim=(0, float(data.coupling[-1])), yscale="log", xlabel=COUPLING)
    right.set_ylim(0.7 * float(data.omega.min()), 2 * float(data.omega.max()))
    right.set_ylabel(_omega_label(data))
    right.legend(title=rf"$w_B = {cut:g}\,\Gamma$", loc="upper right")
    plotting.panel_labels(left, right)
    return figure


CAPTION_12 = r"""
$w_A = 0.55$, $w_B = 0.09$, $\gamma_j = 1 - w_j$, $\Delta_d = \Delta_q = 0$, rates in units of
$\Gamma$. The drive in print is not known; here $\epsilon = 0.1\Gamma$ unless another is asked for.
Left, the paper's figure: $\Omega/\epsilon^2$ with the diagonal limit cycle (purple solid) and
optimised over block-diagonal ones (orange circles). Added by us: the closed form of that optimum
(green dashed) and the limit $\epsilon \to 0$ (broad grey).
(i) added, since the curves coincide. Purple solid: by how much the diagonal limit cycle gives
a larger $\Omega/\epsilon^2$ than the optimum, hardly at all near $g = 1.3\Gamma$. Grey dashed:
modulus of the difference between the limit and the optimum, which changes sign near $g =
3.9\Gamma$. The numerical optimum is the closed form to $10^{-11}$.
"""


def draw_figure_12(data: xr.Dataset) -> Figure:
    """Omega/drive^2 of three families of limit cycles, and how little they differ."""
    figure = plotting.new_figure(plotting.PAGE, 2.6)
    axes, apart = figure.subplots(1, 2)
    diagonal, block = (data.omega.sel(family=f) for f in ("diagonal", "block diagonal"))
    top = max(float(data.omega.max()), float(data.limit.max()))
    axes.plot(data.coupling, data.limit, color="0.75", linewidth=3.5, label=r"$\epsilon \to 0$")
    axes.plot(data.coupling, diagonal, color=plotting.PURPLE, label="diagonal")
    axes.plot(data.coupling, block, "--", color=plotting.GREEN, label="block diagonal, closed form")
    axes.plot(
        data.coupling,
        data.omega.sel(family="optimised"),
        "o",
        markevery=len(data.coupling) // 40,
        color=plotting.ORANGE,
        markersize=3,
        markerfacecolor="none",
        label="block diagonal, optimised",
    )
    axes.set(xlim=(0, float(data.coupling[-1])), ylim=(0, 1.8 * top))
    axes.set(xlabel=COUPLING, ylabel=r"$\Omega/\epsilon^2$ (nat$\,\Gamma^{-2}$)")
    drive = data.attrs["parameter_drive"]
    axes.legend(title=rf"$\epsilon = {drive:g}\,\Gamma$", loc="upper right")
    inside = data.coupling > 0  # without coupling both families give the same
    apart.semilogy(
        data.coupling[inside],
        (diagonal - block)[inside],
        color=plotting.PURPLE,
        label="diagonal $-$ block diagonal",
    )
    apart.semilogy(
        data.coupling[inside],
        np.abs(data.limit - block)[inside],
        "--",
        color="0.5",
        label=r"$|(\epsilon \to 0)$ $-$ block diagonal$|$",
    )
    apart.set(xlim=(0, float(data.coupling[-1])), xlabel=COUPLING)
    apart.set_ylabel(r"difference of $\Omega/\epsilon^2$ (nat$\,\Gamma^{-2}$)")
    apart.set_ylim(top=50 * apart.get_ylim()[1])
    apart.legend(loc="upper right")
    plotting.added_label(apart, "i")
    return figure


CAPTION_15 = rf"""
The paper's figure. Two qutrits. {BATHS} $\Delta_d = \Delta_q = 0$. {LIMIT} Purple solid and orange
dashed: the ratio $R$ of Eq. (13); grey line: $R = 1$.
"""


def draw_figure_15(data: xr.Dataset) -> Figure:
    """R of two qutrits against the coupling."""
    figure = plotting.new_figure(plotting.COLUMN, 2.4)
    _ratio_lines(figure.subplots(), data, dashes=("-", "--"))
    return figure


def _panel_half(axes: Axes, label: str, side: str) -> None:
    """Label one of the two axes that share a letter in print."""
    plotting.panel_label(axes, label)
    axes.set_title(f"{axes.get_title(loc='left')} {side}", loc="left", fontweight="bold")


def _markers_on_line(axes: Axes, data: xr.Dataset, colour: str) -> None:
    """The numerical response as circles on the line of the closed form."""
    axes.plot(data.coupling, data.response_moments, color=colour)
    axes.plot(data.coupling[::4], data.response[::4], "o", color=colour, markersize=2.5)


def _around(
    axes: Axes, data: xr.Dataset, crossing: float, colour: str, *, zero: bool = True
) -> None:
    """The couplings of the phase distributions: a star at a zero, diamonds elsewhere."""
    for around in data.around.values:
        # A distribution is Re(<S+> e^{-i phi})/4: its largest value gives the modulus.
        height = 4 * float(np.abs(data.phase_density.sel(around=around)).max())
        star = zero and around == 1
        axes.plot(
            around * crossing,
            0 if star else height,
            "*" if star else "D",
            color=colour,
            markersize=8 if star else 4,
            markerfacecolor=colour if star else "white",
            clip_on=False,
            zorder=3,
        )


def _keys(styles: Iterable[tuple[str, str, Dash, str]]) -> list[Any]:
    """Handles of a legend, from their name, colour, dash and marker."""
    from matplotlib.lines import Line2D

    sizes = {"*": 8.0, "o": 2.5, "D": 4.0}
    return [
        Line2D(
            [],
            [],
            color=colour,
            linestyle=dash,
            marker=marker,
            markersize=sizes.get(marker, 4.0),
            markerfacecolor="white" if marker == "D" else colour,
            label=name,
        )
        for name, colour, dash, marker in styles
    ]


def _tuning(data: xr.Dataset, case: str) -> str:
    detuning = float(data.qudit_detuning.sel(case=case))
    return rf"$\Delta_q = {detuning:.3g}\,\Gamma$" if detuning else r"$\Delta_q = 0$"


def _restored_crossing(data: xr.Dataset) -> float:
    """The zero crossing at the detuning of panels (a) and (b)."""
    detuning = data.attrs["parameter_drive_detuning_ab"]
    return float(data.zero_crossing.interp(drive_detuning=detuning))


def _densities(axes: Axes, data: xr.Dataset, colour: str, zero: str) -> None:
    """Phase distributions before, at and after the zero crossing."""
    for around, dash in zip(data.around.values, DASHES, strict=True):
        line = data.phase_density.sel(around=around)
        axes.plot(data.phi, line, dash, color=colour, label=f"{around:g}")
    largest = float(np.abs(data.phase_density).max())
    axes.set_ylim(-1.1 * largest, 1.9 * largest)
    axes.ticklabel_format(axis="y", scilimits=(-4, 4))
    axes.locator_params(axis="y", nbins=6)
    plotting.phase_axis(axes, r"phase $\varphi$ (rad)")
    axes.legend(loc="upper center", ncols=3, columnspacing=1.0, title=rf"$g/{zero}$")


def _bath_axes(axes: Axes) -> None:
    """Axes of a map over the baths, and the lines at which their temperatures change sign."""
    axes.set(xlabel=r"gain $w_B/\Gamma$", ylabel=r"gain $w_A/\Gamma$", aspect="equal")
    axes.axhline(0.5, color=TEMPERATURE, linewidth=0.5)
    axes.axvline(0.5, color=TEMPERATURE, linewidth=0.5)


def _ratio_lines(axes: Axes, data: xr.Dataset, dashes: tuple[Dash, Dash]) -> None:
    for (baths, colour), dash in zip(BATH_COLOURS.items(), dashes, strict=True):
        axes.plot(
            data.coupling,
            data.ratio.sel(baths=baths),
            dash,
            color=colour,
            label=_bath_label(data, baths),
        )
    axes.axhline(1, color="0.7", linewidth=0.5, zorder=0, label="$R = 1$")
    axes.set(xlim=(0, float(data.coupling[-1])), ylim=(0, 1.15 * float(np.nanmax(data.ratio))))
    axes.set(xlabel=COUPLING, ylabel=r"$R(g) = \Omega|_g/\Omega|_0$")
    axes.legend(loc="upper right")


def _bath_label(data: xr.Dataset, baths: str) -> str:
    chosen = data.sel(baths=baths)
    return rf"$w_A = {float(chosen.gain_a):g}$, $w_B = {float(chosen.gain_b):g}$"


def _omega_label(data: xr.Dataset) -> str:
    if data.attrs["parameter_drive"]:
        return r"$\Omega$ (nat)"
    return r"$\Omega/\epsilon^2$ (nat$\,\Gamma^{-2}$), $\epsilon \to 0$"
