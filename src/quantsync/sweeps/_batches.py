"""Batches of systems: cut into chunks, solved, measured, and taken apart where a point fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from quantsync.parallel import chunk_slices
from quantsync.sweeps._certificates import Worst, certificates_of, worst_of
from quantsync.sweeps._failing import ends_a_map, texts_of, without_result
from quantsync.sweeps._measuring import joined_causes, parts_of, placed, taken
from quantsync.sweeps._systems import Failed, SystemsApart
from quantsync.sweeps.plan import Batch, SweepPlan
from quantsync.system import System, View

MOST_ALONE, FEWEST_CHUNKS = 256, 16  # systems that a model gives one by one
GROUPS_PER_CHUNK = 8  # of systems that share work; few, so that threads have something to share


@dataclass(frozen=True)
class ChunkResult:
    """What one chunk of systems gave."""

    values: dict[str, np.ndarray]  # of each measure, shape (points, ...); NaN at failed points
    failures: dict[int, str]  # messages of the failed points, by their index in the chunk
    certificates: Worst = field(default_factory=dict)


def chunks_of(system: System | SystemsApart) -> list[np.ndarray]:
    """Members, by flat index, in pieces that are solved at a time.

    Whole groups together, as long as they are few and small; a large group in pieces.
    """
    if isinstance(system, SystemsApart):
        return _chunks_apart(system)
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


def _chunks_apart(system: SystemsApart) -> list[np.ndarray]:
    """Single systems together, as many as are solved at a time; batches each by themselves."""
    parts, chunks = system.parts(), []
    for members in parts:
        if len(members) == 1:
            continue
        for _, batch in system.take(members).made():
            pieces = [members] if isinstance(batch, Failed) else chunks_of(batch)
            chunks += pieces if isinstance(batch, Failed) else [members[piece] for piece in pieces]
    alone = [members for members in parts if len(members) == 1]
    if alone:
        most = min(system.example.members_per_chunk, MOST_ALONE, -(-len(alone) // FEWEST_CHUNKS))
        every = np.sort(np.concatenate(alone))
        chunks += [every[piece] for piece in chunk_slices(len(every), max(1, most))]
    return chunks


def solve_chunks(batch: Batch, plan: SweepPlan) -> list[tuple[np.ndarray, ChunkResult]]:
    """Solve a batch chunk by chunk: the members of each, and what it gave."""
    return [(m, solve_chunk(batch.take(m), plan)) for m in chunks_of(batch.system)]


def solve_chunk(batch: Batch, plan: SweepPlan) -> ChunkResult:
    """Solve a one-dimensional batch of systems and take all measures.

    A point that fails costs only itself: the chunk is halved until the point stands alone, or
    divided at once where the error tells which systems have no result. So does a measure.
    """
    if isinstance(batch.system, SystemsApart):
        if plan.elsewhere is not None:
            return plan.elsewhere((batch.columns, tuple(plan.measures)))
        return merged(
            batch.size,
            [
                (
                    members,
                    _without(made, len(members))
                    if isinstance(made, Failed)
                    else solve_chunk(made, plan),
                )
                for members, made in batch.made()
            ],
        )
    view = View(batch.system, 1, batch.parameters)
    try:
        found = {name: taken(plan, view, name) for name in plan.measures}
    except Exception as error:
        if ends_a_map(error):
            raise
        bad = without_result(error, batch.size)
        if bad.all() or batch.size == 1:
            return ChunkResult({}, texts_of(error, batch.size))
        parts = [(m, solve_chunk(batch.take(m), plan)) for m in parts_of(bad)]
        return merged(batch.size, parts)
    values = {name: one.values for name, one in found.items() if one.values is not None}
    causes = {name: one.causes for name, one in found.items() if one.causes}
    failures = joined_causes(causes, len(found)) if causes else {}
    return ChunkResult(values, failures, certificates_of(view))


@dataclass(frozen=True)
class WorkElsewhere:
    """What a process does for a sweep: systems are made and solved at some coordinates."""

    plan: SweepPlan

    def __call__(self, item: tuple[Mapping[str, np.ndarray], tuple[str, ...]]) -> ChunkResult:
        """Measures, by name, at coordinates."""
        columns, names = item
        systems = self.plan.systems
        measures = {name: self.plan.measures[name] for name in names}
        batch = Batch(systems, systems.at_columns(columns), columns)
        return solve_chunk(batch, replace(self.plan, measures=measures))


def _without(failed: Failed, size: int) -> ChunkResult:
    """Points of which the model gives no system."""
    return ChunkResult({}, texts_of(failed.error, size))


def merged(size: int, parts: list[tuple[np.ndarray, ChunkResult]]) -> ChunkResult:
    """What a batch gave, from what some members of it gave each."""
    values: dict[str, np.ndarray] = {}
    failures: dict[int, str] = {}
    for members, part in parts:
        failures |= {int(members[k]): message for k, message in part.failures.items()}
        for name, array in part.values.items():
            values[name] = placed(values.get(name), name, size, members, array)
    return ChunkResult(values, failures, worst_of(part.certificates for _, part in parts))
