"""Weak perturbations: the series against exact states, closed forms, QuTiP, and symmetries."""

import math
from itertools import pairwise

import numpy as np
import pytest
import qutip
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from systems import (
    UNEQUAL,
    bloch_system,
    driven_qubit,
    local_chain,
    max_difference,
    random_hermitian,
    random_matrix,
    random_system,
    random_unitary,
)

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    DimensionError,
    InvalidArgumentError,
    NonFiniteError,
    NonUniqueSteadyStateError,
    ScaleError,
)
from quantsync.lindblad import _sector_solve
from quantsync.lindblad import response as response_module
from quantsync.models import driven_pair, driving

few = settings(derandomize=True, deadline=None, max_examples=15)
seeds = st.integers(0, 2**32 - 1)
SMALL = UNEQUAL["spin 1 x spin 1/2"]
PAIR = driving().space
# Charge m_A + m_B of the rows minus that of the columns, basis uu, ud, du, dd.
CHARGE = np.subtract.outer([1, 0, 0, -1], [1, 0, 0, -1])
DETUNED = {"drive_detuning": 0.3, "qudit_detuning": -0.7, "dephasing": 0.1}


def perturbation(rng, space, kind, shape=()):
    n = space.dimension
    energies = [(rng.uniform(0.5, 1.5, size=shape), random_hermitian(rng, n))]
    jumps = [(rng.uniform(0.5, 1.5, size=shape), random_matrix(rng, n) / math.sqrt(n))]
    return qs.Lindbladian(
        space,
        energies if kind != "dissipative" else [],
        jumps if kind != "Hamiltonian" else [],
    )


def combined(first, second, strength):
    """first + strength * second, strength a number >= 0."""
    shape = np.broadcast_shapes(first.shape, second.shape)
    energies, jumps = [], []
    for system, factor in ((first, 1.0), (second, strength)):
        columns = factor * system.broadcast_to(shape).coefficient_table().T.reshape(-1, *shape)
        count = len(system.terms.hamiltonian)
        energies += zip(columns[:count], system.terms.hamiltonian, strict=True)
        jumps += zip(columns[count:], system.terms.jumps, strict=True)
    return qs.Lindbladian(first.space, energies, jumps)


def dagger(x):
    return np.conj(np.swapaxes(x, -1, -2))


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", ["Hamiltonian", "dissipative", "both"])
def test_what_the_series_leaves_out_is_of_the_next_order(kind, order):
    rng = np.random.default_rng(20)
    system = random_system(rng, SMALL, shape=(3, 1))
    drive = perturbation(rng, SMALL, kind, shape=(2,))
    response = qs.linear_response(system, drive, order=order)
    assert len(response.orders) == order + 1
    assert response.orders[order].shape == (3, 2, 6, 6)
    largest = np.abs(response.orders[order]).max(axis=(-2, -1))
    errors = []
    for strength in (0.04, 0.02):
        exact = qs.steady_state(combined(system, drive, strength)).rho
        errors.append(np.abs(exact - response.state(strength)).max(axis=(-2, -1)))
    assert_allclose(errors[0] / errors[1], 2 ** (order + 1), rtol=0.25)
    # The series' last term does improve the state.
    assert (errors[1] < 0.5 * 0.02**order * largest).all()


@pytest.mark.parametrize("kind", ["Hamiltonian", "dissipative", "both"])
@pytest.mark.parametrize("build", [random_system, local_chain])
@pytest.mark.parametrize("space", UNEQUAL.values(), ids=UNEQUAL)
def test_every_order_is_the_least_squares_solution_with_the_liouvillian_of_qutip(
    space, build, kind
):
    rng = np.random.default_rng(21)
    system, drive = build(rng, space), perturbation(rng, space, kind)
    response = qs.linear_response(system, drive, order=3)
    n = space.dimension
    # QuTiP stacks columns, so vec(rho) = rho.T.ravel().
    L0, L1 = (qutip.liouvillian(*s.to_qutip()).full() for s in (system, drive))
    equations = np.vstack([L0, np.eye(n).ravel()])
    right, rho = np.append(np.zeros(n * n), 1), []
    for _ in range(4):
        rho.append(np.linalg.lstsq(equations, right)[0])
        right = np.append(-L1 @ rho[-1], 0)
    for ours, theirs in zip(response.orders, rho, strict=True):
        scale = np.abs(theirs).max()
        assert_allclose(ours, theirs.reshape(n, n).T, atol=1e-10 * scale)


@few
@given(seeds, st.sampled_from(["Hamiltonian", "dissipative", "both"]))
def test_corrections_are_hermitian_and_traceless(seed, kind):
    rng = np.random.default_rng(seed)
    system = random_system(rng, SMALL, shape=(4,))
    response = qs.linear_response(system, perturbation(rng, SMALL, kind), order=4)
    for k, rho in enumerate(response.orders):
        assert_array_equal(rho, dagger(rho))
        trace = np.trace(rho, axis1=-2, axis2=-1)
        assert_allclose(trace, float(k == 0), atol=1e-13 * max(1, np.abs(rho).max()))
        assert np.abs(rho).max() > 1e-6


@few
@given(seeds, st.floats(-3, 3), st.floats(-3, 3))
def test_the_first_order_is_linear_in_the_perturbation(seed, c, d):
    rng = np.random.default_rng(seed)
    system = random_system(rng, SMALL)
    V, W = random_hermitian(rng, 6), random_hermitian(rng, 6)
    rho = [qs.linear_response(system, X).orders[1] for X in (V, W, c * V + d * W)]
    assert_allclose(rho[2], c * rho[0] + d * rho[1], atol=1e-10)
    # Of a stronger perturbation, order k is stronger by its k-th power.
    once, thrice = (qs.linear_response(system, f * V, order=3).orders for f in (1, -3))
    for k in range(4):
        assert_allclose(thrice[k], (-3.0) ** k * once[k], atol=1e-9 * np.abs(thrice[k]).max())


def test_an_operator_stands_for_its_commutator():
    system, _ = driven_qubit()
    V = random_hermitian(np.random.default_rng(22), 2)
    generator = qs.Lindbladian(system.space, hamiltonian=[(1.0, V)])
    first = qs.linear_response(system, V, order=2)
    second = qs.linear_response(system, generator, order=2)
    for ours, theirs in zip(first.orders, second.orders, strict=True):
        assert_array_equal(ours, theirs)


@pytest.mark.parametrize("detuning", [0.0, 0.8])
def test_the_optical_bloch_equations_give_every_order_in_closed_form(detuning):
    loss, gain, dephasing = 1.0, 0.3, 0.5
    system = bloch_system(0.0, detuning, loss, gain, dephasing)
    response = qs.linear_response(system, system.space["A"].x, order=4)
    # With decoherence c: z = z0/(1 + v r^2), y = -r c z/s, x = -detuning y/c in the Rabi rate r.
    relaxation, c = gain + loss, (gain + loss + dephasing) / 2
    s, z0 = c**2 + detuning**2, (gain - loss) / (2 * (gain + loss))
    v = c / (relaxation * s)
    for k, rho in enumerate(response.orders):
        z = z0 * (-v) ** (k / 2) if k % 2 == 0 else 0
        y = -c / s * z0 * (-v) ** ((k - 1) / 2) if k % 2 else 0
        x = -detuning * y / c
        expected = np.array([[z, x - 1j * y], [x + 1j * y, -z]]) + np.eye(2) / 2 * (k == 0)
        assert_allclose(rho, expected, atol=1e-15)
    assert response.sector_dimensions == (2, 2, 2, 2, 2)


def test_the_response_keeps_its_accuracy_over_twelve_decades():
    P = 10.0 ** np.random.default_rng(15).uniform(-6, 6, (4, 300))
    detuning, loss, gain, dephasing = P
    system = bloch_system(np.zeros(300), *P)
    response = qs.linear_response(system, system.space["A"].x, order=2)
    relaxation, c = gain + loss, (gain + loss + dephasing) / 2
    s, z0 = c**2 + detuning**2, (gain - loss) / (2 * (gain + loss))
    assert_allclose(response.orders[1][:, 0, 1], z0 * (detuning + 1j * c) / s, rtol=1e-13)
    assert_allclose(response.orders[2][:, 0, 0], -z0 * c / (relaxation * s), rtol=1e-13)


def test_a_rate_that_grows_moves_the_populations_as_the_closed_form_says():
    loss, gain = 0.7, 0.4
    system = bloch_system(0.0, 0.9, loss, gain, 0.0)
    more = qs.Lindbladian(system.space, dissipators=[(2.0, system.space["A"].minus)])
    response = qs.linear_response(system, more, order=4)
    # p_up = gain/(gain + loss + 2 eps)
    for k, rho in enumerate(response.orders):
        up = gain * (-2.0) ** k / (gain + loss) ** (k + 1)
        assert_allclose(rho, np.diag([up, float(k == 0) - up]), atol=1e-15)
    assert response.sector_dimensions == (2, 2, 2, 2, 2)


def test_what_leaves_the_steady_state_alone_has_no_response():
    rng = np.random.default_rng(23)
    system = random_system(rng, SMALL)
    rho = qs.steady_state(system).rho
    for nothing in (system, np.eye(6), rho, qs.Lindbladian(SMALL)):
        response = qs.linear_response(system, nothing, order=3)
        assert_allclose(response.orders[0], rho, atol=1e-14)
        for k in (1, 2, 3):
            assert_allclose(response.orders[k], 0, atol=1e-12)
    assert qs.linear_response(system, qs.Lindbladian(SMALL)).sector_dimensions == (36, 0)


@few
@given(seeds)
def test_a_change_of_basis_changes_the_response_with_it(seed):
    rng = np.random.default_rng(seed)
    space = qs.Space(A=qs.Spin(3 / 2))
    U, H, V = random_unitary(rng, 4), random_hermitian(rng, 4), random_hermitian(rng, 4)
    jumps = [random_matrix(rng, 4) for _ in range(2)]

    def turned(X):
        return U @ X @ U.conj().T

    first, second = (
        qs.linear_response(
            qs.Lindbladian(space, [(1.0, f(H))], [(0.7, f(L)) for L in jumps]), f(V), order=2
        )
        for f in (lambda X: X, turned)
    )
    for k in range(3):
        scale = np.abs(first.orders[k]).max()
        assert_allclose(second.orders[k], turned(first.orders[k]), atol=1e-10 * scale)


def test_a_drive_on_the_pair_reaches_six_elements_and_then_eight():
    for parameters in ({}, DETUNED):
        response = qs.linear_response(driven_pair(**parameters), driving(), order=3)
        assert response.sector_dimensions == (6, 8, 8, 8)
        assert "to order 3" in repr(response)
        assert "sectors (6, 8, 8, 8) of 16" in repr(response)
    # Heating B conserves the charge, which keeps every order among the first six.
    heating = qs.Lindbladian(PAIR, dissipators=[(1.0, PAIR["B"].plus)])
    response = qs.linear_response(driven_pair(**DETUNED), heating, order=2)
    assert response.sector_dimensions == (6, 6, 6)


@pytest.mark.parametrize("parameters", [{}, {"drive_detuning": 0.3}], ids=["resonant", "detuned"])
def test_the_direction_of_the_drive_does_not_change_the_elements_that_it_reaches(parameters):
    a = PAIR["A"]
    response = qs.linear_response(driven_pair(**parameters), a.x + a.y, order=2)
    assert response.sector_dimensions == (6, 8, 8)


@pytest.mark.parametrize("parameters", [{}, DETUNED])
def test_each_order_has_the_charges_that_its_number_of_drive_photons_allows(parameters):
    orders = qs.linear_response(driven_pair(**parameters), driving(), order=4).orders
    allowed = [{0}, {-1, 1}, {-2, 0, 2}, {-1, 1}, {-2, 0, 2}]
    for rho, charges in zip(orders, allowed, strict=True):
        inside = np.isin(CHARGE, list(charges))
        assert_array_equal(rho[~inside], 0)
        assert all(np.abs(rho[q == CHARGE]).max() > 1e-5 for q in charges)
    # Of one drive photon <S+_A S+_B> sees nothing, the last line of Eq. (C4).
    assert orders[1][0, 3] == 0


@pytest.mark.parametrize("phi", [0.3, np.pi / 2, -2.0])
def test_turning_the_drive_turns_the_response(phi):
    system, a = driven_pair(**DETUNED), PAIR["A"]
    turned = qs.linear_response(system, np.cos(phi) * a.x + np.sin(phi) * a.y, order=2)
    along_x = qs.linear_response(system, a.x, order=2)
    for k in range(3):
        assert_allclose(
            turned.orders[k], np.exp(-1j * phi * CHARGE) * along_x.orders[k], atol=1e-15
        )


def test_perturbations_and_systems_broadcast_against_each_other():
    rng = np.random.default_rng(24)
    system = random_system(rng, SMALL, shape=(3, 1))
    drive = perturbation(rng, SMALL, "both", shape=(2,))
    response = qs.linear_response(system, drive, order=2)
    for field in (response.residual, response.reciprocal_condition, response.valid):
        assert field.shape == (3, 2)
    assert_array_equal(response.orders[0][:, 0], response.orders[0][:, 1])
    for i, j in np.ndindex(3, 2):
        single = qs.linear_response(system[i, 0], drive[j], order=2)
        assert single.residual.shape == single.valid.shape == ()
        for k in range(3):
            assert single.orders[k].shape == (6, 6)
            scale = np.abs(single.orders[k]).max()
            assert_allclose(response.orders[k][i, j], single.orders[k], atol=1e-12 * scale)


def test_threads_and_chunks_do_not_change_the_response(monkeypatch):
    system = driven_pair(coupling=np.linspace(0, 3, 40), drive_detuning=0.2)
    expected = qs.linear_response(system, driving(), order=2, workers=1)
    monkeypatch.setattr(_sector_solve, "CHUNK_BYTES", 1)
    for workers in (1, 3, None):
        response = qs.linear_response(system, driving(), order=2, workers=workers)
        for k in range(3):
            assert_allclose(response.orders[k], expected.orders[k], atol=1e-15)
        assert_allclose(response.reciprocal_condition, expected.reciprocal_condition, rtol=1e-9)


def independent_residual(system, drive, orders):
    shape = orders[0].shape[:-2]
    errors = [np.linalg.norm(system.apply(orders[0]), axis=(-2, -1))]
    for below, rho in pairwise(orders):
        left = system.apply(rho) + drive.broadcast_to(shape).apply(below)
        errors.append(np.linalg.norm(left, axis=(-2, -1)))
    return np.max(errors, axis=0)


def test_residuals_are_those_of_the_full_generators():
    rng = np.random.default_rng(25)
    system = random_system(rng, SMALL, shape=(3, 5))
    drive = perturbation(rng, SMALL, "both", shape=(5,))
    response = qs.linear_response(system, drive, order=3)
    size = max(np.abs(rho).max() for rho in response.orders)
    expected = independent_residual(system, drive, response.orders)
    assert_allclose(response.residual, expected, atol=1e-14 * size)
    assert 0 < response.residual.max() < 1e-12 * size
    assert response.valid.all()
    steady = qs.steady_state(system)
    assert (response.reciprocal_condition > 0).all()
    assert (response.reciprocal_condition <= steady.reciprocal_condition).all()


def test_the_reported_condition_is_that_of_the_worst_solve():
    system = driven_pair(coupling=[0.0, 0.5, 3.0, 30.0], **DETUNED)
    response, steady = qs.linear_response(system, driving()), qs.steady_state(system)
    # Weakly coupled, the coherences decay more slowly than the populations.
    worse = response.reciprocal_condition < steady.reciprocal_condition
    assert_array_equal(worse, [True, True, False, False])
    assert_array_equal(response.reciprocal_condition[2:], steady.reciprocal_condition[2:])


def spoil(monkeypatch, error):
    """Add an error, shape (systems, 1), to every element of the corrections."""
    respond = _sector_solve.DenseSector.respond

    def spoiled(self, coefficients, right):
        x, condition = respond(self, coefficients, right)
        return x + np.asarray(error), condition

    monkeypatch.setattr(_sector_solve.DenseSector, "respond", spoiled)


def test_the_residual_of_a_wrong_correction_shows(monkeypatch):
    system, drive = driven_pair(coupling=[0.5, 1.5], **DETUNED), driving()
    spoil(monkeypatch, [[0.01], [0.02]])
    monkeypatch.setattr(response_module, "LARGEST_ERROR", np.inf)
    response = qs.linear_response(system, drive, order=2)
    expected = independent_residual(system, drive, response.orders)
    assert expected.min() > 1e-3
    assert_allclose(response.residual, expected, rtol=1e-12)


def test_a_correction_that_does_not_solve_its_equation_is_not_returned(monkeypatch):
    spoil(monkeypatch, [[0.0], [1e-6]])
    with pytest.raises(ScaleError, match=r"1 of 2 systems, \[\(0, 1\)\]"):
        qs.linear_response(driven_pair(coupling=[[0.5, 1.5]], **DETUNED), driving())


def undecided(rates):
    """Spins 1/2 in baths; a vanishing rate leaves every population where it is."""
    return bloch_system(0.0, 0.4, rates, np.asarray(rates) / 3, 0.1)


def test_systems_without_a_unique_state_raise_and_are_named():
    system = undecided([1.0, 0.0, 2.0])
    with pytest.raises(NonUniqueSteadyStateError, match=r"1 of 3 systems .* \(1,\): 2") as caught:
        qs.linear_response(system, system.space["A"].x)
    assert_array_equal(caught.value.count, [1, 2, 1])
    with pytest.raises(NonUniqueSteadyStateError, match="2 linearly independent"):
        qs.linear_response(system[1], system.space["A"].x)


def test_masked_systems_leave_the_others_intact():
    system, x = undecided([1.0, 0.0, 2.0]), bloch_system(0, 0, 1, 0, 0).space["A"].x
    response = qs.linear_response(system, x, order=2, errors="mask")
    assert_array_equal(response.valid, [True, False, True])
    assert np.isnan(response.residual[1])
    assert "largest residual nan" not in repr(response)
    for k, rho in enumerate(response.orders):
        assert np.isnan(rho[1]).all()
        for i in (0, 2):
            assert_allclose(rho[i], qs.linear_response(system[i], x, order=2).orders[k], atol=1e-15)
    assert np.isnan(response.state(0.1)[1]).all()
    assert np.isfinite(response.state(0.1)[[0, 2]]).all()


@pytest.mark.parametrize("rates", [0.0, [0.0, 0.0]], ids=["single", "all"])
def test_masking_may_leave_no_system(rates):
    system = undecided(rates)
    response = qs.linear_response(system, system.space["A"].x, order=2, errors="mask")
    assert not response.valid.any()
    assert all(rho.shape == (*system.shape, 2, 2) for rho in response.orders)
    assert all(np.isnan(rho).all() for rho in response.orders)
    assert "largest residual nan" in repr(response)


@pytest.mark.parametrize("order", [0, -1, 1.5, True, "2", None])
def test_orders_are_whole_numbers(order):
    with pytest.raises(InvalidArgumentError, match="`order` must be a whole number >= 1, but is"):
        qs.linear_response(driven_pair(), driving(), order=order)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"errors": "ignore"}, "`errors` must be 'raise' or 'mask', but is 'ignore'"),
        ({"workers": 0}, "`workers` must be a whole number >= 1, but is 0"),
    ],
)
def test_unknown_options_are_rejected(options, message):
    with pytest.raises(InvalidArgumentError, match=message):
        qs.linear_response(driven_pair(), driving(), **options)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (driving(1), DimensionError, r"`perturbation` acts on .*Spin\(1\)\), but the system on"),
        (np.eye(3), DimensionError, r"must have shape \(4, 4\), but has \(3, 3\)"),
        (PAIR["A"].plus, InvalidArgumentError, "must be Hermitian, but differs from its adjoint"),
        (np.nan * PAIR["A"].x, NonFiniteError, "must be finite"),
        ("drive", InvalidArgumentError, "but is 'drive'"),
    ],
    ids=["other space", "size", "not Hermitian", "nan", "text"],
)
def test_perturbations_that_do_not_fit_are_rejected(wrong, error, message):
    with pytest.raises(error, match=message):
        qs.linear_response(driven_pair(), wrong)


@pytest.mark.parametrize("wrong", [np.eye(3), PAIR["A"].plus, "drive"])
def test_messages_name_the_perturbation(wrong):
    with pytest.raises(InvalidArgumentError, match="`perturbation`"):
        qs.linear_response(driven_pair(), wrong)


def test_batches_must_broadcast():
    drive = qs.Lindbladian(PAIR, hamiltonian=[([1.0, 2.0], PAIR["A"].x)])
    with pytest.raises(BroadcastError, match=r"broadcast .* system \(3,\), perturbation \(2,\)"):
        qs.linear_response(driven_pair(coupling=[1.0, 2.0, 3.0]), drive)


def test_a_batch_of_no_systems_has_no_responses():
    response = qs.linear_response(driven_pair(coupling=np.zeros((3, 0))), driving(), order=2)
    assert [rho.shape for rho in response.orders] == [(3, 0, 4, 4)] * 3
    assert response.residual.shape == response.valid.shape == (3, 0)


def test_states_sum_the_series_at_strengths_that_broadcast():
    system = driven_pair(coupling=[0.5, 1.0, 2.0])
    response = qs.linear_response(system, driving(), order=3)
    strengths = np.array([[0.0], [0.1], [-0.2], [0.3]])
    states = response.state(strengths)
    assert states.shape == (4, 3, 4, 4)
    for i, j in np.ndindex(4, 3):
        eps = strengths[i, 0]
        expected = sum(eps**k * rho[j] for k, rho in enumerate(response.orders))
        assert_allclose(states[i, j], expected, atol=1e-16)
    assert_array_equal(states[0], response.orders[0])
    with pytest.raises(NonFiniteError, match="`strength` must be finite, but is nan"):
        response.state(np.nan)
    single = qs.linear_response(system[1], driving(), order=3)
    assert single.state(0.1).shape == (4, 4)
    assert single.state([0.1, 0.2]).shape == (2, 4, 4)
    assert_allclose(response.state([0.0, 0.0, 0.1])[2], response.orders[0][2], atol=0.1)
    assert_allclose(response.state(0.1)[1], single.state(0.1), atol=1e-15)


def test_the_response_of_the_pair_is_the_derivative_of_its_driven_state():
    eps = 1e-3
    for spin in (1 / 2, 1):
        rho = qs.steady_state(driven_pair(drive=[-eps, 0, eps], spin=spin, **DETUNED)).rho
        zero, first, second = qs.linear_response(
            driven_pair(spin=spin, **DETUNED), driving(spin), order=2
        ).orders
        assert_allclose(rho[1], zero, atol=1e-15)
        assert_allclose((rho[2] - rho[0]) / (2 * eps), first, atol=2e-6)
        assert_allclose((rho[2] - 2 * rho[1] + rho[0]) / (2 * eps**2), second, atol=2e-6)
        assert min(np.abs(first).max(), np.abs(second).max()) > 1e-2


def test_sparse_and_dense_sectors_agree(monkeypatch):
    system = driven_pair(coupling=[0.0, 0.7, 2.0], spin=1, **DETUNED)
    dense = qs.linear_response(system, driving(1), order=3)
    calls = []
    respond = _sector_solve.SparseSector.respond

    def counted(self, *arguments):
        calls.append(self.sector.dimension)
        return respond(self, *arguments)

    monkeypatch.setattr(_sector_solve.SparseSector, "respond", counted)
    monkeypatch.setattr(_sector_solve, "LARGEST_DENSE_SECTOR", 0)
    sparse = qs.linear_response(system, driving(1), order=3)
    # Charges 0 and +-1 of nine levels: 19 elements, and 16 elements with their conjugates.
    assert {19, 32} <= set(calls)
    for k in range(4):
        assert_allclose(sparse.orders[k], dense.orders[k], atol=1e-14)
    assert sparse.residual.max() < 1e-13


def test_a_displaced_mode_of_nine_hundred_elements_has_the_derivatives_of_a_coherent_state():
    space = qs.Space(M=qs.Fock(30, finite=True))
    m = space["M"]
    detuning, force, damping = 0.4, 0.3, 1.2
    system = qs.Lindbladian(
        space, [(detuning, m.number), (force, m.create + m.destroy)], [(damping, m.destroy)]
    )
    response = qs.linear_response(system, m.create + m.destroy, order=2)
    assert response.sector_dimensions == (900, 900, 900)
    assert response.residual < 1e-12
    # alpha = c F, F = force + eps: <i|rho|j> = c^i c*^j/sqrt(i! j!) F^(i+j) e^{-|c|^2 F^2}.
    c = -1j / (damping / 2 + 1j * detuning)
    n = np.arange(30)
    amplitude = c**n / np.sqrt([float(math.factorial(k)) for k in n])
    pre, power, b = np.outer(amplitude, amplitude.conj()), np.add.outer(n, n), abs(c) ** 2
    value = force**power * np.exp(-b * force**2)
    slope = power / force - 2 * b * force  # of the logarithm
    curve = -power / force**2 - 2 * b
    expected = [value, value * slope, value * (slope**2 + curve) / 2]
    for rho, factor in zip(response.orders, expected, strict=True):
        assert_allclose(rho, pre * factor, atol=1e-13)
    assert max_difference(response.orders[1], 0) > 0.1


def test_what_has_another_shape_is_no_term_of_a_response():
    space = qs.Space(A=qs.Spin(1 / 2))
    decay = qs.Lindbladian(space, dissipators=[(1.0, space["A"].minus)])
    response = qs.linear_response(decay, space["A"].x)
    with pytest.raises(DimensionError, match=r"`matrices` must have shape \(\.\.\., 2, 2\)"):
        response.as_state(0.01)
