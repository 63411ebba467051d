"""What decays slowest: eigenvalues of a generator next to the imaginary axis, and their modes."""

from quantsync.lindblad.slow_modes.slowest_modes import SlowModes, liouvillian_gap, slowest_modes

__all__ = ["SlowModes", "liouvillian_gap", "slowest_modes"]
