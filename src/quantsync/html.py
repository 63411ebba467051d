"""Tables and small pictures that objects show in a notebook, on a white page or a black one."""

from __future__ import annotations

import base64
import html
import math
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

BLUE = (0x1F, 0x8F, 0xD0)  # seen well on white and on black
SIDE = 120  # of a picture, in pixels
CELLS = 64  # along a side of a picture of a map, at most
POLAR_POINTS = 72  # of the curve; a multiple of 4, so that the axes are met
MOST_ROWS = 12  # of one table; the rest is counted


def table(title: str, rows: Mapping[str, Any], *pictures: str) -> str:
    """A heading, rows of a name and its value, and pictures beside them; texts are escaped."""
    cell = "text-align:left;vertical-align:top;padding:1px 10px 1px 0;border:none"
    body = "".join(
        f'<tr style="background:none"><td style="{cell};opacity:0.7">{_safe(name)}</td>'
        f'<td style="{cell}">{_safe(value)}</td></tr>'
        for name, value in rows.items()
        if value not in (None, "")
    )
    boxes = "".join(f'<div style="flex:none">{picture}</div>' for picture in pictures)
    return (
        f'<div><div style="font-weight:bold;margin-bottom:2px">{_safe(title)}</div>'
        '<div style="display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start">'
        f'<table style="border:none;margin:0">{body}</table>{boxes}</div></div>'
    )


def numbered(name: str, values: Iterable[Any], total: int) -> dict[str, Any]:
    """Rows called ``name[0]``, ``name[1]``, ..., and how many more of the total there are."""
    rows: dict[str, Any] = {f"{name}[{k}]": v for k, v in enumerate(islice(values, MOST_ROWS))}
    if total > MOST_ROWS:
        rows[f"{name}[...]"] = f"and {total - MOST_ROWS} more"
    return rows


def count(number: int, noun: str, plural: str = "") -> str:
    """A number of things, with thin spaces between thousands."""
    grouped = f"{number:,}".replace(",", "\u202f")
    return f"{grouped} {noun if number == 1 else plural or noun + 's'}"


def batch(shape: Sequence[int], noun: str, plural: str = "") -> str:
    """How many things of a batch there are, and in which shape; nothing for a single one."""
    if not shape:
        return ""
    sides = " × ".join(map(str, shape))
    total = count(math.prod(shape), noun, plural)
    return f"{total} ({sides})" if len(shape) > 1 else total


def extent(values: Any) -> str:
    """One number, or the range of several; NaN is what is undefined."""
    array = np.asarray(values, float).ravel()
    known = array[~np.isnan(array)]
    if not known.size:
        return "undefined"
    low, high = float(known.min()), float(known.max())
    text = f"{_signed(low)}" if low == high else f"{_signed(low)} … {_signed(high)}"
    missing = array.size - known.size
    return text if not missing else f"{text} ({missing} undefined)"


def _signed(value: float) -> str:
    return f"{value:.4g}".replace("-", "−") if abs(value) < 1e4 else f"{value:.3e}"


def exponent(value: float) -> str:
    """As "1.2e-15"; what is nothing at all, as "0"."""
    return f"{value:.1e}" if value else "0"


def largest(values: Any) -> str:
    """The largest of some certificates, as "1.2e-15"; of a batch it says that it is the largest."""
    return _worst(values, max)


def smallest(values: Any) -> str:
    """As `largest`, the smallest one."""
    return _worst(values, min)


def _worst(values: Any, choose: Any) -> str:
    array = np.asarray(values, float).ravel()
    known = array[~np.isnan(array)]
    if not known.size:
        return "unknown"
    found = exponent(choose(known.min(), known.max()))
    return found if array.size == 1 else f"{found} at worst"


def polar_picture(density: np.ndarray, uniform: float) -> str:
    """The curve of a phase distribution around the origin, phase 0 to the right, as SVG.

    ``density`` at ``POLAR_POINTS`` equal steps from phase 0; dashed, what no preference looks like.
    """
    middle, reach = SIDE / 2, SIDE / 2 - 16
    scale = reach / max(float(density.max()), uniform)
    angles = 2 * np.pi * np.arange(len(density)) / len(density)
    x, y = middle + scale * density * np.cos(angles), middle - scale * density * np.sin(angles)
    path = "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
    blue = "#{:02x}{:02x}{:02x}".format(*BLUE)
    labels = "".join(
        f'<text x="{middle + (reach + 9) * np.cos(t):.0f}" '
        f'y="{middle - (reach + 9) * np.sin(t):.0f}" text-anchor="middle" '
        f'dominant-baseline="central" font-size="9" fill="currentColor">{text}</text>'
        for t, text in ((0, "0"), (np.pi / 2, "π/2"), (np.pi, "π"), (-np.pi / 2, "−π/2"))
    )
    return (
        f'<svg role="img" aria-label="phase distribution" width="{SIDE}" height="{SIDE}" '
        f'viewBox="0 0 {SIDE} {SIDE}"><g stroke="currentColor" stroke-opacity="0.25" fill="none">'
        f'<path d="M{middle - reach} {middle}h{2 * reach}M{middle} {middle - reach}v{2 * reach}"/>'
        f'<circle cx="{middle}" cy="{middle}" r="{scale * uniform:.1f}" stroke-opacity="0.6" '
        f'stroke-dasharray="2 2"/></g><path d="M{path}Z" fill="{blue}" fill-opacity="0.35" '
        f'stroke="{blue}" stroke-width="1.5"/>{labels}</svg>'
    )


def map_picture(values: np.ndarray, caption: str) -> str:
    """A map (rows, columns) as transparent (least) to blue (most), row 0 at the bottom, as SVG."""
    values = _fewer(np.asarray(values, float))[::-1]
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    size = max(abs(low), abs(high)) or 1.0  # differences of the largest numbers overflow
    width = high / size - low / size
    part = (values / size - low / size) / width if width else np.zeros_like(values)
    pixels = np.zeros((*values.shape, 4), np.uint8)
    pixels[..., :3] = BLUE
    pixels[..., 3] = np.rint(255 * np.clip(np.nan_to_num(part, nan=0.0), 0, 1))
    uri = base64.b64encode(_png(pixels)).decode()
    return (
        f'<svg role="img" aria-label="{_safe(caption)}" width="{SIDE}" height="{SIDE + 14}" '
        f'viewBox="0 0 {SIDE} {SIDE + 14}"><image x="0.5" y="0.5" width="{SIDE - 1}" '
        f'height="{SIDE - 1}" preserveAspectRatio="none" style="image-rendering:pixelated" '
        f'href="data:image/png;base64,{uri}"/><rect x="0.5" y="0.5" width="{SIDE - 1}" '
        f'height="{SIDE - 1}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>'
        f'<text x="{SIDE / 2}" y="{SIDE + 11}" text-anchor="middle" font-size="9" '
        f'fill="currentColor">{_safe(caption)}</text></svg>'
    )


def line_picture(values: np.ndarray, caption: str) -> str:
    """A sparkline of some values in their order; what is not known leaves a gap."""
    array = np.asarray(values, float).ravel()
    array = array[:: max(1, -(-len(array) // (2 * SIDE)))]
    known = array[np.isfinite(array)]
    if len(array) < 2 or not known.size:
        return ""
    low, high = float(known.min()), float(known.max())
    height, top = SIDE / 3, 4
    x = np.linspace(2, SIDE - 2, len(array))
    y = top + (height - 2 * top) * (1 - (array - low) / ((high - low) or 1.0))
    path, pen = "", "M"
    for a, b in zip(x, y, strict=True):
        path += f"{pen}{a:.1f} {b:.1f}" if np.isfinite(b) else ""
        pen = "L" if np.isfinite(b) else "M"
    return (
        f'<svg role="img" aria-label="{_safe(caption)}" width="{SIDE}" height="{height + 14:.0f}" '
        f'viewBox="0 0 {SIDE} {height + 14:.0f}"><path d="{path}" fill="none" '
        f'stroke="#{"".join(f"{c:02x}" for c in BLUE)}" stroke-width="1.5"/>'
        f'<text x="{SIDE / 2}" y="{height + 10:.0f}" text-anchor="middle" font-size="9" '
        f'fill="currentColor">{_safe(caption)}</text></svg>'
    )


def batch_picture(values: np.ndarray, caption: str) -> str:
    """A sparkline over one axis, a small map over two, nothing over more."""
    if values.ndim == 2 and min(values.shape) > 1:
        return map_picture(values, caption)
    return line_picture(values, caption) if values.size in values.shape else ""


def progress_picture(parts: Sequence[tuple[float, str]]) -> str:
    """A bar of shares of a whole, each with its colour."""
    bars, x = "", 0.0
    for share, colour in parts:
        width = 2 * SIDE * share
        bars += f'<rect x="{x:.1f}" y="1" width="{width:.1f}" height="10" fill="{colour}"/>'
        x += width
    return (
        f'<svg role="img" aria-label="progress" width="{2 * SIDE}" height="12">{bars}<rect x="0.5" '
        f'y="0.5" width="{2 * SIDE - 1}" height="11" fill="none" stroke="currentColor" '
        'stroke-opacity="0.4"/></svg>'
    )


def _fewer(values: np.ndarray) -> np.ndarray:
    """Every second, third, ... row and column, so that a picture stays small."""
    rows, columns = (max(1, -(-size // CELLS)) for size in values.shape)
    return values[::rows, ::columns]


def _png(pixels: np.ndarray) -> bytes:
    """An image (rows, columns, 4) of 8 bits as PNG, without an image library."""
    rows, columns, _ = pixels.shape

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    lines = b"".join(b"\0" + row.tobytes() for row in np.ascontiguousarray(pixels))
    header = struct.pack(">IIBBBBB", columns, rows, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines, 9))
        + chunk(b"IEND", b"")
    )


def _safe(text: Any) -> str:
    return html.escape(str(text))
