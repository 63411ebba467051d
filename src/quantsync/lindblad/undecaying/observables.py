"""Observables given by name or as functions of a site's operators, made operators of a space."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import scipy.sparse as sp

from quantsync.errors import InvalidArgumentError, UnknownNameError
from quantsync.lindblad._terms import hermitian_operator
from quantsync.operators import Space


def signals_of(
    space: Space, observables: Mapping[str, Any]
) -> tuple[list[tuple[str, str]], list[sp.csr_array]]:
    """Labels (name, site) and operators of all signals.

    Parameters
    ----------
    space : Space
    observables : mapping of str to observable
        As for `dynamical_synchronization`.

    Raises
    ------
    InvalidArgumentError
        If it is empty or not a mapping.
    UnknownNameError
        If a site does not exist, or no site has an operator.
    NonHermitianError, DimensionError, NonFiniteError
        If an observable is not Hermitian, does not fit the space, or is not finite.

    Examples
    --------
    >>> from quantsync.operators import Space, Spin
    >>> signals_of(Space(A=Spin(1), B=Spin(1)), {"sx": "x"})[0]
    [('sx', 'A'), ('sx', 'B')]
    """
    if not isinstance(observables, Mapping) or not observables:
        raise InvalidArgumentError(
            "Argument `observables` must map names to observables, as in {'Sx': 'x'}, but is "
            f"{observables!r}."
        )
    labels, operators = [], []
    for name, observable in observables.items():
        for site, operator in _on_sites(space, str(name), observable):
            label = f"observables[{name!r}]" + (f" on site {site!r}" if site else "")
            labels.append((str(name), site))
            operators.append(hermitian_operator(operator, space.dimension, f"Operator {label}"))
    return labels, operators


def _on_sites(space: Space, name: str, observable: Any) -> list[tuple[str, Any]]:
    if isinstance(observable, Mapping):
        pairs = []
        for site, one in observable.items():
            local = space[site]  # raises for a site that is not there
            pairs.append((site, _local(local, one) if _is_local(one) else one))
        return pairs
    if not _is_local(observable):
        return [("", observable)]
    found, missing = [], []
    for site in space:
        try:
            found.append((site, _local(space[site], observable)))
        except AttributeError as error:
            missing.append(error)
    if not found:
        raise UnknownNameError(f"No site has what observables[{name!r}] needs: {missing[0]}")
    return found


def _is_local(observable: Any) -> bool:
    return isinstance(observable, str) or callable(observable)


def _local(site: Any, observable: str | Callable[[Any], Any]) -> Any:
    return getattr(site, observable) if isinstance(observable, str) else observable(site)
