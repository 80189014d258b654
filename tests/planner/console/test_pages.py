"""The page in a headless Chromium, through what a person uses there."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from viser import ClientHandle

from pontine.envs.rotations import quat_to_matrix
from pontine.planner.console import guard
from pontine.planner.console.pages import EYE, Pages
from pontine.planner.console.past import Past
from pontine.planner.console.review import Review
from pontine.planner.execution.report import ReportFile
from tests.planner.console.arms import ASKING, SLEEPING, Arm
from tests.planner.console.test_console import outcome, until

pytestmark = pytest.mark.slow

CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--enable-unsafe-swiftshader", "--mute-audio"]
SLOWLY = """
const later = window.setTimeout;
window.requestAnimationFrame = (draw) => later(() => draw(performance.now()), 2000);
window.setTimeout = (what, ms, ...given) => later(what, ms === 50 ? 500 : ms, ...given);
"""
"""A picture in two seconds, and a coarse one: the processor draws them here, and a page that draws more has no time for
anything else where other tests run beside it. And a message in half a second where viser sends one in 50 ms: so what
was typed before an Enter is dropped even where nobody types fast."""

PATIENCE = 120_000
"""Milliseconds that a page may take for anything where all the tests run at once."""

PHONE, DESK = {"width": 390, "height": 700}, {"width": 900, "height": 600}
PICTURES = Path(os.environ.get("PONTINE_TEST_PICTURES", "test-pictures"))
"""Where a page that did not do what it should is kept as a picture."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here (Debian: apt install chromium-headless-shell)")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A console with the pages that are open on it."""

    def __init__(self, browser: Browser) -> None:
        self.arm = Arm(speed=1.0)
        self.server = guard.start(0, "Pontine")
        self.shown = Pages(self.server, self.arm.console)
        self.pages: list[Page] = []
        self._context = browser.new_context(viewport=PHONE, device_scale_factor=0.5)  # type: ignore[arg-type]
        self._context.add_init_script(SLOWLY)
        self._context.set_default_timeout(PATIENCE)

    def open(self) -> Page:
        """Another page, once it is there."""
        page = self._context.new_page()
        self.pages.append(page)
        page.goto(f"http://{guard.LOOPBACK}:{self.server.get_port()}")
        button(page, "Stop").wait_for()
        return page

    def keep_pictures(self, name: str) -> None:
        PICTURES.mkdir(exist_ok=True)
        for number, page in enumerate(self.pages):
            if not page.is_closed():
                page.screenshot(path=PICTURES / f"{name}-{number}.png")

    def close(self) -> None:
        self._context.close()
        self.arm.console.close()
        guard.stop(self.server)


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    visit = Visit(browser)
    failed = request.session.testsfailed
    yield visit
    if request.session.testsfailed > failed:
        visit.keep_pictures(request.node.name)
    visit.close()


def pixel(client: ClientHandle, point: Sequence[float]) -> tuple[float, float]:
    """Where a page shows a point (3,) m."""
    camera = client.camera
    across, down, ahead = quat_to_matrix(np.asarray(camera.wxyz)).T @ (np.asarray(point) - camera.position)
    scale = camera.image_height / 2 / np.tan(camera.fov / 2)
    return camera.image_width / 2 + scale * across / ahead, camera.image_height / 2 + scale * down / ahead


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def say(page: Page, text: str) -> None:
    """Type it as fast as can be, and Enter right after it, until it is taken out of the box."""
    box = page.get_by_role("textbox").first
    box.press_sequentially(text)
    box.press("Enter")
    expect(box).to_have_value("")


def told(page: Page, text: str) -> None:
    """The page says that, now or soon."""
    expect(page.get_by_role("log").get_by_text(text).last).to_be_visible()


def test_on_a_phone_one_says_something_answers_and_sees_it_done(visit: Visit) -> None:
    page = visit.open()
    stop = button(page, "Stop").bounding_box()
    assert stop is not None
    assert stop["height"] >= 48, "a thumb hits it"
    assert stop["width"] > PHONE["width"] / 2
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    say(page, ASKING)
    told(page, "Which one?")
    told(page, f"“{ASKING}”")
    assert not visit.arm.skill.moving.is_set()
    button(page, "red_cube").click()
    told(page, "goal reached, measured")
    told(page, "read as in(red_cube, bowl) (97% sure)")
    told(page, "✓ carry(red_cube, bowl) 90%")
    told(page, "✓ in(red_cube, bowl)")
    expect(button(page, "blue_cube")).to_have_count(0)
    button(page, "Another table").click()
    until(lambda: visit.arm.session.seed == 1)
    told(page, "✗ in(red_cube, bowl)")


def test_a_thing_is_dragged_to_another_place(visit: Visit) -> None:
    page = visit.open()
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    (client,) = visit.server.get_clients().values()
    until(lambda: client.camera.image_width == DESK["width"] and np.allclose(client.camera.position, EYE, atol=1e-3))
    x, y, z = visit.arm.console.scene.object("red_cube").position or (0.0, 0.0, 0.0)
    goal = (x + 0.02, y + 0.07)
    ways = np.linspace(pixel(client, (x, y, z)), pixel(client, (*goal, z)), 4)
    page.mouse.move(*ways[0])
    page.mouse.down()
    for at in ways[1:]:
        page.mouse.move(*at)
        # Long enough for what is dragged to be shown where it is: what counts is where it was grabbed.
        page.wait_for_timeout(700)
    page.mouse.up()

    def there() -> bool:
        now = visit.arm.console.scene.object("red_cube").position or (0.0, 0.0, 0.0)
        return float(np.hypot(now[0] - goal[0], now[1] - goal[1])) < 0.01

    until(there)


def test_two_pages_one_holds_the_arm_and_all_can_stop_it(visit: Visit) -> None:
    holder, watcher = visit.open(), visit.open()
    visit.arm.skill.steps = 10**9
    expect(watcher.get_by_role("textbox")).to_have_count(0)
    expect(watcher.get_by_text("This page only watches")).to_be_visible()
    say(holder, SLEEPING)
    told(watcher, "▶ carry(red_cube, bowl)")
    button(watcher, "Take the arm").click()
    expect(watcher.get_by_text("another page holds the arm")).to_be_visible()
    button(watcher, "Stop").click()
    told(holder, "a person stopped it")
    assert outcome(visit.arm).execution is not None

    visit.arm.skill.moving.clear()
    say(holder, SLEEPING)
    assert visit.arm.skill.moving.wait(30)
    holder.get_by_role("textbox").first.blur()
    holder.keyboard.press("Space")
    until(lambda: not visit.arm.console.busy)

    visit.arm.skill.moving.clear()
    say(holder, SLEEPING)
    assert visit.arm.skill.moving.wait(30)
    holder.close()
    closed = time.monotonic()
    until(lambda: not visit.arm.console.busy)
    assert time.monotonic() - closed < 3, "1.2 s, and what a busy machine adds"
    told(watcher, "the page that holds the arm is gone")
    button(watcher, "Take the arm").click()
    expect(watcher.get_by_role("textbox")).to_have_count(1)
    watcher.reload()
    told(watcher, "the page that holds the arm is gone")
    visit.arm.skill.steps = 1
    say(watcher, "put the red cube in the bowl")
    told(watcher, "goal reached, measured")


def test_a_past_run_is_gone_through_with_the_slider(browser: Browser, tmp_path: Path) -> None:
    arm, server = Arm(), guard.start(0, "Pontine")
    context = browser.new_context(viewport=PHONE, device_scale_factor=0.5)  # type: ignore[arg-type]
    context.add_init_script(SLOWLY)
    context.set_default_timeout(PATIENCE)
    try:
        arm.holding.joined(1)
        arm.session.stream.follow(ReportFile(tmp_path / "run.json", lambda report, more: None))
        arm.session.do("put the red cube in the bowl")
        Review(server, Past.read(tmp_path / "run.json"), "run.json")
        page = context.new_page()
        page.goto(f"http://{guard.LOOPBACK}:{server.get_port()}")
        told(page, "run.json, after 0.0 s")
        expect(page.get_by_text("goal reached")).to_have_count(0)
        page.get_by_role("slider").press("End")
        told(page, "goal reached, measured")
        page.get_by_role("slider").press("Home")
        expect(page.get_by_text("goal reached")).to_have_count(0)
    finally:
        context.close()
        arm.console.close()
        guard.stop(server)
