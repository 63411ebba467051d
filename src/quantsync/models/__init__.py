"""The oscillators of the literature: parameters in, system out."""

from quantsync.models import driven_pair_moments, spin_pair_first_order
from quantsync.models.central_spin_chains import (
    central_spin_chains,
    follow_chains,
    holstein_primakoff_errors,
)
from quantsync.models.circuit_qed import CircuitQED, circuit_qed
from quantsync.models.collective_decay_pair import collective_decay_pair
from quantsync.models.dephased_chain import chain_symmetries, dephased_chain
from quantsync.models.driven_pair import driven_pair, driving
from quantsync.models.driven_pair_study import DrivenPairStudy
from quantsync.models.driven_spin import driven_spin
from quantsync.models.harmonic_chain import harmonic_chain
from quantsync.models.harmonic_run import HarmonicChain
from quantsync.models.pseudo_boson_pair import pseudo_boson_pair
from quantsync.models.pseudo_boson_run import PseudoBosonPair
from quantsync.models.runs import ModelRun
from quantsync.models.spin_pair import spin_pair

__all__ = [
    "CircuitQED",
    "DrivenPairStudy",
    "HarmonicChain",
    "ModelRun",
    "PseudoBosonPair",
    "central_spin_chains",
    "chain_symmetries",
    "circuit_qed",
    "collective_decay_pair",
    "dephased_chain",
    "driven_pair",
    "driven_pair_moments",
    "driven_spin",
    "driving",
    "follow_chains",
    "harmonic_chain",
    "holstein_primakoff_errors",
    "pseudo_boson_pair",
    "spin_pair",
    "spin_pair_first_order",
]
