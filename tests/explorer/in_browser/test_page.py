"""What one does with the page, and that its numbers are those of `sweep` and `compute`."""

import json
import tomllib

import numpy as np
import pytest
import xarray as xr
from own_module import run_script

import quantsync as qs

EPSILON, DETUNING = np.linspace(0, 0.1, 41), np.linspace(-2, 2, 41)
# A view that does not depend on what the page shows first.
SMALL = {
    "x": "detuning,-2.0,2.0,linear",
    "y": "epsilon,0.0,0.1,linear",
    "measure": "synchronization",
    "size": "11",
}


def swept(size=11, measures=("synchronization",), axes=None, **fixed):
    """The map that the page must show."""
    axes = axes or {"epsilon": np.linspace(0, 0.1, size), "detuning": np.linspace(-2, 2, size)}
    return qs.sweep("spin_pair", axes, list(measures), fixed or None)


def same(shown, expected):
    """Whether a map is shown, to the rounding of another order of the same sums."""
    np.testing.assert_allclose(shown, expected, rtol=1e-9, atol=1e-14)


def test_the_first_map_is_there_without_a_click(open_tab):
    tab = open_tab().mapped()
    assert tab.page.title() == "spin_pair · quantsync"
    axes = {}
    for which in ("y", "x"):
        first, last = (
            float(tab.field(f"{which}.{end}").input_value()) for end in ("first", "last")
        )
        axes[tab.field(f"{which}.name").input_value()] = np.linspace(first, last, 41)
    measure = tab.field("measure.0").input_value()
    found = qs.sweep("spin_pair", axes, [measure])
    same(tab.image(), found[measure])
    assert tab.numbers()[measure] != []


@pytest.mark.parametrize("key", ["ArrowRight", "PageUp", "End"])
def test_a_slider_moves_the_map(open_tab, key):
    tab = open_tab(query=SMALL).mapped()
    same(tab.image(), swept().synchronization)
    tab.slider("gain_a").press(key)
    tab.wait("s.wish !== '1'")
    tab.wait("s.final === 'true' && s.shown === s.wish && s.point === s.wish")
    tab.page.wait_for_timeout(300)  # a hand rests after a while
    tab.mapped()
    value = float(tab.field("p.gain_a").input_value())
    assert value > 100
    same(tab.image(), swept(gain_a=value).synchronization)
    assert json.loads(tab.query["p.gain_a"]) == value


def test_a_slider_drawn_by_the_mouse_moves_the_map(open_tab):
    tab = open_tab(query=SMALL).mapped()
    slider = tab.slider("gain_a")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    tab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2, steps=10)
    tab.page.mouse.up()
    tab.page.wait_for_timeout(300)
    value = float(tab.mapped().field("p.gain_a").input_value())
    assert value < 1
    same(tab.image(), swept(gain_a=value).synchronization)


def test_a_field_sets_an_exact_value(open_tab):
    tab = open_tab(query=SMALL).mapped()
    tab.enter("p.damping_b", "12.345678901")
    same(tab.mapped().image(), swept(damping_b=12.345678901).synchronization)
    tab.enter("p.damping_b", "−1")  # as a typographer writes it
    assert "damping_b" in tab.refused()


def test_axes_measures_and_scales_are_chosen_from_lists(open_tab):
    tab = open_tab(query=SMALL).mapped()
    tab.field("x.name").select_option("gain_a")
    tab.mapped()
    tab.enter("x.first", "0.1")
    tab.mapped()
    tab.enter("x.last", "10")
    tab.mapped()
    tab.field("x.scale").select_option("log")
    tab.mapped()
    tab.field("measure.1").select_option("locked_phase")
    tab.mapped()
    axes = {"epsilon": np.linspace(0, 0.1, 11), "gain_a": np.geomspace(0.1, 10, 11)}
    found = swept(axes=axes, measures=["synchronization", "locked_phase"])
    same(tab.image(0), found.synchronization)
    np.testing.assert_allclose(
        np.exp(1j * tab.image(1)), np.exp(1j * found.locked_phase), atol=1e-9
    )
    assert tab.page.locator(".panel:visible").count() == 2
    tab.field("y.name").select_option("")  # a curve
    tab.mapped()
    same(tab.image(), swept(axes={"gain_a": np.geomspace(0.1, 10, 11)}).synchronization)
    assert "gain_a" in tab.query["x"]
    assert "y" not in tab.query


NUMBERS = ("synchronization", "locked_phase", "negativity", "purity", "mutual_information")


def computed(**parameters):
    """What the command computes at one point, by its name."""
    given = [f"{name}={value!r}" for name, value in parameters.items()]
    found = run_script("compute", "spin_pair", *given, "-m", ",".join(NUMBERS))
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)["measures"]


def test_a_click_shows_the_distribution_with_the_numbers_of_compute(open_tab):
    tab = open_tab(query=SMALL).mapped()
    place = tab.place(0.75, 0.8)
    tab.page.mouse.click(*place)
    tab.page.wait_for_function("() => new URL(location).searchParams.has('mark.a')")
    tab.page.locator(".details h2", has_text="epsilon = 0.08").wait_for()
    x, y = tab.mark("a")
    assert x == pytest.approx(1.2, abs=0.41)
    expected = computed(epsilon=y, detuning=x)
    numbers = {name: values[0] for name, values in tab.numbers().items()}
    for name in NUMBERS:
        assert float(numbers[name]) == pytest.approx(expected[name], rel=1e-9)
    picture = tab.page.locator(".picture img").first
    picture.wait_for()
    assert "phase distribution" in tab.page.locator(".picture").first.inner_text()
    assert picture.get_attribute("alt")
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 100


def test_arrow_keys_move_the_point_and_c_compares(open_tab):
    tab = open_tab(query=SMALL | {"mark.a": "0.0,0.05"}).mapped()
    tab.page.locator(".map").first.focus()
    tab.page.keyboard.press("ArrowRight")
    tab.pointed()
    np.testing.assert_allclose(tab.mark("a"), (0.4, 0.05))
    tab.page.keyboard.press("ArrowUp")
    tab.pointed()
    tab.page.keyboard.press("c")
    tab.pointed()
    tab.page.keyboard.press("Shift+ArrowLeft")  # ten cells: to the edge
    tab.pointed()
    np.testing.assert_allclose(tab.mark("a"), (-2.0, 0.06))
    np.testing.assert_allclose(tab.mark("b"), (0.4, 0.06))
    expected = [
        float(swept().synchronization.sel(detuning=x, epsilon=0.06, method="nearest"))
        for x in (-2.0, 0.4)
    ]
    np.testing.assert_allclose(
        [float(v) for v in tab.numbers()["synchronization"]], expected, rtol=1e-9
    )
    tab.page.keyboard.press("Escape")
    tab.pointed()
    assert "mark.b" not in tab.query
    assert len(tab.numbers()["synchronization"]) == 1


BAD = [
    ("p.gain_a", "-1", "gain_a"),
    ("p.gain_a", "much", "must be a number, but is 'much'"),
    ("p.gain_a", "1e999", "gain_a"),
    ("p.gain_a", "nan", "gain_a"),
    ("p.gain_a", "__class__", "__class__"),
    ("p.gain_a", "<img src=x onerror=alert(1)>", "<img"),
    ("x.first", "3", "must end above its beginning"),
    ("x.last", "", "must be a number"),
    ("y.last", "inf", "must be finite"),
]


def test_bad_input_shows_the_named_error_at_its_field_and_keeps_the_view(open_tab):
    tab = open_tab(query=SMALL).mapped()
    before, query = tab.image(), tab.query
    for field, text, said in BAD:
        good = tab.field(field).input_value()
        tab.enter(field, text)
        assert said in tab.refused()
        assert said in tab.error_at(field)
        assert tab.field(field).get_attribute("aria-invalid") == "true"
        assert tab.field(field).input_value() == text  # to be mended, not to be written anew
        np.testing.assert_array_equal(tab.image(), before)
        assert tab.query == query
        tab.enter(field, good)
        tab.mapped()
        assert tab.error_at(field) == ""
        assert "error" not in tab.state
        assert tab.field(field).get_attribute("aria-invalid") is None
    assert tab.page.locator("img[src=x]").count() == 0
    # What is mended elsewhere ends an error as well, and the field says what is shown.
    tab.enter("x.first", "3")
    tab.refused()
    tab.enter("p.gain_a", "30")
    same(tab.mapped().image(), swept(gain_a=30).synchronization)
    assert tab.field("x.first").input_value() == "-2"


def test_a_link_restores_the_view(open_tab):
    query = {
        "x": "gain_a,0.1,1000.0,log",
        "y": "detuning,-3.0,1.0,linear",
        "measure": "synchronization,negativity",
        "size": "21",
        "p.epsilon": "0.25",
        "p.spin": "0.5",
        "mark.a": "10.0,-1.0",
        "mark.b": "100.0,0.0",
    }
    tab = open_tab(query=query).mapped()
    axes = {"detuning": np.linspace(-3, 1, 21), "gain_a": np.geomspace(0.1, 1000, 21)}
    found = swept(axes=axes, measures=["synchronization", "negativity"], epsilon=0.25, spin=0.5)
    same(tab.image(0), found.synchronization)
    same(tab.image(1), found.negativity)
    assert tab.field("p.epsilon").input_value() == "0.25"
    assert tab.field("x.scale").input_value() == "log"
    shown = dict(tab.query)
    assert shown.keys() == query.keys()
    # What the address then says gives the same once more.
    again = open_tab(query=shown).mapped()
    assert again.query == shown
    np.testing.assert_array_equal(again.image(1), tab.image(1))
    assert again.numbers() == tab.numbers()


def test_two_tabs_do_not_disturb_each_other(open_tab):
    first = open_tab(query=SMALL).mapped()
    second = open_tab(query=SMALL | {"p.gain_a": "5.0"}).mapped()
    same(first.image(), swept().synchronization)
    first.enter("p.gain_a", "20")
    second.enter("p.damping_b", "30")
    same(first.mapped().image(), swept(gain_a=20).synchronization)
    same(second.mapped().image(), swept(gain_a=5, damping_b=30).synchronization)
    assert "p.damping_b" not in first.query


def test_failed_points_are_marked_with_their_reason(open_tab):
    query = SMALL | {"y": "epsilon,0.0,1.0,linear", "mark.a": "0.0,1.0"}
    tab = open_tab("mine.py:pair", query=query).mapped()
    image = tab.image()
    assert np.isnan(image[6:]).all()
    assert np.isfinite(image[:6]).all()
    assert "55 failed" in tab.page.locator(".status").inner_text()
    reason = "<b>epsilon</b> is too large: 1"
    assert reason in tab.page.locator(".details .error").inner_text()
    assert len(tab.crosses()) == 55
    assert any("is too large: 0.6" in text for text in tab.crosses())
    tab.page.mouse.move(*tab.place(0.5, 0.95))
    tab.page.get_by_text("is too large", exact=False).first.wait_for()
    assert tab.page.locator("b").count() == 0  # a reason is text


def test_figures_and_data_are_downloaded(open_tab, tmp_path):
    tab = open_tab(query=SMALL | {"p.gain_a": "50.0"}).mapped()
    found = {}
    for name in ("PNG", "SVG", "PDF", "netCDF", "CSV"):
        with tab.page.expect_download() as begun:
            tab.button(name).click()
        found[name] = tmp_path / begun.value.suggested_filename
        begun.value.save_as(found[name])
    assert found["PNG"].read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in found["SVG"].read_bytes()[:1000]
    assert found["PDF"].read_bytes().startswith(b"%PDF")
    expected = swept(gain_a=50)
    with xr.open_dataset(found["netCDF"]) as kept:
        same(kept.synchronization, expected.synchronization)
        np.testing.assert_array_equal(kept.detuning, expected.detuning)
    lines = [
        line for line in found["CSV"].read_text().splitlines() if line and not line.startswith("#")
    ]
    assert len(lines) == 1 + 121
    assert {path.suffix for path in found.values()} == {".png", ".svg", ".pdf", ".nc", ".csv"}


def copied(tab, name):
    """What a button copies, which it also shows."""
    tab.button(name).click()
    text = tab.page.locator("textarea").input_value()
    assert text == tab.page.evaluate("() => navigator.clipboard.readText()")
    return text


CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def test_the_map_is_copied_as_a_program_that_gives_it(open_tab, tmp_path):
    query = SMALL | {"y": "gain_b,0.1,10.0,log", "p.epsilon": "0.2", "p.spin": "0.5"}
    tab = open_tab(query=query, **CLIPBOARD).mapped()
    program = tmp_path / "map.py"
    text = copied(tab, "Copy as Python")
    program.write_text(text + "found.to_netcdf('map.nc', engine='h5netcdf')\n", encoding="utf-8")
    code = f"exec(open({str(program)!r}).read())"
    run_python(code, tmp_path)
    with xr.open_dataset(tmp_path / "map.nc") as kept:
        assert list(kept.synchronization.dims) == ["gain_b", "detuning"]
        same(tab.image(), kept.synchronization)


def run_python(code, folder):
    """Run a program in a process of its own."""
    import os
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MPLBACKEND": "agg"},
    )
    assert done.returncode == 0, done.stderr


def test_the_map_is_copied_as_a_file_for_the_command(open_tab, tmp_path):
    tab = open_tab(query=SMALL | {"p.spin": "0.5"}, **CLIPBOARD).mapped()
    text = copied(tab, "Copy as TOML")
    assert tomllib.loads(text)["fixed"] == {"spin": 0.5}
    (tmp_path / "map.toml").write_text(text, encoding="utf-8")
    done = run_script("sweep", "map.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    same(tab.image(), qs.open_sweep(tmp_path / "spin_pair.zarr").synchronization)


def test_a_link_is_copied(open_tab):
    tab = open_tab(query=SMALL | {"p.gain_a": "7.0"}, **CLIPBOARD).mapped()
    link = copied(tab, "Copy link")
    tab.enter("p.gain_a", "8")
    tab.mapped()
    tab.go(link)
    tab.mapped()
    assert tab.field("p.gain_a").input_value() == "7"


def test_all_is_reset(open_tab):
    tab = open_tab(query=SMALL).mapped()
    tab.enter("p.gain_a", "3")
    tab.mapped()
    tab.enter("x.last", "bad")
    tab.refused()
    tab.button("Reset all").click()
    same(tab.mapped().image(), swept().synchronization)
    assert tab.error_at("x.last") == ""
    assert tab.field("x.last").input_value() == "2"
