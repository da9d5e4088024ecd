# SPDX-License-Identifier: Apache-2.0
"""The versioned objects. Importing this package imports none of them: call
:func:`register_all` in a process that must find them by name."""


def register_all() -> None:
    """Import every object, so that the registry knows it."""
    __import__('nova_actions.objects.action_detail')
    __import__('nova_actions.objects.action_summary')
    __import__('nova_actions.objects.change')
    __import__('nova_actions.objects.instance')
    __import__('nova_actions.objects.instance_action')
    __import__('nova_actions.objects.instance_action_event')
    __import__('nova_actions.objects.report')
    __import__('nova_actions.objects.reporter')
    __import__('nova_actions.objects.stat')
