"""Pictures of phase distributions: the numbers that are drawn, and where."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import BroadcastError, InvalidArgumentError
from quantsync.plotting import phase_text

SPIN = qs.Space(A=qs.Spin(1))
THREE = qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2), C=qs.Spin(1 / 2))


@pytest.fixture
def one(random_states):
    return qs.phase_distribution(random_states(1, 3), SPIN)


@pytest.fixture
def two(random_states):
    return qs.relative_phase_distribution(random_states(2, 8), THREE)


def test_one_phase_is_a_curve_over_its_period_beside_the_uniform_density(one):
    axes = one.plot()
    uniform, curve = axes.lines
    phi, density = curve.get_data()
    assert (phi[0], phi[-1]) == (-np.pi, np.pi)
    np.testing.assert_allclose(density, one.density(phi))
    np.testing.assert_allclose(np.trapezoid(density, phi), 1)
    np.testing.assert_allclose(uniform.get_ydata(), 1 / (2 * np.pi))
    assert "rad" in axes.get_xlabel()
    assert "rad" in axes.get_ylabel()


def test_polar_axes_have_an_outline_around_the_origin(one):
    axes = one.plot(polar=True)
    assert axes.name == "polar"
    axes.figure.canvas.draw()
    assert np.ptp(axes.get_xlim()) == pytest.approx(2 * np.pi)
    phi, density = axes.lines[1].get_data()
    np.testing.assert_allclose(density, one.density(phi))
    mine = plt.figure().add_subplot(projection="polar")
    assert one.plot(mine) is mine


def negative_state():
    """(|0> + |2>)/sqrt 2"""
    psi = np.array([1, 0, 1]) / np.sqrt(2)
    return np.outer(psi, psi)


@pytest.fixture
def negative():
    return qs.phase_distribution(negative_state(), qs.Space(M=qs.Fock(3)), kind="wigner")


def test_pictures_say_the_kind(one, two, negative):
    assert one.plot().get_ylabel().endswith("(rad$^{-1}$), Husimi")
    assert "Husimi" in one.plot(polar=True).get_title()
    assert negative.plot().get_ylabel().endswith(", Wigner")
    two.plot()
    assert plt.gcf().axes[1].get_ylabel() == r"$P$ (rad$^{-2}$), Husimi"
    assert "azimuth, husimi" in one._repr_html_()
    assert "arg(alpha), wigner" in negative._repr_html_()


def test_what_is_negative_is_not_cut_off(one, negative, random_states):
    for polar in (False, True):
        axes = negative.plot(polar=polar)
        axes.figure.canvas.draw()
        curve = axes.lines[1].get_ydata()
        assert curve.min() == pytest.approx((1 - 2**0.5) / (2 * np.pi), abs=1e-4)
        assert axes.get_ylim()[0] < curve.min()
        assert axes.get_ylim()[1] > curve.max()
        np.testing.assert_array_equal(axes.lines[2].get_ydata(), 0)
    assert one.plot().get_ylim()[0] == 0
    pair = qs.Space(A=qs.Fock(3), B=qs.Fock(3))
    cat = np.kron(np.diag([1, 0, 0]), negative_state())
    (mesh,) = qs.phase_distribution(cat, pair, kind="wigner").plot().collections
    low, high = mesh.get_clim()
    assert low == -high  # white is 0
    assert low < mesh.get_array().min() < 0
    assert high == pytest.approx(mesh.get_array().max())
    # Around the origin a negative density would point the other way.
    assert "phase distribution" in one._repr_html_()
    text = negative._repr_html_()
    assert "phase distribution" not in text
    assert "density from 0 to 2π, least −0.0659" in text


def test_axes_that_are_given_are_drawn_into(one):
    figure, axes = plt.subplots()
    assert one.plot(axes) is axes
    assert plt.get_fignums() == [figure.number]


def test_two_phases_are_a_map_with_the_first_along_x(two):
    axes = two.plot()
    (mesh,) = axes.collections
    x, y = np.linspace(-np.pi, np.pi, 181)[[40, 120]]
    assert mesh.get_array()[120, 40] == pytest.approx(float(two.density(x, y)))
    assert "A" in axes.get_xlabel()
    assert "B" in axes.get_ylabel()


def test_phases_that_do_not_broadcast_are_named(random_states):
    joint = qs.phase_distribution(random_states(1, 8), THREE, ["A", "B"])
    with pytest.raises(BroadcastError, match=r"phi_A \(2,\), phi_B \(3,\)"):
        joint.density([0.1, 0.2], [0.1, 0.2, 0.3])


def test_what_is_no_picture_says_what_to_do(one, two, random_states):
    batch = qs.phase_distribution(random_states(3, 3, (2, 4)), SPIN)
    with pytest.raises(InvalidArgumentError, match=r"shape \(2, 4\); pick one, .*\[0, 0\]\.plot"):
        batch.plot()
    with pytest.raises(InvalidArgumentError, match="leave `polar` out"):
        two.plot(polar=True)
    with pytest.raises(InvalidArgumentError, match=r"3 \(phi_A, phi_B, phi_C\); name fewer"):
        qs.phase_distribution(random_states(4, 8), THREE).plot()
    with pytest.raises(InvalidArgumentError, match="`axes` must be an Axes of matplotlib"):
        one.plot(plt.figure())


def test_an_index_picks_distributions_of_a_batch(random_states):
    states = random_states(5, 3, (2, 4))
    batch = qs.phase_distribution(states, SPIN)
    np.testing.assert_allclose(batch.maximum.shape, (2, 4))
    for index in [(1, 2), (slice(None), 3), (Ellipsis,), (np.array([1, 0]), 1)]:
        picked = batch[index]
        np.testing.assert_array_equal(picked.harmonics, batch.harmonics[index])
        np.testing.assert_allclose(picked.maximum, batch.maximum[index])
    assert [part.harmonics.shape for part in batch] == [(4, 2), (4, 2)]
    with pytest.raises(TypeError, match="single distribution"):
        iter(batch[0, 0])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("phi_A", r"$\varphi_{\mathrm{A}}$"),
        ("phi_A - phi_B2", r"$\varphi_{\mathrm{A}} - \varphi_{\mathrm{B2}}$"),
        ("phi_left_cavity", "φ_left_cavity"),
        ("phi_a$b", r"φ_a\$b"),
    ],
)
def test_names_of_phases_in_figures(name, text):
    assert phase_text(name) == text
