"""Metadata of arrays and groups after the specification of Zarr, version 3."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from quantsync.sweeps.store.files import write_file


def array_metadata(
    dtype: np.dtype,
    shape: tuple[int, ...],
    chunk: tuple[int, ...],
    dims: list[str],
    attributes: Mapping[str, Any],
) -> dict[str, Any]:
    """Metadata of an array whose chunks are as `encode_chunk` makes them."""
    fills: dict[str, Any] = {"f": "NaN", "c": ["NaN", "NaN"], "b": False}
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": list(shape),
        "data_type": dtype.name,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(chunk)}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": fills.get(dtype.kind, 0),
        "codecs": [
            {"name": "bytes", "configuration": {"endian": "little"}},
            {"name": "crc32c"},
        ],
        "attributes": dict(attributes),
        "dimension_names": dims,
        "storage_transformers": [],
    }


def group_metadata(
    attributes: Mapping[str, Any], arrays: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """Metadata of the group, with a copy of that of its arrays, so that one file opens it."""
    return {
        "zarr_format": 3,
        "node_type": "group",
        "attributes": dict(attributes),
        "consolidated_metadata": {
            "kind": "inline",
            "must_understand": False,
            "metadata": dict(arrays),
        },
    }


def write_metadata_file(path: Path, metadata: dict[str, Any]) -> None:
    """Write metadata, unless the file has them already."""
    data = (json.dumps(metadata, indent=2) + "\n").encode()
    try:
        same = path.read_bytes() == data
    except OSError:
        same = False
    if not same:
        write_file(path, data)
