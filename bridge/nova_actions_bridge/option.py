# SPDX-License-Identifier: Apache-2.0
"""The options of the bridge, and the file that they are read from."""

import os
from collections.abc import Sequence

from oslo_config import cfg

from nova_actions import conf as config

#: The environment variable that names another file than the default.
VARIABLE = 'NOVA_ACTIONS_CONFIG'
PATH = '/etc/nova_actions/nova-actions.conf'

OFF = 'off'
MIRROR = 'mirror'
CONTROLLERS = 'controllers'

BRIDGE_OPTS = [
    cfg.StrOpt(
        'mode',
        default=MIRROR,
        choices=[
            (OFF, 'Nothing'),
            (MIRROR, 'What each service does itself'),
            (
                CONTROLLERS,
                'As mirror; in addition, nova-conductor records the steps '
                'of compute services that have no bridge yet',
            ),
        ],
        help='What the services of Nova on this host record.',
    ),
]


def list_opts() -> list[tuple[str, Sequence[cfg.Opt]]]:
    """Return the options, for oslo-config-generator."""
    return [('bridge', BRIDGE_OPTS)]


def load(host: str) -> cfg.ConfigOpts:
    """Return the configuration.

    It is separate from nova.conf, whose sections of the same names belong to
    Nova.

    :param host: Nova's name for this host, used unless the file sets one
    :raises oslo_config.cfg.Error: the file is missing or wrong
    """
    conf = config.load(
        [],
        default_config_files=[os.environ.get(VARIABLE) or PATH],
        uses=('messaging',),
    )
    conf.register_opts(BRIDGE_OPTS, group='bridge')
    conf.set_default('host', host)
    return conf
