# SPDX-License-Identifier: Apache-2.0
"""nova-actions: ``python -m bench.sides.ours URL FOLDER [BUS TOPIC]``.

With a bus, remotables go to a conductor that serves there, and the durable
reporter delivers to it.
"""

import pathlib
import sys
from typing import Any

from bench import calls
from bench import dataset
from bench import rest
from bench import side
from nova_actions import cmd  # noqa: F401 (settles on threads)
from nova_actions import conf as config
from nova_actions import context
from nova_actions import reporter
from nova_actions import runtime
from nova_actions.api import app
from nova_actions.objects import instance_action
from nova_actions.objects import instance_action_event

COUNTER = side.Counter()

#: Seconds.
FLUSH_TIMEOUT = 600

#: Eight clients need no more threads, and all sides share the connections
#: that a server allows.
CONF = """
[DEFAULT]
state_path = {folder}
executor_thread_pool_size = 16
host = {host}
{bus}
[database]
connection = {url}
[api]
auth_strategy = noauth2
[oslo_policy]
policy_file = none.yaml
"""


def configure(url: str, folder: str, *bus: str) -> pathlib.Path:
    """Write a configuration and return its path.

    :param bus: the bus's URL and the conductor's topic
    """
    path = pathlib.Path(folder, 'nova-actions.conf')
    path.write_text(
        CONF.format(
            folder=folder,
            url=url,
            host=dataset.HOST,
            bus=''
            if not bus
            else (f'transport_url = {bus[0]}\n[conductor]\ntopic = {bus[1]}'),
        )
    )
    return path


def caller() -> context.RequestContext:
    return context.RequestContext(
        user_id=dataset.USER,
        project_id=dataset.PROJECT,
        roles=['member', 'reader'],
    )


def start(conf: Any) -> None:
    """Set up what runs objects in this process."""
    runtime.set_up(conf)
    COUNTER.watch()


class Objects:
    """Our classes by Nova's names for them."""

    InstanceAction = instance_action.InstanceAction
    InstanceActionList = instance_action.InstanceActionList
    InstanceActionEvent = instance_action_event.InstanceActionEvent
    InstanceActionEventList = instance_action_event.InstanceActionEventList


def over_http(conf: Any, size: dataset.Size) -> rest.Client:
    """Return a client of the REST API in this process."""
    return rest.Client(
        app.create(conf),
        size,
        {'X-Auth-Token': f'{dataset.USER}:{dataset.PROJECT}:reader'},
    )


def reporting(own: calls.Caller, number: int) -> side.Work:
    """Return what a client does that has a conductor."""
    server = dataset.server(number + 2)
    context = own.begin(server)

    def durable() -> None:
        with reporter.EventReporter(
            context, dataset.EVENTS[1], dataset.HOST, server
        ):
            pass

    return {**own.work(number), 'durable': durable}


def main() -> None:
    url, folder, servers, actions, *bus = sys.argv[1:]
    size = dataset.Size(int(servers), int(actions))
    conf = config.load(
        ['--config-file', str(configure(url, folder, *bus))],
        default_config_files=[],
    )
    if bus:
        reporter.setup(conf)
        own = calls.Caller(Objects, caller, size)
        side.serve(
            lambda number: reporting(own, number),
            COUNTER,
            lambda: reporter.flush(FLUSH_TIMEOUT),
        )
        return
    start(conf)
    own, client = calls.Caller(Objects, caller, size), over_http(conf, size)
    side.serve(
        lambda number: {**own.work(number), **client.work(number)}, COUNTER
    )


if __name__ == '__main__':
    main()
