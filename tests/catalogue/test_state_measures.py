"""Named measures of phases: their numbers, and what data sets say of them."""

import numpy as np
import pytest
import xarray as xr

import quantsync as qs

PHASES = ["synchronization", "locked_phase", "mean_phase", "circular_variance"]


def driven_mode(drive=0.4, levels=12):
    space = qs.Space(M=qs.Fock(levels, finite=True))
    a, ad = space["M"].destroy, space["M"].create
    return qs.Lindbladian(space, [(0.3, ad @ a), (drive, a + ad)], [(1.0, ad), (1.0, a @ a)])


def laser(coupling=1.0):
    space = qs.Space(S=qs.Spin(1 / 2), M=qs.Fock(6, finite=True))
    s, m = space["S"], space["M"]
    exchange = s.plus @ m.destroy + s.minus @ m.create
    jumps = [(2.0, s.plus), (0.5, m.destroy)]
    return qs.Lindbladian(space, [(0.5, s.z), (coupling, exchange)], jumps)


def test_phases_of_modes_are_those_of_phase_states(tmp_path):
    found = qs.sweep(driven_mode, {"drive": [0.0, 0.4, 0.8]}, PHASES, store=tmp_path / "a.zarr")
    steady = qs.steady_state(driven_mode([0.0, 0.4, 0.8]))
    phase = qs.phase_distribution(steady, kind="phase_states")
    np.testing.assert_allclose(found.synchronization, phase.maximum, atol=1e-12)
    np.testing.assert_allclose(found.locked_phase, phase.location[:, 0], atol=1e-9)
    np.testing.assert_allclose(found.mean_phase, phase.mean_phase, atol=1e-9)
    np.testing.assert_allclose(found.circular_variance, phase.circular_variance, atol=1e-12)
    other = qs.phase_distribution(steady, kind="husimi").maximum
    assert (found.synchronization[1:] > 1.05 * other[1:]).all()
    assert np.isnan(found.mean_phase[0])
    assert np.isnan(found.locked_phase[0])
    assert found.circular_variance[0] == 1
    written = {"memory": found, "store": qs.open_sweep(tmp_path / "a.zarr")}
    found.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    written["file"] = xr.load_dataset(tmp_path / "a.nc", engine="h5netcdf")
    for where, dataset in written.items():
        for name in PHASES:
            attributes = dataset[name].attrs
            assert attributes["phase_kind"] == "M: phase_states", where
            assert attributes["phase_sense"] == "M: arg(alpha)", where


def test_a_space_of_spins_and_modes_tells_both():
    found = qs.sweep(laser, {"coupling": [0.5, 1.0]}, ["locked_phase", "purity"])
    assert found.locked_phase.attrs["phase_kind"] == "S: husimi, M: phase_states"
    assert found.locked_phase.attrs["phase_sense"] == "S: azimuth, M: -arg(alpha)"
    assert "phase_kind" not in found.purity.attrs
    phase = qs.relative_phase_distribution(qs.steady_state(laser(np.array([0.5, 1.0]))))
    assert phase.kinds == {"S": "husimi", "M": "phase_states"}
    np.testing.assert_allclose(found.locked_phase, phase.location[:, 0], atol=1e-9)


def test_phases_of_spins_are_those_of_their_husimi_function():
    found = qs.sweep("spin_pair", {"epsilon": [0.05, 0.1]}, PHASES)
    assert found.synchronization.attrs["phase_kind"] == "A: husimi, B: husimi"
    assert found.synchronization.attrs["phase_sense"] == "A: azimuth, B: azimuth"
    steady = qs.steady_state(qs.models.spin_pair(epsilon=np.array([0.05, 0.1])))
    phase = qs.relative_phase_distribution(steady, kind="husimi")
    np.testing.assert_allclose(found.synchronization, phase.maximum, rtol=1e-10)
    assert found.mean_phase.shape == found.circular_variance.shape == (2,)
    np.testing.assert_allclose(found.circular_variance, phase.circular_variance, rtol=1e-12)


def test_several_relative_phases_have_an_axis():
    space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2), C=qs.Spin(1 / 2))
    rho = np.kron(np.array([[0.5, 0.3], [0.3, 0.5]]), np.diag([0.5, 0.5]))
    rho = np.kron(rho, np.array([[0.5, 0.2j], [-0.2j, 0.5]]))
    values = qs.evolve(qs.Lindbladian(space), rho, [0.0, 1.0])
    point = qs.compute(lambda: (qs.Lindbladian(space), rho, [0.0, 1.0]), {}, PHASES)
    phase = qs.relative_phase_distribution(values.rho[-1], space)
    assert point["circular_variance"] == pytest.approx(phase.circular_variance)
    assert point["mean_phase"][0] == pytest.approx(phase.mean_phase[0])
    assert point["mean_phase"][1] is None


def test_a_system_without_a_space_says_nothing_of_phases():
    class Bare(qs.ParametricSystem):
        kind, method, members_per_chunk, measures = "steady state", "by hand", 10, {}

        def solve(self, workers=None):
            rho = np.full((*self.shape, 2, 2), 0.5)
            space = qs.Space(A=qs.Spin(1 / 2))
            return type("S", (), {"rho": rho, "space": space, "residual": np.zeros(self.shape)})()

    def bare(x=0.0):
        return Bare({"x": x})

    found = qs.sweep(bare, {"x": [0.0, 1.0]}, ["synchronization"]).synchronization
    np.testing.assert_allclose(found, 1 / 8)  # pi/4 a half over 2 pi, twice
    assert "phase_kind" not in found.attrs
