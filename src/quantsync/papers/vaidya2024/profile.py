"""What the page of the paper says besides its figures and claims."""

from quantsync.papers.paper import Profile, Unchecked

VERSION = """\
Phys. Rev. A 109, 033718, received 7 June 2023, accepted 23 February 2024, published 19 March 2024.
The text at hand is a machine's reading of that version, without the pictures and the legends in
them; the arXiv number is not in it."""

SUMMARY = r"""
Two qubits in baths of opposite temperature, one of them driven, show a synchronization blockade of
either qubit at a coupling of order $\Gamma$, a phase shift of $\pi$ there, and strong enhancement
or suppression of their joint synchronization; a circuit of two pumped transmons shows the same.
All of this is reproduced: the model, the moment equations with dephasing, every number of the
captions and of Table II, and both maps over the baths. Five misprints change no conclusion: two
signs of the coherent states, three places of Appendix A, and one frequency of Table I, the
resonator of $B$, to which Table II and the captions testify. Care is needed where a sentence is
wider than its regime: $g_{0,A}$ is unchanged for moderate drive detunings, a partner at zero
temperature enhances below $w_A = 0.617$, and the dip of Fig. 6 goes at drives above $0.6\,\Gamma$.
The circuit needs its frequencies to the kilohertz, more digits than Table I gives.
"""

REMARKS = r"""
- Only the text was at hand. The legends of Figs. 6 and 15 are not in it: the baths $(0.55, 0.09)$
  and $(0.46, 0.82)$ are those of Figs. 12 and 8(b). The second has enhancement and suppression at
  once, as the text says of the orange line of Fig. 6(a).
- Neither are the strength of the drive, the drive detuning of Figs. 5(a) and (b), and the couplings
  of Figs. 3(b) and 5(b). Numbers are for a drive that tends to zero unless they say otherwise;
  where it was tried, $\epsilon = 0.1\,\Gamma$ gives the same answers.
- C14 rests on how far the root of Eq. (A2) reaches, C15 on where a bracket of Eq. (A3) closes, and
  C16 on an index: a reading by machine could have got each of them wrong.
- What we computed with and what the paper's figures were computed with need not be the same: for
  the coherent states, Appendix A and the signs of Eq. (E1) that is unknown. Table II and the
  captions do say that the resonator of $B$ was at 4.5 GHz, and that the anharmonicity was negative.
- Slips of reference: "Sec. III E" in Sec. III B 2 is Sec. II E, and "Fig. 14(a)" in Appendix D is
  Fig. 14. The undriven state is $\hat\rho_u$ in Sec. II B and $\hat\rho_0$ in Secs. II D and IV;
  $\langle T\vert U\rangle$ of Fig. 6(b) is $\langle T\vert\hat\rho\vert U\rangle$.
"""

LITERATURE = "a statement on other work"
JUDGEMENT = "a judgement, not a number"
OUTLOOK = "an outlook"
INPUTS = "not checked: inputs, with which Table II and the captions are reproduced"

PROFILE = Profile(
    version=VERSION,
    summary=SUMMARY.strip(),
    coverage={
        "Abstract and Sec. V, effects of inverted baths only": "C6 C7 C8 C28",
        "Abstract and Sec. V, enhancement": "C22 C25 C87",
        "Appendix B, block structure of the state and the drive": "C69 C70",
        "Eq. (1)": "C63 C65",
        "Eq. (2)": "C17 C66",
        "Eq. (3)": "C65",
        "Eq. (4)": "C65",
        "Eq. (5)": "C66",
        "Eq. (6)": "C1",
        "Eq. (7)": "C1 C95",
        "Eq. (8)": "C2",
        "Eq. (9)": "C20",
        "Eq. (10)": "C20",
        "Eq. (11)": "C20 C31",
        "Eq. (12)": "C3",
        "Eq. (13)": "C22",
        "Eq. (A1)": "C14",
        "Eq. (A2)": "C14",
        "Eq. (A3)": "C15 C95",
        "Eq. (C1)": "C17 C39",
        "Eq. (C2)": "C17",
        "Eq. (C3)": "C17 C89",
        "Eq. (C4)": "C17 C18",
        "Eq. (E1)": "C90 C54 C56 C38",
        "Eq. (E2)": "C39 C59",
        "Eq. (E3)": "C92 C57",
        "Fig. 1": "not checked: a sketch of the system; Eqs. (1) and (2) are what it shows",
        "Fig. 2": "C73 C3",
        "Fig. 3(a)": "C5 C76 C79",
        "Fig. 3(b)": "C6",
        "Fig. 4(a)": "C7 C9",
        "Fig. 4(b)": "C8 C9",
        "Fig. 5(a)": "C10",
        "Fig. 5(b)": "C80 C10",
        "Fig. 5(c)": "C11 C12",
        "Fig. 6(a)": "C22 C84 C85 C86",
        "Fig. 6(b)": "C23 C24",
        "Fig. 7(a)": "C25 C84",
        "Fig. 7(b)": "C26 C27 C82",
        "Fig. 8(a)": "C28 C84",
        "Fig. 8(b)": "C29 C83 C30",
        "Fig. 9(a)": "not checked: a sketch of the circuit",
        "Fig. 9(b)": "C53 C55 C59 C93",
        "Fig. 10(a)": "C34 C35 C40 C42 C50",
        "Fig. 10(b)": "C34 C35 C41 C42 C51",
        "Fig. 11(a)": "C36 C44 C42 C51",
        "Fig. 11(b)": "C37 C43 C42 C52",
        "Fig. 12": "C31 C32",
        "Fig. 13": "not checked: a sketch of the levels and the exchange, which Fig. 14 has",
        "Fig. 14": "C19",
        "Fig. 15": "C33",
        "Table I": "C53 C54 C55 C56",
        "Table I, couplings and decay rates": INPUTS,
        "Table II": "C47 C48 C49",
        "Table II, drives and pumps": INPUTS,
    },
    unchecked=(
        Unchecked(
            "Sec. II A, below Eq. (1)",
            r"a capacitive coupling of two transmons is of the form $g\hat S_A^x\hat S_B^x$",
            "a textbook statement on the circuit; what follows from it is C63",
        ),
        Unchecked(
            "Sec. II A, Eqs. (2), (3)",
            r"the local master equation is accurate, and stays so for $g \gtrsim w_j, \gamma_j$; "
            "the drive may be treated in a rotating-wave approximation",
            "from Refs. [24, 25]; it would need microscopic baths, which the paper does not give. "
            "The approximation for the drive is that of C63",
        ),
        Unchecked(
            "Sec. II A, end",
            "two qutrits may be challenging to realize, and their exchange depends on how it is "
            "done",
            JUDGEMENT,
        ),
        Unchecked(
            "Sec. II C, footnote 1",
            r"SU$(2S+1)$ coherent states are not required",
            "the normalization that it omits drops out of every claim",
        ),
        Unchecked(
            "Sec. II D, first paragraph",
            "the measure is system agnostic; quasiprobabilities of composite systems may be "
            "inconvenient",
            JUDGEMENT,
        ),
        Unchecked(
            "Sec. II E, end",
            r"for $g/\Gamma \sim 1$ neither basis is particularly well suited",
            "a judgement; the two facts behind it are C73 and C74",
        ),
        Unchecked(
            "Sec. III B, on Fig. 6(b)",
            "the synchronization measure captures the overall extent of coherence",
            "an interpretation of C24",
        ),
        Unchecked(
            "Sec. III B 1, end",
            "small coherences can lead to observable effects in macroscopic systems",
            LITERATURE,
        ),
        Unchecked(
            "Sec. III C, first sentence",
            "robustness of all features at all dephasing rates and drives",
            "no further numbers are given; C13, C85 and C86 are on the two that the text names",
        ),
        Unchecked(
            "Sec. IV, first paragraph",
            "connectivity, scaling up, absence of motional heating",
            JUDGEMENT,
        ),
        Unchecked(
            "Sec. IV, third paragraph",
            "tunable couplers are a standard component; the parameters are feasible",
            LITERATURE,
        ),
        Unchecked(
            "Sec. IV, fourth paragraph",
            r"coherences, $\hat\rho$ and $\hat\rho_0$ can be measured by readout and tomography, "
            r"and $\Omega$ evaluated from them",
            "a statement on experiments; the evaluation itself is C20",
        ),
        Unchecked(
            "Sec. V, last paragraphs",
            "scaling up, superradiant lasers, heat engines, other platforms",
            OUTLOOK,
        ),
        Unchecked(
            "Appendix C, end",
            "the general expressions are not compact",
            "a judgement; on resonance there are compact ones, which our figures use",
        ),
        Unchecked(
            "Appendix E, below Eq. (E1)",
            "what each line of the equation describes",
            "the breaks between lines are not in the text at hand; all terms are in C90",
        ),
        Unchecked(
            "Appendix E, on the parameters",
            "the values are experimentally achievable; the drive cannot be arbitrarily weak in an "
            "experiment",
            "statements on experiments; the coherences of the pumps are C45",
        ),
    ),
    remarks=REMARKS.strip(),
    seeds={"the states of C1, C2, C14, C15, C95": 3, "the parameter sets of C17 and C18": 7},
)
"""Vaidya et al., "Exploring quantum synchronization with a composite two-qubit oscillator"."""
