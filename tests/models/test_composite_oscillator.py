"""The composite oscillator end to end: named measures, maps, figures and claims."""

import json
import subprocess
import sys

import numpy as np
import pytest
from places import reference
from scipy.optimize import minimize_scalar

import quantsync as qs
from quantsync.papers.registry import PAPERS
from quantsync.papers.vaidya2024 import baths, response_data, synchronization_data

PAPER = PAPERS["vaidya2024"]
REFERENCE = {
    (n["name"], json.dumps(n["params"], sort_keys=True)): n
    for n in reference("vaidya2024")["numbers"]
}
TIED = {"damping_a": lambda gain_a: 1 - gain_a, "damping_b": lambda gain_b: 1 - gain_b}


def reference(name):
    return [(n["params"], n["value"]) for (key, _), n in REFERENCE.items() if key == name]


def point(gain_a, gain_b, measures, **others):
    gains = {"gain_a": gain_a, "damping_a": 1 - gain_a, "gain_b": gain_b, "damping_b": 1 - gain_b}
    return qs.compute("driven_pair", {**gains, **others}, measures)


@pytest.mark.parametrize(("params", "value"), reference("g0A"))
def test_zero_crossings_of_a_are_the_reference_ones(params, value):
    found = point(float(params["wA"]), float(params["wB"]), ["zero_crossing_a"])
    assert found["zero_crossing_a"] == pytest.approx(float(value), rel=1e-11)


@pytest.mark.parametrize(("params", "value"), reference("Omega2"))
def test_weak_drive_synchronization_is_the_reference_one(params, value):
    found = point(float(params["wA"]), float(params["wB"]), ["omega"], coupling=float(params["g"]))
    assert found["omega"] == pytest.approx(float(value), rel=1e-12)


@pytest.mark.parametrize(("params", "value"), reference("R at local maximum"))
def test_the_maximum_of_the_ratio_is_found_where_the_reference_has_it(params, value):
    w_a, w_b = float(params["wA"]), float(params["wB"])
    where, top = synchronization_data.extrema(w_a, w_b).first("maximum")
    uncoupled = float(baths.study(w_a, w_b, coupling=0.0).omega())
    assert where == pytest.approx(float(params["g_star"]), abs=1e-10)
    best = point(w_a, w_b, ["best_coupling", "largest_omega_ratio", "largest_omega"])
    # A maximum below the value without coupling is not the largest of all.
    enhanced = float(value) > 1
    expected = float(params["g_star"]) if enhanced else 0.0
    assert best["best_coupling"] == pytest.approx(expected, abs=1e-10)
    assert best["largest_omega_ratio"] == pytest.approx(max(float(value), 1.0), rel=1e-12)
    assert best["largest_omega"] == pytest.approx(max(float(top), uncoupled), rel=1e-12)
    ratio = point(w_a, w_b, ["omega_ratio"], coupling=float(where))["omega_ratio"]
    assert ratio == pytest.approx(float(value), rel=1e-12)
    assert top / uncoupled == pytest.approx(ratio)


def test_the_minimum_of_the_ratio_is_where_a_plain_search_finds_it():
    def ratio(coupling):
        return point(0.55, 0.09, ["omega_ratio"], coupling=float(coupling))["omega_ratio"]

    found = point(0.55, 0.09, ["minimum_omega_ratio", "minimum_coupling"])
    couplings = np.linspace(0.05, 1.2, 24)
    values = [ratio(g) for g in couplings]
    k = int(np.argmin(values))
    assert 0 < k < 23
    plain = minimize_scalar(ratio, bracket=tuple(couplings[k - 1 : k + 2]), tol=1e-10)
    assert found["minimum_coupling"] == pytest.approx(plain.x, abs=1e-6)
    assert found["minimum_omega_ratio"] == pytest.approx(plain.fun, rel=1e-11)


@pytest.mark.parametrize("unit", [1e-12, 1e6, 1e12])
@pytest.mark.parametrize("drive", [0.0, 0.05])
def test_extrema_do_not_depend_on_the_unit_of_the_rates(unit, drive):
    names = ["largest_omega_ratio", "best_coupling", "minimum_omega_ratio", "minimum_coupling"]

    def found(scale):
        gains = {"gain_a": 0.55, "damping_a": 0.45, "gain_b": 0.09, "damping_b": 0.91}
        values = {name: scale * value for name, value in (gains | {"drive": drive}).items()}
        return qs.compute("driven_pair", values, names)

    here, there = found(1.0), found(unit)
    assert there["largest_omega_ratio"] == pytest.approx(here["largest_omega_ratio"], rel=1e-9)
    assert there["minimum_omega_ratio"] == pytest.approx(here["minimum_omega_ratio"], rel=1e-9)
    for name in ("best_coupling", "minimum_coupling"):
        assert there[name] / unit == pytest.approx(here[name], rel=1e-7)


def test_ratios_over_all_couplings_are_undefined_only_where_they_have_to_be():
    names = ["largest_omega_ratio", "minimum_omega_ratio", "minimum_coupling"]
    nowhere = dict.fromkeys(names)
    assert point(0.5, 0.5, names) == nowhere  # nothing synchronizes, with coupling or without
    assert point(0.0, 0.0, names) == nowhere  # both diverge at zero temperature
    assert point(0.5, 0.0, names)["largest_omega_ratio"] == np.inf  # only the coupled pair does


@pytest.mark.parametrize(("params", "value"), reference("Fig5c Dq"))
def test_the_restoring_detuning_is_the_reference_one(params, value):
    zeros = response_data.restoring([float(params["Dd"])])
    assert zeros.count == [1]
    assert zeros.y[0, 0] == pytest.approx(float(value), abs=1e-12)
    tuned = {"drive_detuning": float(params["Dd"]), "qudit_detuning": float(value)}
    restored = point(0.25, 0.75, ["zero_crossing_a"], **tuned)["zero_crossing_a"]
    assert restored == pytest.approx(zeros.x[0, 0], rel=1e-9)
    assert point(0.25, 0.75, ["zero_crossing_a"], drive_detuning=0.3)["zero_crossing_a"] is None


def test_qutrit_moments_and_their_zeros():
    found = point(0.25, 0.75, ["t11", "t22", "response_a"], spin=1)
    assert found["t11"] == pytest.approx(-0.0634386140781245111j, rel=1e-12)
    assert found["t22"] == pytest.approx(0.0138243238944740134, rel=1e-12)
    assert found["response_a"] == pytest.approx(2 * abs(found["t11"]))
    study = baths.study(0.25, 0.75, spin=1)
    twice = study.moment_zero_crossings(2, 2)
    assert twice.count == 2
    np.testing.assert_allclose(twice.location[1], 2.1581691754551362, rtol=1e-11)
    np.testing.assert_allclose(
        study.moment_zero_crossings(2, 1).first, 0.902636452421964663, rtol=1e-11
    )


@pytest.mark.parametrize("spin", [0.5, 1])
def test_limits_are_those_of_small_finite_drives(spin):
    measures = ["response_a", "response_b", "omega_ratio", "zero_crossing_b", "t11"]
    weak, limit = (point(0.3, 0.8, measures, spin=spin, drive=e) for e in (1e-4, 0.0))
    for name in measures:
        scale = 1e-4 if name == "t11" else 1
        assert abs(weak[name]) == pytest.approx(abs(limit[name]) * scale, rel=1e-6), name
    omega = [point(0.3, 0.8, ["omega"], spin=spin, drive=e)["omega"] for e in (1e-3, 0.0)]
    assert omega[0] == pytest.approx(omega[1] * 1e-6, rel=1e-4)


def test_measures_scale_with_the_rates():
    p = {"gain_a": 0.3, "damping_a": 0.9, "gain_b": 0.8, "damping_b": 0.15, "coupling": 0.7}
    p |= {"drive": 0.2, "dephasing": 0.1}
    powers = {"response_a": -1, "omega": 0, "omega_ratio": 0, "zero_crossing_a": 1, "t11": 0}
    one, other = (
        qs.compute("driven_pair", {k: factor * v for k, v in p.items()}, list(powers))
        for factor in (1.0, 3e3)
    )
    for name, power in powers.items():
        assert other[name] == pytest.approx(one[name] * 3e3**power, rel=1e-10), name


def test_edges_have_right_limits():
    cold = point(0.0, 0.0, ["omega", "omega_ratio"], coupling=1.0)
    assert cold["omega"] == np.inf
    assert cold["omega_ratio"] == pytest.approx(0.5)  # of the logarithms
    assert point(0.3, 0.0, ["omega"], coupling=0.0)["omega"] == pytest.approx(0.338919144154881)
    hot = point(0.5, 0.8, ["omega_ratio", "zero_crossing_a"])
    assert hot == {"omega_ratio": np.inf, "zero_crossing_a": None}
    assert point(0.5, 0.5, ["omega_ratio"])["omega_ratio"] is None
    faint = point(0.0, 0.4, ["omega"], coupling=0.0, drive=1e-9)["omega"]
    assert faint == pytest.approx(1e-18 * (1 + np.log(1e18)), rel=1e-9)


@pytest.mark.parametrize("spin", [0.5, 1])
def test_omega_is_continuous_at_equal_temperatures(spin):
    gain_b = 0.3 + np.array([-1e-5, 0.0, 1e-5])
    omega = baths.study(0.3, gain_b, coupling=0.6, drive=0.3, spin=spin).omega()
    assert omega[1] == pytest.approx((omega[0] + omega[2]) / 2, rel=1e-6)


def test_a_sweep_ties_parameters_and_survives_a_point_without_unique_state():
    axes = {"gain_a": [0.2, 0.4], "coupling": [0.0, 1.0]}
    fixed = {"gain_b": 0.0, "damping_b": 0.0}
    with pytest.warns(qs.errors.SweepWarning, match="2 of 4"):
        data = qs.sweep(
            "driven_pair",
            axes,
            ["omega", "response_a"],
            fixed=fixed,
            tied={"damping_a": TIED["damping_a"]},
        )
    np.testing.assert_array_equal(data.failed, [[True, False]] * 2)
    expected = [baths.study(w, 0.5, coupling=1.0) for w in (0.2, 0.4)]
    alone = [
        qs.compute("driven_pair", {"gain_a": w, "damping_a": 1 - w, **fixed}, ["omega"])["omega"]
        for w in (0.2, 0.4)
    ]
    np.testing.assert_allclose(data.omega[:, 1], alone, rtol=1e-12)
    assert len(expected) == 2
    assert 0 < data.attrs["largest_residual"] < 1e-14
    assert data.attrs["parameter_damping_a"] == "tied to the axes"
    with pytest.raises(qs.errors.InvalidArgumentError, match="'gain', which is neither an axis"):
        qs.sweep("driven_pair", axes, ["omega"], tied={"damping_b": lambda gain: 1 - gain})
    with pytest.raises(qs.errors.InvalidArgumentError, match="tied, and fixed"):
        qs.sweep(
            "driven_pair",
            axes,
            ["omega"],
            fixed={"damping_a": 1.0},
            tied={"damping_a": TIED["damping_a"]},
        )


def test_a_map_does_not_depend_on_threads_and_has_the_closed_form_crossings():
    axes = {"gain_a": np.linspace(0, 1, 9), "gain_b": np.linspace(0, 1, 11)}
    names = ["zero_crossing_a", "zero_crossing_b", "omega"]
    one, two = (
        qs.sweep("driven_pair", axes, names, tied=TIED, workers=t, progress=False) for t in (1, 2)
    )
    assert one.equals(two)
    a, b = np.meshgrid(axes["gain_a"], axes["gain_b"], indexing="ij")
    moments = qs.models.driven_pair_moments
    np.testing.assert_allclose(
        one.zero_crossing_a, moments.resonant_zero_crossing_a(a, b), rtol=1e-9
    )
    np.testing.assert_allclose(
        one.zero_crossing_b, moments.resonant_zero_crossing_b(a, b), rtol=1e-9
    )


def test_wrong_questions_get_named_errors():
    with pytest.raises(qs.errors.InvalidArgumentError, match="belongs to model driven_pair"):
        qs.compute("spin_pair", {}, ["omega"])
    with pytest.raises(qs.errors.InvalidArgumentError, match="Spin\\(1/2\\)"):
        qs.compute("driven_pair", {}, ["t21"])
    with pytest.raises(qs.errors.NonUniqueSteadyStateError):
        qs.compute("driven_pair", {"gain_b": 0, "damping_b": 0, "coupling": 0}, ["omega"])

    def driven_pair(gain=1.0):
        return qs.models.driven_spin(gain=gain)

    with pytest.raises(qs.errors.InvalidArgumentError, match="belongs to model"):
        qs.compute(driven_pair, {}, ["omega"])  # a user's function of that name


def test_the_command_line_prints_pairs_nulls_and_infinities():
    command = [sys.executable, "-m", "quantsync", "compute", "driven_pair", "gain_a=1/2"]
    run = subprocess.run(
        [*command, "damping_a=1/2", "-m", "t11,zero_crossing_a,omega_ratio"],
        capture_output=True,
        text=True,
        check=True,
    )
    printed = json.loads(run.stdout)["measures"]
    assert printed["t11"] == pytest.approx([0, 0.125])
    assert printed["zero_crossing_a"] is None
    assert printed["omega_ratio"] == "Infinity"


# The paper.


def test_figures_carry_the_numbers_of_the_paper():
    three = response_data.figure_3()
    np.testing.assert_allclose(three.zero_crossing, [0.870843001, 1.065307849], atol=1e-9)
    np.testing.assert_allclose(three.response, three.response_moments, atol=1e-14)
    assert abs(three.phase_density.sel(around=1.0)).max() < 1e-14
    four = response_data.figure_4()
    np.testing.assert_allclose(four.zero_crossing, four.closed_form, rtol=1e-10)
    six = synchronization_data.figure_6()
    assert float(six.ratio[0].max()) == pytest.approx(4.3728, abs=2e-3)
    seven = synchronization_data.figure_7()
    assert (seven.largest_ratio >= 1).all()
    assert (seven.largest_omega >= seven.uncoupled_omega).all()
    twelve = synchronization_data.figure_12()
    block, optimised = (twelve.omega.sel(family=f) for f in ("block diagonal", "optimised"))
    np.testing.assert_allclose(optimised, block, rtol=1e-8)
    assert (twelve.omega.sel(family="diagonal") >= block - 1e-12).all()


def test_finite_drives_on_request(tmp_path):
    finite = response_data.figure_3(drive=0.3)
    assert finite.zero_crossing[0] > 0.871
    assert finite.attrs["parameter_drive"] == 0.3
    command = [sys.executable, "-m", "quantsync", "reproduce", "vaidya2024", "6"]
    run = subprocess.run(
        [*command, "--set", "drive=0.1", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "vaidya2024" / "figure_6.png").exists()
    wrong = subprocess.run(
        [*command, "--set", "dirve=0.1", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode == 2
    assert "did you mean 'drive'" in wrong.stderr


@pytest.fixture(scope="module")
def claims(claims_of):
    return claims_of("vaidya2024")


def test_verdicts(claims):
    every = {claim.number: claim for claim in claims}
    classes = {
        "misprint": ["C1", "C14", "C15", "C16", "C53"],
        "limit": ["C12", "C27", "C46", "C86"],
        "fails": [],
        "open": [],
    }
    for kind, numbers in classes.items():
        found = [n for n, c in every.items() if c.verdict == kind]
        assert sorted(found, key=lambda n: int(n[1:])) == numbers, kind
    for number in ("C2", "C3", "C5", "C6", "C8", "C17", "C28", "C29", "C30", "C31", "C32", "C87"):
        assert every[number].verdict == "reproduced", number
    for claim in claims:
        assert claim.computed
        assert claim.uncertainty
        assert claim.bar
        assert claim.quotation or claim.verdict == "beyond"
        assert claim.reason or claim.verdict in ("reproduced", "beyond")


def test_verdicts_turn_when_the_physics_does(monkeypatch):
    from quantsync.papers.vaidya2024 import appendix_claims, response_claims

    assert {c.verdict for c in response_claims.zero_crossings()} == {"reproduced"}
    monkeypatch.setattr(response_claims, "FIGURE_3", (0.4, 0.45))  # not inverted
    assert {c.verdict for c in response_claims.zero_crossings()} == {"fails"}
    assert appendix_claims.qutrits()[0].verdict == "convention"
    anew = appendix_claims.figure_15.data  # not what is kept for the figure
    monkeypatch.setattr(appendix_claims, "figure_15", lambda: anew(False))
    monkeypatch.setattr(synchronization_data, "ENHANCED", (0.1, 0.2))
    monkeypatch.setattr(synchronization_data, "SUPPRESSED", (0.1, 0.2))
    assert appendix_claims.qutrits()[0].verdict == "fails"
