"""The figures of Ghildiyal et al. (2024): reference numbers, second routes, misprints."""

import re

import numpy as np
import pytest
from places import reference

from quantsync import plotting
from quantsync.measures.quadratures import complete_synchronization
from quantsync.models.pseudo_boson_pair.symbols import pseudo_boson_model
from quantsync.papers.ghildiyal2024 import chains, errata, langevin, printed, printed_fluctuations
from quantsync.papers.ghildiyal2024.points import Points
from quantsync.papers.registry import PAPERS
from quantsync.papers.reproduce import write_figure

REFERENCE = reference("ghildiyal2024")["numbers"]
FIGURES = PAPERS["ghildiyal2024"].figures
PANEL = {"abc": "a-c", "def": "d-f", "ghi": "g-i"}
ACCURACY = 1e-8


def as_printed(name, printed, right):
    return printed


def put_right(name, printed, right):
    return right


def entries(kind, *variants):
    return [
        pytest.param(e, id=f"{e['id']}-{e['variant']}")
        for e in REFERENCE
        if e["id"].startswith(kind) and e["variant"] in variants
    ]


def started(entry):
    text = re.search(r"=\(([^)]*)\)", entry["ic"]).group(1)
    return dict(zip(("q1", "p1", "q2", "p2"), map(float, text.split(",")), strict=True))


@pytest.mark.parametrize("entry", entries("mf_", "literal", "lab"))
def test_means_of_figure_2(entry):
    one = FIGURES["2"](**started(entry)).sel(
        variant=entry["variant"], panel=PANEL[entry["id"][3:6]], time=entry["t"]
    )
    got = np.stack([one.q.values, one.p.values], axis=-1).reshape(-1)
    np.testing.assert_allclose(got, entry["value"], atol=ACCURACY)


@pytest.mark.parametrize("entry", entries("cov_", "literal", "lab", "corrected"))
def test_covariances_of_runs(entry):
    path = chains.run(entry["variant"], PANEL[entry["id"][4:7]], **started(entry))
    (k,) = np.flatnonzero(path.times == entry["t"])
    found = {name: v[k] for name, v in chains.synchronization(path.covariance).items()}
    assert found["S_q"] == pytest.approx(entry["value"]["S_q"], abs=ACCURACY)
    assert found["product"] == pytest.approx(2 / entry["value"]["TrC"], abs=ACCURACY)
    assert found["nu_min"] == pytest.approx(entry["value"]["nu_min"], abs=ACCURACY)
    phi = chains.phase_difference(path.beta)[k]
    assert phi == pytest.approx(entry["value"]["phi"], abs=ACCURACY)


def test_figure_3_holds_the_runs_and_its_averages_are_those_of_a_batch():
    data = FIGURES["3"]()
    for variant in ("literal", "lab"):
        path = chains.run(variant, "g-i")
        value = chains.synchronization(path.covariance)["S_q"]
        got = data.S_q.sel(variant=variant).values
        np.testing.assert_array_equal(got[path.valid], value[path.valid])
        assert (got[~path.valid] == 0).all()
    # C is affine in nbar: two temperatures give all. Here one is integrated by itself.
    times = np.linspace(9000, 10000, 401)
    pair = chains.chains("lab", "g-i", thermal_phonons=2.5)
    for name, system in (("S_mean", pair), ("S_mean_uncoupled", pair.uncoupled())):
        direct = complete_synchronization(system.evolve(times).covariance).value.mean()
        found = float(data[name].sel(variant="lab", thermal_phonons=2.5))
        assert found == pytest.approx(direct, rel=1e-8)
    np.testing.assert_allclose(
        data.S_mean.sel(variant="lab"), 1 / (2 * data.thermal_phonons + 1), rtol=2e-3
    )


def test_excess_vanishes_with_the_correlations():
    data = FIGURES["excess"]()
    assert abs(data.excess.isel(time=0)).max() < 1e-12
    assert abs(data.excess.isel(time=-1)).max() < 0.01
    assert data.log_negativity.min() >= 0
    assert float(data.log_negativity.sel(panel="g-i").max()) > 1


def test_fates_of_starts_are_told_apart():
    data = FIGURES["starts"]()
    decayed, met, stuck = (data.fate.values == k for k in range(3))
    assert data.fate.shape == (3, 90)
    assert decayed.sum() + met.sum() + stuck.sum() == 270
    assert (data.final.values[decayed] < 1e-4).all()
    assert np.isnan(data.end_time.values[~met]).all()
    assert (data.end_time.values[met] < 1e4).all()
    assert np.isnan(data.final.values[met]).all()
    assert (data.final.values[stuck].max(axis=-1) > 5).all()
    # Far below inversion of either chain every run decays.
    assert decayed[(data.filling.values < 0.4).all(axis=-1)].all()


def test_errors_of_bosons_and_mean_field_against_exact_spins():
    data = FIGURES["central_spin"]()
    want = {
        "holstein_primakoff": [0.0028, 0.0010, 0.0005],
        "printed": [0.052, 0.054, 0.058],
        "mean_field": [0.073, 0.065, 0.056],
    }
    for name, numbers in want.items():
        np.testing.assert_allclose(data.error.sel(approximation=name), numbers, atol=6e-4)


def test_the_phase_of_figure_3_is_a_turn_of_the_second_chain():
    data = FIGURES["3"]().sel(variant="lab")
    path = chains.run("lab", "g-i")
    # Turning chain 2 back by phi before S_q is taken, Eqs. (17) and (18).
    turn = np.eye(4)
    turn[2:, 2:] = [[np.cos(1.049), np.sin(1.049)], [-np.sin(1.049), np.cos(1.049)]]
    turned = chains.synchronization(turn @ path.covariance @ turn.T)["S_q"]
    np.testing.assert_allclose(data.S_q_phase, turned, rtol=1e-9)
    np.testing.assert_allclose(data.S_mean_phase, data.S_mean_product, atol=0.02)


def letters(canvas):
    found = [axes.get_title(loc="left") for axes in canvas.axes]
    return [t for t in found if "added" not in t], [t for t in found if "added" in t]


def test_letters_are_those_of_the_paper_and_what_is_added_is_lettered_apart():
    with plotting.style():
        drawn = {name: figure.draw(figure.data(False)) for name, figure in FIGURES.items()}
    assert letters(drawn["2"])[0] == [f"({c})" for c in "abcdefghi"]
    assert letters(drawn["2"])[1] == [f"({c}) added" for c in "xyz"]
    assert letters(drawn["3"])[0] == ["(a)", "(b)"]
    for name in set(drawn) - {"2", "3"}:
        theirs, ours = letters(drawn[name])
        assert not theirs, name
        assert ours, name


def test_orbits_of_figure_2_are_smooth():
    with plotting.style():
        canvas = FIGURES["2"].draw(FIGURES["2"].data(False))
        canvas.canvas.draw()
    for axes in canvas.axes:
        assert axes.lines
        for line in axes.lines:
            steps = np.diff(line.get_transform().transform(line.get_xydata()), axis=0)
            x, y = steps.T
            turned = np.abs(np.angle((x[1:] + 1j * y[1:]) / (x[:-1] + 1j * y[:-1])))
            length = np.hypot(x, y)
            assert turned[np.minimum(length[1:], length[:-1]) > 1.0].max(initial=0) < 0.1


@pytest.mark.parametrize("name", list(FIGURES))
def test_drawings_say_what_is_not_in_the_paper(name):
    figure = FIGURES[name]
    with plotting.style():
        canvas = figure.draw(figure.data(False))
    title = canvas.get_suptitle()
    assert ("not in the paper" in title) == name.endswith("gain")


def test_options_reach_the_data(tmp_path):
    paper = PAPERS["ghildiyal2024"]
    options = {"q1": 0.8, "p1": 0.1, "q2": 0.2, "p2": 0.3, "gain": 0.0}
    _, file = write_figure(paper, "2", tmp_path, options=options)
    import xarray as xr

    with xr.open_dataset(file, engine="h5netcdf") as data:
        first = data.isel(time=0)
        np.testing.assert_allclose(first.q.values[0, 0], [0.8, 0.2])
        np.testing.assert_allclose(first.p.values[1, 2], [0.1, 0.3])
        assert data.attrs["in_the_paper"] == 1


def test_transcription_of_printed_coefficients_agrees_with_the_model():
    """Two transcriptions of (B) and (C1), one numerical and one symbolic."""
    p = Points.random()
    model = pseudo_boson_model("literal")
    drift = model.drift(p.beta.T, p.time, p.parameters())
    E, F = model.normal_and_anomalous(p.beta.T, p.time, p.parameters())
    for j in (0, 1):
        got = printed.mean_field(p, j, as_printed)
        np.testing.assert_allclose(got, drift[:, j], rtol=1e-12)
        for formula, want in (
            (printed_fluctuations.own_normal, E[:, j, j]),
            (printed_fluctuations.own_anomalous, F[:, j, j]),
            (printed_fluctuations.other_normal, E[:, j, 1 - j]),
            (printed_fluctuations.other_anomalous, F[:, j, 1 - j]),
        ):
            np.testing.assert_allclose(formula(p, j, as_printed), want, rtol=1e-11)


def test_derivatives_by_finite_differences():
    """E and F of the corrected equations by moving beta at constant X, without SymPy."""
    p, h = Points.random(), 1e-6

    class Frozen(Points):
        X = p.X

    def moved(j, step):
        beta = p.beta.copy()
        beta[j] += step
        fields = {name: getattr(p, name) for name in p.__dataclass_fields__}
        return Frozen(**(fields | {"beta": beta}))

    for j in (0, 1):
        for k, normal, anomalous in (
            (j, printed_fluctuations.own_normal, printed_fluctuations.own_anomalous),
            (1 - j, printed_fluctuations.other_normal, printed_fluctuations.other_anomalous),
        ):
            dx, dy = (
                (
                    printed.mean_field(moved(k, s), j, put_right)
                    - printed.mean_field(moved(k, -s), j, put_right)
                )
                / (2 * h)
                for s in (h, 1j * h)
            )
            np.testing.assert_allclose(normal(p, j, put_right), (dx - 1j * dy) / 2, atol=1e-7)
            np.testing.assert_allclose(anomalous(p, j, put_right), (dx + 1j * dy) / 2, atol=1e-7)


def test_misprints_are_jointly_sufficient_and_each_necessary():
    found = errata.misprints()
    assert len(found) == 27
    assert all(m.necessary and m.together for m in found)
    # Alone, a correction suffices where an equation has no other misprint.
    assert {m.where for m in found if m.alone} == {
        "Eq. (5)",
        "Eq. (A2)",
        "(A1), U_1, (A2), U_2",
        "Eq. (B1), Eq. (B2)",
    }
    half = [m for m in found if "E_7" in m.right]
    assert [m.where for m in half] == ["E_1"]


def test_a_wrong_sign_is_seen():
    (first,) = [g for g in errata.equations() if g[0].where == "E_3"]
    p = Points.random()
    good = first[0]
    assert good.difference(p, good.misprints).max() < 1e-13
    wrong = errata.Equation(
        good.where, lambda p, choose: -good.printed(p, choose), good.derived, good.misprints
    )
    assert wrong.difference(p, good.misprints).min() > 1


def test_errata_table_is_a_page():
    (table,) = PAPERS["ghildiyal2024"].tables
    rows = table.rows()
    assert len(rows) >= len(errata.misprints())
    assert all(len(row) == len(table.columns) for row in rows)


def test_symbols_of_the_operators_are_the_mean_fields():
    """(A1), (A2) with numbers for operators give (B1), (B2): both put right, or not at all."""
    p = Points.random()
    modes, coupling = langevin.Modes.numbers(p), langevin.Coupling.at(p)
    for j in (0, 1):
        own = langevin.coherent(modes, coupling, j, put_right)[:, 0, 0]
        N = p.N[j][:, None, None]
        loss = langevin.damping(modes, p.gamma_l[:, None, None], p.gamma_nl[:, None, None], N, j)[
            :, 0, 0
        ]
        total = own + loss + (-1) ** j * 1j * p.theta * p.beta[j]
        right = printed.mean_field(p, j, put_right)
        np.testing.assert_allclose(total, right, rtol=1e-12)
        literal = printed.mean_field(p, j, as_printed)
        assert np.abs(total - literal).min() > 1e-4
