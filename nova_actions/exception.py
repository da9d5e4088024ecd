# SPDX-License-Identifier: Apache-2.0
"""Errors of nova-actions: five families, data on the exception.

The signature ``(message=None, **kwargs)`` is what oslo.messaging rebuilds a
remote error with. HTTP statuses are decided under ``api/``.
"""

import logging
from typing import Any, ClassVar

LOG = logging.getLogger(__name__)


class ActionsException(Exception):
    """Base of all our errors.

    :param message: the whole text; by default ``msg_fmt`` is filled with
        the keyword arguments
    :param kwargs: the data of the error, kept in :attr:`kwargs`
    """

    msg_fmt: ClassVar[str] = 'An unknown error occurred.'

    def __init__(self, message: str | None = None, **kwargs: Any) -> None:
        self.kwargs = kwargs
        if message is None:
            try:
                message = self.msg_fmt % kwargs
            except (KeyError, TypeError, ValueError):
                self._log_bad_format()
                message = self.msg_fmt
        super().__init__(message)

    def _log_bad_format(self) -> None:
        # Tests replace this to make a broken format fatal.
        LOG.exception(
            'Error text of %s does not fit its arguments', type(self).__name__
        )

    def format_message(self) -> str:
        """Return the text, without whatever a remote end appended to it."""
        return str(self.args[0])


class NotFound(ActionsException):
    msg_fmt = 'Resource could not be found.'


class InstanceNotFound(NotFound):
    msg_fmt = 'Instance %(instance_id)s could not be found.'


class InstanceActionNotFound(NotFound):
    msg_fmt = (
        'Action for request_id %(request_id)s on instance '
        '%(instance_uuid)s not found'
    )


class InstanceActionEventNotFound(NotFound):
    msg_fmt = 'Event %(event)s not found for action id %(action_id)s'


class ActionNotFound(NotFound):
    msg_fmt = 'Action %(identifier)s could not be found.'


class CellNotFound(NotFound):
    msg_fmt = 'Cell %(cell)s is not configured.'


class ChangesGone(NotFound):
    msg_fmt = (
        'Some of the changes after that cursor are not kept any more; '
        'read the list of actions, and go on from the newest change.'
    )


class Invalid(ActionsException):
    msg_fmt = 'Bad Request - Invalid Parameters'


class InvalidInput(Invalid):
    msg_fmt = 'Invalid input for %(argument)s: %(reason)s'


class MarkerNotFound(NotFound):
    msg_fmt = 'Marker %(marker)s could not be found.'


class ObjectActionError(Invalid):
    msg_fmt = 'Object action %(action)s failed because: %(reason)s'


class Conflict(ActionsException):
    msg_fmt = 'Conflict.'


class ActionAmbiguous(Conflict):
    msg_fmt = (
        '%(identifier)s means several actions; ask for one of them by '
        'its uuid.'
    )


class InstanceExists(Conflict):
    msg_fmt = 'Instance %(instance_uuid)s is registered already.'


class Forbidden(ActionsException):
    msg_fmt = 'Forbidden'


class PolicyNotAuthorized(Forbidden):
    msg_fmt = "Policy doesn't allow %(action)s to be performed."


class RemoteCallRefused(Forbidden):
    msg_fmt = 'The conductor does not offer %(objname)s.%(objmethod)s.'


class Unavailable(ActionsException):
    msg_fmt = 'The service is not available now.'


class DatabaseUnavailable(Unavailable):
    msg_fmt = 'The database is not available now.'


class DatabaseTimeout(DatabaseUnavailable):
    msg_fmt = 'The database took too long to answer; try again later.'


class StatTooLarge(Unavailable):
    msg_fmt = (
        'The statistic is too large: %(reason)s. Narrow the range with '
        'started_after and started_before.'
    )


class ConductorUnavailable(Unavailable):
    msg_fmt = 'The conductor did not answer: %(reason)s.'


class CellUnavailable(Unavailable):
    msg_fmt = 'Cell %(cell)s does not answer; try again in %(retry_after)d s.'


class RecordingRequired(Unavailable):
    msg_fmt = (
        'Action %(action)s must be recorded before it starts, and '
        'its record could not be stored: %(reason)s.'
    )
