# SPDX-License-Identifier: Apache-2.0
"""What it costs to make a text safe.

    python bench/sanitize.py [--than FOLDER] [--worst]

Each figure is the best of several, in milliseconds of CPU. With the folder
of another checkout its rules take turns with ours in the same run, so that a
machine's own speed cancels out in the ratio. ``--worst`` also repeats what
each family begins with to 16 KiB, and shows the texts that take longest.
"""

import argparse
import importlib
import sys
import time

from nova_actions import sanitize
from nova_actions.tests.unit.sanitize import test_steps

SOURCE = (
    'self.driver.spawn(context, instance, image_meta,',
    'network_info = self.network_api.allocate_for_instance(',
    'return self._client.call(ctxt, method, **kwargs)',
    'raise exception.VolumeNotFound(volume_id=volume_id)',
    'with excutils.save_and_reraise_exception():',
    'self.volume_api.attach(context, volume_id, token=token)',
    'path, key = self._connect(connection_info, encryption)',
    'result = func(*args, **kwargs)',
)
DENSE = (
    "{'password': 'Kx9vQ2%d', 'user': 'nova%d'} mysql://nova:pw%dQx@db/n"
    ' X-Auth-Token: %032x --os-password Zz9%d\n'
)


def traceback(message):
    return (
        'Traceback (most recent call last):\n'
        + ''.join(
            f'  File "/usr/lib/python3/dist-packages/nova/compute/'
            f'm{number % 7}.py", line {number * 31 + 7}, '
            f'in _do_build_and_run_{number}\n'
            f'    {SOURCE[number % len(SOURCE)]}\n'
            for number in range(30)
        )
        + message
    )


TEXTS = {
    'traceback, 30 frames': traceback('ValueError: no such volume'),
    'traceback with a secret': traceback(
        'DBError: mysql+pymysql://nova:Kx9vQ2rT7@db/nova failed'
    ),
    '16 KiB dense with secrets': ''.join(
        DENSE % (number, number, number, number * 7919, number)
        for number in range(200)
    )[:16384],
    'rbd:a:key=xoxb-, 4 KiB': ('rbd:a:key=xoxb-' * 300)[:4096],
}


def other(folder):
    """Return the sanitizer of another checkout."""

    def ours(name):
        return name.partition('.')[0] == 'nova_actions'

    kept = {
        name: sys.modules.pop(name) for name in list(sys.modules) if ours(name)
    }
    sys.path.insert(0, folder)
    try:
        return importlib.import_module('nova_actions.sanitize').Sanitizer()
    finally:
        sys.path.remove(folder)
        for name in [name for name in sys.modules if ours(name)]:
            del sys.modules[name]
        sys.modules.update(kept)


def cost(sanitizer, text):
    began = time.process_time()
    sanitizer.text(text, sanitize.TRACEBACK_LIMIT)
    return (time.process_time() - began) * 1000


def compare(than, rounds):
    ours = sanitize.Sanitizer()
    for name, text in TEXTS.items():
        spent = [
            (cost(ours, text), cost(than, text) if than else 0)
            for _ in range(rounds)
        ]
        mine, others = (min(each) for each in zip(*spent, strict=True))
        ratio = f'{mine / others:9.3f}' if than else ''
        print(f'{name:30}{len(text):8}{mine:9.2f}{others:9.2f}{ratio}')


def worst():
    """Show what of 16 KiB takes longest."""
    ours = sanitize.Sanitizer()
    seeds = {
        seed for several in test_steps.WORST.values() for seed in several
    } | set(test_steps.VIEWS)
    spent = sorted(
        (
            (min(cost(ours, text) for _ in range(2)), seed, glue)
            for seed in seeds
            for glue in ('', ' ', '\n', '\\n')
            if (text := ((seed + glue) * 16384)[:16384])
        ),
        reverse=True,
    )
    for milliseconds, seed, glue in spent[:25]:
        print(f'{milliseconds:9.1f}  {seed + glue!r:.66}')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--than', metavar='FOLDER')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--worst', action='store_true')
    options = parser.parse_args()
    print(
        f'{"CPU milliseconds":30}{"length":>8}{"ours":>9}{"other":>9}'
        f'{"ratio":>9}'
    )
    compare(options.than and other(options.than), options.rounds)
    if options.worst:
        worst()


if __name__ == '__main__':
    main()
