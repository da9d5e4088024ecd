# SPDX-License-Identifier: Apache-2.0
"""The files of a session that is going on: whether they are still there."""

import logging
import sqlite3

from nova_actions.reporter import fork
from nova_actions.reporter import session
from nova_actions.reporter.spool import disk
from nova_actions.vocabulary import counted

LOG = logging.getLogger(__name__)


class Files:
    """The lock of a session and its spool.

    The system drops a file that was deleted, with what is in it, when the
    process ends that has it open; and no other process finds the session
    then.
    """

    def __init__(self, owner: session.Session, spool: disk.Spool) -> None:
        self._owner = owner
        self._spool = spool
        self._is_told = False

    def restore(self) -> None:
        """Recreate those that somebody has deleted. If that is not possible,
        it is logged once, and the deleted ones stay in use.

        :raises OSError: it cannot be examined whether they are there
        """
        # A forked child must not get hold of a new lock.
        with fork.writing:
            if not self._owner.is_open():
                return
            is_spool = self._spool.has_name()
            if is_spool and self._owner.has_name():
                return
            try:
                self._owner.restore()
                if not is_spool:
                    self._spool.restore()
            except (OSError, sqlite3.Error) as error:
                if not self._is_told:
                    self._is_told = True
                    LOG.error(
                        'The spool %s was deleted while in use and cannot be '
                        'recreated yet (%s: %s). Reports that are not '
                        'delivered are lost when this process ends',
                        self._spool.path,
                        type(error).__name__,
                        error,
                    )
                return
            self._is_told = False
        LOG.error(
            'The spool %s was deleted while in use. It has been recreated, '
            'with %s',
            self._spool.path,
            counted(self._spool.count, 'report'),
        )
