# SPDX-License-Identifier: Apache-2.0
"""The conductor's client: where remotables of a compute process go."""

from collections.abc import Mapping
from typing import Any, cast

import oslo_messaging as messaging
from oslo_config import cfg
from oslo_versionedobjects import base as ovo

from nova_actions import exception
from nova_actions.conductor import pins
from nova_actions.context import RequestContext
from nova_actions.objects import base
from nova_actions.rpc import error as rpc_error
from nova_actions.rpc import serializer
from nova_actions.rpc import transport as rpc_transport

#: Nova's: the methods that it has called since 3.0 are ours.
RPC_VERSION = '3.0'


class ConductorAPI(ovo.VersionedObjectIndirectionAPI):
    """Calls the conductor's three object methods.

    Nothing is sent at a version above ``[upgrade_levels] conductor``.

    A call waits for an unreachable bus without a limit, as oslo.messaging
    does: callers that must not wait need a thread of their own.

    :raises InvalidInput: for an invalid ``[upgrade_levels] conductor``
    :raises ConductorUnavailable: (each method) no conductor answers in
        ``[DEFAULT] rpc_response_timeout`` seconds, or the broker refuses
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        transport: Any = None,
        timeout: float | None = None,
    ) -> None:
        self._pins = pins.parse(conf.upgrade_levels.conductor)
        self._serializer = serializer.Serializer(self._pins)
        self._transport = transport or rpc_transport.get_transport(conf)
        self._client = rpc_transport.get_client(
            self._transport,
            messaging.Target(topic=conf.conductor.topic, version=RPC_VERSION),
            self._serializer,
            timeout=timeout,
        )

    def close(self) -> None:
        """Let go of the bus."""
        self._transport.cleanup()

    def _call(
        self, context: RequestContext, method: str, **kwargs: Any
    ) -> Any:
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
        context: RequestContext,
        objname: str,
        objmethod: str,
        object_versions: dict[str, str],
        args: Any,
        kwargs: Any,
    ) -> Any:
        if self._pins:
            objclass = cast(
                type[base.ActionsObject],
                base.ActionsObject.obj_class_from_name(
                    objname, object_versions[objname]
                ),
            )
            object_versions = self._serializer.manifest(object_versions)
            args, kwargs = pins.fit_arguments(
                objclass, objmethod, object_versions[objname], args, kwargs
            )
        return self._call(
            context,
            'object_class_action_versions',
            object_versions=_bare(object_versions),
            objname=base.bare(objname),
            objmethod=objmethod,
            args=args,
            kwargs=kwargs,
        )

    def object_action(
        self,
        context: RequestContext,
        objinst: Any,
        objmethod: str,
        args: Any,
        kwargs: Any,
    ) -> Any:
        name = objinst.obj_name()
        version = self._serializer.manifest({name: objinst.VERSION})[name]
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
        self,
        context: RequestContext,
        objinst: Any,
        object_versions: dict[str, str],
    ) -> Any:
        return self._call(
            context,
            'object_backport_versions',
            objinst=objinst,
            object_versions=_bare(object_versions),
        )


def _bare(versions: Mapping[str, str]) -> dict[str, str]:
    return {base.bare(name): version for name, version in versions.items()}
