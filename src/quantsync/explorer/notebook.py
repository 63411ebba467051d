"""`explore`: the page in a notebook, or in the browser where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quantsync.checks import named_arguments
from quantsync.sweeps.executors.progress import in_notebook


@named_arguments
def explore(model: Any, parameters: Mapping[str, Any] | None = None, measures: Any = ()) -> Any:
    """Explore a model, or a stored map, by looking: sliders, a map, and what is behind a point.

    Needs the extra ``quantsync[explore]``.

    Parameters
    ----------
    model : str, callable or path
        A model by name, a function of parameters, or the folder of a stored map.
    parameters : mapping of str to value, optional
        Values of parameters to begin with; the others have the model's defaults.
    measures : list of str, optional
        One measure by name or two to begin with.

    Returns
    -------
    Page or None
        In a notebook what its cell shows; nothing elsewhere, once the page that was opened in the
        browser has been left by Ctrl-C.

    Raises
    ------
    UnknownNameError
        If the model, a parameter or a measure does not exist.
    InvalidArgumentError
        If a value makes no sense.
    MissingDependencyError
        If the extra is not installed.

    Examples
    --------
    >>> import quantsync as qs
    >>> page = qs.explore("spin_pair", {"gain_a": 20.0})  # doctest: +SKIP
    """
    from quantsync.explorer.server import require_panel, serve

    require_panel()
    from quantsync.explorer.opening import page_maker

    if not in_notebook():
        make = page_maker(model, parameters, measures)
        serve(make, warm=make.warm)
        return None
    import panel as pn

    pn.extension(inline=True)  # nothing is loaded from other hosts
    return page_maker(model, parameters, measures, served=False)({})
