"""Fast hands, slow models, lost servers: what is shown is always what was wished for last."""

import signal

import numpy as np
import pytest
from explorer.browser import Server, Tab

import quantsync as qs

SMALL = {
    "x": "detuning,-2.0,2.0,linear",
    "y": "epsilon,0.0,0.1,linear",
    "measure": "synchronization",
    "size": "11",
}


def swept(size, **fixed):
    axes = {"epsilon": np.linspace(0, 0.1, size), "detuning": np.linspace(-2, 2, size)}
    return qs.sweep("spin_pair", axes, ["synchronization"], fixed).synchronization


def test_hundred_moves_show_no_stale_picture_and_lose_none(open_tab):
    tab = open_tab(query=SMALL).mapped()
    tab.watch("p.gain_a")
    slider = tab.slider("gain_a")
    slider.focus()
    start = int(slider.input_value())
    for _ in range(100):
        tab.page.keyboard.press("ArrowRight")
        tab.page.wait_for_timeout(15)  # a key that is held repeats every 30 ms
    assert int(slider.input_value()) == start + 100
    value = float(tab.field("p.gain_a").input_value())
    tab.page.wait_for_function(
        "(v) => window.watched.wishes[window.explorer.dataset.wish] === v", arg=value
    )
    tab.rested()
    shown, wishes = tab.watched()
    numbers = [one["number"] for one in shown]
    assert numbers == sorted(numbers)  # none is older than the one before
    assert len(set(numbers)) >= 2  # the map follows the hand, however slow the machine
    assert wishes[numbers[-1]] == value
    for one in shown:
        np.testing.assert_allclose(
            one["image"], swept(one["size"], gain_a=wishes[one["number"]]), rtol=1e-9, atol=1e-14
        )
    np.testing.assert_allclose(tab.image(), swept(11, gain_a=value), rtol=1e-9, atol=1e-14)


def test_the_newest_wish_wins_where_a_model_is_slow(open_tab):
    tab = open_tab("mine.py:pair", query=SMALL).mapped()
    tab.enter("p.wait", "0.02")  # some seconds for 121 points
    tab.page.locator("progress:visible").wait_for()
    tab.page.locator(".status", has_text="left").wait_for()
    # The page answers while it computes.
    tab.enter("x.first", "bad")
    assert "must be a number" in tab.refused()
    assert tab.state["final"] != "true" or tab.state["shown"] != tab.state["wish"]
    tab.enter("x.first", "-1")  # slow as well
    tab.enter("p.wait", "0")
    tab.mapped()
    assert tab.page.locator("progress:visible").count() == 0
    axes = {"epsilon": np.linspace(0, 0.1, 11), "detuning": np.linspace(-1, 2, 11)}
    expected = qs.sweep("spin_pair", axes, ["synchronization"]).synchronization
    np.testing.assert_allclose(tab.image(), expected, rtol=1e-9, atol=1e-14)
    # What the older wishes still compute is not shown.
    tab.page.wait_for_timeout(1000)
    assert tab.state["shown"] == tab.state["wish"]
    np.testing.assert_allclose(tab.image(), expected, rtol=1e-9, atol=1e-14)


MOVES = """async ([name, moves]) => {
  const slider = window.explorer.querySelector(`[data-parameter="${name}"] input[type="range"]`);
  const from = window.explorer.dataset;
  for (let k = 0; k < moves; k++) {
    const before = from.wish;
    slider.value = 200 + (37 * k) % 600;
    slider.dispatchEvent(new Event('input'));
    // The next move when this one's map is there: so each is one.
    const late = () => from.wish === before || Number(from.shown) < Number(from.wish);
    for (let n = 0; n < 500 && late(); n++)
      await new Promise((after) => setTimeout(after, 4));
  }
}"""


@pytest.mark.parametrize("moves", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_moves_leave_no_memory_behind(open_tab, serve, moves):
    tab = open_tab(query=SMALL).mapped()
    server = serve("spin_pair")
    measured = []
    for count in (60, moves):
        tab.page.evaluate(MOVES, ["gain_a", count])
        tab.rested()
        measured.append((server.memory, tab.heap()))
    (server_before, heap_before), (server_after, heap_after) = measured
    print(
        f"{moves} moves: server {server_before / 1e6:.1f} to {server_after / 1e6:.1f} MB, "
        f"page {heap_before / 1e6:.1f} to {heap_after / 1e6:.1f} MB"
    )
    # What waits for the collector of garbage comes and goes: some 10 MB.
    assert server_after - server_before < 20e6
    assert heap_after - heap_before < 2e6 + 1e3 * moves


def test_a_lost_server_is_told_and_a_new_one_shows_the_same(browser, tmp_path):
    server = Server(tmp_path, "spin_pair")
    tab = Tab(
        browser,
        server.with_query(**SMALL, **{"p.gain_a": "5.0"}),
        viewport={"width": 1200, "height": 800},
    )
    try:
        before = tab.mapped().image()
        old, query = server.address, tab.query
        server.stop(signal.SIGKILL)
        lost = tab.page.locator(".lost", has_text=" ")
        lost.wait_for()
        said = lost.inner_text()
        assert "quantsync explore" in said or "server" in said, said
        np.testing.assert_array_equal(tab.image(), before)  # it stays to be looked at
        tab.enter("p.gain_a", "6")  # nothing breaks
        server.start(server.port)
        assert server.address != old
        assert tab.page.request.get(old).status == 403
        tab.go(server.with_query(**query))
        np.testing.assert_array_equal(tab.mapped().image(), before)
        assert tab.page.locator(".lost:visible").count() == 0
        assert not [said for said in tab.mistakes if "Error:" in said]
    finally:
        tab.close()
        assert server.stop() == 0
