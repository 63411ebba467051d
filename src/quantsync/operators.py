"""Sites (`Spin`, `Fock`), the `Space` they span, and their sparse operators.

An operator is a complex SciPy sparse array on the whole space; there is no operator class.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync.errors import (
    DimensionError,
    InvalidArgumentError,
    NonFiniteError,
    unknown_name,
)
from quantsync.lazy import lazy


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
        twice = 2 * _single_number(self.size)
        if not (math.isfinite(twice) and twice == round(twice) and twice >= 1):
            raise InvalidArgumentError(
                f"Argument `size` of Spin must be a single number, 1/2, 1, 3/2, ..., "
                f"but is {self.size!r}."
            )
        object.__setattr__(self, "size", float(self.size))

    @property
    def dimension(self) -> int:
        """Dimension 2S + 1."""
        return round(2 * self.size) + 1

    @property
    def labels(self) -> np.ndarray:
        """Quantum numbers m in basis order, +S ... -S, shape (2S+1,)."""
        return self.size - np.arange(self.dimension)

    def operators(self) -> dict[str, np.ndarray]:
        """Local matrices by name, each of shape (2S+1, 2S+1)."""
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


@dataclass(frozen=True)
class Fock:
    """A bosonic mode truncated to its lowest number states ``|0>, |1>, ..., |levels-1>``.

    Parameters
    ----------
    levels : int
        Number of levels kept, at least 2.

    Raises
    ------
    InvalidArgumentError
        If ``levels`` is not an integer of at least 2.

    Examples
    --------
    >>> Fock(4).dimension
    4
    """

    levels: int

    def __post_init__(self) -> None:
        levels = _single_number(self.levels)
        if not (math.isfinite(levels) and levels == round(levels) and levels >= 2):
            raise InvalidArgumentError(
                f"Argument `levels` of Fock must be an integer of at least 2, "
                f"but is {self.levels!r}."
            )
        object.__setattr__(self, "levels", int(self.levels))

    @property
    def dimension(self) -> int:
        """Number of levels."""
        return self.levels

    @property
    def labels(self) -> np.ndarray:
        """Occupation numbers in basis order, 0 ... levels - 1, shape (levels,)."""
        return np.arange(float(self.levels))

    def operators(self) -> dict[str, np.ndarray]:
        """Local matrices by name, each of shape (levels, levels)."""
        destroy = np.diag(np.sqrt(np.arange(1.0, self.levels)), k=1)
        return {
            "destroy": destroy,
            "create": destroy.T,
            "number": np.diag(np.arange(float(self.levels))),
            "identity": np.eye(self.levels),
        }

    def __repr__(self) -> str:
        return f"Fock({self.levels})"


Site = Spin | Fock


def _single_number(value: Any) -> float:
    """The value as a float; NaN for anything that is not one real number."""
    if isinstance(value, str) or np.ndim(value) != 0 or isinstance(value, complex):
        return math.nan
    try:
        return float(value)
    except TypeError:
        return math.nan


class SiteOperators:
    """The operators of one site, as sparse arrays on the whole space.

    Spins have ``x, y, z, plus, minus, identity``; Fock modes ``destroy, create, number,
    identity``. Obtained as ``space["A"]``.
    """

    # Declared for type checkers; the values come from `__getattr__`.
    x: sp.csr_array
    y: sp.csr_array
    z: sp.csr_array
    plus: sp.csr_array
    minus: sp.csr_array
    destroy: sp.csr_array
    create: sp.csr_array
    number: sp.csr_array
    identity: sp.csr_array

    def __init__(self, space: Space, name: str):
        self._space = space
        self._name = name
        self._local = space.sites[name].operators()

    def __getattr__(self, operator: str) -> sp.csr_array:
        local = self.__dict__.get("_local", {})
        if operator not in local:
            raise AttributeError(
                f"Site {self.__dict__.get('_name')!r} has no operator {operator!r}; "
                f"it has {', '.join(local)}."
            )
        value = self._space.embed(self._name, local[operator])
        self.__dict__[operator] = value
        return value

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

    def __init__(self, **sites: Site):
        if not sites:
            raise InvalidArgumentError("A Space needs at least one site, as in Space(A=Spin(1)).")
        for name, site in sites.items():
            if not isinstance(site, Spin | Fock):
                raise InvalidArgumentError(
                    f"Site `{name}` must be a Spin or a Fock, but is {site!r}."
                )
        self.sites: Mapping[str, Site] = dict(sites)
        self._site_operators: dict[str, SiteOperators] = {}

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
    def identity(self) -> sp.csr_array:
        """Identity on the whole space."""
        return sp.csr_array(np.eye(self.dimension, dtype=complex))

    def __reduce__(self) -> tuple[Any, ...]:
        return _space_of, (dict(self.sites),)

    def __getitem__(self, name: str) -> SiteOperators:
        self.site(name)
        if name not in self._site_operators:
            self._site_operators[name] = SiteOperators(self, name)
        return self._site_operators[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.sites)

    def __len__(self) -> int:
        return len(self.sites)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Space) and list(self.sites.items()) == list(other.sites.items())

    def __hash__(self) -> int:
        return hash(tuple(self.sites.items()))

    def __repr__(self) -> str:
        return f"Space({', '.join(f'{name}={site}' for name, site in self.sites.items())})"

    def site(self, name: Any) -> Site:
        """The `Spin` or `Fock` of a name; raises `UnknownNameError` if there is none."""
        if not isinstance(name, str) or name not in self.sites:
            raise unknown_name("site", str(name), self.names)
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
        if not isinstance(sites, Iterable):
            raise InvalidArgumentError(
                f"Argument `sites` must be the name of a site or several, but is {sites!r}; there "
                f"are {', '.join(self.names)}."
            )
        names = [sites] if isinstance(sites, str) else list(sites)
        for name in names:
            self.site(name)
        if len(set(names)) != len(names):
            raise InvalidArgumentError(f"Argument `sites` names a site twice: {names}.")
        return tuple(sorted(self.names.index(name) for name in names))

    def subspace(self, sites: Any) -> Space:
        """The space of some of the sites, kept in this space's order."""
        keep = self.positions(sites)
        return Space(**{self.names[k]: self.sites[self.names[k]] for k in keep})

    def embed(self, name: str, local: Any) -> sp.csr_array:
        """Extend a matrix on one site to the whole space.

        Parameters
        ----------
        name : str
            The site.
        local : array_like or sparse array of shape (d, d)
            Matrix in the site's basis.

        Returns
        -------
        scipy.sparse.csr_array of shape (n, n)

        Raises
        ------
        DimensionError
            If ``local`` does not have the site's dimension.

        Examples
        --------
        >>> Space(A=Spin(1/2), B=Spin(1/2)).embed("B", [[0, 1], [0, 0]]).nnz
        2
        """
        (position,) = self.positions(name)
        size = self.dimensions[position]
        matrix = sp.csr_array(local, dtype=complex)
        if matrix.shape != (size, size):
            raise DimensionError(
                f"Argument `local` must have shape {(size, size)} for site {name!r}, "
                f"but has {matrix.shape}."
            )
        factors = [
            matrix if k == position else sp.eye_array(d) for k, d in enumerate(self.dimensions)
        ]
        return sp.csr_array(reduce(lambda left, right: sp.kron(left, right, format="csr"), factors))


def _space_of(sites: dict[str, Site]) -> Space:
    return Space(**sites)


def as_operator(operator: Any, dimension: int, name: str) -> sp.csr_array:
    """Convert to a complex sparse array and check its size and its entries.

    Parameters
    ----------
    operator : array_like or sparse array
        The operator.
    dimension : int
        Dimension n that it must have.
    name : str
        How messages call it.

    Raises
    ------
    DimensionError
        If it is not an (n, n) matrix.
    NonFiniteError
        If an entry is NaN or infinite.
    """
    if sp.issparse(operator):
        matrix = sp.csr_array(operator, dtype=complex, copy=True)
    else:
        dense = np.asarray(operator)
        if dense.dtype.kind not in "biufc":
            raise InvalidArgumentError(
                f"{name} must be a SciPy sparse array or a numeric matrix, "
                f"but is {type(operator).__name__}; convert QuTiP objects with "
                "from_qutip()."
            )
        if dense.ndim != 2:
            raise DimensionError(
                f"{name} must have shape {(dimension, dimension)}, but has {dense.shape}."
            )
        matrix = sp.csr_array(dense.astype(complex))
    if matrix.shape != (dimension, dimension):
        raise DimensionError(
            f"{name} must have shape {(dimension, dimension)}, but has {matrix.shape}. "
            "Build operators from the same Space, as in space['A'].z."
        )
    if not np.isfinite(matrix.data).all():
        raise NonFiniteError(f"{name} must be finite, but has a NaN or infinite entry.")
    matrix.eliminate_zeros()
    return matrix
