# SPDX-License-Identifier: Apache-2.0
"""A service of Nova whose bridge may have nothing to work with; it prints
what Nova has recorded, and what we have lost, as JSON.

It runs under a Python that has Nova and the bridge, not under ours.
Usage: loading.py URL SERVER CHILDREN SECONDS. The children are forked when
all is loaded, as workers are, and do what the service else does itself. That
many seconds are what its reports may take to be delivered.
"""

import json
import os
import sys

import cell
from nova import context as nova_context
from nova import objects
from nova.compute import utils as compute_utils

from nova_actions import reporter


def reboot(server):
    caller = nova_context.RequestContext('user', 'owner')
    objects.InstanceAction.action_start(caller, server, 'reboot')
    with compute_utils.EventReporter(
        caller, 'compute_reboot_instance', 'host1', server
    ):
        pass
    return caller


def work(server, seconds):
    caller = reboot(server)
    reporter.flush(float(seconds))
    return caller


def main():
    url, server, children, seconds = sys.argv[1:]
    caller = cell.make(url, server)
    for _child in range(int(children)):
        pid = os.fork()
        if not pid:
            work(server, seconds)
            os._exit(0)
        os.waitpid(pid, 0)
    if not int(children):
        caller = work(server, seconds)
    found = objects.InstanceActionList.get_by_instance_uuid(caller, server)
    print(json.dumps([[each.action for each in found], reporter.stats()]))


main()
