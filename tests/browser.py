"""A browser for tests of pages: Debian's Chromium, driven by Playwright."""

import contextlib
import os
import shutil

import pytest

INSTALL = (
    "apt-get install -y --no-install-recommends chromium fonts-dejavu-core && "
    'pip install -e ".[test,browser]"'
)


def missing(what):
    """Skips the test for want of something; where CI is "true" it fails."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(what)


@contextlib.contextmanager
def opened():
    """A Chromium; without one the test is skipped, or fails in CI."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    chromium = shutil.which("chromium")
    if not (sync_playwright and chromium):
        missing(f"needs a browser: {INSTALL}")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()
