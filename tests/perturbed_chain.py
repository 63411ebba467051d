"""The dephased chain of Zhao et al. and the deterministic perturbation of the references."""

import numpy as np
from places import reference

import quantsync as qs
from quantsync.lindblad.degenerate.kossakowski import gell_mann_diagonal

REFERENCE = reference("zhao2025")
ETAS = [1e-8, 1e-6, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0]
KEYS = ["1e-08", "1e-06", "0.0001", "0.001", "0.01", "0.1", "1", "10"]
CHAIN = qs.degenerate.DegenerateBase(qs.models.dephased_chain())


def diagonal(basis, n):
    """Diagonal operators: as Zhao et al. print them, or orthonormal."""
    printed = np.eye(n, n - 1) - np.eye(n, n - 1, k=-1)
    return printed if basis == "printed" else gell_mann_diagonal(n)


def deterministic(n, basis):
    """The perturbation of the notes."""
    k, a = np.arange(1, n * n), np.arange(1, n + 1)
    m, r = np.meshgrid(k, k, indexing="ij")
    root = np.exp(2j * np.pi * ((3 * m**2 * r + 5 * m * r**2 + 7 * m * r) % 1009) / 1009)
    a, b = np.meshgrid(a, a, indexing="ij")
    matrix = np.sqrt(2) * np.exp(
        2j * np.pi * ((3 * a**2 * b + 5 * a * b**2 + 7 * a * b + a) % 101) / 101
    )
    rates = root @ root.conj().T
    rates = rates * (n * n - 1) / np.trace(rates).real
    return qs.degenerate.kossakowski_generator(
        CHAIN.space, (matrix + matrix.conj().T) / np.sqrt(2), rates, diagonal(basis, n)
    )
