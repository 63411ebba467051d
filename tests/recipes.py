"""One right call of every public function, which the fuzz tests then spoil argument by argument."""

import matplotlib.pyplot as plt
import numpy as np
import sympy

import quantsync as qs
from quantsync.explorer.opening import page_maker

T = np.linspace(0.0, 10.0, 101)
ETA = np.linspace(0.0, 1.0, 5)


def two_spins():
    return qs.Space(A=qs.Spin(1 / 2), B=qs.Spin(1 / 2))


def drawn(draw):
    """A call that draws, without the figure, which pyplot would keep."""

    def call(**arguments):
        axes = draw(**arguments)
        if arguments.get("axes") is None:
            plt.close(axes.figure)

    return call


def state():
    rho = np.diag([0.4, 0.3, 0.2, 0.1]).astype(complex)
    rho[1, 2] = rho[2, 1] = 0.1
    return rho


def qubit(rate=1.0):
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    return qs.Lindbladian(space, [(1.0, a.z), (0.3, a.x)], [(rate, a.minus), (0.2, a.plus)])


def x_of(system):
    return system.space["A"].x


def covariance():
    return qs.GaussianState.squeezed([1.0, 1.1], r=0.3).covariance


def dephased():
    return qs.models.dephased_chain(sites=2, spin=1 / 2)


def weak(system):
    a, b = (system.space[name] for name in "AB")
    return qs.Lindbladian(
        system.space, [], [(1.0, a.plus @ b.minus), (0.3, a.minus), (0.2, b.plus)]
    )


def mean_field():
    b = sympy.Symbol("b")
    return qs.MeanFieldModel([b], 0.7 * b * sympy.conjugate(b), [sympy.conjugate(b), b**2])


def mode(drive=0.1, levels=4):
    space = qs.Space(M=qs.Fock(levels))
    m = space["M"]
    return qs.Lindbladian(space, [(drive, m.create + m.destroy)], [(1.0, m.destroy)])


def stored(folder):
    path = folder / "map.zarr"
    qs.sweep("spin_pair", {"epsilon": [0.1, 0.2]}, "purity", store=path, progress=False)
    return path


def parabola(x):
    return np.asarray(x) ** 2 - 0.3


def circle(x, y):
    return np.asarray(x) + 1j * np.asarray(y) - (0.2 + 0.1j)


def recipes(folder):
    """Each name with a function and its arguments: the valid call ``function(**arguments)``."""
    path = stored(folder)
    space, system, rho, chain = two_spins(), qubit(), state(), dephased()
    spin = qs.Space(A=qs.Spin(1))
    network = qs.HarmonicNetwork([[2.0, -0.5], [-0.5, 2.0]])
    vacuum = qs.GaussianState.vacuum([1.0, 1.2])
    moments = {"rho": rho, "space": space}
    phases = qs.relative_phase_distribution(rho, space)
    evolution = qs.evolve(system, np.eye(2) / 2, [0.0, 1.0])
    found = qs.trajectories(system, [1.0, 0.0], [0.0, 1.0], 2, 1, observables={"x": x_of(system)})
    response = qs.linear_response(system, x_of(system))
    steady = qs.steady_state(system)
    spectrum = qs.power_spectrum(system, x_of(system))
    modes = qs.time_series.ModeSum([1.0, 2.0], [0.5, 0.1], [0.0, 0.2])
    undecaying = qs.peripheral_modes(chain)
    model = mean_field()
    undriven = qs.models.driven_pair(drive=0.0)
    return {
        "Spin": (qs.Spin, {"size": 1}),
        "Fock": (qs.Fock, {"levels": 4}),
        "Space": (qs.Space, {"A": qs.Spin(1)}),
        "Space.embed": (space.embed, {"name": "A", "local": np.eye(2)}),
        "Lindbladian": (
            qs.Lindbladian,
            {"space": space, "hamiltonian": [(1.0, space["A"].x)],
             "dissipators": [(1.0, space["B"].minus)]},
        ),
        "Lindbladian.apply": (system.apply, {"rho": np.eye(2) / 2}),
        "Lindbladian.take": (qubit(np.array([1.0, 2.0])).take, {"systems": [1]}),
        "Lindbladian.broadcast_to": (system.broadcast_to, {"shape": (3,)}),
        "basis_state": (qs.basis_state, {"space": space, "A": 0.5, "B": -0.5}),
        "converged": (
            qs.converged,
            {"model": mode, "parameters": {"drive": 0.1}, "measures": ["purity"],
             "levels": "levels"},
        ),
        "correlation": (
            qs.correlation,
            {"system": system, "a": x_of(system), "b": system.space["A"].minus, "times": [0.0, 1.0],
             "state": np.eye(2) / 2},
        ),
        "observed_frequency": (
            qs.observed_frequency, {"system": system, "b": x_of(system), "state": steady}
        ),
        "power_spectrum": (
            qs.power_spectrum,
            {"system": system, "b": x_of(system), "a": x_of(system), "state": steady,
             "errors": "mask"},
        ),
        "PowerSpectrum.incoherent": (spectrum.incoherent, {"omega": [0.0, 1.0]}),
        "PowerSpectrum.plot": (drawn(spectrum.plot), {"omega": [0.0, 1.0]}),
        "coherence": (qs.coherence, {"rho": rho, "kind": "relative_entropy", "base": 2}),
        "coherent_state": (qs.coherent_state, {"spin": 1, "theta": 0.3, "phi": 0.1}),
        "complete_synchronization": (qs.complete_synchronization, {"covariance": covariance()}),
        "compute": (
            qs.compute,
            {"model": "spin_pair", "parameters": {"epsilon": 0.1}, "measures": ["purity"]},
        ),
        "concurrence": (qs.concurrence, {**moments, "sites": ["A", "B"]}),
        "discord": (qs.discord, {**moments, "measured": "A", "sites": ["A", "B"], "base": 2}),
        "dynamical_synchronization": (
            qs.dynamical_synchronization,
            {"system": undecaying, "observables": {"z": lambda site: site.z},
             "state": np.diag([0.5, 0.2, 0.2, 0.1])},
        ),
        "ensemble": (
            qs.ensemble,
            {"system": chain, "strengths": [1e-3], "samples": 2, "seed": 1, "measures": "purity",
             "progress": False},
        ),
        "trajectories": (
            qs.trajectories,
            {"system": system, "state": np.eye(2) / 2, "times": [0.0, 0.5], "samples": 3, "seed": 1,
             "observables": {"x": x_of(system)}, "sites": ["A"], "records": 1, "step": 0.1,
             "oscillator_phase": 0.3, "tolerance": 1e-2, "unravelling": "homodyne"},
        ),
        "Trajectories.plot": (
            drawn(found.plot), {"observables": ["x"], "axes": None}
        ),
        "evolve": (qs.evolve, {"system": system, "state": np.eye(2) / 2, "times": [0.0, 1.0]}),
        "expectation": (qs.expectation, {"rho": rho, "operator": [space["A"].z, np.eye(4)]}),
        "fidelity": (qs.fidelity, {"rho": rho, "sigma": np.eye(4) / 4}),
        "find_extrema": (qs.find_extrema, {"function": parabola, "nodes": np.linspace(-1, 1, 9)}),
        "find_zeros": (qs.find_zeros, {"function": parabola, "nodes": np.linspace(-1, 1, 9)}),
        "from_qutip": (qs.from_qutip, qutip_system()),
        "husimi": (qs.husimi, {**moments, "theta": 0.3, "phi": 0.1, "site": "A"}),
        "wigner": (qs.wigner, {**moments, "theta": 0.3, "phi": 0.1, "site": "A"}),
        "linear_response": (
            qs.linear_response, {"system": system, "perturbation": x_of(system), "order": 1}
        ),
        "Response.state": (response.state, {"strength": 0.1}),
        "log_negativity": (qs.log_negativity, {**moments, "sites": "A", "base": 2}),
        "mutual_information": (qs.mutual_information, {**moments, "sites": "A", "base": 2}),
        "negativity": (qs.negativity, {**moments, "sites": "A"}),
        # What it checks before it serves a page.
        "explore": (
            page_maker, {"model": "spin_pair", "parameters": {"gain_a": 20.0}, "measures": "purity"}
        ),
        "open_sweep": (qs.open_sweep, {"store": path}),
        "sweep_status": (qs.sweep_status, {"store": path}),
        "partial_trace": (qs.partial_trace, {**moments, "keep": "A"}),
        "partial_transpose": (qs.partial_transpose, {**moments, "sites": "A"}),
        "pearson": (
            qs.pearson, {"first": np.sin(T), "second": np.cos(T), "times": T, "window": 3.0}
        ),
        "peripheral_modes": (qs.peripheral_modes, {"system": chain}),
        "phase_coherence": (qs.phase_coherence, {**moments, "sites": ["A", "B"]}),
        "phase_distribution": (
            qs.phase_distribution, {**moments, "sites": ["A", "B"], "kind": "wigner"}
        ),
        "PhaseDistribution.density": (lambda phi: phases.density(phi), {"phi": 0.3}),
        "Evolution.plot": (
            drawn(evolution.plot), {"observables": {"x": x_of(system)}, "axes": None}
        ),
        "LimitCycle.plot": (
            drawn(qs.meanfield.limit_cycle(model, [0.7], transient=20.0).plot), {"axes": None}
        ),
        "MeanFieldTrajectory.plot": (
            drawn(model.integrate([0.1], [0.0, 1.0]).plot), {"axes": None, "quantity": "plane"}
        ),
        "PeripheralModes.plot": (drawn(undecaying.plot), {"axes": None}),
        "GaussianEvolution.plot": (drawn(network.evolve(vacuum, T).plot), {"axes": None}),
        "dataset.quantsync.plot": (
            drawn(qs.open_sweep(path).quantsync.plot), {"measure": "purity", "axes": None, "at": {}}
        ),
        "PhaseDistribution.plot": (drawn(phases.plot), {"axes": None, "polar": False}),
        "PhaseDistribution.local_maxima": (phases.local_maxima, {"threshold": 0.5}),
        "phase_response": (qs.phase_response, {**moments, "site": "A"}),
        "purity": (qs.purity, {"rho": rho}),
        "quasi_periodic_steady_state": (
            qs.quasi_periodic_steady_state,
            {"system": system, "perturbations": [(2.0, 0.1 * x_of(system))]},
        ),
        "relative_entropy": (qs.relative_entropy, {"rho": rho, "sigma": np.eye(4) / 4, "base": 2}),
        "relative_entropy_of_synchronization": (
            qs.relative_entropy_of_synchronization,
            {"rho": rho, "limit_cycles": qs.entropic.DiagonalStates(np.diag([0.4, 0.3, 0.2, 0.1]))},
        ),
        "relative_phase_distribution": (
            qs.relative_phase_distribution, {**moments, "kind": {"A": "husimi"}}
        ),
        "schmidt_coefficients": (
            qs.schmidt_coefficients,
            {"psi": np.array([0, 1, 1, 0]) / np.sqrt(2), "space": space, "sites": "A"},
        ),
        "slowest_modes": (qs.slowest_modes, {"system": system, "k": 2, "workers": 1}),
        "SlowModes.seen_by": (
            qs.slowest_modes(system).seen_by,
            {"operator": x_of(system), "state": np.diag([0.5, 0.5])},
        ),
        "slow_modes.liouvillian_gap": (
            qs.slow_modes.liouvillian_gap, {"system": system, "workers": 1}
        ),
        "SlowModes.plot": (drawn(qs.slowest_modes(system).plot), {"axes": None}),
        "state_from_qutip": (
            qs.state_from_qutip,
            {"state": qutip_system()["H"] / 2 + 0.5, "space": qs.Space(A=qs.Spin(1 / 2))},
        ),
        "steady_state": (qs.steady_state, {"system": system, "method": "auto", "errors": "raise"}),
        "sweep": (
            qs.sweep,
            {"model": "spin_pair", "axes": {"epsilon": [0.1, 0.2]}, "measures": ["purity"],
             "fixed": {"detuning": 0.1}, "errors": "mask", "progress": False},
        ),
        "Store": (qs.Store, {"path": "a.zarr", "chunk": 3, "retry_failed": False}),
        "Refine": (
            qs.Refine, {"measure": "purity", "level": 0.1, "tolerance": 0.1, "max_points": 10}
        ),
        "to_qutip": (qs.to_qutip, dict(moments)),
        "trace_distance": (qs.trace_distance, {"rho": rho, "sigma": np.eye(4) / 4}),
        "von_neumann_entropy": (qs.von_neumann_entropy, {"rho": rho, "base": 2}),
        "GaussianState": (qs.GaussianState, {"mean": np.zeros(4), "covariance": covariance()}),
        "GaussianState.vacuum": (qs.GaussianState.vacuum, {"frequencies": [1.0, 1.2]}),
        "GaussianState.squeezed": (
            qs.GaussianState.squeezed, {"frequencies": [1.0], "r": 0.3}
        ),
        "GaussianState.thermal": (
            qs.GaussianState.thermal, {"frequencies": [1.0], "temperature": 0.3}
        ),
        "GaussianState.coherent": (
            qs.GaussianState.coherent, {"frequencies": [1.0], "amplitudes": [0.3]}
        ),
        "GaussianState.displaced": (vacuum.displaced, {"x": [0.1, 0.2], "p": 0.0}),
        "GaussianState.reduced": (vacuum.reduced, {"modes": [0]}),
        "GaussianState.thermal_state": (
            qs.GaussianState.thermal_state, {"network": network, "temperature": 0.5}
        ),
        "HarmonicNetwork.chain": (
            qs.HarmonicNetwork.chain, {"sites": 4, "frequency": 0.4, "coupling": 1.2}
        ),
        "HarmonicNetwork.from_graph": (
            qs.HarmonicNetwork.from_graph, {"graph": [(0, 1), (1, 2, 0.3)], "frequency": 1.0}
        ),
        "HarmonicNetwork": (
            qs.HarmonicNetwork, {"stiffness": [[2.0, -0.5], [-0.5, 2.0]], "masses": [1.0, 2.0]}
        ),
        "HarmonicNetwork.evolve": (network.evolve, {"state": vacuum, "times": T}),
        "OpenNetwork": (
            qs.OpenNetwork, {"drift": [[-0.1, 1.0], [-1.0, -0.1]], "diffusion": 0.2 * np.eye(2)}
        ),
        "OpenNetwork.evolve": (
            qs.OpenNetwork([[-0.1, 1.0], [-1.0, -0.1]], 0.2 * np.eye(2)).evolve,
            {"state": qs.GaussianState.vacuum([1.0]), "times": T},
        ),
        "OpenNetwork.run": (
            qs.OpenNetwork([[-0.1, 1.0], [-1.0, -0.1]], 0.2 * np.eye(2)).run,
            {"state": qs.GaussianState.vacuum([1.0]), "times": 2.0, "tolerance": 1e-6},
        ),
        "HarmonicNetwork.run": (network.run, {"state": vacuum, "times": 2.0, "tolerance": 1e-6}),
        "Lindbladian.run": (
            system.run,
            {"state": np.eye(2) / 2, "times": 1.0, "observables": {"x": x_of(system)},
             "operator": False, "tolerance": 1e-6, "truncation": "warn"},
        ),
        "MeanFieldModel.run": (
            model.run, {"state": [0.1], "times": 1.0, "errors": "mask", "bound": 10.0}
        ),
        "MeanFieldModel.integrate": (model.integrate, {"state": [0.1], "times": [0.0, 1.0]}),
        "OpenNetwork.from_network": (
            qs.OpenNetwork.from_network,
            {"network": network, "damping_rates": 0.1, "temperature": 0.5},
        ),
        "LangevinEquation.from_stiffness": (
            qs.gaussian.LangevinEquation.from_stiffness,
            {"stiffness": 2 * np.eye(3) - 0.2 * np.ones((3, 3)), "probes": [0]},
        ),
        "gaussian.mean_modes": (qs.gaussian.mean_modes, {"network": network, "state": vacuum}),
        "gaussian.propagator": (qs.gaussian.propagator, {"network": network, "times": T}),
        "gaussian.chain_couplings": (
            qs.gaussian.chain_couplings, {"sites": 5, "nodes": [1, 3], "strengths": [0.1, 0.2]}
        ),
        "gaussian.chain_frequencies": (
            qs.gaussian.chain_frequencies,
            {"sites": 5, "chain_frequency": 0.4, "chain_coupling": 1.2},
        ),
        "gaussian.crosstalk_time": (
            qs.gaussian.crosstalk_time, {"site_1": 1, "site_2": 5, "velocity": 0.5}
        ),
        "gaussian.revival_time": (qs.gaussian.revival_time, {"sites": 10, "velocity": 0.5}),
        "gaussian.damping_ratio": (
            qs.gaussian.damping_ratio, {"omega_1": 1.0, "omega_2": 1.1, "coupling": 0.5}
        ),
        "gaussian.discord": (qs.gaussian.discord, {"covariance": covariance(), "measured": 1}),
        "gaussian.entropy": (qs.gaussian.entropy, {"covariance": covariance()}),
        "gaussian.purity": (qs.gaussian.purity, {"covariance": covariance()}),
        "gaussian.log_negativity": (qs.gaussian.log_negativity, {"covariance": covariance()}),
        "gaussian.mutual_information": (
            qs.gaussian.mutual_information, {"covariance": covariance()}
        ),
        "gaussian.symplectic_spectrum": (
            qs.gaussian.symplectic_spectrum, {"covariance": covariance()}
        ),
        "gaussian.ohmic_damping": (
            qs.gaussian.ohmic_damping, {"chain_coupling": 1.2, "strengths": [0.1, 0.2]}
        ),
        "gaussian.probe_modes": (
            qs.gaussian.probe_modes, {"omega_1": 1.0, "omega_2": 1.1, "coupling": 0.5}
        ),
        "gaussian.probe_stiffness": (
            qs.gaussian.probe_stiffness, {"omega_1": 1.0, "omega_2": 1.1, "coupling": 0.5}
        ),
        "gaussian.rayleigh_criterion": (
            qs.gaussian.rayleigh_criterion,
            {"stiffness": [[1.0, 0.1], [0.1, 1.2]], "damping": [[0.1, 0.05], [0.05, 0.1]]},
        ),
        "gaussian.SemiInfiniteChain": (
            qs.gaussian.SemiInfiniteChain, {"chain_frequency": 0.4, "chain_coupling": 1.2}
        ),
        "meanfield.fixed_points": (
            qs.meanfield.fixed_points, {"model": model, "state": [[0.5], [0.1]]}
        ),
        "meanfield.limit_cycle": (
            qs.meanfield.limit_cycle, {"model": model, "state": [0.7], "transient": 20.0}
        ),
        "meanfield.lyapunov_spectrum": (
            qs.meanfield.lyapunov_spectrum, {"model": model, "state": [0.7], "duration": 5.0}
        ),
        "models.spin_pair": (qs.models.spin_pair, {"epsilon": 0.1, "gain_a": 2.0, "spin": 1}),
        "models.driven_spin": (qs.models.driven_spin, {"drive": 0.1, "gain": 2.0, "spin": 1}),
        "models.driven_pair": (qs.models.driven_pair, {"gain_a": 0.4, "drive": 0.1, "spin": 0.5}),
        "models.dephased_chain": (
            qs.models.dephased_chain, {"frequency": 1.0, "sites": 2, "spin": 1 / 2}
        ),
        "models.collective_decay_pair": (
            qs.models.collective_decay_pair, {"exchange": 1.0, "literal": True}
        ),
        "models.van_der_pol": (
            qs.models.van_der_pol, {"drive": 0.5, "nonlinear_damping": 3.0, "levels": 8}
        ),
        "models.van_der_pol_pair": (
            qs.models.van_der_pol_pair,
            {"dissipative_coupling": 1.0, "nonlinear_damping": 9.0, "levels": 4},
        ),
        "models.spin_mode": (qs.models.spin_mode, {"coupling": 2.0, "pump": 3.0, "levels": 8}),
        "models.optomechanical_pair": (
            qs.models.optomechanical_pair, {"coupling": 0.02, "drive": 48.0, "window": 20.0}
        ),
        "models.circuit_qed": (qs.models.circuit_qed, {"preset": "10b", "coupling": 0.1}),
        "models.harmonic_chain": (
            qs.models.harmonic_chain, {"sites": 5, "omega_1": 1.0, "site_1": 1}
        ),
        "models.pseudo_boson_pair": (
            qs.models.pseudo_boson_pair, {"variant": "lab", "spins_1": 5.0, "coupling_1": 1.5}
        ),
        "models.central_spin_chains": (
            qs.models.central_spin_chains, {"spins_1": 2, "spins_2": 2, "coupling_1": 1.5}
        ),
        "models.chain_symmetries": (qs.models.chain_symmetries, {"space": chain.space}),
        "models.driving": (qs.models.driving, {"spin": 0.5}),
        "models.follow_chains": (
            qs.models.follow_chains, {"spins": (2, 2), "times": [0.0, 1.0], "sigma_z": -0.1}
        ),
        "models.holstein_primakoff_errors": (
            qs.models.holstein_primakoff_errors,
            {"spins": 4, "times": [0.0, 1.0], "sigma_z": -0.1, "levels": 4},
        ),
        "time_series.ModeSum": (
            qs.time_series.ModeSum,
            {"frequencies": [1.0, 2.0], "cosine": [0.5, 0.1], "sine": [0.0, 0.2], "constant": 0.0},
        ),
        "time_series.ModeSum.__call__": (modes, {"times": T}),
        "time_series.SampledSignal": (
            qs.time_series.SampledSignal, {"times": T, "values": np.sin(T), "degree": 5}
        ),
        "time_series.decay_rate": (
            qs.time_series.decay_rate,
            {"signal": np.exp(-T / 5) * np.cos(3 * T), "times": T, "tolerance": 1e-6},
        ),
        "time_series.best_delay": (
            qs.time_series.best_delay,
            {"first": modes, "second": modes, "time": 2.0, "window": 3.0,
             "delays": [0.0, 0.5, 1.0]},
        ),
        "time_series.mean_frequency": (
            qs.time_series.mean_frequency, {"signal": np.exp(-1j * T), "times": T}
        ),
        "time_series.phase_drift": (
            qs.time_series.phase_drift,
            {"first": np.exp(-1j * T), "second": np.exp(-1.1j * T), "times": T},
        ),
        "time_series.phase_locking_value": (
            qs.time_series.phase_locking_value,
            {"first": np.exp(-1j * T), "second": np.exp(-1.1j * T), "times": T},
        ),
        "time_series.windowed_mean": (
            qs.time_series.windowed_mean, {"signal": np.sin(T), "times": T, "window": 2.0}
        ),
        "search.find_planar_zeros": (
            qs.search.find_planar_zeros,
            {"function": circle, "x_nodes": np.linspace(-1, 1, 9),
             "y_nodes": np.linspace(-1, 1, 9)},
        ),
        "degenerate.DegenerateBase": (qs.degenerate.DegenerateBase, {"system": chain}),
        "degenerate.BatchedPerturbations": (
            qs.degenerate.BatchedPerturbations, {"system": chain, "strengths": [1e-3]}
        ),
        "degenerate.MatrixGenerator": (
            qs.degenerate.MatrixGenerator,
            {"space": system.space, "matrix": -np.diag([0.0, 1.0, 1.0, 1.0])},
        ),
        "degenerate.degenerate_steady_state": (
            qs.degenerate.degenerate_steady_state, {"system": chain, "perturbation": weak(chain)}
        ),
        "degenerate.perturbed_steady_states": (
            qs.degenerate.perturbed_steady_states,
            {"system": chain, "perturbation": weak(chain), "strengths": [1e-3]},
        ),
        "degenerate.kossakowski_generator": (
            qs.degenerate.kossakowski_generator,
            {"space": system.space, "hamiltonian": np.eye(2), "kossakowski": np.eye(3)},
        ),
        "degenerate.random_lindbladian": (
            qs.degenerate.random_lindbladian,
            {"space": system.space, "rng": np.random.default_rng(1)},
        ),
        "quasi_periodic.from_qutip": (
            qs.quasi_periodic.from_qutip, {**periodic_qutip_system(), "args": {"w": 1.2}}
        ),
        "quasi_periodic.HarmonicBalance": (
            qs.quasi_periodic.HarmonicBalance,
            {"system": system, "perturbations": [(2.0, 0.1 * x_of(system))]},
        ),
        "entropic.BlockDiagonalStates": (
            qs.entropic.BlockDiagonalStates, {"charge": spin["A"].z}
        ),
        "entropic.DiagonalStates": (
            qs.entropic.DiagonalStates,
            {"undriven": np.diag([0.5, 0.3, 0.2]), "charge": spin["A"].z},
        ),
        "entropic.SpannedStates": (
            qs.entropic.SpannedStates, {"operators": [np.eye(2) / 2, np.diag([0.5, -0.5])]}
        ),
        "entropic.StateMixtures": (
            qs.entropic.StateMixtures, {"states": [np.diag([1.0, 0]), np.diag([0, 1.0])]}
        ),
        "entropic.leading_synchronization": (
            qs.entropic.leading_synchronization,
            {"response": qs.linear_response(undriven, space["A"].x),
             "limit_cycles": qs.entropic.DiagonalStates(qs.steady_state(undriven).rho),
             "base": 2},
        ),
        "measures.chi": (qs.measures.chi, {"phi_1": 0.1, "phi_2": 0.2, "phi_3": 0.0}),
        "measures.chi_2": (qs.measures.chi_2, {"phi": 0.1}),
        "measures.husimi_from_moments": (
            qs.measures.husimi_from_moments,
            {"moments": {(0, 0): 1.0}, "spin": 0.5, "theta": 0.1, "phi": 0.2},
        ),
        "measures.interval_probabilities": (
            qs.measures.interval_probabilities, {"histogram": np.ones(64) / 64}
        ),
        "measures.kind_ratio": (qs.measures.kind_ratio, {"probabilities": [0.5, 0.2, 0.3]}),
        "measures.level_set_histogram": (
            qs.measures.level_set_histogram,
            {"distribution": phases, "statistic": lambda phi: np.abs(phi) / 4, "bins": 8,
             "threshold": 0.5},
        ),
        "measures.phase_synchronization": (
            qs.measures.phase_synchronization,
            {"covariance": covariance(), "mean": np.array([1.0, 0, 1.0, 0])},
        ),
        "measures.phi_synchronization": (
            qs.measures.phi_synchronization,
            {"covariance": covariance(), "mean": np.array([1.0, 0, 1.0, 0])},
        ),
        "measures.plot_husimi": (
            drawn(qs.measures.plot_husimi), {**moments, "site": "A", "azimuth": 0.3}
        ),
        "measures.plot_populations": (
            drawn(qs.measures.plot_populations), {**moments, "site": "A"}
        ),
        "measures.plot_wigner": (
            drawn(qs.measures.plot_wigner), {**moments, "site": "A", "azimuth": 0.3}
        ),
        "measures.spherical_moment": (
            qs.measures.spherical_moment, {**moments, "site": "A", "k": 1, "q": 1}
        ),
        "measures.spherical_tensor": (qs.measures.spherical_tensor, {"spin": 1, "k": 1, "q": 0}),
        "sweeps.sample_rng": (qs.sweeps.sample_rng, {"seed": 1, "sample": 2}),
    }  # fmt: skip


def qutip_system():
    import qutip

    return {"H": qutip.sigmax(), "c_ops": [qutip.sigmam()], "space": qs.Space(A=qs.Spin(1 / 2))}


def periodic_qutip_system():
    system = qutip_system()
    return {**system, "H": [system["H"], [system["H"], "cos(w*t)"]]}
