"""The points of a sweep: axes and their product."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantsync.checks import require_finite
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
            array = np.asarray(values)
            if array.ndim != 1 or array.size == 0:
                raise InvalidArgumentError(
                    f"Axis `{name}` must be a one-dimensional array with at least one value, "
                    f"but has shape {array.shape}. Fixed values go into `fixed`."
                )
            if array.dtype.kind not in "biuf":
                way = (
                    f" Sweep each one by itself, with fixed={{{name!r}: {str(array[0])!r}}}, and "
                    "join the datasets with xarray.concat."
                    if array.dtype.kind in "US"
                    else ""
                )
                raise InvalidArgumentError(
                    f"Axis `{name}` must hold real numbers, but has dtype {array.dtype}.{way}"
                )
            require_finite(f"Axis `{name}`", array.astype(float))
            checked[str(name)] = array
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

    def coordinates(self, point: int) -> dict[str, float]:
        """Coordinates of one point, by its flat index."""
        index = np.unravel_index(point, self.shape)
        return {
            name: values[i].item()
            for (name, values), i in zip(self.axes.items(), index, strict=True)
        }
