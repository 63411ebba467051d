"""Phase distributions of all kinds against quadrature of operators built here, and symmetries."""

import functools
import tracemalloc

import numpy as np
import pytest
import qutip
import scipy.linalg
import scipy.special
import sympy

import quantsync as qs
from quantsync.measures import _trigonometric
from quantsync.measures import phase as phase_module
from quantsync.states import Certified

PAIR = qs.Space(A=qs.Spin(1), B=qs.Spin(1))
KINDS = ("husimi", "phase_states", "wigner")


def space_of(*sizes):
    return qs.Space(**{name: qs.Spin(size) for name, size in zip("ABC", sizes, strict=False)})


def coherent(size, theta, phi):
    """e^{-i phi Sz} e^{-i theta Sy} |S,S>, from the matrices of another library."""
    y, z = qutip.jmat(size, "y").full(), qutip.jmat(size, "z").full()
    return scipy.linalg.expm(-1j * phi * z) @ scipy.linalg.expm(-1j * theta * y)[:, 0]


@functools.cache
def meridian(size):
    """Rotations to phi = 0 on the 80 Gauss-Legendre nodes in theta."""
    nodes, _ = np.polynomial.legendre.leggauss(80)
    theta = np.pi / 2 * (nodes + 1)
    return scipy.linalg.expm(-1j * theta[:, None, None] * qutip.jmat(size, "y").full())


@functools.cache
def north_pole(size):
    """Kernel of the Wigner function at theta = 0: sum_k sqrt((2k+1)/(2S+1)) T_k^0."""
    m = qutip.jmat(size, "z").diag()
    orthonormal, triangle = np.linalg.qr(np.vander(m, increasing=True))
    tensors = orthonormal * np.sign(triangle.diagonal())
    return tensors @ np.sqrt((2 * np.arange(len(m)) + 1) / len(m))


@functools.cache
def ray(levels):
    """Displaced parities (2/pi) D(r) (-1)^n D(r)^dag on the 80 nodes in r from 0 to 5."""
    nodes, _ = np.polynomial.legendre.leggauss(80)
    a, size = np.diag(np.sqrt(np.arange(1.0, 90)), 1), 90
    parity = (-1.0) ** np.arange(size)
    found = []
    for r in 2.5 * (nodes + 1):
        d = scipy.linalg.expm(r * (a.T - a))
        found.append(2 / np.pi * ((d * parity) @ d.T)[:levels, :levels])
    return np.array(found)


def phase_operator(site, phi, sign, kind):
    """Operator whose expectation value is the phase density, by Gauss-Legendre quadrature.

    For a spin (2S+1)/(4 pi) int sin(theta) D d theta, with D the projector on |theta,phi> or the
    kernel of the Wigner function; for a mode int r D dr with D = |alpha><alpha|/pi, or the kernel,
    and alpha = r e^{i sign phi}; or the projector on the phase state.
    """
    is_spin = isinstance(site, qs.Spin)
    x = qutip.jmat(site.size, "z").diag() if is_spin else np.arange(site.levels)
    turn = np.exp((-1j if is_spin else 1j * sign) * phi * x)
    if kind == "phase_states":
        return np.outer(turn, turn.conj()) / (2 * np.pi)
    nodes, weights = np.polynomial.legendre.leggauss(80)
    if is_spin:
        theta = np.pi / 2 * (nodes + 1)
        density = (2 * site.size + 1) / (4 * np.pi) * np.pi / 2 * weights * np.sin(theta)
        pole = north_pole(site.size) if kind == "wigner" else np.eye(site.dimension)[0]
        turned = meridian(site.size)
        operators = (turned * pole) @ turned.conj().swapaxes(1, 2)
    else:
        r = 2.5 * (nodes + 1)
        density = 2.5 * weights * r
        operators = ray(site.levels)
        if kind == "husimi":
            r, density = 2 * r, 4 * density  # to 10
            norm = np.sqrt(np.cumprod([1.0, *x[1:]]))
            kets = np.exp(-(r[:, None] ** 2) / 2) * r[:, None] ** x / norm
            operators = kets[:, :, None] * kets[:, None, :] / np.pi
    return turn[:, None] * np.einsum("k,kij->ij", density, operators) * turn.conj()


def quadrature(rho, sites, phases, kinds):
    """Joint phase density at one point of the torus."""
    operator = np.eye(1)
    sign = -1 if any(isinstance(site, qs.Spin) for site in sites) else 1
    for site, phi, kind in zip(sites, phases, kinds, strict=True):
        operator = np.kron(operator, phase_operator(site, phi, sign, kind))
    return np.trace(operator @ rho, axis1=-2, axis2=-1).real


def product_state(*kets):
    ket = np.ones(1)
    for factor in kets:
        ket = np.kron(ket, factor)
    return np.outer(ket, ket.conj())


def wrapped(angle):
    return np.angle(np.exp(1j * angle))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "site", [qs.Spin(1 / 2), qs.Spin(1), qs.Spin(3 / 2), qs.Spin(2), qs.Spin(10), qs.Fock(6)]
)
def test_every_kind_of_a_single_phase_equals_its_quadrature(site, kind, random_states):
    rho = random_states(1, site.dimension, (3,))
    distribution = qs.phase_distribution(rho, qs.Space(A=site), kind=kind)
    assert distribution.kinds == {"A": kind}
    for phi in (0.0, 0.7, 2.9, -1.3):
        direct = quadrature(rho, [site], [phi], [kind])
        np.testing.assert_allclose(distribution.density(phi), direct, atol=5e-13)


@pytest.mark.parametrize("function", [qs.husimi, qs.wigner])
def test_phases_are_the_functions_in_phase_space_integrated(function, random_states):
    nodes, weights = np.polynomial.legendre.leggauss(60)
    kind, phi = function.__name__, np.array([0.3, -2.0])
    spin, mode = qs.Space(A=qs.Spin(5 / 2)), qs.Space(A=qs.Fock(6, finite=True))
    rho = random_states(16, 6)
    theta = np.pi / 2 * (nodes[:, None] + 1)
    found = np.pi / 2 * weights @ (np.sin(theta) * function(rho, spin, theta, phi))
    found = found * (6 / (4 * np.pi) if kind == "wigner" else 1)
    np.testing.assert_allclose(
        qs.phase_distribution(rho, spin, kind=kind).density(phi), found, atol=1e-14
    )
    r = 4 * (nodes[:, None] + 1)
    found = 4 * weights @ (r * function(rho, mode, alpha=r * np.exp(1j * phi)))
    np.testing.assert_allclose(
        qs.phase_distribution(rho, mode, kind=kind).density(phi), found, atol=1e-13
    )


@pytest.mark.parametrize(
    ("sites", "kinds"),
    [
        ((qs.Spin(1 / 2), qs.Spin(1)), ("husimi", "husimi")),
        ((qs.Spin(1), qs.Spin(3 / 2)), ("husimi", "wigner")),
        ((qs.Fock(3), qs.Spin(1)), ("phase_states", "husimi")),
        ((qs.Fock(3), qs.Spin(1)), ("wigner", "wigner")),
        ((qs.Fock(3), qs.Fock(4)), ("wigner", "husimi")),
        ((qs.Fock(2), qs.Spin(1), qs.Fock(3)), ("husimi", "phase_states", "wigner")),
        ((qs.Spin(2), qs.Spin(1 / 2), qs.Spin(1)), ("husimi", "wigner", "phase_states")),
    ],
    ids=str,
)
def test_joint_and_relative_phases_equal_quadrature(sites, kinds, random_states):
    space = qs.Space(**dict(zip("ABC", sites, strict=False)))
    rho = random_states(2, space.dimension, (2,))
    kind = dict(zip("ABC", kinds, strict=False))
    joint = qs.phase_distribution(rho, space, kind=kind)
    relative = qs.relative_phase_distribution(rho, space, kind=kind)
    assert joint.kinds == relative.kinds == kind
    point = [0.4, -1.9, 2.6][: len(sites)]
    np.testing.assert_allclose(
        joint.density(*point), quadrature(rho, sites, point, kinds), atol=1e-13
    )
    # The common phase integrated out by the trapezoid rule, exact for so low a degree.
    common = 2 * np.pi * np.arange(16) / 16
    turned = [[*(np.array(point[:-1]) + c), c] for c in common]
    direct = 2 * np.pi * np.mean([quadrature(rho, sites, p, kinds) for p in turned], axis=0)
    np.testing.assert_allclose(relative.density(*point[:-1]), direct, atol=1e-13)


def test_spins_have_husimi_phases_and_modes_phase_states_unless_told(random_states):
    space = qs.Space(S=qs.Spin(1), M=qs.Fock(3), F=qs.Fock(2, finite=True))
    rho = random_states(3, space.dimension)
    usual = {"S": "husimi", "M": "phase_states", "F": "phase_states"}
    for measure in (qs.phase_distribution, qs.relative_phase_distribution):
        assert measure(rho, space).kinds == usual
        assert measure(rho, space, kind="wigner").kinds == dict.fromkeys("SMF", "wigner")
        assert measure(rho, space, kind={"M": "husimi"}).kinds == {**usual, "M": "husimi"}
        assert measure(rho, space, ["S", "M"]).kinds == {"S": "husimi", "M": "phase_states"}
        told, alike = measure(rho, space, kind=usual), measure(rho, space)
        np.testing.assert_array_equal(told.harmonics, alike.harmonics)
        other = measure(rho, space, kind={"M": "husimi"})
        assert np.abs(other.harmonics - told.harmonics).max() > 1e-3
    text = repr(qs.phase_distribution(rho, space, ["S", "M"]))
    assert "(S: azimuth, husimi; M: -arg(alpha), phase_states)" in text


def test_kinds_that_do_not_exist_are_named():
    rho = np.eye(6) / 6
    space = qs.Space(A=qs.Spin(1), M=qs.Fock(2))
    for kind in ("phase_state", {"M": "phase_state"}):
        with pytest.raises(qs.errors.UnknownNameError, match=r"'phase_state'; did you mean 'phase"):
            qs.phase_distribution(rho, space, kind=kind)
    with pytest.raises(qs.errors.UnknownNameError, match=r"kind of phase '3'.*husimi, phase_st"):
        qs.relative_phase_distribution(rho, space, kind=3)
    with pytest.raises(qs.errors.UnknownNameError, match="Unknown site 'm'. Known: A, M"):
        qs.phase_distribution(rho, space, kind={"m": "husimi"})
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"above S = 510, but is 'wigner' for"):
        qs.phase_distribution(np.eye(1023) / 1023, qs.Space(A=qs.Spin(511)), kind="wigner")


def test_phases_of_some_sites_are_those_of_their_reduced_state(random_states):
    space = space_of(1, 1 / 2, 3 / 2)
    rho = random_states(4, space.dimension)
    reduced, rest = qs.partial_trace(rho, space, ["A", "C"]), space.subspace(["A", "C"])
    some = qs.relative_phase_distribution(rho, space, ["A", "C"])
    assert some.phases == ("phi_A - phi_C",)
    alone = qs.relative_phase_distribution(reduced, rest)
    np.testing.assert_allclose(some.density(0.8), alone.density(0.8), atol=1e-15)
    c = 2 * np.pi * np.arange(16) / 16
    over_others = qs.phase_distribution(rho, space).density(0.8, c[:, None], c[None, :])
    np.testing.assert_allclose(
        qs.phase_distribution(rho, space, "A").density(0.8),
        (2 * np.pi) ** 2 * over_others.mean(),
        atol=1e-14,
    )


def test_spin_1_pair_follows_the_closed_form_of_two_harmonics(random_states):
    rho = random_states(5, 9, (20,))

    def r(a, b, c, d):  # <a,b| rho |c,d>, m = 1, 0, -1 at positions 0, 1, 2
        return rho[:, 3 * (1 - a) + 1 - b, 3 * (1 - c) + 1 - d]

    c1 = r(1, -1, 0, 0) + r(0, 0, -1, 1) + r(1, 0, 0, 1) + r(0, -1, -1, 0)
    c2 = r(1, -1, -1, 1)
    distribution = qs.relative_phase_distribution(rho, PAIR)
    for phi in (0.0, 0.9, -2.2):
        expected = 9 * np.pi / 128 * (np.exp(1j * phi) * c1).real
        expected = expected + (np.exp(2j * phi) * c2).real / (4 * np.pi)
        np.testing.assert_allclose(
            distribution.density(phi) - 1 / (2 * np.pi), expected, atol=1e-15
        )


@pytest.mark.parametrize("sizes", [(1 / 2, 1), (1, 1), (3 / 2, 2), (1 / 2, 1 / 2)])
def test_coherent_product_state_peaks_at_its_own_phases(sizes):
    angles = [(1.0, 0.5), (1.2, -2.4)]
    rho = product_state(*(coherent(s, *angle) for s, angle in zip(sizes, angles, strict=True)))
    space = space_of(*sizes)
    relative = qs.relative_phase_distribution(rho, space)
    assert relative.phases == ("phi_A - phi_B",)
    assert relative.location == pytest.approx([2.9], abs=1e-9)
    assert qs.phase_distribution(rho, space).location == pytest.approx([0.5, -2.4], abs=1e-9)
    assert qs.phase_distribution(rho, space, "A").location == pytest.approx([0.5], abs=1e-9)
    assert qs.phase_distribution(rho, space, "B").location == pytest.approx([-2.4], abs=1e-9)


def test_three_coherent_spins_have_two_relative_phases():
    rho = product_state(coherent(1, 1.0, 0.5), coherent(1 / 2, 1.2, -0.4), coherent(1, 0.9, 2.0))
    relative = qs.relative_phase_distribution(rho, space_of(1, 1 / 2, 1))
    assert relative.phases == ("phi_A - phi_C", "phi_B - phi_C")
    assert relative.location == pytest.approx([-1.5, -2.4], abs=1e-9)


def coherent_mode(levels, alpha):
    return qutip.coherent(levels, alpha, method="analytic").full()[:, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_phase_of_a_mode_is_the_argument_of_its_amplitude(kind):
    ket = coherent_mode(30, 1.1 * np.exp(0.8j))
    alone = qs.phase_distribution(np.outer(ket, ket.conj()), qs.Space(A=qs.Fock(30)), kind=kind)
    assert alone.location == pytest.approx([0.8], abs=1e-9)
    assert (alone.phases, alone.senses) == (("phi_A",), {"A": "arg(alpha)"})
    pair, space = qs.Space(A=qs.Fock(30), B=qs.Fock(20)), qs.Space(S=qs.Spin(1), M=qs.Fock(30))
    two = product_state(ket, coherent_mode(20, -0.9j))
    relative = qs.relative_phase_distribution(two, pair, kind=kind)
    assert relative.location == pytest.approx([0.8 + np.pi / 2], abs=1e-9)
    assert (relative.phases, set(relative.senses.values())) == (("phi_A - phi_B",), {"arg(alpha)"})
    mixed = product_state(coherent(1, 1.3, 0.3), ket)
    relative = qs.relative_phase_distribution(mixed, space, kind=kind)
    assert relative.location == pytest.approx([1.1], abs=1e-9)
    assert relative.senses == {"S": "azimuth", "M": "-arg(alpha)"}
    # The space says which, not the sites that are asked for.
    alone = qs.phase_distribution(mixed, space, "M", kind=kind)
    assert alone.location == pytest.approx([-0.8], abs=1e-9)
    assert alone.senses == {"M": "-arg(alpha)"}


def test_a_driven_damped_mode_has_the_phase_of_its_amplitude_in_every_formalism():
    detuning, drive, damping = 0.7, 0.5, 1.0
    alpha = -1j * drive / (1j * detuning + damping / 2)
    a = qutip.destroy(24)
    H, c_ops = detuning * a.dag() * a + drive * (a + a.dag()), [np.sqrt(damping) * a]
    steady = qs.steady_state(qs.from_qutip(H, c_ops))
    locked = qs.phase_distribution(steady).location
    assert locked == pytest.approx([np.angle(alpha)], abs=1e-7)
    assert qs.phase_response(steady, "A") == pytest.approx(alpha, abs=1e-9)
    # Q of QuTiP on the ray of alpha is higher than on both sides of it.
    ray = abs(alpha) * np.exp(1j * (locked[0] + np.array([-0.05, 0.0, 0.05])))
    q = [qutip.qfunc(qs.to_qutip(steady), [z.real], [z.imag], g=2)[0, 0] for z in ray]
    assert q[1] > max(q[0], q[2])
    b = sympy.Symbol("b")
    c = sympy.conjugate(b)
    field = qs.MeanFieldModel(
        [b], detuning * b * c + drive * (b + c), [sympy.sqrt(damping) * b]
    ).integrate([0], [50.0])
    assert np.angle(field.beta[-1, 0]) == pytest.approx(locked[0], abs=1e-7)


def test_two_van_der_pol_modes_lock_at_the_phase_of_their_coherence():
    space = qs.Space(A=qs.Fock(11), B=qs.Fock(11))
    a, b = space["A"], space["B"]
    jumps = [(1.0, a.create), (1.0, b.create), (1.5, a.destroy - b.destroy)]
    jumps += [(2.0, a.destroy @ a.destroy), (2.0, b.destroy @ b.destroy)]
    found = []
    for detuning in (0.6, -0.6):
        pair = qs.Lindbladian(space, [(detuning / 2, a.number - b.number)], jumps)
        steady = qs.steady_state(pair)
        (location,) = qs.relative_phase_distribution(steady).location
        coherence = np.trace(steady.rho @ (a.destroy @ b.create).toarray())
        assert location == pytest.approx(np.angle(coherence), abs=0.01)  # of one harmonic of five
        found.append(location)
    # The faster mode, whose amplitude turns as e^{-i omega t}, is ahead by a negative argument.
    assert found[0] < -0.1
    assert found[0] == pytest.approx(-found[1], abs=1e-9)


def test_the_phase_between_a_spin_and_its_mode_stands_still():
    space = qs.Space(S=qs.Spin(1), M=qs.Fock(4, finite=True))
    s, m = space["S"], space["M"]
    charge = s.z + m.number
    psi = np.kron(coherent(1, 1.1, 0.4), coherent_mode(4, 0.5 * np.exp(0.3j)))
    rho = np.outer(psi, psi.conj()) / np.vdot(psi, psi)
    free = qs.Lindbladian(space, [(0.9, charge)])
    locations = qs.relative_phase_distribution(qs.evolve(free, rho, [0.0, 0.7, 3.0])).location
    np.testing.assert_allclose(locations, locations[:1].repeat(3, axis=0), atol=1e-9)
    # Excitation exchange alone locks them: at a quarter of a turn, where S+ a has a real rate.
    both = qs.Lindbladian(
        space,
        [(0.9, charge), (0.2, s.plus @ m.destroy + s.minus @ m.create)],
        [(1.0, s.plus), (0.3, s.minus), (1.0, m.destroy)],
    )
    steady = qs.steady_state(both)
    locked = qs.relative_phase_distribution(steady)
    exchange = np.trace(steady.rho @ (s.plus @ m.destroy).toarray())
    assert locked.maximum > 0.01
    assert abs(locked.location[0]) == pytest.approx(np.pi / 2, abs=1e-9)
    assert locked.location[0] == pytest.approx(np.angle(exchange), abs=1e-9)


@pytest.mark.parametrize("site", [qs.Spin(3 / 2), qs.Fock(4)], ids=str)
def test_phase_turns_at_the_frequency_of_the_site(site):
    space, sense = qs.Space(A=site), 1 if isinstance(site, qs.Spin) else -1
    ket = np.ones(4) / 2
    energy = space["A"].z if isinstance(site, qs.Spin) else space["A"].number
    path = qs.evolve(qs.Lindbladian(space, [(0.7, energy)]), np.outer(ket, ket), [0.0, 0.5, 2.0])
    location = qs.phase_distribution(path.rho, space).location
    np.testing.assert_allclose(location[:, 0], [0.0, sense * 0.35, sense * 1.4], atol=1e-9)


@pytest.mark.parametrize("sizes", [(1,), (1 / 2, 2), (1, 1, 1 / 2)])
def test_density_is_a_probability(sizes, random_states):
    space = space_of(*sizes)
    rho = random_states(6, space.dimension, (5,), rank=1)
    axis = 2 * np.pi * np.arange(24) / 24
    distributions = [qs.phase_distribution(rho, space)]
    if len(sizes) > 1:
        distributions.append(qs.relative_phase_distribution(rho, space))
    for distribution in distributions:
        d = len(distribution.phases)
        density = distribution.density(*np.meshgrid(*[axis] * d, indexing="ij")).reshape(5, -1)
        np.testing.assert_allclose((2 * np.pi) ** d * density.mean(axis=-1), 1, atol=1e-13)
        assert density.min() > -1e-15
        highest = distribution.maximum + (2 * np.pi) ** -d
        assert (density.max(axis=-1) <= highest + 1e-14).all()


def test_rotating_a_site_carries_the_peak_along(random_states):
    space = space_of(1, 3 / 2)
    rho, chi = random_states(7, space.dimension), 1.3
    turn = scipy.linalg.expm(-1j * chi * space["A"].z.toarray())
    turned = turn @ rho @ turn.conj().T
    before = qs.relative_phase_distribution(rho, space)
    after = qs.relative_phase_distribution(turned, space)
    assert after.maximum == pytest.approx(before.maximum, abs=1e-14)
    assert wrapped(after.location - before.location - chi) == pytest.approx([0], abs=1e-8)
    np.testing.assert_allclose(after.density(0.4 + chi), before.density(0.4), atol=1e-14)
    site_before, site_after = (qs.phase_distribution(r, space, "A") for r in (rho, turned))
    np.testing.assert_allclose(site_after.density(chi), site_before.density(0.0), atol=1e-14)


def test_exchanging_the_sites_flips_the_sign_of_the_relative_phase(random_states):
    rho = random_states(8, 6, (10,))
    exchanged = rho.reshape(10, 2, 3, 2, 3).transpose(0, 2, 1, 4, 3).reshape(10, 6, 6)
    there = qs.relative_phase_distribution(rho, space_of(1 / 2, 1))
    back = qs.relative_phase_distribution(exchanged, space_of(1, 1 / 2))
    assert (np.abs(there.location) <= np.pi).all()
    np.testing.assert_allclose(back.location, -there.location, atol=1e-9)
    np.testing.assert_allclose(back.density(0.6), there.density(-0.6), atol=1e-14)


def test_states_without_coherences_prefer_no_phase():
    rho = np.diag([0.2, 0.1, 0.4, 0.1, 0.15, 0.05])
    single_site = np.kron(np.full((2, 2), 0.5), np.diag([0.5, 0.2, 0.3]))
    for state in (rho, single_site):
        relative = qs.relative_phase_distribution(state, space_of(1 / 2, 1))
        assert relative.maximum == 0
        assert np.isnan(relative.location).all()
        assert relative.density(0.3) == pytest.approx(1 / (2 * np.pi), abs=1e-16)
    assert qs.phase_distribution(rho, space_of(1 / 2, 1)).maximum == 0


def test_antiphase_locking_is_reported_at_exactly_plus_pi():
    singlet = np.outer([0, 1, -1, 0], [0, 1, -1, 0]) / 2
    assert qs.relative_phase_distribution(singlet, space_of(1 / 2, 1 / 2)).location == [np.pi]
    pair = qs.models.spin_pair(epsilon=[1e-6, 1e-3, 0.1], gain_a=1, gain_b=100, damping_b=1)
    location = qs.relative_phase_distribution(qs.steady_state(pair).rho, PAIR).location
    assert (location == np.pi).all()


def test_weak_locking_is_found_at_any_strength():
    rho = np.eye(4, dtype=complex) / 4
    coherence = np.array([1e-3, 1e-8, 1e-12]) * np.exp(-0.9j)
    rho = np.stack([rho] * 3)
    rho[:, 1, 2], rho[:, 2, 1] = coherence, coherence.conj()
    relative = qs.relative_phase_distribution(rho, space_of(1 / 2, 1 / 2))
    # Two spins 1/2 weigh a coherence with 2 (pi/4)^2/(2 pi).
    np.testing.assert_allclose(relative.maximum, np.pi / 16 * np.abs(coherence), rtol=1e-12)
    np.testing.assert_allclose(relative.location[:, 0], 0.9, atol=1e-9)


@pytest.mark.parametrize(("kind", "variance"), [("husimi", 1), ("wigner", 1 / 2)])
def test_large_spins_stay_finite_and_sharpen(kind, variance):
    heights, sizes = [], [5, 20, 60, 250]
    for size in sizes:
        ket = qs.coherent_state(size, np.pi / 2, -2.0)
        rho = np.outer(ket, ket.conj())
        distribution = qs.phase_distribution(rho, space_of(size), kind=kind)
        assert distribution.location == pytest.approx([-2.0], abs=1e-8)
        heights.append(float(distribution.maximum) + 1 / (2 * np.pi))
    # A coherent state has the variance 1/S in the phase of Q, and half of it in that of W.
    expected = np.sqrt(np.array(sizes) / (2 * np.pi * variance))
    np.testing.assert_allclose(heights, expected, rtol=0.05)
    np.testing.assert_allclose(heights[-1], expected[-1], rtol=2e-3)
    assert heights == sorted(heights)


def test_modes_of_many_levels_stay_finite_and_sharpen():
    alpha, levels = 14.0 * np.exp(1.2j), 400
    n = np.arange(levels)
    logarithm = n * np.log(abs(alpha)) - (abs(alpha) ** 2 + scipy.special.gammaln(n + 1)) / 2
    ket = np.exp(logarithm + 1j * n * np.angle(alpha))
    rho, space = np.outer(ket, ket.conj()), qs.Space(M=qs.Fock(levels))
    # The marginals along the ray through alpha of s exp(-s |z - alpha|^2)/pi: Q has s = 1.
    for kind, s in (("husimi", 1), ("wigner", 2)):
        found = qs.phase_distribution(rho, space, kind=kind)
        assert found.location == pytest.approx([1.2], abs=1e-8)
        root = np.sqrt(s) * abs(alpha)
        height = (np.exp(-(root**2)) + np.sqrt(np.pi) * root * 2) / (2 * np.pi)
        assert found.maximum + 1 / (2 * np.pi) == pytest.approx(height, rel=1e-10)
    sharp = qs.phase_distribution(rho, space)
    assert sharp.location == pytest.approx([1.2], abs=1e-8)
    assert sharp.density(1.2) == pytest.approx(np.abs(ket).sum() ** 2 / (2 * np.pi), rel=1e-12)


def test_the_tables_of_a_large_spin_are_no_larger_than_its_state():
    tracemalloc.start()
    try:
        elements, weights, ends, orders = phase_module._functionals.__wrapped__(
            ((qs.Spin(150), "azimuth", "husimi"),), False
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(elements) == len(weights) == ends[-1] == 301 * 300 // 2
    assert orders[:, 0].tolist() == list(range(1, 301))
    assert peak < 20 * 8 * 301**2  # bytes; one column a harmonic would take 150 of them


def test_waves_of_one_phase_and_their_fourier_transform_agree(random_states, monkeypatch):
    space = space_of(5)
    rho = random_states(12, 11, (4,))
    table = qs.phase_distribution(rho, space)
    tabulated = table.maximum, table.location, table.local_maxima(0.1)
    monkeypatch.setattr(_trigonometric, "FOURIER_FROM", 1)
    fourier = qs.phase_distribution(rho, space)
    np.testing.assert_allclose(fourier.maximum, tabulated[0], rtol=1e-13)
    np.testing.assert_allclose(fourier.location, tabulated[1], atol=1e-9)
    peaks = fourier.local_maxima(0.1)
    np.testing.assert_array_equal(peaks.count, tabulated[2].count)
    np.testing.assert_allclose(peaks.height, tabulated[2].height, rtol=1e-12)


def test_batches_keep_their_shape_and_do_not_depend_on_their_chunks(random_states, monkeypatch):
    space = space_of(1, 1 / 2, 1 / 2)
    rho = random_states(10, 12, (3, 5))
    whole = qs.relative_phase_distribution(rho, space)
    assert (whole.maximum.shape, whole.location.shape) == ((3, 5), (3, 5, 2))
    assert whole.density([0.1, 0.2], [0.3, 0.4]).shape == (3, 5, 2)
    monkeypatch.setattr(phase_module, "LARGEST_TABLE", 1)
    cut = qs.relative_phase_distribution(rho, space)
    np.testing.assert_allclose(cut.maximum, whole.maximum, rtol=1e-14)
    np.testing.assert_allclose(cut.location, whole.location, atol=1e-14)


def test_a_state_that_is_not_a_number_has_no_phase(random_states):
    rho = random_states(11, 9, (2,))
    good = qs.relative_phase_distribution(rho[1], PAIR)
    rho[0] = np.nan
    both = qs.relative_phase_distribution(Certified(rho, PAIR))
    assert np.isnan(both.maximum[0])
    assert np.isnan(both.location[0]).all()
    assert both.maximum[1] == pytest.approx(good.maximum, abs=1e-15)
    np.testing.assert_allclose(both.location[1], good.location, atol=1e-12)


def test_misuse_is_explained():
    with pytest.raises(qs.errors.DimensionError, match=r"`rho` must have shape .*9.* has \(4, 4\)"):
        qs.phase_distribution(np.eye(4) / 4, PAIR)
    with pytest.raises(qs.errors.InvalidArgumentError, match="at least two sites"):
        qs.relative_phase_distribution(np.eye(9) / 9, PAIR, "A")
    with pytest.raises(qs.errors.UnknownNameError, match="Unknown site 'C'"):
        qs.phase_distribution(np.eye(9) / 9, PAIR, "C")
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"needs 2 phases.*got 1"):
        qs.phase_distribution(np.eye(9) / 9, PAIR).density(0.0)


@pytest.mark.parametrize("site", [qs.Spin(5 / 2), qs.Fock(9)], ids=str)
def test_extrema_are_exact_where_the_distribution_is_negative(site, random_states):
    rho = random_states(14, site.dimension, (40,), rank=1)
    rho[0] = 0
    rho[0, [0, 0, 2, 2], [0, 2, 0, 2]] = 0.5
    phase = qs.phase_distribution(rho, qs.Space(A=site), kind="wigner")
    phi = np.linspace(-np.pi, np.pi, 20_001)
    density, uniform = phase.density(phi), phase.uniform_density
    assert density.min(axis=-1).max() < 0.1
    assert (phase.minimum + uniform < -0.01).any()
    bound = np.abs(phase.harmonics) @ phase.orders[:, 0] ** 2 * (phi[1] - phi[0]) ** 2 / (4 * np.pi)
    for ours, grid in (
        (phase.maximum + uniform, density.max(axis=-1)),
        (-phase.minimum - uniform, -density.min(axis=-1)),
    ):
        assert (ours >= grid - 1e-14).all()
        assert (ours <= grid + bound).all()
    at = [p.density(x[0]) for p, x in zip(phase, phase.location, strict=True)]
    np.testing.assert_allclose(at, phase.maximum + uniform, atol=1e-14)
    peaks = phase.local_maxima()
    np.testing.assert_allclose(peaks.height[:, 0], phase.maximum, atol=1e-14)
    above = density[:, :-1]
    tops = (above > np.roll(above, 1, 1)) & (above >= np.roll(above, -1, 1)) & (above > uniform)
    np.testing.assert_array_equal(peaks.count, tops.sum(axis=1))


def test_the_superposition_of_0_and_2_has_the_negative_minimum_of_its_closed_form():
    rho = np.zeros((3, 3))
    rho[[0, 0, 2, 2], [0, 2, 0, 2]] = 0.5
    phase = qs.phase_distribution(rho, qs.Space(M=qs.Fock(3)), kind="wigner")
    assert phase.minimum + phase.uniform_density == pytest.approx((1 - 2**0.5) / (2 * np.pi))
    assert phase.maximum == pytest.approx(2**0.5 / (2 * np.pi), abs=1e-15)
    assert phase.location == [0.0]  # and pi: the smallest
    assert qs.phase_distribution(np.eye(3) / 3, qs.Space(M=qs.Fock(3))).minimum == 0
    # A phase state has no weight a period of the ladder away.
    assert qs.phase_distribution(rho, qs.Space(M=qs.Fock(3))).minimum == pytest.approx(
        -1 / (2 * np.pi)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_equal_peaks_that_squeezing_makes_the_smaller_phase_is_told(kind):
    space = qs.Space(M=qs.Fock(16))
    a, ad, n = space["M"].destroy, space["M"].create, space["M"].number
    jumps = [(1.0, ad), (1.0, a @ a)]
    squeezed = qs.Lindbladian(space, [(0.2, n), (0.3, 1j * (a @ a - ad @ ad))], jumps)
    phase = qs.phase_distribution(qs.steady_state(squeezed), kind=kind)
    (location,) = phase.location
    assert -np.pi < location <= 0
    both = phase.density([location, location + np.pi])
    np.testing.assert_allclose(both, phase.maximum + phase.uniform_density, atol=1e-14)
    np.testing.assert_array_equal(phase.local_maxima(0.999).count, 2)
    assert np.isnan(phase.mean_phase)
    assert phase.circular_variance == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_mean_phases_are_those_of_the_density(kind, random_states):
    space = qs.Space(A=qs.Spin(3 / 2), B=qs.Fock(4), C=qs.Spin(1 / 2))
    rho = random_states(15, space.dimension, (2, 3), rank=1)
    axis = 2 * np.pi * np.arange(16) / 16
    one = qs.phase_distribution(rho, space, "B", kind=kind)
    mean = 2 * np.pi * np.mean(one.density(axis) * np.exp(1j * axis), axis=-1)
    assert one.mean_phase.shape == one.circular_variance.shape == (2, 3)
    np.testing.assert_allclose(one.mean_phase, np.angle(mean), atol=1e-12)
    np.testing.assert_allclose(one.circular_variance, 1 - np.abs(mean), atol=1e-14)
    two = qs.relative_phase_distribution(rho, space, kind=kind)
    x, y = np.meshgrid(axis, axis, indexing="ij")
    density = (2 * np.pi) ** 2 * two.density(x, y)
    means = np.stack([np.mean(density * np.exp(1j * p), axis=(-1, -2)) for p in (x, y)], axis=-1)
    assert two.mean_phase.shape == two.circular_variance.shape == (2, 3, 2)
    np.testing.assert_allclose(two.mean_phase, np.angle(means), atol=1e-11)
    np.testing.assert_allclose(two.circular_variance, 1 - np.abs(means), atol=1e-14)


def test_means_that_do_not_exist_and_their_seam():
    uniform = qs.phase_distribution(np.eye(9) / 9, PAIR)
    assert np.isnan(uniform.mean_phase).all()
    np.testing.assert_array_equal(uniform.circular_variance, [1, 1])
    incomparable = qs.relative_phase_distribution(
        np.eye(6) / 6, qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2))
    )
    assert (incomparable.mean_phase.shape, incomparable.circular_variance) == ((), 1)
    assert incomparable.minimum == 0
    for zero in (0.0, -0.0, 1e-17, -1e-17):
        minus = np.array([[0.5, complex(-0.5, zero)], [complex(-0.5, -zero), 0.5]])
        assert qs.phase_distribution(minus, space_of(1 / 2)).mean_phase == np.pi
    masked = qs.phase_distribution(Certified(np.full((1, 2, 2), np.nan), space_of(1 / 2)))
    assert np.isnan([masked.mean_phase, masked.circular_variance, masked.minimum]).all()
    # An order may be given by the other one of its pair.
    phase = phase_module.PhaseDistribution(np.array([0.3j]), np.array([[-1]]), ("phi_A",))
    assert phase.mean_phase == pytest.approx(np.pi / 2)
    assert phase.circular_variance == pytest.approx(0.7)
