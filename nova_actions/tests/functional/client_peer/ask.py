# SPDX-License-Identifier: Apache-2.0
"""The real clients, each asked as its own users do; run by their Python.

Standard input is a JSON list of questions, the last line of standard output
the list of answers: what the client returned, or with which error it ended,
and which requests it sent for that.
"""

import contextlib
import io
import json
import multiprocessing
import sys

from keystoneauth1 import loading
from keystoneauth1 import session as keystone_session
from novaclient import client as nova
from openstack import connection
from openstackclient import shell


def make_session(asked, auth):
    """Return a session that notes what is asked through it."""
    plugin = loading.get_plugin_loader(auth['type']).load_from_options(
        **auth['options']
    )
    session = keystone_session.Session(plugin)
    session.session.hooks['response'].append(
        lambda answer, *_rest, **_more: asked.append(
            [answer.request.method, answer.url, answer.status_code]
        )
    )
    return session


def ask_novaclient(asked, auth, version, server, request=None, **options):
    """Ask python-novaclient for the actions of a server, or for one."""
    client = nova.Client(version, session=make_session(asked, auth))
    if request:
        return client.instance_action.get(server, request).to_dict()
    return [
        action.to_dict()
        for action in client.instance_action.list(server, **options)
    ]


def ask_sdk(asked, auth, version, server, request=None, **options):
    """Ask openstacksdk for the actions of a server, or for one.

    It looks the server up as its own users have to: by name or id.
    """
    cloud = connection.Connection(
        session=make_session(asked, auth), compute_default_microversion=version
    )
    found = cloud.compute.find_server(server, ignore_missing=False)
    if request:
        return cloud.compute.get_server_action(request, found.id).to_dict(
            computed=False
        )
    return [
        action.to_dict(computed=False)
        for action in cloud.compute.server_actions(found.id, **options)
    ]


def ask_cloud(asked, auth, server):
    """Ask openstacksdk's cloud layer for a server, by name or id, and for
    all, a page at a time."""
    cloud = connection.Connection(session=make_session(asked, auth))
    found = cloud.get_server(server)
    return {
        'found': found and found.id,
        'listed': [each.id for each in cloud.compute.servers(limit=2)],
    }


def run_openstack(arguments):
    """Return the exit code and the two outputs of python-openstackclient's
    own entry."""
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        code = shell.main(arguments)
    return code, out.getvalue(), errors.getvalue()


def ask_openstack(_asked, auth, argv):
    """Run a command line in a process of its own: the client keeps its
    connection for the life of a process. A fork saves the imports."""
    options = [
        f'--os-{name.replace("_", "-")}={value}'
        for name, value in auth['options'].items()
    ]
    arguments = [
        f'--os-auth-type={auth["type"]}',
        *options,
        *argv,
        '-f',
        'json',
    ]
    with multiprocessing.get_context('fork').Pool(1) as pool:
        code, out, errors = pool.apply(run_openstack, (arguments,))
    if code:
        raise RuntimeError(errors)
    return json.loads(out)


CLIENTS = {
    'novaclient': ask_novaclient,
    'sdk': ask_sdk,
    'cloud': ask_cloud,
    'openstack': ask_openstack,
}


def answer(question):
    """Ask one question; an error of the client is an answer, too."""
    asked = []
    try:
        result = CLIENTS[question.pop('client')](asked, **question)
    except Exception as error:  # noqa: BLE001
        status = (
            getattr(error, 'http_status', None)
            or getattr(error, 'status_code', None)
            or getattr(error, 'code', None)
        )
        return {
            'error': type(error).__name__,
            'status': status,
            'message': str(error),
            'asked': asked,
        }
    return {'result': result, 'asked': asked}


if __name__ == '__main__':
    answers = [answer(question) for question in json.load(sys.stdin)]
    print(json.dumps(answers))
