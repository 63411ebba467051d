"""Periodic Hamiltonians of QuTiP, as a static system and perturbations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quantsync.checks import named_arguments, number_array, rate_array, shown
from quantsync.errors import InvalidArgumentError
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.lindblad.quasi_periodic._coefficients import (
    NoFrequenciesError,
    of_coefficient,
    of_function,
    of_text,
)
from quantsync.lindblad.qutip import (
    as_pair,
    hamiltonian_items,
    jump_items,
    load_qutip,
    space_and_matrices,
)
from quantsync.operators import Operator, Space

ROUNDING = 8 * float(np.finfo(float).eps)  # of a frequency, relative
HERMITICITY = 1e-12  # of an entry, relative to all that it is the sum of

Amplitudes = dict[float, complex]
Harmonic = tuple[Operator, Any]  # with the sum of the moduli of all that it is the sum of


@named_arguments
def from_qutip(
    H: Any, c_ops: Any = (), space: Space | None = None, args: Mapping[str, Any] | None = None
) -> tuple[Lindbladian, list[tuple[float, Operator]]]:
    r"""Convert a periodic Hamiltonian of QuTiP (extra ``quantsync[qutip]``).

    The result is what `quasi_periodic_steady_state` and `HarmonicBalance` take:
    ``H(t) = H_0 + sum_k V_k e^{-i Omega_k t} + V_k^dag e^{i Omega_k t}``. Frequencies are read from
    the formulas and never fitted: a coefficient that does not tell them is refused.

    Parameters
    ----------
    H : qutip.QobjEvo or list
        As for `mesolve`: ``[H0, [H1, coefficient], ...]``. A coefficient is a text such as
        ``"cos(w*t + phi)"``, ``"exp(-1j*w*t)"``, sums, products and whole powers of such; a
        function ``f(t, w)`` or ``f(t, args)`` that is made of NumPy's cos, sin and exp; a
        coefficient of QuTiP that is made of these; or a number.
    c_ops : qutip.Qobj or list of qutip.Qobj or (rate, Qobj), optional
        As for `from_qutip`. A pair of an operator and a phase that turns, ``[c, "exp(1j*w*t)"]``,
        is the operator by itself.
    space : Space, optional
        What the sites are, as for `from_qutip`.
    args : dict, optional
        Values of the names in the coefficients.

    Returns
    -------
    system : Lindbladian
        The part that does not depend on time, a single system.
    perturbations : list of (frequency, operator)
        Pairs (Omega_k, V_k) with frequencies > 0, in ascending order.

    Raises
    ------
    InvalidArgumentError
        If the frequencies of a coefficient cannot be told, if it grows or decays, if a rate depends
        on time, or if H(t) is not Hermitian; and as `from_qutip`.
    DimensionError, NonFiniteError
        As `from_qutip`.
    MissingDependencyError
        If QuTiP is not installed.

    Examples
    --------
    A qubit that decays and is driven:

    >>> import numpy as np, qutip, quantsync as qs
    >>> H = [0.5 * qutip.sigmaz(), [0.1 * qutip.sigmax(), "cos(w*t)"]]
    >>> qubit = qs.Space(A=qs.Spin(1/2))
    >>> system, perturbations = qs.quasi_periodic.from_qutip(
    ...     H, [0.3 * qutip.sigmam()], qubit, args={"w": 1.2}
    ... )
    >>> [frequency for frequency, _ in perturbations]
    [1.2]
    >>> state = qs.quasi_periodic_steady_state(system, perturbations)
    >>> state.at([0.0, 5.0]).shape
    (2, 2, 2)
    """
    qutip = load_qutip()
    values = _arguments(args)
    energies: list[tuple[str, Any, Any]] = []
    for name, item in hamiltonian_items(qutip, H):
        energies += _terms(qutip, name, item, values)
    jumps = [_jump(qutip, name, item, values) for name, item in jump_items(qutip, c_ops)]
    space, matrices = space_and_matrices([*energies, *jumps], space)
    harmonics = _harmonic_operators([a for _, a, _ in energies], matrices[: len(energies)])
    static, perturbations = _separated(harmonics)
    rates = [rate for _, rate, _ in jumps]
    dissipators = list(zip(rates, matrices[len(energies) :], strict=True))
    return Lindbladian(space, static, dissipators), perturbations


def _arguments(args: Any) -> Mapping[str, Any]:
    if args is not None and not isinstance(args, Mapping):
        raise InvalidArgumentError(
            f"Argument `args` must map names to values, as in {{'w': 1.2}}, but is {shown(args)}."
        )
    return args or {}


def _terms(
    qutip: Any, name: str, item: Any, args: Mapping[str, Any]
) -> list[tuple[str, Amplitudes, Any]]:
    """Amplitudes by frequency and constant operators of one item of a Hamiltonian."""
    pair = as_pair(qutip, item)
    value, operator, _ = pair or (1.0, item, False)
    if isinstance(operator, qutip.QobjEvo):
        if operator.isconstant:
            operator = operator(0)
        elif pair is None:
            parts = operator.to_list()
            return [
                term
                for k, part in enumerate(parts)
                for term in _terms(qutip, f"{name}.to_list()[{k}]", part, args)
            ]
    if not isinstance(operator, qutip.Qobj):
        function = callable(item) or (isinstance(item, list) and item and callable(item[0]))
        what = "a function that returns operators: no frequencies can be told from it"
        raise InvalidArgumentError(
            f"Argument `{name}` of from_qutip must be an operator (Qobj) or [Qobj, coefficient], "
            f"but is {what if function else shown(item)}."
        )
    return [(name, _amplitudes(qutip, name, value, args), operator)]


def _jump(qutip: Any, name: str, item: Any, args: Mapping[str, Any]) -> tuple[str, Any, Any]:
    """The name, rate and operator of a dissipator."""
    pair = as_pair(qutip, item)
    if pair is None and isinstance(item, qutip.QobjEvo) and not item.isconstant:
        parts = item.to_list()
        pair = as_pair(qutip, parts[0]) if len(parts) == 1 else None
    value, operator, behind = pair or (1.0, item, False)
    varies = isinstance(value, str | qutip.Coefficient) or callable(value)
    if isinstance(operator, qutip.QobjEvo) and operator.isconstant:
        operator = operator(0)
    if not isinstance(operator, qutip.Qobj):
        raise InvalidArgumentError(
            f"Argument `{name}` of from_qutip must be an operator (Qobj) or (rate, Qobj), but is "
            f"{shown(item)}."
        )
    if behind != varies:
        raise InvalidArgumentError(
            f"Argument `{name}` of from_qutip must be an operator, (rate, Qobj) with a number or "
            f"QuTiP's [Qobj, function of time], but is {shown(item)}."
        )
    if not varies:
        return name, rate_array(value, f"Rate of {name}"), operator
    amplitudes = _amplitudes(qutip, name, value, args)
    if len(amplitudes) > 1:
        raise InvalidArgumentError(
            f"Argument `{name}` of from_qutip has a rate that changes in time, which harmonic "
            "balance does not take: only the Hamiltonian may."
        )
    return name, sum(abs(c) ** 2 for c in amplitudes.values()), operator


def _amplitudes(qutip: Any, name: str, value: Any, args: Mapping[str, Any]) -> Amplitudes:
    """A coefficient's amplitudes by frequency; refused by name if it does not tell them."""
    try:
        if isinstance(value, str):
            return of_text(value, args).periodic()
        if isinstance(value, qutip.Coefficient):
            return of_coefficient(value, args).periodic()
        if callable(value):
            return of_function(value, args).periodic()
    except NoFrequenciesError as error:
        what = repr(value) if isinstance(value, str) else f"a {type(value).__name__}"
        raise InvalidArgumentError(
            f"The frequencies of the coefficient of {name}, {what}, cannot be told: {error}. They "
            "can for sums, products and powers of cos, sin and exp of t, as a text or as a "
            "function that uses NumPy's; or give quasi_periodic_steady_state() the perturbations "
            "(frequency, operator) yourself."
        ) from error
    number = number_array(value, f"Coefficient of {name}")
    if number.ndim:
        raise InvalidArgumentError(
            f"The frequencies of the coefficient of {name} cannot be told from {number.size} "
            "numbers: samples may be of anything. Give its formula."
        )
    return {0.0: complex(number)}


def _harmonic_operators(
    amplitudes: list[Amplitudes], matrices: list[Operator]
) -> dict[float, Harmonic]:
    """The operators that turn as ``e^{-i Omega t}``, both signs, by frequency."""
    found: dict[float, Harmonic] = {}
    for own, matrix in zip(amplitudes, matrices, strict=True):
        for frequency, amplitude in own.items():
            # `0.3 + 0.0` and `0.1 + 0.2` are one frequency.
            same = [f for f in found if abs(f - frequency) <= ROUNDING * abs(frequency)]
            part, size = amplitude * matrix, abs(amplitude) * abs(matrix)
            if same:
                whole, moduli = found[same[0]]
                part, size = whole + part, moduli + size
            found[same[0] if same else frequency] = (part, size)
    return found


def _separated(
    harmonics: dict[float, Harmonic],
) -> tuple[list[tuple[float, Operator]], list[tuple[float, Operator]]]:
    """The static term, and perturbations at positive frequencies; checked to be Hermitian."""
    static, perturbations = [], []
    known: list[float] = []
    for frequency in sorted({abs(frequency) for frequency in harmonics}):
        if known and frequency - known[-1] <= ROUNDING * frequency:
            continue  # the other sign, but for rounding
        known.append(frequency)
        (forward, size), (backward, other) = (
            _turning(harmonics, sign * frequency) for sign in (1, -1)
        )
        adjoint = backward.conj().T
        difference = abs(forward - adjoint)
        if (beyond := difference - HERMITICITY * (size + other.T)).max() > 0:
            row, column = np.unravel_index(beyond.argmax(), beyond.shape)
            raise InvalidArgumentError(
                f"Argument `H` of from_qutip must be Hermitian at all times, but its part at the "
                f"frequency {frequency:g} differs from its adjoint by "
                f"{difference[row, column]:.3g}. Add the Hermitian conjugate, as in "
                "[[a, 'exp(1j*w*t)'], [a.dag(), 'exp(-1j*w*t)']]."
            )
        operator = Operator((forward + adjoint) / 2)
        if operator.nnz and frequency:
            perturbations.append((frequency, operator))
        elif operator.nnz:
            static.append((1.0, operator))
    return static, perturbations


def _turning(harmonics: dict[float, Harmonic], frequency: float) -> Harmonic:
    """All that turns at one frequency."""
    nothing = 0 * next(iter(harmonics.values()))[0]
    near = [
        pair for f, pair in harmonics.items() if abs(f - frequency) <= ROUNDING * abs(frequency)
    ]
    return sum((o for o, _ in near), nothing), sum((size for _, size in near), abs(nothing))
