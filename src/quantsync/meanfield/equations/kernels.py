"""Functions compiled from equations: drift, fluctuation matrix, diffusion, rates of change.

Every function comes in three forms of one text: on Python floats, on NumPy arrays of many
trajectories, and, where numba is installed, as machine code. State vectors hold
Re beta_1, Im beta_1, Re beta_2, ... and then, row by row, the upper triangle of the covariance.
What depends on parameters alone is computed once for a trajectory.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import sympy

from quantsync.meanfield._states import upper_triangle
from quantsync.meanfield.equations._program import Complex, Program, Real
from quantsync.meanfield.equations.derivation import Equations, total_derivative

LONGEST_COMPILED = 6000  # statements; beyond, machine code takes too long to make
TRAJECTORIES_WORTH_COMPILING = 256
NAME = re.compile(r"\b[xypt]\d*\b")
FUNCTIONS = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt")


class Kernel:
    """One set of outputs as a function of time, state and parameters.

    Outputs are constants or variables of a program with inputs ``p0, p1, ...``, ``y0, y1, ...``.
    """

    def __init__(self, program: Program, outputs: Sequence[Real], parameters: int, states: int):
        self.outputs = len(outputs)
        self._outputs = [str(value) for value in outputs]
        self._parameters, self._states = [f"p{k}" for k in range(parameters)], states
        self._constants, self._body = _hoisted(program.lines, self._outputs)
        self.statements = len(self._body)
        texts = [value for _, value in self._body] + self._outputs
        self._used = {name for text in texts for name in NAME.findall(text)}
        known = self._parameters + [name for name, _ in self._constants]
        self._kept = [name for name in known if name in self._used]

    @functools.cached_property
    def _setup(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        text = f"    {', '.join(self._parameters)}, = p\n" if self._parameters else ""
        text += "".join(f"    {name} = {value}\n" for name, value in self._constants)
        text += f"    return [{', '.join(self._kept)}]\n"
        return _made("setup(p)", text, math), _made("setup(p)", text, np)

    def constants(self, parameters: Sequence[float]) -> list[float]:
        """What depends on parameters only, for one trajectory."""
        try:
            return self._setup[0](parameters)
        except (ArithmeticError, ValueError):
            # Division by zero and the like: NumPy's answer, infinity or NaN, ends the run.
            with np.errstate(all="ignore"):
                return [float(x) for x in self._setup[1]([np.float64(p) for p in parameters])]

    def constant_arrays(self, parameters: Sequence[Any]) -> list[Any]:
        """The same for many trajectories: floats or arrays of shape (B,)."""
        with np.errstate(all="ignore"):
            return self._setup[1]([p if np.ndim(p) else np.float64(p) for p in parameters])

    @functools.cached_property
    def scalar(self) -> Callable[[float, list[float], list[float]], list[float]]:
        """``scalar(t, y, constants)``: lists of Python floats in and out."""
        text = self._inputs() + self._statements() + f"    return [{', '.join(self._outputs)}]\n"
        return _made("scalar(t, y, c)", text, math)

    @functools.cached_property
    def batch(self) -> Callable[[Any, np.ndarray, list[Any], np.ndarray], None]:
        """``batch(t, y, constants, out)``: y of shape (states, B), out of shape (outputs, B)."""
        text = self._inputs() + self._statements(release=True) + self._written()
        return _made("batch(t, y, c, out)", text, np)

    @property
    def compilable(self) -> bool:
        """Whether machine code can be had, in reasonable time."""
        return find_spec("numba") is not None and self.statements <= LONGEST_COMPILED

    def worth_compiling(self, trajectories: int) -> bool:
        """Whether machine code is there, or many trajectories will pay for making it."""
        return "compiled" in self.__dict__ or (
            trajectories >= TRAJECTORIES_WORTH_COMPILING and self.compilable
        )

    @functools.cached_property
    def compiled(self) -> Callable[[float, np.ndarray, np.ndarray, np.ndarray], None]:
        """``compiled(t, y, constants, out)`` in machine code, on one-dimensional arrays."""
        import numba

        text = self._inputs(indexed=True) + self._statements() + self._written()
        vector = numba.float64[::1]
        signature = numba.void(numba.float64, vector, vector, vector)
        # Division by zero gives infinity, as in NumPy, which the solvers then reject.
        compiler = numba.njit(signature, error_model="numpy", nogil=True)
        return compiler(_made("compiled(t, y, c, out)", text, math))

    def _inputs(self, indexed: bool = False) -> str:
        lines = ""
        states = [f"y{k}" for k in range(self._states)]
        for names, source in ((states, "y"), (self._kept, "c")):
            if indexed:
                named = [(k, name) for k, name in enumerate(names) if name in self._used]
                lines += "".join(f"    {name} = {source}[{k}]\n" for k, name in named)
            elif names:
                lines += f"    {', '.join(names)}, = {source}\n"
        return lines

    def _written(self) -> str:
        return "".join(f"    out[{k}] = {value}\n" for k, value in enumerate(self._outputs))

    def _statements(self, release: bool = False) -> str:
        last = {name: -1 for name, _ in self._body}
        ends: dict[int, list[str]] = {}
        if release:
            # Arrays are given back after their last use, so that the next ones lie in the cache.
            for k, (_, value) in enumerate(self._body):
                last.update({name: k for name in NAME.findall(value) if name in last})
            for name, k in last.items():
                if k >= 0 and name not in self._outputs:
                    ends.setdefault(k, []).append(name)
        return "".join(
            f"    {name} = {value}\n" + (f"    del {', '.join(ends[k])}\n" if k in ends else "")
            for k, (name, value) in enumerate(self._body)
        )


def _hoisted(lines: list[str], outputs: list[str]) -> tuple[list[Any], list[Any]]:
    """Statements that depend on parameters only, and the others; none that nobody needs."""
    statements = [tuple(line.split(" = ", 1)) for line in lines]
    needed = {name for text in outputs for name in NAME.findall(text)}
    for name, value in reversed(statements):
        if name in needed:
            needed.update(NAME.findall(value))
    moving: set[str] = set()
    constants, body = [], []
    for name, value in statements:
        if name not in needed:
            continue
        if any(used in moving or used[0] in "yt" for used in NAME.findall(value)):
            moving.add(name)
            body.append((name, value))
        else:
            constants.append((name, value))
    return constants, body


def _made(head: str, body: str, library: Any) -> Any:
    scope = {f: getattr(library, f) for f in FUNCTIONS}
    scope["atan2"] = math.atan2 if library is math else np.arctan2
    name = head.split("(", maxsplit=1)[0]
    exec(compile(f"def {head}:\n{body}", f"<meanfield {name}>", "exec"), scope)
    return scope[name]


class KernelFactory:
    """Kernels of a set of equations."""

    def __init__(
        self,
        equations: Equations,
        parameters: Sequence[sympy.Symbol],
        time: sympy.Symbol | None,
    ):
        self._equations, self._parameters, self._time = equations, tuple(parameters), time
        self.autonomous = time is None
        self.modes = len(equations.modes)
        self._flows: dict[Any, Kernel] = {}

    @functools.cached_property
    def _linear_parts(self) -> tuple[Program, list[Any], list[list[Real]], list[list[Real]], Any]:
        """Program with the drift, E and F, M and D."""
        eq, n = self._equations, self.modes
        program = self._program()
        blocks = [*eq.drift, *_flat(eq.normal), *_flat(eq.anomalous)]
        noise = [x for pairs, _ in eq.channels for pair in pairs for x in pair]
        noise += [occupation for _, occupation in eq.channels]
        if eq.diffusion is not None:
            noise = _flat(eq.diffusion)
        parts = self._split(program, [*blocks, *noise])
        drift, rest = parts[:n], parts[n:]
        E = [rest[k * n : (k + 1) * n] for k in range(n)]
        F = [rest[n * n + k * n : n * n + (k + 1) * n] for k in range(n)]
        M = _quadrature_matrix(program, E, F)
        noise = rest[2 * n * n :]
        if eq.diffusion is None:
            D = self._channel_diffusion(program, noise)
        else:
            D = [[noise[2 * n * i + j][0] for j in range(2 * n)] for i in range(2 * n)]
        return program, drift, M, D, (E, F)

    def _channel_diffusion(self, program: Program, noise: list[Complex]) -> list[list[Real]]:
        """D = sum_k (nbar_k + 1/2) K_k K_k^T."""
        n, channels = self.modes, len(self._equations.channels)
        D: list[list[Real]] = [[0.0] * (2 * n) for _ in range(2 * n)]
        for k in range(channels):
            weight = program.add(noise[2 * n * channels + k][0], 0.5)
            rows = []
            for i in range(n):
                u, v = noise[2 * n * k + 2 * i : 2 * n * k + 2 * i + 2]
                plus = [program.add(a, b) for a, b in zip(u, v, strict=True)]
                minus = [program.add(a, program.negative(b)) for a, b in zip(u, v, strict=True)]
                rows += [(minus[0], program.negative(plus[1])), (minus[1], plus[0])]
            for i, a in enumerate(rows):
                for j, b in enumerate(rows[: i + 1]):
                    product = program.add(program.times(a[0], b[0]), program.times(a[1], b[1]))
                    D[i][j] = program.add(D[i][j], program.times(weight, product))
                    D[j][i] = D[i][j]
        return D

    @functools.cached_property
    def drift(self) -> Kernel:
        """Re and Im of d beta_j/dt; 2n outputs from 2n states."""
        return self.flow()

    @functools.cached_property
    def matrix(self) -> Kernel:
        """M row by row; 4 n^2 outputs from 2n states."""
        program, _, M, _, _ = self._linear_parts
        return self._kernel(program, _flat(M), 2 * self.modes)

    @functools.cached_property
    def jacobian(self) -> Kernel:
        """Derivatives of the drift, row by row, frozen quantities included; 4 n^2 outputs."""
        program, _, J = self._tangent_parts
        return self._kernel(program, _flat(J), 2 * self.modes)

    @functools.cached_property
    def _tangent_parts(self) -> tuple[Program, list[Complex], list[list[Real]]]:
        eq, n = self._equations, self.modes
        program = self._program()
        derivatives = [
            total_derivative(f, eq.frozen, x) for f in eq.drift for x in (*eq.modes, *eq.conjugates)
        ]
        parts = self._split(program, [*eq.drift, *derivatives])
        rows = [parts[n + 2 * n * k : n + 2 * n * (k + 1)] for k in range(n)]
        J = _quadrature_matrix(program, [r[:n] for r in rows], [r[n:] for r in rows])
        return program, parts[:n], J

    @functools.cached_property
    def blocks(self) -> Kernel:
        """Re and Im of E_ij, then of F_ij; 4 n^2 outputs."""
        program, _, _, _, (E, F) = self._linear_parts
        return self._kernel(program, _flat([*_flat(E), *_flat(F)]), 2 * self.modes)

    @functools.cached_property
    def occupations(self) -> Kernel:
        """Re and Im of the occupation of every channel's bath."""
        return self.expressions([nbar for _, nbar in self._equations.channels])

    @functools.cached_property
    def diffusion(self) -> Kernel:
        """D row by row; 4 n^2 outputs."""
        program, _, _, D, _ = self._linear_parts
        return self._kernel(program, _flat(D), 2 * self.modes)

    def flow(
        self, *, covariance: bool = False, vectors: int = 0, events: tuple[Any, ...] = ()
    ) -> Kernel:
        """d/dt of the amplitudes, of what goes with them, and the real parts of event expressions.

        That is M C + C M^T + D for a packed covariance, or J V for tangent vectors, the columns of
        V, stored row by row; J is the `jacobian`.
        """
        key = (covariance, vectors, events)
        if key not in self._flows:
            self._flows[key] = self._flow(covariance, vectors, events)
        return self._flows[key]

    def _flow(self, covariance: bool, vectors: int, events: tuple[Any, ...]) -> Kernel:
        size = 2 * self.modes
        if covariance:
            program, drift, M, D, _ = self._linear_parts
        elif vectors:
            program, drift, M = self._tangent_parts
            D = []
        else:
            program = self._program()
            drift, M, D = self._split(program, self._equations.drift), [], []
        outputs: list[Real] = _flat(drift)
        if covariance:
            rows, columns = (x.tolist() for x in upper_triangle(self.modes))
            C: dict[tuple[int, int], str] = {}
            for k, (i, j) in enumerate(zip(rows, columns, strict=True)):
                C[i, j] = C[j, i] = f"y{size + k}"
            for i, j in zip(rows, columns, strict=True):
                value: Real = D[i][j]
                for m in range(size):
                    value = program.add(value, program.times(M[i][m], C[m, j]))
                    value = program.add(value, program.times(M[j][m], C[m, i]))
                outputs.append(value)
        start = len(outputs)
        for i in range(size if vectors else 0):
            for k in range(vectors):
                value = 0.0
                for m in range(size):
                    entry = f"y{start + m * vectors + k}"
                    value = program.add(value, program.times(M[i][m], entry))
                outputs.append(value)
        states = len(outputs)
        outputs += [program.split(x)[0] for x in events]
        return self._kernel(program, outputs, states)

    def expressions(self, values: Sequence[Any]) -> Kernel:
        """Re and Im of any expressions of amplitudes, parameters and time."""
        program = self._program()
        parts = self._split(program, list(values))
        return self._kernel(program, _flat(parts), 2 * self.modes)

    def _program(self) -> Program:
        eq = self._equations
        program = Program({})
        inputs: dict[sympy.Symbol, Complex] = {}
        for k, (b, s) in enumerate(zip(eq.modes, eq.conjugates, strict=True)):
            inputs[b] = (f"y{2 * k}", f"y{2 * k + 1}")
            inputs[s] = (f"y{2 * k}", program.negative(f"y{2 * k + 1}"))
        inputs.update({p: (f"p{k}", 0.0) for k, p in enumerate(self._parameters)})
        if self._time is not None:
            inputs[self._time] = ("t", 0.0)
        program.inputs.update(inputs)
        for symbol, value in eq.frozen:
            # Frozen quantities declared real are averages of Hermitian operators.
            (program.define_real if symbol.is_real else program.define)(symbol, value)
        return program

    def _split(self, program: Program, expressions: list[Any]) -> list[Complex]:
        # Without this, products that expressions share would be found only by their full text.
        shared, reduced = sympy.cse(
            [sympy.factor_terms(sympy.sympify(x)) for x in expressions],
            symbols=(sympy.Dummy() for _ in iter(int, 1)),
            order="none",
        )
        for symbol, value in shared:
            program.define(symbol, value)
        return [program.split(x) for x in reduced]

    def _kernel(self, program: Program, outputs: list[Real], states: int) -> Kernel:
        return Kernel(program, outputs, len(self._parameters), states)


def _quadrature_matrix(
    program: Program, E: list[list[Complex]], F: list[list[Complex]]
) -> list[list[Real]]:
    """[[Re(E+F), -Im(E-F)], [Im(E+F), Re(E-F)]] for every pair of modes."""
    M = []
    for normal, anomalous in zip(E, F, strict=True):
        position: list[Real] = []
        momentum: list[Real] = []
        for e, f in zip(normal, anomalous, strict=True):
            position += [program.add(e[0], f[0]), program.add(f[1], program.negative(e[1]))]
            momentum += [program.add(e[1], f[1]), program.add(e[0], program.negative(f[0]))]
        M += [position, momentum]
    return M


def _flat(rows: Any) -> list[Any]:
    return [value for row in rows for value in row]
