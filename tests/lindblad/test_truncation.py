"""The cut-off of modes: how much it matters, against states that are known without one."""

import warnings

import numpy as np
import pytest
from scipy.special import gammaln

import quantsync as qs
from quantsync.errors import InvalidArgumentError, TruncationError, TruncationWarning
from quantsync.lindblad._ladders import extended


def thermal(levels, quanta, finite=False):
    space = qs.Space(A=qs.Fock(levels, finite=finite))
    a = space["A"]
    return qs.Lindbladian(space, [], [(np.asarray(quanta) + 1, a.destroy), (quanta, a.create)])


def displaced(levels, drive=1.0, detuning=0.0):
    space = qs.Space(A=qs.Fock(levels))
    a = space["A"]
    energy = [(drive, a.create + a.destroy), (detuning, a.number)]
    return qs.Lindbladian(space, energy, [(1.0, a.destroy)])


def van_der_pol(levels, damping=0.05, drive=0.0, gain=1.0):
    space = qs.Space(A=qs.Fock(levels))
    a = space["A"]
    energy = [(drive, a.create + a.destroy)]
    return qs.Lindbladian(space, energy, [(gain, a.create), (damping, a.destroy @ a.destroy)])


def two_locked(levels):
    space = qs.Space(A=qs.Fock(levels), B=qs.Fock(levels))
    a, b = space["A"], space["B"]
    jumps = [a.create, b.create, a.destroy @ a.destroy, b.destroy @ b.destroy]
    return qs.Lindbladian(
        space, [], [*((1.0, jump) for jump in jumps), (30.0, a.destroy - b.destroy)]
    )


def laser(levels):
    space = qs.Space(S=qs.Spin(1 / 2), A=qs.Fock(levels))
    s, a = space["S"], space["A"]
    exchange = s.plus @ a.destroy + s.minus @ a.create
    return qs.Lindbladian(
        space, [(1.0, exchange)], [(0.3, a.destroy), (2.0, s.plus), (0.1, s.minus)]
    )


def squeezed(levels):
    space = qs.Space(A=qs.Fock(levels))
    a = space["A"]
    pair = 1j * (a.destroy @ a.destroy)
    return qs.Lindbladian(space, [(0.2, pair + pair.conj().T)], [(1.0, a.destroy)])


def bistable(levels):
    space = qs.Space(A=qs.Fock(levels))
    a = space["A"]
    kerr = a.create @ a.create @ a.destroy @ a.destroy
    energy = [(2.0, a.create + a.destroy), (-3.0, a.number), (0.25, kerr)]
    return qs.Lindbladian(space, energy, [(1.0, a.destroy)])


def solved(system):
    return qs.steady_state(system, truncation="ignore")


def padded(steady, space):
    """A state in a space with more levels."""
    small, large = steady.space.dimensions, space.dimensions
    result = np.zeros(large * 2, complex)
    result[tuple(slice(n) for n in small * 2)] = steady.rho.reshape(small * 2)
    return result.reshape(space.dimension, -1)


def trace_distance(first, second):
    return np.abs(np.linalg.eigvalsh(first - second)).sum() / 2


@pytest.mark.parametrize(("quanta", "levels"), [(0.5, 4), (0.5, 12), (5, 10), (5, 40), (50, 60)])
def test_a_thermal_mode_is_off_by_what_lies_above_the_cutoff(quanta, levels):
    truncation = solved(thermal(levels, quanta)).truncation
    ratio = quanta / (quanta + 1)
    top = (1 - ratio) * ratio ** (levels - 1) / (1 - ratio**levels)
    assert truncation.population["A"] == pytest.approx(top, rel=1e-9)
    # The jump n D[a^dag] would fill |levels> at the rate n (levels) p_top.
    assert truncation.flow["A"] == pytest.approx(quanta * levels * top, rel=1e-9)
    exact = ratio**levels  # the trace distance to the whole thermal state
    assert 0.5 * exact < truncation.estimate < 40 * exact


@pytest.mark.parametrize("levels", [8, 12, 16, 20])
def test_a_displaced_mode_is_off_from_its_coherent_state(levels):
    steady, space = solved(displaced(levels)), qs.Space(A=qs.Fock(40))
    n = np.arange(40)
    alpha = -2j  # -i drive / (1/2)
    vector = np.exp(-(abs(alpha) ** 2) / 2 - gammaln(n + 1) / 2) * alpha**n
    exact = trace_distance(np.outer(vector, vector.conj()), padded(steady, space))
    assert 0.5 * exact < steady.truncation.estimate < 5 * exact


@pytest.mark.parametrize(
    ("model", "levels", "enough"),
    [
        *((van_der_pol, levels, 60) for levels in (8, 16, 24, 32)),
        *((lambda n: van_der_pol(n, 0.1, 1.0), levels, 44) for levels in (10, 20, 30)),
        *((two_locked, levels, 11) for levels in (4, 6, 8)),
        *((laser, levels, 30) for levels in (4, 8, 12)),
        *((squeezed, levels, 44) for levels in (6, 7, 20, 21)),
        *((bistable, levels, 32) for levels in (10, 12, 16, 20)),
    ],
)
def test_the_estimate_is_about_the_distance_to_the_state_with_enough_levels(model, levels, enough):
    steady, exact = solved(model(levels)), solved(model(enough))
    off = trace_distance(padded(steady, exact.space), exact.rho)
    assert 0.3 * off < steady.truncation.estimate < 30 * off


@pytest.mark.parametrize("levels", [8, 20, 60])
def test_a_locking_that_is_not_converged_is_told(levels):
    with pytest.warns(TruncationWarning, match="mode 'A' changes the steady state"):
        steady = qs.steady_state(van_der_pol(levels, 0.02, 0.5))
    peak = qs.phase_distribution(steady, kind="husimi").maximum
    assert abs(peak - 0.81357) > 0.003  # the value with enough levels
    assert steady.truncation.estimate > 0.003


def test_enough_levels_are_silent():
    steady = qs.steady_state(van_der_pol(84, 0.02, 0.5))
    assert steady.truncation.estimate < 1e-6
    peak = qs.phase_distribution(steady, kind="husimi").maximum
    assert peak == pytest.approx(0.81357, abs=1e-5)


def test_entanglement_that_few_levels_fake_is_told():
    with pytest.warns(TruncationWarning, match="converged"):
        few = qs.steady_state(two_locked(6))
    assert qs.negativity(few, "A") == pytest.approx(1.0e-3, rel=0.05)  # there is none
    assert few.truncation.estimate > 1e-3
    enough = qs.steady_state(two_locked(12), truncation="raise", truncation_tolerance=1e-5)
    assert qs.negativity(enough, "A") < 1e-9


@pytest.mark.parametrize("system", [thermal(60, 50.0), van_der_pol(20, 1e-9), thermal(40, -0.0)])
def test_no_steady_state_at_all_or_far_above_the_cutoff(system):
    hot = system.terms.count and system.coefficient_table()[0, -1] != 0
    if not hot:  # the vacuum is the steady state whatever the cut-off
        assert qs.steady_state(system).truncation.estimate == 0
        return
    with pytest.warns(TruncationWarning):
        assert qs.steady_state(system).truncation.estimate > 0.1


def test_gain_above_loss_is_told():
    space = qs.Space(A=qs.Fock(40))
    a = space["A"]
    system = qs.Lindbladian(space, [], [(1.0, a.destroy), (1.2, a.create)])
    with pytest.warns(TruncationWarning, match="more gain than loss"):
        assert qs.steady_state(system).truncation.estimate > 0.3


def test_a_ladder_that_ends_physically_has_no_truncation():
    steady, cut = qs.steady_state(thermal(3, 1.0, finite=True)), solved(thermal(3, 1.0))
    np.testing.assert_array_equal(steady.rho, cut.rho)
    assert steady.truncation.estimate == 0
    assert not steady.truncation.flow
    assert steady.truncation.finite == ("A",)
    assert "A ends physically" in repr(steady)
    assert "ends physically" in repr(steady.truncation)
    assert "truncation" in repr(cut)
    assert "flow" in repr(cut.truncation)
    assert steady.space != cut.space
    assert hash(steady.space) != hash(cut.space)
    with pytest.raises(InvalidArgumentError, match="`finite`"):
        qs.Fock(3, finite="yes")


def test_spins_have_no_truncation():
    steady = qs.steady_state(qs.models.spin_pair(epsilon=np.linspace(0.01, 0.1, 3)))
    np.testing.assert_array_equal(steady.truncation.estimate, np.zeros(3))
    assert "truncation" not in repr(steady)


def test_a_batch_warns_once_and_names_its_worst_system():
    system = thermal(20, np.array([[0.1, 0.4], [3.0, 0.5]]))
    with pytest.warns(TruncationWarning, match=r"1 of 4 steady states, at index \(1, 0\)") as seen:
        steady = qs.steady_state(system)
    assert len(seen) == 1
    assert steady.truncation.estimate.shape == steady.truncation.flow["A"].shape == (2, 2)
    single = solved(thermal(20, 3.0)).truncation
    assert steady[1, 0].truncation.estimate == pytest.approx(single.estimate, rel=1e-9)
    with pytest.raises(TruncationError) as error:
        qs.steady_state(system, truncation="raise")
    assert error.value.truncation.estimate.shape == (2, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        qs.steady_state(system, truncation_tolerance=1.0)
        qs.steady_state(system, truncation="ignore")
    with pytest.raises(InvalidArgumentError, match="`truncation`"):
        qs.steady_state(system, truncation="never")


def test_dense_operators_say_the_same():
    system = van_der_pol(12, 0.5, 0.7)
    row = system.coefficient_table()[0]
    terms = [o.toarray() for o in (*system.terms.hamiltonian, *system.terms.jumps)]
    dense = qs.Lindbladian(system.space, [(row[0], terms[0])], zip(row[1:], terms[1:], strict=True))
    first, second = solved(system).truncation, solved(dense).truncation
    assert first.estimate == pytest.approx(second.estimate, rel=1e-9)


def test_sparse_and_dense_solvers_agree():
    system = van_der_pol(12, 0.5, 0.7)
    first, second = (
        qs.steady_state(system, method=method, truncation="ignore").truncation
        for method in ("dense", "sparse")
    )
    assert first.estimate == pytest.approx(second.estimate, rel=1e-6)


def test_a_product_that_ends_in_its_last_level_is_seen():
    # a a^dag is n + 1, but 0 in the last level: this gain is a loss there.
    space = qs.Space(A=qs.Fock(8))
    a = space["A"]
    loss, gain = (1.0, a.destroy), (0.3, a.create)
    shifted = qs.Lindbladian(space, [(1.0, a.destroy @ a.create)], [loss, gain])
    plain = qs.Lindbladian(space, [(1.0, a.number)], [loss, gain])
    assert solved(shifted).truncation.estimate == pytest.approx(
        float(solved(plain).truncation.estimate), rel=0.5
    )


@pytest.mark.parametrize("levels", [4, 6, 20, 60])
@pytest.mark.parametrize(
    "product",
    [
        lambda s: s["A"].create,
        lambda s: s["S"].plus @ s["A"].destroy + s["S"].minus @ s["A"].create,
        lambda s: s["A"].create @ s["A"].create @ s["A"].destroy @ s["A"].destroy,
        lambda s: s["A"].destroy @ s["A"].create,
        lambda s: 1j * s["A"].destroy @ s["A"].destroy @ s["B"].create,
    ],
)
def test_polynomials_go_on_as_they_would_with_more_levels(levels, product):
    narrow, wide = (
        qs.Space(S=qs.Spin(1 / 2), A=qs.Fock(n), B=qs.Fock(3)) for n in (levels, levels + 6)
    )
    found = extended(product(narrow), narrow, 1, 3).toarray()
    expected = product(wide).toarray().reshape(wide.dimensions * 2)
    expected = expected[:, : levels + 3, :, :, : levels + 3].reshape(found.shape)
    np.testing.assert_allclose(found, expected, atol=1e-11 * abs(expected).max())


def test_three_levels_of_a_transmon_foretell_the_fourth():
    n = np.arange(5.0)
    energies = np.diag(1.3 * n - 0.2 * n * (n - 1)) + 0j
    found = extended(
        qs.Space(A=qs.Fock(3)).embed("A", energies[:3, :3]), qs.Space(A=qs.Fock(3)), 0, 2
    )
    np.testing.assert_allclose(found.toarray(), energies, atol=1e-12)


def test_what_is_no_polynomial_goes_on_with_its_last_entries():
    space = qs.Space(A=qs.Fock(6))
    operator = np.diag([0.3, 1.1, 0.2, 0.9, 0.4, 0.7]) + 0j
    found = extended(qs.Space(A=qs.Fock(6)).embed("A", operator), space, 0, 2).toarray()
    np.testing.assert_array_equal(found[:6, :6], operator)
    np.testing.assert_allclose(np.diag(found)[6:], 0.7)


def test_an_evolution_says_how_far_it_may_have_gone_from_that_without_a_cutoff():
    times = np.linspace(0, 3, 31)
    few, enough = displaced(10), displaced(30)
    with pytest.warns(
        TruncationWarning, match="mode 'A' matters to the evolution: at t = "
    ) as seen:
        path = qs.evolve(few, qs.basis_state(few.space, A=0), times)
    assert len(seen) == 1
    exact = qs.evolve(enough, qs.basis_state(enough.space, A=0), times)
    for k in (5, 10, 20, 30):
        off = np.zeros((30, 30), complex)
        off[:10, :10] = path.rho[k]
        distance = trace_distance(off, exact.rho[k])
        assert distance <= path.truncation.estimate[k] + 1e-12
        assert path.truncation.estimate[k] < 100 * distance + 1e-12
    assert path.truncation.flow["A"].shape == (31,)
    assert exact.truncation.estimate.max() < 1e-9
    assert "truncation" in repr(path)
    observed = qs.evolve(few, path.rho[0], [1.0], observables={"n": few.space["A"].number})
    assert observed.truncation is None


def test_maps_warn_once_and_keep_the_worst():
    axes = {"quanta": np.linspace(0.1, 3.0, 30)}
    with pytest.warns(TruncationWarning, match="at worst") as seen:
        found = qs.sweep(lambda quanta: thermal(20, quanta), axes, "purity", workers=2)
    assert len(seen) == 1
    worst = solved(thermal(20, axes["quanta"])).truncation.estimate.max()
    assert found.attrs["largest_truncation"] == pytest.approx(worst, rel=1e-9)
    with pytest.warns(TruncationWarning):
        qs.compute(lambda quanta: thermal(20, quanta), {"quanta": 3.0}, "purity")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        qs.compute(lambda quanta: thermal(20, quanta), {"quanta": 0.1}, "purity")


def test_a_mode_that_nothing_acts_on_evolves():
    space = qs.Space(A=qs.Fock(3))
    path = qs.evolve(qs.Lindbladian(space), qs.basis_state(space, A=2), [0.0, 1.0])
    np.testing.assert_array_equal(path.truncation.estimate, [0, 0])
    np.testing.assert_array_equal(path.truncation.population["A"], [1, 1])


def test_what_a_bound_gains_with_time_alone_is_no_reason_to_warn():
    # Top levels of 5e-8 and a flow of 4e-7 per time: at t = 100 the bound is above 1e-6.
    system = thermal(16, 0.5)
    path = qs.evolve(system, qs.basis_state(system.space, A=0), [0.0, 100.0])
    assert path.truncation.estimate[-1] > 1e-6 > path.truncation.population["A"][-1]
    # What only decays from the last level is not changed by the levels above.
    loss = thermal(4, 0.0)
    top = qs.evolve(loss, qs.basis_state(loss.space, A=3), [0.0, 0.1])
    assert top.truncation.population["A"].min() > 0.5
    assert top.truncation.estimate.max() == 0


def test_an_evolution_beyond_its_cutoff_can_be_an_error_or_ignored():
    hot = thermal(4, np.array([0.0, 2.0]))
    start = qs.basis_state(hot.space, A=0)
    with pytest.raises(TruncationError, match=r"at index \(1,\): at t = 2 ") as error:
        qs.evolve(hot, start, [0.0, 1.0, 2.0], truncation="raise")
    assert error.value.truncation.estimate.shape == (2, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        qs.evolve(hot, start, [2.0], truncation="ignore")
        qs.evolve(hot, start, [2.0], truncation_tolerance=1.0)
    with pytest.raises(InvalidArgumentError, match="`truncation`"):
        qs.evolve(hot, start, [2.0], truncation="never")


@pytest.mark.parametrize("rate", [1.0, 1e-12])
@pytest.mark.parametrize("levels", [4, 8, 14])
def test_states_that_take_more_than_a_plain_solve_are_estimated_too(levels, rate):
    # A spin that relaxes 10^12 times more slowly, by itself: the mode is off as without it.
    space = qs.Space(S=qs.Spin(1 / 2), A=qs.Fock(levels))
    s, a = space["S"], space["A"]
    loss, gain = (1.5, a.destroy), (0.5, a.create)
    system = qs.Lindbladian(space, [], [loss, gain, (rate, s.minus), (2 * rate, s.plus)])
    exact = (1 / 3) ** levels  # the trace distance to the whole thermal state
    assert 0.5 * exact < solved(system).truncation.estimate < 40 * exact
