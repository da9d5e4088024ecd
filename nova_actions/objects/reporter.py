# SPDX-License-Identifier: Apache-2.0
"""Reporter: the heartbeat of a reporting process."""

from collections.abc import Mapping

from oslo_versionedobjects import base as ovo

from nova_actions import policies
from nova_actions import validation
from nova_actions.context import RequestContext
from nova_actions.db import reporter as reporter_db
from nova_actions.objects import base
from nova_actions.objects import gate
from nova_actions.objects import text


@ovo.VersionedObjectRegistry.register
class Reporter(base.ActionsObject):
    """One session of a reporting process."""

    # Version 1.0: Initial version
    # Version 1.1: beat() has about=
    # Version 1.2: beat() has oldest_age=
    VERSION = '1.2'

    ADDED_ARGUMENTS = {'beat': {'about': '1.1', 'oldest_age': '1.2'}}

    @classmethod
    @gate.remotable
    @gate.gated(policies.EVENT_FINISH, gate.by_nobody)
    def beat(
        cls,
        context: RequestContext,
        epoch: str,
        waiting: int,
        lost: Mapping[str, int],
        host: str | None = None,
        about: Mapping[str, str] | None = None,
        oldest_age: int | None = None,
    ) -> None:
        """Record that a reporter is alive, as an empty batch of reports does,
        and its state.

        :param epoch: the UUID of its session
        :param waiting: the number of reports that it has not delivered yet
        :param lost: the number of reports lost in this session, by the reasons
            in :data:`vocabulary.LOSSES`; others are ignored
        :param host: where it runs
        :param about: facts about the program that it runs in, by the keys of
            :data:`vocabulary.ABOUT`; others are ignored
        :param oldest_age: seconds for which the oldest undelivered report has
            been waiting
        """
        name = text.sanitizer().name
        reporter_db.told(
            context,
            validation.uuid('epoch', epoch),
            name(host),
            waiting,
            lost,
            about and {word: name(value) for word, value in about.items()},
            oldest_age,
        )
