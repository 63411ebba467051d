"""Numbers, certificates and pictures of one point."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib.figure
import numpy as np
import pytest

import quantsync as qs
from quantsync import explorer
from quantsync.catalogue.measures import measures_of
from quantsync.catalogue.models import MODELS, Model
from quantsync.errors import InvalidArgumentError, UnknownNameError
from quantsync.explorer.points import COSTLY, Point, written

# Where the defaults have no unique state, or take long.
QUICK = {
    "van_der_pol_pair": {"levels": 6},
    "optomechanical_pair": {"time": 20.0, "window": 20.0},
    "harmonic_chain": {"sites": 30, "time": 40.0},
    "pseudo_boson_pair": {"time": 10.0},
}
NOT_UNIQUE = ("dephased_chain", "collective_decay_pair")
STATE = ("phase distribution", "populations")
SPHERES, PLANES = "husimi spheres", "wigner functions"
HAS = {
    "spin_pair": {*STATE, SPHERES, "power spectrum"},
    "driven_spin": {*STATE, SPHERES, "power spectrum"},
    "driven_pair": {*STATE, SPHERES, "power spectrum"},
    "harmonic_chain": {"path over time"},
    "circuit_qed": {*STATE, SPHERES},
    "pseudo_boson_pair": {"path over time", "path in the plane"},
    "van_der_pol": {*STATE, PLANES, "power spectrum"},
    "van_der_pol_pair": {*STATE, PLANES, "power spectrum"},
    "spin_mode": {*STATE, SPHERES, PLANES, "power spectrum"},
    "optomechanical_pair": {"path over time", "path in the plane"},
}


def point(model="spin_pair", measures="synchronization", **parameters):
    return Point.of(Model.of(model), parameters, measures)


def number(found, name):
    (row,) = [row for row in found.numbers if row.name == name]
    return row


def certificate(found, name):
    (row,) = [row for row in found.certificates if row.name == name]
    return row


@pytest.fixture
def figures(monkeypatch):
    """The figures that are drawn, as they are saved."""
    seen = []
    save = matplotlib.figure.Figure.savefig

    def keep(figure, *args, **options):
        seen.append(figure)
        save(figure, *args, **options)

    monkeypatch.setattr(matplotlib.figure.Figure, "savefig", keep)
    return seen


# Numbers


@pytest.mark.filterwarnings("ignore::quantsync.errors.TruncationWarning")  # of compute
@pytest.mark.parametrize("model", HAS)
def test_numbers_are_those_of_compute(model):
    parameters = QUICK.get(model, {})
    known = measures_of(Model.of(model)(**parameters))
    found = point(model, list(known)[:1], **parameters)
    names = [name for name in found.values if name not in COSTLY]
    assert len(names) >= 7
    assert not found.failure
    expected = qs.compute(model, parameters, names)
    for name in names:
        value = expected[name]
        value = np.nan if value is None else value
        np.testing.assert_array_equal(found.values[name], value, err_msg=name)  # bit for bit


def test_a_number_has_few_digits_and_all_digits():
    found = point(epsilon=0.1, detuning=0.3)
    row = number(found, "synchronization")
    exact = qs.compute("spin_pair", {"epsilon": 0.1, "detuning": 0.3}, "synchronization")
    assert float(row.exact) == exact["synchronization"]
    assert row.value == f"{exact['synchronization']:.6g}"
    assert (row.unit, row.chosen, number(found, "purity").chosen) == ("1/rad", True, False)
    assert found.numbers[0] is row
    assert "maximum of S" in row.long_name


def test_what_costs_much_is_taken_only_if_asked_for():
    assert not COSTLY & {row.name for row in point().numbers}
    found = point(measures=["gap", "linewidth"])
    assert float(number(found, "gap").exact) > 0
    assert {row.name for row in found.numbers if "linewidth" in row.name} == {
        "linewidth of A",
        "linewidth of B",
    }


def test_an_undefined_number_says_so():
    row = number(point(epsilon=0.0, measures="locked_phase"), "locked_phase")
    assert (row.value, row.exact, row.unit, row.failed) == ("undefined", "", "", False)


def test_a_measure_that_fails_costs_itself():
    def broken(state):
        raise ValueError("no such thing")

    found = point(measures={"broken": broken, "purity": "purity"})
    row = number(found, "broken")
    assert row.failed
    assert row.value == "ValueError: no such thing"
    assert float(number(found, "purity").exact) < 1
    assert not found.failure
    only = point(measures={"broken": broken})
    assert not only.failure
    assert only.pictures
    # What is not meant for one site is not listed unless it is asked for.
    assert "negativity" not in {row.name for row in point("driven_spin").numbers}
    assert "two sites" in number(point("driven_spin", "negativity"), "negativity").value


def test_several_and_complex_components():
    def both(state):
        return np.array([[1 - 2j, 3.0]])

    found = point(measures={"both": both})
    assert number(found, "both[0]").value == "1 − 2 i"
    assert number(found, "both[1]").value == "3 + 0 i"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.0, "0"),
        (-1.25, "−1.25"),
        (1.5e-17, "1.5×10⁻¹⁷"),
        (2e20, "2×10²⁰"),
        (float("-inf"), "−∞"),
        (3, "3"),
        (True, "yes"),
    ],
)
def test_numbers_as_they_are_printed(value, text):
    assert written(value) == text


# Certificates and failures


def test_certificates_are_those_of_the_state():
    found = point()
    state = qs.steady_state(qs.models.spin_pair())
    assert certificate(found, "unique").text == "yes, proven from the jump operators"
    assert certificate(found, "solved for").text == "19 of 81 elements of the density matrix"
    assert certificate(found, "residual").text.startswith(written(float(f"{state.residual:.1e}")))
    assert "truncation" not in {row.name for row in found.certificates}  # there is no mode
    assert all(row.good for row in found.certificates)


def test_a_cut_off_that_matters_is_a_row_and_no_warning():
    found = point("van_der_pol", levels=6)
    row = certificate(found, "truncation")
    assert not row.good
    assert "more levels" in row.text
    assert "hold" in certificate(found, "top levels of M").text
    for name in found.pictures:
        found.draw(name)


def test_the_cut_off_of_a_circuit_and_the_accuracy_of_a_mean_field():
    assert not certificate(point("circuit_qed", "omega"), "truncation").good
    found = point("optomechanical_pair", "S_c", **QUICK["optomechanical_pair"])
    assert "a solver gives none" in certificate(found, "error").text


@pytest.mark.parametrize("model", NOT_UNIQUE)
def test_a_point_without_a_unique_state(model):
    found = point(model)
    assert "the steady state is not unique" in found.failure
    assert list(found.pictures) == ["undecaying modes"]
    assert not found.certificates
    with pytest.raises(UnknownNameError, match="undecaying modes"):
        found.draw("phase distribution")
    modes = qs.peripheral_modes(Model.of(model)())
    for dark in (False, True):
        picture = found.draw("undecaying modes", dark=dark, other=found)
        assert picture.alt.count(f"{modes.zero_modes} stationary modes") == 2
        assert picture.data.startswith(b"<?xml")


def test_bad_parameters_are_failures_with_the_error():
    found = point("van_der_pol", gain=-1.0)
    assert found.failure.startswith("InvalidArgumentError: Parameter `gain` must be >= 0")
    assert not found.pictures
    assert not found.numbers


def test_a_system_that_fails_where_it_is_measured():
    found = point("circuit_qed", "omega", coupling=1e4)
    assert "HarmonicsError" in found.failure
    assert not found.pictures


# Pictures


def test_every_model_is_covered():
    assert {*HAS, *NOT_UNIQUE} == set(MODELS.own)


@pytest.mark.parametrize("model", HAS)
def test_every_model_has_its_pictures(model):
    parameters = QUICK.get(model, {})
    measure = next(iter(measures_of(Model.of(model)(**parameters))))
    found = point(model, measure, **parameters)
    assert set(found.pictures) == HAS[model]
    for name in found.pictures:
        for dark, other in ((False, None), (True, found)):
            picture = found.draw(name, dark, other)
            assert picture.data.startswith(b"<?xml")
            assert b"<text" not in picture.data  # letters are paths: no font is asked for
            assert len(picture.data) < 200_000
            assert ("two points" in picture.alt) == (other is not None)
        assert picture.data == found.draw(name, dark, other).data


def test_the_curve_is_the_phase_distribution(figures):
    found = point(epsilon=0.1, detuning=0.5)
    picture = found.draw("phase distribution")
    expected = {
        kind: qs.relative_phase_distribution(
            qs.steady_state(qs.models.spin_pair(epsilon=0.1, detuning=0.5)), kind=kind
        )
        for kind in ("husimi", "phase_states", "wigner")
    }
    curves = [line for line in figures[-1].axes[0].lines if line.get_color() != "0.5"]
    assert len(curves) == 3
    for line, distribution in zip(curves, expected.values(), strict=True):
        phi, density = line.get_data()
        np.testing.assert_allclose(density, distribution.density(phi), rtol=1e-12)
    peak = expected["husimi"]
    assert f"{peak.maximum:.4g} 1/rad above uniform, at {peak.location[0]:.3g} rad" in picture.alt


def test_two_points_share_their_axes(figures):
    first, second = point("van_der_pol"), point("van_der_pol", detuning=2.0)
    first.draw("wigner functions", other=second)
    left, right, _ = figures[-1].axes
    assert left.get_xlim() == right.get_xlim()
    (a,), (b,) = left.collections, right.collections
    assert a.get_clim() == b.get_clim()
    assert a.get_clim()[0] == -a.get_clim()[1]
    assert a.get_clim()[1] == max(np.abs(x.get_array()).max() for x in (a, b))
    first.draw("phase distribution", other=second)
    curves = [line for line in figures[-1].axes[0].lines if line.get_color() != "0.5"]
    assert [line.get_linestyle() for line in curves] == ["-"] * 3 + ["--"] * 3
    state = qs.steady_state(Model.of("van_der_pol")(detuning=2.0))
    phi, density = curves[3].get_data()
    np.testing.assert_allclose(density, qs.phase_distribution(state).density(phi))


def test_a_point_without_such_a_picture_is_not_compared_with():
    found = point()
    failed = point("collective_decay_pair")
    alone = found.draw("populations")
    assert found.draw("populations", other=failed).data == alone.data
    assert found.draw("populations", other=point("spin_mode")).data == alone.data
    assert found.draw("populations", other=point(spin=2)).data != alone.data


def test_a_uniform_distribution_is_not_blown_up(figures):
    picture = point(epsilon=0.0).draw("phase distribution")
    low, high = figures[-1].axes[0].get_ylim()
    assert low < 0.158
    assert high > 0.160
    assert "uniform" in picture.alt


def test_pairs_of_three_sites(figures):
    def three(coupling=0.3):
        space = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2), C=qs.Spin(1 / 2))
        a, b, c = (space[name] for name in "ABC")
        exchange = a.plus @ b.minus + b.plus @ c.minus
        return qs.Lindbladian(
            space,
            [(coupling, exchange + exchange.conj().T)],
            [(rate, s.plus) for rate, s in zip((1.0, 2.0, 3.0), (a, b, c), strict=True)]
            + [(rate, s.minus) for rate, s in zip((3.0, 1.0, 2.0), (a, b, c), strict=True)],
        )

    found = point(three, "purity")
    assert found.draw("phase distribution").alt.count("highest peak") == 2
    assert number(found, "locked_phase[1]")


def damped(gain=0.5, kept=True):
    space = qs.Space(M=qs.Fock(30))
    mode = space["M"]
    system = qs.Lindbladian(space, [], [(gain, mode.create), (1.0, mode.destroy)])
    start = np.zeros((30, 30))
    start[0, 0] = 1
    times = np.linspace(0, 2, 21)
    run = (system, start, times)
    return run if kept else (*run, {"observables": {"quanta": mode.number}})


def test_an_evolution_shows_its_path_and_its_last_state(figures):
    found = point(damped, "purity")
    assert set(found.pictures) == {*STATE, PLANES, "path over time"}
    found.draw("path over time")
    (line,) = figures[-1].axes[0].lines
    np.testing.assert_allclose(line.get_ydata(), 1 - np.exp(-line.get_xdata() / 2), atol=1e-6)
    assert "error" in {row.name for row in found.certificates}


def test_an_evolution_of_observables_shows_these(figures):
    found = point(damped, lambda path: path.expectation["quanta"][..., -1], kept=False)
    assert found.pictures == ("path over time",)
    found.draw("path over time")
    assert len(figures[-1].axes[0].lines) == 1


def test_the_path_of_a_chain_ends_where_its_measures_are(figures):
    found = point("harmonic_chain", ["x1", "x2"], **QUICK["harmonic_chain"])
    found.draw("path over time")
    whole, window = figures[-1].axes
    assert window.get_xlim() == (40.0, 55.0)
    for line, name in zip(whole.lines, ("x1", "x2"), strict=True):
        at = np.interp(40.0, *line.get_data())
        assert at == pytest.approx(found.values[name], abs=1e-3)


def test_what_cannot_be_followed_says_why():
    small = {"spins_1": 2, "spins_2": 2, "q1": 0.5, "q2": 0.5, "time": 1.0}
    found = point("pseudo_boson_pair", "q1", variant="exact", **small)
    with pytest.raises(InvalidArgumentError, match="'exact' has no mean field"):
        found.draw("path over time")


def contrast(colour, page):
    """Of two colours, as the Web Content Accessibility Guidelines have it."""
    from matplotlib.colors import to_rgb

    def light(c):
        parts = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in to_rgb(c)]
        return np.dot(parts, [0.2126, 0.7152, 0.0722]) + 0.05

    high, low = sorted([light(colour), light(page)], reverse=True)
    return high / low


@pytest.mark.parametrize(("dark", "page"), [(False, "#ffffff"), (True, "#181a1f")])
def test_curves_and_text_are_seen_on_the_page(figures, dark, page):
    for name in ("phase distribution", "power spectrum"):
        point().draw(name, dark)
        (axes,) = figures[-1].axes
        assert figures[-1].get_facecolor()[3] == 0
        for line in axes.lines:
            assert contrast(line.get_color(), page) >= 3
        assert contrast(axes.xaxis.label.get_color(), page) >= 7
        assert contrast(axes.xaxis.get_ticklabels()[0].get_color(), page) >= 7


def test_text_is_at_least_eleven_pixels_in_a_narrow_column(figures):
    found = point("spin_mode")
    for name in found.pictures:
        found.draw(name)
        figure = figures[-1]
        pixels = 330 / (72 * figure.get_figwidth())
        texts = [t for axes in figure.axes for t in [axes.xaxis.label, *axes.get_xticklabels()]]
        assert all(t.get_fontsize() * pixels >= 11 for t in texts if t.get_text())


def test_threads_draw_at_once():
    found = point()
    names = list(found.pictures) * 2
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda name: found.draw(name).data, names))
    assert drawn == [found.draw(name).data for name in names]


def test_drawing_leaves_settings_alone():
    before = dict(matplotlib.rcParams)
    point().draw("phase distribution", dark=True)
    assert dict(matplotlib.rcParams) == before


def test_the_page_imports_no_solver():
    for path in Path(explorer.__file__).parent.glob("*.py"):
        assert not re.search(r"quantsync\.(lindblad|gaussian|meanfield)", path.read_text("utf-8"))
