"""The papers by name."""

from __future__ import annotations

from typing import Any

from quantsync.catalogue.registered import Registry
from quantsync.checks import shown
from quantsync.errors import InvalidArgumentError, unknown_name
from quantsync.papers.paper import Paper, collect

# Modules in the order of the page.
_PAPERS = (
    collect(
        "benedetti2016",
        "C. Benedetti, F. Galve, A. Mandarino, M. G. A. Paris and R. Zambrini, Minimal model for "
        "spontaneous quantum synchronization, Phys. Rev. A 94, 052118 (2016)",
        "data model_claims dissipation_claims strong_coupling_claims crosstalk_claims "
        "correlation_claims map_claims profile",
    ),
    collect(
        "ghildiyal2024",
        "J. Ghildiyal, Manju, S. Dasgupta and A. Biswas, Quantum synchronization between two spin "
        "chains using pseudo-bosonic equivalence, arXiv:2408.06126 (2024)",
        "data introduction_claims spin_claims equation_claims dynamics_claims "
        "synchronization_claims appendix_claims errata profile",
    ),
    collect(
        "roulet2018",
        "A. Roulet and C. Bruder, Quantum synchronization and entanglement generation, "
        "Phys. Rev. Lett. 121, 063601 (2018)",
        "data locking_claims entanglement_claims profile",
    ),
    collect(
        "vaidya2024",
        "G. M. Vaidya, A. Mamgain, S. Hawaldar, W. Hahn, R. Kaubruegger, B. Suri and A. Shankar, "
        "Exploring quantum synchronization with a composite two-qubit oscillator, "
        "Phys. Rev. A 109, 033718 (2024)",
        "response_data synchronization_data circuit_data model_claims response_claims "
        "synchronization_claims circuit_claims appendix_claims circuit_parameter_claims "
        "circuit_table_claims circuit_table_text profile",
    ),
    collect(
        "zhao2025",
        "Y. J. Zhao, J. E. Moore, J. Thingna and C. W. Wächtler, Quantum synchronization of "
        "perturbed oscillating coherences, arXiv:2510.11601 (2025)",
        "data ensemble_data chain_claims distribution_claims ensemble_claims pair_claims profile",
    ),
)


def _declared(name: str, paper: Any) -> Paper:
    """A paper that a package declares."""
    if not isinstance(paper, Paper):
        raise InvalidArgumentError(f"it must be a Paper, but is {shown(paper)}.")
    return paper


PAPERS: Registry[Paper] = Registry("paper", {paper.name: paper for paper in _PAPERS}, _declared)


def find_paper(name: str) -> Paper:
    """The paper of that name, or an UnknownNameError."""
    if name not in PAPERS:
        raise unknown_name("paper", name, PAPERS)
    return PAPERS[name]


def find_figure(paper: Paper, name: str) -> str:
    """The key of a figure given as ``3``, ``fig3``, ``figure_3`` or ``dynamics``."""
    plain = name.lower().removeprefix("figure").removeprefix("fig").lstrip("._- ")
    if plain not in paper.figures:
        raise unknown_name(f"figure of {paper.name}", name, paper.figures)
    return plain
