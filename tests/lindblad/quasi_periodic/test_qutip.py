"""Periodic Hamiltonians of QuTiP: its own evolution as an oracle, and what tells no frequency."""

import cmath
import math

import numpy as np
import pytest
import qutip
from numpy.testing import assert_allclose

import quantsync as qs
from quantsync.errors import DimensionError, InvalidArgumentError

QUBIT = qs.Space(A=qs.Spin(1 / 2))
ARGS = {"w": 1.2, "phi": 0.3}
X, Z, LOWER = qutip.sigmax(), qutip.sigmaz(), qutip.sigmam()
TIGHT = {"atol": 1e-12, "rtol": 1e-10, "nsteps": 100000}


def coefficient(value, args=ARGS):
    """Amplitudes by frequency of a coefficient of sigma_x."""
    system, perturbations = qs.quasi_periodic.from_qutip([[X, value]], [LOWER], QUBIT, args)
    found = {f: complex(v.toarray()[0, 1]) for f, v in perturbations}
    constant = system.hamiltonian()[0, 1].real
    return {0.0: constant, **found} if constant else found


def assert_same(found, expected):
    assert_allclose(list(found), list(expected), rtol=1e-14)
    assert_allclose(list(found.values()), list(expected.values()), rtol=1e-13, atol=0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cos(w*t)", {1.2: 0.5}),
        ("cos(w t)", {1.2: 0.5}),
        ("sin(w*t)", {1.2: 0.5j}),
        ("2 * cos(w*t + phi)", {1.2: np.exp(-0.3j)}),
        ("sin(w*t - phi)", {1.2: 0.5j * np.exp(0.3j)}),
        ("cos(-w*t)", {1.2: 0.5}),
        ("exp(1j*w*t) + exp(-1j*w*t)", {1.2: 1.0}),
        ("exp(1j*(w*t + phi)) + conj(exp(1j*(w*t + phi)))", {1.2: np.exp(-0.3j)}),
        ("real(exp(-1j*w*t))", {1.2: 0.5}),
        ("imag(exp(-1j*w*t))", {1.2: -0.5j}),
        ("norm(1 + exp(1j*w*t))", {0.0: 2.0, 1.2: 1.0}),
        ("cos(w*t)**2", {0.0: 0.5, 2.4: 0.25}),
        ("cos(w*t)**3", {1.2: 3 / 8, 3.6: 1 / 8}),
        ("1 + 0.2*cos(t)/2", {0.0: 1.0, 1.0: 0.05}),
        ("cos(w*t)*cos(0.7*t)", {0.5: 0.25, 1.9: 0.25}),
        ("cos(w*t)*cos(1.2*t) - 0.5", {2.4: 0.25}),
        ("cos(w*t)*cos((0.3 + 0.9)*t)", {0.0: 0.5, 2.4: 0.25}),
        ("np.cos(2*np.pi*t/4)", {np.pi / 2: 0.5}),
        ("cos(sqrt(w**2 + 0.25)*t)", {1.3: 0.5}),
        ("sin(pi/2) + w", {0.0: 2.2}),
        ("cos(w*t) - cos(w*t)", {}),
        ("sin(w*t)**2 + cos(w*t)**2", {0.0: 1.0}),
        ("1 + 1e-17*cos(w*t)", {0.0: 1.0, 1.2: 5e-18}),  # small, but nothing cancels
    ],
)
def test_texts_tell_their_frequencies(text, expected):
    found = coefficient(text)
    assert_same(found, expected)
    for t in (0.0, 0.4, 7.3):  # and the values they have by themselves
        value = found.get(0.0, 0) + sum(
            2 * (c * cmath.exp(-1j * f * t)).real for f, c in found.items() if f
        )
        names = {"t": t, "pi": np.pi, "norm": lambda x: abs(x) ** 2, "np": np, **ARGS}
        functions = {
            n: getattr(np, n) for n in ("cos", "sin", "exp", "conj", "real", "imag", "sqrt")
        }
        assert value == pytest.approx(
            eval(text.replace("w t", "w*t"), functions | names), abs=1e-13
        )


def pythonic(t, w, phi):
    return 0.5 * np.cos(w * t + phi) + np.float64(0.25)


def older(t, args):
    return 0.5 * np.cos(args["w"] * t + args["phi"]) + 0.25


def any_names(t, **args):
    return (0.5 * np.exp(1j * (args["w"] * t + args["phi"]))).real + 0.25


@pytest.mark.parametrize("function", [pythonic, older, any_names])
def test_functions_of_numpy_tell_their_frequencies(function):
    expected = {0.0: 0.25, 1.2: 0.25 * np.exp(-0.3j)}
    assert_same(coefficient(function), expected)
    if function is not older:
        assert_same(coefficient(qutip.coefficient(function, args=ARGS), None), expected)
    assert_same(coefficient(np.cos), {1.0: 0.5})


@pytest.mark.filterwarnings("ignore:.*cython:UserWarning")
def test_sums_and_products_of_qutip_are_read():
    one, two = (qutip.coefficient(f"cos({w}*t)", args=ARGS) for w in ("w", "0.7"))
    wave = qutip.coefficient("exp(-1j*w*t)", args=ARGS)
    assert_same(coefficient(one + two, None), {0.7: 0.5, 1.2: 0.5})
    assert_same(coefficient(one * two, None), {0.5: 0.25, 1.9: 0.25})
    assert_same(coefficient(wave + wave.conj(), None), {1.2: 1.0})
    assert_same(coefficient(qutip.coefficient(2.0) * one, None), {1.2: 1.0})
    assert_same(coefficient(one, {"w": 2.0}), {2.0: 0.5})
    evolving = qutip.QobjEvo([Z, [X, "cos(w*t)"]], args=ARGS)
    for given, factor in ((evolving, 1), (evolving + evolving.dag(), 2), (0.5 * evolving, 0.5)):
        for H in (given, [given]):
            system, ((frequency, V),) = qs.quasi_periodic.from_qutip(H, [LOWER], QUBIT)
            assert frequency == 1.2
            assert_allclose(V.toarray(), factor * X.full() / 2)
            assert_allclose(system.hamiltonian(), factor * Z.full())


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("exp(-t)", "grows or decays"),
        ("t*cos(t)", "grows with time"),
        ("t", "grows with time"),
        ("cos(cos(t))", "infinitely many harmonics"),
        ("1/cos(t)", "divides by a function"),
        ("2**t", "write exp"),
        ("abs(cos(t))", "absolute of a function of time"),
        ("cos(t)**0.5", "the power"),
        ("cos(v*t)", "'v' has no value; give it in args"),
        ("cos(w*t", "it is no formula"),
        ("__import__('os').getcwd()", "is not known here"),
        ("w.real", "is not known here"),
        ("9**9**9**9", "it has no value"),
        ("1/0", "divi"),
        ("exp(1e9) * cos(t)", "it is not finite"),
        (lambda t: math.cos(t), "of `math`"),
        (lambda t: 1.0 if t > 3 else 0.0, "a branch"),
        (lambda t: np.sign(np.cos(t)), "sign of a function of time"),
        (lambda t, v: v, "calling it fails: TypeError"),
        (lambda t: t * np.ones(2), "made of ndarray"),
        (lambda t: None, "made of NoneType"),
        (lambda t: np.cos(t) if isinstance(t, float) else np.sin(t), r"at t = 0 it is 1\+0j"),
        (qutip.coefficient(np.ones(9), tlist=np.linspace(0, 1, 9)), "InterCoefficient"),
        (np.ones(9), "from 9 numbers: samples"),
    ],
)
def test_what_tells_no_frequency_is_refused_by_name(value, why):
    with pytest.raises(
        InvalidArgumentError, match=rf"frequencies of the coefficient of H\[0\].*cannot be .*{why}"
    ):
        coefficient(value)


def test_the_evolution_of_a_driven_qubit_ends_there():
    H = [0.4 * Z, [0.3 * X, "cos(w*t + phi)"], [0.2 * qutip.sigmay(), "sin(0.7*w*t)**2"]]
    c_ops = [np.sqrt(0.5) * LOWER, (0.2, Z)]
    state = qs.quasi_periodic_steady_state(*qs.quasi_periodic.from_qutip(H, c_ops, QUBIT, ARGS))
    times = np.array([0.0, 80.0, 81.3, 83.9])
    theirs = qutip.mesolve(
        H, qutip.basis(2, 0), times, [c_ops[0], np.sqrt(0.2) * Z], args=ARGS, options=TIGHT
    )
    assert_allclose(state.at(times[1:]), qs.state_from_qutip(theirs.states[1:]), atol=1e-8)


def test_the_evolution_of_a_van_der_pol_mode_ends_there():
    a = qutip.destroy(8)
    H = [
        0.1 * a.dag() * a,
        [a, "0.4*exp(1j*(w*t + phi))"],
        [a.dag(), "0.4*exp(-1j*(w*t + phi))"],
    ]
    c_ops = [np.sqrt(0.5) * a.dag(), a * a, np.sqrt(0.3) * a]
    system, perturbations = qs.quasi_periodic.from_qutip(H, c_ops, args=ARGS)
    assert system.space == qs.Space(A=qs.Fock(8))
    state = qs.quasi_periodic_steady_state(system, perturbations)
    times = np.array([0.0, 70.0, 72.1])
    theirs = qutip.mesolve(H, qutip.basis(8, 0), times, c_ops, args=ARGS, options=TIGHT)
    assert_allclose(state.at(times[1:]), qs.state_from_qutip(theirs.states[1:]), atol=1e-7)


def test_a_hamiltonian_without_time_has_no_perturbations():
    for H in (Z, [Z], [(0.5, Z), [Z, "sin(phi)**2 + cos(phi)**2 - 0.5"]], qutip.QobjEvo(Z)):
        system, perturbations = qs.quasi_periodic.from_qutip(H, LOWER, QUBIT, ARGS)
        assert perturbations == []
        assert_allclose(system.hamiltonian(), Z.full())
    system, perturbations = qs.quasi_periodic.from_qutip(None, [LOWER], QUBIT)
    assert not system.terms.hamiltonian
    assert not perturbations


def test_a_phase_of_a_collapse_operator_does_not_matter_and_its_size_must_stay():
    for jump in ([LOWER, "2*exp(1j*w*t)"], qutip.QobjEvo([LOWER, "2*exp(1j*w*t)"], args=ARGS)):
        system, _ = qs.quasi_periodic.from_qutip(Z, [jump], QUBIT, ARGS)
        expected = qs.from_qutip(Z, [2 * LOWER], QUBIT)
        assert_allclose(system.superoperator().toarray(), expected.superoperator().toarray())
    with pytest.raises(InvalidArgumentError, match=r"`c_ops\[0\]` .* rate that changes in time"):
        qs.quasi_periodic.from_qutip(Z, [[LOWER, "cos(w*t)"]], QUBIT, ARGS)
    for wrong in ([LOWER, 0.5], ("cos(w*t)", LOWER), LOWER.full(), "ab"):
        with pytest.raises(InvalidArgumentError, match=r"`c_ops\[0\]` .* must be an operator"):
            qs.quasi_periodic.from_qutip(Z, [wrong], QUBIT, ARGS)


def test_what_is_no_periodic_system_is_refused_by_name():
    a = qutip.destroy(4)
    for H, message in (
        ([[a, "exp(1j*w*t)"]], r"Hermitian at all times, .* frequency 1\.2 .* by 1\.73"),
        ([[a, "exp(1j*w*t)"], [a.dag(), "1.01*exp(-1j*w*t)"]], r"frequency 1\.2 .* by 0\.0173"),
        ([[a, 1.0]], "frequency 0 differs"),
        ([1e16 * a.dag() * a, [a, 1.0]], "frequency 0 differs"),
        ([[1e16 * a.dag() * a, "cos(t)"], [a, "exp(1j*t)"]], "frequency 1 differs .* by 1.73"),
        (qutip.QobjEvo(lambda t: qutip.num(4) * np.cos(t)), "function that returns operators"),
        ([a.full()], r"`H\[0\]` .* must be an operator \(Qobj\) or \[Qobj, coefficient\]"),
        (3.0, "`H` of from_qutip must be"),
    ):
        with pytest.raises(InvalidArgumentError, match=message):
            qs.quasi_periodic.from_qutip(H, [a], args=ARGS)
    with pytest.raises(InvalidArgumentError, match="`args` must map names to values"):
        qs.quasi_periodic.from_qutip(Z, [LOWER], QUBIT, args=1.2)
    with pytest.raises(DimensionError, match=r"`H\[1\]` .* has dims"):
        qs.quasi_periodic.from_qutip([Z, [a, "cos(t)"]], [LOWER], QUBIT)


class StrCoefficient(qutip.Coefficient):
    """Stands for the classes that QuTiP compiles where it has Cython; with the same parts."""

    def __init__(self):
        super().__init__({})

    def __call__(self, t, _args=None, **_):
        return 2 * np.cos(1.2 * t + 0.3)

    def replace_arguments(self, _args=None, **_):
        return self

    def __reduce__(self):
        values = (0.3 + 0j, 1.2 + 0j, 2 + 0j)  # in another order than their names
        return StrCoefficient, (StrCoefficient, 68436817, None), (*values, None, self.text, *"wp")

    text = "2*cos(w*t + p)"


def test_texts_that_qutip_compiled_are_read(monkeypatch):
    assert_same(coefficient(StrCoefficient(), None), {1.2: np.exp(-0.3j)})
    monkeypatch.setattr(StrCoefficient, "text", "3*cos(w*t + p)")  # fits no order of the values
    with pytest.raises(InvalidArgumentError, match="a StrCoefficient, which holds no formula"):
        coefficient(StrCoefficient(), None)
