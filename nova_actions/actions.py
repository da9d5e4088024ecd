# SPDX-License-Identifier: Apache-2.0
"""Names of actions that our own code speaks of.

They are Nova's user-visible ones (``nova.compute.instance_actions`` of Nova
34), which clients filter and translate by. Any other name is stored as well.
"""

CREATE = 'create'
RESIZE = 'resize'
REBOOT = 'reboot'
LIVE_MIGRATION = 'live-migration'

#: Work of the platform itself, without a user's request (design.md, 7).
SYSTEM = 'system'
