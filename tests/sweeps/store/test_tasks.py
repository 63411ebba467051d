"""How a map is cut into tasks, and what is said of its axes and its parts."""

import numpy as np
import pytest

from quantsync.errors import InvalidArgumentError
from quantsync.sweeps._grid import Grid
from quantsync.sweeps.executors.cluster import deaths
from quantsync.sweeps.plan import prepare_sweep
from quantsync.sweeps.refine.points import is_open
from quantsync.sweeps.store._extension import axis_differences
from quantsync.sweeps.store.cost import piece_size, point_cost
from quantsync.sweeps.store.files import checksum
from quantsync.sweeps.store.tasks import TaskGrid, checked_chunk, chunk_shape


def test_blocks_at_the_ends_are_smaller():
    tasks = TaskGrid((3, 4), (2, 3))
    assert len(tasks) == len(tasks.blocks()) == 4
    assert tasks.block_shape((1, 1)) == (1, 1)
    np.testing.assert_array_equal(TaskGrid((3, 4), (2, 4)).members((1, 0)), [8, 9, 10, 11])
    every = np.concatenate([tasks.members(block) for block in tasks.blocks()])
    np.testing.assert_array_equal(np.sort(every), np.arange(12))


def test_a_block_has_whole_axes_as_far_as_they_fit():
    assert chunk_shape((100, 100, 10), 5000) == (5, 100, 10)
    assert chunk_shape((100, 100, 10), 5000, together=[True, False, False]) == (100, 5, 10)


def test_a_chunk_is_a_number_or_a_shape():
    assert checked_chunk(np.int64(7), (3, 4)) == 7
    assert checked_chunk([2, 9], (3, 4)) == (2, 4)
    assert checked_chunk(None, (3, 4)) is None
    with pytest.raises(InvalidArgumentError, match="Entry 1 of `chunk` must be a whole .* is 0"):
        checked_chunk((2, 0), (3, 4))


def test_failed_points_are_open_on_request():
    states = np.array([0, 1, 2])
    assert is_open(states, retry_failed=True).tolist() == [True, False, True]
    assert is_open(states, retry_failed=False).tolist() == [True, False, False]


def test_values_that_an_axis_has_lost_are_named():
    old, new = np.array([0.0, 1.0]), np.array([1.0, 2.0])
    lines, same = axis_differences({"x": old}, {"x": new})
    assert lines == ["axis `x`: 1 of its 2 values in the store is not among the 2 new ones: 0.0"]
    assert not same
    assert axis_differences({"x": old}, {"x": old}) == ([], True)


def test_tasks_on_which_workers_die_are_named_by_their_coordinates():
    grid = Grid({"x": np.array([0.0, 0.5, 1.0]), "y": np.array([2.0, 3.0])})
    told = deaths(grid, [np.array([2, 3])])
    assert told.startswith("Workers repeatedly died on 1 task: x=0.5, y=2 to 3. ")
    assert deaths(grid, [np.array([0])] * 7).count("x=0, y=2") == 5


def test_the_cost_of_a_point_sets_the_size_of_a_piece():
    plan = prepare_sweep("spin_pair", {"epsilon": [0.1, 0.2]}, ["purity", "negativity"])
    assert point_cost(plan).bytes == 16
    assert piece_size(plan) == 128


def test_checksums_are_those_of_crc_32c():
    assert checksum(b"123456789") == 0xE3069283
