"""Evolutions, mean fields and networks that a function of one's own returns, on the page."""

import warnings

import numpy as np
import pytest
import sympy

import quantsync as qs
from quantsync.catalogue.models import Model
from quantsync.errors import SweepWarning
from quantsync.explorer.maps import Painter
from quantsync.explorer.stored import StoredView
from quantsync.explorer.view import View

TIMES = np.linspace(0.0, 3.0, 31)


def qubit(rate=0.1, detuning=0.0):
    """A qubit that decays.

    Parameters
    ----------
    rate : float, range 0.1 to 0.5
        Of the decay.
    detuning : float, range -1 to 1
        Frequency.
    """
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    system = qs.Lindbladian(space, [(detuning, a.z)], [(rate, a.minus)])
    return system, np.full((2, 2), 0.5), TIMES


def watched(rate=0.1, detuning=0.0):
    system, start, times = qubit(rate, detuning)
    return system, start, times, {"observables": {"s": system.space["A"].plus}}


def last(path):
    return path.expectation["s"][:, -1]


FIELD_SYMBOL = sympy.Symbol("b")
RATES = sympy.symbols("gain loss", positive=True)
FIELD = qs.MeanFieldModel(
    [FIELD_SYMBOL],
    jumps=[
        sympy.sqrt(RATES[0]) * sympy.conjugate(FIELD_SYMBOL),
        sympy.sqrt(RATES[1]) * FIELD_SYMBOL**2,
    ],
)


def cycle(gain=1.0, loss=0.1):
    """The limit cycle of van der Pol.

    Parameters
    ----------
    gain : float, range 0.5 to 2
        Of one quantum.
    loss : float, range 0.1 to 0.2
        Of two quanta.
    """
    return FIELD.run([0.1], 60.0, parameters={"gain": gain, "loss": loss})


def quanta(run):
    return np.abs(run.beta[:, -1, 0]) ** 2


def network(coupling=0.1):
    chain = qs.HarmonicNetwork([[1.0, -coupling], [-coupling, 1.0]])
    start = qs.GaussianState.vacuum([1.0, 1.0]).displaced(x=[1.0, 0.0])
    return chain, start, TIMES


def position(path):
    return path.mean[:, -1, 0]


def painted(view):
    """The coarse map of a view, as it is shown while a slider moves."""
    maps = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", SweepWarning)
        Painter().paint(view, True, lambda: None, lambda *m: maps.append(m[0]), lambda *_: None)
    return maps[-1]


@pytest.mark.parametrize(
    ("model", "measures", "pictures"),
    [
        (qubit, ["synchronization"], {"phase distribution", "path over time", "populations"}),
        (watched, [last], {"path over time"}),
        (cycle, [quanta], {"path over time"}),
        (network, [position], {"path over time"}),
    ],
)
def test_runs_have_maps_and_paths(model, measures, pictures):
    view = View.start(Model.of(model), measures=measures)
    found = painted(view)
    name = view.measures[0]
    assert np.isfinite(found[name]).all()
    place = tuple(float(axis.values(view.size)[1]) for axis in view.axes.values())
    point = view.known_at(place)
    assert not point.failure
    known = qs.compute(model, view.at(place), measures)
    assert point.numbers[0].exact == repr(np.asarray(known[name]).item())
    assert pictures <= set(point.pictures)
    drawn = point.draw("path over time")
    assert drawn.data
    assert drawn.alt


def test_a_cycle_has_the_quanta_of_van_der_pol():
    found = painted(View.start(Model.of(cycle), measures=[quanta]))
    expected = found.gain / (2 * found.loss)
    np.testing.assert_allclose(
        found["quanta"], expected.transpose(*found["quanta"].dims), rtol=1e-6
    )


def test_stored_runs_have_their_paths_where_the_model_is_known(tmp_path):
    axes = {"omega_2": [0.9, 1.1], "time": [0.0, 10.0, 20.0]}
    known = qs.sweep(
        "harmonic_chain", axes, "pearson", store=tmp_path / "chain.zarr", progress=False
    )
    view = StoredView.open(tmp_path / "chain.zarr")
    point = view.known_at((20.0, 1.1))
    assert point.numbers[0].exact == repr(known.pearson.values[1, 2].item())
    assert "path over time" in point.pictures
