# SPDX-License-Identifier: Apache-2.0
"""Nova: ``python -m bench.sides.nova URL FOLDER SERVERS ACTIONS [BUS
TOPIC]``, run by a Python that has Nova 34.

With a bus, remotables go to its conductor, which is the same with
``--conductor`` at the end.
"""

# ruff: noqa: E402, I001 (the choice of threads goes before Nova)
from nova import monkey_patch

monkey_patch.patch(backend='threading')

import pathlib
import sys
from typing import Any

import nova.conf
from nova import baserpc
from nova import config
from nova import context
from nova import objects
from nova import rpc
from nova.conductor import api as conductor_api
from nova.conductor import manager
from nova.conductor import rpcapi as conductor_rpcapi
from nova.db import migration
from nova.objects import base as objects_base
from nova.scheduler.client import report
import oslo_messaging as messaging
from paste import deploy

from bench import calls
from bench import dataset
from bench import rest
from bench import side

COUNTER = side.Counter()

CONF = """
[DEFAULT]
state_path = {folder}
executor_thread_pool_size = 16
host = {host}
transport_url = {bus}
[database]
connection = {url}
[api_database]
connection = sqlite:///{folder}/api.sqlite
[oslo_policy]
policy_file = {folder}/policy.yaml
"""

PASTE = """
[composite:osapi_compute]
use = call:nova.api.openstack.urlmap:urlmap_factory
/v2.1/+: v21

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
paste.filter_factory = bench.sides.nova:token_factory

[filter:keystonecontext]
paste.filter_factory = nova.api.auth:NovaKeystoneContext.factory

[app:app_v21]
paste.app_factory = nova.api.openstack.compute:APIRouterV21.factory
"""


def token_factory(_global_conf: Any, **_local_conf: Any) -> Any:
    """Stand in for Keystone, as noauth2 does on our side."""

    def make(app: Any) -> Any:
        def token(environ: Any, start_response: Any) -> Any:
            user, project = environ['HTTP_X_AUTH_TOKEN'].split(':')
            environ.update(
                HTTP_X_USER_ID=user,
                HTTP_X_PROJECT_ID=project,
                HTTP_X_ROLES='member,reader',
            )
            return app(environ, start_response)

        return token

    return make


def start(url: str, folder: str, bus: str) -> None:
    """Configure Nova."""
    path = pathlib.Path(folder)
    (path / 'policy.yaml').write_text('{}')
    (path / 'api-paste.ini').write_text(PASTE)
    (path / 'nova.conf').write_text(
        CONF.format(folder=folder, url=url, bus=bus, host=dataset.HOST)
    )
    config.parse_args(['nova'], default_config_files=[str(path / 'nova.conf')])
    rpc.init(nova.conf.CONF)
    objects.register_all()


def caller() -> context.RequestContext:
    return context.RequestContext(
        dataset.USER, dataset.PROJECT, roles=['member', 'reader']
    )


def over_http(url: str, folder: str, size: dataset.Size) -> rest.Client:
    """Return a client of the REST API in this process."""
    admin = context.get_admin_context()
    objects.CellMapping(
        admin,
        uuid=objects.CellMapping.CELL0_UUID,
        name='cell0',
        transport_url='none:///',
        database_connection=f'sqlite:///{folder}/cell0.sqlite',
    ).create()
    cell = objects.CellMapping(
        admin,
        uuid='11111111-1111-4111-8111-111111111111',
        name='cell1',
        transport_url='fake://',
        database_connection=url,
    )
    cell.create()
    objects.InstanceMapping(
        admin,
        instance_uuid=dataset.server(dataset.READ),
        project_id=dataset.PROJECT,
        user_id=dataset.USER,
        cell_mapping=cell,
    ).create()
    app = deploy.loadapp(
        f'config:{folder}/api-paste.ini', name='osapi_compute'
    )
    return rest.Client(
        app, size, {'X-Auth-Token': f'{dataset.USER}:{dataset.PROJECT}'}
    )


def conduct() -> None:
    """Answer RPC until the input ends."""
    # There is no Placement, and nothing here asks for one.
    report.report_client_singleton = lambda: None
    endpoint = manager.ConductorManager()
    server = rpc.get_server(
        messaging.Target(
            topic=conductor_rpcapi.RPC_TOPIC, server=dataset.HOST
        ),
        [
            endpoint,
            *endpoint.additional_endpoints,
            baserpc.BaseRPCAPI(endpoint.service_name, None),
        ],
        objects_base.NovaObjectSerializer(),
    )
    server.start()
    side.serve(lambda _number: {}, COUNTER)


def main() -> None:
    url, folder, servers, actions, *bus = sys.argv[1:]
    start(url, folder, bus[0] if bus[1:] else 'fake://')
    size = dataset.Size(int(servers), int(actions))
    if '--sync' in bus:
        migration.db_sync(database='main')
        migration.db_sync(database='api')
    elif '--conductor' in bus:
        conduct()
    elif bus:
        objects_base.NovaObject.indirection_api = (
            conductor_rpcapi.ConductorAPI()
        )
        conductor_api.API().wait_until_ready(context.get_admin_context())
        side.serve(calls.Caller(objects, caller, size).work, COUNTER)
    else:
        COUNTER.watch()
        own = calls.Caller(objects, caller, size)
        client = over_http(url, folder, size)
        side.serve(
            lambda number: {**own.work(number), **client.work(number)}, COUNTER
        )


if __name__ == '__main__':
    main()
