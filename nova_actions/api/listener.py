# SPDX-License-Identifier: Apache-2.0
"""Connections: waitress's, so that no client keeps a thread or a place.

waitress reads a request whole before a thread answers it, and takes the
answer from the thread whole. What it lacks: a client that asks for much and
takes nothing must not hold the thread that would answer next; a request that
never ends must not stay for ever; when all places are taken, who has waited
longest goes; and who is refused while he still sends must get to read why.
"""

import contextlib
import socket
import time

from oslo_serialization import jsonutils
from waitress import channel
from waitress import server
from waitress import task

from nova_actions.api import access
from nova_actions.api import errors
from nova_actions.api import framing
from nova_actions.api import headers

#: seconds in which a request must have come in
RECEIVE_TIMEOUT = 60
#: seconds after which a connection is closed on which nothing moves
IDLE_TIMEOUT = 120
#: seconds in which who was refused may read why
LINGER_TIMEOUT = 10


class Refusal(task.ErrorTask):
    """Answers what cannot be read as the API answers errors, and closes the
    connection."""

    def execute(self) -> None:
        """Write the answer."""
        error = self.request.error
        body = jsonutils.dump_as_bytes(errors.body(error.code, error.body))
        self.status = f'{error.code} {error.reason}'
        self.response_headers += [
            ('Content-Type', errors.CONTENT_TYPE),
            *headers.HEADERS,
        ]
        self.content_length = len(body)
        self.set_close_on_finish()
        self.channel.has_refused = True
        access.note(
            self.channel.addr[0],
            None,
            None,
            str(error.code),
            len(body),
            time.time() - self.request.began,
        )
        self.write(body)


class Connection(channel.HTTPChannel):
    """A connection, with the requests that wait on it."""

    parser_class = framing.Parser
    error_task_class = Refusal

    #: A request could not be read; nothing after it is.
    has_refused = False
    _lingers_since: float | None = None
    #: The next request waits until the client has taken the answers so far.
    _is_held = False

    def service(self) -> None:
        """Answer the next request; runs in a thread of the pool."""
        with self.outbuf_lock:
            self._is_held = bool(self.total_outbufs_len and self.connected)
        if not self._is_held:
            super().service()

    def handle_write(self) -> None:
        """Send what there is, then answer what was held."""
        super().handle_write()
        if self._is_held and not self.total_outbufs_len:
            self._is_held = False
            self.server.add_task(self)

    def handle_close(self) -> None:
        """Close it. Where bytes are left unread, the system tells the client
        at once, and he may lose the answer (RFC 9112 9.6): after a refusal,
        what comes is taken for a while and thrown away."""
        if not self.has_refused or self._lingers_since is not None:
            super().handle_close()
            return
        self._lingers_since = time.time()
        self.will_close = False
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def received(self, data: bytes) -> bool:
        """Take what the client has sent."""
        return self._lingers_since is None and bool(super().received(data))

    @property
    def waits_since(self) -> float | None:
        """Since when it waits for its client; None while a thread is at work
        for it."""
        if self._lingers_since is not None:
            return self._lingers_since
        if self.requests and not self._is_held:
            return None
        request = self.request
        return float(request.began if request else self.last_activity)

    def is_overdue(self, now: float) -> bool:
        """Tell whether its client has had time enough."""
        since = self.waits_since
        limit = RECEIVE_TIMEOUT if self.request else IDLE_TIMEOUT
        if self._lingers_since is not None:
            limit = LINGER_TIMEOUT
        return since is not None and now - since > limit


class Listener(server.TcpWSGIServer):
    """Takes connections, and lets go of those that only cost."""

    channel_class = Connection

    def readable(self) -> bool:
        """Tell whether there is a place for one more connection; make one
        when the last is taken."""
        if len(self._map) + 1 >= self.adj.connection_limit:
            waiting = [
                each
                for each in self.active_channels.values()
                if each.waits_since is not None
            ]
            if waiting:
                longest = min(waiting, key=lambda each: each.waits_since or 0)
                longest.will_close = True
        return bool(super().readable())

    def maintenance(self, now: float) -> None:
        """Close what is overdue."""
        for each in self.active_channels.values():
            if each.is_overdue(now):
                each.will_close = True

    def is_answering(self) -> bool:
        """Tell whether somebody is still to get an answer; close the
        connections of all others."""
        busy = [
            each
            for each in self.active_channels.values()
            if each.requests or each.total_outbufs_len
        ]
        for each in self.active_channels.values():
            each.will_close = each.will_close or each not in busy
        return bool(busy)
