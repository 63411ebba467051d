"""What a paper is made of: figures (data and drawing) and claims (printed and computed)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure as Canvas

Verdict = Literal["reproduced", "reproduced with", "not reproduced"]


@dataclass(frozen=True)
class Claim:
    """A checkable statement of a paper, and what comes of it.

    Attributes
    ----------
    where : str
        Its place in the paper, such as ``"Eq. (6)"``.
    statement : str
        What the paper says, in our words.
    printed : str
        The number or the word in print.
    computed : str
        What we find.
    verdict : {"reproduced", "reproduced with", "not reproduced"}
        Decided from the computed numbers.
    reason : str
        The convention that was needed, or why it does not hold.
    """

    where: str
    statement: str
    printed: str
    computed: str
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure: a function that computes its data and one that draws them.

    Attributes
    ----------
    title : str
        What it shows.
    data : callable
        From ``full`` (whether to take the paper's full resolution) to an `xarray.Dataset`; takes
        the figure's options as further keyword arguments.
    draw : callable
        From the dataset to a matplotlib figure.
    options : dict of str to float
        Numbers that the paper does not print and a reader may want to set, with their defaults.
    """

    title: str
    data: Callable[..., xr.Dataset]
    draw: Callable[[xr.Dataset], Canvas]
    options: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table that belongs to a paper besides its claims, such as its misprints.

    Attributes
    ----------
    title : str
    text : str
        What it shows and how to read it.
    columns : tuple of str
    rows : sequence of tuple of str
    """

    title: str
    text: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Paper:
    """A paper that is reproduced.

    Attributes
    ----------
    name : str
        Its name on the command line.
    citation : str
        Authors, title, journal.
    figures : dict of str to Figure
        By number, or by a word for what is not numbered in the paper.
    claims : callable
        Computes the list of claims.
    tables : tuple of callable
        Each computes a table that follows the claims.
    """

    name: str
    citation: str
    figures: dict[str, Figure]
    claims: Callable[[], list[Claim]]
    tables: tuple[Callable[[], Table], ...] = ()


def zero(value: float) -> str:
    """Format a number that should vanish, without the rounding that differs between machines.

    Examples
    --------
    >>> zero(-3e-17), zero(0.02)
    ('0', '0.02')
    """
    return "0" if abs(value) < 1e-12 else f"{value:.3g}"


def reproduced(holds: bool, otherwise: str, convention: str = "") -> tuple[Verdict, str]:
    """Verdict and reason of a claim from whether it holds.

    Parameters
    ----------
    holds : bool
        Whether the computed numbers bear the claim out.
    otherwise : str
        Why not, where it does not.
    convention : str, optional
        What had to be assumed for it to hold.

    Examples
    --------
    >>> reproduced(True, "", "axes that are not printed")
    ('reproduced with', 'axes that are not printed')
    """
    if not holds:
        return "not reproduced", otherwise
    return ("reproduced with", convention) if convention else ("reproduced", "")
