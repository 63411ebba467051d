"""The page for everybody: keyboard, screen readers, sizes of screens, dark and light."""

import re

import pytest

SMALL = {
    "x": "detuning,-2.0,2.0,linear",
    "y": "epsilon,0.0,0.1,linear",
    "measure": "synchronization",
    "size": "21",
}
DESKTOP = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}
SCREENS = {
    "desktop": {"viewport": DESKTOP},
    "twice as large": {"viewport": {"width": 700, "height": 450}, "device_scale_factor": 2},
    "phone": {"viewport": PHONE, "device_scale_factor": 3, "is_mobile": True, "has_touch": True},
    "narrow phone": {"viewport": {"width": 320, "height": 640}},
    "four times as large": {"viewport": {"width": 320, "height": 256}},
    "4K": {"viewport": {"width": 3840, "height": 2160}},
}
# Layout that moves what one is about to click; kept from the beginning.
SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts.push(one.value);
  }).observe({type: 'layout-shift', buffered: true});
"""
FOCUS = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  return {key: at.id || at.getAttribute('aria-label') || at.textContent,
          outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
          seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight};
}"""
CONTROLS = """() => [...window.explorer.querySelectorAll('input, select, textarea, button, .map')]
  .filter((one) => one.checkVisibility() && !one.disabled)
  .map((one) => one.id || one.getAttribute('aria-label') || one.textContent)"""


def overflow(tab):
    """How far the page is wider than its window, and what is cut off in it."""
    return tab.page.evaluate(
        """() => [document.scrollingElement.scrollWidth - innerWidth,
          [...window.explorer.querySelectorAll('input, select, button, h1, label, .map, td, img')]
            .filter((one) => one.checkVisibility())
            .filter((one) => {
              const box = one.getBoundingClientRect();
              return box.left < -1 || box.right > innerWidth + 1;
            }).map((one) => one.id || one.outerHTML.slice(0, 100))]"""
    )


def test_the_keyboard_reaches_all_and_focus_is_seen(open_tab):
    tab = open_tab(query=SMALL).mapped()
    controls, reached = tab.page.evaluate(CONTROLS), {}
    for _ in range(3 * len(controls)):
        tab.page.keyboard.press("Tab")
        found = tab.page.evaluate(FOCUS)
        if found is None or found["key"] in reached:
            break
        reached[found["key"]] = found
    assert set(controls) <= set(reached)
    assert [key for key, found in reached.items() if found["outline"] < 2] == []
    assert [key for key, found in reached.items() if not found["seen"]] == []
    # All of it by keys: a parameter, a list, a button.
    tab.field("measure.0").focus()
    tab.page.keyboard.type("nega")
    tab.mapped()
    assert tab.query["measure"] == "negativity"
    tab.button("Reset all").focus()
    tab.page.keyboard.press("Enter")
    tab.mapped()
    assert tab.query["measure"] == "synchronization"


@pytest.mark.parametrize("screen", SCREENS)
def test_the_page_fits_screens(open_tab, screen):
    tab = open_tab(query=SMALL, **SCREENS[screen]).mapped()
    tab.page.locator(".picture img[src]").first.wait_for()
    # A phone would show a page that says nothing of its width as wide as a desktop's.
    assert tab.page.evaluate("() => innerWidth") == SCREENS[screen]["viewport"]["width"]
    assert overflow(tab) == [0, []]
    if SCREENS[screen]["viewport"]["height"] >= 480:  # the map is seen with each slider
        tab.slider("gain_b").focus()
        map_at, slider_at = (
            one.bounding_box() for one in (tab.page.locator(".map").first, tab.slider("gain_b"))
        )
        assert map_at["y"] >= 0
        assert slider_at["y"] >= 0
        beside = slider_at["x"] >= map_at["x"] + map_at["width"]
        before = slider_at["x"] + slider_at["width"] <= map_at["x"]
        assert beside or before or slider_at["y"] >= map_at["y"] + map_at["height"]
    height = tab.page.locator(".map").first.bounding_box()["height"]
    assert height >= 200
    if SCREENS[screen].get("has_touch"):
        x, y = tab.place(0.76, 0.76)
        tab.page.touchscreen.tap(x, y)
        tab.page.wait_for_function(
            "() => new URL(location).searchParams.get('mark.a') !== '0.0,0.05'"
        )
        assert tab.mark("a") == pytest.approx([1.0, 0.075], abs=0.11)


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("screen", ["desktop", "phone", "four times as large"])
def test_an_accessibility_check_finds_nothing(open_tab, screen, colours):
    from axe_playwright_python.sync_playwright import Axe

    query = SMALL | {"mark.a": "0.0,0.05", "mark.b": "1.0,0.05"}
    tab = open_tab(query=query, color_scheme=colours, **SCREENS[screen]).mapped()
    tab.page.locator(".picture img[src]").first.wait_for()
    tab.enter("p.gain_a", "bad")  # an error is read as well
    tab.refused()
    found = Axe().run(tab.page).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []


def test_colours_follow_the_system(open_tab):
    tab = open_tab(query=SMALL, color_scheme="light").mapped()

    def seen():
        paper = tab.page.locator(".explorer").evaluate(
            "(one) => getComputedStyle(one).backgroundColor"
        )
        return paper, tab.ink()

    light = seen()
    assert light[0] == "rgb(255, 255, 255)"
    tab.page.emulate_media(color_scheme="dark")
    tab.wait("s.wish !== '1' && s.point === s.wish")
    dark = seen()
    assert max(map(int, re.findall(r"\d+", dark[0]))) < 50
    assert dark[1] != light[1]


def test_nothing_moves_for_those_who_want_it_so(open_tab):
    tab = open_tab(query=SMALL, reduced_motion="reduce").mapped()
    assert tab.page.evaluate("() => document.getAnimations().length") == 0
    durations = tab.page.evaluate(
        """() => [...window.explorer.querySelectorAll('*')]
          .map((one) => getComputedStyle(one).transitionDuration)
          .filter((time) => parseFloat(time) > 0)"""
    )
    assert durations == []


@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_nothing_shifts_while_the_page_loads(open_tab, screen):
    tab = open_tab(init=SHIFTS, **SCREENS[screen])
    tab.mapped().page.locator(".picture img[src]").first.wait_for()
    tab.page.wait_for_timeout(500)
    assert sum(tab.page.evaluate("() => window.shifts")) < 0.05
    times = tab.page.evaluate(
        """() => {
          const [one] = performance.getEntriesByType('navigation');
          return [one.domContentLoadedEventEnd, one.loadEventEnd, performance.now()];
        }"""
    )
    print(f"{screen}: loaded in {times[1]:.0f} ms")


def test_all_that_is_shown_has_a_name(open_tab):
    tab = open_tab(query=SMALL).mapped()
    tab.page.locator(".picture img[src]").first.wait_for()
    for image in tab.page.locator("img[src]").all():
        assert image.get_attribute("alt")
    assert [cut.get_attribute("aria-label") for cut in tab.page.locator(".cut").all()] == [
        f"Cut of synchronization over {axis}, through the marked point"
        for axis in ("detuning", "epsilon")
    ]
    label = tab.page.locator(".map").first.get_attribute("aria-label")
    assert "synchronization" in label
    assert "detuning" in label
    tab.page.locator(".map").first.press("ArrowRight")
    tab.pointed()
    # What a screen reader says of the point.
    assert "synchronization" in tab.page.locator(".spoken").inner_text()
