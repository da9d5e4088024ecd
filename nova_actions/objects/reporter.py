# SPDX-License-Identifier: Apache-2.0
"""Reporter: what a reporting process tells of itself."""

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
    """One life of a reporting process."""

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
        """Say that a reporter lives, as an empty batch of reports does, and
        how it is.

        :param epoch: its present life
        :param waiting: how many reports it has not delivered yet
        :param lost: how many it has lost in this life, by the reasons of
            :data:`vocabulary.LOSSES`; others are passed over
        :param host: where it runs
        :param about: what the program that it runs in tells of itself, by
            the words of :data:`vocabulary.ABOUT`; others are passed over
        :param oldest_age: for how many seconds the oldest report that it has
            not delivered yet has been waiting
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
