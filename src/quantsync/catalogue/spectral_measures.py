"""The measures by name of power spectra, which steady states with their generators have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from quantsync.lindblad.spectra import PowerSpectrum, power_spectrum
from quantsync.lindblad.undecaying import PeripheralModes, peripheral_modes
from quantsync.operators import Fock, Space
from quantsync.system import Measure, View, table_of


def _lowering(space: Space, name: str) -> str:
    """The operator of a site whose spectrum is meant."""
    return "destroy" if isinstance(space.sites[name], Fock) else "minus"


def spectra_of_sites(view: View) -> list[PowerSpectrum]:
    """The power spectrum of every site."""
    system: Any = view.system
    space = system.space
    return [
        power_spectrum(
            system,
            getattr(space[name], _lowering(space, name)),
            state=view.solution,
            workers=view.workers,
        )
        for name in space.names
    ]


def undecaying_modes(view: View) -> PeripheralModes:
    """What never decays, of the first system: what there is where no steady state is unique."""
    return peripheral_modes(cast(Any, view.system)[0])


def _of_sites(quantity: Callable[[PowerSpectrum], Any]) -> Callable[[list[PowerSpectrum]], Any]:
    """A quantity of every site, with an axis for the sites where there are several."""

    def taken(spectra: list[PowerSpectrum]) -> Any:
        values = [quantity(spectrum) for spectrum in spectra]
        return values[0] if len(values) == 1 else np.stack(values, axis=-1)

    return taken


def _sites(system: Any) -> tuple[str, tuple[str, ...]] | None:
    """The axis of the sites, where there are several."""
    return ("site", system.space.names) if len(system.space) > 1 else None


def _attributes(system: Any) -> dict[str, str]:
    """Whose spectra they are."""
    space = system.space
    return {"operators": ", ".join(f"{name}: {_lowering(space, name)}" for name in space.names)}


SPECTRAL_MEASURES: dict[str, Measure] = table_of(
    Measure(
        "observed_frequency",
        "frequency of the highest peak of each site's power spectrum",
        "rate",
        _of_sites(lambda spectrum: spectrum.observed_frequency),
        may_be_undefined=True,
        of=spectra_of_sites,
        attributes=_attributes,
        components=_sites,
    ),
    Measure(
        "linewidth",
        "full width at half maximum of the highest peak of each site's power spectrum",
        "rate",
        _of_sites(lambda spectrum: spectrum.linewidth),
        may_be_undefined=True,
        of=spectra_of_sites,
        attributes=_attributes,
        components=_sites,
    ),
)
