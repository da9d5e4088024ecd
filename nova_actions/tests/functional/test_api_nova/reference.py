# SPDX-License-Identifier: Apache-2.0
# mypy: ignore-errors
"""Nova's own API, answering requests that come as lines of JSON.

Run by a Python that has Nova (see test_api_comparison.py), never
imported: ``reference.py DIRECTORY``. It makes Nova's databases with Nova's
migrations, fills them with Nova's objects with what ``record.json`` in the
directory says, and prints one line of JSON for each line that it reads::

    {"method", "path", "query", "headers"} -> {"status", "headers", "body"}
    {"policy": {rule: check}} | {"conf": {option: value or null}} -> {}
"""

import contextlib
import datetime
import io
import json
import os
import pathlib
import sys

DIRECTORY = pathlib.Path(sys.argv[1]).resolve()
del sys.argv[1:]

from nova import monkey_patch  # noqa: E402

monkey_patch.patch(backend='threading')

import nova.conf  # noqa: E402
import sqlalchemy as sa  # noqa: E402
from nova import config  # noqa: E402
from nova import context  # noqa: E402
from nova import objects  # noqa: E402
from nova import policy  # noqa: E402
from nova.db import migration  # noqa: E402
from nova.db.main import api as main_db  # noqa: E402
from nova.network import model as network_model  # noqa: E402
from oslo_utils import timeutils  # noqa: E402
from paste import deploy  # noqa: E402

CONF = nova.conf.CONF
PASTE = """
[composite:osapi_compute]
use = call:nova.api.openstack.urlmap:urlmap_factory
/: oscomputeversions
/v2: oscomputeversion_v2
/v2/+: v2
/v2.1: oscomputeversion_v2
/v2.1/+: v21

[composite:v2]
use = call:nova.api.auth:pipeline_factory_v21
keystone = compute_req_id faultwrap token keystonecontext legacy app_v21

[filter:legacy]
paste.filter_factory = nova.api.openstack:LegacyV2CompatibleWrapper.factory

[composite:v21]
use = call:nova.api.auth:pipeline_factory_v21
keystone = compute_req_id faultwrap sizelimit token keystonecontext app_v21

[filter:compute_req_id]
paste.filter_factory = nova.api.compute_req_id:ComputeReqIdMiddleware.factory

[filter:faultwrap]
paste.filter_factory = nova.api.openstack:FaultWrapper.factory

[filter:sizelimit]
paste.filter_factory = oslo_middleware:RequestBodySizeLimiter.factory

[filter:token]
paste.filter_factory = __main__:token_factory

[filter:keystonecontext]
paste.filter_factory = nova.api.auth:NovaKeystoneContext.factory

[app:app_v21]
paste.app_factory = nova.api.openstack.compute:APIRouterV21.factory

[pipeline:oscomputeversions]
pipeline = faultwrap oscomputeversionapp

[pipeline:oscomputeversion_v2]
pipeline = compute_req_id faultwrap oscomputeversionapp_v2

[app:oscomputeversionapp]
paste.app_factory = nova.api.openstack.compute.versions:Versions.factory

[app:oscomputeversionapp_v2]
paste.app_factory = nova.api.openstack.compute.versions:VersionsV2.factory
"""


def token_factory(_global_conf, **_local_conf):
    """Stand in for Keystone: believe tokens ``user:project:roles``."""

    def make(app):
        def token(environ, start_response):
            parts = environ.get('HTTP_X_AUTH_TOKEN', '').split(':')
            if len(parts) != 3 or not all(parts[:2]):
                start_response(
                    '401 Unauthorized', [('Content-Type', 'application/json')]
                )
                return [json.dumps({'error': {'code': 401}}).encode()]
            environ.update(
                HTTP_X_USER_ID=parts[0],
                HTTP_X_PROJECT_ID=parts[1],
                HTTP_X_ROLES=parts[2],
            )
            return app(environ, start_response)

        return token

    return make


def setup(connection):
    """Configure Nova and make its databases."""
    (DIRECTORY / 'policy.yaml').write_text('{}')
    (DIRECTORY / 'api-paste.ini').write_text(PASTE)
    (DIRECTORY / 'nova.conf').write_text(f"""
[DEFAULT]
state_path = {DIRECTORY}
transport_url = fake://
host = reference
[database]
connection = {connection}
[api_database]
connection = sqlite:///{DIRECTORY}/api.sqlite
[oslo_policy]
policy_file = {DIRECTORY}/policy.yaml
""")
    config.parse_args(
        ['nova'], default_config_files=[str(DIRECTORY / 'nova.conf')]
    )
    objects.register_all()
    migration.db_sync(database='api')
    migration.db_sync(database='main')


def map_cells():
    """Register the cells, as ``nova-manage cell_v2`` does."""
    admin = context.get_admin_context()
    zero = objects.CellMapping(
        admin,
        uuid=objects.CellMapping.CELL0_UUID,
        name='cell0',
        transport_url='none:///',
        database_connection=f'sqlite:///{DIRECTORY}/cell0.sqlite',
    )
    zero.create()
    with context.target_cell(admin, zero) as targeted:
        migration.db_sync(database='main', context=targeted)
    cell = objects.CellMapping(
        admin,
        uuid='11111111-1111-4111-8111-111111111111',
        name='cell1',
        transport_url='fake://',
        database_connection=CONF.database.connection,
    )
    cell.create()
    return cell


class Filler:
    """Writes the record that the comparison reads."""

    def __init__(self, cell):
        self.cell = cell

    def context(self, user_id, project_id, request_id, second):
        timestamp = datetime.datetime(
            2026, 1, 5, 13, 38, 20
        ) + datetime.timedelta(seconds=second)
        timeutils.set_time_override(timestamp)
        return context.RequestContext(
            user_id,
            project_id,
            is_admin=False,
            request_id=request_id,
            timestamp=timestamp,
        )

    def server(self, uuid, project_id, name, deleted=False, soft=False):
        caller = self.context('user', project_id, None, 0)
        objects.InstanceMapping(
            caller,
            instance_uuid=uuid,
            project_id=project_id,
            user_id='user',
            cell_mapping=self.cell,
        ).create()
        with context.target_cell(caller, self.cell) as targeted:
            instance = objects.Instance(
                targeted,
                uuid=uuid,
                project_id=project_id,
                user_id='user',
                display_name=name,
                host='host1',
                vm_state='soft-delete' if soft else 'active',
                info_cache=objects.InstanceInfoCache(
                    network_info=network_model.NetworkInfo()
                ),
                flavor=objects.Flavor(
                    id=1,
                    name='f',
                    memory_mb=1,
                    vcpus=1,
                    root_gb=0,
                    ephemeral_gb=0,
                    flavorid='1',
                    swap=0,
                    rxtx_factor=1.0,
                    disabled=False,
                    is_public=True,
                    extra_specs={},
                ),
                old_flavor=None,
                new_flavor=None,
            )
            instance.create()
            if deleted:
                instance.destroy()

    def action(
        self,
        server,
        name,
        request_id,
        second,
        events,
        project_id,
        user_id='user',
    ):
        caller = self.context(user_id, project_id, request_id, second)
        with context.target_cell(caller, self.cell) as targeted:
            objects.InstanceAction.action_start(
                targeted, server, name, want_result=False
            )
            for number, (event, host, error) in enumerate(events):
                self.context(None, None, None, second + 2 * number + 1)
                objects.InstanceActionEvent.event_start(
                    targeted, server, event, want_result=False, host=host
                )
                if error is None:
                    continue
                self.context(None, None, None, second + 2 * number + 2)
                try:
                    if error:
                        raise ValueError(error)
                    objects.InstanceActionEvent.event_finish(
                        targeted, server, event, want_result=False
                    )
                except ValueError as exc:
                    objects.InstanceActionEvent.event_finish_with_failure(
                        targeted,
                        server,
                        event,
                        exc_val=exc,
                        exc_tb=exc.__traceback__,
                        want_result=False,
                    )

    def nulls(self, server, request_id):
        """Take the initiator and the times of an action, as a periodic
        task of old leaves them."""
        caller = self.context('user', None, None, 0)
        with context.target_cell(caller, self.cell) as targeted:
            engine = main_db.get_engine(context=targeted)
        with engine.begin() as connection:
            connection.execute(
                sa.text(
                    'UPDATE instance_actions SET user_id = NULL, '
                    'project_id = NULL, updated_at = NULL '
                    'WHERE instance_uuid = :server AND request_id = :id'
                ),
                {'server': server, 'id': request_id},
            )


def fill(cell, record):
    """Write the servers and actions that the comparison names."""
    filler = Filler(cell)
    for server in record['servers']:
        filler.server(**server)
    for action in record['actions']:
        nulls = action.pop('nulls', False)
        filler.action(**action)
        if nulls:
            filler.nulls(action['server'], action['request_id'])
    timeutils.clear_time_override()


def answer(app, asked):
    """Answer one request in-process."""
    environ = {
        'REQUEST_METHOD': asked.get('method', 'GET'),
        'SCRIPT_NAME': '',
        'PATH_INFO': asked['path'],
        'QUERY_STRING': asked.get('query', ''),
        'SERVER_NAME': 'server',
        'SERVER_PORT': '8774',
        'HTTP_HOST': 'cloud.example:8774',
        'SERVER_PROTOCOL': 'HTTP/1.1',
        'wsgi.url_scheme': 'http',
        'wsgi.input': io.BytesIO(),
        'wsgi.errors': sys.stderr,
        'wsgi.version': (1, 0),
        'wsgi.multithread': True,
        'wsgi.multiprocess': False,
        'wsgi.run_once': False,
        'REMOTE_ADDR': '127.0.0.1',
        'CONTENT_LENGTH': '0',
    }
    for name, value in asked.get('headers', {}).items():
        key = name.upper().replace('-', '_')
        environ[
            key if key in ('CONTENT_TYPE', 'CONTENT_LENGTH') else f'HTTP_{key}'
        ] = value
    result = {}

    def start_response(status, headers, exc_info=None):
        result.update(
            status=int(status.split()[0]),
            headers=[list(header) for header in headers],
        )

    result['body'] = b''.join(app(environ, start_response)).decode()
    return result


def main():
    """Serve until the input ends."""
    with contextlib.redirect_stdout(sys.stderr):
        record = json.loads((DIRECTORY / 'record.json').read_text())
        setup(record['connection'])
        fill(map_cells(), record)
        app = deploy.loadapp(
            f'config:{DIRECTORY}/api-paste.ini', name='osapi_compute'
        )
    sys.stdout.write('{}\n')
    sys.stdout.flush()
    for line in sys.stdin:
        with contextlib.redirect_stdout(sys.stderr):
            asked = json.loads(line)
            reply = {}
            if 'policy' in asked:
                (DIRECTORY / 'policy.yaml').write_text(
                    json.dumps(asked['policy'])
                )
                policy.reset()
            elif 'conf' in asked:
                for name, value in asked['conf'].items():
                    if value is None:
                        CONF.clear_override(name, group='api')
                    else:
                        CONF.set_override(name, value, group='api')
            else:
                reply = answer(app, asked)
        sys.stdout.write(json.dumps(reply) + '\n')
        sys.stdout.flush()


if __name__ == '__main__':
    main()
    os._exit(0)
