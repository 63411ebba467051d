"""What does not fit into memory is refused before it is tried; large arrays are used again."""

import threading

import numpy as np
import pytest

from quantsync.errors import OutOfMemoryError
from quantsync.memory import LARGEST_KEPT, available_memory, require_memory, workspace


def test_too_much_memory_is_refused_with_the_numbers():
    require_memory(1e6, "A small matrix")
    assert available_memory() > 1e6
    message = r"A matrix of 10 million rows needs 1000000\.0 GB of memory, but .* GB are available"
    with pytest.raises(OutOfMemoryError, match=message):
        require_memory(1e15, "A matrix of 10 million rows")


def test_a_thread_gets_its_array_again_and_no_other_thread_does():
    first = workspace("example", (2, 3), float)
    assert workspace("example", (2, 3), float) is first
    assert workspace("another", (2, 3), float) is not first
    assert workspace("example", (3, 3), complex).shape == (3, 3)
    mine, theirs = workspace("example", (2, 3), float), []
    thread = threading.Thread(target=lambda: theirs.append(workspace("example", (2, 3), float)))
    thread.start()
    thread.join()
    assert theirs[0] is not mine


def test_very_large_arrays_are_not_kept():
    shape = (LARGEST_KEPT // 8 + 1,)
    assert workspace("large", shape, float) is not workspace("large", shape, float)
    assert workspace("large", (0,), float).dtype == np.float64
