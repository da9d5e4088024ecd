# SPDX-License-Identifier: Apache-2.0
"""The conductor's client: where remotables of a compute process go."""

from typing import Any, cast

import oslo_messaging as messaging
from oslo_config import cfg
from oslo_versionedobjects import base as ovo

from nova_actions import exception
from nova_actions.conductor import pins
from nova_actions.objects import base
from nova_actions.rpc import error as rpc_error
from nova_actions.rpc import transport as rpc_transport

#: Nova's: the methods that it has called since 3.0 are ours.
RPC_VERSION = '3.0'


class ConductorAPI(ovo.VersionedObjectIndirectionAPI):
    """Calls the conductor's three object methods.

    Nothing is sent at a version above ``[upgrade_levels] conductor``.

    :raises InvalidInput: when that cannot be understood
    A bus that cannot be reached at all is waited for without end, which is
    oslo.messaging's way: who must not wait calls from a thread of his own.

    :raises ConductorUnavailable: (each method) no conductor answers in
        ``[DEFAULT] rpc_response_timeout`` seconds, or the broker refuses
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        transport: Any = None,
        timeout: float | None = None,
    ) -> None:
        pinned = pins.parse(conf.upgrade_levels.conductor)
        self._objects = base.Serializer(pinned)
        self._transport = transport or rpc_transport.get_transport(conf)
        self._client = rpc_transport.get_client(
            self._transport,
            messaging.Target(topic=conf.conductor.topic, version=RPC_VERSION),
            pinned,
            timeout=timeout,
        )

    def close(self) -> None:
        """Let go of the bus."""
        self._transport.cleanup()

    def _call(self, context: Any, method: str, **kwargs: Any) -> Any:
        try:
            return self._client.call(context, method, **kwargs)
        except (
            messaging.MessagingTimeout,
            messaging.MessageDeliveryFailure,
        ) as error:
            raise exception.ConductorUnavailable(
                reason=type(error).__name__
            ) from error
        except Exception as error:  # noqa: BLE001 (raised as ours)
            raise rpc_error.from_wire(error) from None

    def object_class_action_versions(
        self,
        context: Any,
        objname: str,
        objmethod: str,
        object_versions: dict[str, str],
        args: Any,
        kwargs: Any,
    ) -> Any:
        manifest = self._objects.manifest(object_versions)
        objclass = cast(
            type[base.ActionsObject],
            base.ActionsObject.obj_class_from_name(
                objname, object_versions[objname]
            ),
        )
        args, kwargs = pins.fit_arguments(
            objclass, objmethod, manifest[objname], args, kwargs
        )
        return self._call(
            context,
            'object_class_action_versions',
            objname=base.bare(objname),
            objmethod=objmethod,
            object_versions={
                base.bare(name): version for name, version in manifest.items()
            },
            args=args,
            kwargs=kwargs,
        )

    def object_action(
        self,
        context: Any,
        objinst: Any,
        objmethod: str,
        args: Any,
        kwargs: Any,
    ) -> Any:
        name = objinst.obj_name()
        version = self._objects.manifest({name: objinst.VERSION})[name]
        args, kwargs = pins.fit_arguments(
            type(objinst), objmethod, version, args, kwargs
        )
        return self._call(
            context,
            'object_action',
            objinst=objinst,
            objmethod=objmethod,
            args=args,
            kwargs=kwargs,
        )

    def object_backport_versions(
        self, context: Any, objinst: Any, object_versions: dict[str, str]
    ) -> Any:
        return self._call(
            context,
            'object_backport_versions',
            objinst=objinst,
            object_versions={
                base.bare(name): version
                for name, version in object_versions.items()
            },
        )
