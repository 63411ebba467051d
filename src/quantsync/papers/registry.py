"""The papers by name."""

from __future__ import annotations

from quantsync.errors import unknown_name
from quantsync.papers import ghildiyal2024, vaidya2024
from quantsync.papers.paper import Figure as NewFigure
from quantsync.papers.paper import Paper, collect


def Figure(title, data, draw, options=()):  # noqa
    return NewFigure("", title, data, draw)


class OldPaper(Paper):  # noqa
    def claims(self, only=None):  # noqa
        return self.checks()


WEAK_DRIVE = {"drive": 0.0}
"""Figures whose drive is not printed: 0 is the limit of a weak one."""

START = dict(ghildiyal2024.START)
"""Where the means start, which the paper prints as a point where nothing moves."""

BENEDETTI = ("model", "dissipation", "strong_coupling", "crosstalk", "correlation", "map")

ZHAO = ("chain", "distribution", "ensemble", "pair")

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
    "vaidya2024": OldPaper(
        name="vaidya2024",
        citation=(
            "G. M. Vaidya et al., Exploring quantum synchronization with a composite two-qubit "
            "oscillator, Phys. Rev. A 109, 033718 (2024)"
        ),
        figures={
            "3": Figure(
                "Phase response of two qubits and its zero crossings",
                vaidya2024.figure_3,
                vaidya2024.draw_figure_3,
                WEAK_DRIVE,
            ),
            "4": Figure(
                "Zero crossings over the baths",
                vaidya2024.figure_4,
                vaidya2024.draw_figure_4,
                WEAK_DRIVE,
            ),
            "5": Figure(
                "Phase response to a detuned drive",
                vaidya2024.figure_5,
                vaidya2024.draw_figure_5,
                WEAK_DRIVE,
            ),
            "6": Figure(
                "Enhancement and suppression of synchronization",
                vaidya2024.figure_6,
                vaidya2024.draw_figure_6,
                WEAK_DRIVE,
            ),
            "7": Figure(
                "Enhancement over the baths",
                vaidya2024.figure_7,
                vaidya2024.draw_figure_7,
                WEAK_DRIVE,
            ),
            "8": Figure(
                "Suppression over the baths",
                vaidya2024.figure_8,
                vaidya2024.draw_figure_8,
                WEAK_DRIVE,
            ),
            "9": Figure(
                "A circuit of two transmons and two lossy resonators",
                vaidya2024.figure_9,
                vaidya2024.draw_figure_9,
            ),
            "10": Figure(
                "Phase response of the circuit and of the qubit model",
                vaidya2024.figure_10,
                vaidya2024.draw_figure_10,
            ),
            "11": Figure(
                "Synchronization of the circuit and of the qubit model",
                vaidya2024.figure_11,
                vaidya2024.draw_figure_11,
            ),
            "12": Figure(
                "Diagonal and partially coherent limit cycles",
                vaidya2024.figure_12,
                vaidya2024.draw_figure_12,
                {"drive": vaidya2024.OPTIMISED_DRIVE},
            ),
            "14": Figure(
                "Spherical tensors of a qutrit",
                vaidya2024.figure_14,
                vaidya2024.draw_figure_14,
                WEAK_DRIVE,
            ),
            "15": Figure(
                "Enhancement and suppression of two qutrits",
                vaidya2024.figure_15,
                vaidya2024.draw_figure_15,
                WEAK_DRIVE,
            ),
            "tables": Figure(
                "Tables I and II: shifts and rates as printed and as computed",
                vaidya2024.tables,
                vaidya2024.draw_tables,
            ),
        },
        checks=vaidya2024.compute_claims,
        tables=(vaidya2024.table_1, vaidya2024.table_2),
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
