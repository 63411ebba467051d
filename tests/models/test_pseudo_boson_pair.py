"""The pseudo-bosonic chains as a model: reference numbers, derivation, batches, what is refused."""

import json
import re

import commands
import numpy as np
import pytest
import sympy
from places import TESTS

import quantsync as qs
from quantsync.errors import (
    BroadcastError,
    InvalidArgumentError,
    QuantsyncError,
    SweepWarning,
    UnboundedRunError,
    UnknownNameError,
)
from quantsync.models import pseudo_boson_pair
from quantsync.models.pseudo_boson_pair import symbols
from quantsync.models.pseudo_boson_pair.symbols import pseudo_boson_model

FILE = TESTS / "reference" / "ghildiyal2024.json"
NUMBERS = json.loads(FILE.read_text(encoding="utf-8"))["numbers"]
NAMES = {
    "lam": "weight", "N1": "spins_1", "N2": "spins_2", "nbar": "thermal_phonons", "sz": "sigma_z",
}  # fmt: skip
START = ("q1", "p1", "q2", "p2")
VARIANTS = ("literal", "corrected", "consistent", "lab")
DERIVED = VARIANTS[1:]
MODEL = "pseudo_boson_pair"
POLE = {"variant": "literal", "q1": 3.1, "q2": 3.1}


def entries(*prefixes):
    return [pytest.param(e, id=f"{e['id']}") for e in NUMBERS if e["id"].startswith(prefixes)]


def point(entry):
    """Parameters of an entry of the reference file."""
    given: dict = {NAMES[name]: value for name, value in entry["params"].items()}
    if entry["ic"]:
        (text,) = re.findall(r"\(([\d.]+(?:, ?[\d.]+){3})\)", entry["ic"])
        given |= dict(zip(START, (float(x) for x in text.split(",")), strict=True))
    if entry["t"] is not None:
        given["time"] = entry["t"]
    return given | {"variant": entry["variant"]}


def tolerance(entry):
    # The difference of two independent runs is no bound, and ours has an error of its own.
    return max(5 * entry["err"], 1e-13)


@pytest.mark.parametrize("entry", entries("mf_"))
def test_mean_quadratures(entry):
    got = qs.compute(MODEL, point(entry), START)
    assert np.abs(np.array(list(got.values())) - entry["value"]).max() < tolerance(entry)


@pytest.mark.parametrize("entry", entries("cov_"))
def test_measures_of_the_covariance(entry):
    got = qs.compute(MODEL, point(entry), ["S_q", "S_q_phi", "nu_min", "S_q_product", *START])
    want = entry["value"]
    got["TrC"] = 2 / got["S_q_product"]
    got["phi"] = np.angle((got["q2"] + 1j * got["p2"]) / (got["q1"] + 1j * got["p1"]))
    for name, value in want.items():
        assert abs(got[name] - value) < tolerance(entry), name


@pytest.mark.parametrize("entry", entries("baseline_"))
@pytest.mark.parametrize("variant", DERIVED)
def test_every_run_ends_in_two_vacua_coupled_or_not(entry, variant):
    given = point(entry) | {"variant": variant, "time": 400.0, "q1": 0.1, "linear_damping": 0.05}
    got = qs.compute(MODEL, given, ["S_q", "S_q_product", "S_q_uncoupled"])
    assert np.abs(np.array(list(got.values())) - entry["value"]).max() < 1e-6
    at_rest = given | dict.fromkeys(START, 0.0)
    assert abs(qs.compute(MODEL, at_rest, "S_q")["S_q"] - entry["value"]) < 1e-9


def test_uncoupled_run():
    (entry,) = (e for e in NUMBERS if e["id"] == "uncoupled_consistent_t100")
    given = point(entry)
    assert abs(qs.compute(MODEL, given, "S_q")["S_q"] - entry["value"]) < 1e-12
    # The same by the measure, from coupled chains, and with both couplings zero.
    coupled = given | {"sigma_z": -0.1}
    assert (
        abs(qs.compute(MODEL, coupled, "S_q_uncoupled")["S_q_uncoupled"] - entry["value"]) < 1e-12
    )
    apart = coupled | {"coupling_1": 0.0, "coupling_2": 0.0}
    assert abs(qs.compute(MODEL, apart, "S_q")["S_q"] - entry["value"]) < 1e-12
    # The printed damping breaks the bound of the uncertainty relation.
    assert qs.compute(MODEL, given | {"variant": "corrected"}, "S_q")["S_q"] > 1.01


def test_algebra_at_rest():
    for entry in NUMBERS:
        name = entry["id"]
        if not name.startswith("alg_") or name.endswith(("literal", "consistent")):
            continue
        model = pseudo_boson_model("lab")
        values = {NAMES[k]: v for k, v in entry["params"].items()}
        expression = {
            "theta": symbols.THETA, "kappa0": symbols.sz / symbols.X, "X0": symbols.X,
        }[name.split("_")[-1]]  # fmt: skip
        got = model.evaluate(expression, [0, 0], parameters=values)
        assert abs(got - entry["value"]) < 1e-15


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(0)
    beta = rng.normal(size=(20, 2)) + 1j * rng.normal(size=(20, 2))
    names = [s.name for s in pseudo_boson_model("consistent").parameters if s.name != "sigma_z"]
    values = {name: rng.uniform(0.3, 2.0, 20) for name in names}
    values |= {"spins_1": rng.uniform(4, 9, 20), "spins_2": rng.uniform(4, 9, 20)}
    return beta, rng.uniform(0, 3, 20), values | {"sigma_z": rng.uniform(-1, 1, 20), "gain": 0.0}


def of(model, values):
    return {s.name: values[s.name] for s in model.parameters}


@pytest.mark.parametrize("variant", DERIVED)
def test_the_symbols_of_h_give_the_equations_of_appendix_b(variant, points):
    """(B) with one misprint put right, and in "lab" with the Kerr term."""
    beta, time, values = points
    model = pseudo_boson_model(variant)
    damping = symbols.printed_damping()
    if variant != "corrected":
        damping = [
            -b / 2 * (sympy.sqrt(symbols.gl) + sympy.sqrt(symbols.gnl) * n / N) ** 2
            for b, n, N in zip(symbols.BETA, symbols.n, symbols.N, strict=True)
        ]
    by_hand = qs.MeanFieldModel.from_equations(
        symbols.BETA,
        [f + d for f, d in zip(symbols.printed_drift(variant), damping, strict=True)],
        time=symbols.TIME,
        frozen={symbols.X: symbols.CENTRAL},
    )
    got = model.drift(beta, time, of(model, values))
    np.testing.assert_allclose(
        got, by_hand.drift(beta, time, of(by_hand, values)), rtol=1e-11, atol=1e-13
    )
    np.testing.assert_allclose(
        model.fluctuation_matrix(beta, time, of(model, values)),
        by_hand.fluctuation_matrix(beta, time, of(by_hand, values)),
        rtol=1e-9,
        atol=1e-11,
    )


def test_only_the_lab_frame_has_no_explicit_time():
    assert [pseudo_boson_model(v).autonomous for v in VARIANTS] == [False, False, False, True]


def test_the_literal_bracket_is_another_one(points):
    beta, time, values = points
    literal, corrected = (pseudo_boson_model(v) for v in ("literal", "corrected"))
    difference = literal.drift(beta, time, of(literal, values)) - corrected.drift(
        beta, time, of(corrected, values)
    )
    assert (np.abs(difference) > 1e-6).all()


@pytest.mark.parametrize("variant", ["consistent", "lab"])
def test_one_jump_operator_keeps_the_uncertainty_relation(variant, points):
    """The noise that goes with M: D + i (M W + W M^T)/2 >= 0 for the symplectic form W."""
    beta, time, values = points
    model = pseudo_boson_model(variant)
    values = of(model, values) | {"thermal_phonons": 0.0, "gain": 0.3}
    M = model.fluctuation_matrix(beta, time, values)
    D = model.diffusion(beta, time, values)
    W = np.kron(np.eye(2), [[0, 1], [-1, 0]])
    lowest = np.linalg.eigvalsh(D + 0.5j * (M @ W + W @ M.swapaxes(1, 2)))[:, 0]
    assert lowest.min() > -1e-12
    printed = pseudo_boson_model("corrected")
    values = of(printed, values)
    M, D = printed.fluctuation_matrix(beta, time, values), printed.diffusion(beta, time, values)
    assert np.linalg.eigvalsh(D + 0.5j * (M @ W + W @ M.swapaxes(1, 2)))[:, 0].min() < -1e-3


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_gain_is_that_of_jump_operators(variant, points):
    beta, time, values = points
    model = pseudo_boson_model(variant)
    off, on = of(model, values), of(model, values) | {"gain": 0.4}
    np.testing.assert_allclose(
        model.drift(beta, time, on) - model.drift(beta, time, off), 0.2 * beta, atol=1e-12
    )
    for matrix in (model.fluctuation_matrix, model.diffusion):
        difference = matrix(beta, time, on) - matrix(beta, time, off)
        np.testing.assert_allclose(difference, np.tile(0.2 * np.eye(4), (20, 1, 1)), atol=1e-9)


def test_energy_is_lost_without_gain_and_kept_with_it():
    run = pseudo_boson_pair(q1=2.0, gain=[0.0, 2.5e-3])
    n = run.evolve(np.linspace(0, 3000, 301), None).occupation.sum(axis=-1)
    assert (np.diff(n[0]) < 0).all()
    assert n[0, -1] < 0.1 < n[1, -1] < 10


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_sweep_equals_its_points_and_times_share_trajectories(variant):
    axes = {"coupling_1": [0.7, 1.5], "time": [0.0, 20.0, 33.0], "weight": [0.0, 0.2, 0.3]}
    measures = ["q1", "p2", "S_q", "S_q_phi", "S_q_uncoupled", "nu_min", "S_q_excess"]
    fixed = {"variant": variant, "q1": 0.8, "p2": -0.3}
    found = qs.sweep(MODEL, axes, measures, fixed)
    assert found.attrs["parameter_variant"] == variant
    for place in ((0, 0, 0), (0, 1, 2), (1, 2, 1)):
        given = {n: axes[n][k] for n, k in zip(axes, place, strict=True)} | fixed
        for name, value in qs.compute(MODEL, given, measures).items():
            assert abs(float(found[name][place]) - value) < 1e-9, name
    at_start = found.isel(time=0)
    np.testing.assert_allclose(at_start.S_q, 1.0)
    np.testing.assert_allclose(at_start.q1, 0.8)


def test_a_large_map_in_machine_code_equals_single_runs():
    axes = {"coupling_1": np.linspace(0.5, 2.5, 20), "sigma_z": np.linspace(-0.2, 0.1, 20)}
    found = qs.sweep(MODEL, axes, ["q1", "S_q"], {"time": 30.0, "weight": 0.2})
    for i, j in ((0, 0), (7, 13), (19, 19)):
        given = {"coupling_1": axes["coupling_1"][i], "sigma_z": axes["sigma_z"][j]}
        one = qs.compute(MODEL, given | {"time": 30.0, "weight": 0.2}, ["q1", "S_q"])
        assert abs(one["q1"] - float(found.q1[i, j])) < 1e-11
        assert abs(one["S_q"] - float(found.S_q[i, j])) < 1e-11


def test_one_call_of_integrate_for_a_variant(monkeypatch):
    calls = []
    integrate = qs.MeanFieldModel.integrate

    def counted(self, beta0, times, *arguments, **options):
        calls.append((np.shape(beta0), len(times)))
        return integrate(self, beta0, times, *arguments, **options)

    monkeypatch.setattr(qs.MeanFieldModel, "integrate", counted)
    axes = {"coupling_1": np.linspace(1, 2, 5), "q2": np.linspace(0, 1, 4), "time": [1.0, 2.0, 3.0]}
    qs.sweep(MODEL, axes, ["S_q", "q1", "nu_min", "S_q_phi"])
    assert calls == [((20, 2), 3)]


def test_times_that_are_no_grid_take_little_memory(monkeypatch):
    from quantsync.models.pseudo_boson_pair import run as pseudo_boson_run

    monkeypatch.setattr(pseudo_boson_run, "ELEMENTS", 12)
    time = np.linspace(1, 5, 7)
    run = pseudo_boson_pair(q1=np.linspace(0.5, 1, 7), time=time)
    whole = run.means()
    for k in (0, 3, 6):
        np.testing.assert_allclose(run.take([k]).means(), whole[k : k + 1], atol=1e-12)


def test_variants_in_one_batch():
    run = pseudo_boson_pair(list(VARIANTS), time=20.0, weight=0.2)
    S_q = run.complete().value
    for k, variant in enumerate(VARIANTS):
        given = {"variant": variant, "time": 20.0, "weight": 0.2}
        assert abs(qs.compute(MODEL, given, "S_q")["S_q"] - S_q[k]) < 1e-12
    with pytest.raises(BroadcastError, match=r"'variant': take one"):
        _ = run.model
    with pytest.raises(BroadcastError, match="Some systems of the batch are coupled"):
        _ = pseudo_boson_pair(sigma_z=[0.0, 0.1]).model


def test_numbers_that_no_state_has_are_undefined():
    names = ["nu_min", "log_negativity", "mutual_information"]
    printed = qs.compute(MODEL, {"variant": "corrected", "time": 50}, names)
    assert printed["nu_min"] < 0.49
    assert printed["log_negativity"] is None
    assert printed["mutual_information"] is None
    sound = qs.compute(MODEL, {"time": 50}, names)
    assert sound["nu_min"] >= 0.5
    assert sound["log_negativity"] > 0.1
    assert qs.compute(MODEL, dict.fromkeys(START, 0.0), ["q1", "S_q", "S_q_phi"]) == {
        "q1": 0.0, "S_q": pytest.approx(1.0), "S_q_phi": None,
    }  # fmt: skip


BAD = [
    ({"variant": "lap"}, UnknownNameError, ("'lap'", "'lab'", "consistent")),
    ({"variant": 3}, InvalidArgumentError, ("a text", "is 3")),
    ({"spins_1": 0}, InvalidArgumentError, ("`spins_1`", "> 0", "is 0", "at least one spin")),
    ({"spins_2": -2}, InvalidArgumentError, ("`spins_2`", "is -2")),
    ({"linear_damping": -1e-3}, InvalidArgumentError, ("`linear_damping`", ">= 0", "is -0.001")),
    ({"nonlinear_damping": -1}, InvalidArgumentError, ("`nonlinear_damping`", "is -1")),
    ({"gain": -1}, InvalidArgumentError, ("`gain`", "is -1")),
    ({"thermal_phonons": -0.5}, InvalidArgumentError, ("`thermal_phonons`", "is -0.5")),
    ({"time": -1}, InvalidArgumentError, ("`time`", "is -1", "t = 0")),
    ({"time": "abc"}, InvalidArgumentError, ("`time`", "'abc'")),
    ({"variant": "literal"} | dict.fromkeys(START, 0), InvalidArgumentError,
     ("fixed point", "'literal'", "Start elsewhere")),
    (POLE, UnboundedRunError, ("q1=3.1", "X = 0", "t = 0.421", "`time` = 100", "variant='lab'")),
]  # fmt: skip


@pytest.mark.parametrize(("given", "kind", "parts"), BAD, ids=lambda x: str(x)[:30])
def test_bad_input_is_named_with_its_value(given, kind, parts):
    for measure in ("S_q", "q1"):
        with pytest.raises(kind) as caught:
            qs.compute(MODEL, given, measure)
        assert isinstance(caught.value, QuantsyncError)
        for part in parts:
            assert part in str(caught.value)


@pytest.mark.parametrize(
    ("axis", "values", "fixed", "says"),
    [
        ("spins_1", [-1.0, 5.0, 6.0], {}, "`spins_1` must be > 0, but is -1"),
        ("nonlinear_damping", [1e-3, -1e-3], {}, "InvalidArgumentError"),
        ("time", [1.0, -1.0], {}, "`time` must be >= 0"),
        ("q1", [0.0, 1.0], {"variant": "literal", "q2": 0.0}, "fixed point"),
        ("q1", [3.1, 1.0, 0.4], {"variant": "literal", "q2": 3.1}, "X = 0"),
        ("gain", [0.0, 50.0], {}, "X = 0"),
    ],
)
def test_in_a_sweep_only_the_bad_points_fail(axis, values, fixed, says):
    fixed = {"time": 20.0} | fixed
    fixed.pop(axis, None)
    with pytest.warns(SweepWarning, match=re.escape(says)):
        found = qs.sweep(MODEL, {axis: values}, {"S": "S_q"}, fixed)
    failed = found.failed.values
    assert failed.any()
    assert not failed.all()
    for value, bad, S_q in zip(values, failed, found.S.values, strict=True):
        if bad:
            assert np.isnan(S_q)
        else:
            one = qs.compute(MODEL, {axis: value} | fixed, "S_q")["S_q"]
            assert abs(one - S_q) < 1e-10


def test_a_batch_with_failures_is_integrated_once(monkeypatch):
    calls = []
    evolve = qs.models.PseudoBosonPair.evolve
    monkeypatch.setattr(
        qs.models.PseudoBosonPair,
        "evolve",
        lambda s, *a, **k: calls.append(s) or evolve(s, *a, **k),
    )
    fixed = {"variant": "literal", "q2": 3.1, "time": 5.0}
    with pytest.warns(SweepWarning):
        qs.sweep(MODEL, {"q1": [0.5, 3.0, 3.1, 3.3]}, {"S": "S_q"}, fixed)
    assert len(calls) == 1


def test_the_pole_of_one_member_is_reported_with_its_index():
    run = pseudo_boson_pair("literal", q1=[1.0, 3.1], q2=[1.0, 3.1], time=50.0)
    with pytest.raises(UnboundedRunError, match=r"index \(1,\); 1 of 2 systems") as caught:
        run.covariances()
    assert caught.value.reason == "X = 0"
    assert np.isfinite(run.take([0]).covariances()).all()


def test_texts_on_the_command_line():
    answer = commands.run("compute", MODEL, "variant=consistent", "time=10", "-m", "S_q")
    assert answer.returncode == 0, answer.stderr
    # Not to the last digit: here earlier tests may have had machine code made for this variant.
    point = qs.compute(MODEL, {"variant": "consistent", "time": 10.0}, ["S_q"])
    assert json.loads(answer.stdout)["measures"] == pytest.approx(point, rel=1e-11)
    for arguments, parts in (
        (("variant=lap",), ("'lap'", "'lab'", "consistent, corrected, exact, lab, literal")),
        (("time=abc",), ("'time'", "must be a number", "'abc'")),
    ):
        answer = commands.run("compute", MODEL, *arguments, "-m", "S_q")
        assert answer.returncode == 2
        assert len(answer.stderr.splitlines()) == 1
        for part in parts:
            assert part in answer.stderr
    listed = commands.run("list", "models")
    assert listed.returncode == 0
    assert re.search(r"variant +lab ", listed.stdout)
    assert "NOT IN THE PAPER" in listed.stdout
    assert "S_q_product" in commands.run("list", "measures").stdout


def test_the_start_is_what_was_given():
    given = {"q1": 0.3, "p1": -0.7, "q2": -0.2, "p2": 0.9}
    for variant in VARIANTS:
        got = qs.compute(
            MODEL, given | {"variant": variant, "time": 0.0}, [*START, "S_q", "nu_min"]
        )
        assert got == pytest.approx(given | {"S_q": 1.0, "nu_min": 0.5}, abs=1e-15)
