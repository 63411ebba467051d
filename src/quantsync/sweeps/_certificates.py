"""The certificates of all solutions behind a map: the worst of each, or why it is not known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from quantsync.errors import TruncationWarning, warn_caller
from quantsync.operators import Fock
from quantsync.system import CERTIFICATES as NECESSARY
from quantsync.system import TRUNCATION_TOLERANCE, View

# The worst of each certificate: a number, or the reason why it is not known. A certificate that no
# solution has is not there.
Worst = Mapping[str, float | str]

# Where a solution has them, what data sets call the worst one, and which one that is.
CERTIFICATES = {
    "residual": ("largest_residual", max),
    "error": ("largest_error", max),
    "reciprocal_condition": ("smallest_reciprocal_condition", min),
    "truncation": ("largest_truncation", max),
}
NOT_KEPT = "only expectation values were kept"
UNKNOWN = "unknown_certificates"  # attribute of data sets
EARLIER = "an earlier version of quantsync has not recorded it"


def certificates_of(view: View) -> Worst:
    """The certificates of what has been solved for a chunk."""
    return worst_of(_certificates(solution) for solution in view.solved)


def _certificates(solution: Any) -> Worst:
    found: dict[str, float | str] = {}
    for name, (_, worst) in CERTIFICATES.items():
        if not hasattr(solution, name):
            continue
        values = getattr(solution, name)
        if values is None and name not in NECESSARY and not hasattr(solution, "residual"):
            sites = solution.space.sites.values()
            if any(isinstance(site, Fock) and not site.finite for site in sites):
                found[name] = NOT_KEPT
            continue
        array = np.asarray(getattr(values, "estimate", values))
        held = getattr(values, "population", None)
        if held and not hasattr(solution, "residual"):
            # Of an evolution: a bound that only grows, and matters where the top levels are filled.
            array = np.minimum(array, np.max(list(held.values()), axis=0))
        valid = np.asarray(getattr(solution, "valid", True))
        if array.dtype.kind not in "biuf":
            found[name] = "a solver gives none"
            continue
        if valid.shape == array.shape:  # elsewhere there is no solution to certify
            array = array[valid]
        if not array.size:
            continue
        if np.isnan(array).any():
            found[name] = "a solver gives one that is not a number"
        else:
            found[name] = float(worst(array.min(), array.max()))
    return found


def worst_of(parts: Iterable[Worst]) -> Worst:
    """The worst of some parts of a map; one that is not known somewhere is not known."""
    found: dict[str, float | str] = {}
    for part in parts:
        for name, value in part.items():
            known = found.get(name, value)
            if isinstance(known, str) or isinstance(value, str):
                found[name] = known if isinstance(known, str) else value
            else:
                found[name] = CERTIFICATES[name][1](known, value)
    return found


def attributes_of(worst: Worst) -> dict[str, float | str]:
    """The certificates as attributes of a data set; what is not known has its reason in another."""
    attributes: dict[str, float | str] = {}
    reasons = []
    if not worst.keys() & set(NECESSARY):
        worst = {**worst, "residual": "nothing was solved"}
    for name, (attribute, _) in CERTIFICATES.items():
        value = worst.get(name, math.nan)
        if isinstance(value, str):
            reasons.append(f"{attribute}: {value}")
        elif not math.isnan(value):
            attributes[attribute] = value
    return attributes | ({UNKNOWN: "; ".join(reasons)} if reasons else {})


def warn_of_truncation(worst: Worst) -> None:
    """Warn, once for a map, where the cut-off of a mode changes a state by more than it may."""
    value = worst.get("truncation", 0.0)
    if value == NOT_KEPT or (not isinstance(value, str) and value <= TRUNCATION_TOLERANCE):
        return
    how = f"for what is not known: {value}" if isinstance(value, str) else f"by about {value:.1e}"
    warn_caller(
        f"The cut-off of a mode changes states {how} in trace distance at worst, more than "
        f"{TRUNCATION_TOLERANCE:g}. Give it more levels (converged() finds how many), or say "
        "Fock(n, finite=True) if the ladder ends physically; steady_state() of the system names "
        "the mode. A mode with more gain than loss has no steady state at all.",
        TruncationWarning,
    )


def with_certificates(attributes: Mapping[str, Any], worst: Worst) -> dict[str, Any]:
    """Attributes of a data set with these certificates in place of others."""
    return without_certificates(attributes) | attributes_of(worst)


def without_certificates(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of a data set but for its certificates."""
    own = {UNKNOWN, *(attribute for attribute, _ in CERTIFICATES.values())}
    return {k: v for k, v in attributes.items() if k not in own}


def record_of(worst: Worst) -> dict[str, Any]:
    """The certificates as a record of a store has them: JSON, which has no infinity."""
    return {n: v if isinstance(v, str) or math.isfinite(v) else str(v) for n, v in worst.items()}


def recorded(record: Mapping[str, Any]) -> Worst:
    """The certificates from a record of a store."""
    if "certificates" not in record:  # of version 0.1
        unknown = dict.fromkeys(("reciprocal_condition", "truncation"), EARLIER)
        return unknown | {"residual": float(record["residual"])}
    return {str(n): _number(v) for n, v in record["certificates"].items() if n in CERTIFICATES}


def _number(value: Any) -> float | str:
    try:
        return float(value)
    except ValueError:
        return str(value)
