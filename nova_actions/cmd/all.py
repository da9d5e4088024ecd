# SPDX-License-Identifier: Apache-2.0
"""nova-actions-all: conductor and REST API in one process, no server and no
configuration needed."""

import os
import shlex
import shutil
import sys
import threading
from collections.abc import Sequence

from oslo_config import cfg

from nova_actions import conf as config
from nova_actions import context as context_module
from nova_actions import reporter
from nova_actions import version
from nova_actions.api import server
from nova_actions.cmd import demo
from nova_actions.cmd import embedded
from nova_actions.cmd import failure
from nova_actions.cmd import listening
from nova_actions.cmd import process
from nova_actions.cmd import serving
from nova_actions.conductor.service import ConductorService
from nova_actions.db import migration
from nova_actions.objects import base
from nova_actions.objects import instance_action

#: Who the suggested request pretends to be: user, project, roles.
OPERATOR = 'operator:operators:admin'

#: Seconds in which the last reports of the demonstration should arrive.
FLUSH = 60

CLI_OPTS = (
    *listening.OPTS,
    cfg.BoolOpt('demo', default=False,
                help='Play a small simulated cloud first (3 hosts, 20 '
                     'servers, 2 projects), so that there is something to '
                     'look at.'),
    cfg.IntOpt('demo-actions', default=200, min=1, max=100_000, metavar='N',
               help='How many actions the demonstration plays.'),
)


@failure.explained
def main(argv: Sequence[str]) -> int:
    """Serve until SIGTERM or SIGINT."""
    # What is recorded is nobody else's business: database, its WAL, log.
    os.umask(0o077)
    conf = config.load(argv, cli=CLI_OPTS, description=__doc__)
    embedded.configure(conf)
    config.setup_logging(conf)
    listening.settle(conf)
    process.set_up(conf)
    migration.db_sync()
    api = server.Service(conf)
    try:
        serving.serve([api, ConductorService(conf)],
                      lambda stopping: _welcome(conf, api, stopping))
    except OSError as error:
        raise listening.failed(conf, error) from error
    return failure.OK


def _welcome(conf: cfg.ConfigOpts, api: server.Service,
             stopping: threading.Event) -> None:
    """Say what is here and how to use it, after the demonstration."""
    where = listening.url(api.address)
    _say(f'nova-actions {version.version_string()}')
    _say(f'  REST API  {where}/v2.1')
    _say(f'  data      {_data(conf)}')
    if conf.log_file:
        _say(f'  log       {conf.log_file}')
    told = demo.Told()
    if conf.demo:
        _say(f'Playing {conf.demo_actions} actions of a simulated cloud …')
        told = _play(conf, stopping)
        if stopping.is_set():
            return
        _say(f'Played {told.actions} actions.')
    _say('')
    if told.request is not None:
        _say('A resize that one host refused and the next one took:')
        _say(f'  {_manage(conf)} action show {told.server} {told.request}')
    _suggest(conf, where, told)
    _say('')
    _say('Serving. Ctrl-C stops it.')


def _play(conf: cfg.ConfigOpts, stopping: threading.Event) -> demo.Told:
    """Be a cloud for a while, whose every report is in the database then."""
    reporter.setup(conf)
    try:
        told = demo.run(conf.demo_actions, stopping, conf.state_path)
        if not stopping.is_set():
            reporter.flush(FLUSH)
        return told
    finally:
        reporter.stop()


def _suggest(conf: cfg.ConfigOpts, where: str, told: demo.Told) -> None:
    """Print a line for curl that works as it is."""
    path = '/v2.1/'
    uuid = told.server or _newest_server()
    if uuid is not None:
        path = f'/v2.1/servers/{uuid}/os-instance-actions'
        _say('All that was done to a server, over REST:')
    else:
        _say('Nothing is recorded yet. The API answers:')
    header = ''
    if conf.api.auth_strategy == 'noauth2':
        header = f"-H 'X-Auth-Token: {OPERATOR}' "
    _say(f'  curl -s {header}{where}{path}')


def _newest_server() -> str | None:
    context = context_module.get_admin_context()
    with base.local():
        found = instance_action.InstanceActionList.get_by_project(
            context, limit=1)
    for action in found:
        return str(action.instance_uuid)
    return None


def _data(conf: cfg.ConfigOpts) -> str:
    path = embedded.database_path(conf)
    url: str = conf.database.connection
    return path if url == f'sqlite:///{path}' else url.partition(':')[0]


def _manage(conf: cfg.ConfigOpts) -> str:
    """Return nova-actions-manage as this person would have to call it."""
    name = 'nova-actions-manage'
    beside = os.path.join(os.path.dirname(sys.argv[0]), name)
    words = [beside if shutil.which(name) != os.path.abspath(beside)
             and os.path.exists(beside) else name]
    for path in conf.config_file or ():
        words += ['--config-file', path]
    state = os.environ.get('XDG_STATE_HOME')
    prefix = f'XDG_STATE_HOME={shlex.quote(state)} ' if state else ''
    return prefix + shlex.join(words)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == '__main__':
    sys.exit(main())
