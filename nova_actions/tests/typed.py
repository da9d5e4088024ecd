# SPDX-License-Identifier: Apache-2.0
"""Calls of the reporter as mypy sees them; it is run over this file, and
nobody runs it. A call that is wrong has a comment that names mypy's error:
where mypy finds none, it complains of the comment."""

from typing import Any, assert_type

from nova_actions import context as context_module
from nova_actions import reporter
from nova_actions.reporter import testing


class Manager:
    host = 'here'

    @reporter.wrap_instance_event('compute')
    def reboot(
        self,
        context: reporter.Context,
        instance: dict[str, Any],
        hard: bool = False,
    ) -> str:
        return 'done'

    @reporter.wrap_instance_event('compute', failed_when=(None,))
    async def migrate(
        self, context: reporter.Context, instance: dict[str, Any]
    ) -> int | None:
        return 1

    @reporter.wrap_instance_event  # type: ignore[arg-type]
    def resize(  # type: ignore[misc]
        self, context: reporter.Context, instance: dict[str, Any]
    ) -> None:
        """Without its parentheses."""


async def right(context: context_module.RequestContext) -> None:
    server: dict[str, Any] = {'uuid': 'x'}
    assert_type(Manager().reboot(context, server, hard=True), str)
    assert_type(await Manager().migrate(context, instance=server), int | None)
    with reporter.EventReporter(
        context, 'compute_reboot', None, 'x', 'y'
    ) as step:
        step.fail('no room')
    with testing.Recorded() as recorded:
        assert_type(recorded.steps, list[testing.Step])


def wrong(context: context_module.RequestContext) -> None:
    Manager().reboot(context)  # type: ignore[call-arg]
    Manager().reboot(None, {})  # type: ignore[arg-type]
    Manager().reboot({}, {})  # type: ignore[arg-type]
    Manager().reboot(context, {}, hard='x')  # type: ignore[arg-type]
    Manager().reboot(context, {}, soft=True)  # type: ignore[call-arg]
    reporter.wrap_instance_event()  # type: ignore[call-arg]
    reporter.wrap_instance_event(None)  # type: ignore[arg-type]
    reporter.EventReporter(None, 'x', 'here', 'y')  # type: ignore[arg-type]
    reporter.EventReporter({}, 'x', 'here', 'y')  # type: ignore[arg-type]
    reporter.EventReporter(context, None, 'here', 'y')  # type: ignore[arg-type]
    reporter.EventReporter(context, 'x', 'here', ['y'])  # type: ignore[arg-type]
    reporter.ActionReporter(context, 'x')  # type: ignore[call-arg]
    reporter.ActionReporter(None, 'x', 'y')  # type: ignore[arg-type]
    reporter.flush()  # type: ignore[call-arg]
    reporter.finish('x')  # type: ignore[arg-type]
