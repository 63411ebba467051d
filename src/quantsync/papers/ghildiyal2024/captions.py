"""Captions of the figures of Ghildiyal et al. (2024) and of those that are added."""

RATES = (
    r"Parameters of the captions: $g_1 = 1.5$, $g_2 = 2.4$, $\langle\sigma_z\rangle = -0.1$, "
    r"$\omega_1 = 1$, $\omega_2 = 0.8$, $\gamma_l = 0.001$, $\gamma_{nl} = 0.002$. "
)
START = (
    r"The paper starts from $q_j(0) = p_j(0) = 0$, which is a fixed point; here both chains start "
    r"from $\bar{q}_j = 1$, $\bar{p}_j = 0$. "
)
ROWS = (
    r"From top to bottom $\lambda = 0$, $N_1 = N_2 = 5$; $\lambda = 0$, $N_1 = 10$, $N_2 = 5$; and "
    r"$\lambda = 0.2$, $N_1 = N_2 = 5$. "
)
RECOMMENDED = (
    "The recommended equations: misprints corrected, both dampings from one jump operator a mode, "
    "in the laboratory frame. "
)
CHAINS = (
    "Chain 1 is vermilion; chain 2 is black, dashed over time, and thinner where both coincide. "
)
LATE = r"the last $300\,\omega_1^{-1}$ before $t = 10^4\,\omega_1^{-1}$"

FIGURE_2 = (
    "Equations (B1), (B2) as printed. (a), (d), (g): orbits, (b), (e), (h): mean positions, (c), "
    f"(f), (i): mean momenta, all during {LATE}. "
    + CHAINS
    + r"(x)-(z), added: the orbits during the first $300\,\omega_1^{-1}$. Mind the scales: the "
    "orbits decay. " + ROWS + START + RATES + "The schematic Fig. 1 is left out."
)
FIGURE_2_LAB = (
    "Everything here is added: the panels of Fig. 2 under the same letters with a prime. "
    + RECOMMENDED
    + f"First three columns: orbits, mean positions and mean momenta during {LATE}; last column: "
    r"orbits during the first $300\,\omega_1^{-1}$. " + CHAINS + ROWS + START + RATES
)
FIGURE_2_GAIN = (
    "Everything here is added: a linear gain of $0.002$, which is not in the paper, makes limit "
    "cycles of the decaying orbits. The panels are those of Fig. 2 under the same letters with a "
    "prime. "
    + RECOMMENDED
    + f"First three columns: orbits, mean positions and mean momenta during {LATE}; last column: "
    r"orbits during the first $300\,\omega_1^{-1}$. " + CHAINS + ROWS + START + RATES
)
PANELS_3 = (
    r"Black band and circles: $S_q$ of Eq. (16); purple band and squares: $S_q^\phi$ of Eq. (21) "
    r"with the $\phi = 1.049$ of the caption; orange, dashed, and crosses: $2/\mathrm{Tr}\,C$, "
    r"which is $S_q$ of the product of both chains' states; blue, dotted, and dots: $S_q$ with the "
    r"coupling switched off; grey: $1/(2\bar{n}_m + 1)$. Bands: curves that oscillate too fast to "
    r"be seen at this width; the edges join the largest and the least values of stretches of "
    r"$100\,\omega_1^{-1}$. Averages are over the last $1000\,\omega_1^{-1}$ before "
    r"$t = 10^4\,\omega_1^{-1}$; the paper does not say over what it averages. Right: the smallest "
    r"symplectic eigenvalue $\nu_{\min}$ of the covariance matrix above the uncertainty limit "
    r"$1/2$, linear within $\pm 0.01$ and logarithmic beyond; in the shaded region the matrix is "
    "that of no state. "
)
GROWN = (
    r"As printed the covariance grows without bound: $S_q$ is drawn as 0 once it has outgrown all "
    r"numbers, and $\nu_{\min}$ and its axis of time end where rounding decides; the three lines "
    r"of coupled chains fall within the first 250 units of time and then lie on each other. "
)
FIGURE_3 = (
    r"$\lambda = 0.2$, $N_1 = N_2 = 5$. (a) $S_q$ over time for $\bar{n}_m = 0$, which is not "
    "printed, and (b) averages over thermal phonons, with (B1), (B2), (C1) as printed. (w) is "
    "added, and so are (x)-(z), the same three with the recommended equations. Of the lines "
    "and marks only $S_q$ is the paper's. " + PANELS_3 + GROWN + RECOMMENDED + START + RATES
)
FIGURE_3_GAIN = (
    "Everything here is added: the panels of Fig. 3, with a prime, with a linear gain of $0.002$, "
    r"which is not in the paper; $\lambda = 0.2$, $N_1 = N_2 = 5$. "
    + PANELS_3
    + GROWN
    + r"With the recommended equations $\nu_{\min}$ is drawn as far as rounding allows, too. "
    + RECOMMENDED
    + START
    + RATES
)
EXCESS = (
    r"Added. (i) What correlations add to $S_q$: its excess over $2/\mathrm{Tr}\,C$, the value of "
    "the product of both chains' states. (ii) The logarithmic negativity, with natural logarithms; "
    "black is nearly covered by blue. Colours are those of the key; where a curve oscillates too "
    "fast to be seen, a band joins the "
    r"largest and the least values of stretches of $100\,\omega_1^{-1}$. "
    + RECOMMENDED
    + START
    + RATES
)
STARTS = (
    "Added. Where runs of (B1), (B2) as printed have come to at $t = 10^4\\,\\omega_1^{-1}$, over "
    r"the quanta per spin $\lvert\beta_j\rvert^2/N_j$ at the start, with random phases. Blue dots: "
    r"both occupations are below $10^{-3}$; orange crosses: the run has met the pole of the "
    r"equations, $X = 0$ in Eq. (8), which is $\sum_j g_j (n_j - N_j)/\sqrt{N_j} = 0$; black "
    "stars: neither, the run is stuck. Numbers count them. (i)-(iii): the parameters of the three "
    "rows of Fig. 2. " + RATES
)
CENTRAL_SPIN = (
    r"Added. (i) Quanta $n_1$ of chain 1 for five spins in each chain: exact spins (black), the "
    "Holstein-Primakoff bosons of Eq. (4) corrected (blue, dashed) and as printed (orange), "
    "and the mean field (vermilion, dotted). (ii) The central spin: exact (black, it "
    "oscillates) and frozen as the paper has it (vermilion, dotted). (iii) Root mean square error "
    r"of $n_1$ for $t \leq 60\,\omega_1^{-1}$ over the number of spins, (4) corrected (circles), "
    r"as printed (squares) and the mean field (triangles); thin lines guide the eye. "
    r"$\lambda = 0$, no damping, $\bar{q}_1(0) = 0.5$, chain 2 at rest; $\omega_0 = 0.2$, which is "
    "not printed. " + RATES
)
