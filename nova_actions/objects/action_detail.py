# SPDX-License-Identifier: Apache-2.0
"""ActionDetail: one action in full, with what is usual for its kind."""

from typing import Any

from oslo_versionedobjects import base as ovo
from oslo_versionedobjects import fields as ovo_fields

from nova_actions import exception
from nova_actions import policies
from nova_actions import validation
from nova_actions.context import RequestContext
from nova_actions.db import status
from nova_actions.db.search import detail
from nova_actions.objects import base
from nova_actions.objects import fields
from nova_actions.objects import gate
from nova_actions.objects import reach
from nova_actions.objects.action_summary import ActionSummary
from nova_actions.objects.instance_action_event import InstanceActionEventList

_WENT_WRONG = (status.FAILED, status.INTERRUPTED)


def _by_action_uuid(
    _self: object, context: RequestContext, arguments: gate.Arguments
) -> gate.Instance:
    """The owner is that of the instance whose action is named."""
    return detail.owner_of(context, validation.uuid('uuid', arguments['uuid']))


@ovo.VersionedObjectRegistry.register
class ActionDetail(base.ActionsObject):
    """One action in full."""

    # Version 1.0: Initial version
    VERSION = '1.0'

    fields = {
        'summary': ovo_fields.ObjectField(base.prefixed('ActionSummary')),
        # A page of its steps, in the order of their beginning.
        'events': ovo_fields.ObjectField(
            base.prefixed('InstanceActionEventList')
        ),
        'has_more_events': ovo_fields.BooleanField(),
        # How often each step was tried before this page, and the last end
        # before it.
        'attempts_before': ovo_fields.DictOfIntegersField(),
        'ended_before': fields.MicroDateTimeField(nullable=True),
        # What actions of its kind took that went well, microseconds; while
        # it runs.
        'usual_p50': ovo_fields.IntegerField(nullable=True),
        'usual_p95': ovo_fields.IntegerField(nullable=True),
        'usual_count': ovo_fields.IntegerField(nullable=True),
        # How many others went wrong alike lately, and on which hosts; of one
        # that did. The hosts are None for who may not see them.
        'alike_count': ovo_fields.IntegerField(nullable=True),
        'alike_hosts': ovo_fields.DictOfIntegersField(nullable=True),
    }

    obj_relationships = {
        'summary': [('1.0', '1.0')],
        'events': [('1.0', '1.3')],
    }

    @classmethod
    def lookup(cls, context: RequestContext, identifier: str) -> str:
        """Find an action as the REST API does before it asks a rule: within
        the caller's project; only who is an administrator by the rule
        ``context_is_admin`` looks beyond it. Return its uuid.

        It runs where the database is, and is not offered over RPC.

        :param identifier: a uuid, its first eight or more characters, a
            request id or a global request id
        :raises ActionNotFound: unknown or foreign
        :raises ActionAmbiguous: it means several actions
        """
        looks_beyond = bool(context.is_admin) and (
            context.in_scope(policies.SHOW)
        )
        if not looks_beyond and context.project_id is None:
            raise exception.ActionNotFound(identifier=identifier)
        try:
            found = detail.identify(
                context,
                validation.request_id('action', identifier),
                None if looks_beyond else context.project_id,
            )
        except exception.InvalidInput:
            found = []
        if not found:
            raise exception.ActionNotFound(identifier=identifier)
        if len(found) > 1:
            context.can(
                policies.SHOW,
                gate.target_of(
                    None
                    if looks_beyond
                    else {'project_id': context.project_id, 'user_id': None}
                ),
            )
            raise exception.ActionAmbiguous(
                identifier=identifier,
                candidates=[
                    {
                        'uuid': row['uuid'],
                        'action': row['action'],
                        'server': row['instance_uuid'],
                    }
                    for row in found[: detail.CANDIDATES]
                ],
            )
        return str(found[0]['uuid'])

    @classmethod
    @gate.remotable
    @gate.gated(policies.SHOW, _by_action_uuid)
    def get_by_uuid(
        cls,
        context: RequestContext,
        uuid: str,
        limit: int | None = None,
        marker: str | None = None,
        *,
        instance: gate.Instance = None,
    ) -> 'ActionDetail':
        """Return an action with a page of its steps.

        :param limit: how many steps at the most, from 1
        :param marker: the uuid of the step to go on after
        :raises ActionNotFound: there is none
        :raises MarkerNotFound: it has no such step
        """
        if instance is None:
            raise exception.ActionNotFound(identifier=uuid)
        row, steps = detail.get(context, uuid, reach.limited(limit), marker)
        shows_hosts = context.can(
            policies.EVENTS, gate.target_of(instance), fatal=False
        )
        found = cls(
            context,
            summary=ActionSummary.of(context, row, shows_hosts),
            events=InstanceActionEventList.of_action(
                context, row['id'], instance, steps.events
            ),
            has_more_events=steps.has_more,
            attempts_before=steps.before,
            ended_before=steps.ended_at,
            **_comparison(context, row, instance, shows_hosts),
        )
        found.obj_reset_changes()
        return found


def _comparison(
    context: RequestContext,
    row: base.Row,
    instance: base.Row,
    shows_hosts: bool,
) -> dict[str, Any]:
    """Return what is usual for the kind of an open action, and how many are
    like one that went wrong: in all projects for who may list those, else in
    its own."""
    owner_id = None
    if not context.can(policies.LIST_ALL_PROJECTS, {}, fatal=False):
        owner_id = instance['project_id']
    usual = alike = hosts = None
    if row['status'] == status.RUNNING:
        usual = detail.usual(context, row['action'], owner_id)
    elif row['status'] in _WENT_WRONG and row['reason']:
        alike, hosts = detail.alike(context, row, owner_id)
    p50, p95, count = usual or (None, None, None)
    return {
        'usual_p50': p50,
        'usual_p95': p95,
        'usual_count': count,
        'alike_count': alike,
        'alike_hosts': hosts if shows_hosts else None,
    }
