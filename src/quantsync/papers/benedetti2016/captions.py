"""Captions of the figures of Benedetti et al., PRA 94, 052118 (2016)."""

CHAIN = (
    r"The chain has $M = 300$ sites, $\Omega_0 = 0.4\,\omega_1$ and $g = 1.2\,\omega_1^2$; the "
    r"window of $\mathcal{C}$, which is not printed, is $\Delta t = 15\,\omega_1^{-1}$. "
)
BANDS = (
    "Bands: the curves oscillate too fast to be seen at this width; the edges of a band join the "
    r"largest and the least values of stretches of $8\,\omega_1^{-1}$. "
)
REVIVAL = (
    r"Dotted: the first signal comes back from the far end, "
    r"$\tau_R = 2M/v_{\max} = 657\,\omega_1^{-1}$. "
)
REGIONS = (
    r"Shading, as in the paper's Fig. 3: independent dissipation (pink), crosstalk from "
    r"$\tau_R/2 = 328\,\omega_1^{-1}$ on (blue), and revival from $\tau_R = 657\,\omega_1^{-1}$ on "
    "(light blue). "
)

FIGURE_1 = (
    r"Both probes at the end of the chain, $\omega_2 = 1.1\,\omega_1$, "
    r"$\lambda = 0.5\,\omega_1^2$, $K = 0.2\,\omega_1^2$, "
    r"$\langle x_1(0) \rangle = 0.14\,\omega_1^{-1/2}$, "
    r"$\langle x_2(0) \rangle = 1.4\,\omega_1^{-1/2}$, momenta zero. Top: $\mathcal{C}(t)$. "
    r"Bottom: normal coordinates $\langle q_1 \rangle$ (black) and $\langle q_2 \rangle$ "
    r"(vermilion). " + BANDS + REVIVAL + r"The second dotted line is at $2\tau_R$. " + CHAIN
)
FIGURE_2 = (
    r"Both probes at the end of the chain, $\omega_2 = 1.1\,\omega_1$, $\lambda = 0$. Top: "
    r"$\mathcal{C}(t)$ for $K = 0.1\,\omega_1^2$ (black) and $0.8\,\omega_1^2$ (vermilion, "
    r"dashed). "
    r"Bottom: $\langle x_1 \rangle$ (black) and $\langle x_2 \rangle$ (vermilion, dashed) at late "
    r"times for the smaller $K$ (left) and the larger (right). The start is not printed; here "
    r"$\langle x_1(0) \rangle = \langle x_2(0) \rangle = 1.4\,\omega_1^{-1/2}$, momenta zero. The "
    "inset of the paper, a schematic of the configuration, is left out. " + REVIVAL + CHAIN
)
FIGURE_3 = (
    r"Probes at both ends of the chain, $\omega_2 = 1.1\,\omega_1$, $\lambda = 0$, "
    r"$K = 0.2\,\omega_1^2$. (a) $\langle x_1 \rangle$ (black) and $\langle x_2 \rangle$ "
    r"(vermilion) "
    r"from the symmetric start, $\langle x_j(0) \rangle = 1.4\,\omega_1^{-1/2}$ and momenta zero. "
    r"(b) $\mathcal{C}(t)$ from the symmetric start (black) and, with $\langle x_2 \rangle$ taken "
    r"at $t - 1.5\,\omega_1^{-1}$, from the asymmetric one, $\langle x_j(0) \rangle = "
    r"2\,\omega_1^{-1/2}$, $\langle p_1(0) \rangle = 0$, $\langle p_2(0) \rangle = "
    r"10\,\omega_1^{1/2}$ (vermilion, dashed); the delay is not printed, ours makes the least "
    r"$\mathcal{C}$ of the crosstalk largest. The thin purple line is added: the asymmetric start "
    "without a delay. (c) Enlarged view of (a), lines as there, the second dashed. "
    + REGIONS
    + "The inset of (a) in the paper, a schematic of the configuration, is left out. "
    + CHAIN
)
SQUEEZED = (
    r"The probes start as squeezed vacua with $r_1 = r_2 = 2$; which quadrature is squeezed is not "
    r"printed, here it is the momentum of both. The chain starts in its ground state. "
)
NATS = (
    r"$\mathcal{M}$ (blue) and the logarithmic negativity $\mathcal{E}$ (orange), with natural "
    "logarithms"
)
FIGURE_4 = (
    r"Both probes at the end of the chain, $\omega_2 = 1.2\,\omega_1$, $\lambda = 0$, "
    r"$K = 0.8\,\omega_1^2$. (a) Variances $\langle x_1^2 \rangle$ (black) and "
    r"$\langle x_2^2 \rangle$ (vermilion). (b) Mutual information "
    + NATS
    + "; the axis is linear below the dashed line and logarithmic above. "
    r"(c) $\mathcal{C}(t)$ of the variances. The letters are those of the paper's text. "
    + BANDS
    + REVIVAL
    + SQUEEZED
    + CHAIN
)
FIGURE_5 = (
    r"Probes at both ends of the chain, $\omega_2 = 1.2\,\omega_1$, $\lambda = 0$, "
    r"$K = 0.2\,\omega_1^2$. Top: variances $\langle x_1^2 \rangle$ (black) and "
    r"$\langle x_2^2 \rangle$ (vermilion). Middle: mutual information "
    + NATS
    + r"; $\mathcal{E}$ is zero throughout. The axis is linear below the dashed line and "
    r"logarithmic above. Bottom: $\mathcal{C}(t)$ of the variances. "
    + BANDS
    + REGIONS
    + SQUEEZED
    + CHAIN
)
FIGURE_6 = (
    r"$\mathcal{C}$ over the site $m$ of the second probe and time, the first probe being at site "
    r"1; $\omega_2 = 1.1\,\omega_1$, $\lambda = 0.5\,\omega_1^2$, $K = 0.06\,\omega_1^2$. Red: "
    r"synchronization, blue: antisynchronization, white: neither. One column is one site: "
    r"$\mathcal{C}$ alternates from site to site, and the stripes are real. The lines are added: "
    r"the fastest signal reaches from one probe to the other (dashed) and from the second probe to "
    r"the far end and back (dotted), at $v_{\max} = 0.914$ sites per $\omega_1^{-1}$. The triangle "
    r"below both has felt neither. The start is not printed; here it is that of Fig. 1, "
    r"$\langle x_1(0) \rangle = 0.14\,\omega_1^{-1/2}$, $\langle x_2(0) \rangle = "
    r"1.4\,\omega_1^{-1/2}$. " + CHAIN
)
