"""Over all couplings: where the entropic synchronization of the driven pair is extremal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantsync.search.extrema import Extrema, find_extrema

if TYPE_CHECKING:
    from quantsync.models.driven_pair.study import DrivenPairStudy

# Couplings between which extrema are sought, in units of the larger relaxation rate; dense near 0,
# where maxima branch off g = 0.
COUPLINGS = np.concatenate(
    [[0.0], np.geomspace(1e-3, 0.1, 9)[:-1], np.linspace(0.1, 6, 48), np.geomspace(6, 60, 13)[1:]]
)
# Of entropic synchronization per drive squared, in units of the larger relaxation rate:
NOISE = 1e-20  # differences below this are rounding
FAINTEST = 1e-25  # less than this counts as none


def omega_extrema(study: DrivenPairStudy) -> Extrema:
    """Local extrema of Omega over the coupling, up to 60 relaxation rates.

    Examples
    --------
    >>> import quantsync as qs
    >>> pair = qs.models.driven_pair(gain_a=0.55, damping_a=0.45, gain_b=0.09, damping_b=0.91)
    >>> found = omega_extrema(pair.study())
    >>> print(found.kind, found.location.round(4))
    [-1.  1.] [0.4058 1.5449]
    """
    unit = study.relaxation_rate
    names = [name for name in study.parameters if name != "coupling"]

    def omega(x: np.ndarray, scale: np.ndarray, *others: np.ndarray) -> np.ndarray:
        chosen = dict(zip(names, others, strict=True))
        found = study.with_parameters(workers=1, coupling=x * scale, **chosen).omega()
        # Per drive squared it has a unit, and what counts as noise must not depend on that.
        return np.where(chosen["drive"] == 0, found * scale**2, found)

    found = find_extrema(
        omega,
        COUPLINGS,
        [unit, *(study.parameters[name] for name in names)],
        noise=NOISE,
        workers=study.workers,
    )
    shape = (*study.shape, found.location.shape[-1])
    per_drive = np.where(study.parameters["drive"] == 0, unit**2, 1.0)
    return Extrema(
        (found.location * unit[:, None]).reshape(shape),
        (found.value / per_drive[:, None]).reshape(shape),
        found.kind.reshape(shape),
        found.count.reshape(study.shape),
    )


def largest_omega(study: DrivenPairStudy) -> tuple[np.ndarray, np.ndarray]:
    """Omega maximal over all couplings, 0 included, and the coupling, both of shape (...)."""
    where, top = study.omega_extrema.highest()
    uncoupled = uncoupled_omega(study)
    better = top > uncoupled  # False where there is no maximum
    return np.where(better, top, uncoupled), np.where(better, where, 0.0)


def largest_ratio(study: DrivenPairStudy) -> np.ndarray:
    """R of Eq. (13) maximal over all couplings, 0 included, shape (...).

    Infinite where only the uncoupled Omega vanishes, NaN where both do, or both diverge as the
    drive goes to 0.
    """
    return _over_uncoupled(study, largest_omega(study)[0])


def first_minimum(study: DrivenPairStudy) -> tuple[np.ndarray, np.ndarray]:
    """R at the first local minimum over the coupling, and the coupling; NaN where none is.

    R is infinite where only the uncoupled Omega vanishes, NaN where both do, or both diverge as
    the drive goes to 0.
    """
    where, value = study.omega_extrema.first("minimum")
    return _over_uncoupled(study, value), where


def uncoupled_omega(study: DrivenPairStudy) -> np.ndarray:
    """Omega without coupling, shape (...)."""
    reference, member = study.uncoupled
    return reference.omega().ravel()[member].reshape(study.shape)


def _over_uncoupled(study: DrivenPairStudy, value: np.ndarray) -> np.ndarray:
    uncoupled = uncoupled_omega(study)
    drive, unit = (
        x.reshape(study.shape) for x in (study.parameters["drive"], study.relaxation_rate)
    )
    vanishing = uncoupled <= FAINTEST * np.where(drive == 0, 1, drive**2) / unit**2
    safe = np.where(vanishing, 1.0, uncoupled)
    both = np.isinf(value) & np.isinf(uncoupled)
    ratio = np.divide(value, safe, out=np.full_like(value, np.nan), where=~both)
    return np.where(vanishing, np.where(value > uncoupled, np.inf, np.nan), ratio)
