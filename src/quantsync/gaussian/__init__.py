"""Gaussian states of harmonic networks, closed and open."""

from quantsync.gaussian.chain_bath import chain_couplings, chain_frequencies
from quantsync.gaussian.evolution import GaussianEvolution, evolve, mean_modes, propagator
from quantsync.gaussian.langevin import LangevinEquation
from quantsync.gaussian.mode_sums import ModeSum
from quantsync.gaussian.network import HarmonicNetwork
from quantsync.gaussian.open_network import OpenNetwork
from quantsync.gaussian.probe_pair import probe_modes, probe_stiffness
from quantsync.gaussian.rayleigh import (
    RayleighCriterion,
    damping_ratio,
    ohmic_damping,
    rayleigh_criterion,
)
from quantsync.gaussian.semi_infinite import (
    ChainModes,
    SemiInfiniteChain,
    crosstalk_time,
    revival_time,
)
from quantsync.gaussian.star import Star
from quantsync.gaussian.states import GaussianState, ProbesInEnvironment

__all__ = [
    "ChainModes",
    "GaussianEvolution",
    "GaussianState",
    "HarmonicNetwork",
    "LangevinEquation",
    "ModeSum",
    "OpenNetwork",
    "ProbesInEnvironment",
    "RayleighCriterion",
    "SemiInfiniteChain",
    "Star",
    "chain_couplings",
    "chain_frequencies",
    "crosstalk_time",
    "damping_ratio",
    "evolve",
    "mean_modes",
    "ohmic_damping",
    "probe_modes",
    "probe_stiffness",
    "propagator",
    "rayleigh_criterion",
    "revival_time",
]
