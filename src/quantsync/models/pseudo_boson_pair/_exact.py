"""The spins themselves, as variant "exact" of the pseudo-bosonic chains: moments along a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from quantsync.checks import real_number, whole_number
from quantsync.errors import InvalidArgumentError, OutOfMemoryError
from quantsync.lindblad.evolution import evolve
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.models._collective_spins import CHAINS, hamiltonian_terms, spin_coherent
from quantsync.operators import Space, Spin

LARGEST = 200  # dimension of the space; a density matrix of it has 40 000 elements
MIXED = np.array([1, 2 / 3, 1 / 6, 0])
COUPLINGS = ("coupling_1", "coupling_2", "frequency_1", "frequency_2", "weight")


def require_spins(values: Mapping[str, float]) -> None:
    """Check what only the exact variant asks for."""
    chains = ("spins_1", "spins_2")
    N = [whole_number(values[name], f"Parameter `{name}` of variant 'exact'") for name in chains]
    real_number(
        values["sigma_z"],
        "Parameter `sigma_z` of variant 'exact'",
        at_least=-1,
        at_most=1,
        why="it is <sigma_z> at the start",
    )
    dimension = 2 * (N[0] + 1) * (N[1] + 1)
    if dimension > LARGEST:
        raise OutOfMemoryError(
            f"Chains of {N[0]} and {N[1]} spins have {dimension} dimensions; variant 'exact' takes "
            f"at most {LARGEST}. Without dissipation `follow_chains` takes more."
        )
    for chain, count in enumerate(N, 1):
        size = np.hypot(values[f"q{chain}"], values[f"p{chain}"]) / np.sqrt(2)
        most = np.sqrt(count) / 2
        if size > most:
            raise InvalidArgumentError(
                f"Parameters `q{chain}`, `p{chain}` have the amplitude {size:.6g}, but {count} "
                f"spins reach at most sqrt(N)/2 = {most:.6g}."
            )


def exact_moments(values: Mapping[str, float], times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean quadratures (T, 4) and symmetrised covariances (T, 4, 4) of ``J_j-/sqrt(N_j)``."""
    # The generator has H of `central_spin_chains`, the jump operators of variant "consistent",
    # L_j = sqrt(gamma_l) b_j + (sqrt(gamma_nl)/N_j) b_j^dag b_j^2, at the rate nbar + 1 and their
    # adjoints at the rate nbar, and b_j^dag at the rate of the gain. Amplitudes are in the frame
    # of the variants, which turns at (omega_1 B_1 + omega_2 B_2)/2. [b_j, b_j^dag] is 1 for few
    # quanta only, so that nu_min may lie below 1/2.
    require_spins(values)
    counts = [int(values["spins_1"]), int(values["spins_2"])]
    space = Space(central=Spin(1 / 2), A=Spin(counts[0] / 2), B=Spin(counts[1] / 2))
    lowering = [space[c].minus / np.sqrt(N) for c, N in zip(CHAINS, counts, strict=True)]
    bath, gain = values["thermal_phonons"], values["gain"]
    jumps = []
    for b, N in zip(lowering, counts, strict=True):
        loss = np.sqrt(values["linear_damping"]) * b
        loss = loss + np.sqrt(values["nonlinear_damping"]) / N * (b.T @ b @ b)
        jumps += [(bath + 1, loss), (bath, loss.T), (gain, b.T)]
    z = [space[c].z for c in CHAINS]
    couplings = {name: values[name] for name in COUPLINGS}
    run = Lindbladian(
        space,
        hamiltonian=hamiltonian_terms(space, lowering, z, counts, **couplings),
        dissipators=[(rate, jump) for rate, jump in jumps if rate],
    )
    # Spin-coherent states of the chains, and a mixture of the central spin.
    up = (1 + values["sigma_z"]) / 2
    rho0 = np.diag([up, 1 - up]).astype(complex)
    for chain, N in enumerate(counts, 1):
        beta = complex(values[f"q{chain}"], values[f"p{chain}"]) / np.sqrt(2)
        state = spin_coherent(N, beta)
        rho0 = np.kron(rho0, np.outer(state, state.conj()))
    # Quadratures and their products connect states whose numbers of quanta differ by two at most.
    # A mixture over all phases theta with the weight (1 + cos theta)^2 2/3 has just these.
    quanta = sum(space[name].z.diagonal() for name in ("central", *CHAINS))
    apart = np.rint(np.abs(np.subtract.outer(quanta, quanta))).astype(int)
    share = MIXED[np.minimum(apart, 3)]
    rho = evolve(run, rho0 * share, times, workers=1).rho / np.where(share == 0, 1, share)
    common = (
        sum(
            values[f"frequency_{chain}"] * (values["weight"] ** 2 * (1 - 1 / (2 * N)) + 1 / N)
            for chain, N in enumerate(counts, 1)
        )
        / 2
    )
    return _moments(rho, [b.toarray() for b in lowering], np.exp(1j * common * times))


def _moments(
    rho: np.ndarray, lowering: list[np.ndarray], turn: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    b = np.stack(lowering)
    dagger = np.swapaxes(b, -1, -2)
    plain = np.stack([(b + dagger), -1j * (b - dagger)], axis=1).reshape(4, *rho.shape[-2:])
    plain = plain / np.sqrt(2)
    mean = np.einsum("tij,aji->ta", rho, plain).real
    product = np.einsum("tij,ajk,bki->tab", rho, plain, plain, optimize=True)
    second = (product + np.swapaxes(product, -1, -2)).real / 2
    covariance = second - mean[:, :, None] * mean[:, None, :]
    # q + i p turns with b.
    cosine, sine = np.real(turn), np.imag(turn)
    rotation = np.zeros((len(turn), 4, 4))
    for j in (0, 2):
        rotation[:, j, j] = rotation[:, j + 1, j + 1] = cosine
        rotation[:, j, j + 1], rotation[:, j + 1, j] = -sine, sine
    turned = rotation @ covariance @ np.swapaxes(rotation, -1, -2)
    return np.einsum("tab,tb->ta", rotation, mean), turned
