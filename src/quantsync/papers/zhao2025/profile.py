"""What the page of the paper says besides its figures and claims."""

from quantsync.papers.paper import Profile, Unchecked
from quantsync.papers.zhao2025 import full_run
from quantsync.papers.zhao2025.ensemble_data import SEED

SETUP = "General setup"
MODEL = "Spin-1 model"

PROFILE = Profile(
    version="arXiv:2510.11601v1, a manuscript dated October 14, 2025. A version 2 with a new "
    "abstract (dated June 29, 2026, on arXiv since June 30, 2026) exists; we could read no more of "
    "it than its beginning, so every row refers to version 1, and which rows version 2 shares has "
    "not been checked. Equations and figures are numbered as in version 1.",
    summary=r"""The paper shows that open systems with oscillating coherences have several zero
modes, and that a weak generic perturbation selects a mixture of them whose phases are locked: this
holds, in all three of its models, and so does the discovery of a kind of locking, at multiples of
$\pi/3$, that the oscillations themselves do not have. Both kinds are equally frequent. Care is
needed with coefficients: Eq. (7) lacks the dimensions of the two sectors, which shifts the
condition for either kind; Eqs. (8) and (D5) and $S_{\max} = c_-$ lack factors of a normalised
distribution; the operator (D3), an energy and a frequency of Appendix D, one bound in (C2) and the
diagonal operators (F3) have misprints, each with one correction. "Above the threshold" has to be
read relative to the uniform distribution. With $10^4$ perturbations the three peaks of $\chi$ do
persist up to $\eta/\omega = 10^{-3}$, while $P_2/(3P_1)$ stays 1 up to some $10^{-4}$ only, and the
pair's phase difference becomes uniform around $\eta/J = 1$ rather than 0.1.""",
    coverage={
        "Eq. (1)": "C61 C62 C63; the definition itself is not checked",
        "Eq. (2)": "C18",
        "Eq. (3)": "C14 C50",
        "Eq. (4)": "C11 C12 C49 C64",
        "Eq. (5)": "C56 C57",
        "Eq. (6)": "C1 C3 C7; the definition itself is not checked",
        "Eq. (7)": "C15 C16",
        "Eq. (8)": "C16 C17 C18",
        "Eq. (9)": "C22 C25 C26",
        "Eq. (A1)": "C13",
        "Eq. (A2)": "C13",
        "Eq. (A3)": "C13 C14",
        "Eq. (C1)": "C25 C26",
        "Eq. (C2)": "C27 C29",
        "Eq. (C3)": "C28",
        "Eq. (D1)": "C42 C44 C45; the definition itself is not checked",
        "Eq. (D2)": "C42 C44; the definition itself is not checked",
        "Eq. (D3)": "C42",
        "Eq. (D4)": "C42 C44",
        "Eq. (D5)": "C50 C52",
        "Eq. (D6)": "C53",
        "Eq. (E1)": "C54 C56; the definition itself is not checked",
        "Eq. (E2)": "C57 C58; the definition itself is not checked",
        "Eq. (E3)": "C54",
        "Eq. (E4)": "C55",
        "Eq. (F1)": "C69; the definition itself is not checked",
        "Eq. (F2)": "C70",
        "Eq. (F3)": "C68",
        "Eq. (F4)": "C70",
        "Fig. 1": "not checked: a schematic without numbers, not drawn",
        "Fig. 2(a)": "C16 C20; figure",
        "Fig. 2(b)": "C20; figure",
        "Fig. 2(c)": "C22 C66; figure",
        "Fig. 2(d)": "C16 C21; figure",
        "Fig. 2(e)": "C21; figure",
        "Fig. 2(f)": "C22 C66; figure",
        "Fig. 3(a)": "C31 C32 C59; figure",
        "Fig. 3(b)": "C32 C35 C67; figure",
        "Fig. 3(c)": "C24 C33 C34; figure",
        "Fig. 3(d)": "C36 C37; figure",
        "Fig. 4": "C27 C29; figure",
        "Fig. 5(a)": "C38 C39; figure",
        "Fig. 5(b)": "C40; figure",
    },
    unchecked=(
        Unchecked(
            "Abstract and introduction",
            "what perturbed systems show, and that dynamical and steady-state synchronization "
            "are connected",
            "said again with numbers in the sections below: C11, C33, C36, C38, C58, C60",
        ),
        Unchecked(
            "Abstract and introduction",
            "the existence of undamped modes requires fine-tuning, symmetries or topological order",
            "a statement on systems in general, with references; that a generic perturbation "
            "removes the modes of the chain is C64",
        ),
        Unchecked(
            "Introduction",
            "two characterizations of quantum synchronization lack a classical limit",
            "a statement on other works",
        ),
        Unchecked(
            SETUP,
            r"a coherence contributes $\rho^{\text{osc}} e^{i\omega t} + \text{H.c.}$ to every "
            "evolution",
            "linear algebra; the oscillations that follow are C9, C10, C47 and C48",
        ),
        Unchecked(
            "Connecting the two notions of synchronization",
            "all examples have a zero mode with off-diagonal elements",
            "said again for each of them: C15, C50, C55",
        ),
        Unchecked(
            "Weakly coupled individual oscillating coherences",
            "similar analysis carries over to more than two spins",
            "an expectation; only two are treated",
        ),
        Unchecked(
            "Weakly coupled individual oscillating coherences",
            r"the off-diagonal elements typically contribute to $S_{\max}$",
            "said in general; for the model of Appendix E it is C58",
        ),
        Unchecked(
            MODEL,
            r"$(0, 0, \pi)$ and $(0, \pi, \pi)$ are equivalent notations",
            "a definition of a notation",
        ),
        Unchecked(
            MODEL, "the analysis is expected to extend to larger $N$", "an expectation for $N > 3$"
        ),
        Unchecked(
            MODEL,
            "$r < 1$ avoids numerical artifacts of maxima of similar height",
            "a statement on the authors' computation",
        ),
        Unchecked(
            MODEL,
            r"in Appendix D, synchronization with a difference of $\pi$ is always observed",
            "said again there with a range of strengths: C38, C39, C52",
        ),
        Unchecked(
            "Conclusion",
            "combining both perspectives reveals richer phenomena",
            "a summary; see C33 and C60",
        ),
        Unchecked(
            "Appendix A",
            "the distributions are quasi-probabilities",
            "a remark on the name; Husimi functions are not negative",
        ),
        Unchecked(
            "Appendix B",
            r"the sum that defines $\mathbf{1}_\alpha$ ends at $d_\alpha$",
            r"$d_\alpha$ is not defined; read as $D_\alpha$, the dimension, it is C4",
        ),
        Unchecked(
            "Appendix E",
            "what Ref. [33] argues and verifies, and its regimes of finite perturbations",
            "statements on another work, reproduced as roulet2018",
        ),
        Unchecked(
            "Appendix F",
            r"$\zeta_{\text{coh}} = \zeta_{\text{diss}} = 1$ is expected to represent the generic "
            "situation",
            "an expectation; other weights are not treated",
        ),
    ),
    remarks=rf"""- Claims on random perturbations are decided from 1000 of them by default, and
  from the $10^4$ of the paper in the full run, whose numbers are kept with the code
  (`full_run.json`; seed {SEED}; the 1000 are the first of the $10^4$, so that both are correlated).
  They are drawn as Appendix F is printed, with the diagonal operators of Eq. (F3) and
  $E\lvert H_{{ij}}\rvert^2 = 2$ (C68, C69). Standard errors are those of means over perturbations.
- A perturbation of strength $\eta = 1$ has $\text{{Tr}} K = d$, so that the chain relaxes at about
  $28\,\eta$ and the pair at about $4\,\eta$: strengths on the axes of Figs. 3 and 5 depend on this
  scale.
- Whether the figures used Eqs. (7), (F3) and the threshold as printed or as corrected is unknown.
  Fig. 2 prints neither the samples nor their strength, and Appendix E no parameters: ours are named
  in the rows.
- The text at hand is a machine's reading of version 1; misprints are those of that text.
- Below Eq. (8) the text refers to Fig. 2b for the marks of the $\pi/3$ kind; by the caption these
  are in Fig. 2(d).""",
    full_run=full_run.kept(),
    seeds={
        "random perturbations of Figs. 3 and 5, and their limit": SEED,
        "single random perturbations of the chain (C12, C16, C17; Fig. 2), first seed": 0,
        "single random perturbations of the pair (C49, C50, C52), first seed": 0,
    },
)
"""Zhao et al., "Quantum Synchronization of Perturbed Oscillating Coherences" (2025)."""
