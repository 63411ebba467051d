"""Claims of Vaidya et al. (2024) on Tables I and II and the equations of App. E."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from quantsync.lindblad import quasi_periodic_steady_state, steady_state
from quantsync.models import circuit_qed
from quantsync.models.circuit_qed.state import fit_of
from quantsync.models.circuit_qed.tables import TABLE_I, TABLE_II, preset_transmons
from quantsync.models.circuit_qed.transmon import (
    RADIANS,
    PumpedTransmon,
    coherence_mode,
    dispersive_shift,
    frequency_shift,
    pump_shift,
)
from quantsync.papers.paper import Found, claim
from quantsync.papers.vaidya2024.circuit_data import CAPTIONS, SHIFTS, tables
from quantsync.papers.vaidya2024.printed import unit_as_printed

CORRECTED = (
    "the resonator of B at omega_q - |alpha_B| = 4.5 GHz, the anharmonicity negative, the pumps "
    "at 5 GHz - Delta - |alpha|/2"
)


SHIFT = "Delta_A, Delta_B by Eq. (E3) and the dispersive shift"
RATIO = "w_A/gamma_A, w_B/gamma_B by fits of relaxation profiles"


@claim("C47", "Table II, Fig. 10(a)", SHIFT, printed="160 kHz, 1013.72 kHz", convention=CORRECTED)
@claim(
    "C48", "Table II, Fig. 10(b), 11(a)", SHIFT, printed="763.3 kHz, 1230 kHz", convention=CORRECTED
)
@claim("C49", "Table II, Fig. 11(b)", SHIFT, printed="1135 kHz, 300 kHz", convention=CORRECTED)
def shifts() -> Iterator[Found]:
    for preset in SHIFTS:
        chosen = tables().sel(preset=preset)
        shift = chosen["shift"].sel(reading="4.5 GHz")
        off = np.abs(shift - chosen.printed_shift)
        # Half a unit of the last place, and what is left of it in binary numbers.
        close = off <= 0.5 * chosen.last_digit_of_shift + 1e-6
        yield Found(f"{float(shift[0]):.2f} kHz, {float(shift[1]):.2f} kHz", close.all())


@claim("C50", "Fig. 10(a)", RATIO, printed="0, 3.2", convention=CORRECTED)
@claim("C51", "Fig. 10(b), 11(a)", RATIO, printed="0.27, 4.5", convention=CORRECTED)
@claim("C52", "Fig. 11(b)", RATIO, printed="0.71, 0.28", convention=CORRECTED)
def ratios() -> Iterator[Found]:
    for preset in CAPTIONS:
        chosen = tables().sel(preset=preset)
        fit = chosen.sel(reading="4.5 GHz")
        close = np.abs(fit.ratio - chosen.printed_ratio) <= 0.5 * chosen.last_digit_of_ratio
        w, gamma = 1000 * fit.gain.values, 1000 * fit.damping.values
        yield Found(
            f"{float(fit.ratio[0]):.3f}, {float(fit.ratio[1]):.3f} (w = {w[0]:.1f}, "
            f"{w[1]:.1f} kHz; gamma = {gamma[0]:.1f}, {gamma[1]:.1f} kHz)",
            close.all(),
        )


@claim(
    "C53",
    "Table I",
    "both resonators are at 4.6 GHz, and resonant with the e-f transitions",
    printed="4.6 GHz, 4.6 GHz",
    otherwise="omega_aB must be 4.5 GHz",
)
def resonators() -> Found:
    printed, right = (tables().sel(reading=r, site="B") for r in ("4.6 GHz", "4.5 GHz"))
    off = np.abs(printed.ratio - printed.printed_ratio)
    ef = [u.frequency - u.anharmonicity for u in preset_transmons("10b")]
    return Found(
        f"the e-f transitions are at {ef[0] / 1000:.1f} and {ef[1] / 1000:.1f} GHz; with 4.6 GHz "
        "for B w_B/gamma_B is {:.2f}, {:.2f}, {:.2f} and Delta_B {:.1f} kHz too large".format(
            *printed.ratio.values, float(np.mean(printed["shift"] - right["shift"]))
        ),
        (off <= 0.5 * printed.last_digit_of_ratio).all(),
    )


def _ratio(unit: PumpedTransmon, **as_printed: bool) -> float:
    """w/gamma = P_e/(1 - P_e) of the stationary state."""
    rho = steady_state(unit_as_printed(unit, **as_printed), truncation="ignore").rho
    levels = np.real(np.diagonal(rho)).reshape(unit.transmon_levels, -1).sum(axis=1)
    return float(levels[1] / (1 - levels[1]))


@claim(
    "C54",
    "Table I, Eq. (E1)",
    "alpha_A, alpha_B of Eq. (E1) are 400 and 500 MHz",
    printed="positive",
    otherwise="with alpha > 0 no two photons of the pump reach |f>; Eq. (E3) has |alpha|, Eq. (E1) "
    "needs -|alpha|",
)
def sign_of_the_anharmonicity() -> Found:
    units = preset_transmons("10b")
    found = [_ratio(unit, positive=True) for unit in units]
    right = [_ratio(unit) for unit in units]
    return Found(
        "stationary P_e/(1 - P_e) of Fig. 10(b): {:.4f}, {:.4f} with alpha > 0, {:.3f}, {:.3f} "
        "with alpha < 0".format(*found, *right),
        _near(found, "10b"),
    )


@claim(
    "C55",
    "Table I",
    "the pumps are at 4.8 and 4.75 GHz in all figures",
    printed="4.8 GHz, 4.75 GHz",
    otherwise="they must follow the transmons, omega_p = omega_q - |alpha|/2; footnote a of the "
    "table is on the frequencies of the transmons only",
)
def frequency_of_the_pumps() -> Found:
    found, right = [], []
    for preset in TABLE_II:
        for unit in preset_transmons(preset):
            found.append(_ratio(unit, fixed=True))
            right.append(_ratio(unit))
    pumps = [u.pump_frequency for p in TABLE_II for u in preset_transmons(p)]
    low_a, high_a, low_b, high_b = (f(pumps[k::2]) / 1000 for k in (0, 1) for f in (min, max))
    return Found(
        "with pumps fixed there, P_e/(1 - P_e) of B is {:.2f}, {:.2f}, {:.2f} instead of {:.2f}, "
        "{:.2f}, {:.2f}; pumps that follow are at ".format(*found[1::2], *right[1::2])
        + f"{low_a:.5f} to {high_a:.5f} and {low_b:.5f} to {high_b:.5f} GHz",
        all(_near(found[2 * k : 2 * k + 2], p) for k, p in enumerate(TABLE_II)),
    )


def _near(found: list[float], preset: str) -> bool:
    """Whether ratios agree with a caption within 5 %."""
    printed = [float(text) for text in CAPTIONS[preset]]
    return all(abs(x - y) <= 0.05 * y + 0.005 for x, y in zip(found, printed, strict=True))


@claim(
    "C56",
    "Eq. (E1)",
    "the drive acts at omega_qA, the frequency before the shift by Delta_A",
    printed="omega_qA",
    otherwise="the drive must be at omega_qA + Delta_A, where the transition is",
)
def frequency_of_the_drive() -> Found:
    unit, _ = preset_transmons("10b")
    drive = TABLE_II["10b"]["drive"]
    bare, shifted = (
        _lone_response(unit, drive, nu)
        for nu in (unit.beat_frequency - unit.shift, unit.beat_frequency)
    )
    fit = fit_of(unit)
    rate = (fit.gain + fit.damping) / 2
    # Steady state of a qubit at finite drive, 2 epsilon, on resonance: the optical Bloch equations.
    z = (fit.gain - fit.damping) / (2 * (fit.gain + fit.damping))
    expected = abs(2 * drive * z / rate) / (1 + (2 * drive) ** 2 / (2 * rate**2))
    return Found(
        f"at g = 0 of Fig. 10(b) |<S+_A>| is {bare:.4f} for a drive at omega_qA, {shifted:.4f} for "
        f"one at omega_qA + Delta_A (5 GHz); the qubit model has {expected:.4f}",
        abs(bare - expected) < 0.1 * expected,
    )


def _lone_response(unit: PumpedTransmon, drive: float, frequency: float) -> float:
    """|<S+>| of a unit by itself, driven at a frequency of its pump's frame, all in MHz."""
    space = unit.space
    raising = space["T"].create
    turning = [(RADIANS * frequency, RADIANS * drive * raising)]
    state = quasi_periodic_steady_state(unit.lindbladian(), turning)
    rho = state.average(RADIANS * frequency * space["T"].number)
    n, m = unit.transmon_levels, unit.resonator_levels
    transmon = np.einsum("arbr->ab", rho.reshape(n, m, n, m))
    return float(abs(transmon[0, 1]) / np.trace(transmon[:2, :2]).real)


@claim(
    "C57",
    "Eq. (E3)",
    "the third level decays with -i gamma_f, gamma_f = 4 g^2/kappa",
    printed="-i gamma_f",
    convention="gamma_f as the rate of the amplitude; the population decays at 8 g^2/kappa",
)
def loss_of_the_third_level() -> Found:
    texts, correct, halved = [], [], []
    for preset, printed in SHIFTS.items():
        unit = preset_transmons(preset)[1]
        weaker = pump_shift(
            unit.pump,
            unit.anharmonicity,
            unit.resonator_coupling / math.sqrt(2),
            unit.resonator_decay,
        )
        correct.append(abs(1000 * frequency_shift(unit) - float(printed[1])))
        halved.append(abs(1000 * (weaker + dispersive_shift(unit)) - float(printed[1])))
    for unit in preset_transmons("10b"):
        half, g = unit.resonator_decay / 2, math.sqrt(2) * unit.resonator_coupling
        # |f,0> and |e,1> without quantum jumps.
        amplitude = -np.linalg.eigvals(np.array([[0, g], [g, -1j * half]])).imag.max()
        texts.append(
            f"{amplitude:.2f} MHz (4g^2/kappa = "
            f"{4 * unit.resonator_coupling**2 / unit.resonator_decay:.2f})"
        )
    return Found(
        f"Delta_B of Table II comes out within {max(correct):.1f} kHz with it, and misses by up to "
        f"{max(halved):.0f} kHz with -i gamma_f/2; the amplitude of |f> decays at {texts[0]} for "
        f"A, {texts[1]} for B",
        max(correct) < 1 < max(halved),
    )


@claim(
    "C58",
    "App. E",
    "the shifts of the transition are compensated by Eq. (E3) and g^2/(omega_q - omega_a)",
    printed="compensated",
)
def exact_shifts() -> Found:
    shift = tables()["shift"]
    off = shift.sel(reading="exact") - shift.sel(reading="4.5 GHz")
    widths = [-1000 * coherence_mode(u).real for p in TABLE_II for u in preset_transmons(p)]
    worst = float(np.abs(off).max())
    part = float((np.abs(off.values.ravel()) / widths).max())
    return Found(
        f"the coherence of a unit by itself is off the drive by at most {worst:.1f} kHz, and by "
        f"{100 * part:.1f} % of its decay rate",
        part < 0.1,
    )


@claim(
    "C59",
    "Sec. IV",
    "pump and lossy resonator realize an incoherent gain channel from |g> to |e>",
    printed="gain",
)
def relaxation() -> Found:
    fits = [fit_of(u) for p in TABLE_II for u in preset_transmons(p)]
    worst = max(fit.deviation for fit in fits)
    lone = fits[0]
    return Found(
        f"the relaxation from |e> is an exponential within {worst:.4f} in all six units; without "
        f"a pump w/gamma is {lone.ratio:.0e}, with one up to {max(f.ratio for f in fits):.2f}",
        worst < 0.01 and lone.ratio < 1e-3 and max(f.ratio for f in fits) > 1,
    )


@claim("C60", "App. E", "the resonator adds Purcell decay to gamma_0", printed="additional decay")
def purcell_decay() -> Found:
    unit, _ = preset_transmons("10a")
    found = fit_of(unit).damping - TABLE_I["decay"][0]
    distance = unit.frequency - unit.resonator_frequency
    expected = unit.resonator_decay * unit.resonator_coupling**2 / distance**2
    return Found(
        f"without a pump gamma_A - gamma_0 is {1000 * found:.1f} kHz; kappa g^2/(omega_q - "
        f"omega_a)^2 is {1000 * expected:.1f} kHz",
        abs(found - expected) < 0.05 * expected,
    )


@claim(
    "C61",
    "App. E",
    "three levels of each transmon, which are included, suffice (for numbers within 5 %)",
    printed="three levels",
    otherwise="three levels are not enough for numbers within 5 %: the pump on B also reaches the "
    "fourth, which changes its rates, not only its detuning",
)
def transmon_levels() -> Found:
    data = tables()
    ratio = data.ratio / data.ratio.sel(reading="4.5 GHz")
    worst = float(np.abs(ratio.sel(reading="four levels", site="B") - 1).max())
    moved = abs(data["shift"].sel(reading="four levels") - data["shift"].sel(reading="exact"))
    # Two levels of the resonators do here: three change |<S+_A>| by less than a percent.
    tuned = {
        f"shift_{site}": float(data["shift"].sel(reading="four levels", preset="10b", site=name))
        / 1000
        for site, name in (("a", "A"), ("b", "B"))
    }
    three, four, retuned = (
        float(
            np.abs(circuit_qed("10b", transmon_levels=n, resonator_levels=2, **shifts).responses())[
                0, 0
            ]
        )
        for n, shifts in ((3, {}), (4, {}), (4, tuned))
    )
    change, left = (abs(response / three - 1) for response in (four, retuned))
    return Found(
        f"a fourth changes w_B/gamma_B by up to {100 * worst:.0f} %, the right Delta_A by up to "
        f"{float(moved.sel(site='A').max()):.1f} kHz and Delta_B by up to "
        f"{float(moved.sel(site='B').max()):.0f} kHz; at g = 100 kHz of Fig. 10(b) it changes "
        f"|<S+_A>| by {100 * change:.0f} % from {three:.4f}, and by {100 * left:.0f} % where both "
        "transmons are retuned to their drive",
        max(worst, min(change, left)) < 0.05,
    )


@claim(
    "C62",
    "App. E",
    "three levels of each resonator, which are included, suffice",
    printed="three levels",
)
def resonator_levels() -> Found:
    worst = 0.0
    for preset in TABLE_II:
        for unit in preset_transmons(preset):
            more = fit_of(replace(unit, resonator_levels=4))
            less = fit_of(unit)
            worst = max(worst, abs(more.ratio - less.ratio) / max(less.ratio, 0.01))
    return Found(
        f"a fourth changes w/gamma by {'less than 1e-5' if worst < 1e-5 else f'{worst:.0e}'} of it",
        worst < 1e-3,
    )
