"""Two-time correlations and power spectra of stationary states."""

from quantsync.lindblad.spectra._peaks import SpectralPeaks
from quantsync.lindblad.spectra.correlation import correlation
from quantsync.lindblad.spectra.power_spectrum import (
    PowerSpectrum,
    observed_frequency,
    power_spectrum,
)

__all__ = [
    "PowerSpectrum",
    "SpectralPeaks",
    "correlation",
    "observed_frequency",
    "power_spectrum",
]
