"""All that allocates in proportion to its input asks first, for about what it then takes."""

import re
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp

import quantsync as qs
from quantsync import memory
from quantsync.errors import OutOfMemoryError
from quantsync.lindblad._hermitian_basis import HermitianBasis
from quantsync.memory import require_memory
from quantsync.sweeps._failing import ends_a_map

PAIR = qs.Space(A=qs.Spin(1), B=qs.Spin(1))
A, B = PAIR["A"], PAIR["B"]
MIXED = np.eye(9) / 9
PHASE = qs.relative_phase_distribution(np.full((9, 9), 1 / 9), PAIR)


def pair(points=1):
    detuning = np.linspace(0, 1, points) if points > 1 else 0.3
    jumps = [(1.0, A.minus), (1.0, B.minus), (0.3, A.plus), (0.2, B.plus)]
    return qs.Lindbladian(PAIR, [(detuning, A.z)], jumps)


def modes(levels, gain=0.0):
    space = qs.Space(A=qs.Fock(levels), B=qs.Fock(levels))
    a, b = space["A"], space["B"]
    return qs.Lindbladian(
        space,
        [(0.1, a.number - b.number)],
        [(1.0, a.destroy - b.destroy), (0.1, a.destroy), (gain, b.create)],
    )


def spins(count):
    return qs.Space(**{f"s{k}": qs.Spin(1 / 2) for k in range(count)})


@pytest.fixture
def available(monkeypatch):
    """Sets the bytes that there are; nothing is too small to be asked for."""

    def limit(count):
        monkeypatch.setattr(memory, "SMALL", 0)
        monkeypatch.setattr(memory, "available_memory", lambda: float(count))

    yield limit
    monkeypatch.undo()


def matrix_of_size(count):
    return sp.csr_array((count**2, count**2))


REFUSED = {  # what is done, and whose memory is refused if there are so many bytes
    "steady states": (lambda: qs.steady_state(pair(500)), 5e5, "Steady states of 500 systems"),
    "elements": (lambda: HermitianBasis(50).elements, 1e4, "list of all elements .* 50 levels"),
    "pairs": (lambda: HermitianBasis(50).pairs, 1e4, "list of all elements .* 50 levels"),
    "generator": (lambda: modes(7).superoperator(), 1e5, "The generator between 2401 elements"),
    "dense sector": (
        lambda: qs.steady_state(modes(5), method="dense"),
        3e5,
        r"\d+ dense matrices of a sector of 85 elements",
    ),
    "response": (
        lambda: qs.linear_response(pair(2), A.x, order=200),
        5e5,
        "201 orders of steady states of 2 systems",
    ),
    "coefficients": (lambda: pair(500).coefficient_table(), 2e4, "Coefficients of 500 systems"),
    "Hamiltonians": (lambda: pair(500).hamiltonian(), 1e5, "Hamiltonians of 500 systems"),
    "applied": (lambda: pair(500).apply(MIXED), 1e6, "Generators applied .* 500 systems"),
    "matrix generator": (
        lambda: qs.degenerate.MatrixGenerator(spins(3), matrix_of_size(8)),
        1e4,
        r"A dense matrix of shape \(64, 64\)",
    ),
    "superoperator": (
        lambda: qs.degenerate.MatrixGenerator.from_superoperator(spins(3), matrix_of_size(8)),
        1e4,
        "A dense generator for Space",
    ),
    "peripheral modes": (
        lambda: qs.peripheral_modes(modes(6, gain=0.2)),
        1.5e6,
        "Eigenvalues of a block of .* elements",
    ),
    "operator": (lambda: spins(60)["s3"].z, 1e12, r"operator of site 's3' on \d+ levels"),
    "identity": (lambda: spins(60).identity, 1e12, r"The identity on \d+ levels"),
    "labels": (lambda: qs.Fock(10**8).labels, 1e9, r"Occupation numbers of Fock\(100000000\)"),
    "symmetries": (lambda: qs.models.chain_symmetries(spins(6)), 5e4, "Symmetries of 64 levels"),
    "coherent states": (
        lambda: qs.coherent_state(1, np.linspace(0, 1, 500), 0.0),
        5e4,
        r"500 coherent states of Spin\(1\)",
    ),
    "Husimi": (
        lambda: qs.husimi(MIXED, PAIR, np.zeros((500, 2)), np.zeros((500, 2))),
        2e5,
        "Husimi function of 1 states at 500 places",
    ),
    "density": (lambda: PHASE.density(np.zeros(5000)), 2e5, "The density at 5000 places"),
    "lattice": (
        lambda: qs.measures.level_set_histogram(PHASE, np.sin, points=30011, range=(-1, 1)),
        2e5,
        r"A table of \d+ numbers",
    ),
    "nodes": (lambda: qs.find_zeros(np.cos, np.arange(1e4)), 2e5, "A search over 10000 nodes"),
    "evaluations": (
        lambda: qs.find_zeros(np.cos, np.arange(1e4), workers=1),
        5e5,
        "A search over 10000 nodes for 1 points",
    ),
    "plane": (
        lambda: qs.search.find_planar_zeros(lambda x, y: (x, y), np.arange(99.0), np.arange(99.0)),
        1e5,
        "A search over 9801 nodes",
    ),
    "sum of modes": (
        lambda: qs.time_series.ModeSum([1.0], np.ones((50, 1)), np.ones((50, 1)))(np.zeros(500)),
        1e5,
        "Signals at 500 times",
    ),
    "numbers": (lambda: qs.Lindbladian(PAIR, [(np.ones(500), A.z)]), 5e3, "copy of 500 numbers"),
    "modes": (lambda: qs.GaussianState.vacuum(np.ones(50)), 1e5, "A covariance of 50 modes"),
    "product": (
        lambda: qs.GaussianState.product(*[qs.GaussianState.vacuum([1.0] * 9)] * 5),
        1e5,
        "A product of 5 states, of 45 modes in all",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_with_the_gigabytes_and_what_to_do(available, name):
    function, count, message = REFUSED[name]
    available(count)
    with pytest.raises(OutOfMemoryError, match=f"{message}.* would need .* GB .*; (take|pass) "):
        function()


def test_what_fits_is_not_refused(available):
    available(1e9)
    for name in ("steady states", "dense sector", "response", "Husimi", "density", "evaluations"):
        REFUSED[name][0]()


ESTIMATED = {
    "Hamiltonians": (pair, 20_000, lambda s: s.hamiltonian(), "Hamiltonians"),
    "applied": (pair, 5_000, lambda s: s.apply(MIXED), "Generators applied"),
    "steady states": (pair, 20_000, lambda s: qs.steady_state(s, workers=1), "Steady states"),
    "response": (pair, 2, lambda s: qs.linear_response(s, A.x, order=300), "301 orders"),
    "generator": (modes, 24, lambda s: s.superoperator(), "The generator between"),
    "pairs": (HermitianBasis, 1200, lambda basis: basis.pairs, "list of all elements"),
    "density": (np.zeros, 10**5, PHASE.density, "The density"),
    "Husimi": (np.zeros, (10**5, 2), lambda x: qs.husimi(MIXED, PAIR, x, x), "The Husimi"),
    "evaluations": (np.arange, 2e5, lambda x: qs.find_zeros(np.cos, x), "search .* for 1 points"),
    "identity": (spins, 17, lambda space: space.identity, "The identity"),
    "operator": (spins, 17, lambda space: space["s3"].x, "An operator of site"),
}


@pytest.mark.parametrize("name", ESTIMATED)
def test_estimates_are_what_it_takes(monkeypatch, name):
    build, size, function, place = ESTIMATED[name]
    given, asked = build(size), []

    def note(needed, what, hint=""):
        asked.append((needed, what))

    for module in [m for n, m in sys.modules.items() if n.startswith("quantsync.")]:
        if vars(module).get("require_memory") is require_memory:
            monkeypatch.setattr(module, "require_memory", note)
    tracemalloc.start()
    function(given)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    largest = max(needed for needed, what in asked if re.search(place, what))
    assert 0.4 * largest < peak < 2.2 * largest


def test_memory_that_ends_unasked_has_a_name_and_ends_a_map(monkeypatch):
    def no_more(*_):
        raise MemoryError("Unable to allocate 9 GiB")

    monkeypatch.setattr("quantsync.lindblad.steady.sectors_without_charge", no_more)
    message = r"steady_state\(\) ran out of memory .*9 GiB.*; take"
    with pytest.raises(OutOfMemoryError, match=message) as error:
        qs.steady_state(pair())
    assert ends_a_map(error.value)
    assert not ends_a_map(OutOfMemoryError("A point would need 900 GB"))


def test_the_command_line_says_it_in_one_line():
    pytest.importorskip("resource")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))\n"
        "sys.argv = ['quantsync', 'compute', *sys.argv[1:], '-m', 'purity']\n"
        "from quantsync.command_line.main import main; main()"
    )
    for mistake in (["spin_pair", "spin=200"], ["dephased_chain", "sites=12"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *mistake], capture_output=True, text=True
        )
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert line.startswith("quantsync: ")
        assert "GB of memory" in line
