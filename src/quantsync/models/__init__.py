"""The oscillators of the literature: parameters in, system out."""

from quantsync.models.central_spin_chains import (
    central_spin_chains,
    follow_chains,
    holstein_primakoff_errors,
)
from quantsync.models.circuit_qed.model import CircuitQED, circuit_qed
from quantsync.models.collective_decay_pair import collective_decay_pair
from quantsync.models.dephased_chain import chain_symmetries, dephased_chain
from quantsync.models.driven_pair import moments as driven_pair_moments
from quantsync.models.driven_pair.driving import driving
from quantsync.models.driven_pair.model import DrivenPair, driven_pair
from quantsync.models.driven_pair.study import DrivenPairStudy
from quantsync.models.driven_spin import driven_spin
from quantsync.models.harmonic_chain.model import harmonic_chain
from quantsync.models.harmonic_chain.run import HarmonicChain
from quantsync.models.optomechanical_pair.model import optomechanical_pair
from quantsync.models.optomechanical_pair.run import OptomechanicalPair
from quantsync.models.pseudo_boson_pair.model import pseudo_boson_pair
from quantsync.models.pseudo_boson_pair.run import PseudoBosonPair
from quantsync.models.spin_mode import SpinMode, spin_mode
from quantsync.models.spin_pair import first_order as spin_pair_first_order
from quantsync.models.spin_pair.model import spin_pair
from quantsync.models.van_der_pol import VanDerPol, van_der_pol
from quantsync.models.van_der_pol_pair import VanDerPolPair, van_der_pol_pair

__all__ = [
    "CircuitQED",
    "DrivenPair",
    "DrivenPairStudy",
    "HarmonicChain",
    "OptomechanicalPair",
    "PseudoBosonPair",
    "SpinMode",
    "VanDerPol",
    "VanDerPolPair",
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
    "optomechanical_pair",
    "pseudo_boson_pair",
    "spin_mode",
    "spin_pair",
    "spin_pair_first_order",
    "van_der_pol",
    "van_der_pol_pair",
]
