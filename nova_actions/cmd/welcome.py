# SPDX-License-Identifier: Apache-2.0
"""What nova-actions-all prints when it has started."""

import datetime
import os
import shlex
import shutil
import sys
import threading

from oslo_config import cfg

from nova_actions import version
from nova_actions.cmd import embedded
from nova_actions.cmd import progress
from nova_actions.context import get_admin_context
from nova_actions.db import driver
from nova_actions.demo import plan
from nova_actions.demo import play
from nova_actions.objects import base
from nova_actions.objects import instance_action
from nova_actions.upkeep import retention
from nova_actions.vocabulary import counted

#: The token of the suggested request: user, project, roles.
OPERATOR = 'operator:operators:admin'


def welcome(
    conf: cfg.ConfigOpts, where: str, stopping: threading.Event
) -> None:
    """Print addresses and example commands, and play the demonstration.

    :param where: the base URL of the API
    """
    _say(f'nova-actions {version.version_string()}')
    if conf.api.ui:
        _say(f'  page      {where}/ui')
    _say(f'  REST API  {where}/v2.1')
    _say(f'  data      {_data(conf)}')
    if conf.log_file:
        _say(f'  log       {conf.log_file}')
    if conf.demo:
        _play(conf, where, stopping)
    else:
        _serve(conf, where, play.Told())


def _serve(conf: cfg.ConfigOpts, where: str, told: play.Told) -> None:
    _say('')
    if told.request is not None:
        _say(
            'A resize that failed on its first host and succeeded on the next:'
        )
        _say(f'  {_manage(conf)} action show {told.server} {told.request}')
    _suggest(conf, where, told)
    _say('')
    if conf.demo and not conf.demo_actions:
        _say('The simulated cloud continues.')
    _say('Serving. Ctrl-C stops it.')


def _play(conf: cfg.ConfigOpts, where: str, stopping: threading.Event) -> None:
    before = retention.purge_total(
        get_admin_context(),
        retention.Selection(datetime.datetime.max),
    )
    if before:
        _say(
            f'The database has {counted(before, "action")} already; the '
            'demonstration adds more.'
        )
    actions = conf.demo_actions or plan.A_DAY
    _say(f'Playing a day of a simulated cloud, {counted(actions, "action")} …')

    def serve(told: play.Told) -> None:
        line.end()
        _say(f'Played {counted(told.actions, "action")}.')
        _serve(conf, where, told)

    with progress.Line('actions', actions) as line:
        play.play(conf, stopping, line.show, serve)


def _suggest(conf: cfg.ConfigOpts, where: str, told: play.Told) -> None:
    """Print a curl command that works as it is."""
    path = '/v2.1/'
    uuid = told.server or _newest_server()
    if uuid is not None:
        path = f'/v2.1/servers/{uuid}/os-instance-actions'
        _say(
            'The actions of that server, newest first, over REST:'
            if told.server
            else 'The actions of a server, newest first, over REST:'
        )
    else:
        _say('Nothing is recorded yet. The API answers:')
    header = ''
    if conf.api.auth_strategy == 'noauth2':
        header = f"-H 'X-Auth-Token: {OPERATOR}' "
    _say(f'  curl -s {header}{where}{path} | python3 -m json.tool')


def _newest_server() -> str | None:
    context = get_admin_context()
    with base.local():
        found = instance_action.InstanceActionList.get_by_project(
            context, limit=1
        )
    for action in found:
        return str(action.instance_uuid)
    return None


def _data(conf: cfg.ConfigOpts) -> str:
    path = embedded.database_path(conf)
    url: str = conf.database.connection
    return path if url == driver.file_url(path) else url.partition(':')[0]


def _manage(conf: cfg.ConfigOpts) -> str:
    """Return nova-actions-manage as this user has to call it."""
    name = 'nova-actions-manage'
    beside = os.path.join(os.path.dirname(sys.argv[0]), name)
    words = [
        beside
        if shutil.which(name) != os.path.abspath(beside)
        and os.path.exists(beside)
        else name
    ]
    for path in conf.config_file or ():
        words += ['--config-file', path]
    state = os.environ.get('XDG_STATE_HOME')
    prefix = f'XDG_STATE_HOME={shlex.quote(state)} ' if state else ''
    return prefix + shlex.join(words)


def _say(line: str) -> None:
    print(line, flush=True)
