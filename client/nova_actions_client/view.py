# SPDX-License-Identifier: Apache-2.0
"""What the API ``/v1`` is asked, and its answers as JSON has them.

Times are ISO 8601 with a zone, durations are seconds. Keys that a policy may
withhold are NotRequired.
"""

from typing import NotRequired, TypedDict


class Query(TypedDict, total=False):
    """The parameters of ``/v1/actions`` and ``/v1/stats``."""

    server: str
    server_name: str
    action: str
    user_id: str
    host: str
    event: str
    reason: str
    request_id: str
    global_request_id: str
    started_after: str
    started_before: str
    updated_after: str
    updated_before: str
    min_duration: str
    open_longer_than: str
    status: list[str]
    project_id: str
    all_projects: str
    sort: str
    limit: int


class Link(TypedDict):
    """A link to the next page."""

    rel: str
    href: str


class Window(TypedDict):
    """The times that the answer is limited to; None where it is not."""

    started_after: str | None
    started_before: str | None


class Completeness(TypedDict):
    """What the answer may lack."""

    purged_before: str | None
    #: seconds
    follow_lag: float | None
    silent_host_count: int
    silent_cell_count: int
    silent_hosts: NotRequired[list[str]]
    silent_cells: NotRequired[list[str]]


class Action(TypedDict):
    """An action in a list."""

    uuid: str
    server: str
    server_name: str | None
    action: str
    status: str
    started_at: str
    finished_at: str | None
    updated_at: str | None
    duration: float | None
    user_id: str | None
    user_name: str | None
    project_id: str | None
    request_id: str
    global_request_id: str | None
    reason: str | None
    attempts: int
    hosts: NotRequired[list[str]]


class Event(TypedDict):
    """A step of an action."""

    event: str
    started_at: str
    finished_at: str | None
    duration: float | None
    result: str | None
    reason: str | None
    attempt: int
    host: NotRequired[str | None]
    details: NotRequired[str | None]
    traceback: NotRequired[str | None]


class Usual(TypedDict):
    """How long the actions of a kind usually take."""

    p50: float
    p95: float


class Alike(TypedDict):
    """The failures of the last hours for the same reason."""

    count: int
    #: how many on each host
    hosts: NotRequired[dict[str, int]]


class ShownAction(Action):
    """An action with a page of its steps."""

    events: list[Event]
    usual: Usual | None
    alike: Alike | None


class ActionPage(TypedDict):
    """A page of a list."""

    actions: list[Action]
    links: list[Link]
    completeness: Completeness


class EventPage(TypedDict):
    """An action with a page of its steps."""

    action: ShownAction
    links: list[Link]


class Change(TypedDict):
    """A transition of an action, or of one of its steps."""

    at: str
    action_uuid: str
    action: str
    server: str
    server_name: str | None
    started_at: str | None
    #: the result of a step, or the status of an action; None: it begins
    outcome: str | None
    #: the name of the step; None: the action as a whole
    event: str | None
    host: NotRequired[str | None]
    reason: str | None
    request_id: str | None
    global_request_id: str | None
    user_id: str | None
    project_id: str | None


class ChangePage(TypedDict):
    """Some transitions, oldest first."""

    changes: list[Change]
    cursor: str


class Group(TypedDict):
    """The numbers of a group.

    The keys of what it was counted by, such as ``host``, are there as well.
    """

    action: NotRequired[str | None]
    event: NotRequired[str | None]
    host: NotRequired[str | None]
    project: NotRequired[str | None]
    day: NotRequired[str | None]
    hour: NotRequired[str | None]
    count: int
    succeeded: int
    failed: int
    retried: int
    interrupted: int
    open: int
    failure_rate: float | None
    duration_p50: float | None
    duration_p95: float | None
    duration_p99: float | None
    duration_max: float | None


class StatPage(TypedDict):
    """Statistics."""

    stats: list[Group]
    counted: str
    more: bool
    window: Window
    complete: bool
    source: str
    completeness: Completeness
