"""What the page of the paper says besides its figures and claims."""

from quantsync.papers.paper import Profile, Unchecked

CITED = "a result of the works cited there"
PROFILE = Profile(
    version="Phys. Rev. A 94, 052118 (2016), the published text; its days of receipt and "
    "publication and its arXiv number are not in the text that was read.",
    summary=r"""
Two detuned oscillators on a finite harmonic chain synchronize without nonlinearity, drive or
external bath: by unequal damping of their normal modes, by a mode bound to strongly coupled probes,
and by crosstalk. These three mechanisms and the six figures are reproduced from an exact sum over
the normal modes, and the equations of Appendix A are exact as printed, with fixed ends of the
chain. Five lines need a correction, on which nothing else depends. Care is needed with the Langevin
equation of Sec. II B, which is for $\langle q(0)\rangle = 0$, and with Eq. (9), which holds low in
the band. The window of $C(t)$, two starts and the squeezed quadrature are not printed and are named
where they matter; one claim, on Fig. 6, stays open for that.
""",
    coverage={
        "Sec. II, $H_E$ (no number)": "C1",
        "Eq. (1)": "C4",
        "Eq. (2)": "C6",
        "Eq. (3)": "C3",
        "Sec. II A, time average (no number)": "C3",
        "Sec. II B, Langevin equation (no number)": "C8",
        "Eq. (4)": "C6 C68",
        "Eq. (5)": "C6 C31",
        "Eq. (6)": "C9 C11",
        "Eq. (7)": "C13 C63",
        "Sec. III A, $H_E$ (no number)": "C1 C5",
        "Eq. (8)": "C10 C18",
        "Eq. (9)": "C14",
        "Eq. (10)": "C56",
        "Eq. (A1)": "C4",
        "Eq. (A2)": "C5",
        "Eq. (A3)": "C6",
        "Eq. (A4)": "C4",
        "Eq. (A5)": "C4",
        "Eq. (A6)": "C5",
        r"Appendix A, angle $\theta$ (no number)": "C4",
        "Eq. (A7)": "C4",
        "Eq. (A8)": "C5",
        "Eq. (A9)": "C6",
        "Eq. (A10)": "C6",
        "Eq. (A11)": "C7 C72",
        "Eq. (A12)": "C6",
        "Eq. (A13)": "C6",
        "Eq. (A14)": "C72",
        "Eq. (B1)": "C58",
        "Eq. (B2)": "C58",
        "Eq. (B3)": "C58",
        "Appendix B, averaged $c_1$ and $c_2$ (no number)": "C60",
        "Fig. 1, upper panel": "figure C17 C20 C21",
        "Fig. 1, lower panel": "figure C20 C63",
        "Fig. 2, top": "figure C23 C25 C30",
        "Fig. 2, top, inset": "not checked: a sketch of the configuration, without numbers",
        "Fig. 2, bottom left": "figure C23",
        "Fig. 2, bottom right": "figure C24 C27 C71",
        "Fig. 3(a)": "figure C32 C33 C75",
        "Fig. 3(a), inset": "not checked: a sketch of the configuration, without numbers",
        "Fig. 3(b)": "figure C34 C38 C40",
        "Fig. 3(c)": "figure C36",
        "Fig. 4(a)": "figure",
        "Fig. 4(b)": "figure C44 C45 C76",
        "Fig. 4(c)": "figure C43 C48",
        "Fig. 5, top": "figure",
        "Fig. 5, middle": "figure C51 C52",
        "Fig. 5, bottom": "figure C50",
        "Fig. 6": "figure C54 C55 C57 C74",
    },
    unchecked=(
        Unchecked(
            "Abstract and Sec. VI",
            "the results in summary",
            "each is a claim of its section (C12, C17, C25, C34, C44, C45, C52)",
        ),
        Unchecked(
            "Sec. I",
            "what earlier works found on synchronization, dissipation and entanglement in "
            "classical and quantum systems",
            CITED,
        ),
        Unchecked(
            "Sec. II",
            "other networks give arbitrarily complex spectral densities and non-Markovian effects",
            f"{CITED}; the figures have the homogeneous chain only",
        ),
        Unchecked(
            "Sec. II B",
            "first- and second-order moments characterize Gaussian states and their dynamics",
            "a theorem of textbooks, and how everything here is computed",
        ),
        Unchecked(
            "Sec. III",
            "a time local damping holds only in specific situations; in general $A$ and $G$ cannot "
            "be diagonalized together",
            "said without a case; where it is used for Fig. 1 it is C10, C11 and C14",
        ),
        Unchecked(
            "Secs. III A, V A",
            "agreement with the predictions of Refs. [2], [24] and [35] for infinite baths",
            f"{CITED}, which were not read; an infinite bath itself is C47 and C70",
        ),
        Unchecked(
            "Sec. III B",
            "in an infinite environment dissipation in common and in separate baths alternate with "
            "the distance",
            f"{CITED}, Ref. [20]",
        ),
        Unchecked(
            "Sec. IV",
            "synchronization without direct coupling was shown for spins",
            f"{CITED}, Ref. [36]",
        ),
        Unchecked(
            "Sec. IV B",
            "a drive at the frequency of the opposite oscillator alone would not synchronize",
            "an argument about a signal that does not occur; what does arrive is C66",
        ),
        Unchecked(
            "Sec. V",
            "synchronization reduces decoherence of an initially entangled state; entanglement of "
            "identical oscillators, sudden death and revival",
            f"{CITED}; the paper computes neither",
        ),
        Unchecked(
            "Sec. VI",
            "synchronization in networks and slowly damped vibrations of structures; applications",
            f"{CITED}, and an outlook",
        ),
        Unchecked(
            "Appendix B",
            "after long times resonant modes alone dominate, during the transient bands of modes "
            "do",
            "an argument for the couplings that C58 and C60 check",
        ),
    ),
    remarks=r"""
Times are in units of $1/\omega_1$, positions in $\omega_1^{-1/2}$, couplings in $\omega_1^2$. The
chain is that of Sec. III A and Appendix A with fixed ends. Where a number depends on the length of
the averages in $C(t)$, 15 is taken, and the spread over 10 to 30 is given.

What remains open: the initial states of Figs. 2 and 6, the length of the averages, and the squeezed
quadrature of Figs. 4 and 5. Whether the programs behind the figures share any of the misprints is
unknown; what the text says of the figures holds with the corrected lines. In the caption of Fig. 3
the asymmetric start reads "$p_1(0) = 0$, $= p_2(0) = 10\sqrt{\omega_1}$", which is taken without
the second equals sign.
""",
)
