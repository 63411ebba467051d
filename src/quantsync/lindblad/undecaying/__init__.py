"""What does not decay: stationary states, oscillating coherences, what locks."""

from quantsync.lindblad.undecaying.dynamical_synchronization import (
    DynamicalSynchronization,
    dynamical_synchronization,
)
from quantsync.lindblad.undecaying.peripheral_modes import PeripheralModes, peripheral_modes

__all__ = [
    "DynamicalSynchronization",
    "PeripheralModes",
    "dynamical_synchronization",
    "peripheral_modes",
]
