# SPDX-License-Identifier: Apache-2.0
"""Names of actions, as users of Nova see them.

The names are interface (clients filter and translate by them); the list is
``nova.compute.instance_actions`` of Nova 34. A name outside it is stored all
the same: callers may have actions of their own.
"""

CREATE = 'create'
RESIZE = 'resize'
REBOOT = 'reboot'
LIVE_MIGRATION = 'live-migration'

#: Work of the platform itself, without a user's request (design.md, 7).
SYSTEM = 'system'

NAMES = (
    CREATE, 'delete', 'evacuate', 'restore', 'stop', 'start', REBOOT,
    'rebuild', 'revertResize', 'confirmResize', RESIZE, 'migrate', 'pause',
    'unpause', 'suspend', 'resume', 'rescue', 'unrescue', 'changePassword',
    'shelve', 'unshelve', LIVE_MIGRATION, 'live_migration_cancel',
    'live_migration_force_complete', 'trigger_crash_dump',
    'extend_volume', 'attach_interface', 'detach_interface',
    'attach_volume', 'detach_volume', 'swap_volume', 'attach_share',
    'detach_share', 'createBackup', 'createImage', 'lock', 'unlock',
    'resetState', 'shelveOffload', 'refresh_volume_attachment', SYSTEM,
)
