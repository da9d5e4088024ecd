#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make the pictures of the documentation again.

tools/pictures.py [--only timeline|page] URL

URL is that of a running "nova-actions-all --demo", as in
http://127.0.0.1:8774. The page needs chromium and chromedriver. The demo
differs from run to run, so look at the pictures before you commit them.
"""

import argparse
import io
import pathlib
import re

from keystoneauth1 import noauth
from keystoneauth1 import session
from rich import console
from rich import terminal_theme

from nova_actions_client import drawing
from nova_actions_client import http
from nova_actions_client import log as log_module
from nova_actions_client import record
from nova_actions_client.command import timeline

DOC = pathlib.Path(__file__).parents[1] / 'doc' / 'source'
#: rich loads its font from elsewhere; any monospaced font will do.
FONT = re.compile(r'\s*@font-face \{.*?\}', re.DOTALL)
WIDTH = 90


def retried(log: log_module.Log) -> record.Action:
    """Return the newest resize that succeeded after a retry."""
    for action in log.newest({'action': 'resize', 'status': [record.RETRIED]}):
        return log.action(action.id or action.request)
    raise SystemExit('No resize was retried yet')


def draw_timeline(log: log_module.Log, action: record.Action) -> None:
    """Write the timeline of an action beside one that succeeded at once."""
    (success,) = log.newest(
        {'action': action.action, 'status': [record.SUCCEEDED]}
    )
    other = log.action(success.id or success.request)
    screen = console.Console(
        file=io.StringIO(),
        width=WIDTH,
        record=True,
        color_system='truecolor',
        force_terminal=True,
        highlight=False,
        markup=False,
    )
    for line in timeline.drawn(action, other, WIDTH, drawing.UNICODE):
        screen.print(line, soft_wrap=True)
    # rich cuts the lower edge of the last line.
    screen.print()
    drawn = screen.export_svg(
        title=f'openstack action log timeline {action.short_id} --against',
        theme=terminal_theme.DEFAULT_TERMINAL_THEME,
        unique_id='timeline',
    )
    path = DOC / 'pictures' / 'timeline.svg'
    path.write_text(FONT.sub('', drawn), encoding='utf-8')


def photograph_page(root: str, action: record.Action) -> None:
    """Write pictures of each view of the page."""
    # Only the page needs a browser.
    from nova_actions.tests.functional import browser

    looked_at = browser.get()
    looked_at.theme('light')
    looked_at.open(f'{root}/ui/')
    looked_at.click('.login button', 'Log in')
    for name, address, content, size in (
        ('actions', '#/actions', 'tbody tr', (1100, 640)),
        ('action', f'#/action/{action.id}', '.steps', (1100, 720)),
        ('server', f'#/server/{action.server}', 'svg, .life', (1100, 560)),
        (
            'statistics',
            '#/statistics?started_after=24h',
            'canvas',
            (1100, 840),
        ),
        ('narrow', f'#/action/{action.id}', '.steps', (360, 760)),
    ):
        looked_at.size(*size)
        looked_at.run('location.hash = arguments[0]', address)
        looked_at.one(content)
        looked_at.gone('[aria-busy=true]')
        looked_at.driver.save_screenshot(str(DOC / 'page' / f'{name}.png'))


def main() -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('url')
    parser.add_argument('--only', choices=('timeline', 'page'))
    args = parser.parse_args()
    root = http.root_of(args.url)
    log = log_module.Log(
        http.Service(
            session.Session(noauth.NoAuth(endpoint=root)),
            root,
            f'instance-actions {log_module.MICROVERSION}',
        )
    )
    action = retried(log)
    if args.only != 'page':
        draw_timeline(log, action)
    if args.only != 'timeline':
        photograph_page(root, action)


if __name__ == '__main__':
    main()
