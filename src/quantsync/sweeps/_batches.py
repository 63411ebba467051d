"""Batches of systems: cut into chunks, solved, measured, and taken apart where a point fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np

from quantsync.parallel import chunk_slices
from quantsync.sweeps._certificates import Worst, certificates_of, worst_of
from quantsync.sweeps._measuring import (
    ends_a_map,
    joined_causes,
    parts_of,
    placed,
    taken,
    texts_of,
    without_result,
)
from quantsync.sweeps._systems import JoinedSystems
from quantsync.sweeps.plan import SweepPlan
from quantsync.system import System, View

GROUPS_PER_CHUNK = 8  # of systems that share work; few, so that threads have something to share


@dataclass(frozen=True)
class ChunkResult:
    """What one chunk of systems gave."""

    values: dict[str, np.ndarray]  # of each measure, shape (points, ...); NaN at failed points
    failures: dict[int, str]  # messages of the failed points, by their index in the chunk
    certificates: Worst = field(default_factory=dict)


def chunks_of(system: System | JoinedSystems) -> list[np.ndarray]:
    """Members, by flat index, in pieces that are solved at a time.

    Whole groups together, as long as they are few and small; a large group in pieces.
    """
    if isinstance(system, JoinedSystems):
        return [
            members[chunk]
            for part, members in zip(system.parts, system.members, strict=True)
            for chunk in chunks_of(part)
        ]
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
    system: System | JoinedSystems, plan: SweepPlan
) -> list[tuple[np.ndarray, ChunkResult]]:
    """Solve a batch chunk by chunk: the members of each, and what it gave."""
    return [(m, solve_chunk(cast(System, system.take(m)), plan)) for m in chunks_of(system)]


def solve_chunk(system: System, plan: SweepPlan) -> ChunkResult:
    """Solve a one-dimensional batch of systems and take all measures.

    A point that fails costs only itself: the chunk is halved until the point stands alone, or
    divided at once where the error tells which systems have no result. So does a measure.
    """
    view = View(system, workers=1)
    try:
        found = {name: taken(plan, view, name) for name in plan.measures}
    except Exception as error:
        if ends_a_map(error):
            raise
        bad = without_result(error, system.size)
        if bad.all() or system.size == 1:
            return ChunkResult({}, texts_of(error, system.size))
        parts = [(m, solve_chunk(system.take(m), plan)) for m in parts_of(bad)]
        return merged(system.size, parts)
    values = {name: one.values for name, one in found.items() if one.values is not None}
    causes = {name: one.causes for name, one in found.items() if one.causes}
    failures = joined_causes(causes, len(found)) if causes else {}
    return ChunkResult(values, failures, certificates_of(view))


def merged(size: int, parts: list[tuple[np.ndarray, ChunkResult]]) -> ChunkResult:
    """What a batch gave, from what some members of it gave each."""
    values: dict[str, np.ndarray] = {}
    failures: dict[int, str] = {}
    for members, part in parts:
        failures |= {int(members[k]): message for k, message in part.failures.items()}
        for name, array in part.values.items():
            values[name] = placed(values.get(name), name, size, members, array)
    return ChunkResult(values, failures, worst_of(part.certificates for _, part in parts))
