"""Papers that are reproduced: their figures and claims, declared where they are computed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from quantsync.errors import InvalidArgumentError, unknown_name
from quantsync.papers.bars import Bar, Margin
from quantsync.parallel import one_blas_thread

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure as Canvas

Class = Literal["reproduced", "convention", "misprint", "limit", "fails", "open", "beyond"]
CLASSES: Mapping[Class, str] = {
    "reproduced": "reproduced",
    "convention": "reproduced with a convention",
    "misprint": "misprint, holds corrected",
    "limit": "holds only in a limit",
    "fails": "does not hold",
    "open": "open",
    "beyond": "beyond the paper",
}
"""What a claim can come to, and how a page says it."""


@dataclass(frozen=True)
class Claim:
    """A checkable statement of a paper, and what comes of it.

    Attributes
    ----------
    id : str
        Its name for good, such as ``"roulet2018-C17"``.
    where : str
        Its section and its place there, such as ``"Sec. III A, Eq. (6)"``.
    quotation : str
        What the paper says, at most 20 words of it; empty beyond the paper.
    statement : str
        What is meant, in our words, where the quotation alone does not tell.
    printed : str
        The number or the relation in print.
    computed : str
        What we find.
    uncertainty : str
        How well that is known, numerically or statistically.
    bar : str
        What decides, and why.
    verdict : str
        The class: a key of `CLASSES`, decided from the computed numbers.
    reason : str
        The convention, the correction (in TeX), the limit, the missing input, or why it fails.
    readings : tuple of str
        Readings of the statement that were tried, where it does not hold.
    merged : tuple of str
        Ids of earlier rows on the same fact.
    answer : str
        What an author of the paper has answered; empty until then.
    code : str
        The function that decides, as ``module:name``.
    """

    id: str
    where: str
    quotation: str
    statement: str
    printed: str
    computed: str
    uncertainty: str
    bar: str
    verdict: Class
    reason: str
    readings: tuple[str, ...]
    merged: tuple[str, ...]
    answer: str
    code: str

    @property
    def paper(self) -> str:
        """The short name of its paper."""
        return self.id.rpartition("-")[0]

    @property
    def number(self) -> str:
        """Its number within the paper, such as ``"C17"``."""
        return self.id.rpartition("-")[2]

    @property
    def section(self) -> str:
        """The section it stands in."""
        return self.where.partition(",")[0]

    @property
    def command(self) -> str:
        """The command that computes it alone."""
        return f"quantsync reproduce {self.paper} --claim {self.number}"


@cache
def _computed_once(data: Callable[..., xr.Dataset]) -> xr.Dataset:
    """The data of a figure at plain resolution."""
    return data(False)


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
    caption : str
        What every line, mark and empty area of it means, in Markdown with TeX.
    """

    name: str
    title: str
    data: Callable[..., xr.Dataset]
    draw: Callable[[xr.Dataset], Canvas]
    caption: str = ""

    @property
    def options(self) -> Mapping[str, float]:
        """Numbers that the paper does not print and a reader may want to set, with defaults."""
        found = inspect.signature(self.data).parameters
        return {name: known.default for name, known in found.items() if name != "full"}

    def __call__(self, full: bool = False, **options: float) -> xr.Dataset:
        """Compute the data; without a choice once, for the figure and the claims on it."""
        if full or options:
            return self.data(full, **options)
        return _computed_once(self.data).copy()


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
class Unchecked:
    """Something checkable in a paper that no claim checks, and why."""

    where: str
    what: str
    reason: str


@dataclass(frozen=True)
class Profile:
    """What a page says of a paper besides its figures and claims.

    Attributes
    ----------
    version : str
        Which text is quoted: arXiv number and version, or journal, with its date.
    summary : str
        Some five lines that tell what holds and what does not, in Markdown.
    coverage : dict of str to str
        Every equation, panel and table of the paper, and what covers it: numbers of claims
        (``"C3 C7"``), ``"figure"`` where it is drawn, or ``"not checked: ..."`` with the reason.
    unchecked : tuple of Unchecked
        Sentences that are not checked, with the reason.
    remarks : str
        What remains open, and to what the numbers of the page refer, in Markdown.
    seeds : dict of str to int
        Seeds of random samples by what they draw.
    full_run : dict
        What the claims on random samples came to in a run with samples as large as the paper's:
        ``{"claims": {id: {"computed", "uncertainty", "class"}}, ...}``.
    """

    version: str
    summary: str
    coverage: Mapping[str, str]
    unchecked: tuple[Unchecked, ...] = ()
    remarks: str = ""
    seeds: Mapping[str, int] = field(default_factory=dict)
    full_run: Mapping[str, Any] = field(default_factory=dict)


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
    profile : Profile
        What else its page says.
    """

    name: str
    citation: str
    figures: dict[str, Figure]
    checks: tuple[Check, ...]
    tables: tuple[Table, ...] = ()
    profile: Profile = Profile("", "", {})

    def __post_init__(self) -> None:
        """Have the claims go by the paper's name, wherever they were declared."""
        checks = (replace(c, statements=self._named(c.statements)) for c in self.checks)
        object.__setattr__(self, "checks", tuple(checks))

    def _named(self, statements: Sequence[Statement]) -> tuple[Statement, ...]:
        def own(name: str) -> str:
            return f"{self.name}-{name.rpartition('-')[2]}"

        return tuple(replace(s, id=own(s.id), merged=tuple(map(own, s.merged))) for s in statements)

    @property
    def statements(self) -> Mapping[str, Statement]:
        """The claims before they are checked, by id."""
        return {s.id: s for check in self.checks for s in check.statements}

    def find(self, number: str) -> str:
        """The id of the claim ``"C17"`` or ``"roulet2018-C17"``; that of the row it has joined."""
        name = f"{self.name}-{number.upper().removeprefix(f'{self.name.upper()}-')}"
        every = self.statements
        joined = {old: s.id for s in every.values() for old in s.merged}
        if name not in every and name not in joined:
            numbers = [known.rpartition("-")[2] for known in every]
            raise unknown_name(f"claim of {self.name}", number, numbers)
        return joined.get(name, name)

    def claims(self, only: str | None = None, full: bool = False) -> list[Claim]:
        """Compute the claims in the order of the page, or the one whose number is ``only``.

        With ``full``, those on random samples take samples as large as the paper's.
        """
        chosen = None if only is None else self.find(only)
        return [
            claim
            for check in self.checks
            if chosen is None or chosen in [s.id for s in check.statements]
            for claim in check(full)
            if chosen in (None, claim.id)
        ]


@dataclass(frozen=True)
class Found:
    """What a claim comes to.

    ``holds`` is whether it holds as printed, a bool or a margin of its bar; ``amended`` whether it
    does with the declared correction, in the declared limit, or for some choice of the missing
    input. ``printed`` and ``reason`` are for what only the computation can tell.
    """

    computed: str
    holds: Any
    amended: Any = False
    uncertainty: str = ""
    printed: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Statement:
    """A claim before it is checked."""

    id: str
    where: str
    quotation: str
    statement: str
    printed: str
    bar: Bar
    amendment: Class  # what it is if it does not hold as printed but does amended
    reason: str
    otherwise: str  # why not, if it does not hold at all
    readings: tuple[str, ...]
    merged: tuple[str, ...]
    answer: str
    code: str

    def decide(self, found: Found) -> Claim:
        """The claim with its class."""
        verdict = self._class(found)
        reason = ""
        if verdict == "open" != self.amendment:
            reason = "the sample does not decide: between 2 and 3 standard errors"
        elif verdict != "reproduced":
            own = self.otherwise if verdict in ("fails", "beyond") else self.reason
            reason = own if found.reason is None else found.reason
        bar = self.bar.text
        if isinstance(found.holds, Margin) and found.holds.sensitivity:
            bar += f"; {found.holds.sensitivity}"
        return Claim(
            self.id,
            self.where,
            self.quotation,
            self.statement,
            self.printed if found.printed is None else found.printed,
            found.computed,
            found.uncertainty,
            bar,
            verdict,
            reason,
            self.readings,
            self.merged,
            self.answer,
            self.code,
        )

    def _class(self, found: Found) -> Class:
        if self.amendment == "beyond":
            return "beyond"
        if found.holds:
            return "convention" if self.amendment == "convention" else "reproduced"
        if isinstance(found.holds, Margin) and found.holds.is_open:
            return "open"
        return self.amendment if found.amended and self.amendment != "convention" else "fails"


@dataclass(frozen=True)
class Check:
    """A function that decides a claim, or several that come of one computation.

    Where it has parameters of these names it is given ``bar`` (or ``bars``, of its claims in turn)
    and ``full``, whether to take samples as large as the paper's.
    """

    function: Callable[..., Found | Iterator[Found]]
    statements: tuple[Statement, ...] = ()

    def __call__(self, full: bool = False) -> list[Claim]:
        """Compute the claims, on one BLAS thread."""
        bars = [s.bar for s in self.statements]
        given = {"bar": bars[0], "bars": bars, "full": full}
        wanted = inspect.signature(self.function).parameters
        with one_blas_thread():
            found = self.function(**{name: given[name] for name in wanted})
            every = [found] if isinstance(found, Found) else list(found)
        return [s.decide(f) for s, f in zip(self.statements, every, strict=True)]


def claim(
    number: str,
    where: str,
    quotation: str = "",
    *,
    statement: str = "",
    printed: str = "",
    bar: Bar | str = "",
    convention: str = "",
    correction: str = "",
    limit: str = "",
    missing: str = "",
    beyond: bool = False,
    otherwise: str = "the computed numbers differ",
    readings: Sequence[str] = (),
    merged: str = "",
    answer: str = "",
) -> Callable[[Any], Check]:
    """Declare a claim that the function below decides; a function of several yields as many.

    Parameters
    ----------
    number : str
        ``"C17"``; it stays, whatever claims are added before it.
    where : str
        Section, then place: ``"Sec. III A, Eq. (6)"``.
    quotation : str
        Verbatim, at most 20 words; equations in TeX between dollars, omissions as ``...``,
        insertions in brackets.
    convention, correction, limit, missing : str
        At most one: what has to be assumed for it to hold as printed; the correction of a misprint
        (in TeX); the limit in which alone it holds; the input on which the outcome depends and
        that is not printed.
    beyond : bool
        Whether it is a question of ours.
    otherwise : str
        Why it fails, where it does.
    merged : str
        Numbers of earlier rows on the same fact, such as ``"C8 C19"``.
    """
    amendments: dict[Class, str] = {
        "convention": convention,
        "misprint": correction,
        "limit": limit,
        "open": missing,
        "beyond": "beyond" if beyond else "",
    }
    chosen: list[Class] = [name for name, text in amendments.items() if text]
    if len(chosen) > 1:
        raise InvalidArgumentError(f"Claim {number} declares {' and '.join(chosen)}; choose one.")
    amendment: Class = chosen[0] if chosen else "fails"

    def declare(below: Any) -> Check:
        check = below if isinstance(below, Check) else Check(below)
        module = check.function.__module__
        paper = ".".join(module.split(".")[-2:-1])
        own = Statement(
            f"{paper}-{number}",
            where,
            quotation,
            statement,
            printed,
            bar if isinstance(bar, Bar) else Bar(bar),
            amendment,
            amendments.get(amendment, ""),
            "" if beyond else otherwise,
            tuple(readings),
            tuple(f"{paper}-{old}" for old in merged.split()),
            answer,
            f"{module}:{check.function.__name__}",
        )
        return Check(check.function, (own, *check.statements))

    return declare


def figure(
    name: str, title: str, draw: Callable[[xr.Dataset], Canvas], caption: str = ""
) -> Callable[[Callable[..., xr.Dataset]], Figure]:
    """Declare the figure whose data the function below computes; its keywords are its options."""
    return lambda data: Figure(name, title, data, draw, caption)


def table(
    title: str, text: str, columns: tuple[str, ...]
) -> Callable[[Callable[[], Sequence[tuple[str, ...]]]], Table]:
    """Declare a table whose rows the function below computes."""
    return lambda rows: Table(title, text, columns, rows)


def collect(name: str, citation: str, modules: str) -> Paper:
    """The paper whose figures, claims and tables its modules define, in the order of the page.

    Its profile is the `Profile` that one of them defines.
    """
    every = [import_module(f"quantsync.papers.{name}.{module}") for module in modules.split()]
    found = {id(value): value for module in every for value in vars(module).values()}.values()
    figures = sorted((v for v in found if isinstance(v, Figure)), key=_leading_number)
    checks = tuple(v for v in found if isinstance(v, Check))
    tables = tuple(v for v in found if isinstance(v, Table))
    profiles = [v for v in found if isinstance(v, Profile)]
    return Paper(name, citation, {f.name: f for f in figures}, checks, tables, *profiles)


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
