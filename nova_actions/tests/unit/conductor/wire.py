# SPDX-License-Identifier: Apache-2.0
"""The conductor behind the bus, without one: JSON goes in and comes out."""

import json
from typing import Any

import oslo_messaging as messaging
from oslo_messaging._drivers import common

from nova_actions.conductor import manager
from nova_actions.rpc import dispatcher

#: What a minimal client sends.
MINIMAL = {
    'user_id': 'user',
    'project_id': 'owner',
    'is_admin': False,
    'request_id': 'req-minimal',
    'roles': ['member', 'reader'],
}
ADMIN = {
    'user_id': None,
    'project_id': None,
    'is_admin': True,
    'request_id': 'req-admin',
}

NOVA_34 = {
    'InstanceAction': {'InstanceAction': '1.2'},
    'InstanceActionList': {
        'InstanceActionList': '1.1',
        'InstanceAction': '1.2',
    },
    'InstanceActionEvent': {'InstanceActionEvent': '1.4'},
    'InstanceActionEventList': {
        'InstanceActionEventList': '1.1',
        'InstanceActionEvent': '1.4',
    },
}


class Failure(Exception):
    """What stands under ``failure`` on the wire."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data['message'])
        self.data = data

    @property
    def name(self) -> str:
        return f'{self.data["module"]}.{self.data["class"]}'


class Incoming:
    def __init__(
        self, ctxt: Any, message: Any, client_timeout: Any = None
    ) -> None:
        self.ctxt, self.message = ctxt, message
        self.client_timeout = client_timeout


class Wire:
    """Calls as they arrive from RabbitMQ, answered as they leave."""

    def __init__(self) -> None:
        self._dispatcher = dispatcher.get_dispatcher(
            [manager.ConductorManager(), manager.BaseManager()]
        )

    def send(self, ctxt: Any, message: Any, client_timeout: Any = None) -> Any:
        """Dispatch a message; raise Failure with what would be sent.

        Anything but an expected exception is oslo's to log in full, and a
        defect of ours, so it is let out.
        """
        try:
            answer = self._dispatcher.dispatch(
                Incoming(ctxt, message, client_timeout)
            )
        except messaging.ExpectedException as expected:
            raise Failure(
                json.loads(
                    common.serialize_remote_exception(expected.exc_info)
                )
            ) from None
        return json.loads(json.dumps(answer))

    def call(
        self,
        method: str,
        ctxt: Any = None,
        namespace: Any = None,
        version: Any = '3.0',
        **args: Any,
    ) -> Any:
        message = {'method': method, 'args': args, 'version': version}
        if namespace is not None:
            message['namespace'] = namespace
        return self.send(
            dict(MINIMAL) if ctxt is None else ctxt,
            json.loads(json.dumps(message)),
        )

    def classmethod(
        self,
        objname: str,
        objmethod: str,
        *args: Any,
        ctxt: Any = None,
        versions: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Call a class method as Nova 34 does, or by another manifest."""
        return self.call(
            'object_class_action_versions',
            ctxt=ctxt,
            objname=objname,
            objmethod=objmethod,
            object_versions=versions or NOVA_34[objname],
            args=list(args),
            kwargs=kwargs,
        )

    def method(
        self,
        primitive: dict[str, Any],
        objmethod: str,
        *args: Any,
        ctxt: Any = None,
        **kwargs: Any,
    ) -> Any:
        return self.call(
            'object_action',
            ctxt=ctxt,
            objinst=primitive,
            objmethod=objmethod,
            args=list(args),
            kwargs=kwargs,
        )


def primitive(
    name: str, version: str, changes: Any = None, /, **data: Any
) -> dict[str, Any]:
    """Return an object as Nova's clients send it."""
    built: dict[str, Any] = {
        'nova_object.name': name,
        'nova_object.namespace': 'nova',
        'nova_object.version': version,
        'nova_object.data': data,
    }
    if changes is not None:
        built['nova_object.changes'] = changes
    return built
