"""Papers that are reproduced: their figures and claims, declared where they are computed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from quantsync.errors import unknown_name
from quantsync.parallel import one_blas_thread

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure as Canvas

Verdict = Literal["reproduced", "reproduced with", "not reproduced"]


@dataclass(frozen=True)
class Claim:
    """A checkable statement of a paper, and what comes of it.

    Attributes
    ----------
    id : str
        Its name for good, such as ``"roulet2018-C17"``.
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

    id: str
    where: str
    statement: str
    printed: str
    computed: str
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure: a function that computes its data, and is called with it, and one that draws them.

    Attributes
    ----------
    name : str
        Its number, or a word for what is not numbered in the paper.
    title : str
        What it shows.
    data : callable
        From ``full`` (whether to take the paper's full resolution) to an `xarray.Dataset`; takes
        the figure's options as further keyword arguments.
    draw : callable
        From the dataset to a matplotlib figure.
    """

    name: str
    title: str
    data: Callable[..., xr.Dataset]
    draw: Callable[[xr.Dataset], Canvas]

    @property
    def options(self) -> Mapping[str, float]:
        """Numbers that the paper does not print and a reader may want to set, with defaults."""
        found = inspect.signature(self.data).parameters
        return {name: known.default for name, known in found.items() if name != "full"}

    def __call__(self, full: bool = False, **options: float) -> xr.Dataset:
        """Compute the data."""
        return self.data(full, **options)


@dataclass(frozen=True)
class Table:
    """A table that belongs to a paper besides its claims, such as its misprints.

    Attributes
    ----------
    title : str
    text : str
        What it shows and how to read it.
    columns : tuple of str
    rows : callable
        Computes the rows, a sequence of tuples of str.
    """

    title: str
    text: str
    columns: tuple[str, ...]
    rows: Callable[[], Sequence[tuple[str, ...]]]


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
    checks : tuple of Check
        What decides the claims, in the order of the page.
    tables : tuple of Table
        What follows the claims.
    """

    name: str
    citation: str
    figures: dict[str, Figure]
    checks: tuple[Check, ...]
    tables: tuple[Table, ...] = ()

    def claims(self, only: str | None = None) -> list[Claim]:
        """Compute the claims in the order of the page, or the one with the id ``only``."""
        ids = [s.id for check in self.checks for s in check.statements]
        if only is not None and only not in ids:
            raise unknown_name(f"claim of {self.name}", only, ids)
        return [
            claim
            for check in self.checks
            if only is None or only in [s.id for s in check.statements]
            for claim in check()
            if only in (None, claim.id)
        ]


@dataclass(frozen=True)
class Found:
    """What a claim comes to; the last three are for what only the computation can tell."""

    computed: str
    holds: Any
    printed: str | None = None
    otherwise: str | None = None
    convention: str | None = None


@dataclass(frozen=True)
class Statement:
    """A claim before it is checked."""

    id: str
    where: str
    statement: str
    printed: str
    otherwise: str  # why not, if it does not hold
    convention: str  # what has to be assumed for it to hold

    def decide(self, found: Found) -> Claim:
        """The claim with its verdict."""
        printed, otherwise, convention = (
            getattr(self, name) if getattr(found, name) is None else getattr(found, name)
            for name in ("printed", "otherwise", "convention")
        )
        verdict = reproduced(bool(found.holds), otherwise, convention)
        return Claim(self.id, self.where, self.statement, printed, found.computed, *verdict)


@dataclass(frozen=True)
class Check:
    """A function that decides a claim, or several that come of one computation."""

    function: Callable[[], Found | Iterator[Found]]
    statements: tuple[Statement, ...] = ()

    def __call__(self) -> list[Claim]:
        """Compute the claims, on one BLAS thread."""
        with one_blas_thread():
            found = self.function()
            every = [found] if isinstance(found, Found) else list(found)
        return [s.decide(f) for s, f in zip(self.statements, every, strict=True)]


def claim(
    number: str,
    where: str,
    statement: str,
    *,
    printed: str = "",
    otherwise: str = "the computed numbers differ",
    convention: str = "",
) -> Callable[[Any], Check]:
    """Declare a claim that the function below decides; a function of several yields as many.

    ``number`` is ``"C17"`` and stays, whatever claims are added before it.
    """

    def declare(below: Any) -> Check:
        check = below if isinstance(below, Check) else Check(below)
        paper = check.function.__module__.split(".")[-2]
        own = Statement(f"{paper}-{number}", where, statement, printed, otherwise, convention)
        return Check(check.function, (own, *check.statements))

    return declare


def figure(
    name: str, title: str, draw: Callable[[xr.Dataset], Canvas]
) -> Callable[[Callable[..., xr.Dataset]], Figure]:
    """Declare the figure whose data the function below computes; its keywords are its options."""
    return lambda data: Figure(name, title, data, draw)


def table(
    title: str, text: str, columns: tuple[str, ...]
) -> Callable[[Callable[[], Sequence[tuple[str, ...]]]], Table]:
    """Declare a table whose rows the function below computes."""
    return lambda rows: Table(title, text, columns, rows)


def collect(name: str, citation: str, modules: str) -> Paper:
    """The paper whose figures, claims and tables its modules define, in the order of the page."""
    every = [import_module(f"quantsync.papers.{name}.{module}") for module in modules.split()]
    found = {id(value): value for module in every for value in vars(module).values()}.values()
    figures = sorted((v for v in found if isinstance(v, Figure)), key=_leading_number)
    checks = tuple(v for v in found if isinstance(v, Check))
    tables = tuple(v for v in found if isinstance(v, Table))
    return Paper(name, citation, {f.name: f for f in figures}, checks, tables)


def _leading_number(figure: Figure) -> float:
    digits = figure.name.partition("_")[0]
    return float(digits) if digits.isdigit() else float("inf")


def attributes(long_name: str, units: str = "1") -> dict[str, str]:
    """What a variable is, for `xarray`."""
    return {"long_name": long_name, "units": units}


def labelled(dims: Any, values: Any, long_name: str, units: str = "1") -> tuple[Any, Any, Any]:
    """A variable of a dataset."""
    return dims, values, attributes(long_name, units)


def zero(value: float) -> str:
    """Format a number that should vanish, without the rounding that differs between machines."""
    return "0" if abs(value) < 1e-12 else f"{value:.3g}"


def reproduced(holds: bool, otherwise: str, convention: str = "") -> tuple[Verdict, str]:
    """Verdict and reason of a claim from whether it holds."""
    if not holds:
        return "not reproduced", otherwise
    return ("reproduced with", convention) if convention else ("reproduced", "")
