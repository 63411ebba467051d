"""Single generators that become one batch again, and those that cannot."""

import numpy as np
import pytest

import quantsync as qs
from quantsync.lindblad._joining import MOST_TERMS

SPACE = qs.Space(A=qs.Spin(1), B=qs.Fock(3))
A, B = SPACE["A"], SPACE["B"]
RNG = np.random.default_rng(5)
POINTS = RNG.normal(size=(7, 4)) * [1.0, 1e-3, 1e2, 1.0]


def built(energy, tiny, large, phase, rate=0.5):
    """A system whose Hamiltonian is one matrix, and whose jump has its rate inside."""
    exchange = np.exp(1j * phase) * (A.plus @ B.destroy)
    h = energy * A.z + tiny * A.x + large * B.number + exchange + exchange.conj().T
    return qs.Lindbladian(SPACE, [(1.0, h)], [(1.0, np.sqrt(rate) * B.destroy), (0.1, A.minus)])


def members(batch):
    return [batch.take([k]) for k in range(batch.size)]


def test_matrices_become_coefficients_again():
    alone = [built(*point, rate=abs(point[0])) for point in POINTS]
    batch = qs.Lindbladian.joined(alone)
    assert batch is not None
    assert batch.shape == (7,)
    # energy, tiny, large; the diagonal entries that mix the first with the last; cos and sin.
    assert len(batch.terms.hamiltonian) < 12
    for one, member in zip(alone, members(batch), strict=True):
        h, expected = member.hamiltonian()[0], one.hamiltonian()
        assert (np.abs(h - expected) <= 1e-15 * np.abs(expected)).all()  # entry by entry
        rho = RNG.normal(size=(9, 9)) + 1j * RNG.normal(size=(9, 9))
        np.testing.assert_allclose(member.apply(rho)[0], one.apply(rho), rtol=1e-12, atol=1e-9)


def test_systems_of_the_same_operators_keep_their_coefficients_to_the_last_bit():
    energies = RNG.normal(size=5)
    alone = [
        qs.Lindbladian(SPACE, [(x, A.z), (2 * x, B.number)], [(abs(x), A.minus)]) for x in energies
    ]
    batch = qs.Lindbladian.joined([*alone[:3], qs.Lindbladian.joined(alone[3:])])
    assert batch.terms is alone[0].terms
    expected = np.stack([energies, 2 * energies, np.abs(energies)], axis=1)
    np.testing.assert_array_equal(batch.coefficient_table(), expected)


def test_a_rate_of_zero_inside_a_jump_is_one():
    rates = [0.0, 0.25, 4.0]
    batch = qs.Lindbladian.joined([built(1.0, 0.1, 2.0, 0.0, rate=rate) for rate in rates])
    np.testing.assert_allclose(batch.coefficient_table()[:, -2], [0, 0.5, 8], rtol=1e-15)


@pytest.mark.parametrize("kind", ["angle", "count", "random"])
def test_what_is_not_of_the_form_stays_apart(kind):
    def system(k):
        jumps = [(1.0, np.cos(k) * A.minus + np.sin(k) * B.destroy)] if kind == "angle" else []
        jumps += [(1.0, A.plus)] * (k if kind == "count" else 1)
        h = RNG.normal(size=(9, 9)) if kind == "random" else A.z.toarray()
        return qs.Lindbladian(SPACE, [(1.0, h + h.T)], jumps)

    assert MOST_TERMS < 81
    many = 100 if kind == "random" else 3
    joined = qs.Lindbladian.joined([system(k) for k in range(1, many)])
    if kind == "random":
        assert joined is None or len(joined.terms.hamiltonian) <= MOST_TERMS
    else:
        assert joined is None


def test_equal_systems_agree_and_others_do_not():
    one = built(*POINTS[0])
    assert one.agrees_with(built(*POINTS[0]))
    by_terms = qs.Lindbladian(SPACE, [(POINTS[0][0], A.z), (1.0, A.x)], [(1.0, A.minus)])
    as_matrix = POINTS[0][0] * A.z + A.x
    assert by_terms.agrees_with(qs.Lindbladian(SPACE, [(1.0, as_matrix)], [(1.0, A.minus)]))
    for other in (
        built(*(POINTS[0] * 1.001)),
        built(*POINTS[0], rate=0.6),
        qs.Lindbladian(SPACE, [(1.0, one.hamiltonian())], [(1.0, B.destroy)]),
    ):
        assert not one.agrees_with(other)


def test_entries_so_large_that_their_differences_would_be_rounded_stay_apart():
    number = np.diag(np.arange(2.0))
    one, two = np.kron(number, np.eye(2)), np.kron(np.eye(2), number)
    space = qs.Space(A=qs.Fock(2, finite=True), B=qs.Fock(2, finite=True))
    a, b = space["A"], space["B"]
    exchange = (a.create @ b.destroy + a.destroy @ b.create).toarray()

    def system(d, large):
        h = (large + d) * one + (large - d) * two + 0.3 * exchange
        return qs.Lindbladian(space, [(1.0, h)], [(1.0, a.create), (1.3, b.destroy)])

    detunings = np.arange(1, 65) / 8  # exact in double precision beside 1e15
    assert qs.Lindbladian.joined([system(d, 1e15) for d in detunings]) is None
    assert qs.Lindbladian.joined([system(d, 1e3) for d in detunings]) is not None


def test_jumps_with_phases_between_their_parts_are_joined():
    shared = A.minus + 0.5j * B.destroy
    alone = [
        qs.Lindbladian(SPACE, [(1.0, x * A.z)], [(1.0, x * np.exp(1j * x) * shared)])
        for x in (0.3, 1.0, 2.0)
    ]
    batch = qs.Lindbladian.joined(alone)
    assert batch is not None
    rho = RNG.normal(size=(9, 9)) + 1j * RNG.normal(size=(9, 9))
    for one, member in zip(alone, members(batch), strict=True):
        np.testing.assert_allclose(member.apply(rho)[0], one.apply(rho), atol=1e-13)
