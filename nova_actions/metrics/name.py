# SPDX-License-Identifier: Apache-2.0
"""Names as labels: those of Nova's (34) actions and of their steps, and ours.
Any other name becomes :data:`OTHER`: a reporter may choose any name, and each
would be a series for ever."""

OTHER = 'other'

_ACTIONS = frozenset(
    {
        'attach_interface',
        'attach_share',
        'attach_volume',
        'changePassword',
        'confirmResize',
        'create',
        'createBackup',
        'createImage',
        'delete',
        'detach_interface',
        'detach_share',
        'detach_volume',
        'evacuate',
        'extend_volume',
        'live-migration',
        'live_migration_cancel',
        'live_migration_force_complete',
        'lock',
        'migrate',
        'pause',
        'reboot',
        'rebuild',
        'refresh_volume_attachment',
        'rescue',
        'resetState',
        'resize',
        'restore',
        'resume',
        'revertResize',
        'shelve',
        'shelveOffload',
        'start',
        'stop',
        'suspend',
        'swap_volume',
        'system',
        'trigger_crash_dump',
        'unlock',
        'unpause',
        'unrescue',
        'unshelve',
    }
)

_EVENTS = frozenset(
    {
        'api_attach_volume',
        'api_detach_volume',
        'api_lock',
        'api_snapshot_instance',
        'api_unlock',
        'cold_migrate',
        'compute__do_build_and_run_instance',
        'compute_allow_share',
        'compute_attach_interface',
        'compute_attach_volume',
        'compute_backup_instance',
        'compute_check_can_live_migrate_destination',
        'compute_check_can_live_migrate_source',
        'compute_confirm_resize',
        'compute_confirm_snapshot_based_resize_at_source',
        'compute_deny_share',
        'compute_detach_interface',
        'compute_detach_volume',
        'compute_extend_volume',
        'compute_finish_resize',
        'compute_finish_revert_resize',
        'compute_finish_revert_snapshot_based_resize_at_source',
        'compute_finish_snapshot_based_resize_at_dest',
        'compute_live_migration',
        'compute_live_migration_abort',
        'compute_live_migration_force_complete',
        'compute_pause_instance',
        'compute_post_live_migration_at_destination',
        'compute_power_update',
        'compute_pre_live_migration',
        'compute_prep_resize',
        'compute_prep_snapshot_based_resize_at_dest',
        'compute_prep_snapshot_based_resize_at_source',
        'compute_reboot_instance',
        'compute_rebuild_instance',
        'compute_rescue_instance',
        'compute_resize_instance',
        'compute_restore_instance',
        'compute_resume_instance',
        'compute_revert_resize',
        'compute_revert_snapshot_based_resize_at_dest',
        'compute_rollback_live_migration_at_destination',
        'compute_set_admin_password',
        'compute_shelve_instance',
        'compute_shelve_offload_instance',
        'compute_snapshot_instance',
        'compute_soft_delete_instance',
        'compute_start_instance',
        'compute_stop_instance',
        'compute_suspend_instance',
        'compute_swap_volume',
        'compute_terminate_instance',
        'compute_trigger_crash_dump',
        'compute_unpause_instance',
        'compute_unrescue_instance',
        'compute_unshelve_instance',
        'conductor_confirm_snapshot_based_resize',
        'conductor_live_migrate_instance',
        'conductor_migrate_server',
        'conductor_revert_snapshot_based_resize',
        'get_image_info',
        'rebuild_server',
        'schedule_instances',
    }
)


def action(name: str) -> str:
    """Return the name of an action as a label."""
    return name if name in _ACTIONS else OTHER


def event(name: str) -> str:
    """Return the name of a step as a label."""
    return name if name in _EVENTS else OTHER
