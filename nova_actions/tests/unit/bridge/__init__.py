# SPDX-License-Identifier: Apache-2.0
"""Tests of the bridge, which is a distribution of its own."""

from nova_actions.tests import missing

try:
    import nova_actions_bridge  # noqa: F401
except ImportError as error:
    missing.unavailable('nova-actions-bridge', error)
