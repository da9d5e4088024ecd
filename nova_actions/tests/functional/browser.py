# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium that looks at the page as a person does."""

import atexit
import contextlib
import os
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

from selenium import webdriver
from selenium.common import exceptions
from selenium.webdriver.chrome import service
from selenium.webdriver.common.by import By

from nova_actions.tests import missing
from nova_actions.tests import patience

OPTIONS = (
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--force-device-scale-factor=1',
    '--lang=en-US',
)
#: What a page must be free of: WCAG's rules, and good practice.
AXE = """
const done = arguments[0];
axe.run(document, {resultTypes: ['violations']}).then((found) => done(
  found.violations.map((each) => each.id + ': ' + each.nodes.map(
    (node) => node.target.join(' ') + ' ' + node.failureSummary).join('; '))),
  (error) => done([String(error)]));
"""

_running: list['Browser'] = []


def get() -> 'Browser':
    """Return the browser of this process, which all of its tests share."""
    if not _running:
        _running.append(Browser())
        atexit.register(_running[0].driver.quit)
    return _running[0]


class Browser:
    """Chromium, and how tests speak with it."""

    def __init__(self) -> None:
        binary, driver = map(shutil.which, ('chromium', 'chromedriver'))
        if not (binary and driver):
            missing.unavailable('Chromium', 'no chromium, or no chromedriver')
        options = webdriver.ChromeOptions()
        for each in OPTIONS:
            options.add_argument(each)
        options.binary_location = str(binary)
        options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
        self.driver = webdriver.Chrome(
            options=options, service=service.Service(str(driver))
        )
        self.driver.set_script_timeout(patience.PATIENCE)
        self.size(1280, 900)

    def size(self, width: int, height: int) -> None:
        """Give the page so many pixels."""
        self.driver.execute_cdp_cmd(
            'Emulation.setDeviceMetricsOverride',
            {
                'width': width,
                'height': height,
                'deviceScaleFactor': 1,
                'mobile': False,
            },
        )

    def theme(self, name: str) -> None:
        """Have the system be light or dark, and without motion."""
        self.driver.execute_cdp_cmd(
            'Emulation.setEmulatedMedia',
            {
                'features': [
                    {'name': 'prefers-color-scheme', 'value': name},
                    {'name': 'prefers-reduced-motion', 'value': 'reduce'},
                ]
            },
        )

    def open(self, url: str) -> None:
        """Load a page, whatever was shown."""
        self.driver.get('about:blank')
        self.driver.get(url)

    def all(self, selector: str) -> list[Any]:
        """Return the elements of a selector."""
        return list(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def texts(self, selector: str) -> list[str]:
        """Return what the elements of a selector say."""
        found: list[str] = self.driver.execute_script(
            'return [...document.querySelectorAll(arguments[0])].map('
            '(each) => each.innerText)',
            selector,
        )
        return found

    def one(self, selector: str, text: str = '') -> Any:
        """Wait for an element, whose text has that in it."""

        def look() -> Any:
            with contextlib.suppress(
                exceptions.StaleElementReferenceException
            ):
                for each in self.all(selector):
                    if text in each.get_attribute('textContent'):
                        return each
            return None

        return patience.wait_until(
            f'{selector} {text!r} in {self.driver.current_url}', look
        )

    def gone(self, selector: str) -> None:
        """Wait until there is no such element."""
        patience.wait_until(f'no {selector}', lambda: not self.all(selector))

    def click(self, selector: str, text: str = '') -> None:
        """Click an element, once it is there."""
        self.driver.execute_script(
            'arguments[0].click()', self.one(selector, text)
        )

    def type(self, selector: str, text: str) -> None:
        """Replace what stands in a field, and leave it."""
        self.driver.execute_script(
            'arguments[0].value = arguments[1]; arguments[0].dispatchEvent('
            "new Event('change', {bubbles: true}))",
            self.one(selector),
            text,
        )

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a script does in the page."""
        return self.driver.execute_script(script, *arguments)

    @contextlib.contextmanager
    def hidden(self) -> Iterator[None]:
        """Have the page in a tab that is not looked at."""
        page = self.driver.current_window_handle
        self.driver.switch_to.new_window('tab')
        other = self.driver.current_window_handle
        try:
            yield
        finally:
            self.driver.switch_to.window(other)
            self.driver.close()
            self.driver.switch_to.window(page)

    def complaints(self) -> list[str]:
        """Return what the browser has said of errors since the last time,
        but for answers that are errors."""
        return [
            each['message']
            for each in self.driver.get_log('browser')
            if each['level'] in ('SEVERE', 'WARNING')
            and each['source'] != 'network'
        ]

    def violations(self) -> list[str]:
        """Return what axe-core finds wrong with the page."""
        path = os.environ.get('NOVA_ACTIONS_TEST_AXE', '')
        if not os.path.exists(path):
            missing.unavailable(
                'axe-core',
                f'NOVA_ACTIONS_TEST_AXE names no file: {path!r}; '
                'tools/vendor.py fetches it',
            )
        if not self.run('return Boolean(window.axe)'):
            # Past the page's own policy, as a debugger may.
            self.driver.execute_cdp_cmd(
                'Runtime.evaluate',
                {'expression': pathlib.Path(path).read_text(encoding='utf-8')},
            )
        found: list[str] = self.driver.execute_async_script(AXE)
        return found
