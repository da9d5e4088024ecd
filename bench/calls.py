# SPDX-License-Identifier: Apache-2.0
"""Calls of Nova's objects, which are ours too."""

import itertools
from collections.abc import Callable
from typing import Any

from bench import dataset
from bench import side


class Caller:
    """Does what a service does to its record, and what a reader asks.

    :param objects: has InstanceAction and the other classes
    :param context: makes the context of a new request
    """

    def __init__(
        self, objects: Any, context: Callable[[], Any], size: dataset.Size
    ) -> None:
        self._objects, self._context, self._size = objects, context, size
        self._shared = self.begin(dataset.server(1))

    def begin(self, server: str) -> Any:
        """Record a new action and return its context."""
        context = self._context()
        self._objects.InstanceAction.action_start(
            context, server, 'reboot', want_result=False
        )
        return context

    def step(self, context: Any, server: str, name: str) -> None:
        """Record that a step begins and ends."""
        event = self._objects.InstanceActionEvent
        event.event_start(
            context, server, name, want_result=False, host=dataset.HOST
        )
        event.event_finish(context, server, name, want_result=False)

    def record(self, server: str) -> None:
        """Record an action with three steps."""
        context = self.begin(server)
        for name in dataset.EVENTS:
            self.step(context, server, name)

    def list(self, marker: str | None = None) -> None:
        found = self._objects.InstanceActionList.get_by_instance_uuid(
            self._context(),
            dataset.server(dataset.READ),
            limit=dataset.PAGE,
            marker=marker,
        )
        assert len(found) == dataset.PAGE

    def show(self, number: int) -> None:
        context = self._context()
        action = self._objects.InstanceAction.get_by_request_id(
            context,
            dataset.server(dataset.READ),
            dataset.request(
                self._size, dataset.READ, 1 + number % self._size.actions
            ),
        )
        found = self._objects.InstanceActionEventList.get_by_action(
            context, action.id
        )
        assert len(found) == len(dataset.EVENTS)

    def work(self, number: int) -> side.Work:
        """Return what a client does; each that writes has its own server."""
        server = dataset.server(number + 2)
        context = self.begin(server)
        turns = itertools.count()
        return {
            'record': lambda: self.record(server),
            'event': lambda: self.step(context, server, dataset.EVENTS[1]),
            'shared event': lambda: self.step(
                self._shared, dataset.server(1), f'step_{number}'
            ),
            'list': self.list,
            'deep': lambda: self.list(dataset.deep(self._size)),
            'show': lambda: self.show(next(turns)),
        }
