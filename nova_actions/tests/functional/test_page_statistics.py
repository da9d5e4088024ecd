# SPDX-License-Identifier: Apache-2.0
"""Statistics on the page: each plot, and the table beside it."""

import time

from nova_actions.tests import patience
from nova_actions.tests.functional import page_case
from nova_actions.tests.functional.page_case import step


class StatisticsTest(page_case.PageCase):
    def setUp(self):
        super().setUp()
        server = self.server()
        # All of them in the hour that ended last.
        half_past = time.time() % 3600 + 1800
        for number in range(4):
            self.action(
                server,
                step('compute_reboot_instance', 10),
                ago=half_past + number,
            )
        self.action(
            server,
            step(
                'compute_prep_resize',
                90,
                result='Error',
                host='compute-2',
                reason='timeout',
            ),
            action='resize',
            status='failed',
            ago=half_past + 300,
        )

    def test_plots_and_their_tables(self):
        self.open('#/statistics?started_after=7d&all_projects=true')
        self.browser.one('#plot-rate canvas')
        self.browser.one('#plot-durations canvas')
        for unit in ('day', 'hour'):
            self.browser.run(
                'location.hash = arguments[0]',
                (
                    '#/statistics?all_projects=true&started_after='
                    + {'day': '7d', 'hour': '24h'}[unit]
                ),
            )
            self.browser.one('figcaption', f'By {unit}')
            table = self.browser.one('figure details table')
            self.assertIn('20%', table.get_attribute('textContent'))
            rankings = patience.wait_until(
                'two tables',
                lambda: (lambda found: len(found) == 2 and found)(
                    self.browser.texts('.ranking tbody')
                ),
            )
            worst, slowest = (each.split() for each in rankings)
            self.assertEqual(['compute-2', '1', '1', '100.0%'], worst[:4])
            self.assertEqual(['resize', '1', '1', '100.0%'], slowest[:4])
            for theme in ('light', 'dark'):
                self.browser.theme(theme)
                self.browser.one('#plot-rate canvas')
                self.assertEqual([], self.browser.violations())
        self.assertQuiet()
        self.browser.click('.ranking a', 'compute-2')
        self.browser.one('table.actions .what', 'resize')

    def test_days_are_of_utc_and_marked_once(self):
        driver = self.browser.driver
        self.addCleanup(
            driver.execute_cdp_cmd,
            'Emulation.setTimezoneOverride',
            {'timezoneId': ''},
        )
        driver.execute_cdp_cmd(
            'Emulation.setTimezoneOverride', {'timezoneId': 'America/New_York'}
        )
        self.open('#/statistics')
        self.browser.one('#plot-rate canvas')
        marks = driver.execute_async_script("""
            const done = arguments[0];
            Promise.all(['plot.js', 'setting.js'].map((file) => import(
              new URL(file, document.baseURI)))).then(([page, {setting}]) => {
                setting.zone = 'local';
                const plot = new page.Plot('rate', '', {series: [], most: 1});
                const place = document.getElementById('plot-rate');
                place.replaceChildren();
                const day = 86_400;
                plot.fill([10, 11, 12].map((each) => ({at: each * day})),
                          'day');
                plot.mount();
                requestAnimationFrame(
                  () => done(plot.drawing.axes[0]._values));
              }).catch((error) => done(String(error)));
            """)
        self.assertEqual(['01-11', '01-12', '01-13'], marks)

    def test_a_narrow_screen(self):
        self.action(
            self.server('web-2'),
            step(
                'compute_live_migration',
                40_000,
                host='compute-west-1.example',
                result='Error',
            ),
            action='live-migration',
            status='failed',
            ago=50_000,
        )
        self.browser.size(360, 800)
        self.open('#/statistics?started_after=7d&all_projects=true')
        self.browser.one('.ranking', 'compute-west-1')
        self.assertLessEqual(
            self.browser.run('return document.documentElement.scrollWidth'),
            360,
        )

    def test_a_reader_has_no_hosts(self):
        self.open('#/statistics', token=page_case.READER)
        self.browser.one('.ranking', 'resize')
        self.assertEqual(1, len(self.browser.all('.ranking')))
        self.assertNotIn(
            'compute-2', self.browser.run('return document.body.textContent')
        )
