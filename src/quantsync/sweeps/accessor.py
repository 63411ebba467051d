"""`dataset.quantsync`: pictures, failures and certificates of a map.

Datasets of `sweep`, `ensemble` and `open_sweep` have it; importing this module gives it to those
that are read from a file.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import xarray as xr

from quantsync import html
from quantsync.checks import instance_of, named_arguments
from quantsync.errors import InvalidArgumentError
from quantsync.plotting import axes_or_new, require_axes
from quantsync.sweeps._certificates import CERTIFICATES, UNKNOWN
from quantsync.sweeps.drawing import NO_MEASURES, MapPictures, map_axes, measures_of, unit
from quantsync.sweeps.parts import on_grid
from quantsync.sweeps.refine.refinement import PREFIX
from quantsync.sweeps.store.files import STATUS

MOST_PANELS = 12  # of one figure
MOST_PICTURES = 3  # of measures in a table
COLUMNS, WIDTH, HEIGHT = 3, 3.9, 3.1  # of a figure of several panels; inches
PARAMETER = "parameter_"


@xr.register_dataset_accessor("quantsync")
class MapAccessor:
    """What a map knows beside its numbers.

    Examples
    --------
    >>> import numpy as np, quantsync as qs
    >>> axes = {"epsilon": [0.05, 0.1], "detuning": [-1.0, 0.0, 1.0]}
    >>> tongue = qs.sweep("spin_pair", axes, ["synchronization"])
    >>> tongue.quantsync.plot("synchronization").get_xlabel()
    'detuning (damping_a)'
    >>> tongue.quantsync.failures
    []
    """

    def __init__(self, dataset: xr.Dataset):
        self._dataset = dataset

    @property
    def measures(self) -> list[str]:
        """The names of the measures."""
        return measures_of(on_grid(self._dataset))

    @property
    def axes(self) -> list[str]:
        """The names of the axes, in order."""
        return map_axes(on_grid(self._dataset))

    @property
    def failures(self) -> list[str]:
        """Where points failed, and why; empty where none did."""
        return [str(text) for text in np.ravel(self._dataset.attrs.get("failures", []))]

    @named_arguments
    def plot(
        self, measure: Any = None, axes: Any = None, *, at: Mapping[str, Any] | None = None
    ) -> Any:
        """Draw measures over one axis of the map or over two.

        Parameters
        ----------
        measure : str or list of str, optional
            Which; all of them by default.
        axes : matplotlib.axes.Axes or a list of them, optional
            Where to draw, one for each panel; in a new figure by default. Cuts that are drawn one
            after the other on the same axes have a legend in place of a title.
        at : mapping of str to number or str, optional
            Where to cut further axes, such as ``{"gain": 0.1}``.

        Returns
        -------
        matplotlib.axes.Axes or ndarray of them
            Several where there are several panels: one for each measure, and for each component
            of a measure of several numbers. The colours of angles close at pi; where a measure is
            not defined, a map is white (of angles: grey).

        Raises
        ------
        InvalidArgumentError
            If another number of axes than one or two is left, there are more than 12 panels, or
            ``axes`` does not fit them.
        UnknownNameError
            If there is no such measure or axis.
        """
        names = [measure] if isinstance(measure, str) else [] if measure is None else measure
        cut = instance_of({} if at is None else at, "at", Mapping, "a mapping of axes to values")
        pictures = MapPictures.of(self._dataset, names, cut)
        panels = pictures.panels
        if len(panels) > MOST_PANELS:
            raise InvalidArgumentError(
                f"A figure has {MOST_PANELS} panels at most, but there are {len(panels)}; name the "
                f"measures, of {', '.join(self.measures)}."
            )
        given = _panels_for(len(panels), axes)
        for place, panel in zip(given, panels, strict=True):
            further = len(pictures.axes) == 1 and bool(place.lines)
            pictures.draw(place, panel)
            if pictures.cut:
                place.set_title("" if further else pictures.cut, fontsize="medium")
            if pictures.cut and further:
                place.legend()
        return given[0] if len(given) == 1 else np.array(given, dtype=object)

    def _repr_html_(self) -> str:
        dataset = on_grid(self._dataset)
        attrs, names = dataset.attrs, measures_of(dataset)
        rows: dict[str, Any] = {"model": attrs.get("model"), "system": attrs.get("system")}
        for name in map_axes(dataset):
            rows[f"axis {name}"] = _axis_text(dataset[name])
        for name in names:
            rows[name] = _range_text(dataset[name])
        size = math.prod(dataset.sizes[name] for name in map_axes(dataset))
        if STATUS in dataset and (missing := int((dataset[STATUS] == 0).sum())):
            rows["missing"] = f"{missing} of {size} points"
        if self.failures:
            rows["failed"] = f"{len(self.failures)} of {html.count(size, 'point')}"
            rows |= html.numbered("failed at", self.failures, len(self.failures))
        if PREFIX in self._dataset.dims:
            rows["refined"] = html.count(self._dataset.sizes[PREFIX], "point") + " off the grid"
        for attribute, _ in CERTIFICATES.values():
            if attribute in attrs:
                rows[attribute.replace("_", " ")] = html.exponent(float(attrs[attribute]))
        rows["unknown certificates"] = attrs.get(UNKNOWN)
        rows["parameters"] = ", ".join(
            f"{name.removeprefix(PARAMETER)} = {value}"
            for name, value in attrs.items()
            if name.startswith(PARAMETER)
        )
        version = attrs.get("quantsync_version", "")
        rows["computed by"] = f"quantsync {version}, {attrs.get('method', '')}".rstrip(", ")
        drawn = [n for n in names if n not in NO_MEASURES and _can_be_drawn(dataset[n])]
        pictures = [html.batch_picture(dataset[n].values, n) for n in drawn[:MOST_PICTURES]]
        return html.table("Map of quantsync", rows, *filter(None, pictures))


def _panels_for(count: int, axes: Any) -> list[Any]:
    """As many axes as there are panels: those given, or new ones."""
    if axes is not None:
        several = axes.ravel() if isinstance(axes, np.ndarray) else axes
        given = list(several) if isinstance(several, Collection) else [axes]
        if len(given) != count:
            raise InvalidArgumentError(
                f"Argument `axes` must have one Axes for each of {count} panels, but has "
                f"{len(given)}."
            )
        return [require_axes(one) for one in given]
    if count == 1:
        return [axes_or_new(None)]
    import matplotlib.pyplot as plt

    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    size = (WIDTH * columns, HEIGHT * rows)
    figure, grid = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    for spare in grid.ravel()[count:]:
        figure.delaxes(spare)
    return list(grid.ravel()[:count])


def _axis_text(axis: xr.DataArray) -> str:
    values = axis.values
    if values.dtype.kind not in "iuf":
        shown = ", ".join(map(str, values[: html.MOST_ROWS]))
        return shown + ", ..." * (len(values) > html.MOST_ROWS)
    return f"{html.count(len(values), 'value')}, {html.extent(values)}{unit(axis)}"


def _range_text(measure: xr.DataArray) -> str:
    if measure.dtype.kind not in "biuf":
        return f"{measure.dtype}"
    return f"{html.extent(measure.values)}{unit(measure)}"


def _can_be_drawn(measure: xr.DataArray) -> bool:
    """Angles are not: their colours would have to close."""
    return measure.dtype.kind in "iuf" and measure.attrs.get("units") != "rad"
