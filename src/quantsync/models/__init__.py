"""The oscillators of the literature: parameters in, system out."""

from quantsync.models import driven_pair_moments, spin_pair_first_order
from quantsync.models.collective_decay_pair import collective_decay_pair
from quantsync.models.dephased_chain import chain_symmetries, dephased_chain
from quantsync.models.driven_pair import driven_pair, driving
from quantsync.models.driven_pair_study import DrivenPairStudy
from quantsync.models.driven_spin import driven_spin
from quantsync.models.harmonic_chain import harmonic_chain
from quantsync.models.harmonic_run import HarmonicChain
from quantsync.models.runs import ModelRun
from quantsync.models.spin_pair import spin_pair

__all__ = [
    "DrivenPairStudy",
    "HarmonicChain",
    "ModelRun",
    "chain_symmetries",
    "collective_decay_pair",
    "dephased_chain",
    "driven_pair",
    "driven_pair_moments",
    "driven_spin",
    "driving",
    "harmonic_chain",
    "spin_pair",
    "spin_pair_first_order",
]
