"""Observables given by name or as functions of a site's operators, made operators of a space."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import scipy.sparse as sp

from quantsync.checks import shown
from quantsync.errors import InvalidArgumentError, UnknownNameError
from quantsync.lindblad._terms import hermitian_operator
from quantsync.operators import Space


def signals_of(
    space: Space, observables: Mapping[str, Any]
) -> tuple[list[tuple[str, str]], list[sp.csr_array]]:
    """Labels (name, site) and Hermitian operators of all signals."""
    if not isinstance(observables, Mapping) or not observables:
        raise InvalidArgumentError(
            "Argument `observables` must map names to observables, as in {'Sx': 'x'}, but is "
            f"{shown(observables)}."
        )
    labels, operators = [], []
    for name, observable in observables.items():
        for site, operator in _on_sites(space, str(name), observable):
            label = f"observables[{name!r}]" + (f" on site {site!r}" if site else "")
            labels.append((str(name), site))
            operators.append(hermitian_operator(operator, space, f"Operator {label}"))
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
