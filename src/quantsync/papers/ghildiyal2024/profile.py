"""What the page of the paper says besides its figures and claims."""

from quantsync.papers.ghildiyal2024.data import SEED as STARTS_SEED
from quantsync.papers.ghildiyal2024.equation_claims import SEED as COVARIANCES_SEED
from quantsync.papers.ghildiyal2024.points import SEED as POINTS_SEED
from quantsync.papers.paper import Profile, Unchecked

PROFILE = Profile(
    version="the manuscript of arXiv:2408.06126; our text of it carries neither date nor version. "
    'Its abstract is that of v1 but for one word: v1 has "mediated by a a central", our text '
    '"mediated by a central". An index of arXiv with entries of July 2025 dates it 12 August 2024 '
    "and knows no update; a later version, or one in a journal, is not known to us.",
    summary=r"""The paper maps two spin chains, coupled through a central one, to two nonlinear
oscillators, and studies their mean fields and Gaussian fluctuations. Most steps of the mapping
hold: the doublet of the central chain and the factor $1/\sqrt{N_j}$, (3), (5), (6), $\theta$, and
(19) to (21); and $S_q$ tends to 1 and falls with temperature. Care is needed with (4), whose spins
are twice as long as the chain's, and with coefficients of (7), (A1), (A2) and (C1): their
misprints are listed one by one and, corrected, agree with a derivation to rounding. The equations
have damping and no drive, so that orbits decay where limit cycles are named, and the final $S_q$
is that of two modes at rest, with the coupling or without; on the way there the coupling does
correlate the chains.""",
    coverage={
        "Eq. (1)": "not checked: the definition of the model, a sum of its parts",
        "Eq. (2)": "C2 C57",
        "Eq. (3)": "C3",
        "Eq. (4)": "C4 C59",
        "Eq. (5)": "C5 C7 C13 C60",
        "Eq. (6)": "C6 C7",
        "Eq. (7)": "C9 C11 C12 C61",
        "Eq. (8)": "C11 C14 C23",
        "Eq. (9)": "C21 C64",
        "Eq. (10)": "C17 C18 C19 C20 C55",
        "Eq. (11)": "C17 C18 C19 C20",
        "Eq. (12)": "C21 C26",
        "Eq. (13)": "C28",
        "Eq. (14)": "C28",
        "Eq. (15)": "C28",
        "Eq. (16)": "C28",
        "Eq. (17)": "C30",
        "Eq. (18)": "C30",
        "Eq. (19)": "C64 C26",
        "Eq. (20)": "C21 C64",
        "Eq. (21)": "C30 C46",
        "Eq. (A1)": "C23 C25 C26",
        "Eq. (A2)": "C15 C23 C25 C26",
        "Eq. (B1)": "C16 C29",
        "Eq. (B2)": "C16 C29",
        "Eq. (C1)": "C17 C18 C19 C20 C45 C55",
        "Appendix C, $E_1$ to $E_8$": "C17 C18 C19 C20",
        "Appendix C, $F_1$, $F_2$": "C55",
        "Fig. 1(a)": "not checked: a schematic, not drawn",
        "Fig. 1(b)": "not checked: a schematic, not drawn",
        "Fig. 2(a)": "C32 C33 C37; figure",
        "Fig. 2(b)": "C33 C38; figure",
        "Fig. 2(c)": "C33 C38; figure",
        "Fig. 2(d)": "C33 C40 C65; figure",
        "Fig. 2(e)": "C33 C39 C40; figure",
        "Fig. 2(f)": "C33 C39 C40; figure",
        "Fig. 2(g)": "C33 C42; figure",
        "Fig. 2(h)": "C33 C41 C42; figure",
        "Fig. 2(i)": "C33 C41 C42; figure",
        "Fig. 3(a)": "C45 C46 C47 C49; figure",
        "Fig. 3(b)": "C51; figure",
    },
    unchecked=(
        Unchecked(
            "Abstract",
            "classical and perfect quantum synchronization; robust; affected by noise",
            "said again in Secs. III and IV and checked there: C33, C37, C46, C47, C49, C51, C54",
        ),
        Unchecked(
            "Sec. I", "what other works have found", "statements on other papers, with references"
        ),
        Unchecked(
            "Sec. I",
            "exchange interactions between any two spins depend on the distance",
            "a description of chains in general; the model is (2), see C2",
        ),
        Unchecked(
            "Sec. I",
            "synchronization is a manifestation of quantum correlations",
            "an expectation; for this model see C47 and C48",
        ),
        Unchecked(
            "Sec. II",
            r"$\lambda \sim 0$ and $\lambda \lesssim 1$ refer to weak and strong coupling",
            "a definition of words",
        ),
        Unchecked(
            "Sec. II",
            "at low temperatures the central chain stays in its doublet",
            "an assumption; its exchange and the temperature are not printed",
        ),
        Unchecked(
            "Sec. II A",
            "initial states are Gaussian and stay so",
            "an assumption, and a property of every linear equation such as (10)",
        ),
        Unchecked(
            "Sec. II A",
            r"an equal superposition is the only possibility for $\langle\sigma_z\rangle = 0$",
            "within pure states a matter of definition; equilibrium is C62",
        ),
        Unchecked(
            "Sec. II A",
            "elements of $C$ represent $2 \\times 2$ matrices of modes",
            "a remark on notation",
        ),
        Unchecked(
            "Sec. III",
            "equal means, and equal phases, indicate classical synchronization",
            "an interpretation; what is behind it is C37, C38 and C39",
        ),
        Unchecked(
            "Sec. III",
            "limit cycles and quantum synchronization correspond to each other",
            "the equations have no limit cycle (C33); on cycles that an added gain makes see C53",
        ),
        Unchecked(
            "Sec. III",
            "van der Pol oscillators have linear coupling with nonlinear damping",
            "a statement on other models",
        ),
        Unchecked(
            "Sec. III",
            "non-Gaussian entangled states are to be expected; results hold in the Gaussian limit",
            "an expectation and a caveat; the paper does not treat states beyond Gaussian ones, "
            "and no number depends on it",
        ),
        Unchecked("Sec. IV", "the conclusions", "said in Sec. III and checked there"),
    ),
    remarks=r"""The text at hand is a machine's reading of the manuscript; misprints are those of
that text (C11, C15, C17 and C55 rest on a bracket, a star or an index of it). Whether the figures
of the paper were computed with the printed or with other
coefficients is not known, nor are the start and the averaging window; $\omega_0$ is not printed and
does not enter (B1), (B2) and (C1). All runs here start from $q_j = 1$, $p_j = 0$ or from a start
that is named, with the covariance of the vacuum. Three forms of the equations appear: as printed;
corrected, with the misprints of (7) to (C1) put right and the printed damping and noise kept; and
derived, with damping and noise of one jump operator for each chain and the Kerr term kept in $H$
(`literal`, `corrected` and `lab` of `quantsync.models.pseudo_boson_pair`). Panels of Fig. 2 are
named a-c, d-f and g-i in computed numbers: $\lambda = 0$, $N = 5, 5$; $\lambda = 0$, $N = 10, 5$;
$\lambda = 0.2$, $N = 5, 5$. All three forms are built on (4) as it stands, whose correction would
change every later number (C4).""",
    seeds={
        "starts of Fig. 2": STARTS_SEED,
        "points at which formulas are compared": POINTS_SEED,
        "covariances": COVARIANCES_SEED,
        "states of chains, fermionic modes and spins": 3,
    },
)
