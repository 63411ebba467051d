"""What objects show in a notebook: their numbers, escaped, without anything from outside."""

import base64
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest
import sympy

import quantsync as qs
from quantsync import html

NASTY = '<script>alert("x")</script>'


def pair(epsilon=0.1, detuning=0.0):
    return qs.models.spin_pair(epsilon=epsilon, detuning=detuning)


def mode(levels=8, name="M"):
    space = qs.Space(**{name: qs.Fock(levels)})
    m = space[name]
    return qs.Lindbladian(space, [(0.05, m.create + m.destroy)], [(1.0, m.destroy)])


def decay():
    b = sympy.Symbol("b")
    return qs.MeanFieldModel([b], sympy.Symbol("Delta", real=True) * b * sympy.conjugate(b), [b])


def oscillator():
    """A van der Pol oscillator, of unit amplitude."""
    b = sympy.Symbol("b")
    return qs.MeanFieldModel([b], b * sympy.conjugate(b), [sympy.conjugate(b), b**2 / 2])


@pytest.fixture(scope="module")
def objects(tmp_path_factory):
    """One of everything that shows itself, single and in batches."""
    store = tmp_path_factory.mktemp("html") / "map.zarr"
    axes = {"epsilon": [0.05, 0.1], "detuning": [-1.0, 0.0, 1.0]}
    dataset = qs.sweep("spin_pair", axes, ["synchronization", "locked_phase"], store=store)
    batch = pair(np.linspace(0, 0.1, 5)[:, None], np.linspace(-2, 2, 7))
    one, many = qs.steady_state(pair()), qs.steady_state(batch)
    three = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2), C=qs.Spin(1 / 2))
    qubit = qs.Space(A=qs.Spin(1 / 2))
    vacuum = qs.GaussianState.vacuum([1.0, 1.2])
    model = decay()
    start, times = qs.basis_state(qs.Space(M=qs.Fock(8)), M=0), [0.0, 1.0]
    return {
        "space": qs.Space(A=qs.Spin(1), M=qs.Fock(5)),
        "system": pair(),
        "systems": batch,
        "state": one,
        "states": many,
        "truncated": qs.steady_state(mode()),
        "truncation": qs.steady_state(mode()).truncation,
        "distribution": qs.relative_phase_distribution(one),
        "distributions": qs.relative_phase_distribution(many),
        "two phases": qs.relative_phase_distribution(np.eye(8) / 8, three),
        "evolution": qs.evolve(mode(), start, times),
        "signals": qs.evolve(mode(), start, times, observables={"n": np.diag(np.arange(8.0))}),
        "gaussian": vacuum,
        "gaussian evolution": qs.evolve(qs.HarmonicNetwork(np.diag([1.0, 1.2])), vacuum, times),
        "mean field": model,
        "cycle": qs.meanfield.limit_cycle(oscillator(), [0.7], transient=20.0),
        "exponents": qs.meanfield.lyapunov_spectrum(oscillator(), [0.7], duration=5.0),
        "fixed points": qs.meanfield.fixed_points(oscillator(), [[0.5], [0.1]]),
        "trajectory": model.integrate([1.0], times, parameters={"Delta": 1.0}),
        "trajectories": model.integrate([[1.0], [2.0]], times, parameters={"Delta": 1.0}),
        "operator": qs.Space(A=qs.Spin(1))["A"].plus,
        "large operator": qs.Space(A=qs.Spin(50))["A"].plus,
        "network": qs.HarmonicNetwork.chain(5, frequency=0.4, coupling=1.2),
        "open network": qs.OpenNetwork([[-0.1, 1.0], [-1.0, -0.1]], 0.2 * np.eye(2)),
        "quasi-periodic": qs.quasi_periodic_steady_state(
            qs.Lindbladian(qubit, [(1.0, qubit["A"].z)], [(1.0, qubit["A"].minus)]),
            [(2.0, 0.1 * qubit["A"].x)],
        ),
        "undecaying": qs.peripheral_modes(qs.models.dephased_chain(sites=2)),
        "slow modes": qs.slowest_modes(qs.models.driven_spin()),
        "slow modes of a batch": qs.slowest_modes(qs.models.driven_spin(drive=[0.0, 0.1])),
        "map": dataset.quantsync,
        "store": qs.sweep_status(store),
        "levels": qs.converged(mode, {}, "purity"),
    }


def elements(text):
    """The tree of a table, which must be whole."""
    return ET.fromstring(text)


def test_everything_shows_a_small_whole_table_with_nothing_from_outside(objects):
    for name, thing in objects.items():
        text = thing._repr_html_()
        tree = elements(text)
        assert tree.find(".//table") is not None, name
        assert len(text) < 10_000, name
        places = [e.get(a) for e in tree.iter() for a in ("href", "src") if e.get(a)]
        assert all(place.startswith("data:image/png;base64,") for place in places), name
        assert not {"script", "link", "style"} & {e.tag for e in tree.iter()}, name
        assert "nan" not in text.lower().replace("dominant", ""), name


def rows_of(thing):
    tree = elements(thing._repr_html_())
    return {row[0].text: row[1].text for row in tree.iter("tr")}


def test_a_state_shows_its_certificates(objects):
    rows = rows_of(objects["states"])
    assert rows["states"] == "35 states (5 × 7)"
    assert rows["unique"] == "yes, proven from the jump operators"
    assert float(rows["residual"].removesuffix(" at worst")) < 1e-13
    worst = objects["states"].reciprocal_condition.min()
    assert rows["reciprocal condition"] == f"{worst:.1e} at worst"
    cut = rows_of(objects["truncated"])
    estimate = float(objects["truncated"].truncation.estimate)
    assert cut["truncation"] == f"changes the state by {estimate:.1e}"
    assert "top levels of M" in cut


def test_states_that_are_not_there_are_counted():
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    system = qs.Lindbladian(space, [(1.0, a.z)], [(np.array([0.0, 1.0]), a.minus)])
    rows = rows_of(qs.steady_state(system, errors="mask"))
    assert rows["masked"] == "1 of 2"
    assert rows["unique"].startswith("1 of 2, ")


def test_networks_show_their_frequencies(objects):
    rows = rows_of(objects["network"])
    assert rows["couplings"] == "4"
    squares = np.linalg.eigvalsh(objects["network"].stiffness.toarray())
    assert rows["frequencies of the normal modes"] == html.extent(np.sqrt(squares))
    assert rows_of(objects["open network"])["slowest decay"] == "0.1"
    assert "unstable" in rows_of(qs.OpenNetwork([[0.1, 1], [-1, 0.1]], np.eye(2)))["slowest decay"]


def test_an_operator_is_shown_as_the_matrix_that_it_is(objects):
    assert rows_of(objects["operator"])["entries"] == "2, not Hermitian"
    alpha = pixels(objects["operator"]._repr_html_())[..., 3]
    np.testing.assert_array_equal(alpha > 0, [[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    assert rows_of(qs.Space(A=qs.Spin(1))["A"].y)["entries"] == "4, Hermitian"
    wide = qs.operators.Operator(np.ones((2, 3)))
    assert rows_of(wide) == {"shape": "2 × 3", "entries": "6"}
    assert "<svg" not in objects["large operator"]._repr_html_()


def test_a_system_shows_the_ranges_of_its_coefficients(objects):
    rows = rows_of(objects["systems"])
    assert rows["systems"] == "35 systems (5 × 7)"
    assert rows["hamiltonian[0]"] == "coefficient −1 … 1"
    assert rows["dissipators[0]"] == "rate 50"
    assert "systems" not in rows_of(objects["system"])


def test_a_distribution_shows_where_its_peak_is(objects):
    distribution = objects["distribution"]
    rows = rows_of(distribution)
    assert rows["phases"] == "phi_A - phi_B"
    assert rows["highest peak"].startswith(f"{float(distribution.maximum):.4g} rad⁻¹")
    where = float(rows["where"].removesuffix(" π").replace("−", "-"))
    assert where == pytest.approx(float(distribution.location[0]) / np.pi, abs=1e-4)
    uniform = qs.phase_distribution(np.eye(3) / 3, qs.Space(A=qs.Spin(1)))
    assert rows_of(uniform)["where"] == "nowhere: uniform"


def test_the_polar_picture_is_the_density_around_the_origin():
    psi = np.array([1, np.sqrt(2), 1]) / 2  # along x: phase 0
    distribution = qs.phase_distribution(np.outer(psi, psi), qs.Space(A=qs.Spin(1)))
    text = distribution._repr_html_()
    path = re.search(r'<path d="M([^"]*)Z"', text)[1]
    points = np.array([[float(v) for v in pair.split()] for pair in path.split("L")])
    x, y = points[:, 0] - html.SIDE / 2, html.SIDE / 2 - points[:, 1]
    angles = 2 * np.pi * np.arange(len(points)) / len(points)
    radius = np.hypot(x, y)
    expected = distribution.density(angles)
    np.testing.assert_allclose(radius, radius.max() * expected / expected.max(), atol=0.15)
    far = radius > 5
    np.testing.assert_allclose(np.exp(1j * (np.arctan2(y, x) - angles))[far], 1, atol=0.03)
    (dashed,) = [float(r) for r in re.findall(r'<circle[^>]* r="([\d.]+)"', text)]
    assert dashed == pytest.approx(radius.max() / expected.max() / (2 * np.pi), abs=0.1)


def pixels(text):
    """The image in a table, decoded by hand."""
    data = base64.b64decode(re.search(r"base64,([^\"]*)", text)[1])
    columns, rows = struct.unpack(">II", data[16:24])
    place = data.index(b"IDAT")
    (length,) = struct.unpack(">I", data[place - 4 : place])
    raw = zlib.decompress(data[place + 4 : place + 4 + length])
    lines = np.frombuffer(raw, np.uint8).reshape(rows, 1 + 4 * columns)
    assert (lines[:, 0] == 0).all()
    return lines[:, 1:].reshape(rows, columns, 4)


def test_a_small_map_has_its_first_row_at_the_bottom_and_is_transparent_where_it_is_least():
    values = np.array([[0.0, 1.0, np.nan], [2.0, 3.0, 4.0]])
    alpha = pixels(html.map_picture(values, "f"))[..., 3]
    np.testing.assert_array_equal(alpha, [[128, 191, 255], [0, 64, 0]])
    assert pixels(html.map_picture(np.random.default_rng(1).random((300, 70)), "f")).shape[0] <= 64


def test_a_sparkline_leaves_gaps():
    text = html.line_picture(np.array([0.0, 1.0, np.nan, 1.0, 0.0]), "f")
    path = re.search(r'<path d="([^"]*)"', text)[1]
    assert path.count("M") == 2
    assert path.count("L") == 2
    assert html.line_picture(np.full(3, np.nan), "f") == ""


def test_a_batch_shows_a_picture_of_its_peaks(objects):
    text = objects["distributions"]._repr_html_()
    alpha = pixels(text)[..., 3].astype(float)
    height = objects["distributions"].maximum
    np.testing.assert_allclose(alpha[::-1], 255 * height / height.max(), atol=0.6)


def test_what_is_read_from_names_is_escaped():
    system = mode(name=NASTY)
    steady = qs.steady_state(system, truncation="ignore")
    things = [system.space, system, steady, qs.phase_distribution(steady)]
    b = sympy.Symbol(NASTY)
    things.append(qs.MeanFieldModel([b], jumps=[b]))
    for thing in things:
        text = thing._repr_html_()
        elements(text)
        assert "<script" not in text


def test_tables_need_no_drawing_library():
    code = (
        "import sys, numpy as np, quantsync as qs\n"
        "steady = qs.steady_state(qs.models.spin_pair(epsilon=[0.1, 0.2]))\n"
        "for x in (steady, qs.relative_phase_distribution(steady)): x._repr_html_()\n"
        "print('matplotlib' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (0.5, "0.5"),
        ([1.0, 1.0], "1"),
        ([-1.0, 2.0], "−1 … 2"),
        ([1.0, np.nan], "1 (1 undefined)"),
        ([np.nan], "undefined"),
        ([], "undefined"),
        (1e-20, "1e−20"),
        (123456.0, "1.235e+05"),
    ],
)
def test_ranges_in_words(values, text):
    assert html.extent(values) == text


def test_counts_in_words():
    assert html.batch((101, 101), "system") == "10\u202f201 systems (101 × 101)"
    assert html.batch((1,), "system") == "1 system"
    assert html.batch((), "system") == ""
    assert html.largest([0.0, 0.0]) == "0 at worst"
    assert html.smallest([np.nan]) == "unknown"
    many = html.numbered("a", map(str, range(40)), 40)
    assert len(many) == html.MOST_ROWS + 1
    assert many["a[...]"] == "and 28 more"
