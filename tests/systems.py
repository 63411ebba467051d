"""Physical systems with steady states known in closed form, and random systems.

Every function of the first kind returns ``(lindbladian, rho)`` with hbar = 1, spin basis
m = +S ... -S and D[L] rho = L rho L^dag - {L^dag L, rho}/2. Derivations:

- Bloch: with Omega = (rabi, 0, detuning) the spin precesses as dS/dt = Omega x S, relaxes along
  z at gain + loss towards (gain - loss)/2(gain + loss), and its transverse part decays at half
  of that plus dephasing/2. Setting the three derivatives to zero gives rho = 1/2 + 2 <S>.S.
- Detailed balance: rates (nbar + 1) down and nbar up give p_up/p_down = nbar/(nbar + 1) on every
  rung of a ladder, truncated or not.
- Markov chain: jumps |j><i| leave the populations to a classical chain, solved here in exact
  rational arithmetic.
- Dark state: L = |psi><chi| with chi orthogonal to psi, for every chi, pumps all into psi.
"""

import math
from fractions import Fraction
from functools import reduce
from itertools import pairwise

import numpy as np

import quantsync as qs


def bloch_state(rabi, detuning, loss, gain, dephasing):
    """The steady state of `bloch_system`, from the optical Bloch equations."""
    relaxation = gain + loss
    decoherence = relaxation / 2 + dephasing / 2
    equilibrium = (gain - loss) / (2 * relaxation)
    strength = decoherence**2 + detuning**2
    z = equilibrium / (1 + rabi**2 * decoherence / (relaxation * strength))
    y = -rabi * decoherence * z / strength
    x = -detuning * y / decoherence
    return np.array([[0.5 + z, x - 1j * y], [x + 1j * y, 0.5 - z]])


def bloch_system(rabi, detuning, loss, gain, dephasing):
    """A spin 1/2 driven along x, damped, pumped and dephased."""
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    return qs.Lindbladian(
        space,
        hamiltonian=[(rabi, a.x), (detuning, a.z)],
        dissipators=[(loss, a.minus), (gain, a.plus), (dephasing, a.z)],
    )


def driven_qubit(rabi=0.7, detuning=-0.4, loss=1.0, gain=0.3, dephasing=0.5):
    """A spin 1/2 with all terms of the optical Bloch equations."""
    parameters = (rabi, detuning, loss, gain, dephasing)
    return bloch_system(*parameters), bloch_state(*parameters)


def boltzmann(nbar, levels):
    """Populations (nbar/(nbar+1))^k of a ladder, k = 0 ... levels - 1, normalised."""
    weights = (nbar / (nbar + 1)) ** np.arange(levels)
    return weights / weights.sum()


def thermal_qubit(nbar=0.7, damping=0.4):
    """A spin 1/2 in a thermal bath; its upper state comes first."""
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    system = qs.Lindbladian(
        space,
        hamiltonian=[(1.3, a.z)],
        dissipators=[(damping * (nbar + 1), a.minus), (damping * nbar, a.plus)],
    )
    return system, np.diag(boltzmann(nbar, 2)[::-1])


def thermal_mode(nbar=0.7, levels=6):
    """A truncated mode in a thermal bath; the vacuum comes first."""
    space = qs.Space(A=qs.Fock(levels, finite=True))
    a = space["A"]
    system = qs.Lindbladian(
        space,
        hamiltonian=[(1.3, a.number)],
        dissipators=[(nbar + 1, a.destroy), (nbar, a.create)],
    )
    return system, np.diag(boltzmann(nbar, levels))


def limit_cycle(gain=100.0, damping=1.0):
    """The spin-1 limit cycle: both ends relax to m = 0 (Roulet and Bruder, Eq. (1))."""
    space = qs.Space(A=qs.Spin(1))
    a = space["A"]
    system = qs.Lindbladian(
        space,
        hamiltonian=[(0.9, a.z)],
        dissipators=[(gain / 2, a.plus @ a.z), (damping / 2, a.minus @ a.z)],
    )
    return system, np.diag([0.0, 1.0, 0.0])


def thermal_product(nbar=(0.3, 1.7, 0.9)):
    """A spin 1, a spin 1/2 and a three-level mode, each in a bath of its own."""
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2), C=qs.Fock(3, finite=True))
    a, b, c = (space[name] for name in space)
    baths = [(a.minus, a.plus), (b.minus, b.plus), (c.destroy, c.create)]
    dissipators = []
    for n, (lower, raise_) in zip(nbar, baths, strict=True):
        dissipators += [(n + 1, lower), (n, raise_)]
    populations = [boltzmann(nbar[0], 3)[::-1], boltzmann(nbar[1], 2)[::-1], boltzmann(nbar[2], 3)]
    system = qs.Lindbladian(
        space, hamiltonian=[(0.8, a.z), (-0.3, b.z), (1.1, c.number)], dissipators=dissipators
    )
    return system, np.diag(reduce(np.kron, populations))


def spin_pair(epsilon, detuning=0.0, rates=(100.0, 1.0, 1.0, 100.0)):
    """Two spin-1 limit cycles with coherent exchange; rates: gain A, damping A, gain B, damping B.

    H = (detuning/2)(Sz_A - Sz_B) + (i epsilon/2)(S+_A S-_B - S+_B S-_A).
    """
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1))
    a, b = space["A"], space["B"]
    exchange = 1j * (a.plus @ b.minus - b.plus @ a.minus)
    pumps = (a.plus @ a.z, a.minus @ a.z, b.plus @ b.z, b.minus @ b.z)
    return qs.Lindbladian(
        space,
        hamiltonian=[(np.asarray(detuning) / 2, a.z - b.z), (np.asarray(epsilon) / 2, exchange)],
        dissipators=[(np.asarray(rate) / 2, pump) for rate, pump in zip(rates, pumps, strict=True)],
    )


def identical_pair(epsilon=0.3):
    """`spin_pair` on resonance with all rates 1: p = e^2/(1 + 8 e^2) in six states."""
    norm = 1 + 8 * epsilon**2
    p, c = epsilon**2 / norm, epsilon / norm
    rho = np.zeros((9, 9))
    # Basis m_A, m_B = 11, 10, 1-1, 01, 00, 0-1, -11, -10, -1-1.
    for state in (1, 2, 3, 5, 6, 7):
        rho[state, state] = p
    rho[4, 4] = 1 - 6 * p
    rho[2, 4] = rho[4, 2] = c
    rho[6, 4] = rho[4, 6] = -c
    rho[2, 6] = rho[6, 2] = -p
    return spin_pair(epsilon, rates=(1.0, 1.0, 1.0, 1.0)), rho


def dark_state(seed=3):
    """A spin 3/2 pumped into a superposition with complex amplitudes."""
    space = qs.Space(A=qs.Spin(3 / 2))
    basis = random_unitary(np.random.default_rng(seed), 4)
    psi = basis[:, 0]
    pumps = [(0.5 + k, np.outer(psi, basis[:, k].conj())) for k in (1, 2, 3)]
    energy = basis @ np.diag([0.2, -1.0, 0.4, 1.5]) @ basis.conj().T
    return qs.Lindbladian(space, [(1.0, energy)], pumps), np.outer(psi, psi.conj())


def depolarized_pair():
    """Driven spins under pure dephasing: every unital generator keeps the identity."""
    space = qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2))
    a, b = space["A"], space["B"]
    system = qs.Lindbladian(
        space,
        hamiltonian=[(0.6, a.y), (0.9, a.z @ b.x)],
        dissipators=[(0.4, a.z), (1.2, b.z), (0.3, a.x @ a.x)],
    )
    return system, np.eye(6) / 6


def chain_system(rates, n):
    """A ladder of n levels with jumps |j><i| at rates[i, j], numbers or arrays."""
    space = qs.Space(A=qs.Spin((n - 1) / 2))
    jumps = []
    for (i, j), rate in rates.items():
        jump = np.zeros((n, n))
        jump[j, i] = 1
        jumps.append((rate, jump))
    return qs.Lindbladian(space, hamiltonian=[(1.0, space["A"].z)], dissipators=jumps)


def markov_chain():
    """A three-level cycle that carries a current."""
    rates = {(0, 1): 1.0, (1, 2): 2.5, (2, 0): 0.4, (1, 0): 0.3, (2, 1): 0.05}
    return chain_system(rates, 3), np.diag(chain_populations(rates, 3))


def chain_populations(rates, n):
    """Stationary distribution of a classical chain, exact to the last digit of a float."""
    # Markov chain tree theorem: p_k is proportional to the minor of the rate matrix at (k, k).
    matrix = [[Fraction(0)] * n for _ in range(n)]
    for (i, j), rate in rates.items():
        matrix[j][i] += Fraction(rate)
        matrix[i][i] -= Fraction(rate)
    minors = [
        abs(_determinant([row[:k] + row[k + 1 :] for r, row in enumerate(matrix) if r != k]))
        for k in range(n)
    ]
    return np.array([float(minor / sum(minors)) for minor in minors])


def _determinant(matrix):
    if not matrix:
        return Fraction(1)
    total = Fraction(0)
    for k, entry in enumerate(matrix[0]):
        if entry:
            minor = [row[:k] + row[k + 1 :] for row in matrix[1:]]
            total += (-1) ** k * entry * _determinant(minor)
    return total


CLOSED_FORMS = {
    "driven qubit": driven_qubit,
    "thermal qubit": thermal_qubit,
    "thermal mode": thermal_mode,
    "spin-1 limit cycle": limit_cycle,
    "thermal product of three sites": thermal_product,
    "identical balanced spins": identical_pair,
    "dark state": dark_state,
    "driven dephasing": depolarized_pair,
    "three-level cycle": markov_chain,
}


def random_matrix(rng, n):
    """A complex matrix with independent normal entries."""
    return rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))


def random_hermitian(rng, n):
    """A complex Hermitian matrix."""
    matrix = random_matrix(rng, n)
    return (matrix + matrix.conj().T) / 2


def random_unitary(rng, n):
    """A unitary matrix."""
    return np.linalg.qr(random_matrix(rng, n))[0]


def random_state(rng, n):
    """A density matrix of full rank."""
    matrix = random_matrix(rng, n)
    rho = matrix @ matrix.conj().T
    return rho / np.trace(rho).real


def random_system(rng, space, hamiltonians=2, jumps=3, shape=()):
    """Dense complex operators with random coefficients of the given batch shape."""
    n = space.dimension
    return qs.Lindbladian(
        space,
        [(rng.normal(size=shape), random_hermitian(rng, n)) for _ in range(hamiltonians)],
        [
            (rng.uniform(0.1, 1, size=shape), random_matrix(rng, n) / math.sqrt(n))
            for _ in range(jumps)
        ],
    )


UNEQUAL = {
    "spin 1/2": qs.Space(A=qs.Spin(1 / 2)),
    "spin 1 x spin 1/2": qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2)),
    "mode x spin 1/2": qs.Space(A=qs.Fock(4, finite=True), B=qs.Spin(1 / 2)),
    "spin 1 x spin 1/2 x mode": qs.Space(A=qs.Spin(1), B=qs.Spin(1 / 2), C=qs.Fock(3, finite=True)),
}


def local_chain(rng, space, shape=()):
    """Neighbouring sites coupled, every site damped: sparse operators in the sites' order."""
    local = {
        name: lambda d=site.dimension: random_matrix(rng, d) for name, site in space.sites.items()
    }
    couplings, baths = [], []
    for left, right in pairwise(space.names):
        pair = space.embed(left, local[left]()) @ space.embed(right, local[right]())
        couplings.append((rng.normal(size=shape), pair + pair.conj().T))
    for name, matrix in local.items():
        energy = matrix()
        couplings.append((rng.normal(size=shape), space.embed(name, energy + energy.conj().T)))
        baths.append((rng.uniform(0.2, 1, size=shape), space.embed(name, matrix())))
    return qs.Lindbladian(space, couplings, baths)


def max_difference(first, second):
    """Largest absolute difference of two arrays."""
    return float(np.abs(np.asarray(first) - np.asarray(second)).max())
