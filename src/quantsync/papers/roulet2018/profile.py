"""What the page of the paper says besides its figures and claims."""

from quantsync.papers.paper import Profile, Unchecked
from quantsync.papers.roulet2018 import data

VERSION = """\
An author's version without number or date, of four figures and eight numbered equations. The
published paper is Phys. Rev. Lett. 121, 063601 of 10 August 2018. The abstracts differ in two
words only ("a spin 1" and "semi-classical" here, "a spin-1 oscillator" and "semiclassical" there),
so that this is not the published text; which arXiv version it is we could not establish, and the
body has not been compared with the published one. The paper has no section numbers: places are
named by its headings."""

SUMMARY = r"""
Two spins 1 that are stabilised to $\lvert 0\rangle$ lock their relative phase under a weak
exchange, even if one of them is balanced and ignores an external signal. Equations (1) to (8) hold
as printed: no sign, factor or rate is wrong. Negativity and mutual information do reproduce the
Arnold tongue of reversed limit cycles with the printed slopes, and fail as order parameters when
one spin is balanced, as the paper concludes. Care is needed with two statements, which hold at
first order in the coupling (identical spins do not lock; a balanced one ignores a signal), and with
one detail of a regression: the line of $S_\mathrm{rel}$ against the mutual information has an
offset. The axes of Figs. 3 and 4 are not
in the text that we have."""

REMARKS = r"""
- Only the text was at hand, not the pictures: axes, ranges and the scale of Fig. 4(c) are taken
  from what the text says, and may differ from the printed ones.
- Fig. 3: $\varepsilon \le 0.1\gamma_A^d$ and $\lvert\Delta\rvert \le 2\gamma_A^d$ are the round
  ranges that give both printed slopes, so that C11 to C13 show consistency and are no independent
  test. Ranges nearby would do as well.
- C10 stands for a single driven spin and C8 for a pair: the same effect (a second harmonic of
  second order is left), but two systems, and so two rows.
- Panels (i) and (ii) of Fig. 3 and the figure of the dynamics are additions of this page.
"""

PROFILE = Profile(
    version=VERSION,
    summary=SUMMARY.strip(),
    coverage={
        "Eq. (1)": "C26",
        "Eq. (2)": "C1 C28 C27",
        "Eq. (3)": "C29 C1",
        "Eq. (4)": "C31 C32",
        "Eq. (5)": "C6 C33",
        "Eq. (6)": "C7 C8 C9",
        "Eq. (7)": "C16 C22 C34",
        "Eq. (8)": "C18",
        "Fig. 1": "not checked: a sketch of the system",
        "Fig. 2(a)": "C1",
        "Fig. 2(b)": "C2 C3 C38",
        "Fig. 3(a)": "C30 C4 C15",
        "Fig. 3(a), insets": "C5",
        "Fig. 3(b)": "C11 C12",
        "Fig. 4(a)": "C8 C9 C36",
        "Fig. 4(b)": "C22 C23",
        "Fig. 4(c)": "C20 C21 C37",
    },
    unchecked=(
        Unchecked(
            "Introduction",
            "the phase locking of two van der Pol oscillators under a coherent interaction does "
            "not survive in the quantum regime",
            "a statement on Refs. [2, 7], also below Eq. (6), and about another system",
        ),
        Unchecked(
            "Introduction",
            "all features follow from a first-order expansion",
            "a programme; where second order matters is said in C8, C10, C14 and C15",
        ),
        Unchecked(
            "Introduction",
            "mutual information and entanglement have been proposed as measures",
            "statements on Refs. [7, 9] to [13]",
        ),
        Unchecked(
            "Quantum synchronization",
            "the two scenarios have the same dynamical equation for classical systems",
            "a textbook statement, quoted from Ref. [1]; the quantum case is C33",
        ),
        Unchecked(
            "Quantum synchronization",
            "a second spin 1 can synchronize a larger variety of limit cycles than a signal can; "
            "the two are not equivalent",
            "follows from C9 and C10",
        ),
        Unchecked(
            "Quantum synchronization",
            "limit cycles with reversed dissipation rates are very well able to lock",
            "the same fact as C2 and C25",
        ),
        Unchecked(
            "Entanglement generation",
            "measures for bipartite mixed states are not always equivalent and often hard to "
            "compute",
            "a statement on Ref. [16]",
        ),
        Unchecked(
            "Entanglement generation, below Eq. (8)",
            "spins can be significantly entangled without locking; synchronization is blind to "
            "states of Schmidt rank 3",
            "follows from C8, C20, C22 and C36",
        ),
        Unchecked(
            "Entanglement generation",
            "the negativity appears to have a perfect predictive power",
            "what is meant is the $R^2$ of C11; that it has not in general is C18 and C37",
        ),
        Unchecked(
            "Conclusion",
            "larger networks: frustration, phase locking as a witness of multipartite entanglement",
            "an outlook",
        ),
    ),
    remarks=REMARKS.strip(),
    seeds={"the random operator of C26": data.SEED},
)
