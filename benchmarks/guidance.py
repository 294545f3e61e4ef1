"""From a face before the camera to the sentence in the browser: a subject who steps out of the oval and back.

The camera makes 25 pictures a second. The clock starts when the simulator asks what stands before the lens, and stops
when Chromium's page has the new sentence: JPEG, HTTP, watchdog, decoding, the way to the matching process, tracking,
quality, guidance, two streams of server-sent events and the page's own script lie between. Alone on the machine only:
a browser and five Python threads share its cores.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from biometrics.capture import Rgb
from simulators import faces
from simulators.mirror_stage import MirrorStage
from simulators.screenshots import ARGUMENTS, CHROMIUM

STEPS = 40
STAY_SECONDS = 1.6
"""Longer than the 0.7 s for which a sentence that was taken back is not said again."""
TARGET_MS = 150
HEARD = """
window.heard = [];
new MutationObserver(() => {
  const said = document.querySelector('.say h1')?.textContent;
  const last = window.heard.at(-1);
  if (said && (!last || last[1] !== said)) window.heard.push([Date.now(), said]);
}).observe(document, {subtree: true, childList: true, characterData: true});
"""


class Subject:
    """Stands in the oval and beside it in turn; notes when the camera saw the first picture of each stay."""

    def __init__(self, views: tuple[Rgb, Rgb], start: float) -> None:
        self._views, self._start = views, start
        self.stepped: list[tuple[float, bool]] = []

    def __call__(self, seconds: float) -> Rgb:
        stay = int(max(seconds - self._start, 0.0) / STAY_SECONDS)
        outside = stay % 2 == 1
        if not self.stepped or self.stepped[-1][1] != outside:
            self.stepped.append((1000 * time.time(), outside))
        return self._views[outside]


def main() -> None:
    if not Path(CHROMIUM).exists():
        print("no Chromium here: apt-get install chromium")
        return
    delays = list(asyncio.run(_measured()))
    if len(delays) < STEPS // 2:
        print(f"only {len(delays)} of {STEPS} steps were answered")
        return
    p50, p95 = np.percentile(delays, [50, 95])
    print(f"{len(delays)} of {STEPS} steps answered; camera at 25 pictures a second, Chromium's page at the end")
    print(f"{'camera to sentence, median':44}{p50:8.0f} ms")
    print(f"{f'camera to sentence, 95 % (target {TARGET_MS})':44}{p95:8.0f} ms")


async def _measured() -> Iterator[float]:
    from playwright.async_api import async_playwright

    inside = faces.view(faces.person(3), seed=3)
    beside = np.roll(inside, 190, axis=1)
    beside[:, :190] = inside[:, :1]
    subject = Subject((inside, beside), start=3.0)
    async with MirrorStage() as stage, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        page = await browser.new_page(viewport={"width": 540, "height": 960})
        await page.add_init_script(HEARD)
        await page.goto(stage.url)
        stage.camera.show(subject)
        await asyncio.sleep(3.0 + STAY_SECONDS * (STEPS + 1))
        heard = await page.evaluate("window.heard")
        await browser.close()
    return delays(subject.stepped[1:], [(at, "oval" in said) for at, said in heard])


def delays(stepped: list[tuple[float, bool]], heard: list[tuple[float, bool]]) -> Iterator[float]:
    """Milliseconds from each step to the first sentence that says so, before the next step."""
    ends = [at for at, _ in stepped[1:]] + [float("inf")]
    for (begun, outside), end in zip(stepped, ends, strict=True):
        answers = [at for at, says_outside in heard if begun <= at < end and says_outside == outside]
        if answers:
            yield answers[0] - begun


if __name__ == "__main__":
    main()
