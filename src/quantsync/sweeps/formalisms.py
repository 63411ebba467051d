"""What each kind of system is asked for: its measures, how it is cut into chunks, its method."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

import numpy as np

from quantsync.catalogue.parameters import MODEL_MEASURES, MODELS, ModelMeasures, model_name
from quantsync.catalogue.state_measures import STATE_MEASURES, NamedMeasure
from quantsync.errors import InvalidArgumentError, unknown_name
from quantsync.lindblad.lindbladian import Lindbladian
from quantsync.models.runs import ModelRun
from quantsync.parallel import chunk_slices

System = Lindbladian | ModelRun

# States of one chunk, in bytes: large enough that Python's share is small, small enough that
# the working arrays of a measure (some ten times as much) stay near the cache.
CHUNK_BYTES = 1 << 21
GROUPS_PER_CHUNK = 8  # of systems that share work; few, so that threads have something to share


@dataclass(frozen=True)
class Formalism:
    """What sweeps, `compute` and the command line need to know about a kind of system.

    Attributes
    ----------
    measures : mapping of str to NamedMeasure
        Measures that every system of the kind has.
    method : str
        How it is solved, for the provenance of data sets.
    chunks : callable
        From a batch to its members, by flat index, in pieces that are solved at a time.
    describe : callable
        From a batch to a line of text.
    """

    measures: Mapping[str, NamedMeasure]
    method: str
    chunks: Callable[[Any], list[np.ndarray]]
    describe: Callable[[Any], str]


def formalism_of(kind: type[System]) -> Formalism:
    """The formalism of a kind of system.

    Examples
    --------
    >>> formalism_of(Lindbladian).method
    'steady state in the invariant sector that carries the trace'
    """
    if issubclass(kind, ModelRun):
        return Formalism(kind.measures, kind.method, _chunks_of_run, kind.__name__.format)
    return LINDBLAD


def model_measures(model: Callable[..., Any]) -> tuple[dict[str, NamedMeasure], bool]:
    """Measures that a model has, and whether there are others beside those of any state.

    What the model returns is read from its annotation; a `Lindbladian` if there is none.

    Examples
    --------
    >>> from quantsync.models import harmonic_chain
    >>> list(model_measures(harmonic_chain)[0])[:2]
    ['x1', 'x2']
    """
    kind = get_type_hints(model).get("return") if hasattr(model, "__annotations__") else None
    known = kind if isinstance(kind, type) and issubclass(kind, ModelRun) else Lindbladian
    own = dict(study_of(model).measures)
    measures = {**formalism_of(known).measures, **own}
    return measures, bool(own) or known is not Lindbladian


def study_of(model: Callable[..., Any] | None) -> ModelMeasures:
    """The model's study, if it has measures that ask for more than a steady state."""
    if model is None:
        return NO_STUDY
    name = model_name(model)
    # A function of the user's that happens to have the name has other parameters.
    return MODEL_MEASURES.get(name, NO_STUDY) if MODELS.get(name) is model else NO_STUDY


NO_STUDY = ModelMeasures()


def resolve_measures(
    measures: Any, model: Callable[..., Any] | None = None, kind: type[System] = Lindbladian
) -> dict[str, NamedMeasure | Callable[[Any], Any]]:
    """Check a list of measures, names or functions, and return them by name.

    Without a model only the measures of any system of the kind are known.

    Raises
    ------
    UnknownNameError
        If no measure has a given name.
    InvalidArgumentError
        If the list is empty, names a measure twice, or holds something else.
    """
    if isinstance(measures, str) or callable(measures):
        measures = [measures]
    items: Iterable[tuple[str | None, Any]]
    items = measures.items() if isinstance(measures, Mapping) else ((None, m) for m in measures)
    resolved: dict[str, Any] = {}
    for given, measure in items:
        if isinstance(measure, str):
            name, value = given or measure, _find_measure(measure, model, kind)
        elif isinstance(measure, NamedMeasure):
            name, value = given or measure.name, measure
        elif callable(measure):
            name, value = given or getattr(measure, "__name__", "measure"), measure
        else:
            raise InvalidArgumentError(
                f"A measure must be a name or a function of a SteadyState, but is {measure!r}."
            )
        if name in resolved:
            raise InvalidArgumentError(
                f"Measure {name!r} is given twice; name functions by passing a dictionary."
            )
        resolved[name] = value
    if not resolved:
        raise InvalidArgumentError("Argument `measures` is empty; name at least one measure.")
    return resolved


def _find_measure(name: str, model: Callable[..., Any] | None, kind: type[System]) -> NamedMeasure:
    known = {**formalism_of(kind).measures, **study_of(model).measures}
    if name in known:
        return known[name]
    if model is not None:
        for other, function in MODELS.items():
            if name in model_measures(function)[0]:
                whose = "every steady state" if name in STATE_MEASURES else f"model {other}"
                raise InvalidArgumentError(
                    f"Measure {name!r} belongs to {whose}, not to {model_name(model)}, which "
                    f"has {', '.join(known)}."
                )
    raise unknown_name("measure", str(name), known)


def require_system(system: Any, model: str) -> System:
    """Raise unless the model returned a system that can be solved.

    Raises
    ------
    InvalidArgumentError
        If it returned something else.
    """
    if not isinstance(system, Lindbladian | ModelRun):
        raise InvalidArgumentError(
            f"Model {model} must return a Lindbladian (or a ModelRun), but returned "
            f"{type(system).__name__}."
        )
    return system


def _chunks_of_lindbladian(system: Lindbladian) -> list[np.ndarray]:
    points = max(1, CHUNK_BYTES // (16 * system.dimension**2))
    return [np.arange(piece.start, piece.stop) for piece in chunk_slices(system.size, points)]


def _chunks_of_run(run: ModelRun) -> list[np.ndarray]:
    """Whole groups together, as long as they are few and small; a large group in pieces."""
    chunks: list[list[np.ndarray]] = []
    room = groups = 0
    for group in run.groups():
        for piece in chunk_slices(len(group), run.members_per_chunk):
            members = group[piece.start : piece.stop]
            if len(members) > room or groups == GROUPS_PER_CHUNK:
                chunks.append([])
                room, groups = run.members_per_chunk, 0
            chunks[-1].append(members)
            room, groups = room - len(members), groups + 1
    return [np.concatenate(parts) for parts in chunks]


LINDBLAD = Formalism(
    STATE_MEASURES,
    "steady state in the invariant sector that carries the trace",
    _chunks_of_lindbladian,
    lambda system: repr(system.space),
)
