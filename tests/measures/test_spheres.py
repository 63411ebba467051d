"""Pictures of a spin on its sphere and of a mode in its plane."""

import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import InvalidArgumentError
from quantsync.measures import plot_husimi, plot_wigner

SPACE = qs.Space(A=qs.Spin(2), B=qs.Spin(1 / 2), M=qs.Fock(4))


def coherent(theta, phi):
    psi = qs.coherent_state(2, theta, phi)
    return np.outer(psi, psi.conj())


@pytest.mark.parametrize("azimuth", [0.0, 0.7, -2.0])
def test_a_coherent_state_that_faces_the_reader_is_brightest_in_the_middle(azimuth):
    # Seen from 0.45 above the equator, the middle has theta = pi/2 - 0.45.
    axes = plot_husimi(coherent(np.pi / 2 - 0.45, azimuth), qs.Space(A=qs.Spin(2)), azimuth=azimuth)
    picture = axes.images[0].get_array()
    place = np.unravel_index(np.argmax(picture), picture.shape)
    np.testing.assert_allclose(place, (np.array(picture.shape) - 1) / 2, atol=12)
    assert picture.max() == pytest.approx(5 / (4 * np.pi), rel=1e-2)


def test_a_phase_ahead_of_the_reader_is_to_the_right():
    axes = plot_husimi(coherent(np.pi / 2, 1.2), qs.Space(A=qs.Spin(2)))
    picture = axes.images[0].get_array()
    _, column = np.unravel_index(np.argmax(picture), picture.shape)
    assert column > 0.8 * picture.shape[1]


def test_a_site_of_several_is_named():
    rho = np.kron(np.kron(coherent(0.3, 0.1), np.diag([1.0, 0])), np.diag([0, 1.0, 0, 0]))
    assert plot_husimi(rho, SPACE, "B").get_title() == "B: Spin(1/2)"
    assert plot_wigner(rho, SPACE, "M").get_title() == "M: Fock(4)"
    with pytest.raises(InvalidArgumentError, match="there are A, B, M; name one"):
        plot_husimi(rho, SPACE)
    with pytest.raises(
        InvalidArgumentError, match=r"batch of shape \(2,\); .* plot_wigner\(state\[0\]"
    ):
        plot_wigner(np.stack([rho, rho]), SPACE, "A")
    with pytest.raises(InvalidArgumentError, match="`azimuth` must be left out for a mode"):
        plot_wigner(rho, SPACE, "M", azimuth=0.3)
    with pytest.raises(InvalidArgumentError, match="`radius` must be left out for a spin"):
        plot_husimi(rho, SPACE, "A", radius=3.0)
    with pytest.raises(InvalidArgumentError, match="`radius` must be > 0"):
        plot_husimi(rho, SPACE, "M", radius=-3.0)


def test_a_spin_with_negative_places_has_colours_around_zero():
    up_and_down = np.zeros((5, 5))
    up_and_down[[0, 0, 4, 4], [0, 4, 0, 4]] = 0.5
    image = plot_wigner(up_and_down, qs.Space(A=qs.Spin(2))).images[0]
    assert image.get_clim()[0] == -image.get_clim()[1]
    assert image.get_array().min() < -0.5


@pytest.mark.parametrize(("plot", "function"), [(plot_husimi, qs.husimi), (plot_wigner, qs.wigner)])
def test_a_mode_is_drawn_where_it_is(plot, function):
    levels, alpha = 40, 1.5 - 2.0j
    psi = np.cumprod(np.concatenate([[1.0], alpha / np.sqrt(np.arange(1, levels))]))
    psi = psi / np.linalg.norm(psi)
    rho, space = np.outer(psi, psi.conj()), qs.Space(M=qs.Fock(levels))
    axes = plot(rho, space)
    (mesh,) = axes.collections
    values, edges = mesh.get_array(), np.asarray(mesh.get_coordinates())
    row, column = np.unravel_index(np.argmax(values), values.shape)
    middle = (edges[row, column] + edges[row + 1, column + 1]) / 2
    np.testing.assert_allclose(middle, [1.5, -2.0], atol=0.1)
    assert values[row, column] == pytest.approx(
        float(function(rho, space, alpha=complex(*middle))), abs=1e-14
    )
    assert (axes.get_xlabel(), axes.get_ylabel()) == (r"Re $\alpha$", r"Im $\alpha$")
    least, most = mesh.get_clim()
    assert least == (0 if plot is plot_husimi else -most)
    # All of it is in the picture, and not much more.
    assert 2.5 + 1 < axes.get_xlim()[1] < 2.5 + 5
    assert plot(rho, space, radius=3.0).get_xlim() == pytest.approx((-3, 3), rel=0.02)
