"""Two optomechanical cells as symbols, with the parameters of `optomechanical_pair`.

Mari et al., Phys. Rev. Lett. 111, 103605 (2013), with jump operators for their input noise.
"""

from __future__ import annotations

from functools import lru_cache

import sympy

from quantsync.meanfield.model import MeanFieldModel

b = sympy.symbols("b_1 b_2")
a = sympy.symbols("a_1 a_2")
frequency = sympy.symbols("frequency_1 frequency_2", real=True)
detuning = sympy.symbols("detuning_1 detuning_2", real=True)
coupling, drive, g, loss, damping, nbar = sympy.symbols(
    "coupling drive optomechanical_coupling loss damping thermal_quanta", real=True
)


@lru_cache(maxsize=1)
def optomechanical_model() -> MeanFieldModel:
    """Mean field and fluctuations of b_1, b_2, a_1, a_2; compiled when first used."""
    H = -coupling * (b[0] * sympy.conjugate(b[1]) + sympy.conjugate(b[0]) * b[1])
    jumps = []
    for j in range(2):
        photons, phonons = a[j] * sympy.conjugate(a[j]), b[j] * sympy.conjugate(b[j])
        H += -detuning[j] * photons + frequency[j] * phonons
        H += -g * photons * (b[j] + sympy.conjugate(b[j]))
        H += sympy.I * drive * (sympy.conjugate(a[j]) - a[j])
        # Amplitudes decay with these rates, quanta with twice them.
        jumps += [(sympy.sqrt(2 * damping) * b[j], nbar), (sympy.sqrt(2 * loss) * a[j], 0)]
    return MeanFieldModel([*b, *a], H, jumps)
