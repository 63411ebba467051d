"""`dataset.quantsync`: pictures, failures and certificates of a map."""

import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import InvalidArgumentError, SweepWarning, UnknownNameError

AXES = {"epsilon": [0.05, 0.1], "detuning": [-1.0, 0.0, 1.0]}


@pytest.fixture(scope="module")
def tongue():
    return qs.sweep("spin_pair", AXES, ["synchronization", "locked_phase"])


def test_a_measure_is_a_map_with_named_axes_and_units(tongue):
    axes = tongue.quantsync.plot("synchronization")
    (mesh,) = axes.collections
    np.testing.assert_array_equal(mesh.get_array(), tongue.synchronization)
    assert axes.get_xlabel() == "detuning (damping_a)"
    assert axes.get_ylabel() == "epsilon (damping_a)"
    assert mesh.colorbar.ax.get_ylabel() == "synchronization (1/rad)"
    assert mesh.get_cmap().name == "viridis"


def test_all_measures_are_panels_and_phases_are_cyclic(tongue):
    first, second = tongue.quantsync.plot()
    assert first.figure is second.figure
    assert second.collections[0].get_cmap().name == "twilight"
    mine = plt.subplots(1, 2)[1]
    assert list(tongue.quantsync.plot(axes=mine)) == list(mine)
    assert tongue.quantsync.plot(["locked_phase"], axes=[mine[0]]) is mine[0]


def test_a_cut_is_a_line(tongue):
    axes = tongue.quantsync.plot("synchronization", at={"epsilon": 0.1})
    (line,) = axes.lines
    np.testing.assert_array_equal(line.get_ydata(), tongue.synchronization[1])
    assert axes.get_title() == "epsilon = 0.1 (damping_a)"


def test_cuts_on_the_same_axes_are_told_apart(tongue):
    axes = tongue.quantsync.plot("synchronization", at={"epsilon": 0.05})
    assert tongue.quantsync.plot("synchronization", axes, at={"epsilon": 0.1}) is axes
    assert len({line.get_color() for line in axes.lines}) == 2
    shown = [text.get_text() for text in axes.get_legend().get_texts()]
    assert shown == ["epsilon = 0.05 (damping_a)", "epsilon = 0.1 (damping_a)"]
    assert axes.get_title() == ""


def test_an_axis_of_names_is_drawn_in_their_order():
    def spin(variant="up", drive=0.1):
        space = qs.Space(A=qs.Spin(1 / 2))
        a = space["A"]
        return qs.Lindbladian(
            space, [(drive, a.x)], [(1.0, {"up": a.plus, "down": a.minus}[variant])]
        )

    found = qs.sweep(spin, {"variant": ["up", "down"], "drive": [0.1, 0.2, 0.3]}, {"z": z_of})
    axes = found.quantsync.plot()
    assert [t.get_text() for t in axes.get_yticklabels()] == ["up", "down"]
    (line,) = found.quantsync.plot(at={"variant": "down"}).lines
    assert (line.get_ydata() < 0).all()
    with pytest.raises(UnknownNameError, match="value of axis `variant` 'dwn'"):
        found.quantsync.plot(at={"variant": "dwn"})
    assert "up, down" in found.quantsync._repr_html_()


def z_of(state):
    return (state.rho[..., 0, 0] - state.rho[..., 1, 1]).real / 2


def test_what_cannot_be_drawn_says_what_to_do(tongue):
    plot = tongue.quantsync.plot
    with pytest.raises(UnknownNameError, match="did you mean 'synchronization'"):
        plot("synchronisation")
    with pytest.raises(InvalidArgumentError, match="one Axes for each of 2 panels, but has 1"):
        plot(axes=plt.subplots()[1])
    with pytest.raises(InvalidArgumentError, match="`axes` must be an Axes"):
        plot("synchronization", axes=[None])
    with pytest.raises(InvalidArgumentError, match="`at` must be a mapping"):
        plot(at=0.1)
    with pytest.raises(InvalidArgumentError, match="none are left"):
        plot(at={"epsilon": 0.1, "detuning": 0.0})
    with pytest.raises(InvalidArgumentError, match=r"at\['epsilon'\]"):
        plot(at={"epsilon": "0.1"})
    moments = {f"m{k}": lambda state: state.rho[..., 0, 0].real for k in range(13)}
    many = qs.sweep("spin_pair", {"epsilon": [0.1, 0.2]}, moments)
    with pytest.raises(InvalidArgumentError, match="12 panels at most, but there are 13"):
        many.quantsync.plot()


def test_failures_and_certificates_are_shown():
    def qubit(rate=1.0):
        space = qs.Space(A=qs.Spin(1 / 2))
        a = space["A"]
        return qs.Lindbladian(space, [(1.0, a.z)], [(rate, a.minus)])

    with pytest.warns(SweepWarning):
        found = qs.sweep(qubit, {"rate": [0.0, 1.0, 2.0]}, "purity")
    (failure,) = found.quantsync.failures
    assert failure.startswith("rate=0: ")
    (cross,) = [line for line in found.quantsync.plot().lines if line.get_marker() == "x"]
    assert cross.get_xdata().tolist() == [0.0]
    text = found.quantsync._repr_html_()
    assert "1 of 3 points" in text
    assert "largest residual" in text
    assert found.quantsync.measures == ["purity"]
    assert found.quantsync.axes == ["rate"]


def test_ensembles_stores_and_files_have_it(tmp_path):
    pair = qs.models.collective_decay_pair()
    found = qs.ensemble(pair, [1e-3, 1e-2], samples=3, seed=1, measures="purity", progress=False)
    assert found.quantsync.plot("purity").get_xlabel() == "eta (rate)"
    qs.sweep("spin_pair", AXES, "purity", store=tmp_path / "a.zarr", progress=False)
    opened = qs.open_sweep(tmp_path / "a.zarr")
    assert opened.quantsync.plot().get_xlabel() == "detuning (damping_a)"
    code = "import sys, quantsync as qs; print(qs.open_sweep(sys.argv[1]).quantsync.axes)"
    command = [sys.executable, "-c", code, str(tmp_path / "a.zarr")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['epsilon', 'detuning']"
