"""Stores on the page: exact values, cuts, failed and missing points, growth, damage, ensembles."""

import subprocess
import sys
import textwrap
import threading
import warnings
from contextlib import suppress

import numpy as np
import pytest
import xarray as xr
from waiting import wait_until

import quantsync as qs
from quantsync.errors import InvalidArgumentError, StoreError, SweepWarning, UnknownNameError
from quantsync.explorer import store, stored
from quantsync.explorer.figures import MapFigure
from quantsync.explorer.maps import SupersededError
from quantsync.explorer.stored import StoredPainter, StoredView, is_store
from quantsync.sweeps.drawing import MapPictures, Panel

EPSILON, DETUNING = np.linspace(0.0, 0.1, 3), np.array([-2.0, 0.0, 0.5, 2.0])
MEASURES = ["synchronization", "negativity", "locked_phase"]


def swept(*arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SweepWarning)
        return qs.sweep(*arguments, progress=False, **options)


def in_pieces(model, axes, measures, store, points):
    """A sweep that is interrupted once so many points are there."""

    def stop(done, total):
        if done >= points:
            raise KeyboardInterrupt

    kept = qs.Store(store, chunk=1)
    with pytest.raises(KeyboardInterrupt):
        qs.sweep(model, axes, measures, store=kept, progress=stop, workers=1)


@pytest.fixture(scope="module")
def tongue(tmp_path_factory):
    path = tmp_path_factory.mktemp("stored") / "tongue.zarr"
    swept("spin_pair", {"epsilon": EPSILON, "detuning": DETUNING}, MEASURES, store=path)
    return path


def mode(drive=0.1, gain=1.0, kind="two", strong=False, levels=6):
    """A mode that fails where its gain is two and its drive is one."""
    if float(np.max(gain)) == 2.0 and float(np.max(drive)) == 1.0:
        raise ValueError("no such mode: it is too hot")
    space = qs.Space(M=qs.Fock(levels, finite=True))
    m = space["M"]
    loss = m.destroy @ m.destroy if kind == "two" else m.destroy
    jumps = [(gain, m.create), (3.0 + strong, loss)]
    return qs.Lindbladian(space, [(drive, m.create + m.destroy)], jumps)


AXES = {
    "gain": [1.0, 1.5, 2.0],
    "kind": ["one", "two"],
    "drive": [0.1, 1.0, 10.0],
    "strong": [False, True],
}


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    path = tmp_path_factory.mktemp("stored") / "four.zarr"
    swept(mode, AXES, ["purity"], store=path)
    return path


def test_what_is_shown_is_what_is_stored(tongue):
    view, known = StoredView.open(tongue), qs.open_sweep(tongue)
    assert (view.x.name, view.y.name) == ("detuning", "epsilon")
    assert view.measures == ("synchronization",)
    np.testing.assert_array_equal(view.x.values(41), DETUNING)
    xr.testing.assert_equal(view.dataset.synchronization, known.synchronization)
    turned = view.with_axis("x", name="epsilon").with_measures(["negativity", "locked_phase"])
    assert (turned.x.name, turned.y.name) == ("epsilon", "detuning")
    np.testing.assert_array_equal(turned.dataset.negativity.values, known.negativity.values.T)
    cut = view.with_axis("x", first="0", last="0.7")
    np.testing.assert_array_equal(cut.dataset.detuning, [0.0, 0.5])
    np.testing.assert_array_equal(
        cut.dataset.synchronization.values, known.synchronization.values[:, 1:3]
    )
    with pytest.raises(InvalidArgumentError, match="no value of `detuning` from 0.6 to 1.9"):
        view.with_axis("x", first="0.6", last="1.9")
    curve = view.with_axis("y", name="").with_parameter("epsilon", "0.05")
    np.testing.assert_array_equal(curve.dataset.synchronization, known.synchronization[1])
    with pytest.raises(InvalidArgumentError, match="no value 0.07; it has 0.05, 0.1"):
        curve.with_parameter("epsilon", "0.07")
    with pytest.raises(UnknownNameError, match="gain_a"):
        view.with_axis("x", name="gain_a")
    with pytest.raises(UnknownNameError, match="purity"):
        view.with_measures(["purity"])
    with pytest.raises(InvalidArgumentError, match="own values"):
        view.with_size("81")


def test_a_link_restores_it(four):
    view = StoredView.open(four).with_parameter("kind", "one").with_parameter("strong", "true")
    view = view.with_mark("a", view.middle).with_axis("x", last="1")
    again = StoredView.open(four).from_query(view.query)
    assert again.query == view.query
    assert (again.value("kind"), again.value("strong")) == ("one", True)
    xr.testing.assert_identical(again.dataset, view.dataset)


def test_the_program_draws_the_same_map(four):
    view = StoredView.open(four).with_parameter("kind", "one")
    place: dict = {}
    exec(view.python.replace("found.quantsync.plot(", "shown = found.quantsync.plot("), place)
    drawn = place["shown"].collections[0].get_array()
    known = view.dataset.purity.values
    np.testing.assert_array_equal(np.asarray(drawn)[np.isfinite(known)], known[np.isfinite(known)])


def test_further_axes_are_cut_at_stored_values_only(four):
    view, known = StoredView.open(four), qs.open_sweep(four)
    assert (view.x.name, view.y.name) == ("drive", "gain")
    assert view.x.scale == "log"  # its values are at even ratios
    assert view.model.parameters["kind"].choices == ("one", "two")
    assert view.model.parameters["strong"].choices == ("false", "true")
    assert view.at((1.0, 1.5)) == {"gain": 1.5, "kind": "two", "drive": 1.0, "strong": True}
    shown = view.with_parameter("kind", "one").with_parameter("strong", "false")
    expected = known.purity.sel(kind="one", strong=False)
    np.testing.assert_array_equal(shown.dataset.purity, expected)
    with pytest.raises(UnknownNameError, match="three"):
        view.with_parameter("kind", "three")
    named = view.with_axis("y", name="kind")
    np.testing.assert_array_equal(named.dataset.kind, ["one", "two"])
    assert named.y.shown(1.0) == "two"
    assert named.at((1.0, 1.0))["kind"] == "two"


def test_failed_points_have_their_reasons(four):
    view = StoredView.open(four).with_parameter("strong", "false")
    pictures = MapPictures.of(view.dataset, ["purity"], {})
    assert np.argwhere(pictures.failed).tolist() == [[2, 1]]
    (why,) = view.dataset.attrs["failures"]
    assert why.startswith("gain=2, kind=two, drive=1, strong=0: ")
    assert "too hot" in why
    point = view.known_at((1.0, 2.0))
    assert "too hot" in point.failure
    assert [n.value for n in point.numbers] == ["failed"]
    assert not view.known_at((1.0, 1.0)).failure


def test_a_point_has_the_stored_numbers_and_what_the_model_gives(tongue):
    view, known = StoredView.open(tongue), qs.open_sweep(tongue)
    point = view.with_measures(["negativity"]).known_at((0.5, 0.1))
    rows = {n.name: n for n in point.numbers}
    assert point.numbers[0].name == "negativity"  # what is shown comes first
    for name in MEASURES:
        assert rows[name].exact == repr(known[name].values[2, 2].item())
    assert "phase distribution" in point.pictures
    assert "mean_phase" in rows  # which is not stored
    assert not any(c.name == "another number" for c in point.certificates)
    view.store.dataset["negativity"] = view.store.dataset["negativity"] + 0.25
    other = view.known_at((0.5, 0.1))
    (told,) = [c for c in other.certificates if c.name == "another number"]
    assert not told.good
    assert told.text.startswith("negativity is 0.3")


def test_nothing_is_imported_because_a_store_says_so(tmp_path):
    (tmp_path / "own_store_model.py").write_text(
        "import quantsync as qs\n"
        "def pair(epsilon=0.1):\n"
        "    return qs.models.spin_pair(epsilon=epsilon)\n"
    )
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from quantsync.catalogue.references import load\n"
        "import quantsync as qs\n"
        "qs.sweep(load('own_store_model:pair'), {'epsilon': [0.1, 0.2]}, 'negativity',"
        " store='own.zarr', progress=False)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    code = (
        "import sys\n"
        "from quantsync.explorer.stored import StoredView\n"
        "for allowed in ((), ['own_store_model']):\n"
        "    point = StoredView.open('own.zarr', allowed=allowed).known_at((0.2,))\n"
        "    print('own_store_model' in sys.modules, point.numbers[0].value, *point.pictures,"
        " [c.text for c in point.certificates][0])\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    first, second = found.splitlines()
    assert first.startswith("False 0.14")
    assert "--allow own_store_model" in first
    assert second.startswith("True 0.14")
    assert "phase distribution" in second


def test_a_measure_of_ones_own_does_not_hide_the_state(tmp_path):
    def negativity(state):  # not what the model calls by this name
        return np.zeros(state.rho.shape[0])

    axes = {"epsilon": [0.1, 0.2]}
    swept("spin_pair", axes, [negativity], store=tmp_path / "own.zarr")
    view = StoredView.open(tmp_path / "own.zarr")
    point = view.known_at((0.2,))
    assert (point.numbers[0].name, point.numbers[0].exact) == ("negativity", "0.0")
    assert "phase distribution" in point.pictures
    assert not any(c.name == "another number" for c in point.certificates)


def test_parameters_that_follow_the_axes_follow_them(tmp_path):
    axes, tied = {"gain_a": [2.0, 5.0]}, {"gain_b": "10 / gain_a"}
    options = {"fixed": {"epsilon": 0.3}, "tied": tied, "store": tmp_path / "tied.zarr"}
    swept("spin_pair", axes, "negativity", **options)
    point = StoredView.open(tmp_path / "tied.zarr").known_at((5.0,))
    assert point.parameters == {"gain_a": 5.0, "gain_b": 2.0, "epsilon": 0.3}
    assert not any(c.name == "another number" for c in point.certificates)


def test_missing_points_are_not_failed_ones(tmp_path):
    path = tmp_path / "part.zarr"
    in_pieces("spin_pair", {"epsilon": EPSILON, "detuning": DETUNING}, MEASURES, path, 5)
    view = StoredView.open(path)
    there, total = view.store.count
    assert 5 <= there < total == 12
    assert (view.dataset.status == 0).sum() == total - there
    assert "failures" not in view.dataset.attrs
    assert not view.store.grows
    expected = f"interrupted: {there} of 12 points; go on with: quantsync sweep resume {path}"
    assert expected in view.store.note
    assert expected.partition("go on")[2] in view.toml
    missing = np.argwhere(view.dataset.status.values == 0)[-1]
    place = (DETUNING[missing[1]], EPSILON[missing[0]])
    point = view.known_at(place)
    assert {n.value for n in point.numbers if n.name in MEASURES} == {"not computed yet"}
    assert not point.failure
    figure = MapFigure(False, False)
    pictures = MapPictures.of(view.dataset, ["synchronization"], {})
    (panel,) = pictures.panels
    absent = view.dataset.status.values == 0
    figure.show(panel, np.arange(4.0), EPSILON, ("", ""), pictures.failed, [], absent)
    assert np.isfinite(figure.cells.data["missing"][0]).sum() == total - there
    assert not len(figure.failures.data["x"])


class Watch:
    """What a painter shows on a thread of its own, until it is told to stop."""

    def __init__(self, view):
        self.shown, self.notes, self._stop = [], [], False
        self.painter = StoredPainter()
        self.thread = threading.Thread(target=self._run, args=(view,), daemon=True)
        self.thread.start()

    def _run(self, view):
        def check():
            if self._stop:
                raise SupersededError

        def show(dataset, size, final):
            self.shown.append((int((dataset.status != 0).sum()), final))
            self.notes.append(self.painter.note)

        with suppress(SupersededError):
            self.painter.paint(view, False, check, show, lambda *_: None)

    def stop(self):
        self._stop = True
        self.thread.join(60)
        assert not self.thread.is_alive()


SLOW = """
import sys, time
import quantsync as qs

def slow(epsilon=0.1):
    if epsilon > 0.55:
        time.sleep(0.3)
    return qs.models.spin_pair(epsilon=epsilon)

axes = {"epsilon": [k / 10 for k in range(1, 11)]}
store = qs.Store("grows.zarr", chunk=1)
qs.sweep(slow, axes, {"negativity": "negativity"}, store=store, progress=False, workers=1)
"""


def test_a_map_grows_until_its_writer_is_gone(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "EVERY", 0.1)
    (tmp_path / "slow.py").write_text(textwrap.dedent(SLOW))

    def begin():
        return subprocess.Popen([sys.executable, "slow.py"], cwd=tmp_path)

    def there():
        return (tmp_path / "grows.zarr" / "status" / "records").is_dir()

    first = begin()
    try:
        wait_until(there)
        watch = Watch(StoredView.open(tmp_path / "grows.zarr"))
        wait_until(lambda: len(watch.shown) >= 3)
        assert "being computed by process" in watch.notes[0]
        assert not watch.shown[0][1]  # more is to come
    finally:
        first.kill()
        first.wait()
    wait_until(lambda: watch.notes[-1].startswith("; interrupted: "))
    assert "again" in watch.notes[-1]  # a function of a script cannot be found again
    assert watch.shown[-1][1]
    before = watch.shown[-1][0]
    second = begin()
    try:
        wait_until(lambda: not watch.thread.is_alive())
    finally:
        second.wait()
    counts = [count for count, _ in watch.shown]
    assert counts == sorted(counts)
    assert watch.shown[-1] == (10, True)
    assert before < 10
    assert watch.notes[-1] == ""


def test_a_newer_wish_ends_the_watch(tmp_path):
    in_pieces("spin_pair", {"epsilon": EPSILON}, "negativity", tmp_path / "part.zarr", 1)
    watch = Watch(StoredView.open(tmp_path / "part.zarr"))
    wait_until(lambda: watch.shown)
    watch.stop()
    assert len(watch.shown) == 1  # and nothing was read again for nothing


def test_damage_is_told(tmp_path):
    path = tmp_path / "hurt.zarr"
    swept("spin_pair", {"epsilon": EPSILON}, "negativity", store=qs.Store(path, chunk=1))
    chunk = path / "negativity" / "c" / "1"
    chunk.write_bytes(bytes(len(chunk.read_bytes())))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = StoredView.open(path)
    assert "1 of 3 tasks" in view.store.note
    assert "damaged" in view.store.note
    assert view.dataset.status.values.tolist() == [1, 0, 1]


def test_an_ensemble_is_a_mean_or_a_sample(tmp_path):
    pair, etas = qs.models.collective_decay_pair(), [1e-3, 0.1, 1.0]
    known = qs.ensemble(
        pair, etas, 5, 3, ["purity"], store=tmp_path / "e.zarr", workers=1, progress=False
    )
    view = StoredView.open(tmp_path / "e.zarr")
    assert (view.x.name, view.y, view.x.scale) == ("eta", None, "log")
    np.testing.assert_allclose(view.dataset.purity, known.purity.mean("sample"), rtol=1e-14)
    one = view.with_parameter("sample", "2")
    np.testing.assert_array_equal(one.dataset.purity, known.purity[2])
    both = view.with_axis("y", name="sample")
    np.testing.assert_array_equal(both.dataset.purity, known.purity)
    point = both.known_at((0.1, 3.0))
    assert point.numbers[0].exact == repr(known.purity.values[3, 1].item())
    assert not point.pictures
    assert "ensemble" in point.certificates[0].text


def test_the_mean_of_phases_is_taken_on_the_circle():
    phases = xr.DataArray([3.1, -3.1], dims="sample", attrs={"units": "rad"})
    part = xr.Dataset({"phase": phases, "status": ("sample", [1, 1])})
    assert abs(store._mean(part).phase.item()) == pytest.approx(np.pi)


def test_uneven_values_stand_where_they_are():
    x, y = np.array([0.0, 1.0, 10.0]), np.array([0.0, 1.0])
    values = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
    figure = MapFigure(False, False)
    figure.show(Panel("m", values, False), x, y, ("x", "y"), None, [])
    image = figure.cells.data["image"][0]
    left, width = figure.cells.data["x"][0], figure.cells.data["dw"][0]
    middles = left + width * (np.arange(image.shape[1]) + 0.5) / image.shape[1]
    for at, row in zip(middles, image.T, strict=True):
        nearest = np.argmin(np.abs(x - at))
        assert row.tolist() == values[:, nearest].tolist()
    assert image.shape[0] == 2  # even rows stay as they are
    even = np.linspace(0.0, 1.0, 2000)
    figure.show(Panel("m", np.tile(even, (2, 1)), False), even, y, ("x", "y"), None, [])
    assert figure.cells.data["image"][0].shape[1] < 1000


def test_a_border_is_drawn_with_its_map(tmp_path):
    axes = {"epsilon": np.linspace(0.01, 0.1, 6), "detuning": np.linspace(-2, 2, 7)}
    refine = qs.Refine("synchronization", level=0.01, tolerance=0.05)
    swept("spin_pair", axes, "synchronization", store=tmp_path / "b.zarr", refine=refine)
    view, known = StoredView.open(tmp_path / "b.zarr"), qs.open_sweep(tmp_path / "b.zarr")
    border = MapPictures.of(view.dataset, ["synchronization"], {}).border
    np.testing.assert_array_equal(border[1], known.border_detuning)
    half = view.with_axis("x", first="0")
    assert 0 < len(MapPictures.of(half.dataset, ["synchronization"], {}).border[1]) < len(border[1])
    assert MapPictures.of(view.with_axis("y", name="").dataset, [], {}).border is None


def test_an_axis_may_belong_to_a_measure(tmp_path):
    def levels(state):
        return np.real(np.einsum("...ii->...i", state.rho))

    axes = {"drive": [0.1, 0.2], "levels": [12]}
    known = swept(mode, axes, {"levels of M": levels}, store=tmp_path / "m.zarr")
    view = StoredView.open(tmp_path / "m.zarr").with_axis("x", name="levels of M_0")
    assert view.x.values(0).tolist() == list(range(12))
    at = view.with_axis("y", name="").with_parameter("drive", "0.2")
    np.testing.assert_array_equal(at.dataset["levels of M"], known["levels of M"][1, 0])


def test_what_is_a_store(tmp_path, monkeypatch, tongue):
    assert is_store(tongue)
    assert is_store(str(tongue))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spin_pair").mkdir()
    assert not is_store("spin_pair")  # the model
    assert is_store("./spin_pair")
    assert not is_store("file.py:function")
    assert not is_store(mode)
    with pytest.raises(StoreError, match="no store at nowhere.zarr"):
        StoredView.open("nowhere.zarr")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("Dear")
    with pytest.raises(StoreError, match="not the store of a sweep"):
        StoredView.open("other")
