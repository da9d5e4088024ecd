# SPDX-License-Identifier: Apache-2.0
"""Connections of waitress that no client can hold for ever.

waitress reads a whole request before a thread handles it, and takes the whole
response from the thread. This module adds: a client that requests much and
reads nothing does not hold a thread; a request that never ends is cut off;
when all connections are taken, the one that has waited longest is closed; and
a client that is refused while it still sends can read the reason.
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

#: seconds in which a request must have arrived
RECEIVE_TIMEOUT = 60
#: seconds after which an idle connection is closed
IDLE_TIMEOUT = 120
#: seconds for a refused client to read the response
LINGER_TIMEOUT = 10


class Refusal(task.ErrorTask):
    """Responds to a malformed request as the API does to errors, and closes
    the connection."""

    def execute(self) -> None:
        """Write the response."""
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
    """A connection with its pending requests."""

    parser_class = framing.Parser
    error_task_class = Refusal

    #: A request was malformed; nothing after it is read.
    has_refused = False
    _lingers_since: float | None = None
    #: The next request waits until the client has read the responses so far.
    _is_held = False

    def service(self) -> None:
        """Handle the next request; runs in a thread of the pool."""
        with self.outbuf_lock:
            self._is_held = bool(self.total_outbufs_len and self.connected)
        if not self._is_held:
            super().service()

    def handle_write(self) -> None:
        """Send pending output, then handle a request that was held."""
        super().handle_write()
        if self._is_held and not self.total_outbufs_len:
            self._is_held = False
            self.server.add_task(self)

    def handle_close(self) -> None:
        """Close it. If unread input is left, the system resets the connection
        and the client may lose the response (RFC 9112 9.6): so after a
        refusal, input is read and discarded for a while."""
        if not self.has_refused or self._lingers_since is not None:
            super().handle_close()
            return
        self._lingers_since = time.time()
        self.will_close = False
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def received(self, data: bytes) -> bool:
        """Process input from the client."""
        return self._lingers_since is None and bool(super().received(data))

    @property
    def waits_since(self) -> float | None:
        """Since when it waits for its client (epoch seconds); None while a
        thread works for it."""
        if self._lingers_since is not None:
            return self._lingers_since
        if self.requests and not self._is_held:
            return None
        request = self.request
        return float(request.began if request else self.last_activity)

    def is_overdue(self, now: float) -> bool:
        """Return whether its client has exceeded its time."""
        since = self.waits_since
        limit = RECEIVE_TIMEOUT if self.request else IDLE_TIMEOUT
        if self._lingers_since is not None:
            limit = LINGER_TIMEOUT
        return since is not None and now - since > limit


class Listener(server.TcpWSGIServer):
    """Accepts connections, and closes idle ones."""

    channel_class = Connection

    def readable(self) -> bool:
        """Return whether one more connection can be accepted; close one when
        the last place is taken."""
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
        """Close overdue connections."""
        for each in self.active_channels.values():
            if each.is_overdue(now):
                each.will_close = True

    def is_answering(self) -> bool:
        """Return whether responses are still due; close the connections of
        all other clients."""
        busy = [
            each
            for each in self.active_channels.values()
            if each.requests or each.total_outbufs_len
        ]
        for each in self.active_channels.values():
            each.will_close = each.will_close or each not in busy
        return bool(busy)
