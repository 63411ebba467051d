"""A module such as users write, and the command as it is installed."""

import subprocess
import sys

MINE = '''\
"""A driven oscillator of my own."""

import numpy as np

import quantsync as qs


def mode(drive=0.1, detuning=0.0, gain=1.0, levels=12, kind="two"):
    """Driven oscillator with loss of one or two quanta.

    Parameters
    ----------
    drive : float
        Strength of the drive (units of rate).
    detuning, gain : float
        Frequency and gain.
    levels : int
        Levels kept.
    kind : {"one", "two"}
        Quanta lost at a time.
    """
    m = qs.Space(M=qs.Fock(levels))["M"]
    if kind not in ("one", "two"):
        raise KeyError(kind)
    loss = m.destroy @ m.destroy if kind == "two" else m.destroy
    jumps = [(gain, m.create), (2.0, loss)]
    hamiltonian = [(detuning, m.number), (drive, m.create + m.destroy)]
    return qs.Lindbladian(qs.Space(M=qs.Fock(levels)), hamiltonian, jumps)


def number(state):
    return np.einsum("...nn,n->...", state.rho, np.arange(state.rho.shape[-1])).real


def number_per_gain(state, system, parameters):
    """Mean number of quanta per gain."""
    return number(state) / parameters["gain"]


quanta = qs.Measure("quanta", "mean number of quanta", "1", number)
_hidden = 3
'''


def run_script(*arguments, **options):
    """The command as it is installed, which does not have the present folder on its path."""
    code = "from quantsync.command_line.main import main; main()"
    return subprocess.run(
        [sys.executable, "-P", "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )
