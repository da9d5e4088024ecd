# SPDX-License-Identifier: Apache-2.0
# mypy: ignore-errors
"""Failures of a compute service of Nova's whose errors hold secrets.

Run by a Python that has Nova (see test_secrets_nova.py), never imported:
``planted.py TRANSPORT_URL INSTANCE_UUID PLANTS``; the file PLANTS is a list of
[message, cause, text in a line of source, argument] as JSON.
"""

import contextlib
import json
import linecache
import sys

import compute
from nova import exception
from nova import objects
from nova import rpc
from nova.compute import utils as compute_utils

SOURCE = """
def reboot_instance(self, context, instance, error, cause, **kwargs):
    try:
        raise ValueError(cause)
    except ValueError as caught:
        note = {note!r}; raise error from caught
"""


class Manager:
    host = 'nova-host'


def method(note, number):
    """Return a method whose failing line has a text in its source."""
    source, name = SOURCE.format(note=note), f'<planted {number}>'
    linecache.cache[name] = (
        len(source),
        None,
        source.splitlines(keepends=True),
        name,
    )
    scope = {}
    exec(compile(source, name, 'exec'), scope)
    return compute_utils.wrap_instance_event(prefix='compute')(
        scope['reboot_instance']
    )


def main(url, uuid, plants):
    compute.start(url)
    context = compute.user()
    objects.InstanceAction.action_start(context, uuid, 'create')
    failed = 0
    with open(plants, encoding='utf-8') as file:
        plants = json.load(file)
    for number, (message, cause, note, argument) in enumerate(plants):
        kwargs = {'connection_info': {'data': {'auth_password': argument}}}
        for error in (
            exception.InstanceRebootFailure(reason=message),
            RuntimeError(f'{message} with {kwargs}'),
        ):
            try:
                method(note, number)(
                    Manager(),
                    context,
                    instance={'uuid': uuid},
                    error=error,
                    cause=cause,
                    **kwargs,
                )
            except type(error):
                failed += 1
        with (
            contextlib.suppress(exception.NovaException),
            compute_utils.EventReporter(
                context, 'conductor_migrate_server', 'nova-host', uuid
            ),
        ):
            raise exception.NovaException(f'{message}; called with {kwargs}')
    rpc.cleanup()
    sys.stdout.write(json.dumps({'failed': failed}) + '\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
