"""Sites, spaces and operators: the algebra of spins and modes, and the order of sites."""

import copy
import gc
import pickle
import weakref
from concurrent.futures import ThreadPoolExecutor
from operator import mul, truediv

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose

import quantsync as qs
from quantsync.errors import DimensionError, InvalidArgumentError, NonFiniteError, UnknownNameError
from quantsync.operators import as_operator

SIZES = [1 / 2, 1, 3 / 2, 2, 5 / 2, 5]


def commutator(first, second):
    return first @ second - second @ first


def spin_operators(size):
    site = qs.Space(A=qs.Spin(size))["A"]
    return {name: getattr(site, name).toarray() for name in ("x", "y", "z", "plus", "minus")}


@pytest.mark.parametrize("size", SIZES)
def test_spin_components_obey_the_angular_momentum_algebra(size):
    s = spin_operators(size)
    assert_allclose(commutator(s["x"], s["y"]), 1j * s["z"], atol=1e-13)
    assert_allclose(commutator(s["y"], s["z"]), 1j * s["x"], atol=1e-13)
    assert_allclose(commutator(s["z"], s["x"]), 1j * s["y"], atol=1e-13)


@pytest.mark.parametrize("size", SIZES)
def test_total_spin_is_s_times_s_plus_one(size):
    s = spin_operators(size)
    total = s["x"] @ s["x"] + s["y"] @ s["y"] + s["z"] @ s["z"]
    assert_allclose(total, size * (size + 1) * np.eye(round(2 * size) + 1), atol=1e-12)


@pytest.mark.parametrize("size", SIZES)
def test_ladder_operators_are_x_plus_minus_i_y(size):
    s = spin_operators(size)
    assert_allclose(s["plus"], s["x"] + 1j * s["y"], atol=1e-14)
    assert_allclose(s["minus"], s["x"] - 1j * s["y"], atol=1e-14)
    assert_allclose(commutator(s["z"], s["plus"]), s["plus"], atol=1e-13)
    assert_allclose(commutator(s["z"], s["minus"]), -s["minus"], atol=1e-13)


@pytest.mark.parametrize("size", SIZES)
def test_spin_basis_runs_from_plus_s_to_minus_s(size):
    m = np.arange(size, -size - 1, -1)
    assert_allclose(qs.Spin(size).labels, m)
    assert_allclose(spin_operators(size)["z"], np.diag(m))


@pytest.mark.parametrize("size", SIZES)
def test_spin_matrices_are_those_of_qutip(size):
    qutip = pytest.importorskip("qutip")
    s = spin_operators(size)
    for name, theirs in {"x": "x", "y": "y", "z": "z", "plus": "+", "minus": "-"}.items():
        assert_allclose(s[name], qutip.jmat(size, theirs).full(), atol=1e-14)


def test_spin_one_half_is_half_the_pauli_matrices():
    s = spin_operators(1 / 2)
    assert_allclose(2 * s["x"], [[0, 1], [1, 0]])
    assert_allclose(2 * s["y"], [[0, -1j], [1j, 0]])
    assert_allclose(2 * s["z"], [[1, 0], [0, -1]])


def test_raising_takes_the_lower_state_to_the_upper_one():
    # |m=+1/2> is the first basis state, so raising has its only entry in row 0, column 1.
    assert_allclose(spin_operators(1 / 2)["plus"], [[0, 1], [0, 0]])
    assert_allclose(spin_operators(1)["plus"], np.sqrt(2) * np.diag([1, 1], k=1))


@pytest.mark.parametrize("levels", [2, 3, 7])
def test_mode_operators_act_on_number_states(levels):
    a = qs.Space(A=qs.Fock(levels))["A"]
    destroy, create, number = (getattr(a, k).toarray() for k in ("destroy", "create", "number"))
    for n in range(levels):
        ket = np.eye(levels)[n]
        lowered = np.sqrt(n) * np.eye(levels)[n - 1] if n else np.zeros(levels)
        assert_allclose(destroy @ ket, lowered)
        assert_allclose(number @ ket, n * ket)
    assert_allclose(create, destroy.conj().T)
    assert_allclose(create @ destroy, number, atol=1e-14)
    # Truncation spoils [a, a^dag] = 1 in the last level only.
    assert_allclose(
        commutator(destroy, create), np.diag([*np.ones(levels - 1), 1 - levels]), atol=1e-13
    )
    assert_allclose(qs.Fock(levels).labels, np.arange(levels))


def test_operators_of_different_sites_commute():
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2), C=qs.Fock(3))
    a, b, c = space["A"], space["B"], space["C"]
    for first, second in [(a.x, b.y), (a.plus, c.destroy), (b.minus, c.create)]:
        assert abs(commutator(first, second)).max() == 0


def test_the_first_site_is_the_slowest_index():
    space = qs.Space(A=qs.Spin(1), B=qs.Fock(2), C=qs.Spin(1 / 2))
    diagonals = [space["A"].z.diagonal(), space["B"].number.diagonal(), space["C"].z.diagonal()]
    expected = [(m, n, s) for m in (1, 0, -1) for n in (0, 1) for s in (0.5, -0.5)]
    assert_allclose(np.stack(diagonals, axis=1), expected)


def test_embedding_is_the_kronecker_product_in_the_order_of_sites():
    rng = np.random.default_rng(1)
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2), C=qs.Fock(4))
    local = rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2))
    expected = np.kron(np.kron(np.eye(3), local), np.eye(4))
    assert_allclose(space.embed("B", local).toarray(), expected)
    assert_allclose(space.embed("B", sp.csr_array(local)).toarray(), expected)


def test_a_product_of_embedded_operators_is_their_tensor_product():
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(3 / 2))
    a, b = qs.Spin(1).operators(), qs.Spin(3 / 2).operators()
    product = space["A"].plus @ space["B"].minus
    assert_allclose(product.toarray(), np.kron(a["plus"], b["minus"]))


def test_operators_are_complex_sparse_arrays_built_once():
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1))
    operator = space["A"].z
    assert isinstance(operator, sp.csr_array)
    assert operator.dtype == complex
    assert space["A"].z is operator
    assert_allclose(space["A"].identity.toarray(), np.eye(9))
    assert_allclose(space.identity.toarray(), np.eye(9))


A = qs.Space(A=qs.Spin(1), M=qs.Fock(3))["A"]
MADE = {  # however an operator comes about, it is one
    "of a space": lambda x: x,
    "sum": lambda x: x + A.z,
    "difference": lambda x: x - 2 * A.z,
    "sum()": lambda x: sum([x, A.z]),
    "scaled": lambda x: 0.5j * x,
    "divided": lambda x: x / 2,
    "scaled by NumPy": lambda x: np.float64(2) * x * np.array(2.0),
    "negative": lambda x: -x,
    "transposed": lambda x: x.T,
    "adjoint": lambda x: x.conj().T,
    "real part": lambda x: x.real.conj(),
    "product": lambda x: x @ A.z @ A.y,
    "pickled": lambda x: pickle.loads(pickle.dumps(x)),
    "copied with the module": lambda x: copy.deepcopy(x),
    "added to a sparse array": lambda x: sp.csr_array(np.eye(9)) + x,
    "taken from a sparse array": lambda x: sp.csr_array(np.eye(9)) - x,
    "multiplied by a sparse array": lambda x: sp.csr_array(np.eye(9)) @ x,
    "scaled by a huge integer": lambda x: 10**30 * x,
}


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_products_that_would_be_elementwise_are_refused(made):
    x = made(A.x)
    for other in (A.z, x, sp.csr_array(np.eye(9)), sp.eye_array(9)):
        with pytest.raises(InvalidArgumentError, match=r"entry by entry; their product is a @ b"):
            x * other
    for other in (x.toarray(), np.ones(9), np.array([2.0]), [1, 2]):
        for product in (mul, truediv, lambda a, b: b * a):
            with pytest.raises(InvalidArgumentError, match=r"array of shape .*, and give Lindblad"):
                product(x, other)
    with pytest.raises(InvalidArgumentError, match="entry by entry; their product is a @ b"):
        sp.csr_array(np.eye(9)) * x
    for power in (lambda: x**2, lambda: pow(x, 0.5)):
        with pytest.raises(InvalidArgumentError, match=r"write a @ a for its square"):
            power()


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_operators_cannot_be_changed(made):
    x = made(A.x)
    before = x.toarray()
    changes = {
        "item": lambda: x.__setitem__((0, 0), 1),
        "diagonal": lambda: x.setdiag(1),
        "shape": lambda: x.resize(2, 2),
        "entries": lambda: setattr(x, "data", 2 * x.data),
        "columns": lambda: setattr(x, "indices", x.indices[::-1]),
        "rows": lambda: setattr(x, "indptr", 0 * x.indptr),
        "type": lambda: setattr(x, "dtype", np.complex64),
    }
    for change in changes.values():
        with pytest.raises(InvalidArgumentError, match=r"operator.copy\(\)"):
            change()
    for part in (x.data, x.indices, x.indptr):
        with pytest.raises(ValueError, match="read-only"):
            part[:] = 0
    y = x
    y *= 3
    y /= 2
    y += A.z
    y -= A.z
    y @= A.z
    assert_allclose(y.toarray(), 1.5 * before @ A.z.toarray(), atol=1e-14)
    assert_allclose(x.toarray(), before)
    with pytest.raises(InvalidArgumentError, match="are shared and cannot be set"):
        A.x = y
    with pytest.raises(TypeError):
        qs.Space(A=qs.Spin(1)).sites["B"] = qs.Spin(1)


def test_a_copy_of_an_operator_may_be_changed():
    copies = A.x.copy(), sp.csr_array(A.x), sp.csr_array(A.x, copy=True), A.x.tocsc(), A.x[:, :]
    for own in copies:
        own[0, 3] = 7
        own.data *= 2
        own.eliminate_zeros()
        assert own[0, 3] == 14
    assert_allclose(A.x[0, 3], np.sqrt(1 / 2))


def test_a_sum_with_a_sparse_array_leaves_that_one_as_it_was():
    theirs = sp.csr_array(np.eye(9))
    total = A.x + theirs
    theirs.data[:] = 5
    assert_allclose(total.toarray(), A.x.toarray() + np.eye(9))


def test_operators_do_what_sparse_arrays_do():
    x, plain = A.x + 0.3j * A.z @ A.plus, None
    plain = sp.csr_array(x.toarray())
    vector, matrix = np.arange(9.0), np.random.default_rng(0).normal(size=(9, 9))
    for function in (
        lambda a: a @ vector,
        lambda a: vector @ a,
        lambda a: a @ matrix,
        lambda a: matrix @ a,
        lambda a: a + matrix,
        lambda a: matrix - a,
        lambda a: a.multiply(a).toarray(),
        lambda a: a.multiply(matrix).toarray(),
        lambda a: a.power(2).toarray(),
        lambda a: abs(a).toarray(),
        lambda a: (a != a.T).toarray(),
        lambda a: (a - a).toarray(),
        lambda a: (0 * a).toarray(),
        lambda a: a[2:5, [0, 3]].toarray(),
        lambda a: a[1, 2],
        lambda a: a.sum(axis=0),
        lambda a: a.diagonal(1),
        lambda a: a.trace(),
        lambda a: a.count_nonzero(),
        lambda a: a.imag.max(),
        lambda a: a.reshape(3, 27).toarray(),
        lambda a: a.astype(np.complex64).toarray(),
        lambda a: a.sorted_indices().toarray(),
        lambda a: sp.kron(a, a.conj()).toarray(),
        lambda a: sp.block_array([[a, None], [None, a.T]]).toarray(),
        lambda a: np.sqrt(a).toarray(),
        lambda a: sp.linalg.expm_multiply(a, vector),
        lambda a: sp.linalg.spsolve(a + 3 * sp.eye_array(9), vector),
        lambda a: sp.linalg.splu((a + 3 * sp.eye_array(9)).tocsc()).solve(vector + 0j),
        lambda a: sp.linalg.norm(a),
        lambda a: sp.csgraph.connected_components(abs(a))[1],
        lambda a: sp.linalg.eigsh(a + a.conj().T, k=1, which="LA")[0],
    ):
        assert_allclose(function(x), function(plain), atol=1e-12)
    for operation in (x.eliminate_zeros, x.sum_duplicates, x.sort_indices, x.prune):
        operation()
    assert_allclose(x.toarray(), plain.toarray())


def test_differences_and_products_with_sparse_arrays_are_those_of_matrices():
    theirs = sp.csr_array(np.arange(81.0).reshape(9, 9))
    for kind in (sp.csr_array, sp.csc_array, sp.coo_array):
        assert_allclose((kind(theirs) - A.y).toarray(), theirs.toarray() - A.y.toarray())
        assert_allclose((kind(theirs) @ A.y).toarray(), theirs.toarray() @ A.y.toarray())


def test_axes_that_a_matrix_does_not_transpose_by_are_refused():
    assert_allclose(A.plus.transpose((1, 0)).toarray(), A.minus.toarray())
    for axes in ((0, 1), 5):
        with pytest.raises(ValueError, match="do not support|axes"):
            A.plus.transpose(axes)


def test_sparse_arrays_that_are_no_matrices_are_refused_by_name():
    beyond, objects = sp.csr_array(np.eye(2)), sp.csr_array(np.eye(2))
    beyond.indices = beyond.indices + 10  # SciPy would read, and write, whatever lies there
    objects.data = objects.data.astype(object)
    for wrong in (beyond, objects, sp.coo_array(np.ones((2, 2, 2)))):
        with pytest.raises(InvalidArgumentError, match="`X` must be a sparse matrix of numbers"):
            as_operator(wrong, 2, "X")


def test_operators_are_free_of_zeros_and_duplicates():
    x = A.x - A.plus / 2
    assert (x - A.minus / 2).nnz == (0 * x).nnz == 0
    doubled = sp.csr_array((np.array([1.0, 2.0, 0.0]), [1, 1, 0], [0, 3, 3]), shape=(2, 2))
    own = as_operator(doubled, 2, "X")
    assert_allclose(own.toarray(), [[0, 3], [0, 0]])
    assert own.nnz == 1
    assert doubled.nnz == 3


def test_equal_spaces_share_their_operators():
    first, second = (qs.Space(A=qs.Spin(1), M=qs.Fock(4)) for _ in range(2))
    assert first["M"].destroy is second["M"].destroy
    assert first["M"].destroy is not qs.Space(A=qs.Spin(1), M=qs.Fock(3))["M"].destroy


def test_operators_of_a_large_space_go_with_it():
    space = qs.Space(**{f"s{k}": qs.Spin(1 / 2) for k in range(12)})
    found = weakref.ref(space["s3"])
    assert space["s3"] is space["s3"]
    del space
    gc.collect()
    assert found() is None


def test_the_identity_of_many_spins_is_sparse():
    space = qs.Space(**{f"s{k}": qs.Spin(1 / 2) for k in range(17)})
    assert space.identity.nnz == 2**17


def test_a_space_knows_its_sites():
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2), C=qs.Fock(3))
    assert space.names == ("A", "B", "C")
    assert list(space) == ["A", "B", "C"]
    assert len(space) == 3
    assert space.dimensions == (3, 2, 3)
    assert space.dimension == 18
    assert repr(space) == "Space(A=Spin(1), B=Spin(1/2), C=Fock(3))"
    assert "z" in dir(space["A"])
    assert "Spin(1)" in repr(space["A"])


def test_spaces_are_equal_when_their_sites_are_in_order():
    pair = qs.Space(A=qs.Spin(1), B=qs.Fock(3))
    assert pair == qs.Space(A=qs.Spin(1), B=qs.Fock(3))
    assert hash(pair) == hash(qs.Space(A=qs.Spin(1), B=qs.Fock(3)))
    assert pair != qs.Space(B=qs.Fock(3), A=qs.Spin(1))
    assert pair != qs.Space(A=qs.Spin(1), B=qs.Spin(1))
    assert pair != "a space"


def test_a_subspace_keeps_the_order_of_sites():
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2), C=qs.Fock(3))
    assert space.subspace(["C", "A"]) == qs.Space(A=qs.Spin(1), C=qs.Fock(3))
    assert space.subspace("B") == qs.Space(B=qs.Spin(1 / 2))
    assert space.positions(["C", "A"]) == (0, 2)
    with pytest.raises(InvalidArgumentError, match=r"`sites` names a site twice: \['A', 'A'\]"):
        space.positions(["A", "A"])
    with pytest.raises(UnknownNameError, match="Unknown site 'D'"):
        space.positions(["A", "D"])


@pytest.mark.parametrize("size", [0, 0.3, -1, -1 / 2, np.inf, np.nan, "1", None, 1j, [1]])
def test_a_spin_of_impossible_size_is_rejected(size):
    with pytest.raises(InvalidArgumentError, match=r"`size` must be"):
        qs.Spin(size)


@pytest.mark.parametrize("levels", [1, 0, -2, 2.5, np.inf, np.nan, "3", None])
def test_a_mode_with_impossible_truncation_is_rejected(levels):
    with pytest.raises(
        InvalidArgumentError, match="`levels` must be a whole number >= 2"
    ) as caught:
        qs.Fock(levels)
    assert repr(levels) in str(caught.value)


def test_the_message_says_what_a_spin_is():
    for size, message in (
        (0.7, r"must be 1/2, 1, 3/2, \.\.\., but is 0\.7"),
        (-1, r"must be > 0, but is -1.0: the size of a spin is 1/2"),
        ("1", "must be a real number, but is '1'"),
    ):
        with pytest.raises(InvalidArgumentError, match=message):
            qs.Spin(size)


def test_threads_that_build_operators_at_once_get_the_same():
    def build(_):
        space = qs.Space(A=qs.Spin(2), B=qs.Fock(7))
        return (space["A"].plus @ space["B"].destroy + space["A"].x).toarray()

    with ThreadPoolExecutor(8) as pool:
        first, *others = pool.map(build, range(32))
    for other in others:
        np.testing.assert_array_equal(other, first)


def test_a_space_of_nothing_or_of_something_else_is_rejected():
    with pytest.raises(InvalidArgumentError, match="at least one site"):
        qs.Space()
    with pytest.raises(InvalidArgumentError, match="Site `B` must be a Spin or a Fock, but is 3"):
        qs.Space(A=qs.Spin(1), B=3)


def test_an_unknown_site_or_operator_is_named_with_what_there_is():
    space = qs.Space(left=qs.Spin(1), right=qs.Fock(2))
    with pytest.raises(UnknownNameError, match="Unknown site 'rigth'; did you mean 'right'"):
        space["rigth"]
    with pytest.raises(AttributeError, match="Site 'left' has no operator 'destroy'; it has x, y"):
        _ = space["left"].destroy
    with pytest.raises(AttributeError, match="Site 'right' has no operator 'plus'"):
        _ = space["right"].plus


def test_embedding_a_matrix_of_the_wrong_size_is_rejected():
    space = qs.Space(A=qs.Spin(1), B=qs.Fock(2))
    with pytest.raises(DimensionError, match=r"on site 'B' must have shape \(2, 2\)"):
        space.embed("B", np.eye(3))


def test_operators_of_the_wrong_kind_or_size_are_rejected():
    with pytest.raises(DimensionError, match=r"`X` must have shape \(3, 3\), but has \(2, 2\)"):
        as_operator(np.eye(2), 3, "X")
    with pytest.raises(DimensionError, match=r"`X` must have shape \(3, 3\), but has \(3,\)"):
        as_operator(np.ones(3), 3, "X")
    with pytest.raises(InvalidArgumentError, match="The X must be an operator, .* 'sigma_x'"):
        as_operator("sigma_x", 2, "The X")
    for wrong in (None, [[0, 1], [0]], np.ma.array(np.eye(2))):
        with pytest.raises(InvalidArgumentError, match="The X must be a number or an array"):
            as_operator(wrong, 2, "The X")
    for bad in (np.nan, np.inf):
        for matrix in (np.diag([1.0, bad]), sp.csr_array(np.diag([1.0, bad]))):
            with pytest.raises(NonFiniteError, match="The X must be finite"):
                as_operator(matrix, 2, "The X")


def test_converting_an_operator_leaves_the_given_one_untouched():
    # Two explicit zeros: dropping them is for the copy only.
    entries = (np.array([0, 1, 1, 0], complex), ([0, 0, 1, 1], [0, 1, 0, 1]))
    given = sp.csr_array(sp.coo_array(entries, shape=(2, 2)))
    as_operator(given, 2, "X")
    assert given.nnz == 4


def test_a_converted_operator_does_not_follow_later_changes():
    given = sp.csr_array(np.array([[0, 1], [1, 0]], complex))
    converted = as_operator(given, 2, "X")
    given.data[:] = 7
    assert_allclose(converted.toarray(), [[0, 1], [1, 0]])


def test_what_memory_held_before_does_not_matter(monkeypatch):
    empty = np.empty

    def dirty(shape, dtype=float, **options):
        array = empty(shape, dtype, **options)
        if np.dtype(dtype).kind in "fc":
            array.view(np.uint64)[...] = 0x7FF0000000000001  # a NaN that warns when it is read
        return array

    a = qs.Space(A=qs.Spin(1), B=qs.Spin(1))["A"]
    expected = a.x.toarray() - a.z.toarray(), a.x.toarray() + a.x.toarray()
    monkeypatch.setattr(np, "empty", dirty)  # SciPy's sums end with entries that nobody wrote
    np.testing.assert_array_equal((a.x - a.z).toarray(), expected[0])
    np.testing.assert_array_equal((a.x + a.x).toarray(), expected[1])
    assert (a.x - a.x).nnz == 0
