# SPDX-License-Identifier: Apache-2.0
"""The recorder of a process: what reporters hand their transitions to."""

import contextlib
import dataclasses
import logging
import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

from oslo_utils import uuidutils

from nova_actions.reporter import clock
from nova_actions.reporter import files
from nova_actions.reporter import loss
from nova_actions.reporter import session
from nova_actions.reporter import transition
from nova_actions.reporter.delivery import sender
from nova_actions.reporter.delivery import wire
from nova_actions.reporter.spool import aside
from nova_actions.reporter.spool import disk
from nova_actions.reporter.spool import memory
from nova_actions.reporter.spool import place
from nova_actions.reporter.spool import salvage
from nova_actions.vocabulary import counted

LOG = logging.getLogger(__name__)

#: Nanoseconds after which a spool that could not be opened is tried again.
_REOPEN = 5 * 10**9

#: How many reports of a dead session are taken over at once: its spool may
#: be larger than this process should become.
_PART = 500

Transition = transition.Transition


@dataclasses.dataclass(frozen=True)
class Settings:
    """The options of ``[reporter]``, and where this process is."""

    folder: str
    host: str
    mode: str = 'durable'
    timeout: float = 5.0
    spool_max_bytes: int = 256 * 1024 * 1024
    fsync: str = 'interval'
    fsync_interval: float = 1.0
    batch_size: int = 500
    delivery_interval: float = 0.1
    parent_timeout: float = 3600.0
    heartbeat_interval: float = 30.0
    required_actions: frozenset[str] = frozenset()
    #: Where a release before may have left spools.
    former_folder: str | None = None


class Recorder:
    """One session of a reporting process: its spool, and what empties it.

    It begins with :meth:`open` or the first report, in the process that is
    running then: a forked child has its own.

    :param connect: called once in each process, before anything is sent
    :param about: what the program reports about itself, read with each
        heartbeat
    """

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[], None] = lambda: None,
        about: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings
        self._about = about
        self.losses = loss.Losses()
        self._connect = connect
        # A signal handler may come in its own thread's way.
        self._lock = threading.RLock()
        self._is_connected = False
        self._is_beginning = False
        self._opened: sender.Delivery | None = None
        self._failed_at: int | None = None
        self._session: session.Session | None = None
        self._adopted: dict[str, session.Session] = {}
        self._spool: disk.Spool | memory.MemorySpool = memory.MemorySpool(0)
        self._uuid = ''
        self._ended = threading.Event()
        self._dirty = False
        self._files: files.Files | None = None

    def reborn(self) -> 'Recorder':
        """Return the recorder of a forked child, which starts afresh."""
        for each in (self._session, *self._adopted.values()):
            if each is not None:
                each.let_go()
        # SQLite's files of the parent must not be closed by the child.
        _parents.append(self._spool)
        return Recorder(self.settings, self._connect, self._about)

    @property
    def is_durable(self) -> bool:
        return self.settings.mode == 'durable'

    def start(self) -> None:
        """Be ready for reports.

        The spool is opened by the first report, so that a short command that
        reports nothing leaves none behind. It is opened at once where a dead
        session of this host has left something, and in any case after a
        heartbeat's interval, so that an idle process sends heartbeats, too.

        :raises OSError: nothing can be recorded now
        """
        self._connect()
        self._is_connected = True
        if self.is_durable:
            place.make(self.settings.folder)
        dead = next(self._orphans(), None)
        if dead is not None:
            dead.let_go()
            self.open()
            return
        threading.Thread(
            target=self._open_later, name='nova-actions-idle', daemon=True
        ).start()

    def _open_later(self) -> None:
        self._ended.wait(self.settings.heartbeat_interval)
        with self._lock:
            # Or nothing would end this session.
            if self._ended.is_set():
                return
            try:
                self.open()
            except Exception as error:  # noqa: BLE001 - the next report says
                loss.log_why(error)

    def open(self) -> sender.Delivery:
        """Begin this session, if it has not begun.

        :raises Exception: whatever prevents that; it is not tried again
            before a few seconds have passed
        """
        if self._opened is not None:
            return self._opened
        with self._lock:
            if self._opened is None:
                now = clock.monotonic_ns()
                if (
                    self._failed_at is not None
                    and now - self._failed_at < _REOPEN
                ):
                    raise OSError('the spool could not be opened')
                if self._is_beginning:
                    raise OSError('the spool is being opened')
                self._is_beginning = True
                try:
                    self._opened = self._begin()
                except BaseException:
                    self._failed_at = now
                    raise
                finally:
                    self._is_beginning = False
            return self._opened

    def _begin(self) -> sender.Delivery:
        settings = self.settings
        if not self._is_connected:
            self._connect()
        try:
            self._session = self._session or session.Session.begin(
                settings.folder
            )
        except OSError:
            if self.is_durable:
                raise
        self._uuid = (
            self._session.uuid if self._session else uuidutils.generate_uuid()
        )
        if self.is_durable and self._session:
            self._spool = disk.Spool(
                self._session.spool_path,
                settings.spool_max_bytes,
                settings.fsync,
                self._session.note,
                self._damaged,
                self._session.is_open,
            )
            self._files = files.Files(self._session, self._spool)
            self._charge()
        else:
            self._spool = memory.MemorySpool(settings.spool_max_bytes)
        opened = sender.Delivery(
            self._spool,
            wire.Wire(settings.host, self._uuid, self._about),
            batch_size=settings.batch_size,
            interval=settings.delivery_interval if self.is_durable else 0,
            heartbeat=settings.heartbeat_interval,
            parent_timeout=settings.parent_timeout,
            losses=self.losses,
            chore=self._chore,
            closed=self._closed,
        )
        opened.start()
        if self._files is not None and isinstance(self._spool, disk.Spool):
            threading.Thread(
                target=self._keep,
                args=(self._spool, self._files),
                name='nova-actions-spool',
                daemon=True,
            ).start()
        return opened

    def record(
        self, transitions: Sequence[Transition], required: bool = False
    ) -> bool:
        """Store transitions, all or none, and tell whether they are stored:
        in the spool, or (``mode = sync``) in the database.

        It never raises; what is not stored is counted and logged.

        :param required: only what is forced to disk counts as stored
        """
        try:
            opened = self.open()
            return self._record(opened, transitions, required)
        except Exception as error:  # noqa: BLE001 - never raises
            self._lost(transitions, error)
            return False

    def hold(self, handle: transition.Handle) -> None:
        """Keep room for the ends of steps only as long as their handle is in
        this process: whoever has none cannot end them."""
        if self._opened is not None:
            self._spool.room.hold(
                handle, [start['uuid'] for start in handle.starts]
            )

    def _damaged(self, number: int, why: str) -> None:
        """Count reports of a damaged spool that cannot be read any more, and
        say that it is damaged even where all can."""
        LOG.error(
            'A spool was damaged, with the loss of %s: %s',
            counted(number, 'report'),
            why,
        )
        if number:
            self.losses.add(loss.DAMAGED, number, why)
        self._charge()

    def _charge(self) -> None:
        """Count what is kept of damaged spools against the limit."""
        self._spool.room.charge(aside.size(self.settings.folder))

    def _record(
        self,
        opened: sender.Delivery,
        transitions: Sequence[Transition],
        required: bool,
    ) -> bool:
        for each in transitions:
            if each['kind'] in transition.STEPS:
                each.setdefault('epoch', self._uuid)
        number = self._spool.append(transitions)
        self._dirty = True
        if required:
            if self._files is not None:
                self._files.restore()
            self._spool.sync()
        opened.notify(number)
        if self.is_durable:
            return True
        if not opened.wait(number, self.settings.timeout, hurry=True):
            LOG.warning(
                'No answer within %s s; reports are sent again in '
                'the background',
                self.settings.timeout,
            )
            return False
        return not any(
            opened.was_refused(number - back)
            for back in range(len(transitions))
        )

    def _lost(
        self, transitions: Sequence[Transition], error: Exception
    ) -> None:
        reason = loss.FULL if isinstance(error, disk.SpoolFull) else loss.SPOOL
        self.losses.add(
            reason,
            len(transitions),
            f'{type(error).__name__}: {error}',
            transitions,
        )
        loss.log_why(error)

    def _keep(self, spool: disk.Spool, kept: files.Files) -> None:
        """Look after the files, beside those who write into it."""
        interval = (
            self.settings.fsync_interval
            if self.settings.fsync == 'interval'
            else 1.0
        )
        while True:
            spool.bell.wait_for(
                lambda: self._ended.is_set() or spool.is_long, interval
            )
            if self._ended.is_set():
                return
            try:
                kept.restore()
                is_dirty, self._dirty = self._dirty, False
                if is_dirty and self.settings.fsync == 'interval':
                    spool.sync()
                spool.maintain(is_quiet=not is_dirty)
            except Exception as error:  # noqa: BLE001 - it must live
                LOG.warning(
                    'The spool could not be forced to disk: %s',
                    type(error).__name__,
                )

    def _chore(self, notify: Callable[[int], None]) -> None:
        """Do the periodic work."""
        self.losses.tell()
        if self.is_durable:
            # Other processes of this host keep files aside, too.
            self._charge()
        for dead in self._orphans():
            try:
                if self._ended.is_set():
                    # This process's own session may be among them now.
                    raise OSError('the recorder has ended')
                self._adopt(dead, notify)
            except BaseException:
                # For the next time, or for another process.
                dead.let_go()
                raise

    def _orphans(self) -> Iterator[session.Session]:
        for folder in (self.settings.folder, self.settings.former_folder):
            if folder is not None:
                yield from session.Session.orphans(folder)

    def _adopt(
        self, dead: session.Session, notify: Callable[[int], None]
    ) -> None:
        """Take over what a dead session of this host has left behind."""
        remains = salvage.Remains(dead.spool_path, dead.noted())
        count = 0
        for part in remains.parts(_PART):
            self._spool.append(part, force=True)
            count += len(part)
        number = self._spool.append(
            [
                wire.closing(
                    dead.uuid,
                    (
                        f'The reporter of {self.settings.host} (session '
                        f'{dead.uuid}) ended without telling how this ended; '
                        f'its successor {self._uuid} found it dead.'
                    ),
                )
            ],
            force=True,
        )
        self._spool.sync()
        notify(number)
        if not remains.is_whole:
            kept = aside.keep(dead.spool_path)
            self._damaged(remains.lost, f'{kept} is what it was')
        # Its lock is kept until it is closed: should this process die before
        # that, the next one takes over both, this session's reports included.
        self.losses.inherit(dead.lost())
        dead.note_lost({})
        dead.note(0, 0)
        dead.remove_spool()
        self._adopted[dead.uuid] = dead
        LOG.info(
            'Took over %s of the dead reporter %s',
            counted(count, 'report'),
            dead.uuid,
        )

    def _closed(self, uuid: str) -> None:
        dead = self._adopted.pop(uuid, None)
        if dead is not None:
            dead.remove()

    def flush(self, timeout: float, patience: float = math.inf) -> bool:
        """Wait until everything recorded so far is delivered, and tell
        whether it is.

        :param patience: seconds; no longer than that without an answer
        """
        if self._opened is None:
            return True
        return self._opened.drain(timeout, patience)

    def stop(self, timeout: float, at_exit: bool = False) -> bool:
        """Deliver what is recorded if that can be done in time, and end.

        What is left stays in the spool for the next session of this host, so
        that nobody has to wait for a conductor that does not answer; where
        there is no spool, it is lost.

        :param at_exit: the process ends, but threads and finalisers may still
            record: the spool and its lock are left to the system
        """
        with self._lock:
            if self._opened is None:
                self._ended.set()
                self.losses.tell()
                return True
        patience = sender.PATIENCE if self.is_durable else math.inf
        until = clock.monotonic_ns() + timeout * 1e9
        done = self.flush(timeout, patience)
        self._ended.set()
        left = max(0.0, (until - clock.monotonic_ns()) / 1e9)
        # Its thread may be in a call that nobody answers.
        self._opened.stop(min(left, patience if done else patience / 5))
        if not self.is_durable and self._spool.count:
            self.losses.add(
                loss.ENDED,
                self._spool.count,
                'the process ends, and has no spool on disk',
            )
        self.losses.tell()
        if self._session is not None:
            self._session.note_lost(self._opened.untold())
        if self._files is not None and self._spool.count:
            with contextlib.suppress(OSError):
                self._files.restore()
        if not at_exit:
            # No process may take it over before the last report is in it.
            self._spool.close()
            for each in (self._session, *self._adopted.values()):
                if each is not None:
                    each.let_go()
        return done

    def stats(self) -> dict[str, int]:
        """Return how many reports wait, were delivered, and were lost by
        each reason."""
        return {
            'waiting': self._spool.count,
            'delivered': self._opened.delivered if self._opened else 0,
            **(
                {'replaced': self._opened.replaced}
                if self._opened and self._opened.replaced
                else {}
            ),
            **{
                f'lost_{reason}': number
                for reason, number in self.losses.counts.items()
            },
        }


#: Spools of parents, which a forked child must neither use nor collect.
_parents: list[object] = []
