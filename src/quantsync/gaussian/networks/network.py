"""Networks of harmonic oscillators: chains, graphs, and probes that are attached to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from quantsync import html
from quantsync.checks import (
    SQUARABLE,
    largest_error,
    name_list,
    named_arguments,
    real_number,
    whole_number,
)
from quantsync.errors import UnstableNetworkError
from quantsync.gaussian.networks._graphs import edges_of, one_per_node, spring_matrix
from quantsync.gaussian.networks._normal_modes import lowest_eigenvalue
from quantsync.gaussian.networks._oscillators import MOST_SOLVED, ROUNDING, CoupledOscillators
from quantsync.gaussian.networks._probes import largest_factor, probe_blocks
from quantsync.gaussian.networks.evolution import (
    TOLERANCE,
    GaussianEvolution,
    evolve,
    oscillators_of,
)
from quantsync.gaussian.networks.run import GaussianRun
from quantsync.gaussian.states import GaussianState, ProbesInEnvironment
from quantsync.memory import require_memory
from quantsync.runs import run_times

SITE_BYTES = 500.0  # of one site of a chain: matrix, name, mass and temporary copies


class HarmonicNetwork(CoupledOscillators):
    """Harmonic oscillators with any coupling that is bilinear in the positions.

    ``H = sum_i p_i^2/(2 m_i) + sum_ij V_ij x_i x_j/2`` with hbar = 1 and ``[x_i, p_j] = i
    delta_ij``. Coordinates are in the order of ``names``; in networks made by `with_probes` the
    probes come first. Frequencies are in the unit that the square root of ``V/m`` has.

    Parameters
    ----------
    stiffness : array_like or sparse array of shape (N, N)
        V, real, symmetric and positive definite.
    masses : float or array_like of shape (N,), optional
        Masses > 0; 1 by default.
    names : sequence of hashable, optional
        Names of the oscillators; 0 ... N-1 by default.

    Attributes
    ----------
    stiffness : scipy.sparse.csr_array of shape (N, N)
    masses : ndarray of shape (N,)
    names : tuple
    probes : tuple
        Names of the probes; empty unless made by `with_probes`.
    environment : HarmonicNetwork or None
        The network that the probes were attached to.

    Raises
    ------
    UnstableNetworkError
        If the stiffness is not positive definite, so that H has no ground state.
    DimensionError
        If it is not square, or masses or names do not fit.
    InvalidArgumentError, NonFiniteError
        If a number is not real or not finite, the stiffness not symmetric, a mass not positive, or
        a name not unique.

    Examples
    --------
    >>> import quantsync as qs
    >>> pair = qs.HarmonicNetwork([[2.0, -1.0], [-1.0, 2.0]])
    >>> print(pair.frequencies**2)
    [1. 3.]
    """

    @classmethod
    @named_arguments
    def chain(cls, sites: int, frequency: float, coupling: float) -> HarmonicNetwork:
        """A uniform chain with fixed ends, X_0 = X_{M+1} = 0.

        ``H = sum_j (P_j^2 + Omega_0^2 X_j^2)/2 + (g/2) sum_{j=0}^{M} (X_j - X_{j+1})^2``: the
        diagonal of V is ``Omega_0^2 + 2 g`` and neighbours have ``-g``. This is the environment of
        Benedetti et al., Phys. Rev. A 94, 052118 (2016), as its Eqs. (A6)-(A10) have it (the
        double sum of its Sec. II is four times as stiff).

        Parameters
        ----------
        sites : int
            Number M of sites; their names are 1 ... M.
        frequency : float
            Omega_0 >= 0.
        coupling : float
            g; negative ones alternate the modes.

        Raises
        ------
        InvalidArgumentError
            If ``sites`` is not a positive integer or the frequency is negative.
        UnstableNetworkError
            If the chain is not stable, as for g < -Omega_0^2/4.

        Examples
        --------
        >>> import quantsync as qs
        >>> chain = qs.HarmonicNetwork.chain(300, frequency=0.4, coupling=1.2)
        >>> print(chain.frequencies[[0, -1]].round(6), chain.names[:3])
        [0.400163 2.227076] (1, 2, 3)
        """
        size = whole_number(sites, "sites")
        require_memory(SITE_BYTES * size, f"A chain of {size} oscillators")
        squared = real_number(frequency, "frequency", at_least=0, at_most=SQUARABLE) ** 2
        g = real_number(coupling, "coupling")
        side = np.full(size - 1, -g)
        bands: Any = [side, np.full(size, squared + 2 * g), side]
        offsets: Any = [-1, 0, 1]
        matrix = sp.diags_array(bands, offsets=offsets, shape=(size, size))
        return cls(matrix, names=range(1, size + 1))

    @classmethod
    @named_arguments
    def from_graph(
        cls, graph: Any, frequency: Any, coupling: float | str = 1.0, masses: Any = 1.0
    ) -> HarmonicNetwork:
        """Oscillators at the nodes of a graph, a spring ``(g/2)(x_i - x_j)^2`` along each edge.

        Parameters
        ----------
        graph : networkx graph or iterable of edges
            Edges are ``(i, j)`` or ``(i, j, g)`` with the spring's own strength. Nodes of a list
            come in the order in which they appear, those of a networkx graph in its own order;
            they are the network's ``names``. Parallel edges add up.
        frequency : float, mapping from node or array_like of shape (N,)
            Frequency w_i of each oscillator without springs: ``m_i w_i^2`` is added to V_ii.
        coupling : float or str, optional
            Strength g of the springs that do not have their own (default 1); for a networkx graph
            also the name of an edge attribute that holds it.
        masses : float, mapping from node or array_like of shape (N,), optional
            Masses > 0; 1 by default.

        Raises
        ------
        InvalidArgumentError
            If there is no node, an edge joins a node to itself or has no strength.
        UnstableNetworkError
            If the network is not stable: a frequency of 0 everywhere leaves its centre free.

        Examples
        --------
        >>> import quantsync as qs
        >>> ring = qs.HarmonicNetwork.from_graph([("a", "b"), ("b", "c"), ("c", "a", 0.5)], 1.0)
        >>> print(ring.names, ring.stiffness.toarray().diagonal())
        ('a', 'b', 'c') [2.5 3.  2.5]
        """
        names, edges = edges_of(graph, coupling)
        weights = one_per_node(masses, names, "masses", above=0)
        own = one_per_node(frequency, names, "frequency", at_least=-SQUARABLE, at_most=SQUARABLE)
        return cls(spring_matrix(names, edges) + sp.diags_array(weights * own**2), weights, names)

    @named_arguments
    def with_probes(
        self,
        frequencies: Any,
        nodes: Sequence[Any],
        strengths: Any,
        direct: Any = 0.0,
        masses: Any = 1.0,
        names: Sequence[Any] | None = None,
    ) -> HarmonicNetwork:
        """Attach probes: ``H += sum_p [p_p^2/2m_p + m_p w_p^2 x_p^2/2 + K_p x_p X_node(p)]``.

        The coupling is bilinear, not a spring: it leaves the diagonal of V alone. Eqs. (1) and (2)
        of Benedetti et al., Phys. Rev. A 94, 052118 (2016).

        Parameters
        ----------
        frequencies : array_like of shape (P,)
            Frequencies w_p of the probes by themselves.
        nodes : sequence of P names
            Where each probe is attached; several may share a node. A chain's sites are 1 ... M.
        strengths : float or array_like of shape (P,)
            Couplings K_p, of either sign.
        direct : float or array_like of shape (P, P), optional
            Strength lambda of springs ``(lambda/2)(x_p - x_q)^2`` between any two probes; a
            symmetric matrix for each pair its own. 0 by default.
        masses : float or array_like of shape (P,), optional
            Masses of the probes; 1 by default.
        names : sequence of P names, optional
            "probe 1", "probe 2", ... by default.

        Returns
        -------
        HarmonicNetwork
            The probes first, then this network, whose normal modes are kept and shared.

        Raises
        ------
        UnstableNetworkError
            If the couplings are too strong, with the largest stable ones.
        UnknownNameError
            If a node does not exist.
        DimensionError, InvalidArgumentError, NonFiniteError
            If the numbers do not fit or are not finite, real or positive.

        Examples
        --------
        >>> import quantsync as qs
        >>> chain = qs.HarmonicNetwork.chain(300, frequency=0.4, coupling=1.2)
        >>> network = chain.with_probes([1.0, 1.1], nodes=[1, 300], strengths=0.2, direct=0.5)
        >>> network.names[:3], network.stiffness[0, 2]
        (('probe 1', 'probe 2', 1), np.float64(0.2))
        >>> chain.with_probes([1.0, 1.1], nodes=[1, 1], strengths=1.0)
        Traceback (most recent call last):
          ...
        quantsync.errors.UnstableNetworkError: The probes are coupled too strongly: ... 0.97195...
        """
        places = self.positions(name_list(nodes, "nodes"))
        corner, K, mass = probe_blocks(frequencies, places, strengths, direct, masses)
        count = len(mass)
        border = sp.csr_array((K, (np.arange(count), places)), shape=(count, len(self)))
        stiffness = sp.csr_array(sp.block_array([[corner, border], [border.T, self.stiffness]]))
        usual = [f"probe {p}" for p in range(1, count + 1)]
        labels = usual if names is None else name_list(names, "names")
        network = HarmonicNetwork._trusted(
            stiffness, np.concatenate([mass, self.masses]), [*labels, *self.names]
        )
        network.probes, network.environment = tuple(labels), self
        factor = largest_factor(corner, K, places, self._inverse)
        if not factor > 1 + ROUNDING:
            lowest = lowest_eigenvalue(network._weighted)
            known = np.unique(np.abs(K))
            limit = factor * known[0] if len(known) == 1 else factor
            which = "the strength may be" if len(known) == 1 else "strengths may be multiplied by"
            raise UnstableNetworkError(
                f"The probes are coupled too strongly: the stiffness matrix has the eigenvalue "
                f"{lowest:.6g}, so that H has no ground state; {which} at most {limit:.8g}.",
                eigenvalue=lowest,
                largest_coupling=float(limit),
            )
        return network

    def largest_probe_coupling(
        self,
        frequencies: Any,
        nodes: Sequence[Any],
        strengths: Any = 1.0,
        direct: Any = 0.0,
        masses: Any = 1.0,
    ) -> float:
        """The factor K_max by which the strengths must be multiplied to lose stability.

        With the stiffness of the probes A, of the environment B and the coupling C it is
        ``1/sqrt(l)``, l the largest eigenvalue of ``C B^-1 C^T v = l A v`` (Schur complement).

        Parameters
        ----------
        frequencies, nodes, strengths, direct, masses
            As for `with_probes`; with the default strengths of 1 the result is the largest K.

        Returns
        -------
        float
            Infinite if the strengths are all 0.

        Raises
        ------
        UnstableNetworkError, UnknownNameError, DimensionError, InvalidArgumentError
            If the probes are not stable by themselves, and as for `with_probes`.

        Examples
        --------
        >>> import quantsync as qs
        >>> chain = qs.HarmonicNetwork.chain(300, frequency=0.4, coupling=1.2)
        >>> print(round(chain.largest_probe_coupling([1.0, 1.2], [1, 1]), 9))
        1.009099269
        """
        places = self.positions(name_list(nodes, "nodes"))
        corner, K, _ = probe_blocks(frequencies, places, strengths, direct, masses)
        return largest_factor(corner, K, places, self._inverse)

    def evolve(
        self,
        state: GaussianState | ProbesInEnvironment,
        times: Any,
        *,
        probes: Sequence[Any] | None = None,
        tolerance: float = TOLERANCE,
    ) -> GaussianEvolution:
        """Means and covariances at any times: `quantsync.gaussian.evolve` of this network."""
        return evolve(self, state, times, probes=probes, tolerance=tolerance)

    @named_arguments
    def run(
        self,
        state: GaussianState | ProbesInEnvironment,
        times: Any,
        *,
        probes: Sequence[Any] | None = None,
        tolerance: float = TOLERANCE,
    ) -> GaussianRun:
        """An evolution that is solved when something is asked of it, and can be mapped.

        A function of parameters may return it, or the tuple ``(network, state, times)`` for it, to
        `quantsync.sweep` and `quantsync.compute`.

        Parameters
        ----------
        state, probes, tolerance
            As for `quantsync.gaussian.evolve`.
        times : float or array_like of shape (T,)
            In any order, negative ones too; for one number T, 501 equidistant ones from 0 to T.

        Returns
        -------
        GaussianRun
            With every attribute of a `GaussianEvolution`.

        Raises
        ------
        QuantsyncError
            What `quantsync.gaussian.evolve` raises: for its arguments at once, for the solution
            when something is asked of it.

        Examples
        --------
        >>> import numpy as np, quantsync as qs
        >>> kicked = qs.GaussianState.vacuum(2.0).displaced(p=[[1.0], [3.0]])
        >>> run = qs.HarmonicNetwork([[4.0]]).run(kicked, [0.0, np.pi / 4])
        >>> print(run, run.final.mean[:, 0].round(6))
        <GaussianRun: 2 systems of shape (2,), 2 times> [0.5 1.5]
        """
        names = oscillators_of(self, state, probes)
        options = {"probes": probes, "tolerance": largest_error(tolerance)}
        return GaussianRun(self, state, run_times(times, start=None), options, names)

    def _repr_html_(self) -> str:
        count = len(self.names)
        diagonal = int(np.count_nonzero(self.stiffness.diagonal()))
        rows = {
            "oscillators": count,
            "probes": ", ".join(map(str, self.probes)),
            "couplings": (self.stiffness.nnz - diagonal) // 2,
            "masses": html.extent(self.masses),
        }
        if count <= MOST_SOLVED:
            rows["frequencies of the normal modes"] = html.extent(self.frequencies)
        return html.table(type(self).__name__, rows)

    def __repr__(self) -> str:
        probes = f", {len(self.probes)} of them probes" if self.probes else ""
        return f"<HarmonicNetwork of {len(self.names)} oscillators{probes}>"
