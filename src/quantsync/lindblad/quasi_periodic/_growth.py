"""Harmonic balance on a set of harmonics that grows until the residual is below a tolerance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantsync.errors import HarmonicsError
from quantsync.lindblad.quasi_periodic._harmonics import (
    HarmonicCoupling,
    HarmonicSystem,
    RowBlocks,
    half_of,
    reached_from,
    total_norm,
)
from quantsync.lindblad.quasi_periodic._solve import (
    DirectInverse,
    FactorInverse,
    ModeInverse,
    improve,
)
from quantsync.lindblad.quasi_periodic.state import QuasiPeriodicState
from quantsync.memory import require_memory

if TYPE_CHECKING:
    from quantsync.lindblad.quasi_periodic.balance import HarmonicBalance

MOST_STEPS = 60  # of GMRES for one set of harmonics
LARGEST_DIRECT = 40_000  # unknowns that are solved for by sparse factors where GMRES does not help
LARGEST_FACTORS = 5e7  # entries of these: full blocks, and a root of a plane of harmonics as seam
MOST_FAILURES = 2  # of GMRES, where there are too many unknowns for sparse factors
SMALLER = 0.5  # factor by which a residual must fall within `PATIENCE` rounds
PATIENCE = 8
STEP = 3e-3  # factor by which one round reduces the residual: what single precision can
SMALL = 400  # elements below which single precision gains nothing


class Growth:
    """One solution: solve on a set of harmonics, look where it leaks, add those, again."""

    def __init__(
        self,
        balance: HarmonicBalance,
        couplings: list[HarmonicCoupling],
        tolerance: float,
        max_harmonics: int,
    ):
        self.balance, self.couplings = balance, couplings
        self.tolerance, self.max_harmonics = tolerance, max_harmonics
        self.pull = (
            balance.scale
            if not balance.subsystems.modes
            else float(np.mean([-np.real(m.values).mean() for m in balance.subsystems.modes]))
        )
        self.rows = RowBlocks(balance.subsystems.generator, couplings)
        self.factors: dict[tuple[int, ...], object] = {}
        self.direct = False
        self.failures = 0
        self.grown = 0  # the round that last added harmonics
        self.exact = len(balance.reference) < SMALL

    def system(self, half: list[tuple[int, ...]]) -> HarmonicSystem:
        """The equations on some harmonics, from `half_of`."""
        balance = self.balance
        needed = 16.0 * len(balance.reference) * len(half) * (2 * MOST_STEPS + 10)
        require_memory(needed, f"A state with {2 * len(half) - 1} harmonics")
        return HarmonicSystem(
            self.rows,
            self.couplings,
            balance.drives.base,
            half,
            balance.subsystems.trace,
            balance.reference,
            self.pull,
        )

    def run(self) -> QuasiPeriodicState:
        """Grow and solve until the residual is below the tolerance; raise where it is not."""
        balance = self.balance
        system = self.system([tuple([0] * len(balance.drives.base))])
        x = np.zeros(system.shape, complex)
        x[:, 0] = balance.subsystems.stationary
        history: list[float] = []
        missing, leaks = system.certificate(x)
        while True:
            inside, leak = total_norm(missing, True), total_norm(leaks, False)
            history.append(inside + leak)
            if history[-1] <= self.tolerance:
                return self.state(system, x, inside, leak)
            if self.stalled(history, system):
                self.give_up(min(history), system)
            columns = self.largest_leaks(leaks)
            if len(columns):
                outside = system.outside
                added = [outside[k] for k in columns]
                wanted = half_of({*system.half, *added, *self.ahead(history, system, added)})
                if 2 * len(wanted) - 1 > self.max_harmonics:
                    self.give_up(min(history), system, "more than `max_harmonics` are needed")
                self.grown = len(history)
                before, system = system.half, self.system(wanted)
                x, known = system.extended(x, before), system.extended(missing, before)
                for column, n in enumerate(outside):
                    if n in system.place:
                        known[:, system.place[n]] = -leaks[:, column]  # now missing inside
                missing = known
            x, missing, leaks = self.improved(system, x, missing)

    def improved(
        self, system: HarmonicSystem, x: np.ndarray, missing: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One solve on the present harmonics: x, and what is missing then inside and outside."""
        # No better than is of use before others come.
        self.direct = self.direct and self.is_small(system)
        inside = total_norm(missing, True)
        wanted = max(0.3 * self.tolerance, STEP * inside)
        target = float(np.linalg.norm(missing)) * wanted / inside
        if not self.exact and not self.direct and self.balance.near is not None:
            inverse = ModeInverse(system, self.balance.near, np.complex64)
            size = float(np.linalg.norm(missing))  # scaled, for single precision has a floor
            correction, _, _ = improve(
                system.single, inverse, (missing / size).astype(np.complex64), target / size, 30
            )
            after = x + size * correction.astype(complex)
            still, leaks = system.certificate(after)
            if total_norm(still, True) < 0.1 * inside:
                return after, still, leaks
            self.exact = True  # single precision does not do
        correction, left, steps = improve(
            system, self.inverse(system), missing, target, 3 if self.direct else MOST_STEPS
        )
        if left > target and steps == MOST_STEPS:
            self.failures += left > 0.1 * float(np.linalg.norm(missing))
            if self.is_small(system):
                self.direct = True
                return self.improved(system, x, missing)
        x = x + correction
        return x, *system.certificate(x)

    def inverse(self, system: HarmonicSystem) -> Any:
        """The preconditioner that is in use."""
        if self.direct:
            return DirectInverse(system)
        if self.balance.near is None:
            return FactorInverse(system, self.factors)
        return ModeInverse(system, self.balance.near)

    def largest_leaks(self, leaks: np.ndarray) -> np.ndarray:
        """Harmonics to be added: those that leak most, so that little is left of the rest."""
        norms = 2 * np.linalg.norm(leaks, axis=0)
        order = np.argsort(norms)
        small = np.cumsum(norms[order]) <= 0.3 * self.tolerance
        return order[~small]

    def ahead(
        self, history: list[float], system: HarmonicSystem, added: list[tuple[int, ...]]
    ) -> set[tuple[int, ...]]:
        """Harmonics beyond those that are added, where adding only these has not helped."""
        # A strong modulation spreads over hundreds of harmonics before the residual falls at all:
        # each round without success, but the first, doubles how far the set is extended.
        useless = 0
        while useless + 2 <= len(history) and history[-useless - 1] > SMALLER * min(
            history[: -useless - 1]
        ):
            useless += 1
        found, front = set(added), set(added)
        for _ in range(2 ** min(max(useless - 1, 0), 10) - 1):
            front = reached_from(front, self.couplings) - found - set(system.place)
            if not front or 2 * len(found | front | set(system.place)) > self.max_harmonics:
                break
            found |= front
        return found

    def stalled(self, history: list[float], system: HarmonicSystem) -> bool:
        """Whether further rounds are useless; `history` has the residuals of those so far."""
        if not np.isfinite(history[-1]) or (self.failures >= MOST_FAILURES and not self.direct):
            return True
        if self.is_small(system):  # more harmonics are cheap
            history = history[max(self.grown - 1, 0) :]
        return len(history) > PATIENCE and history[-1] > SMALLER * min(history[:-PATIENCE])

    def is_small(self, system: HarmonicSystem) -> bool:
        """Whether sparse factors of all equations together are affordable."""
        size, count = len(system.trace), 2 * len(system.half) - 1
        return size * count <= LARGEST_DIRECT and size**2 * count**1.5 <= LARGEST_FACTORS

    def give_up(
        self, reached: float, system: HarmonicSystem, why: str = "it does not fall further"
    ) -> None:
        """Raise with the smallest residual that was reached."""
        count = 2 * len(system.half) - 1
        raise HarmonicsError(
            f"The harmonics do not converge: the residual is {reached:.2e} with {count} of them, "
            f"above the tolerance of {self.tolerance:.2e}, and {why}. Slow or strong perturbations "
            "spread over more harmonics than can be solved for, unless a frame that turns with "
            "them leaves few; pass a larger `tolerance`, more than "
            f"max_harmonics={self.max_harmonics}, or the system in another frame.",
            residual=reached,
            harmonics=count,
        )

    def state(
        self, system: HarmonicSystem, x: np.ndarray, inside: float, leak: float
    ) -> QuasiPeriodicState:
        """The result, both signs of all harmonics."""
        half = np.array(system.half, int).reshape(len(system.half), len(system.base))
        components = self.balance.subsystems.operators(x)
        components[0] = (components[0] + components[0].conj().T) / 2
        adjoint = np.conj(np.swapaxes(components[1:], -1, -2))
        return QuasiPeriodicState(
            harmonics=np.concatenate([half, -half[1:]]),
            components=np.concatenate([components, adjoint]),
            base_frequencies=self.balance.drives.base,
            residual=inside + leak,
            leakage=leak,
            gap=self.balance.gap,
            space=self.balance.subsystems.space,
        )
