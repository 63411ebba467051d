import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import InvalidArgumentError
from quantsync.measures import plot_populations

SPACE = qs.Space(A=qs.Spin(3 / 2), M=qs.Fock(40))


def heights(axes, k=-1):
    return [bar.get_height() for bar in axes.containers[k]]


def ticks(axes):
    return [text.get_text() for text in axes.get_xticklabels()]


def state(m=(0.1, 0.2, 0.3, 0.4), n=(0.5, 0.5)):
    rho = np.zeros(40)
    rho[: len(n)] = n
    return np.kron(np.diag(m), np.diag(rho))


def test_bars_stand_over_the_quantum_numbers():
    axes = plot_populations(state(), SPACE, "A")
    assert ticks(axes) == ["−3/2", "−½", "½", "3/2"]
    assert heights(axes) == pytest.approx([0.4, 0.3, 0.2, 0.1])  # the first level is m = 3/2
    assert (axes.get_xlabel(), axes.get_ylim()[0]) == ("$m$", 0)


def test_empty_levels_of_a_mode_are_left_out():
    axes = plot_populations(state(n=(0.5, 0.0, 0.4, 0.0996, 0.0004)), SPACE, "M")
    assert heights(axes) == pytest.approx([0.5, 0.0, 0.4, 0.0996])
    assert ticks(axes) == ["0", "1", "2", "3"]


def test_a_second_state_is_an_outline_and_both_are_seen():
    axes = plot_populations(state(), SPACE, "M")
    plot_populations(state(n=(0.2, 0.1, 0.1, 0.6)), SPACE, "M", axes)
    assert ticks(axes) == ["0", "1", "2", "3"]
    assert heights(axes) == pytest.approx([0.2, 0.1, 0.1, 0.6])
    assert axes.containers[1][0].get_facecolor()[3] == 0
    assert axes.get_ylim()[1] > 0.6


def test_what_is_no_picture_of_one_site_is_refused():
    with pytest.raises(InvalidArgumentError, match="there are A, M; name one"):
        plot_populations(state(), SPACE)
    with pytest.raises(InvalidArgumentError, match=r"plot_populations\(state\[0\]\)"):
        plot_populations(state()[None], SPACE, "A")
