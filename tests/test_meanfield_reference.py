"""Numbers of an independent calculation for the two pseudo-bosonic chains."""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pseudo_boson_symbols as chains
import pytest

FILE = Path(__file__).parent / "reference" / "ghildiyal2024.json"
POINT = [0.6 + 0.3j, 0.5 - 0.4j]
VARIANTS = ("literal", "corrected", "consistent", "lab")
ACCURACY = 1e-9

model = cache(chains.model)


def entries(*prefixes):
    numbers = json.loads(FILE.read_text(encoding="utf-8"))["numbers"]
    found = [e for e in numbers if e["id"].startswith(prefixes) and e["variant"] in VARIANTS]
    return [pytest.param(e, id=f"{e['id']}-{e['variant']}") for e in found]


def compared(entry, got):
    want = np.asarray(entry["value"], dtype=float)
    np.testing.assert_allclose(got, want, atol=1e-15, rtol=1e-13)


@pytest.mark.parametrize("entry", entries("E_", "rhs_", "D_"))
def test_equations_at_a_point(entry):
    m = model(entry["variant"])
    values, time = chains.parameters(m, entry["params"]), entry["t"]
    kind = entry["id"].split("_")[0]
    if kind == "D":
        compared(entry, m.diffusion(POINT, time, values))
        return
    if kind == "rhs":
        got = m.drift(POINT, time, values)
    else:
        E, F = m.normal_and_anomalous(POINT, time, values)
        got = np.array([E[0, 0], F[0, 0], E[0, 1], F[0, 1], E[1, 0], F[1, 0], E[1, 1], F[1, 1]])
    compared(entry, np.stack([got.real, got.imag], axis=-1))


@pytest.mark.parametrize("entry", [e for e in entries("alg_") if "Meig" in e.id])
def test_eigenvalues_of_the_fluctuation_matrix_at_rest(entry):
    m = model(entry["variant"])
    M = m.fluctuation_matrix([0, 0], 0.0, chains.parameters(m, entry["params"]))
    w = np.linalg.eigvals(M)
    w = w[np.argsort(w.imag)]
    want = sorted(entry["value"], key=lambda pair: pair[1])
    np.testing.assert_allclose(np.stack([w.real, w.imag], axis=-1), want, atol=1e-15)


def started(entry):
    text = re.search(r"=\(([^)]*)\)", entry["ic"])
    assert text is not None
    q1, p1, q2, p2 = (float(x) for x in text.group(1).split(","))
    return np.array([q1 + 1j * p1, q2 + 1j * p2]) / np.sqrt(2)


@pytest.mark.parametrize("entry", [e for e in entries("mf_") if e.values[0]["t"] <= 1000])
def test_mean_quadratures(entry):
    m = model(entry["variant"])
    run = m.integrate(
        started(entry), [entry["t"]], parameters=chains.parameters(m, entry["params"])
    )
    assert np.abs(run.mean[0] - entry["value"]).max() < ACCURACY


@pytest.mark.parametrize("entry", [e for e in entries("cov_") if e.values[0]["t"] <= 100])
def test_covariances(entry):
    m = model(entry["variant"])
    values = chains.parameters(m, entry["params"])
    run = m.integrate(started(entry), [entry["t"]], "vacuum", parameters=values)
    C, want = run.covariance[0], entry["value"]
    S_q = 2 / (np.trace(C) - 2 * C[0, 2] - 2 * C[1, 3])
    phi = np.angle(run.beta[0, 1] / run.beta[0, 0])
    assert abs(np.trace(C) - want["TrC"]) < ACCURACY
    assert abs(S_q - want["S_q"]) < ACCURACY
    assert abs(phi - want["phi"]) < ACCURACY


@pytest.mark.parametrize("variant", VARIANTS)
def test_long_runs_on_all_variants(variant):
    """To t = 1e4, and t = 1000 with covariances, in one run."""
    for entry in entries("mf_ghi_generic"):
        e = entry.values[0]
        if e["variant"] != variant or e["t"] < 10000:
            continue
        m = model(variant)
        run = m.integrate(started(e), [e["t"]], parameters=chains.parameters(m, e["params"]))
        assert np.abs(run.mean[0] - e["value"]).max() < ACCURACY
    if variant in ("consistent", "lab", "corrected"):
        m = model(variant)
        for entry in entries("cov_ghi_generic"):
            e = entry.values[0]
            if e["variant"] == variant and e["t"] == 1000:
                values = chains.parameters(m, e["params"])
                run = m.integrate(started(e), [e["t"]], "vacuum", parameters=values)
                assert abs(np.trace(run.covariance[0]) - e["value"]["TrC"]) < ACCURACY


def test_the_literal_start_of_the_paper_is_a_fixed_point():
    m = model("literal")
    run = m.integrate([0, 0], [10.0], parameters=chains.DEFAULTS | {"lam": 0.2})
    assert bool(run.stationary)
    assert not run.beta.any()
