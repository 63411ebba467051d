"""What is derived from operators is kept by their content: built anew, a system costs nothing."""

import gc
import pickle
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal

import quantsync as qs
from quantsync.errors import InvalidArgumentError, NonFiniteError
from quantsync.lindblad import _terms

QUBITS = {"A": qs.Spin(1 / 2), "B": qs.Spin(1 / 2)}


def driven_decay(drive=0.1, angle=0.3):
    """A driven spin beside an idle one that decays; its space and its operators are new ones."""
    space = qs.Space(**QUBITS)
    a, b = space["A"], space["B"]
    field = np.cos(angle) * a.x + np.sin(angle) * a.y
    return qs.Lindbladian(space, [(drive, field)], [(1.0, a.minus), (1.0, b.minus)])


def test_the_same_operators_built_again_share_what_is_derived():
    first, second = driven_decay(0.1), driven_decay(0.2)
    assert second.terms is first.terms
    assert second.terms.real is first.terms.real


def test_dense_operators_are_known_by_their_content_too():
    space = qs.Space(A=qs.Spin(1))
    build = [qs.Lindbladian(space, [(1.0, space["A"].x.toarray())]) for _ in range(2)]
    assert build[0].terms is build[1].terms


def test_any_other_content_has_terms_of_its_own():
    space, modes = (
        qs.Space(**QUBITS),
        qs.Space(A=qs.Fock(2, finite=True), B=qs.Fock(2, finite=True)),
    )
    x, z = space["A"].x, space["A"].z
    systems = [
        qs.Lindbladian(space, [(1.0, x), (1.0, z)]),
        qs.Lindbladian(space, [(1.0, z), (1.0, x)]),
        qs.Lindbladian(space, [(1.0, x)], [(1.0, z)]),
        qs.Lindbladian(space, [], [(1.0, x), (1.0, z)]),
        qs.Lindbladian(modes, [(1.0, x), (1.0, z)]),
        qs.Lindbladian(space, [(1.0, x), (1.0, np.nextafter(1, 2) * z)]),
    ]
    assert len({id(system.terms) for system in systems}) == len(systems)


def test_numbers_of_another_byte_order_are_others():
    space = qs.Space(A=qs.Spin(1 / 2))
    numbers = np.diag([1.0, 2.0])
    same_bytes = numbers.view(numbers.dtype.newbyteorder())
    systems = [qs.Lindbladian(space, [(1.0, h)]) for h in (numbers, same_bytes)]
    assert systems[0].terms is not systems[1].terms


def test_an_operator_changed_after_use_is_another_one():
    space = qs.Space(A=qs.Spin(1 / 2))
    operator = sp.csr_array(space["A"].z.toarray())
    before = qs.Lindbladian(space, [(1.0, operator)])
    operator.data *= 3
    after = qs.Lindbladian(space, [(1.0, operator)])
    assert_array_equal(before.hamiltonian().diagonal(), [0.5, -0.5])
    assert_array_equal(after.hamiltonian().diagonal(), [1.5, -1.5])


def test_an_operator_seen_before_is_checked_for_its_new_place():
    space = qs.Space(A=qs.Spin(1 / 2))
    qs.Lindbladian(space, [], [(1.0, space["A"].minus)])
    for _ in range(2):
        with pytest.raises(InvalidArgumentError, match=r"hamiltonian\[0\]"):
            qs.Lindbladian(space, [(1.0, space["A"].minus)])
        with pytest.raises(NonFiniteError, match=r"dissipators\[0\]"):
            qs.Lindbladian(space, [], [(1.0, np.diag([np.nan, 1.0]))])


def test_a_pickled_system_finds_the_terms_of_the_process_it_comes_to():
    system = driven_decay()
    assert pickle.loads(pickle.dumps(system)).terms is system.terms


def test_threads_that_build_the_same_share_it():
    with ThreadPoolExecutor(8) as pool:
        systems = list(pool.map(lambda k: driven_decay(k, angle=0.7), range(32)))
    assert len({id(system.terms) for system in systems}) == 1


def test_terms_are_freed_as_soon_as_nothing_holds_them(monkeypatch):
    monkeypatch.setattr(_terms, "MOST_KEPT", 0)
    system = driven_decay(angle=20.0)
    qs.steady_state(system)
    qs.evolve(system, np.eye(4) / 4, [0.0, 1.0])
    qs.linear_response(system, system.space["A"].z)
    terms = weakref.ref(system.terms)
    gc.disable()
    try:
        del system
        assert terms() is None
    finally:
        gc.enable()


def test_what_nobody_uses_any_more_is_let_go(monkeypatch):
    monkeypatch.setattr(_terms, "MOST_KEPT", 3)
    used = driven_decay(angle=1.0)
    for k in range(10):
        assert driven_decay(angle=2 + k).terms.real
    assert len(_terms._kept._last) <= 3
    assert driven_decay(angle=1.0).terms is used.terms
    monkeypatch.setattr(_terms, "MOST_BYTES", 0)
    driven_decay(angle=1.0).terms.derive("test", lambda: np.zeros(3))
    assert _terms._kept._nbytes() == 0
    assert driven_decay(angle=1.0).terms is used.terms
