"""`MeanFieldModel`: amplitudes and Gaussian fluctuations of modes given by their symbols."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import sympy

from quantsync import html
from quantsync.checks import choice, instance_of, named_arguments, real_number
from quantsync.errors import unknown_name
from quantsync.meanfield._arguments import (
    blocks,
    channels,
    expression,
    expressions,
    found_parameters,
    frozen_expressions,
    mode_symbols,
    named_events,
    square,
)
from quantsync.meanfield._integration import amplitudes, integrate, refuse_fixed_points
from quantsync.meanfield._parameters import named, parameter_values, real_values
from quantsync.meanfield._run import MeanFieldRun
from quantsync.meanfield._solver_choice import METHODS, SMALLEST_TOLERANCE, Options
from quantsync.meanfield._states import complex_state
from quantsync.meanfield.equations.derivation import Equations, derived, linearised, require_real
from quantsync.meanfield.equations.evaluation import evaluated, require_occupations
from quantsync.meanfield.equations.kernels import Kernel, KernelFactory
from quantsync.meanfield.equations.wirtinger import Wirtinger
from quantsync.meanfield.trajectory import FAILURES, MeanFieldTrajectory
from quantsync.parallel import worker_count
from quantsync.runs import run_times

LONGEST_SHOWN = 60  # operations of an equation that a notebook writes down


class MeanFieldModel:
    r"""Mean-field equations, fluctuation matrix and diffusion, derived from symbols.

    Symbols are c-numbers: normally ordered operators with beta_j for b_j and
    ``sympy.conjugate(beta_j)`` for b_j^dag. With d_j the derivative with respect to beta_j*, for
    the Lindblad equation with H and L_k (Gardiner and Collett's input-output theory, Phys. Rev. A
    31, 3761 (1985), linearised about the amplitudes),

    - d beta_j/dt = -i d_j H + sum_k (L_k* d_j L_k - L_k d_j L_k*)/2,
    - d(delta b_i)/dt = E_ij delta b_j + F_ij delta b_j^dag + sum_k (u_ik b_k,in - v_ik b_k,in^dag)
      with u_ik = d_i L_k*, v_ik = d_i L_k,
    - dC/dt = M C + C M^T + D for the covariance C of (q_1, p_1, q_2, p_2, ...), vacuum 1/2, where
      M has the blocks [[Re(E+F), -Im(E-F)], [Im(E+F), Re(E-F)]], and
      D = sum_k (nbar_k + 1/2) K_k K_k^T, K = [[Re(u-v), -Im(u+v)], [Im(u-v), Re(u+v)]].

    For a bath with nbar > 0 channel k stands for (nbar + 1) D[L] + nbar D[L^dag], whose part
    that has nbar is dropped from the mean field: it is of higher order, and zero for L = b.

    Parameters
    ----------
    modes : sequence of n sympy.Symbol
        beta_1 ... beta_n, ordinary complex symbols.
    hamiltonian : expression, optional
        H(beta, beta*), real; 0 by default. Declare parameters with ``real=True``.
    jumps : sequence of expression or of (expression, nbar), optional
        L_k with the square root of its rate in it, and the bath's occupation, 0 by default: a
        number or an expression of parameters.
    frozen : mapping from sympy.Symbol to expression, optional
        Quantities evaluated with the amplitudes of the moment but never differentiated, neither
        for the mean field nor for M: averages that stand in a Hamiltonian as numbers.
    time : sympy.Symbol, optional
        The symbol of explicit time.
    defaults : mapping from str or sympy.Symbol to float, optional
        Values of parameters (all the other symbols) that need not be given later.
    extra_drift : sequence of n expressions, optional
        Added to d beta_j/dt, for terms that come from no operator; M has their derivatives.
    diffusion : matrix of shape (2n, 2n), optional
        D by hand, instead of that of the jumps.

    Attributes
    ----------
    modes, parameters : tuple of sympy.Symbol
    defaults : dict
    equations : Equations
        What was derived, as SymPy expressions.
    autonomous : bool
        Whether the mean-field equations are free of explicit time.

    Raises
    ------
    InvalidArgumentError
        If H is not real; or if a parameter is not declared real, or an expression cannot be
        computed.

    See Also
    --------
    MeanFieldModel.from_equations : from equations by hand.
    fixed_points, limit_cycle, lyapunov_spectrum : functions of a model.

    Examples
    --------
    The quantum van der Pol oscillator: gain, and loss of pairs. Its limit cycle has
    ``|beta|^2 = gain/(2 loss)``:

    >>> import sympy, quantsync as qs
    >>> b = sympy.Symbol("b")
    >>> omega, gain, loss = sympy.symbols("omega gain loss", real=True)
    >>> oscillator = qs.MeanFieldModel(
    ...     [b],
    ...     hamiltonian=omega * sympy.Abs(b) ** 2,
    ...     jumps=[sympy.sqrt(gain) * sympy.conjugate(b), sympy.sqrt(loss) * b**2],
    ...     defaults={omega: 1.0, gain: 1.0, loss: 0.1},
    ... )
    >>> run = oscillator.integrate([0.1], [0.0, 10.0, 40.0], covariance="vacuum")
    >>> print(run.occupation[:, 0].round(6) + 0.0)
    [0.01     4.889236 5.      ]

    Parameters and starts broadcast:

    >>> run = oscillator.integrate([[0.1], [2.0]], [40.0], parameters={"gain": [[1.0], [2.0]]})
    >>> print(run.occupation[..., 0, 0].round(6))
    [[ 5.  5.]
     [10. 10.]]
    """

    @named_arguments
    def __init__(
        self,
        modes: Sequence[sympy.Symbol],
        hamiltonian: Any = 0,
        jumps: Iterable[Any] = (),
        *,
        frozen: Mapping[sympy.Symbol, Any] | None = None,
        time: sympy.Symbol | None = None,
        defaults: Mapping[Any, Any] | None = None,
        extra_drift: Sequence[Any] | None = None,
        diffusion: Any = None,
    ):
        modes = mode_symbols(modes)
        n = len(modes)
        equations = derived(
            modes,
            expression("hamiltonian", hamiltonian),
            channels(jumps, modes),
            frozen_expressions(modes, frozen, time),
            None if extra_drift is None else expressions("extra_drift", extra_drift, n),
            None if diffusion is None else square("diffusion", diffusion, 2 * n),
        )
        self._finish(equations, time, defaults)

    @classmethod
    @named_arguments
    def from_equations(
        cls,
        modes: Sequence[sympy.Symbol],
        drift: Sequence[Any],
        *,
        fluctuations: tuple[Any, Any] | None = None,
        diffusion: Any = None,
        frozen: Mapping[sympy.Symbol, Any] | None = None,
        time: sympy.Symbol | None = None,
        defaults: Mapping[Any, Any] | None = None,
    ) -> MeanFieldModel:
        """Equations written down by hand, which need not follow from any H and L_k.

        Parameters
        ----------
        modes : sequence of n sympy.Symbol
        drift : sequence of n expressions
            d beta_j/dt.
        fluctuations : pair of matrices of shape (n, n), optional
            E and F; the derivatives of the drift at fixed ``frozen`` by default.
        diffusion : matrix of shape (2n, 2n), optional
            D, real and symmetric; 0 by default.
        frozen, time, defaults
            As for `MeanFieldModel`.

        Examples
        --------
        >>> import sympy, quantsync as qs
        >>> b = sympy.Symbol("b")
        >>> decay = qs.MeanFieldModel.from_equations([b], [-b / 2], diffusion=sympy.eye(2) / 2)
        >>> print(decay.integrate([1.0], [2.0]).beta.round(6))
        [[0.367879+0.j]]
        """
        modes = mode_symbols(modes)
        n = len(modes)
        held = frozen_expressions(modes, frozen, time)
        w = Wirtinger(modes, held)
        rates = [w(f) for f in expressions("drift", drift, n)]
        noise = square("diffusion", sympy.zeros(2 * n) if diffusion is None else diffusion, 2 * n)
        given = None if fluctuations is None else blocks(fluctuations, n)
        model = cls.__new__(cls)
        model._finish(linearised(w, rates, [], held, noise, given), time, defaults)
        return model

    def _finish(
        self, equations: Equations, time: sympy.Symbol | None, defaults: Mapping[Any, Any] | None
    ) -> None:
        self.equations, self.modes, self.time = equations, equations.modes, time
        self.parameters = found_parameters(equations, time)
        self.defaults = named(self.parameters, defaults, "defaults")
        self.kernels = KernelFactory(equations, self.parameters, time)
        self._seen_real: set[Any] = set()
        moving = [*equations.drift, *(value for _, value in equations.frozen)]
        self.autonomous = time is None or not any(f.has(time) for f in moving)

    def _repr_html_(self) -> str:
        n = len(self.modes)
        equations = (
            f"$\\dot{{{sympy.latex(mode)}}} = {sympy.latex(rate)}$"
            if sympy.count_ops(rate) <= LONGEST_SHOWN
            else f"{sympy.count_ops(rate)} operations"
            for mode, rate in zip(self.modes, self.equations.drift, strict=True)
        )
        defaults = {str(name): html.extent(value) for name, value in self.defaults.items()}
        rows = {
            "modes": ", ".join(str(mode) for mode in self.modes),
            "parameters": ", ".join(
                f"{s.name} = {defaults[s.name]}" if s.name in defaults else s.name
                for s in self.parameters
            ),
            **html.numbered("drift", equations, n),
        }
        return html.table(type(self).__name__, rows)

    def __repr__(self) -> str:
        names = ", ".join(s.name for s in self.parameters)
        return f"<MeanFieldModel of {', '.join(b.name for b in self.modes)} with {names or 'none'}>"

    def agrees_with(self, other: MeanFieldModel) -> bool:
        """Whether two models have the same equations and defaults."""
        mine, others = self.equations, other.equations
        names = ("modes", "drift", "diffusion", "frozen")
        return self.defaults == other.defaults and all(
            getattr(mine, name) == getattr(others, name) for name in names
        )

    def drift(
        self, beta: Any, time: Any = 0.0, parameters: Mapping[Any, Any] | None = None
    ) -> np.ndarray:
        """Rates d beta_j/dt, shape (..., n), at amplitudes (..., n); all arguments broadcast."""
        return complex_state(self._values(self.kernels.drift, beta, time, parameters))

    def fluctuation_matrix(
        self, beta: Any, time: Any = 0.0, parameters: Mapping[Any, Any] | None = None
    ) -> np.ndarray:
        """M, shape (..., 2n, 2n): the drift of the fluctuations in q_1, p_1, q_2, p_2, ..."""
        return self._square(self.kernels.matrix, beta, time, parameters)

    def jacobian(
        self, beta: Any, time: Any = 0.0, parameters: Mapping[Any, Any] | None = None
    ) -> np.ndarray:
        """Derivatives of the drift, shape (..., 2n, 2n), in q_1, p_1, q_2, p_2, ...

        This is what decides on the stability of amplitudes. It equals the fluctuation matrix
        unless quantities are frozen, or M was given by hand.
        """
        return self._square(self.kernels.jacobian, beta, time, parameters)

    def diffusion(
        self, beta: Any, time: Any = 0.0, parameters: Mapping[Any, Any] | None = None
    ) -> np.ndarray:
        """D, shape (..., 2n, 2n)."""
        values = parameter_values(self.parameters, self.defaults, parameters)
        require_occupations(self.kernels, values, np.min(real_values(time, "time"), initial=0.0))
        return self._square(self.kernels.diffusion, beta, time, parameters)

    def normal_and_anomalous(
        self, beta: Any, time: Any = 0.0, parameters: Mapping[Any, Any] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """E and F of d(delta b)/dt = E delta b + F delta b^dag, each of shape (..., n, n)."""
        n = len(self.modes)
        values = complex_state(self._values(self.kernels.blocks, beta, time, parameters))
        blocks = values.reshape(*values.shape[:-1], 2, n, n)
        return blocks[..., 0, :, :], blocks[..., 1, :, :]

    def evaluate(
        self,
        expression: Any,
        beta: Any,
        time: Any = 0.0,
        parameters: Mapping[Any, Any] | None = None,
    ) -> np.ndarray:
        """Any expression of amplitudes, time, parameters and frozen quantities, shape (...).

        Examples
        --------
        >>> import sympy, quantsync as qs
        >>> b = sympy.Symbol("b")
        >>> mode = qs.MeanFieldModel([b], jumps=[b])
        >>> print(mode.evaluate(sympy.Abs(b) ** 2, [[1.0], [2.0j]]).real)
        [1. 4.]
        """
        kernel = self.kernels.expressions([self._understood("expression", expression)])
        return complex_state(self._values(kernel, beta, time, parameters))[..., 0]

    @named_arguments
    def integrate(
        self,
        state: Any,
        times: Any,
        covariance: Any = None,
        *,
        parameters: Mapping[Any, Any] | None = None,
        events: Mapping[str, Any] | None = None,
        method: Literal["auto", "LSODA", "DOP853", "RK45", "RK23", "Radau", "BDF"] = "auto",
        tolerance: float | None = None,
        bound: float = 1e6,
        start_time: float = 0.0,
        on_event: Literal["end", "raise"] = "end",
        errors: Literal["raise", "mask"] = "raise",
        stationary: Literal["allow", "raise"] = "allow",
        workers: int | None = None,
    ) -> MeanFieldTrajectory:
        """Integrate amplitudes, and covariances if asked, through given times.

        Parameters
        ----------
        state : array_like of shape (..., n)
            Amplitudes at ``start_time``; batch shapes of all arguments broadcast.
        times : array_like of shape (T,)
            In non-decreasing order, none before ``start_time``.
        covariance : array_like of shape (..., 2n, 2n) or "vacuum", optional
            Covariance at ``start_time``. Without it only amplitudes are integrated.
        parameters : mapping from str or sympy.Symbol to array_like, optional
            Values, on top of ``defaults``.
        events : mapping from str to real expression, optional
            A trajectory ends where one of them becomes zero or changes its sign. Where steps
            shrink to nothing, an expression that has come within 1 % of its first value of zero
            is held responsible, so that poles are found under their name.
        method : str, optional
            "LSODA" (switches between stiff and non-stiff), "Radau" and "BDF" (stiff), "RK45" and
            "RK23" are SciPy's, one trajectory after the other. "DOP853" has SciPy's coefficients
            and step control, for all trajectories together, or in machine code. "auto" is
            "DOP853"; trajectories whose steps are limited by stability, or number millions, are
            given to "LSODA".
        tolerance : float, optional
            Errors of a step are kept below ``tolerance (|y| + 0.001)``, y being each part of an
            amplitude or a covariance; 1e-12 ("DOP853") or 1e-11 by default.
        bound : float, optional
            Largest real and imaginary part of an amplitude, 1e6 by default; of covariances 1e100.
        start_time : float, default 0
        on_event : {"end", "raise"}, optional
            What to do where trajectories end with an event.
        errors : {"raise", "mask"}, optional
            What to do where trajectories are unbounded or singular; "mask" leaves NaN from there
            on, ``valid`` False, and the reason in ``ended``.
        stationary : {"allow", "raise"}, optional
            What to do with a start that is a fixed point.
        workers : int, optional
            For trajectories integrated together; every available core by default.

        Returns
        -------
        MeanFieldTrajectory

        Raises
        ------
        UnboundedRunError, TrajectoryEndedError
            See ``errors`` and ``on_event``; the error has the whole batch as ``result``.
        InvalidArgumentError
            See ``stationary``.
        InvalidStateError
            If a covariance violates the uncertainty relation.
        UnknownNameError, InvalidArgumentError
            If a parameter does not exist, or has no value.
        DimensionError, BroadcastError, NonFiniteError, InvalidArgumentError
            If shapes or values do not fit.
        ConvergenceError
            If "DOP853" needs more than 20 million steps.
        CostError
            If a trajectory that does not come to rest would need billions of steps. What is at
            rest (a stable fixed point, to rounding) stays there up to any time, at no cost.

        Notes
        -----
        With numba installed (the extra ``fast``), machine code is made for batches of 256 and
        more, and for single runs that have taken about a second; later runs of the same model
        begin with it. A run of 10^5 evaluations then takes some 30 ms.
        """
        options = integration_options(method, tolerance, bound, start_time, workers)
        watched = self._watched(events, on_event, errors, stationary)
        values = parameter_values(self.parameters, self.defaults, parameters)
        trajectory = integrate(self.kernels, watched, state, times, covariance, values, options)
        if stationary == "raise":
            refuse_fixed_points(trajectory)
        if errors == "raise":
            trajectory.raise_for(FAILURES)
        if on_event == "raise":
            trajectory.raise_for(watched)
        return trajectory

    @named_arguments
    def run(
        self,
        state: Any,
        times: Any,
        covariance: Any = None,
        *,
        parameters: Mapping[Any, Any] | None = None,
        events: Mapping[str, Any] | None = None,
        method: Literal["auto", "LSODA", "DOP853", "RK45", "RK23", "Radau", "BDF"] = "auto",
        tolerance: float | None = None,
        bound: float = 1e6,
        start_time: float = 0.0,
        on_event: Literal["end", "raise"] = "end",
        errors: Literal["raise", "mask"] = "raise",
        stationary: Literal["allow", "raise"] = "allow",
    ) -> MeanFieldRun:
        """Trajectories that are integrated when something is asked of them, and can be mapped.

        A function of parameters may return it, or the tuple ``(model, state, times, options)`` for
        it, to `quantsync.sweep` and `quantsync.compute`.

        Parameters
        ----------
        times : float or array_like of shape (T,)
            As for `integrate`; for one number T, 501 equidistant ones from ``start_time`` to T.
        state, covariance, parameters, events, method, tolerance, bound, start_time
            As for `integrate`.
        on_event, errors, stationary
            As for `integrate`.

        Returns
        -------
        MeanFieldRun
            With every attribute of a `MeanFieldTrajectory`.

        Raises
        ------
        QuantsyncError
            What `integrate` raises: for its arguments at once, for the trajectories when something
            is asked of them.

        Examples
        --------
        A van der Pol oscillator under 2 x 3 gains and losses:

        >>> import numpy as np, sympy, quantsync as qs
        >>> b = sympy.Symbol("b")
        >>> gain, loss = sympy.symbols("gain loss", positive=True)
        >>> jumps = [sympy.sqrt(gain) * sympy.conjugate(b), sympy.sqrt(loss) * b**2]
        >>> oscillator = qs.MeanFieldModel([b], jumps=jumps)
        >>> values = {"gain": [[1.0], [2.0]], "loss": [0.1, 0.2, 0.4]}
        >>> run = oscillator.run([0.1], 40.0, parameters=values)
        >>> run.beta.shape
        (2, 3, 501, 1)
        >>> print((np.abs(run.final[..., 0]) ** 2).round(6))
        [[ 5.    2.5   1.25]
         [10.    5.    2.5 ]]
        """
        integration_options(method, tolerance, bound, start_time, None)
        self._watched(events, on_event, errors, stationary)
        options = {
            "events": events,
            "method": method,
            "tolerance": tolerance,
            "bound": bound,
            "start_time": start_time,
            "on_event": on_event,
            "errors": errors,
            "stationary": stationary,
        }
        values = parameter_values(self.parameters, self.defaults, parameters)
        moments = run_times(times, real_number(start_time, "start_time"))
        return MeanFieldRun(self, state, moments, covariance, values, options)

    def _watched(self, events: Any, on_event: Any, errors: Any, stationary: Any) -> dict[str, Any]:
        """Expressions of the events; what to do about them is checked too."""
        choice(on_event, "on_event", ("end", "raise"))
        choice(errors, "errors", ("raise", "mask"))
        choice(stationary, "stationary", ("allow", "raise"))
        return {name: self._real(name, x) for name, x in named_events(events).items()}

    def _understood(self, name: str, given: Any) -> Any:
        """An expression without conjugates, all of whose symbols this model knows."""
        value = self.equations.wirtinger(expression(name, given))
        known = {*self.modes, *self.equations.wirtinger.conjugates, *self.parameters}
        known |= {s for s, _ in self.equations.frozen} | {self.time}
        for symbol in sorted(value.free_symbols - known, key=str):
            raise unknown_name("symbol", str(symbol), [str(s) for s in known if s is not None])
        return value

    def _real(self, event: str, given: Any) -> Any:
        """An event's expression, understood; that it is real takes long to see and is seen once."""
        value = self._understood("events", given)
        if value not in self._seen_real:
            frozen = dict(self.equations.frozen)
            require_real(value, self.equations.wirtinger, frozen, f"`events[{event!r}]`")
            self._seen_real.add(value)
        return value

    def _values(self, kernel: Kernel, beta: Any, time: Any, parameters: Any) -> np.ndarray:
        """Outputs of a kernel, shape (..., outputs)."""
        z = amplitudes("beta", beta, len(self.modes))
        values = parameter_values(self.parameters, self.defaults, parameters)
        return evaluated(kernel, z, real_values(time, "time"), values)

    def _square(self, kernel: Kernel, beta: Any, time: Any, parameters: Any) -> np.ndarray:
        values = self._values(kernel, beta, time, parameters)
        return values.reshape(*values.shape[:-1], 2 * len(self.modes), 2 * len(self.modes))


def integration_options(
    method: Any, tolerance: Any, bound: Any, start_time: Any, workers: Any
) -> Options:
    """Options of `MeanFieldModel.integrate`, checked."""
    if tolerance is not None:
        tolerance = real_number(
            tolerance, "tolerance", at_least=SMALLEST_TOLERANCE, why="rounding is not far"
        )
    return Options(
        choice(method, "method", METHODS),
        tolerance,
        real_number(bound, "bound", above=0),
        real_number(start_time, "start_time"),
        worker_count(workers),
    )


def require_model(model: Any) -> MeanFieldModel:
    """A `MeanFieldModel`, and nothing else."""
    return instance_of(model, "model", MeanFieldModel, "a MeanFieldModel")
