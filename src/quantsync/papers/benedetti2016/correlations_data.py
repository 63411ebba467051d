"""Data of Figs. 4 and 5 of Benedetti et al. (2016): variances and quantum correlations.

The probes start as squeezed vacua with r_1 = r_2 = 2. Which quadrature is squeezed is not printed:
by default <x^2> = e^{2r}/(2 omega) for both, angle 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from quantsync.gaussian import (
    GaussianState,
    HarmonicNetwork,
    ProbesInEnvironment,
    evolve,
    gaussian_log_negativity,
    gaussian_mutual_information,
)
from quantsync.papers.benedetti2016.networks import (
    CROSSTALK,
    FIGURE_4,
    FIGURE_5,
    REVIVAL,
    WINDOW,
    attributes,
    averaging,
    network,
    synchronization,
    time_axis,
)
from quantsync.time_series import SampledSignal

SQUEEZING = 2.0
END = 1000.0
STEP = 0.125
"""Of the samples of the variances: 11 in the shortest period, for errors of some 1e-10."""


@dataclass(frozen=True)
class Fluctuations:
    """Covariances of two probes, and what follows from them.

    Attributes
    ----------
    times : ndarray of shape (T,)
    covariance : ndarray of shape (T, 4, 4)
    """

    times: np.ndarray
    covariance: np.ndarray

    @property
    def mutual_information(self) -> np.ndarray:
        """M in nats."""
        return gaussian_mutual_information(self.covariance)

    @property
    def negativity(self) -> np.ndarray:
        """The logarithmic negativity E."""
        return gaussian_log_negativity(self.covariance)

    def synchronization(self, times: np.ndarray, window: float = WINDOW) -> np.ndarray:
        """C(t) of <x_1^2> and <x_2^2>."""
        pair = [SampledSignal(self.times, self.covariance[:, k, k]) for k in (0, 2)]
        return synchronization((pair[0], pair[1]), times, window)


def fluctuations(
    probes: HarmonicNetwork,
    times: np.ndarray,
    frequency: float,
    squeezing: float = SQUEEZING,
    angle: float = 0.0,
) -> Fluctuations:
    """Squeezed probes on a chain in its ground state.

    Parameters
    ----------
    probes : HarmonicNetwork
        Two probes and their environment.
    times : ndarray of shape (T,)
    frequency : float
        omega_2.
    squeezing : float
        r of both.
    angle : float
        Angle of the stretched quadrature against x, of both.
    """
    start = GaussianState.squeezed([1.0, frequency], squeezing, angle)
    path = evolve(probes, ProbesInEnvironment(start), times)
    return Fluctuations(times, path.covariance)


def figure_4(full: bool = False, window: float = WINDOW, angle: float = 0.0) -> xr.Dataset:
    """Squeezed probes on the end of the chain: they synchronize and are entangled.

    Parameters
    ----------
    full : bool, default False
        Twice the resolution.
    window : float
        Length of the averages in C, not printed.
    angle : float
        Angle of the stretched quadrature against x in radians, not printed.

    Returns
    -------
    xarray.Dataset
        ``variance`` of the positions over (probe, time), ``mutual_information``, ``negativity``
        and ``C`` of the variances over time.
    """
    return _figure(FIGURE_4, full, window, angle)


def figure_5(full: bool = False, window: float = WINDOW, angle: float = 0.0) -> xr.Dataset:
    """Squeezed probes at both ends: they synchronize by crosstalk and are not entangled.

    Parameters and result as of `figure_4`.
    """
    return _figure(FIGURE_5, full, window, angle)


def _figure(probes: dict, full: bool, window: float, angle: float) -> xr.Dataset:
    step = STEP / 2 if full else STEP
    samples = time_axis(END + step * np.ceil(averaging(window) / step), step)
    path = fluctuations(network(**probes), samples, probes["frequency"], angle=angle)
    shown = samples <= END + step / 2
    times = samples[shown]
    return xr.Dataset(
        {
            "variance": (
                ("probe", "time"),
                np.array([path.covariance[shown, k, k] for k in (0, 2)]),
                attributes("variance of the position", "1/omega_1"),
            ),
            "mutual_information": (
                "time",
                path.mutual_information[shown],
                attributes("mutual information", "nat"),
            ),
            "negativity": (
                "time",
                path.negativity[shown],
                attributes("logarithmic negativity", "nat"),
            ),
            "C": ("time", path.synchronization(times, window), attributes("synchronization")),
        },
        coords={"probe": [1, 2], "time": ("time", times, attributes("time", "1/omega_1"))},
        attrs={
            "window": window,
            "squeezing": SQUEEZING,
            "angle": angle,
            "revival_time": REVIVAL,
            "crosstalk_time": CROSSTALK,
        },
    )
