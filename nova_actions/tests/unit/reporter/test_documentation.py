# SPDX-License-Identifier: Apache-2.0
"""The examples of the guide do what it says, each by itself."""

import asyncio
import concurrent.futures
import pathlib
import re
import textwrap
import time
import uuid

from oslotest import base

import nova_actions
from nova_actions import context as context_module
from nova_actions import reporter
from nova_actions.reporter import testing
from nova_actions.tests import fixtures

GUIDE = (
    pathlib.Path(nova_actions.__file__).parent.parent
    / 'doc/source/contributor/reporting.rst'
)
BLOCK = re.compile(
    r'^(?P<title>[^\n]+)\n=+\n|^\.\. code-block:: python\n\n'
    r'(?P<code>(?:   [^\n]*\n|\n)+)',
    re.MULTILINE,
)

#: What each example reports: names, and how they end.
STEPS = {
    'In ten lines': [[('compute_reboot_instance', 'Success', None)]],
    'Methods of a manager': [[('compute_reboot_instance', 'Success', None)]],
    'Failures that raise nothing': [
        [
            ('compute_attach_volume', 'Error', 'It returned None.'),
            ('compute_detach_volume', 'Error', 'the volume is busy'),
        ],
        [
            (
                'compute_reboot_instance',
                'Error',
                'the guest did not come up in 300 s',
            )
        ],
    ],
    'Steps in steps': [
        [
            ('compute_rebuild_instance', 'Error', 'no room'),
            ('compute_spawn', 'Error', 'no room'),
        ]
    ],
    'Several servers': [[('compute_live_migration', 'Success', None)] * 2],
    'Steps that end elsewhere': [
        [('compute_resize_instance', 'Success', None)]
    ],
    'Actions': [[('compute_rebuild_instance', 'Success', None)], []],
    'Threads': [
        [(f'compute_part_{number}', 'Success', None) for number in range(3)]
    ],
    'asyncio': [
        [
            ('compute_migrate_instance', 'Success', None),
            ('compute_confirm_resize', 'Success', None),
        ]
    ],
    'Unit tests': [[]],
}


def examples():
    """Return the examples by the title above them."""
    found = {}
    for match in BLOCK.finditer(GUIDE.read_text(encoding='utf-8')):
        if match['title']:
            title = match['title']
        else:
            found.setdefault(title, []).append(textwrap.dedent(match['code']))
    return found


class GuideTestCase(base.BaseTestCase):
    def test_each_example(self):
        self.useFixture(fixtures.Conf())
        found = examples()
        self.assertEqual(set(STEPS), set(found))
        for title, codes in found.items():
            for code, steps in zip(codes, STEPS[title], strict=True):
                # Threads begin in any order.
                self.assertCountEqual(steps, self.steps(code), title)

    def steps(self, code):
        names = {
            'asyncio': asyncio,
            'concurrent': concurrent,
            'time': time,
            'reporter': reporter,
            'server': str(uuid.uuid4()),
            'other': str(uuid.uuid4()),
            'context': context_module.RequestContext(
                user_id='alice', project_id='demo'
            ),
        }
        with testing.Recorded() as recorded:
            exec(code, names)
        return [
            (step.name, step.result, step.details) for step in recorded.steps
        ]
