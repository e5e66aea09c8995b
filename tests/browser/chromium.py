"""A real browser for the tests: the system's Chromium, else the one Playwright has installed."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as BrowserError

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no browser: install Chromium, or run `python -m playwright install chromium`"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Without a browser the test fails with the sentence how to get one: nothing is skipped."""
    async with async_playwright() as playwright:
        browser = await _launched(playwright)
        try:
            yield browser
        finally:
            await browser.close()


async def _launched(playwright: Playwright) -> Browser:
    path = next(filter(None, map(shutil.which, SYSTEM_NAMES)), None)
    # Chromium refuses its own sandbox to the superuser, which is who runs in a container.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    try:
        return await playwright.chromium.launch(executable_path=path, args=flags)
    except BrowserError as fault:
        pytest.fail(f"{MISSING} ({str(fault).splitlines()[0]})")
