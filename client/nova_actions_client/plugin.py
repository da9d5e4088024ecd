# SPDX-License-Identifier: Apache-2.0
"""The hooks that python-openstackclient looks for in a plug-in."""

import argparse

from osc_lib import clientmanager
from osc_lib import utils

from nova_actions_client import service

# The names are osc-lib's.
DEFAULT_API_VERSION = '1'
API_VERSION_OPTION = 'os_action_log_api_version'
API_NAME = 'action_log'
API_VERSIONS = ('1',)


def make_client(instance: clientmanager.ClientManager) -> service.Log:
    """Return the log of a cloud, for ``client_manager.action_log``."""
    return service.find(instance)


def build_option_parser(
    parser: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """Add the global options."""
    parser.add_argument(
        '--os-action-log-api-version',
        metavar='<version>',
        default=utils.env(
            'OS_ACTION_LOG_API_VERSION', default=DEFAULT_API_VERSION
        ),
        help='Version of the API of the action log (default: 1) '
        '(Env: OS_ACTION_LOG_API_VERSION)',
    )
    return parser
