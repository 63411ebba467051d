"""Systems that are prepared, run and looked at: the models that have no steady state to ask for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from quantsync.catalogue.state_measures import NamedMeasure
from quantsync.checks import broadcast_shape, require_broadcast_to
from quantsync.errors import BroadcastError


class ModelRun:
    """A batch of systems with their starts and the times at which they are looked at.

    Models whose oscillators are not asked for their steady state return a subclass. It holds the
    model's parameters, broadcast against each other; sweeps and `compute` take members out of it
    and hand them to the functions of `measures`.

    Parameters
    ----------
    parameters : dict of str to array_like
        All parameters of the model by name; their broadcast shape is that of the batch.

    Attributes
    ----------
    parameters : dict of str to ndarray
    shape : tuple of int
        Batch shape, ``()`` for a single system.
    measures : dict of str to NamedMeasure
        Functions of a one-dimensional run of this class.
    method : str
        How the results are computed, for the provenance of data sets.

    Raises
    ------
    BroadcastError
        If the parameters do not broadcast against each other.

    Examples
    --------
    >>> run = ModelRun({"time": [[0.0], [1.0]], "coupling": [0.1, 0.2, 0.3]})
    >>> run.shape, run.take([0, 5]).parameters
    ((2, 3), {'time': array([0., 1.]), 'coupling': array([0.1, 0.3])})
    """

    measures: ClassVar[Mapping[str, NamedMeasure]] = {}
    method: ClassVar[str] = ""
    members_per_chunk: ClassVar[int] = 4096

    def __init__(self, parameters: Mapping[str, Any]):
        arrays = {name: np.asarray(value) for name, value in parameters.items()}
        self.shape = broadcast_shape({n: a.shape for n, a in arrays.items()}, what="Parameters")
        self.parameters = arrays

    @property
    def size(self) -> int:
        """Number of systems."""
        return math.prod(self.shape)

    @property
    def residual(self) -> float:
        """Largest certificate of what has been computed; 0 where the method is exact."""
        return 0.0

    def groups(self) -> list[np.ndarray]:
        """The members, by flat index, in groups that share the expensive part of the work."""
        return [np.arange(self.size)]

    def broadcast_to(self, shape: tuple[int, ...]) -> Self:
        """The same systems repeated to a larger batch shape.

        Raises
        ------
        BroadcastError
            If the batch does not broadcast to that shape.
        """
        require_broadcast_to(self.shape, shape, "Systems")
        return self._with({n: np.broadcast_to(a, shape) for n, a in self.parameters.items()})

    def take(self, members: Any) -> Self:
        """Some systems of the batch, by flat index, as a batch of shape (len(members),)."""
        index = np.unravel_index(np.asarray(members), self.shape) if self.shape else ()
        count = len(members)
        return self._with(
            {
                name: np.broadcast_to(np.broadcast_to(array, self.shape)[index], (count,))
                for name, array in self.parameters.items()
            }
        )

    def single(self, name: str) -> Any:
        """The value of a parameter that all members must share.

        Raises
        ------
        BroadcastError
            If the members differ in it.
        """
        values = np.unique(self.parameters[name])
        if values.size != 1:
            raise BroadcastError(
                f"The {self.size} systems of the batch have different values of {name!r}: take "
                "one of them with .take([k])."
            )
        return values[0].item()

    def _with(self, parameters: Mapping[str, Any]) -> Self:
        new = type(self).__new__(type(self))
        ModelRun.__init__(new, parameters)
        return new

    def __repr__(self) -> str:
        what = f"{self.size} systems of shape {self.shape}" if self.shape else "1 system"
        return f"<{type(self).__name__}: {what}>"


def distinct_rows(columns: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The different rows of a table, and which of them each row is.

    Parameters
    ----------
    columns : list of ndarray of shape (B,)

    Returns
    -------
    rows : ndarray of shape (R, len(columns))
    index : ndarray of shape (B,)

    Examples
    --------
    >>> distinct_rows([np.array([2.0, 1.0, 2.0]), np.array([0.0, 0.0, 0.0])])
    (array([[1., 0.],
           [2., 0.]]), array([1, 0, 1]))
    """
    table = np.stack([np.asarray(c, dtype=float) for c in columns], axis=-1)
    index = np.zeros(len(table), dtype=np.int64)
    for column in table.T:
        if len(column) and (column != column[0]).any():
            # One column after the other: sorting whole rows would take ten times as long.
            values, own = np.unique(column, return_inverse=True)
            _, index = np.unique(index * len(values) + own.reshape(-1), return_inverse=True)
            index = index.reshape(-1)
    first = np.full(index.max(initial=-1) + 1, len(table))
    np.minimum.at(first, index, np.arange(len(table)))
    return table[first], index
