"""What does not fit into memory is refused before it is tried; large arrays are used again."""

import subprocess
import sys
import threading

import numpy as np
import pytest

import quantsync as qs
from quantsync.errors import OutOfMemoryError
from quantsync.memory import LARGEST_KEPT, available_memory, require_memory, workspace


def test_too_much_memory_is_refused_with_the_numbers():
    require_memory(1e6, "A small matrix")
    assert available_memory() > 1e6
    message = r"A matrix of 10 million rows would need 1e\+06 GB of memory, but .* GB are available"
    with pytest.raises(OutOfMemoryError, match=message):
        require_memory(1e15, "A matrix of 10 million rows")


def test_a_limit_that_was_set_for_the_process_counts():
    resource = pytest.importorskip("resource")
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "from quantsync.memory import available_memory; print(available_memory())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0 < float(told.stdout) < 1 << 30
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def test_measures_ask_before_they_take_a_batch_that_does_not_fit():
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1))
    states = np.broadcast_to(np.eye(9) / 9, (10**9, 9, 9))
    for measure in (lambda: qs.negativity(states, space, "A"), lambda: qs.purity(states)):
        with pytest.raises(OutOfMemoryError, match=r"`rho`, 1000000000 matrices .* in parts"):
            measure()
    rows = np.broadcast_to(np.eye(9) / 9, (10**5, 1, 9, 9))
    columns = np.broadcast_to(np.eye(9) / 9, (10**5, 9, 9))
    for measure in (qs.fidelity, qs.trace_distance, qs.relative_entropy):
        with pytest.raises(OutOfMemoryError, match=r"Comparing 10000000000 pairs .* in parts"):
            measure(rows, columns)


def test_a_site_that_is_too_large_is_refused():
    with pytest.raises(OutOfMemoryError, match=r"Operators of Spin\(1000000\)"):
        _ = qs.Space(A=qs.Spin(10**6))["A"].z


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
