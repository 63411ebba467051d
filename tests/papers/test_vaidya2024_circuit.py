"""Figs. 9 to 11, Tables I and II and the claims of Sec. IV and App. E of Vaidya et al. (2024)."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from places import reference

import quantsync as qs
from quantsync import plotting
from quantsync.models.circuit_qed.tables import TABLE_II, preset_transmons
from quantsync.models.circuit_qed.transmon import RADIANS, frequency_shift, relaxation_fit
from quantsync.papers.registry import PAPERS, find_figure
from quantsync.papers.vaidya2024 import baths, circuit_parameter_claims, printed
from quantsync.papers.vaidya2024.circuit_data import (
    CAPTIONS,
    SHIFTS,
    circuit,
    couplings,
    figure_10,
    figure_11,
    last_digit,
    qubit_pair,
    tables,
)
from quantsync.papers.vaidya2024.circuit_table_text import table_1, table_2

PAPER = PAPERS["vaidya2024"]
REFERENCE = reference("vaidya2024")["low_precision_cqed"]


@pytest.fixture(scope="module")
def responses():
    return figure_10()


@pytest.fixture(scope="module")
def omegas():
    return figure_11()


@pytest.fixture(scope="module")
def claims(claims_of):
    return {
        "circuit": claims_of("vaidya2024", "circuit_claims", "circuit_parameter_claims"),
        "tables": claims_of("vaidya2024", "circuit_table_claims"),
    }


def test_responses_are_the_reference_ones(responses):
    found = responses.response.sel(panel="b", dephasing=0.0)
    expected = {
        0.0: (0.00068211842 + 0.17157125187j, 0.0),
        0.1: (0.00438049149 - 0.00610326001j, 0.00066967732 - 0.00155579481j),
        0.2: (0.00254044259 - 0.04370000984j, -0.02099730287 - 0.00425217571j),
    }
    for g, pair in expected.items():
        values = found.sel(coupling=g, method="nearest")
        assert_allclose(values, np.abs(pair), atol=3e-9)
    phase = responses.phase.sel(panel="b", dephasing=0.0).sel(coupling=0.1, method="nearest")
    assert_allclose(phase, np.angle(expected[0.1]), atol=3e-6)


@pytest.mark.parametrize("name", [n for n in REFERENCE if n.startswith("secular 10")])
def test_responses_are_those_of_the_secular_approximation(responses, name):
    _, preset, *settings = name.split()
    g, _, dephasing = (float(s.split("=")[1]) for s in settings)
    chosen = responses.sel(panel=preset[-1]).sel(coupling=g, dephasing=dephasing, method="nearest")
    expected = [REFERENCE[name]["absSA"], REFERENCE[name]["absSB"]]
    assert_allclose(chosen.response, expected, atol=2e-4)


def test_synchronization_is_the_reference_one(omegas):
    found = omegas.omega.sel(panel="a", dephasing=0.0)
    assert_allclose(
        found.sel(coupling=[0.0, 0.1, 0.2], method="nearest"),
        [6.4499024034e-2, 7.1772371803e-4, 4.4352841028e-3],
        rtol=1e-7,
    )


def test_lines_are_the_qubit_model(responses, omegas):
    """By steady states of the driven pair, in another unit of time."""
    for data, panel, dephasing in ((responses, "a", 0.053), (omegas, "b", 0.0)):
        chosen = data.sel(panel=panel).sel(dephasing=dephasing)
        gains, dampings = chosen.gain.values, chosen.damping.values
        assert_allclose(
            gains / dampings, [float(t) for t in CAPTIONS[str(chosen.preset.values)]], atol=0.05
        )
        k = 100
        drive = 2 * TABLE_II[str(chosen.preset.values)]["drive"]
        parameters = {
            "gain_a": gains[0],
            "damping_a": dampings[0],
            "gain_b": gains[1],
            "damping_b": dampings[1],
            "coupling": 2 * float(data.line_coupling[k]),
            "drive": drive,
            "dephasing": dephasing / 2,
        }
        turned = {name: RADIANS * value for name, value in parameters.items()}
        names = ["response_a", "response_b", "omega"]
        point = qs.compute("driven_pair", turned, names)
        if "omega" in data:
            assert_allclose(chosen.qubit_omega[k], point["omega"], rtol=1e-9)
        else:
            # Responses of the driven pair are per drive.
            per_drive = [point["response_a"], point["response_b"]]
            found = chosen.qubit_response[:, k]
            assert_allclose(found, np.multiply(per_drive, turned["drive"]), rtol=1e-9)


def test_circuit_and_qubit_model_agree_as_an_independent_calculation_says(responses, omegas):
    every_50_khz = slice(None, None, 2)  # where it looked
    off = np.abs(responses.response - responses.qubit_response_there).isel(coupling=every_50_khz)
    assert 0.008 < off.sel(site="A").max() < 0.012
    assert 0.004 < off.sel(site="B").max() < 0.006
    off = np.abs(omegas.omega - omegas.qubit_omega_there).max("coupling")
    relative = off / omegas.qubit_omega_there.max("coupling")
    assert relative.min() > 0.02
    assert relative.max() < 0.08


@pytest.mark.parametrize("name", ["responses", "omegas"])
def test_data_say_what_they_are(name, request):
    data = request.getfixturevalue(name)
    assert 0 < data.attrs["largest_residual"] < 1e-9
    assert data.sizes["coupling"] == 15
    assert data.coupling.attrs["units"] == "MHz"
    assert len(couplings(full=True)) == 29
    for variable in data.data_vars.values():
        assert variable.attrs["long_name"]
        assert variable.attrs["units"]
        assert np.isfinite(variable).all()
    # Halving a coupling of the lines changes the answer: the factor of two is not lost.
    parameters = circuit("10b", 0.0).qubit_model()
    assert abs(np.subtract(*qubit_pair(parameters, [0.1, 0.2])[0][0])) > 0.05


@pytest.mark.parametrize("name", ["9", "10", "11", "tables"])
def test_drawings_run_and_are_labelled(name, request, tmp_path):
    figure = PAPER.figures[find_figure(PAPER, name)]
    fixture = {"10": "responses", "11": "omegas"}.get(name)
    data = request.getfixturevalue(fixture) if fixture else figure.data(False)
    with plotting.style():
        canvas = figure.draw(data)
        canvas.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size < 200_000
    axes = [axis for axis in canvas.axes if axis.axison]
    assert axes
    assert all(a.get_xlabel() or a.get_ylabel() or a.get_title("center") for a in axes)
    assert all(a.lines for a in axes)


def test_the_schematic_shows_the_table(responses):
    data = PAPER.figures["9"].data(False)
    gaps = np.diff(data.level, axis=1)
    assert_allclose(gaps[:, 0] - gaps[:, 1], [400, 500])
    assert_allclose(data.resonator_frequency, [4600, 4500])
    # Two photons of the pump reach the third level.
    assert_allclose(2 * data.pump_frequency, data.level[:, 2])


def test_table_two_comes_out_and_its_misprint_is_seen():
    data = tables()
    off = np.abs(data["shift"] - data.printed_shift)
    rounding = 0.5 * data.last_digit_of_shift + 1e-6
    assert (off.sel(reading="4.5 GHz") <= rounding).all()
    assert (off.sel(reading="4.6 GHz", site="B") > 5).all()
    assert_allclose(
        data["shift"].sel(reading="4.6 GHz", site="A"), [160, 763.34, 1135.17], rtol=1e-5
    )
    assert (np.abs(data["shift"].sel(reading="exact") - data.printed_shift) < 3).all()
    expected = [[REFERENCE[f"fit {site}{preset}"]["ratio"] for site in "AB"] for preset in TABLE_II]
    assert_allclose(data.ratio.sel(reading="4.5 GHz"), expected, atol=5e-5)
    assert (last_digit("0.27"), last_digit("4.5"), last_digit("160")) == (0.01, 0.1, 1.0)


def test_printed_texts_are_the_numbers_of_the_presets():
    for preset, texts in SHIFTS.items():
        assert_allclose([float(t) / 1000 for t in texts], TABLE_II[preset]["shift"], rtol=1e-12)


def test_tables_are_written_with_the_claims():
    assert [table.title[:8] for table in PAPER.tables] == ["Table I,", "Table II"]
    for table in (table_1, table_2):
        assert all(len(row) == len(table.columns) for row in table.rows())
    rows = {row[0]: row for row in table_1.rows()}
    assert rows[r"frequency of auxiliaries $A$, $B$: $\omega_{aA}$, $\omega_{aB}$"][1:3] == (
        "4.6, 4.6 GHz",
        "4.6, 4.5 GHz",
    )
    by_unit = {row[0]: row for row in table_2.rows()}
    assert by_unit["10(a), B"][2:5] == ("1013.72", "1013.72", "1021.72")


def test_the_equations_as_printed_make_no_gain():
    unit = preset_transmons("11b")[0]
    same = printed.unit_as_printed(unit)
    gap = same.superoperator() - unit.lindbladian().superoperator()
    assert abs(gap).max() == 0
    excited = []
    for changes in ({}, {"positive": True}, {"fixed": True}):
        rho = qs.steady_state(printed.unit_as_printed(unit, **changes), truncation="ignore").rho
        excited.append(float(np.real(np.diagonal(rho)).reshape(3, 3)[1].sum()))
    right, positive, fixed = excited
    fit = relaxation_fit(unit)
    assert_allclose(right, fit.gain / (fit.gain + fit.damping), atol=2e-3)
    assert positive < 0.01 * right
    assert fixed < 0.95 * right


def test_the_printed_resonator_of_b_gives_neither_shift_nor_gain():
    wrong, right = printed.units("10b")[1], preset_transmons("10b")[1]
    assert (wrong.resonator_frequency, right.resonator_frequency) == (4600, 4500)
    assert printed.units("10b")[0] == preset_transmons("10b")[0]
    assert abs(frequency_shift(wrong) - wrong.shift) > 5e-3
    assert relaxation_fit(wrong).ratio < 1.5  # the caption has 4.5
    assert_allclose(relaxation_fit(right).ratio, 4.5, atol=0.05)


def test_verdicts(claims):
    every = {c.number: c for group in claims.values() for c in group}
    classes = {
        "misprint": ["C53"],
        "limit": ["C46"],
        "beyond": ["C39", "C61", "C62"],
        "fails": [],
        "open": [],
    }
    for kind, numbers in classes.items():
        assert [n for n, c in every.items() if c.verdict == kind] == numbers
    conventions = "C34 C35 C40 C41 C42 C43 C44 C47 C51 C54 C56 C57 C58"
    for number in conventions.split():
        assert every[number].verdict == "convention"
    for number in ("C55", "C59", "C90", "C94"):
        assert every[number].verdict == "reproduced"
    assert all(c.reason for c in every.values() if c.verdict not in ("reproduced", "beyond"))
    for number in ("C40", "C41"):
        assert every[number].bar.endswith("half the bar would decide otherwise")
    assert all("nan" not in c.computed for c in every.values())


@pytest.mark.parametrize(
    ("group", "number", "words"),
    [
        ("tables", "C53", "1.08, 1.22, 0.27 with 4.6 GHz"),
        ("tables", "C56", "0.0148"),
        ("tables", "C61", "61 kHz"),
        ("tables", "C61", "by 38 % where both transmons are retuned"),
        ("tables", "C60", "23.8 kHz"),
        ("circuit", "C45", "0.0017"),
        ("circuit", "C43", "3.1 times"),
        ("circuit", "C38", "0.010 with $2g$"),
        ("circuit", "C35", "24 % in (b)"),
        ("circuit", "C94", "against 2 % and 8 %"),
        ("circuit", "C94", r"2.5 \times 10^{-4}$ with the printed 4.6 GHz"),
        ("circuit", "C41", "6 % and 17 % of its largest responses"),
        ("circuit", "C43", "3.0 without dephasing with 4.6 GHz"),
        ("circuit", "C44", r"$w_B/2\pi = 65.1$ kHz, $\gamma_B/2\pi = 53.5$ kHz) that of the qubit"),
        ("circuit", "C44", "falls all the way to 350 kHz"),
    ],
)
def test_numbers_of_claims(claims, group, number, words):
    (claim,) = [c for c in claims[group] if c.number == number]
    assert words in claim.computed


def test_without_a_link_nothing_decays_through_the_other_resonator():
    share = circuit_parameter_claims._other_share
    assert share(0.0, 400.0, 0) < 1e-15
    # Transmons in resonance share their decay evenly where their link is the fastest of all.
    assert_allclose(share(1e3, 400.0, 0) + share(1e3, 400.0, 1), 1, atol=0.01)
    assert share(0.35, 400.0, 1) > 100 * share(0.35, 500.0, 1)


def test_powers_of_ten_are_written_in_tex():
    assert baths.scientific(0.0037) == r"4 \times 10^{-3}"
    assert baths.scientific(25100, 3) == r"2.51 \times 10^{4}"
