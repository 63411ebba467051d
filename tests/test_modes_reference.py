"""Modes, phases, spectra and slow modes against numbers of two independent calculations.

`reference/modes.json` holds systems as formulas in the operators of their sites, and quantities
by name. Both are read here literally, so that the conventions are tested with the numbers.
"""

import math
import operator
import re
from functools import cache, cached_property, lru_cache
from itertools import product

import numpy as np
import pytest
from places import reference

import quantsync as qs

pytestmark = pytest.mark.filterwarnings("ignore::quantsync.errors.TruncationWarning")

FILE = reference("modes")
KINDS = {"husimi": "husimi", "phase_state": "phase_states", "wigner": "wigner"}
NUMBER = r"[-+\d.e]+"


def value_of(number):
    """A parameter or a value: complex numbers are pairs."""
    return complex(*number) if isinstance(number, list) else number


def names_of(space):
    """The operators of a space by the names that the file's formulas use."""
    names = {}
    modes = [site for site in space if isinstance(space.sites[site], qs.Fock)]
    for letter, site in zip("ab", modes, strict=False):
        mode = space[site]
        names |= {letter: mode.destroy, f"{letter}d": mode.create, f"n{letter}": mode.number}
        names |= {"n": mode.number, f"n{site}": mode.number}
    for site in set(space) - set(modes):
        spin = space[site]
        names |= {"Sp": spin.plus, "Sm": spin.minus, "Sz": spin.z}
    return names


class Case:
    """One system at some parameters; what several quantities need is computed once."""

    def __init__(self, name, params, levels):
        values = {key: value_of(number) for key, number in params.items() if key != "amplitudes"}
        words = {**values, "levels": levels, "Fock": qs.Fock, "Spin": qs.Spin}
        recipe = FILE["systems"][name]
        self.space = qs.Space(**{site: eval(kind, words) for site, kind in recipe["sites"]})
        self.operators = names_of(self.space)
        words |= self.operators
        self.system = recipe["H"] and qs.Lindbladian(
            self.space,
            [(1.0, eval(recipe["H"], words))],
            [(eval(rate, words), eval(jump, words)) for rate, jump in recipe["jumps"]],
        )
        self.amplitudes = params.get("amplitudes")

    @cached_property
    def state(self):
        if self.system:
            return qs.steady_state(self.system)
        psi = np.zeros(self.space.dimension, complex)
        if isinstance(self.amplitudes[0][1], list):
            for n, amplitude in self.amplitudes:
                psi[n] = value_of(amplitude)
        else:
            psi[:] = [value_of(amplitude) for amplitude in self.amplitudes]
        psi /= np.linalg.norm(psi)
        return np.outer(psi, psi.conj())

    @property
    def of(self):
        """The first arguments of a measure: a steady state knows its space."""
        return (self.state,) if self.system else (self.state, self.space)

    def pair(self, name):
        """Two operators from a name as ad_a."""
        return [self.operators[part] for part in name.split("_")]

    def mean(self, observable):
        return complex(qs.expectation(self.state, observable))

    @lru_cache(maxsize=8)  # noqa: B019  (a case lives as long as the tests of this file)
    def phase(self, kind, relative):
        measure = qs.relative_phase_distribution if relative else qs.phase_distribution
        return measure(*self.of, kind=KINDS[kind])

    @lru_cache(maxsize=4)  # noqa: B019
    def spectrum(self, name):
        a, b = self.pair(name)
        return qs.power_spectrum(self.system, b, a)

    @lru_cache(maxsize=4)  # noqa: B019
    def modes(self, count, sector=None):
        return qs.slowest_modes(self.system, count, sector=sector)


class Atoms(Case):
    """Two ensembles of atoms: in the space of all atoms, or of many ones by their total spins."""

    def __init__(self, name, params, levels):
        self.count, self.params = params["N"], params
        build = self.every_atom if self.count <= 3 else self.total_spins
        self.space, ensembles = build()
        lowered, _, z = zip(*ensembles, strict=True)
        self.operators = {
            "JA": lowered[0],
            "JB": lowered[1],
            "JA_z": z[0],
            "Jm": lowered[0] + lowered[1],
            "Jp": (lowered[0] + lowered[1]).T,
        }
        self.system = self.lindbladian(self.space, ensembles)

    def lindbladian(self, space, ensembles):
        (lowered_a, pumps_a, z_a), (lowered_b, pumps_b, z_b) = ensembles
        return qs.Lindbladian(
            space,
            [(self.params["delta"] / 2, z_a - z_b)],
            [(self.params["Gamma"], lowered_a + lowered_b)]
            + [(self.params["w"], jump) for jump in pumps_a + pumps_b],
        )

    def every_atom(self):
        sites = {f"{e}{j}": qs.Spin(1 / 2) for e in "AB" for j in range(self.count)}
        space = qs.Space(**sites)
        atoms = [[space[f"{e}{j}"] for j in range(self.count)] for e in "AB"]
        return space, [
            (sum(a.minus for a in one), [a.plus for a in one], sum(a.z for a in one))
            for one in atoms
        ]

    def total_spins(self):
        matrices = pumped_ensemble(self.count)
        dimension = len(matrices[0])
        space = qs.Space(**{e: qs.Fock(dimension, finite=True) for e in "AB"})
        return space, [
            (space.embed(e, lowered), [space.embed(e, jump) for jump in jumps], space.embed(e, z))
            for e in "AB"
            for lowered, jumps, _, z in [matrices]
        ]

    def slowest_symmetric(self, sector):
        """The slowest eigenvalue of the elements of multiplets with M - M' = sector."""
        space, ensembles = self.total_spins()
        system = self.lindbladian(space, ensembles)
        _, _, J, z = pumped_ensemble(self.count)
        spins = np.add.outer(J, 1j * J).ravel()  # of A and of B
        M = np.add.outer(np.diag(z), np.diag(z)).ravel()
        kept = np.equal.outer(spins, spins) & (np.subtract.outer(M, M) == sector)
        modes = qs.slowest_modes(system, 40)
        return next(
            value
            for value, mode in zip(modes.eigenvalues, modes.right, strict=True)
            if np.linalg.norm(mode[kept]) > 0.999 * np.linalg.norm(mode)
        )


def pumped_ensemble(count):
    """Lowering, single pumps, J and z of N spins 1/2 on the multiplets J = N/2, N/2 - 1, ...

    States that no exchange of atoms changes are blocks of the total spin J, and a jump of any one
    atom takes J to J or J +- 1.
    """
    spins = [count / 2 - k for k in range(count // 2 + 1)]
    states = [(J, J - m) for J in spins for m in range(round(2 * J) + 1)]
    index = {state: k for k, state in enumerate(states)}
    lowered, z = np.zeros((2, len(states), len(states)))
    jumps = {(J, change): np.zeros_like(z) for J, change in product(spins, (0, 1, -1))}
    for (J, M), k in index.items():
        z[k, k] = M
        if (J, M - 1) in index:
            lowered[index[J, M - 1], k] = math.sqrt((J + M) * (J - M + 1))
        for change in (0, 1, -1):
            if (J + change, M + 1) in index:
                rate = pump_rate(count, J, M, change)
                jumps[J, change][index[J + change, M + 1], k] = math.sqrt(rate)
    return (
        lowered,
        [jump for jump in jumps.values() if jump.any()],
        np.array([J for J, _ in states]),
        z,
    )


def pump_rate(count, J, M, change):
    """From |J, M> to |J + change, M + 1>, all atoms: Chase and Geremia, PRA 78, 052101 (2008)."""
    if change == 0:
        return (count + 2) * (J - M) * (J + M + 1) / (4 * J * (J + 1))
    if change == 1:
        return (count - 2 * J) * (J + M + 1) * (J + M + 2) / (4 * (J + 1) * (2 * J + 1))
    return (count + 2 * J + 2) * (J - M) * (J - M - 1) / (4 * J * (2 * J + 1))


def peaks_in_order(case, name):
    """Highest peaks of a spectrum, in ascending order of frequency."""
    peaks = case.spectrum(name).peaks
    height, frequency = np.asarray(peaks.height), np.asarray(peaks.frequency)
    top = height > (1 - 1e-9) * np.nanmax(height)
    order = np.argsort(frequency[top])
    return frequency[top][order], height[top][order]


def complex_of(text):
    return complex(text.replace("i", "j"))


def atoms_alike(c):
    """<sigma_1^+ sigma_2^-> of two atoms of one ensemble."""
    one = c.mean(c.operators["JA"].T @ c.operators["JA"])
    excited = c.count / 2 + c.mean(c.operators["JA_z"])
    return (one - excited) / (c.count * (c.count - 1))


def across(c):
    return c.mean(c.operators["JA"].T @ c.operators["JB"])


def g2(c):
    a, ad = c.operators["a"], c.operators["ad"]
    return c.mean(ad @ ad @ a @ a) / c.mean(c.operators["n"]) ** 2


QUANTITIES = {  # a pattern of the file's names, and the quantity of a case
    "n|nA|nB|a|Sp|Sz|JA_z": lambda c, m: c.mean(c.operators[m[0]]),
    r"n\(levels=\d+\)": lambda c, m: c.mean(c.operators["n"]),
    "ad_b|nA_nB|Sp_a": lambda c, m: c.mean(operator.matmul(*c.pair(m[0]))),
    "a_squared": lambda c, m: c.mean(c.operators["a"] @ c.operators["a"]),
    "abs_a_over_sqrt_n": lambda c, m: (
        abs(c.mean(c.operators["a"])) / math.sqrt(c.mean(c.operators["n"]).real)
    ),
    "g2": lambda c, m: g2(c),
    "JA_plus_JB_minus": lambda c, m: across(c),
    "JA_plus_JA_minus": lambda c, m: c.mean(c.operators["JA"].T @ c.operators["JA"]),
    "J_plus_J_minus": lambda c, m: c.mean(c.operators["Jp"] @ c.operators["Jm"]),
    r"sigma_plus_1_sigma_minus_2\.same_ensemble": lambda c, m: atoms_alike(c),
    r"sigma_plus_sigma_minus\.across": lambda c, m: across(c) / c.count**2,
    r"top_population\(levels=\d+\)": lambda c, m: c.state.truncation.population["mode"],
    r"(relative_)?phase\.(\w+)\.(maximum|smallest_density|location)": lambda c, m: {
        "maximum": lambda p: p.maximum,
        "smallest_density": lambda p: p.minimum + p.uniform_density,
        "location": lambda p: p.location[0],
    }[m[3]](c.phase(m[2], bool(m[1]))),
    r"(wigner|husimi)\(alpha=(.*)\)": lambda c, m: getattr(qs, m[1])(*c.of, alpha=complex_of(m[2])),
    rf"spin_(wigner|husimi)\(theta=({NUMBER}),phi=({NUMBER})\)": lambda c, m: getattr(qs, m[1])(
        *c.of, float(m[2]), float(m[3])
    ),
    rf"correlation\.(\w+)\(tau=({NUMBER})\)": lambda c, m: qs.correlation(
        c.system, *c.pair(m[1]), [0.0, float(m[2])]
    )[1],
    rf"spectrum\.(\w+)\(omega=({NUMBER})\)": lambda c, m: c.spectrum(m[1]).incoherent(
        [float(m[2])]
    )[0],
    r"observed_frequency\.(\w+)": lambda c, m: c.spectrum(m[1]).observed_frequency,
    r"fwhm\.(\w+)": lambda c, m: c.spectrum(m[1]).linewidth,
    r"spectrum_maximum\.([^.]+)": lambda c, m: c.spectrum(m[1]).peaks.height[0],
    r"spectrum_peak\.(\w+)\.(\d)": lambda c, m: peaks_in_order(c, m[1])[0][int(m[2]) - 1],
    r"spectrum_maximum\.(\w+)\.(\d)": lambda c, m: peaks_in_order(c, m[1])[1][int(m[2]) - 1],
    r"slow_eigenvalue\.(\d)": lambda c, m: c.modes(6 if c.space.dimension > 2 else 3).eigenvalues[
        int(m[1]) - 1
    ],
    r"slowest_eigenvalue\.sector\((.*)\)": lambda c, m: c.modes(1, int(m[1])).eigenvalues[0],
    r"slowest_eigenvalue\.symmetric_sector\((.*)\)": lambda c, m: c.slowest_symmetric(int(m[1])),
}


@cache
def case_of(name, params, levels):
    return (Atoms if name == "superradiant" else Case)(name, eval(params), levels)


def tolerance_of(entry):
    """Its accuracy, or what rounding leaves of a quantity of order one.

    Most entries are given to 1e-15, where a condition number of 1e5 of the equations for the state
    costs us 1e-14. A peak lies where a slope vanishes, and eigenvalues of what is not normal have
    conditions of their own: both lose another digit.
    """
    lost = 1e-12 if re.match("observed|fwhm|spectrum_peak|slow", entry["quantity"]) else 1e-13
    return max(3 * entry["accuracy"], lost * max(1, abs(value_of(entry["value"]))))


@pytest.mark.parametrize("entry", FILE["entries"], ids=lambda e: f"{e['id']}-{e['quantity']}")
def test_a_reference_number(entry):
    case = case_of(entry["system"], repr(entry["params"]), entry.get("levels"))
    matches = [(re.fullmatch(p, entry["quantity"]), find) for p, find in QUANTITIES.items()]
    ((match, find),) = [(match, find) for match, find in matches if match]
    got = find(case, match)
    assert abs(complex(got) - value_of(entry["value"])) <= tolerance_of(entry)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_pumps_of_total_spins_take_what_single_atoms_give(count):
    _, jumps, _, z = pumped_ensemble(count)
    # The rate of all pumps together is the number of atoms below.
    rates = sum(jump.T @ jump for jump in jumps)
    np.testing.assert_allclose(rates, np.diag(count / 2 - np.diag(z)), atol=1e-13)
