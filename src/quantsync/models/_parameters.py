"""Checks of a model's parameters, so that messages name the parameter and the value given."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantsync.checks import broadcast_shape, coefficient_array, rate_array
from quantsync.errors import InvalidArgumentError
from quantsync.operators import Spin


def real_parameters(**values: Any) -> list[np.ndarray]:
    """Real numbers or arrays, in the order given."""
    return [coefficient_array(value, f"Parameter `{name}`") for name, value in values.items()]


def rate_parameters(**values: Any) -> list[np.ndarray]:
    """Rates >= 0, numbers or arrays, in the order given."""
    return [rate_array(value, f"Parameter `{name}`") for name, value in values.items()]


def require_joint(**values: np.ndarray) -> None:
    """Raise `BroadcastError` unless parameters that are multiplied here broadcast."""
    hint = "Give axes their own dimensions, as np.meshgrid(..., indexing='ij') does."
    shapes = {f"`{name}`": value.shape for name, value in values.items()}
    broadcast_shape(shapes, hint, "Parameters")


def spin_parameter(spin: Any) -> Spin:
    """The site of a model's parameter `spin`, a single number: spaces do not broadcast."""
    try:
        return Spin(spin)
    except InvalidArgumentError as error:
        raise InvalidArgumentError(
            str(error).replace("Argument `size`", "Parameter `spin`")
        ) from None
