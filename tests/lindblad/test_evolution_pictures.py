"""Pictures of evolutions: expectation values over time."""

import numpy as np
import pytest
from systems import thermal_qubit

import quantsync as qs
from quantsync.errors import DimensionError, InvalidArgumentError, UnknownNameError

TIMES = np.linspace(0.0, 3.0, 31)
START = np.array([[0.5, 0.5], [0.5, 0.5]])


@pytest.fixture
def path():
    return qs.evolve(thermal_qubit()[0], START, TIMES)


def test_operators_are_drawn_as_their_expectation_values(path):
    a = path.space["A"]
    axes = path.plot({"z": a.z, "minus": a.minus})
    z, real, imaginary = axes.lines
    np.testing.assert_array_equal(z.get_xdata(), TIMES)
    np.testing.assert_allclose(z.get_ydata(), np.einsum("ij,tji->t", a.z.toarray(), path.rho).real)
    minus = np.einsum("ij,tji->t", a.minus.toarray(), path.rho)
    np.testing.assert_allclose(real.get_ydata(), minus.real)
    np.testing.assert_allclose(imaginary.get_ydata(), minus.imag)
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["⟨z⟩", "Re ⟨minus⟩", "Im ⟨minus⟩"]


def test_what_was_asked_of_an_evolution_is_drawn_by_name(path):
    a = path.space["A"]
    signals = qs.evolve(thermal_qubit()[0], START, TIMES, observables={"x": a.x, "z": a.z})
    assert len(signals.plot().lines) == 2
    (line,) = signals.plot(["z"]).lines
    np.testing.assert_array_equal(line.get_ydata(), signals.expectation["z"])
    with pytest.raises(UnknownNameError, match="'y'"):
        signals.plot(["y"])
    with pytest.raises(InvalidArgumentError, match="`observables`"):
        signals.plot({"y": a.y})


def test_what_is_no_picture_says_what_to_do(path):
    with pytest.raises(InvalidArgumentError, match="nothing to draw: give `observables`"):
        path.plot()
    with pytest.raises(DimensionError):
        path.plot({"z": np.eye(3)})
    batch = qs.evolve(thermal_qubit()[0], np.stack([START, START]), TIMES)
    with pytest.raises(InvalidArgumentError, match=r"batch of shape \(2,\); pick one, .*path\[0\]"):
        batch.plot()
    assert batch[1].plot({"z": path.space["A"].z})
