# SPDX-License-Identifier: Apache-2.0
"""Changes as CADF events (DMTF DSP0262), the format of Keystone's audit."""

import datetime
import json
import warnings

from pycadf import attachment
from pycadf import cadftaxonomy
from pycadf import event
from pycadf import reason
from pycadf import resource
from pycadf import timestamp

from nova_actions import actions
from nova_actions import export
from nova_actions import vocabulary
from nova_actions.db import status

_SUCCESS = (
    vocabulary.RESULT_SUCCESS,
    status.SUCCEEDED,
    status.SUCCEEDED_AFTER_RETRY,
)
_ACTIONS = {
    actions.CREATE: cadftaxonomy.ACTION_CREATE,
    'delete': cadftaxonomy.ACTION_DELETE,
}
_SERVER = 'compute/machine'
_OBSERVER = 'service/compute'


def line(change: export.Change) -> str:
    """Return a change as a line without its newline."""
    with warnings.catch_warnings():
        # Not every id in a cloud is a UUID.
        warnings.simplefilter('ignore')
        found = event.Event(
            id=change['id'],
            eventTime=_time(change['at']),
            action=_ACTIONS.get(
                change['action'],
                f'{cadftaxonomy.ACTION_UPDATE}/{change["action"]}',
            ),
            outcome=_outcome(change['outcome']),
            initiator=resource.Resource(
                id=change['user_id'] or cadftaxonomy.UNKNOWN,
                typeURI=cadftaxonomy.ACCOUNT_USER,
            ),
            target=resource.Resource(
                id=change['server'],
                typeURI=_SERVER,
                name=change['server_name'],
                domain=change['project_id'],
            ),
            observer=resource.Resource(
                id='nova-actions', typeURI=_OBSERVER, name='nova-actions'
            ),
            reason=reason.Reason(
                reasonType='nova-actions',
                reasonCode=change['reason'],
            )
            if change['reason']
            else None,
        )
        found.add_attachment(
            attachment.Attachment(
                typeURI='application/json', content=change, name='change'
            )
        )
        return json.dumps(found.as_dict(), separators=(',', ':'))


def _time(value: str) -> str:
    return datetime.datetime.fromisoformat(value).strftime(
        timestamp.TIME_FORMAT
    )


def _outcome(value: str | None) -> str:
    """Return the outcome of a change; the start of something is pending."""
    if value is None:
        return str(cadftaxonomy.OUTCOME_PENDING)
    return str(
        cadftaxonomy.OUTCOME_SUCCESS
        if value in _SUCCESS
        else cadftaxonomy.OUTCOME_FAILURE
    )
