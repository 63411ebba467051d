"""Numbers of an independent calculation for the two pseudo-bosonic chains."""

import json

import numpy as np
import pytest
from places import TESTS

from quantsync.models.pseudo_boson_pair.symbols import pseudo_boson_model as model

FILE = TESTS / "reference" / "ghildiyal2024.json"
POINT = [0.6 + 0.3j, 0.5 - 0.4j]
VARIANTS = ("literal", "corrected", "consistent", "lab")
NAMES = {
    "lam": "weight", "N1": "spins_1", "N2": "spins_2", "nbar": "thermal_phonons", "sz": "sigma_z",
}  # fmt: skip


def parameters(of, params):
    """Values for a model from an entry of the reference file."""
    known = {s.name for s in of.parameters}
    values = {NAMES[name]: value for name, value in params.items() if name in NAMES}
    return {name: value for name, value in values.items() if name in known}


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
    values, time = parameters(m, entry["params"]), entry["t"]
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
    M = m.fluctuation_matrix([0, 0], 0.0, parameters(m, entry["params"]))
    w = np.linalg.eigvals(M)
    w = w[np.argsort(w.imag)]
    want = sorted(entry["value"], key=lambda pair: pair[1])
    np.testing.assert_allclose(np.stack([w.real, w.imag], axis=-1), want, atol=1e-15)


def test_the_literal_start_of_the_paper_is_a_fixed_point():
    m = model("literal")
    run = m.integrate([0, 0], [10.0], parameters={"weight": 0.2})
    assert bool(run.stationary)
    assert not run.beta.any()
