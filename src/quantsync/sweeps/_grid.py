"""The points of a sweep: axes and their product."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.checks import require_finite, shown
from quantsync.errors import InvalidArgumentError


@dataclass(frozen=True, eq=False)
class Grid:
    """The product of named axes, its points counted row by row."""

    axes: dict[str, np.ndarray]  # one-dimensional, in order

    @classmethod
    def from_axes(cls, axes: Mapping[str, Any]) -> Grid:
        """Check the axes of a sweep."""
        if not isinstance(axes, Mapping) or not axes:
            raise InvalidArgumentError(
                "Argument `axes` must map parameter names to one-dimensional arrays, as in "
                "{'epsilon': np.linspace(0, 0.1, 101)}."
            )
        checked = {}
        for name, values in axes.items():
            if isinstance(values, np.ma.MaskedArray):
                raise InvalidArgumentError(
                    f"Axis `{name}` must hold a value at every point, but is a masked array: give "
                    "the values that are left, as .compressed()."
                )
            array = np.array(values)
            if array.dtype.kind == "O" and all(isinstance(value, str) for value in array.flat):
                array = array.astype(str)
            if array.ndim != 1 or array.size == 0:
                raise InvalidArgumentError(
                    f"Axis `{name}` must be a one-dimensional array with at least one value, "
                    f"but has shape {array.shape}. Fixed values go into `fixed`."
                )
            if array.dtype.kind not in "biufU":
                raise InvalidArgumentError(
                    f"Axis `{name}` must hold real numbers, or names, but has dtype {array.dtype}."
                )
            if array.dtype.kind != "U":
                require_finite(f"Axis `{name}`", array.astype(float))
            elif _mixed(values):
                raise InvalidArgumentError(
                    f"Axis `{name}` must hold numbers or names, but holds both: {shown(values)}."
                )
            # Models compute with them: small whole numbers would wrap, halves lose digits.
            wide = {"i": np.int64, "f": np.float64}.get(array.dtype.kind, array.dtype)
            if array.dtype.kind == "u" and array.dtype.itemsize < 8:
                wide = np.int64
            checked[str(name)] = array.astype(wide)
            checked[str(name)].flags.writeable = False
        return cls(checked)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes."""
        return tuple(self.axes)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values on each axis."""
        return tuple(len(values) for values in self.axes.values())

    @property
    def size(self) -> int:
        """Number of points."""
        return math.prod(self.shape)

    def open_arrays(self) -> dict[str, np.ndarray]:
        """Each axis reshaped so that together they broadcast to the shape of the grid."""
        return {
            name: values.reshape([-1 if other == name else 1 for other in self.axes])
            for name, values in self.axes.items()
        }

    def few_values(self) -> Grid:
        """The grid of the first, the middle and the last value on each axis."""
        few = {n: v[np.unique([0, len(v) // 2, len(v) - 1])] for n, v in self.axes.items()}
        return Grid(few)

    def columns(self, points: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Coordinates of points (all of them by default), by flat index, a column per axis."""
        chosen = np.arange(self.size) if points is None else np.asarray(points)
        index = np.unravel_index(chosen, self.shape)
        return {n: axis[k] for (n, axis), k in zip(self.axes.items(), index, strict=True)}

    def positions(self, points: np.ndarray) -> np.ndarray:
        """Where points lie, by flat index, as numbers of shape (n, axes); names by their place."""
        index = np.unravel_index(points, self.shape)
        columns = [
            k.astype(float) if axis.dtype.kind == "U" else axis[k].astype(float)
            for axis, k in zip(self.axes.values(), index, strict=True)
        ]
        return np.stack(columns, axis=1)

    def columns_at(self, positions: np.ndarray) -> dict[str, np.ndarray]:
        """Coordinates of points on or off the grid, from positions of shape (n, axes)."""
        return {
            name: axis[column.astype(int)] if axis.dtype.kind == "U" else _as(column, axis.dtype)
            for (name, axis), column in zip(self.axes.items(), positions.T, strict=True)
        }

    def coordinates(self, point: int) -> dict[str, Any]:
        """Coordinates of one point, by its flat index, as plain values."""
        index = np.unravel_index(point, self.shape)
        return {
            name: plain(values[i])
            for (name, values), i in zip(self.axes.items(), index, strict=True)
        }


def plain(value: Any) -> Any:
    """A value without axes as Python has it; an array as it is."""
    array = np.asarray(value)
    return array if array.ndim else array.item()


def _as(column: np.ndarray, kind: np.dtype) -> np.ndarray:
    return column if kind.kind == "f" else column.astype(kind)


def _mixed(values: Any) -> bool:
    """Whether a list has both texts and others, which NumPy would turn into texts."""
    if isinstance(values, np.ndarray):
        return False
    return not all(isinstance(value, str | np.str_) for value in values)
