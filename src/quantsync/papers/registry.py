"""The papers by name."""

from __future__ import annotations

from quantsync.errors import unknown_name
from quantsync.papers import roulet2018
from quantsync.papers.paper import Figure, Paper

PAPERS: dict[str, Paper] = {
    "roulet2018": Paper(
        name="roulet2018",
        citation=(
            "A. Roulet and C. Bruder, Quantum synchronization and entanglement generation, "
            "Phys. Rev. Lett. 121, 063601 (2018)"
        ),
        figures={
            "2": Figure(
                "Phase locking of two spins 1", roulet2018.figure_2, roulet2018.draw_figure_2
            ),
            "3": Figure(
                "Arnold tongues of synchronization and negativity",
                roulet2018.figure_3,
                roulet2018.draw_figure_3,
            ),
            "4": Figure(
                "Synchronization against entanglement",
                roulet2018.figure_4,
                roulet2018.draw_figure_4,
            ),
            "dynamics": Figure(
                "Build-up of phase locking, Eq. (5)",
                roulet2018.dynamics,
                roulet2018.draw_dynamics,
            ),
        },
        claims=roulet2018.compute_claims,
    ),
}


def find_paper(name: str) -> Paper:
    """Return the paper of that name.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    if name not in PAPERS:
        raise unknown_name("paper", name, PAPERS)
    return PAPERS[name]


def find_figure(paper: Paper, name: str) -> str:
    """Return the key of a figure given as ``3``, ``fig3``, ``figure_3`` or ``dynamics``.

    Raises
    ------
    UnknownNameError
        If the paper has no such figure here.
    """
    plain = name.lower().removeprefix("figure").removeprefix("fig").lstrip("._- ")
    if plain not in paper.figures:
        raise unknown_name(f"figure of {paper.name}", name, paper.figures)
    return plain
