"""The papers by name."""

from __future__ import annotations

from quantsync.errors import unknown_name
from quantsync.papers import ghildiyal2024
from quantsync.papers.paper import Figure as NewFigure
from quantsync.papers.paper import Paper, collect


def Figure(title, data, draw, options=()):  # noqa
    return NewFigure("", title, data, draw)


class OldPaper(Paper):  # noqa
    def claims(self, only=None):  # noqa
        return self.checks()


START = dict(ghildiyal2024.START)
"""Where the means start, which the paper prints as a point where nothing moves."""

BENEDETTI = ("model", "dissipation", "strong_coupling", "crosstalk", "correlation", "map")

ZHAO = ("chain", "distribution", "ensemble", "pair")

VAIDYA_DATA = ("response_data", "synchronization_data", "circuit_data")
VAIDYA_CLAIMS = (
    "response_claims",
    "synchronization_claims",
    "circuit_claims",
    "circuit_table_claims",
)

PAPERS: dict[str, Paper] = {
    "benedetti2016": collect(
        "benedetti2016",
        "C. Benedetti, F. Galve, A. Mandarino, M. G. A. Paris and R. Zambrini, Minimal model "
        "for spontaneous quantum synchronization, Phys. Rev. A 94, 052118 (2016)",
        ["data", *(f"{part}_claims" for part in BENEDETTI)],
    ),
    "ghildiyal2024": OldPaper(
        name="ghildiyal2024",
        citation=(
            "J. Ghildiyal, Manju, S. Dasgupta and A. Biswas, Quantum synchronization between two "
            "spin chains using pseudo-bosonic equivalence, arXiv:2408.06126 (2024)"
        ),
        figures={
            "2": Figure(
                "Mean quadratures of the two chains, as printed and in the laboratory frame",
                ghildiyal2024.figure_2,
                ghildiyal2024.draw_figure_2,
                START | {"gain": 0.0},
            ),
            "2_gain": Figure(
                "Mean quadratures with a linear gain, which is not in the paper",
                ghildiyal2024.figure_2_gain,
                ghildiyal2024.draw_figure_2,
                START | {"gain": ghildiyal2024.GAIN},
            ),
            "3": Figure(
                "S_q over time and temperature beside its baselines",
                ghildiyal2024.figure_3,
                ghildiyal2024.draw_figure_3,
                START | {"gain": 0.0, "window": ghildiyal2024.WINDOW},
            ),
            "3_gain": Figure(
                "S_q with a linear gain, which is not in the paper",
                ghildiyal2024.figure_3_gain,
                ghildiyal2024.draw_figure_3,
                START | {"gain": ghildiyal2024.GAIN, "window": ghildiyal2024.WINDOW},
            ),
            "excess": Figure(
                "Excess of S_q over the product state, and entanglement",
                ghildiyal2024.excess,
                ghildiyal2024.draw_excess,
                START,
            ),
            "starts": Figure(
                "Where runs of the printed equations end",
                ghildiyal2024.starts,
                ghildiyal2024.draw_starts,
            ),
            "central_spin": Figure(
                "The spins themselves against bosons and mean field",
                ghildiyal2024.central_spin,
                ghildiyal2024.draw_central_spin,
                {"q1": 0.5, "central_frequency": ghildiyal2024.CENTRAL},
            ),
        },
        checks=ghildiyal2024.compute_claims,
        tables=(ghildiyal2024.errata_table,),
    ),
    "roulet2018": collect(
        "roulet2018",
        "A. Roulet and C. Bruder, Quantum synchronization and entanglement generation, "
        "Phys. Rev. Lett. 121, 063601 (2018)",
        ["data", "claims"],
    ),
    "vaidya2024": collect(
        "vaidya2024",
        "G. M. Vaidya et al., Exploring quantum synchronization with a composite two-qubit "
        "oscillator, Phys. Rev. A 109, 033718 (2024)",
        [*VAIDYA_DATA, *VAIDYA_CLAIMS, "circuit_table_text"],
    ),
    "zhao2025": collect(
        "zhao2025",
        "Y. J. Zhao, J. E. Moore, J. Thingna and C. W. Wächtler, Quantum synchronization of "
        "perturbed oscillating coherences (2025)",
        ["data", "ensemble_data", *(f"{part}_claims" for part in ZHAO)],
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
