# SPDX-License-Identifier: Apache-2.0
"""A conductor of Nova with the bridge, called by a compute service as over
the bus: each call in a thread of its own, as the workers of a conductor are.

It runs under a Python that has Nova and the bridge, not under ours.
Usage: controllers.py URL SERVER
"""

import sys
import threading

import cell
from nova import context as nova_context
from nova.conductor import manager

from nova_actions import reporter
from nova_actions_bridge import mark

STEP = 'compute_reboot_instance'


def call(caller, method, *args, has_bridge=False, **kwargs):
    """Call as a compute service does: its context goes over the bus."""
    with mark.recorded(has_bridge):
        context = nova_context.RequestContext.from_dict(caller.to_dict())
    # Its other methods would look for the rest of a cloud.
    conductor = object.__new__(manager.ConductorManager)
    thread = threading.Thread(
        target=conductor.object_class_action_versions,
        args=(
            context,
            'InstanceActionEvent',
            method,
            {'InstanceActionEvent': '1.4'},
            args,
            kwargs,
        ),
    )
    thread.start()
    thread.join()


def main():
    url, server = sys.argv[1:]
    caller = cell.make(url, server)
    call(caller, 'event_start', server, STEP, host='host1')
    call(
        caller,
        'event_finish_with_failure',
        server,
        STEP,
        exc_val='no such domain',
        exc_tb='  File "driver.py", line 7\n',
    )
    call(caller, 'event_start', server, STEP, host='host2', want_result=False)
    call(
        caller,
        'event_finish_with_failure',
        server,
        STEP,
        exc_val=None,
        exc_tb=None,
    )
    for method in ('event_start', 'event_finish_with_failure'):
        call(caller, method, server, 'compute_of_another', has_bridge=True)
    sys.exit(not reporter.flush(60))


main()
