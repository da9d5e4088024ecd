# SPDX-License-Identifier: Apache-2.0
"""Makes a cell database with Nova's own migrations and fills it with Nova's
own objects; runs under a Python that has Nova, not under ours.

Usage: make.py URL SERVER
"""

import sys

import cell
from nova import context
from nova import objects


def main():
    url, server = sys.argv[1:]
    cell.open_at(url)
    cell.add_server(
        context.RequestContext('user', 'owner', request_id='req-1'), server
    )
    for request, error in (('req-1', None), ('req-2', 'no room')):
        caller = context.RequestContext('user', 'owner', request_id=request)
        objects.InstanceAction.action_start(caller, server, 'reboot')
        event = objects.InstanceActionEvent
        event.event_start(
            caller, server, 'compute_reboot_instance', host='host1'
        )
        if error is None:
            event.event_finish(caller, server, 'compute_reboot_instance')
            continue
        try:
            raise ValueError(error)
        except ValueError as exc:
            event.event_finish_with_failure(
                caller,
                server,
                'compute_reboot_instance',
                exc_val=exc,
                exc_tb=exc.__traceback__,
            )


main()
