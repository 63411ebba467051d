"""Gaussian states of harmonic networks, closed and open."""

from quantsync.gaussian.baths.chain_bath import chain_couplings, chain_frequencies
from quantsync.gaussian.baths.langevin import LangevinEquation
from quantsync.gaussian.baths.open_network import OpenNetwork
from quantsync.gaussian.baths.rayleigh import (
    RayleighCriterion,
    damping_ratio,
    ohmic_damping,
    rayleigh_criterion,
)
from quantsync.gaussian.baths.semi_infinite import (
    ChainModes,
    SemiInfiniteChain,
    crosstalk_time,
    revival_time,
)
from quantsync.gaussian.correlations import (
    discord,
    entropy,
    log_negativity,
    mutual_information,
    purity,
)
from quantsync.gaussian.networks.evolution import GaussianEvolution, evolve, mean_modes, propagator
from quantsync.gaussian.networks.network import HarmonicNetwork
from quantsync.gaussian.networks.probe_pair import probe_modes, probe_stiffness
from quantsync.gaussian.networks.star import Star
from quantsync.gaussian.states import GaussianState, ProbesInEnvironment
from quantsync.gaussian.symplectic import symplectic_spectrum

__all__ = [
    "ChainModes",
    "GaussianEvolution",
    "GaussianState",
    "HarmonicNetwork",
    "LangevinEquation",
    "OpenNetwork",
    "ProbesInEnvironment",
    "RayleighCriterion",
    "SemiInfiniteChain",
    "Star",
    "chain_couplings",
    "chain_frequencies",
    "crosstalk_time",
    "damping_ratio",
    "discord",
    "entropy",
    "evolve",
    "log_negativity",
    "mean_modes",
    "mutual_information",
    "ohmic_damping",
    "probe_modes",
    "probe_stiffness",
    "propagator",
    "purity",
    "rayleigh_criterion",
    "revival_time",
    "symplectic_spectrum",
]
