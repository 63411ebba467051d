"""Sites (`Spin`, `Fock`), the `Space` they span, and their sparse operators."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync import html
from quantsync.checks import (
    flag,
    instance_of,
    label,
    named_fields,
    number_array,
    real_number,
    shown,
    whole_number,
)
from quantsync.errors import DimensionError, InvalidArgumentError, NonFiniteError, unknown_name
from quantsync.lazy import lazy
from quantsync.memory import require_memory
from quantsync.qobj import is_qobj, read_operator

LARGEST_SHARED = 1024  # dimension of spaces whose operators outlive them
LARGEST_SITE = 10**9  # of a spin or a number of levels: far above what any solver can hold
SMALLER = "take a smaller site"
OPERATOR_BYTES = 48.0  # an entry, while an operator is built
FIXED = {"data", "indices", "indptr", "dtype", "_shape"}  # attributes of an operator


@named_fields
@dataclass(frozen=True)
class Spin:
    """A spin of any integer or half-integer size.

    The basis is ``|S, m>`` with m = +S, +S-1, ..., -S in this order.

    Parameters
    ----------
    size : float
        The spin quantum number S: 1/2, 1, 3/2, ... (dimension 2S + 1).

    Raises
    ------
    InvalidArgumentError
        If 2S is not a positive integer.

    Examples
    --------
    >>> Spin(1).dimension, Spin(1/2)
    (3, Spin(1/2))
    """

    size: float

    def __post_init__(self) -> None:
        why = "the size of a spin is 1/2, 1, 3/2, ..."
        twice = 2 * real_number(self.size, "size", above=0, at_most=LARGEST_SITE, why=why)
        if twice != round(twice):
            raise InvalidArgumentError(
                f"Argument `size` must be 1/2, 1, 3/2, ..., but is {self.size}."
            )
        object.__setattr__(self, "size", twice / 2)

    @property
    def dimension(self) -> int:
        """Dimension 2S + 1."""
        return round(2 * self.size) + 1

    @property
    def labels(self) -> np.ndarray:
        """Quantum numbers m in basis order, +S ... -S, shape (2S+1,)."""
        require_memory(16.0 * self.dimension, f"Quantum numbers of {self!r}", SMALLER)
        return self.size - np.arange(self.dimension)

    def operators(self) -> dict[str, np.ndarray]:
        """Local matrices by name, each of shape (2S+1, 2S+1)."""
        require_memory(8.0 * 6 * self.dimension**2, f"Operators of {self!r}", SMALLER)
        m = self.labels
        # <m+1| S+ |m> = sqrt(S(S+1) - m(m+1)); raising moves one place up the list.
        plus = np.diag(np.sqrt(self.size * (self.size + 1) - m[1:] * (m[1:] + 1)), k=1)
        minus = plus.T
        return {
            "x": (plus + minus) / 2,
            "y": (plus - minus) / 2j,
            "z": np.diag(m),
            "plus": plus,
            "minus": minus,
            "identity": np.eye(self.dimension),
        }

    def __repr__(self) -> str:
        return f"Spin({Fraction(self.size)})"


@named_fields
@dataclass(frozen=True)
class Fock:
    """A bosonic mode truncated to its lowest number states ``|0>, |1>, ..., |levels-1>``.

    Parameters
    ----------
    levels : int
        Number of levels kept, at least 2.
    finite : bool, default False
        Whether the ladder ends with its last level in the model itself, as for an atom or a
        transmon of which just these levels count. The operators are the same, but nothing is
        truncated: no state reports a truncation of this mode.

    Raises
    ------
    InvalidArgumentError
        If ``levels`` is not an integer of at least 2, or ``finite`` is not a bool.

    Examples
    --------
    >>> Fock(4).dimension, Fock(3, finite=True)
    (4, Fock(3, finite=True))
    """

    levels: int
    finite: bool = False

    def __post_init__(self) -> None:
        levels = whole_number(self.levels, "levels", at_least=2, at_most=LARGEST_SITE)
        object.__setattr__(self, "levels", levels)
        object.__setattr__(self, "finite", flag(self.finite, "finite"))

    @property
    def dimension(self) -> int:
        """Number of levels."""
        return self.levels

    @property
    def labels(self) -> np.ndarray:
        """Occupation numbers in basis order, 0 ... levels - 1, shape (levels,)."""
        require_memory(16.0 * self.levels, f"Occupation numbers of {self!r}", SMALLER)
        return np.arange(float(self.levels))

    def operators(self) -> dict[str, np.ndarray]:
        """Local matrices by name, each of shape (levels, levels)."""
        require_memory(8.0 * 4 * self.levels**2, f"Operators of {self!r}", SMALLER)
        destroy = np.diag(np.sqrt(np.arange(1.0, self.levels)), k=1)
        return {
            "destroy": destroy,
            "create": destroy.T,
            "number": np.diag(np.arange(float(self.levels))),
            "identity": np.eye(self.levels),
        }

    def __repr__(self) -> str:
        return f"Fock({self.levels}, finite=True)" if self.finite else f"Fock({self.levels})"


Site = Spin | Fock


class Operator(sp.csr_array):
    """An operator on the whole space: a SciPy sparse array that nobody can change.

    Sums, products ``@``, multiples, ``.T`` and ``.conj()`` of operators are operators; all else is
    as in SciPy, except that ``*`` takes numbers only and ``**`` nothing: in SciPy both act entry by
    entry, where a physicist means ``@``. For that, say ``.multiply`` and ``.power``. A ``.copy()``
    is a plain SciPy array, which may be changed.

    Examples
    --------
    >>> space = Space(A=Fock(3))
    >>> a = space["A"]
    >>> (a.create @ a.destroy).diagonal().real
    array([0., 1., 2.])
    >>> a.create * a.destroy
    Traceback (most recent call last):
    quantsync.errors.InvalidArgumentError: `*` of two operators would act on them entry by ...
    """

    def __init__(
        self, arg1: Any, shape: Any = None, dtype: Any = None, copy: bool = False, **options: Any
    ):
        if type(arg1) is Operator and shape is None and dtype is None:
            vars(self).update(vars(arg1))
            return
        super().__init__(arg1, shape=shape, dtype=dtype, copy=copy, **options)
        parts = (self.data, self.indices, self.indptr)
        # What SciPy would put in order later, and in place, is in order from the start.
        # Behind the last entry SciPy's sums leave what was in memory.
        if not (self.has_canonical_format and self.data[: self.indptr[-1]].all()):
            entries = sp.csr_array(parts, shape=self.shape, copy=True)
            entries.sum_duplicates()
            entries.eliminate_zeros()
            parts = (entries.data, entries.indices, entries.indptr)
            self.has_canonical_format = True
        self._hold(*parts)

    def _hold(self, data: np.ndarray, indices: np.ndarray, indptr: np.ndarray) -> None:
        if len(data) > indptr[-1]:
            data, indices = data[: indptr[-1]], indices[: indptr[-1]]
        parts = {"data": data.view(), "indices": indices.view(), "indptr": indptr.view()}
        for part in parts.values():
            part.flags.writeable = False
        vars(self).update(parts, _held=True)

    def _with_data(self, data: np.ndarray, copy: bool = True) -> Operator:
        """Other entries at the same places: how SciPy scales, conjugates, and so on."""
        if not data.all():
            return Operator((data, self.indices, self.indptr), shape=self.shape)
        found = Operator(self)
        found._hold(data, self.indices, self.indptr)
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        return Operator, ((self.data, self.indices, self.indptr), self.shape)

    def copy(self) -> sp.csr_array:  # pyright: ignore[reportIncompatibleMethodOverride]
        """A plain SciPy array with the same entries, which may be changed."""
        plain = sp.csr_array.__new__(sp.csr_array)
        own = {part: vars(self)[part].copy() for part in ("data", "indices", "indptr")}
        vars(plain).update({**vars(self), **own})
        return plain

    def astype(self, dtype: Any, casting: Any = "unsafe", copy: bool = True) -> Any:
        """With entries of another type."""
        return super().astype(dtype, casting=casting, copy=False)

    def conjugate(self, copy: bool = True) -> Any:
        """The complex conjugate of every entry."""
        return super().conjugate(copy=False)

    def transpose(self, axes: Any = None, copy: bool = False) -> Any:
        """The transpose."""
        if axes is not None:
            super().transpose(axes)  # refuses all but (1, 0)
        columns = self.tocsc()  # their lists are the rows of the transpose
        shape: Any = self.shape
        return Operator((columns.data, columns.indices, columns.indptr), shape=shape[::-1])

    def asformat(self, format: Any, copy: bool = False) -> Any:
        """A plain SciPy array of a format, its own: ``csr_array(operator)`` asks for one here."""
        return self.copy() if format == "csr" else super().asformat(format, copy=copy)

    def __getitem__(self, key: Any) -> Any:
        return self.copy()[key]

    def __add__(self, other: Any) -> Any:
        return _kept(super().__add__(other))

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __sub__(self, other: Any) -> Any:
        return _kept(super().__sub__(other))

    def __rsub__(self, other: Any) -> Any:
        return other + -self if sp.issparse(other) else _kept(super().__rsub__(other))

    def __rmatmul__(self, other: Any) -> Any:
        return _kept(other @ self.copy() if sp.issparse(other) else super().__rmatmul__(other))

    def __mul__(self, other: Any) -> Any:
        return self._scaled(other, "*", super().__mul__)

    def __rmul__(self, other: Any) -> Any:
        return self._scaled(other, "*", super().__rmul__)

    def __truediv__(self, other: Any) -> Any:
        return self._scaled(other, "/", super().__truediv__)

    __imul__, __itruediv__ = __mul__, __truediv__  # `x *= 3` makes a new operator

    def _scaled(self, other: Any, sign: str, scale: Any) -> Any:
        """A multiple of the operator, unless ``other`` is no number."""
        if sp.issparse(other):
            raise InvalidArgumentError(
                f"`{sign}` of two operators would act on them entry by entry; "
                "their product is a @ b."
            )
        number = np.asarray(other)
        if number.ndim:
            raise InvalidArgumentError(
                f"`{sign}` of an operator and an array of shape {number.shape} would act entry by "
                "entry; write operator @ array for a product, and give Lindbladian the pair "
                "(array, operator) for a batch of coefficients."
            )
        # An int that NumPy has no type for is a number as well.
        known = number.dtype.kind in "biufc" or isinstance(other, int)
        return scale(other) if known else NotImplemented

    def __pow__(self, *exponent: Any) -> Any:
        raise InvalidArgumentError(
            "`**` of an operator would act on it entry by entry; write a @ a for its square, and "
            "a.power(2) if entries are meant."
        )

    def __setattr__(self, name: str, value: Any) -> None:
        if name in FIXED and "_held" in vars(self) and value is not getattr(self, name):
            self._refuse_change()
        super().__setattr__(name, value)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._refuse_change()

    def setdiag(self, values: Any, k: int = 0) -> None:
        """Refused."""
        self._refuse_change()

    def resize(self, *shape: Any) -> None:
        """Refused."""
        self._refuse_change()

    def _refuse_change(self) -> None:
        raise InvalidArgumentError(
            "An operator cannot be changed, since all uses of its Space share it; change a copy, "
            "operator.copy()."
        )

    def _repr_html_(self) -> str:
        shape: Any = self.shape
        kind = ""
        if shape[0] == shape[1]:
            kind = ", not Hermitian" if (self - self.conj().T).nnz else ", Hermitian"
        rows = {"shape": " × ".join(map(str, shape)), "entries": f"{self.nnz}{kind}"}
        if max(shape) > html.CELLS:
            return html.table(type(self).__name__, rows)
        # The picture has its first row at the bottom, a matrix at the top.
        picture = html.map_picture(abs(self.toarray())[::-1], "moduli of the entries")
        return html.table(type(self).__name__, rows, picture)

    def _in_order(self) -> None:
        """Nothing to do: entries are sorted, none is zero or twice there."""

    sum_duplicates = eliminate_zeros = sort_indices = prune = _in_order


def _kept(result: Any) -> Any:
    """The result as an operator, where SciPy returns a copy: of ``operator + 0``, as in sum()."""
    return Operator(result) if isinstance(result, sp.csr_array) else result


class SiteOperators:
    """The operators of one site, as sparse arrays on the whole space.

    Spins have ``x, y, z, plus, minus, identity``; Fock modes ``destroy, create, number,
    identity``. Obtained as ``space["A"]``.
    """

    _space: Space
    _name: str
    _local: dict[str, np.ndarray]
    # Declared for type checkers; the values come from `__getattr__`.
    x: Operator
    y: Operator
    z: Operator
    plus: Operator
    minus: Operator
    destroy: Operator
    create: Operator
    number: Operator
    identity: Operator

    def __init__(self, space: Space, name: str):
        for attribute, value in (
            ("_space", space),
            ("_name", name),
            ("_local", space.sites[name].operators()),
        ):
            object.__setattr__(self, attribute, value)

    def __getattr__(self, operator: str) -> Operator:
        local = self.__dict__.get("_local", {})
        if operator not in local:
            raise AttributeError(
                f"Site {self.__dict__.get('_name')!r} has no operator {operator!r}; "
                f"it has {', '.join(local)}."
            )
        value = self._space.embed(self._name, local[operator])
        self.__dict__[operator] = value
        return value

    def __setattr__(self, operator: str, value: Any) -> None:
        raise InvalidArgumentError(
            f"The operators of site {self._name!r} are shared and cannot be set; give yours a name "
            "of its own."
        )

    def __dir__(self) -> list[str]:
        return sorted(self._local)

    def __repr__(self) -> str:
        site = self._space.sites[self._name]
        return f"<operators of site {self._name!r} ({site}): {', '.join(self._local)}>"


class Space:
    """The tensor product of named sites, in the order given.

    Parameters
    ----------
    **sites : Spin or Fock
        The sites by name.

    Raises
    ------
    InvalidArgumentError
        If there is no site, or a value is not a site.

    Examples
    --------
    >>> space = Space(A=Spin(1), B=Spin(1))
    >>> space
    Space(A=Spin(1), B=Spin(1))
    >>> a, b = space["A"], space["B"]
    >>> (a.plus @ b.minus).shape
    (9, 9)
    """

    def __init__(self, *unnamed: Any, **sites: Site):
        if unnamed:
            raise InvalidArgumentError(
                f"The sites of a Space have names, as in Space(A=Spin(1), B=Fock(8)), but "
                f"{shown(unnamed[0])} has none; of a dict: Space(**sites)."
            )
        if not sites:
            raise InvalidArgumentError("A Space needs at least one site, as in Space(A=Spin(1)).")
        for name, site in sites.items():
            if not isinstance(site, Spin | Fock):
                raise InvalidArgumentError(
                    f"Site `{name}` must be a Spin or a Fock, but is {site!r}."
                )
        self.sites: Mapping[str, Site] = MappingProxyType(dict(sites))
        self._operators: dict[str, SiteOperators] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the sites, in order."""
        return tuple(self.sites)

    @property
    def dimensions(self) -> tuple[int, ...]:
        """Dimension of each site, in order."""
        return tuple(site.dimension for site in self.sites.values())

    @lazy
    def dimension(self) -> int:
        """Dimension n of the whole space."""
        return math.prod(self.dimensions)

    @lazy
    def identity(self) -> Operator:
        """Identity on the whole space."""
        require_memory(OPERATOR_BYTES * self.dimension, f"The identity on {self.dimension} levels")
        return Operator(sp.eye_array(self.dimension, format="csr"), dtype=complex)

    def __reduce__(self) -> tuple[Any, ...]:
        return _space_of, (dict(self.sites),)

    def __getitem__(self, name: str) -> SiteOperators:
        self.site(name)
        if self.dimension <= LARGEST_SHARED:
            return _shared_operators(self, name)
        if name not in self._operators:
            self._operators[name] = SiteOperators(self, name)
        return self._operators[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.sites)

    def __len__(self) -> int:
        return len(self.sites)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Space) and list(self.sites.items()) == list(other.sites.items())

    def __hash__(self) -> int:
        return hash(tuple(self.sites.items()))

    def _repr_html_(self) -> str:
        rows = {
            name: f"{site}, {html.count(site.dimension, 'level')}"
            for name, site in self.sites.items()
        }
        return html.table(f"Space of dimension {self.dimension}", rows)

    def __repr__(self) -> str:
        return f"Space({', '.join(f'{name}={site}' for name, site in self.sites.items())})"

    def site(self, name: Any) -> Site:
        """The `Spin` or `Fock` of a name; raises `UnknownNameError` if there is none."""
        if not isinstance(name, str) or name not in self.sites:
            raise unknown_name("site", name if isinstance(name, str) else shown(name), self.names)
        return self.sites[name]

    def positions(self, sites: Any) -> tuple[int, ...]:
        """Positions of one site or several in the tensor product, sorted.

        Parameters
        ----------
        sites : str or iterable of str
            Site names.

        Raises
        ------
        UnknownNameError
            If a name is not a site of the space.
        InvalidArgumentError
            If a name is given twice, or the argument is something else.
        """
        try:
            names = [sites] if isinstance(sites, str) else list(sites)
        except TypeError:
            raise InvalidArgumentError(
                f"Argument `sites` must be the name of a site or several, but is {shown(sites)}; "
                f"there are {', '.join(self.names)}."
            ) from None
        for name in names:
            self.site(name)
        if len(set(names)) != len(names):
            raise InvalidArgumentError(f"Argument `sites` names a site twice: {names}.")
        return tuple(sorted(self.names.index(name) for name in names))

    def subspace(self, sites: Any) -> Space:
        """The space of some of the sites, kept in this space's order."""
        keep = self.positions(sites)
        return Space(**{self.names[k]: self.sites[self.names[k]] for k in keep})

    def embed(self, name: str, local: Any) -> Operator:
        """Extend a matrix on one site to the whole space.

        Parameters
        ----------
        name : str
            The site.
        local : array_like or sparse array of shape (d, d)
            Matrix in the site's basis.

        Returns
        -------
        Operator of shape (n, n)

        Raises
        ------
        DimensionError
            If ``local`` does not have the site's dimension.

        Examples
        --------
        >>> Space(A=Spin(1/2), B=Spin(1/2)).embed("B", [[0, 1], [0, 0]]).nnz
        2
        """
        self.site(name)
        position = self.names.index(name)
        size = self.dimensions[position]
        matrix = sp.coo_array(as_operator(local, size, f"Matrix on site {name!r}"))
        entries = matrix.nnz * (self.dimension // size)
        what = f"An operator of site {name!r} on {self.dimension} levels"
        require_memory(OPERATOR_BYTES * max(entries, self.dimension), what)
        before = np.arange(math.prod(self.dimensions[:position]))[:, None, None]
        behind = np.arange(math.prod(self.dimensions[position + 1 :]))
        rows, columns = (
            ((before * size + index[:, None]) * len(behind) + behind).ravel()
            for index in (matrix.row, matrix.col)
        )
        values = np.broadcast_to(matrix.data[:, None], (len(before), matrix.nnz, len(behind)))
        return Operator((values.ravel(), (rows, columns)), shape=(self.dimension, self.dimension))


def require_space(space: Any, name: str = "space") -> Space:
    """A `Space`, and nothing else."""
    return instance_of(space, name, Space, "a Space")


def _space_of(sites: dict[str, Site]) -> Space:
    return Space(**sites)


@lru_cache(maxsize=256)
def _shared_operators(space: Space, name: str) -> SiteOperators:
    """Those that all equal spaces have: a loop that builds its space anew builds them once."""
    return SiteOperators(space, name)


def _own(matrix: Any, name: str) -> sp.csr_array:
    """A copy of a sparse array whose indices are in range: SciPy takes any, and may crash later."""
    try:
        own = matrix.copy()
        if hasattr(own, "check_format"):
            own.check_format()
        return sp.csr_array(own, dtype=complex)
    except (ValueError, TypeError) as error:
        raise InvalidArgumentError(
            f"{label(name)} must be a sparse matrix of numbers, but SciPy cannot read it: {error}."
        ) from error


def as_operator(operator: Any, space: Space | int | tuple[int, ...], name: str) -> Operator:
    """Any matrix as a complex operator of its own, of the right size and finite.

    Sparse, dense, or of QuTiP. ``space`` may be the dimension, or those of all sites, which an
    operator of QuTiP must have.
    """
    sites = space.dimensions if isinstance(space, Space) else space
    dimension = sites if isinstance(sites, int) else math.prod(sites)
    if is_qobj(operator):
        read = read_operator(operator, name, None if isinstance(sites, int) else sites)
        operator = Operator(read, dtype=complex, copy=True)
    if sp.issparse(operator):
        matrix: Any = operator
        if not isinstance(operator, Operator):
            matrix = _own(operator, name)
        if not np.isfinite(matrix.data).all():
            raise NonFiniteError(f"{label(name)} must be finite, but has a NaN or infinite entry.")
    else:
        if type(operator).__module__.startswith("qutip"):
            raise InvalidArgumentError(
                f"{label(name)} must be an operator (Qobj), but is a {type(operator).__name__} of "
                "QuTiP; from_qutip() and quasi_periodic.from_qutip() take those of a system."
            )
        if isinstance(operator, str):
            raise InvalidArgumentError(
                f"{label(name)} must be an operator, such as space['A'].z, but is {operator!r}."
            )
        matrix = number_array(operator, name)
    if matrix.shape != (dimension, dimension):
        raise DimensionError(
            f"{label(name)} must have shape {(dimension, dimension)}, but has {matrix.shape}. "
            "Build operators from the same Space, as in space['A'].z."
        )
    same = isinstance(matrix, Operator) and matrix.dtype == complex
    return matrix if same else Operator(matrix, dtype=complex)
