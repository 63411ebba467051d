"""Every public function with nasty values for every argument: named errors or numbers, no more.

A call may raise an error of quantsync's own, or return something without NaN. Anything else is a
fault: an error of NumPy's or Python's, a warning of theirs, NaN, or no end.
"""

import dataclasses
import datetime
import signal
import tempfile
import warnings
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from recipes import recipes

import quantsync as qs

FOLDER = tempfile.TemporaryDirectory()  # removed at the end
SECONDS = 20  # for one call
SAMPLE = 97  # parts of all calls; the first few are tried without -m slow
# Documented to answer NaN where there is nothing to say, or for a point that is not known.
UNDEFINED = {
    "MeanFieldModel.integrate", "gaussian.discord", "gaussian.entropy", "gaussian.log_negativity",
    "gaussian.mutual_information", "gaussian.purity", "gaussian.symplectic_spectrum",
    "complete_synchronization", "measures.phase_synchronization", "measures.phi_synchronization",
    "PhaseDistribution.local_maxima", "dynamical_synchronization",
    "measures.chi", "measures.chi_2", "measures.kind_ratio", "pearson", "phase_coherence", "sweep",
    "time_series.best_delay", "time_series.decay_rate", "time_series.mean_frequency",
    "time_series.phase_drift", "time_series.phase_locking_value", "time_series.windowed_mean",
}  # fmt: skip

GENERIC = {
    "None": None, "text": "0.3", "empty text": "", "NUL": "a\0b", "bytes": b"0.3",
    "True": True, "zero": 0, "minus": -1, "half": 0.5, "NaN": np.nan, "inf": np.inf,
    "-inf": -np.inf, "huge": 1e300, "tiny": 1e-300, "denormal": 5e-324, "complex": 1 + 1j,
    "imaginary": 1j, "long": 10**400, "longer": 10**5000, "big": 2**63, "NumPy int": np.int8(-1),
    "float32": np.float32(0.1), "fraction": Fraction(1, 3), "decimal": Decimal("0.3"),
    "date": np.datetime64("2020-01-01"), "time": datetime.timedelta(1), "object": object(),
    "class": dict, "function": len, "empty": [], "empty array": np.zeros((0, 0)), "dict": {},
    "set": {1, 2}, "ragged": [[1, 2], [3]], "list": [0.1, 0.2, 0.3], "ten axes": np.ones((1,) * 10),
    "texts": np.array(["a", "b"]), "objects": np.array([object()]), "generator": range(3),
    "masked": np.ma.masked_array([0.1, 0.2], [False, True]), "sparse": sp.eye_array(3),
    "space": qs.Space(A=qs.Fock(3)), "spin": qs.Spin(1), "array NaN": np.full((2, 2), np.nan),
}  # fmt: skip


def spoiled(value):
    """By name, what can be made of an argument of the right kind."""
    if isinstance(value, bool) or not isinstance(value, int | float | list | np.ndarray):
        return {}
    try:
        array = np.asarray(value)
    except ValueError:
        return {}
    if array.dtype.kind not in "iufc":
        return {}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {
            "negative": -array, "times 1e200": array * 1e200, "times 1e-200": array * 1e-200,
            "times i": array * 1j, "one NaN": np.where(np.arange(array.size) == 0, np.nan,
                                                      array.ravel()).reshape(array.shape),
            "one inf": np.where(np.arange(array.size) == array.size - 1, np.inf,
                                array.ravel()).reshape(array.shape),
            "flat": array.ravel(), "in a list": [value], "batch": np.stack([array, array]),
            "empty batch": np.zeros((0, *array.shape)), "as objects": array.astype(object),
            "as text": array.astype(str), "single": array.astype(np.complex64),
            "whole": np.round(array).astype(int), "bools": array.astype(bool),
            "masked": np.ma.masked_array(array, np.ones(array.shape, bool)),
            "reversed": array[::-1] if array.ndim else array, "half": array[: len(array) // 2]
            if array.ndim else array, "transposed": array.T, "shifted": array + 1e-3,
            "strided": np.stack([array, array], -1)[..., 0], "big-endian": array.astype(">c16"),
        }  # fmt: skip
        if array.ndim == 2:
            found["matrix"] = np.matrix(array)
            found["sparse"] = sp.csr_array(array)
            found["upper"] = np.triu(array)
    return found


@lru_cache(maxsize=1)
def all_recipes():
    return recipes(Path(FOLDER.name))


@lru_cache(maxsize=1)
def all_calls():
    """Name, argument and kind of spoil of every call."""
    return [
        (name, argument, kind)
        for name, (_, arguments) in all_recipes().items()
        for argument, value in arguments.items()
        for kind in (*GENERIC, *(f"{k}!" for k in spoiled(value)))
        # What goes wrong in a function of the caller's is the caller's.
        if not (callable(value) and callable(GENERIC.get(kind)))
    ]


def attempt(name, argument, kind):
    """Make the spoiled call; what is wrong with its outcome, or an empty text."""
    function, arguments = all_recipes()[name]
    given = arguments[argument]
    value = spoiled(given)[kind[:-1]] if kind.endswith("!") else GENERIC[kind]

    def too_long(*_):
        raise TimeoutError(f"no end within {SECONDS} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", category=UserWarning)
            result = function(**arguments | {argument: value})
    except qs.errors.QuantsyncError as error:
        return "" if str(error).strip() else "an error without a message"
    except BaseException as error:  # a crash is what is looked for
        return f"{type(error).__name__}: {str(error)[:150]}"
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    return "NaN" if name not in UNDEFINED and has_nan(result) else ""


def has_nan(result, depth=0):
    """Whether there is NaN in a number, an array, or a few levels of what holds some."""
    if isinstance(result, np.ndarray) and result.dtype.kind in "fc":
        return bool(np.isnan(result).any())
    if isinstance(result, float | complex):
        return bool(np.isnan(result))
    if depth > 2:
        return False
    if dataclasses.is_dataclass(result):
        parts = [getattr(result, field.name) for field in dataclasses.fields(result)]
    elif isinstance(result, dict):
        parts = list(result.values())
    else:
        parts = list(result) if isinstance(result, list | tuple) else []
    return any(has_nan(part, depth + 1) for part in parts)


def test_every_public_function_is_tried():
    names = all_recipes()
    tried = {name.rpartition(".")[2] for name in names} | {name.partition(".")[0] for name in names}
    folders = [qs.gaussian, qs.measures, qs.models, qs.time_series, qs.search, qs.degenerate]
    folders += [qs.quasi_periodic, qs.entropic, qs.meanfield]
    public = {n: getattr(m, n) for m in (qs, *folders) for n in m.__all__}
    functions = {n for n, v in public.items() if callable(v) and not isinstance(v, type)}
    assert functions <= tried


def test_the_calls_are_right_before_they_are_spoiled():
    for function, arguments in all_recipes().values():
        function(**arguments)


@pytest.mark.parametrize("part", range(8))
def test_a_sample_of_spoiled_calls(part):
    _check(all_calls()[part::SAMPLE])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8, SAMPLE))
def test_all_other_spoiled_calls(part):
    _check(all_calls()[part::SAMPLE])


def _check(calls):
    faults = [f"{n}({a}={k}): {fault}" for n, a, k in calls if (fault := attempt(n, a, k))]
    assert not faults, f"{len(faults)} of {len(calls)}:\n" + "\n".join(faults)
