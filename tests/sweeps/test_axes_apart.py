"""Axes that a model takes one value at a time: whole numbers, switches, functions of one number."""

import math

import numpy as np
import pytest
import xarray as xr

import quantsync as qs
from quantsync.sweeps.export import draw_dataset, export_dataset

LEVELS = [8, 12, 9]


def oscillator(levels=8, drive=0.1, detuning=0.0):
    """A driven oscillator, cut at a number of levels: some 1/9 + (drive/0.45)^2 quanta."""
    space = qs.Space(A=qs.Fock(levels, finite=True))
    a = space["A"]
    return qs.Lindbladian(
        space,
        [(drive, a.create + a.destroy), (detuning, a.number)],
        [(0.1, a.create), (1.0, a.destroy)],
    )


def quanta(steady):
    number = steady.space["A"].number.diagonal().real
    return np.diagonal(steady.rho, axis1=-2, axis2=-1).real @ number


def damped(jump=0.0, frequency=1.0):
    """A qubit that is excited where the jump is above 1/2: no array can tell `if` what to do."""
    space = qs.Space(A=qs.Spin(1 / 2))
    a = space["A"]
    up = 3.0 if jump > 0.5 else 1.0
    return qs.Lindbladian(space, [(frequency, a.z)], [(up, a.plus), (1.0, a.minus)])


def inversion(steady):
    return (steady.rho[:, 0, 0] - steady.rho[:, 1, 1]).real


@pytest.mark.parametrize("order", [("levels", "drive"), ("drive", "levels")])
@pytest.mark.parametrize("members", [2, 1000])
def test_levels_are_an_axis(monkeypatch, order, members):
    monkeypatch.setattr(qs.Lindbladian, "members_per_chunk", members)
    axes = {"levels": LEVELS, "drive": [0.05, 0.1, 0.15, 0.2]}
    found = qs.sweep(oscillator, {name: axes[name] for name in order}, ["purity", quanta])
    assert found.levels.dtype.kind == "i"
    assert found.purity.dims == order
    for levels in LEVELS:
        steady = qs.steady_state(oscillator(levels, np.array(axes["drive"])))
        np.testing.assert_allclose(
            found.purity.sel(levels=levels), qs.purity(steady), rtol=1e-12, err_msg=str(levels)
        )
        np.testing.assert_allclose(found.quanta.sel(levels=levels), quanta(steady), rtol=1e-12)
    assert found.attrs["system"] == "; ".join(
        f"Space(A=Fock({levels}, finite=True))" for levels in (8, 12, 9)
    )


def test_two_such_axes_and_one_that_is_an_array():
    axes = {"sites": [2, 3], "frequency": [1.0, 2.0], "spin": [0.5, 1.0]}
    with pytest.warns(qs.errors.SweepWarning, match="8 of 8 points of the sweep failed"):
        found = qs.sweep("dephased_chain", axes, "purity")
    # A chain that is only dephased keeps its magnetisation, and has as many steady states.
    assert "sites=3, frequency=2, spin=1: the steady state is not unique" in found.failures[-1]
    axes = {"spin": [0.5, 1.0, 1.5], "epsilon": [0.05, 0.1]}
    found = qs.sweep("spin_pair", axes, ["purity", "synchronization"])
    for spin in axes["spin"]:
        for epsilon in axes["epsilon"]:
            point = qs.compute(
                "spin_pair", {"spin": spin, "epsilon": epsilon}, ["purity", "synchronization"]
            )
            here = found.sel(spin=spin, epsilon=epsilon)
            assert {n: float(here[n]) for n in point} == pytest.approx(point, rel=1e-11)


def test_switches_take_true_and_false_and_nothing_like_it():
    with pytest.warns(qs.errors.SweepWarning, match="literal=1: .*not unique"):
        found = qs.sweep("collective_decay_pair", {"literal": [False, True]}, "purity")
    assert found.literal.dtype == bool
    with pytest.raises(qs.errors.InvalidArgumentError, match="`literal` must be True or False"):
        qs.sweep("collective_decay_pair", {"literal": [0, 1]}, "purity")


@pytest.mark.parametrize("bad", [-1, 0])
def test_a_value_that_the_model_refuses_is_named_before_anything_runs(bad):
    with pytest.raises(qs.errors.InvalidArgumentError, match=str(bad)):
        qs.sweep(oscillator, {"levels": [8, bad]}, "purity")


def test_a_rule_may_give_whole_numbers():
    found = qs.sweep(
        lambda half, levels: oscillator(levels),
        {"half": [4, 5]},
        quanta,
        tied={"levels": lambda half: 2 * half},
    )
    for half in (4, 5):
        expected = quanta(qs.steady_state(oscillator(np.int64(2 * half).item(), np.array([0.1]))))
        assert float(found.quanta.sel(half=half)) == pytest.approx(expected[0], rel=1e-12)


@pytest.mark.parametrize("chunk", [None, 1, 3])
def test_a_store_keeps_and_extends_them(tmp_path, chunk):
    axes = {"levels": [8, 9], "drive": [0.1, 0.2]}
    options = {"store": qs.Store(tmp_path / "map.zarr", chunk=chunk), "progress": False}
    memory = qs.sweep(oscillator, axes, ["purity", quanta])
    found = qs.sweep(oscillator, axes, ["purity", quanta], **options)
    xr.testing.assert_allclose(found, memory, rtol=1e-12)
    assert found.levels.dtype == memory.levels.dtype
    longer = {"levels": [8, 9, 12], "drive": [0.1, 0.2]}
    found = qs.sweep(oscillator, longer, ["purity", quanta], **options)
    xr.testing.assert_allclose(found, qs.sweep(oscillator, longer, ["purity", quanta]), rtol=1e-12)
    assert (qs.open_sweep(tmp_path / "map.zarr").status == 1).all()


def test_rows_that_are_as_long_as_the_levels_are_refused_by_name():
    def populations(steady):
        return np.diagonal(steady.rho, axis1=-2, axis2=-1).real

    with pytest.raises(qs.errors.MeasureShapeError, match="'populations' returns rows of shape"):
        qs.sweep(oscillator, {"levels": [8, 9]}, populations)


def test_there_is_no_border_between_whole_numbers():
    refine = qs.Refine("purity", level=0.5)
    with pytest.raises(qs.errors.InvalidArgumentError, match="`levels` holds values of type int"):
        qs.sweep(oscillator, {"levels": [8, 9], "drive": [0.1, 0.2]}, "purity", refine=refine)
    with pytest.raises(qs.errors.InvalidArgumentError, match="`spin` is taken one value at a time"):
        qs.sweep("spin_pair", {"spin": [0.5, 1.0]}, "purity", refine=refine)


def test_a_border_is_found_at_one_value_of_such_an_axis():
    refine = qs.Refine("quanta", level=0.2, tolerance=0.001)
    axes = {"levels": [12], "drive": np.linspace(0.0, 0.2, 4)}
    found = qs.sweep(oscillator, axes, quanta, refine=refine)
    expected = 0.45 * np.sqrt(0.2 - 1 / 9)
    assert found.border_drive.values == pytest.approx([expected], abs=2e-4)


def test_a_function_of_one_number_is_called_for_each_and_says_so():
    axes = {"jump": [0.0, 0.4, 0.6], "frequency": [1.0, 2.0]}
    with pytest.warns(
        qs.errors.SweepWarning, match="take arrays of `jump`.*called 3 times for 6 points"
    ) as w:
        found = qs.sweep(damped, axes, inversion)
    assert "truth value" in str(w[0].message)
    # Detailed balance: (up - down)/(up + down).
    np.testing.assert_allclose(found.inversion, [[0, 0], [0, 0], [0.5, 0.5]], atol=1e-14)

    def sine(x=0.0):
        return damped(frequency=math.sin(x))

    with pytest.warns(qs.errors.SweepWarning, match="np.where"):
        assert qs.sweep(sine, {"x": [0.1, 0.2]}, inversion).inversion.shape == (2,)


def test_errors_that_single_values_have_too_stay_what_they_are():
    def broken(x=1.0):
        raise ZeroDivisionError("in the model")

    with pytest.raises(ZeroDivisionError, match="in the model"):
        qs.sweep(broken, {"x": [1.0, 2.0]}, "purity")
    with pytest.raises(qs.errors.InvalidArgumentError, match=r"gain_a.*-2.*index \(1,"):
        qs.sweep("spin_pair", {"gain_a": [1.0, -2.0], "epsilon": [0.1]}, "purity")


def test_one_kind_of_systems_at_all_values():
    def model(n=1):
        return qs.models.harmonic_chain() if int(n) == 2 else qs.models.spin_pair()

    with pytest.raises(qs.errors.InvalidSystemError, match="one kind of systems"):
        qs.sweep(lambda n=1: model(range(n)[-1] + 1), {"n": [1, 2]}, "purity")


HUGE = {"epsilon": np.linspace(0, 1, 100_000), "detuning": np.linspace(-1, 1, 1_000_000)}


@pytest.mark.parametrize("stored", [False, True])
def test_a_map_that_does_not_fit_is_refused_with_its_size_and_its_time(tmp_path, stored):
    options = {"store": tmp_path / "map.zarr"} if stored else {}
    with pytest.raises(
        qs.errors.OutOfMemoryError,
        match=r"A map of 100000000000 points with 1 measure would need 1.6e\+03 GB.*it would "
        r"take about [\d.]+ (hours|days|years) on 1 threads. Take fewer points",
    ):
        qs.sweep("spin_pair", HUGE, "synchronization", workers=1, **options)
    assert not any(tmp_path.iterdir())


def test_names_and_values_of_a_map_that_does_not_fit_are_checked_all_the_same():
    with pytest.raises(qs.errors.UnknownNameError, match="did you mean 'purity'"):
        qs.sweep("spin_pair", HUGE, "puriti")
    with pytest.raises(qs.errors.InvalidArgumentError, match="gain_a"):
        qs.sweep("spin_pair", HUGE | {"gain_a": [-1.0]}, "purity")


def lossy(kind="none", drive=0.1, levels=8):
    """An oscillator that loses quanta one by one, in pairs, or both."""
    if kind not in ("single", "pairs", "both and more"):
        raise qs.errors.InvalidArgumentError(f"Parameter `kind` is {kind!r}.")
    space = qs.Space(A=qs.Fock(levels, finite=True))
    a = space["A"]
    jumps = [(0.0 if kind == "pairs" else 1.0, a.destroy)]
    jumps += [(0.0 if kind == "single" else 2.0, a.destroy @ a.destroy), (0.1, a.create)]
    return qs.Lindbladian(space, [(drive, a.create + a.destroy)], jumps)


KINDS = ["single", "both and more", "pairs"]


@pytest.mark.parametrize("values", [KINDS, tuple(KINDS), np.array(KINDS), np.array(KINDS, object)])
def test_names_are_an_axis(values):
    found = qs.sweep(lossy, {"drive": [0.1, 0.2], "kind": values}, ["purity", quanta])
    assert found.kind.values.tolist() == KINDS
    for kind in KINDS:
        steady = qs.steady_state(lossy(kind, np.array([0.1, 0.2])))
        np.testing.assert_allclose(found.quanta.sel(kind=kind), quanta(steady), rtol=1e-12)


def test_a_name_that_the_model_refuses_is_named():
    with pytest.raises(qs.errors.InvalidArgumentError, match="`kind` is 'triples'"):
        qs.sweep(lossy, {"kind": ["single", "triples"]}, "purity")
    with pytest.raises(qs.errors.InvalidArgumentError, match="numbers or names, but holds both"):
        qs.sweep(lossy, {"kind": ["single", 1.0]}, "purity")


def test_a_store_keeps_names_and_other_programs_read_them(tmp_path):
    path = tmp_path / "map.zarr"
    axes = {"kind": KINDS[:2], "drive": [0.1, 0.2]}
    options = {"store": qs.Store(path, chunk=1), "progress": False}
    qs.sweep(lossy, axes, [quanta], **options)
    longer = {"kind": KINDS[::-1], "drive": [0.1, 0.15, 0.2]}
    found = qs.sweep(lossy, longer, [quanta], **options)
    xr.testing.assert_allclose(found, qs.sweep(lossy, longer, [quanta]), rtol=1e-12)
    again = qs.open_sweep(path)
    assert again.kind.values.tolist() == KINDS[::-1]
    np.testing.assert_array_equal(again.quanta, found.quanta)
    plain = xr.open_zarr(path)
    assert plain.kind.attrs["flag_meanings"] == "pairs both and more single"
    np.testing.assert_array_equal(plain.quanta, found.quanta)
    fewer = {"kind": KINDS[:2], "drive": [0.1, 0.2]}
    with pytest.raises(qs.errors.StoreMismatchError, match="pairs"):
        qs.sweep(lossy, fewer, [quanta], **options)


def test_a_border_is_found_at_one_name():
    refine = qs.Refine("quanta", level=0.2, tolerance=0.001)
    axes = {"kind": ["single"], "drive": np.linspace(0.0, 0.2, 4)}
    found = qs.sweep(lossy, axes, quanta, fixed={"levels": 20}, refine=refine)
    # a decays at 1 and gains 0.1: 1/9 + (drive/0.45)^2 quanta.
    assert found.border_drive.values == pytest.approx([0.45 * np.sqrt(0.2 - 1 / 9)], abs=2e-4)
    assert set(found.border_kind.values) == {"single"}
    assert set(found.refined_kind.values) == {"single"}
    with pytest.raises(qs.errors.InvalidArgumentError, match="`kind` holds values of type"):
        qs.sweep(lossy, axes | {"kind": KINDS}, quanta, refine=refine)


@pytest.mark.parametrize("at", [{}, {"kind": "pairs"}, {"drive": 0.1}])
def test_maps_over_names_are_drawn(tmp_path, at):
    path = tmp_path / "map.zarr"
    axes = {"kind": KINDS, "drive": [0.1, 0.15, 0.2]}
    qs.sweep(lossy, axes, [quanta], store=path, progress=False)
    dataset = qs.open_sweep(path)
    draw_dataset(dataset, tmp_path / "map.svg", ["quanta"], at)
    text = (tmp_path / "map.svg").read_text()
    assert ("both and more" in text) == (at != {"kind": "pairs"})
    with pytest.raises(qs.errors.UnknownNameError, match="value of axis `kind`"):
        draw_dataset(dataset, tmp_path / "no.svg", ["quanta"], {"kind": "pair"})
    export_dataset(dataset, tmp_path / "map.csv")
    assert "both and more,0.15," in (tmp_path / "map.csv").read_text()
    export_dataset(dataset, tmp_path / "map.nc")
    assert xr.open_dataset(tmp_path / "map.nc").kind.values.tolist() == KINDS


def test_variants_of_a_model_are_an_axis():
    axes = {"variant": ["lab", "literal"], "time": [1.0, 2.0]}
    found = qs.sweep("pseudo_boson_pair", axes, ["S_q"])
    for variant in axes["variant"]:
        point = qs.compute("pseudo_boson_pair", {"variant": variant, "time": 2.0}, "S_q")
        assert float(found.S_q.sel(variant=variant, time=2.0)) == pytest.approx(point["S_q"])
