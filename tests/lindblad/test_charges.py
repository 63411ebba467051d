"""Conserved charges, and that the sectors without charge decide on uniqueness."""

import numpy as np
import pytest
from systems import random_hermitian, random_matrix

import quantsync as qs
from quantsync.lindblad._charges import charge_labels, sectors_without_charge
from quantsync.lindblad._sectors import find_sectors

SPACE = qs.Space(A=qs.Fock(5, finite=True), B=qs.Fock(4, finite=True))
A, B = SPACE["A"], SPACE["B"]
EXCHANGE = A.create @ B.destroy + B.create @ A.destroy
CONVERSION = A.create @ B.destroy @ B.destroy + B.create @ B.create @ A.destroy
N_A, N_B = np.divmod(np.arange(20), 4)
ALONE = np.arange(20)


def labels_of(hamiltonian, jumps, space=SPACE):
    system = qs.Lindbladian(space, [(1.0, h) for h in hamiltonian], [(1.0, j) for j in jumps])
    return charge_labels(system.terms, np.ones(system.terms.count, bool))


def same(labels):
    return labels[:, None] == labels


CHARGES = {
    "two modes that exchange quanta": ([EXCHANGE, A.number], [A.create, B.destroy], N_A + N_B),
    "a dissipative coupling": ([], [A.destroy - B.destroy, A.create, B.create], N_A + N_B),
    "one quantum becomes two": ([CONVERSION], [A.create, B.destroy], 2 * N_A + N_B),
    "both at once": (
        [EXCHANGE, CONVERSION],
        [A.number],
        (ALONE == 0) + 2 * (ALONE == 19),
    ),  # those go nowhere
    "two modes apart": ([A.number, B.number], [A.create, A.destroy @ A.destroy, B.destroy], ALONE),
    "a squeezed pair": ([A.create @ B.create + A.destroy @ B.destroy], [A.destroy], N_A - N_B),
    "a drive": ([EXCHANGE, A.create + A.destroy], [A.create, B.destroy], 0 * ALONE),
    "a parity": ([], [A.create + A.destroy, B.destroy], N_B),
    "no operators": ([], [], ALONE),
}


@pytest.mark.parametrize(("hamiltonian", "jumps", "charge"), CHARGES.values(), ids=CHARGES)
def test_charges_of_two_modes(hamiltonian, jumps, charge):
    assert (same(labels_of(hamiltonian, jumps)) == same(charge)).all()


def labels_by_singular_values(hamiltonian, jumps):
    """The null space of n_i - n_j = s_k in floating point."""
    n = len(jumps[0])
    rows = []
    for k, operator in enumerate([*hamiltonian, *jumps]):
        for i, j in np.argwhere(operator):
            row = np.zeros(n + len(jumps))
            row[i] += 1
            row[j] -= 1
            if k >= len(hamiltonian):
                row[n + k - len(hamiltonian)] -= 1
            rows.append(row)
    _, values, vectors = np.linalg.svd(np.array(rows))
    null = vectors[(values > 1e-9).sum() :, :n].T
    return np.abs(null[:, None] - null).max(axis=2) < 1e-9


def test_charges_of_random_patterns():
    rng, space, kinds = np.random.default_rng(0), qs.Space(A=qs.Fock(7, finite=True)), set()
    for _ in range(150):
        # Jump operators that fit hidden charges, now and then with one entry more.
        charge = rng.integers(0, 4, 7)
        difference = charge[:, None] - charge
        jumps = [(difference == rng.integers(-2, 3)) & (rng.random((7, 7)) < 0.4) for _ in range(4)]
        jumps[0][tuple(rng.integers(0, 7, 2))] |= rng.random() < 0.3
        jumps = [1.0 * jump for jump in jumps]
        energy = (difference == 0) & (rng.random((7, 7)) < 0.3)
        energy = 1.0 * (energy | energy.T)
        labels = labels_of([energy], jumps, space)
        assert (same(labels) == labels_by_singular_values([energy], jumps)).all()
        kinds.add(len(set(labels)))
    assert len(kinds) >= 5


def kernel(system, sectors):
    """Dimension of the kernel on some sectors, by singular values."""
    (row,) = system.coefficient_table()
    values = [np.linalg.svd(sector.matrices(row[None])[0], compute_uv=False) for sector in sectors]
    return sum(int((v < 1e-9).sum()) for v in values)


def assert_charge_decides(system):
    """Where the sectors that need a test have one stationary state, the others have none."""
    active = np.ones(system.terms.count, bool)
    sectors = find_sectors(system.terms, active)
    deciding = sectors_without_charge(system.terms, active)
    known = {sector.elements.tobytes() for sector in sectors}
    assert all(sector.elements.tobytes() in known for sector in deciding)
    assert [s.carries_trace for s in deciding].count(True) == sum(s.carries_trace for s in sectors)
    total = kernel(system, sectors)
    if kernel(system, deciding) == 1:
        assert total == 1
    return len(deciding) < len(sectors), total


def test_random_systems_with_a_charge_need_no_other_test():
    rng, space, skipped, counts = (
        np.random.default_rng(1),
        qs.Space(A=qs.Fock(5, finite=True)),
        0,
        set(),
    )
    for _ in range(80):
        charge = np.sort(rng.integers(0, 3, 5))
        difference = charge[:, None] - charge
        jumps = [
            random_matrix(rng, 5) * (difference == rng.integers(-2, 3)) * (rng.random((5, 5)) < 0.6)
            for _ in range(rng.integers(1, 4))
        ]
        chosen = np.triu(rng.random((5, 5)) < 0.4)
        energy = random_hermitian(rng, 5) * (difference == 0) * (chosen | chosen.T)
        system = qs.Lindbladian(space, [(1.0, energy)], [(1.0, jump) for jump in jumps])
        apart, count = assert_charge_decides(system)
        skipped += apart
        counts.add(count)
    assert skipped > 30
    assert {1, 2}.issubset(counts)


def test_a_dark_coherence_has_its_partner_in_the_sector_without_charge():
    # Two ground states with charges 0 and 1 are both dark: |0><1| is stationary, and so are two
    # populations.
    space = qs.Space(A=qs.Spin(1))
    decay = qs.Lindbladian(space, [], [(1.0, np.eye(3)[:, [2]] @ np.eye(3)[[k]]) for k in (0, 1)])
    assert_charge_decides(decay)
    dark = qs.Lindbladian(space, [], [(1.0, np.eye(3)[:, [k]] @ np.eye(3)[[2]]) for k in (0, 1)])
    assert assert_charge_decides(dark)[1] == 4


def test_blocks_that_are_apart_by_accident_hold_no_charge():
    # sigma_x alone keeps sigma_x, in a sector without populations that no charge tells apart.
    a = qs.Space(A=qs.Spin(1 / 2))["A"]
    flip = qs.Lindbladian(qs.Space(A=qs.Spin(1 / 2)), [], [(1.0, a.x)])
    sectors = find_sectors(flip.terms, np.ones(1, bool))
    assert len(sectors) == 3
    assert len(sectors_without_charge(flip.terms, np.ones(1, bool))) == 3
    with pytest.raises(qs.errors.NonUniqueSteadyStateError, match="has 2 linearly"):
        qs.steady_state(flip)


def test_a_parity_is_no_charge():
    # Sx_A is odd under the parity and conserved, beside the even unit matrix.
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(3 / 2))
    a, b = space["A"], space["B"]
    system = qs.Lindbladian(
        space, [(0.7, a.x @ b.x), (0.4, b.z)], [(1.3, a.x), (1.0, b.minus), (0.3, b.plus)]
    )
    active = np.ones(5, bool)
    sectors = find_sectors(system.terms, active)
    assert len(sectors) > 1
    assert len(sectors_without_charge(system.terms, active)) == len(sectors)
    assert kernel(system, sectors) == 2


def test_a_term_that_is_off_everywhere_breaks_no_charge():
    coefficients = np.zeros(3)
    space = qs.Space(A=qs.Fock(3, finite=True))
    mode = space["A"]
    terms = qs.Lindbladian(
        space, [(coefficients, mode.create + mode.destroy)], [(1.0, mode.create)]
    ).terms
    assert len(set(charge_labels(terms, np.array([False, True])))) == 3
    assert len(set(charge_labels(terms, np.array([True, True])))) == 1
