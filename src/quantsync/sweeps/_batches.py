"""Batches of systems: cut into chunks, solved, measured, and taken apart where a point fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quantsync.errors import InvalidSystemError, MeasureShapeError, QuantsyncError
from quantsync.parallel import chunk_slices
from quantsync.sweeps._certificates import Worst, certificates_of, worst_of
from quantsync.system import System, View

GROUPS_PER_CHUNK = 8  # of systems that share work; few, so that threads have something to share


@dataclass(frozen=True)
class ChunkResult:
    """What one chunk of systems gave."""

    values: dict[str, np.ndarray]  # of each measure, shape (points, ...); NaN at failed points
    failures: dict[int, str]  # messages of the failed points, by their index in the chunk
    certificates: Worst = field(default_factory=dict)


def chunks_of(system: System) -> list[np.ndarray]:
    """Members, by flat index, in pieces that are solved at a time.

    Whole groups together, as long as they are few and small; a large group in pieces.
    """
    chunks: list[list[np.ndarray]] = []
    most = system.members_per_chunk
    room = groups = 0
    for group in system.groups():
        for piece in chunk_slices(len(group), most):
            members = group[piece]
            if len(members) > room or groups == GROUPS_PER_CHUNK:
                chunks.append([])
                room, groups = most, 0
            chunks[-1].append(members)
            room, groups = room - len(members), groups + 1
    return [np.concatenate(parts) for parts in chunks]


def solve_chunks(
    system: System, measures: Mapping[str, Any]
) -> list[tuple[np.ndarray, ChunkResult]]:
    """Solve a batch chunk by chunk: the members of each, and what it gave."""
    return [(m, solve_chunk(system.take(m), measures)) for m in chunks_of(system)]


def solve_chunk(system: System, measures: Mapping[str, Any]) -> ChunkResult:
    """Solve a one-dimensional batch of systems and take all measures.

    A point that fails costs only itself: the chunk is halved until the point stands alone, or
    divided at once where the error tells which systems have no result.
    """
    try:
        return _solve_whole(system, measures)
    except (MeasureShapeError, InvalidSystemError):
        raise  # the same at every point
    except (QuantsyncError, ArithmeticError, np.linalg.LinAlgError) as error:
        bad = _without_result(error, system.size)
        if bad.all() or system.size == 1:
            message = f"{type(error).__name__}: {error}"
            of_each = getattr(error, "at", lambda _: message) if bad.all() else lambda _: message
            return ChunkResult({}, {k: of_each(k) for k in range(system.size)})
        # Of systems that are made from those of the batch, in another order say, it would not be
        # these that have failed: they are only set apart, and tried again.
        apart = bad if bad.any() else np.arange(system.size) >= (system.size + 1) // 2
        parts = [np.flatnonzero(~apart), np.flatnonzero(apart)]
        return merged(system.size, [(m, solve_chunk(system.take(m), measures)) for m in parts])


def _without_result(error: Exception, size: int) -> np.ndarray:
    """Which systems of a batch have no result, as far as an error tells."""
    valid: Any = getattr(getattr(error, "result", None), "valid", None)
    if isinstance(valid, np.ndarray) and valid.shape == (size,):
        return ~valid
    return np.zeros(size, bool)


def _solve_whole(system: System, measures: Mapping[str, Any]) -> ChunkResult:
    view = View(system, workers=1)
    values, failures = {}, {}
    for name, measure in measures.items():
        array = require_batch_shape(name, view.value(measure), system.size)
        if not getattr(measure, "may_be_undefined", False):
            finite = np.isfinite(array).reshape(system.size, -1).all(axis=1)
            for k in np.flatnonzero(~finite):
                failures[int(k)] = f"measure {name!r} is not finite"
        values[name] = array
    return ChunkResult(values, failures, certificates_of(view))


def require_batch_shape(name: str, values: Any, size: int) -> np.ndarray:
    """Return values as an array if there is one (or a row) a system; else MeasureShapeError."""
    array = np.asarray(values)
    if array.shape[:1] != (size,):
        raise MeasureShapeError(
            f"Measure {name!r} must return an array with the batch shape {(size,)} in front, "
            f"but returned shape {array.shape}."
        )
    return array


def merged(size: int, parts: list[tuple[np.ndarray, ChunkResult]]) -> ChunkResult:
    """What a batch gave, from what some members of it gave each."""
    values: dict[str, np.ndarray] = {}
    failures: dict[int, str] = {}
    for members, part in parts:
        failures |= {int(members[k]): message for k, message in part.failures.items()}
        for name, array in part.values.items():
            if name not in values:
                values[name] = filled_with_nan((size, *array.shape[1:]), array.dtype)
            elif np.iscomplexobj(array) and not np.iscomplexobj(values[name]):
                values[name] = values[name].astype(complex)
            values[name][members] = array
    return ChunkResult(values, failures, worst_of(part.certificates for _, part in parts))


def filled_with_nan(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Array of NaN; integers and booleans become floats, which can hold it."""
    kind = np.dtype(dtype)
    return np.full(shape, np.nan, dtype=kind if kind.kind in "fc" else float)
