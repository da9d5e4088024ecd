# SPDX-License-Identifier: Apache-2.0
"""The compute side: reports what a process does to servers.

A process calls :func:`setup` once; then :class:`EventReporter` and
:func:`wrap_instance_event` are used as Nova's are.
"""

from oslo_config import cfg

from nova_actions import objects
from nova_actions import sanitize
from nova_actions.conductor import rpcapi
from nova_actions.objects import base
from nova_actions.objects import text
from nova_actions.reporter.action import ActionReporter
from nova_actions.reporter.decorator import wrap_instance_event
from nova_actions.reporter.event import EventReporter

__all__ = ['ActionReporter', 'EventReporter', 'setup', 'wrap_instance_event']


def setup(conf: cfg.ConfigOpts) -> None:
    """Make this process a compute side: its remotables go to the conductor.

    :param conf: transport_url, host and the groups ``[conductor]`` and
        ``[reporter]`` are read from it
    """
    objects.register_all()
    text.setup(sanitize.Sanitizer.from_conf(conf))
    base.set_remote(rpcapi.ConductorAPI(conf))
