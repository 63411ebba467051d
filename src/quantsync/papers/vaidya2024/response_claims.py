"""Claims of Vaidya et al. (2024) on conventions, phase response and spherical tensors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quantsync.lindblad import linear_response
from quantsync.measures import coherent_state, husimi_from_moments, phase_response
from quantsync.models import driven_pair, driving
from quantsync.models.driven_pair.moments import first_order_moments
from quantsync.papers.paper import Found, claim, zero
from quantsync.papers.vaidya2024 import printed
from quantsync.papers.vaidya2024.baths import FIGURE_3, FIGURE_5, LARGEST_CROSSING, study
from quantsync.papers.vaidya2024.response_data import figure_4, figure_5, figure_14, phase_density
from quantsync.papers.vaidya2024.synchronization_data import dressed_basis

LIMIT = "the limit of a weak drive, whose strength is not printed"
ANGLES = ((0.4, 2.5), (1.1, 0.7), (2.6, -1.9))


@claim(
    "C1",
    "Eqs. (6), (7)",
    "|theta,phi> = e^{i phi Sz} e^{i theta Sy} |S,S> gives Q = 1/2 + <Sz> cos theta + "
    "Re[<S+> e^{-i phi}] sin theta",
    printed="equal",
    convention="e^{-i phi Sz} e^{-i theta Sy}: both angles have the wrong sign in print",
)
def coherent_states() -> Found:
    rho = _state(2)
    as_printed, ours = [], []
    for theta, phi in ANGLES:
        plus, z = rho[1, 0], np.real(rho[0, 0] - rho[1, 1]) / 2
        expected = 0.5 + z * np.cos(theta) + np.real(plus * np.exp(-1j * phi)) * np.sin(theta)
        for found, state in (
            (as_printed, printed.coherent_state_as_printed(1 / 2, theta, phi)),
            (ours, coherent_state(1 / 2, theta, phi)),
        ):
            found.append(abs(state.conj() @ rho @ state - expected))
    right = max(ours) < 1e-12
    return Found(
        f"as printed they differ by up to {max(as_printed):.2f} on a random state; with "
        f"e^(-i phi Sz) e^(-i theta Sy) by {zero(max(ours))}",
        max(as_printed) < 1e-12 or right,
    )


@claim(
    "C2",
    "Eq. (8)",
    "the phase distribution deviates from 1/(2 pi) by Re[<S+> e^{-i phi}]/4",
    printed="1/4",
)
def marginal_distribution() -> Found:
    """The factor 1/4 of Eq. (8), by quadrature of Eq. (6)."""
    rho, phi = _state(2), 0.7
    nodes, weights = np.polynomial.legendre.leggauss(60)
    theta = (nodes + 1) * np.pi / 2
    states = coherent_state(1 / 2, theta, phi)
    husimi = np.real(np.einsum("ki,ij,kj->k", states.conj(), rho, states))
    marginal = float(weights @ (np.sin(theta) * husimi)) * np.pi / 2 / (2 * np.pi)
    expected = float(phase_density(np.array(rho[1, 0]), np.array([phi]))[0])
    error = abs(marginal - 1 / (2 * np.pi) - expected)
    return Found(f"quadrature over theta differs by {zero(error)}", error < 1e-10)


@claim("C3", "Eq. (12)", "S+_A = (|U><T| - |U><S| + |T><D| + |S><D|)/sqrt2", printed="equal")
def dressed_drive() -> Found:
    raising = dressed_basis().T @ driving().space["A"].plus.toarray() @ dressed_basis()
    half = np.sqrt(0.5)
    u, t, s, d = range(4)
    expected = np.zeros((4, 4))
    expected[u, t], expected[u, s], expected[t, d], expected[s, d] = half, -half, half, half
    error = float(np.abs(raising - expected).max())
    return Found(f"largest deviation {zero(error)}", error < 1e-12)


@claim(
    "C4",
    "Sec. II E",
    "for g >> Gamma the phase response and the synchronization tend to zero",
    printed="0",
)
def strong_coupling() -> Found:
    pair = study(*FIGURE_3, coupling=np.array([100.0, 1000.0]))
    falls = [
        np.log10(values[0] / values[1])
        for values in (
            np.abs(pair.phase_response("A")),
            np.abs(pair.phase_response("B")),
            pair.omega(),
        )
    ]
    return Found(
        "between g = 100 and 1000 they fall like g^-{:.1f} (A), g^-{:.1f} (B), g^-{:.1f} "
        "(Omega)".format(*falls),
        min(falls) > 0.5,
    )


@claim(
    "C5",
    "Fig. 3(a)",
    "the response of either qubit vanishes at one coupling of order Gamma",
    printed="stars",
    convention=LIMIT,
)
@claim("C6", "Fig. 3(b)", "the phase of either qubit jumps by pi there", printed="pi")
def zero_crossings() -> Iterator[Found]:
    found = {site: study(*FIGURE_3).zero_crossings(site) for site in "AB"}
    at = {site: float(zeros.first) for site, zeros in found.items()}
    turns = [0.0, 0.0]
    for k, (site, g) in enumerate(at.items()):
        if np.isnan(g):
            continue
        before, after = study(*FIGURE_3, coupling=[0.9 * g, 1.1 * g]).phase_response(site)
        turns[k] = abs(float(np.angle(after / before)))
    single = all(int(zeros.count) == 1 for zeros in found.values())
    yield Found(
        f"g_0A = {at['A']:.9f}, g_0B = {at['B']:.9f}, no others", single and max(at.values()) < 4
    )
    yield Found(
        f"{turns[0] / np.pi:.6f} pi and {turns[1] / np.pi:.6f} pi", min(turns) > np.pi - 1e-9
    )


@claim(
    "C7",
    "Fig. 4(a)",
    "inverted baths are necessary for a zero crossing of A",
    printed="necessary",
    convention=LIMIT,
)
@claim(
    "C8",
    "Fig. 4(b)",
    "inverted baths are necessary and sufficient for a zero crossing of B",
    printed="necessary and sufficient",
    convention=LIMIT,
)
@claim(
    "C9",
    "Fig. 4",
    "except in a narrow band for A the crossings are at g of order Gamma",
    printed="O(1); band above 4",
    convention=LIMIT,
)
def zero_crossings_over_the_baths() -> Iterator[Found]:
    data = figure_4()
    w_a, w_b = np.meshgrid(data.gain_a, data.gain_b, indexing="ij")
    inverted = (w_a - 0.5) * (w_b - 0.5) < 0
    has = {site: data["count"].sel(site=site).values > 0 for site in "AB"}
    part = float(has["A"][inverted].mean())
    zeros_a = data.zero_crossing.sel(site="A").values[has["A"]]
    large = float((zeros_a > LARGEST_CROSSING).mean())
    largest_b = float(np.nanmax(data.zero_crossing.sel(site="B")))
    yield Found(
        f"all zero crossings are at inverted baths, of which {part:.0%} have one",
        not has["A"][~inverted].any() and part < 1,
    )
    yield Found(
        f"{int((has['B'] != inverted).sum())} exceptions on the map", (has["B"] == inverted).all()
    )
    yield Found(
        f"{large:.0%} of the crossings of A are above 4; those of B reach {largest_b:.2f}",
        large < 0.15 and largest_b < 10,
    )


@claim(
    "C10",
    "Fig. 5(a)",
    "a detuned drive lifts the zero crossing of A, a detuning of B restores it",
    printed="lifted, restored",
    convention=LIMIT,
)
@claim(
    "C11",
    "Fig. 5(c)",
    "for every drive detuning one detuning of B restores the zero crossing",
    printed="unique",
    convention=LIMIT,
)
@claim(
    "C12",
    "Fig. 5(c)",
    "g_0A is essentially unchanged as the drive detuning varies",
    printed="unchanged",
    convention="|Delta_d| <= Gamma; beyond, g_0A grows",
)
def detuned_drive() -> Iterator[Found]:
    data = figure_5()
    lost = study(*FIGURE_5, drive_detuning=0.3).zero_crossings("A")
    zeros = data.zero_crossing
    near = zeros.where(abs(data.drive_detuning) <= 1, drop=True)
    rise = float(near.max() / near.min() - 1)
    slope = float(data.restoring_detuning.sel(drive_detuning=0.25) / 0.25)
    yield Found(
        f"Delta_d = 0.3: {int(lost.count)} zero crossings with Delta_q = 0",
        int(lost.count) == 0 and bool((data["count"] > 0).all()),
    )
    yield Found(
        f"{int(data['count'].min())} to {int(data['count'].max())} solutions for |Delta_d| <= 4"
        f", g <= 8, |Delta_q| <= 8; Delta_q = {slope:.3f} Delta_d near resonance",
        (data["count"] == 1).all(),
    )
    yield Found(
        f"{float(near.min()):.3f} to {float(near.max()):.3f} for |Delta_d| <= 1, "
        f"{float(zeros[-1]):.2f} at Delta_d = 4",
        rise < 0.05,
    )


@claim(
    "C13",
    "Sec. III C",
    "dephasing and drives up to Gamma move the zero crossing, but do not remove it",
    printed="quantitative changes only",
)
def robustness() -> Found:
    reference = float(study(*FIGURE_3).zero_crossings("A").first)
    changed = {
        "dephasing 0.25": study(*FIGURE_3, dephasing=0.25),
        "drive 0.9": study(*FIGURE_3, drive=0.9),
    }
    found = {name: pair.zero_crossings("A") for name, pair in changed.items()}
    holds = all(int(zeros.count) == 1 for zeros in found.values())
    values = ", ".join(f"{float(zeros.first):.4f} at {name}" for name, zeros in found.items())
    return Found(f"g_0A = {reference:.4f}; {values}", holds)


@claim(
    "C14",
    "Eqs. (A1), (A2)",
    "Q is the sum of c_kq P_k^q <T_k^-q> e^{i q phi} with c_kq = the root of everything",
    printed="equal",
    convention="a factor (-1)^q (full Condon-Shortley) and the root in (A2) over its first factor",
)
@claim(
    "C15",
    "Eq. (A3)",
    "the last term of Q_1 is (1/6) P_2^2 <T_2^2> e^{-2 i phi}",
    printed="real",
    convention="the real part of the last term; P_k^1 without, T_k^1 with Condon-Shortley's sign",
)
def expansion_of_the_husimi_function() -> Iterator[Found]:
    rho = _state(3)
    errors = {(root, signs): 0.0 for root in (True, False) for signs in (True, False)}
    last = {False: 0.0, True: 0.0}
    for theta, phi in ANGLES:
        state = coherent_state(1, theta, phi)
        exact = np.real(state.conj() @ rho @ state)
        for root, signs in errors:
            value = printed.expansion(rho, theta, phi, root, signs)
            errors[root, signs] = max(errors[root, signs], float(abs(value - exact)))
        for real in last:
            value = printed.qutrit_husimi(rho, theta, phi, real)
            last[real] = max(last[real], float(abs(value - exact)))
    yield Found(
        f"as printed they differ by up to {errors[True, False]:.2f}; with (-1)^q and the root "
        f"over (2k+1)(k-q)!/(k+q)! only, by {zero(errors[False, True])}",
        min(errors[True, False], errors[False, True]) < 1e-12,
    )
    yield Found(
        f"as printed it differs by up to {last[False]:.2f} (and is complex), with its real "
        f"part by {zero(last[True])}",
        min(last.values()) < 1e-12,
    )


@claim(
    "C16",
    "App. A",
    "for spin 1 the multipoles T_1^1 and T_2^2 contribute to the first harmonic",
    printed="T_1^1, T_2^2",
    otherwise="a slip: T_2^1 is meant, as in Eq. (A3) and Fig. 14",
)
def first_harmonic() -> Found:
    """App. A: which tensors of a spin 1 make the first harmonic of its phase."""
    phi = 2 * np.pi * np.arange(8) / 8
    parts = {}
    for k, q in ((1, 1), (2, 1), (2, 2)):
        values = husimi_from_moments({(k, q): np.array(1.0)}, 1, 0.7, phi)
        parts[k, q] = float(np.abs(np.fft.rfft(values)[1]))
    made_of = [f"T_{k}^{q}" for (k, q), size in parts.items() if size > 1e-9]
    return Found(
        f"{' and '.join(made_of)} do: e^(-i q phi) goes with <T_k^q>", made_of == ["T_1^1", "T_2^2"]
    )


@claim(
    "C17",
    "Eqs. (C3), (C4)",
    "the moment equations at zeroth and first order of the drive, with dephasing",
    printed="exact",
    convention="dephasing as D[sqrt(2 gamma_phi) Sz]",
)
@claim("C18", "Eq. (C4), last line", "<S+_A S+_B>_1 obeys an equation without source")
def moment_equations() -> Iterator[Found]:
    draw = np.random.default_rng(7)
    w_a, d_a, w_b, d_b, noise = draw.uniform(0.05, 1, (5, 200))
    g, tuning, delta = draw.uniform(-3, 3, (3, 200))
    response = linear_response(
        driven_pair(w_a, d_a, w_b, d_b, g, 0.0, tuning, delta, noise), driving()
    )
    moments = first_order_moments(w_a, d_a, w_b, d_b, g, tuning, delta, noise)
    error = max(
        float(np.abs(phase_response(response.orders[1], response.space, site) - moment).max())
        for site, moment in zip("AB", moments, strict=False)
    )
    both = float(np.abs(response.orders[1][:, 3, 0]).max())
    yield Found(
        f"their solution differs from the first-order state by {zero(error)} for 200 random "
        "parameter sets",
        error < 1e-10,
    )
    yield Found(f"it vanishes: {zero(both)}", both < 1e-12)


@claim(
    "C19",
    "Fig. 14",
    "each of the three moments of qutrit A vanishes, at different couplings",
    printed="three zero crossings",
    convention="T22, which begins with the drive squared, vanishes twice",
)
def qutrit_moments() -> Iterator[Found]:
    data = figure_14()
    listed = {
        str(tensor): data.zero_crossing.sel(tensor=tensor).dropna("crossing").values
        for tensor in data.tensor.values
    }
    words = "; ".join(
        f"{name}: {', '.join(f'{z:.4f}' for z in zeros)}" for name, zeros in listed.items()
    )
    firsts = sorted(zeros[0] for zeros in listed.values())
    yield Found(words, all(len(z) for z in listed.values()) and bool(min(np.diff(firsts)) > 0.01))


def _state(dimension: int) -> np.ndarray:
    """A random density matrix, always the same."""
    draw = np.random.default_rng(3)
    shape = (dimension, dimension)
    root = draw.normal(size=shape) + 1j * draw.normal(size=shape)
    rho = root @ root.conj().T
    return rho / np.trace(rho)
