"""The picture of a spin on its sphere."""

import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import InvalidArgumentError
from quantsync.measures import plot_husimi

SPACE = qs.Space(A=qs.Spin(2), B=qs.Spin(1 / 2), M=qs.Fock(2))


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
    rho = np.kron(np.kron(coherent(0.3, 0.1), np.diag([1.0, 0])), np.diag([1.0, 0]))
    assert plot_husimi(rho, SPACE, "B").get_title() == "B: Spin(1/2)"
    with pytest.raises(InvalidArgumentError, match="there are A, B, M; name one"):
        plot_husimi(rho, SPACE)
    with pytest.raises(InvalidArgumentError, match="'M' is a"):
        plot_husimi(rho, SPACE, "M")
    with pytest.raises(InvalidArgumentError, match=r"batch of shape \(2,\); pick one"):
        plot_husimi(np.stack([rho, rho]), SPACE, "A")
