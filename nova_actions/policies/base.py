# SPDX-License-Identifier: Apache-2.0
"""The base rules that the others refer to.

Names, check strings and deprecated counterparts are those of Nova 34
(``nova/policies/base.py``), letter by letter: an operator's policy file
refers to them and overrides them.
"""

from oslo_policy import policy

ADMIN = 'rule:context_is_admin'
PROJECT_READER_OR_ADMIN = 'rule:project_reader_or_admin'
SERVICE = 'rule:service_api'

DEPRECATED_REASON = (
    'The old defaults do not know the roles manager, member, reader and '
    'service. They apply only with [oslo_policy] enforce_new_defaults = '
    'false.'
)


def rules() -> list[policy.RuleDefault]:
    """Return the base rules, new ones each time: an enforcer changes what it
    is given."""
    admin_api = policy.DeprecatedRule(
        'rule:admin_api',
        'is_admin:True',
        deprecated_reason=DEPRECATED_REASON,
        deprecated_since='21.0.0',
    )
    admin_or_owner = policy.DeprecatedRule(
        'rule:admin_or_owner',
        'is_admin:True or project_id:%(project_id)s',
        deprecated_reason=DEPRECATED_REASON,
        deprecated_since='21.0.0',
    )
    return [
        policy.RuleDefault(
            'context_is_admin',
            'role:admin',
            'Who counts as an administrator.',
            deprecated_rule=admin_api,
        ),
        policy.RuleDefault(
            'admin_or_owner',
            'is_admin:True or project_id:%(project_id)s',
            'Administrators and the project that owns the server.',
            deprecated_for_removal=True,
            deprecated_reason=DEPRECATED_REASON,
            deprecated_since='21.0.0',
        ),
        policy.RuleDefault(
            'admin_api',
            'is_admin:True',
            'Administrators.',
            deprecated_for_removal=True,
            deprecated_reason=DEPRECATED_REASON,
            deprecated_since='21.0.0',
        ),
        policy.RuleDefault(
            'project_manager_api',
            'role:manager and project_id:%(project_id)s',
            'Managers of the project that owns the server.',
            deprecated_rule=admin_api,
        ),
        policy.RuleDefault(
            'project_member_api',
            'role:member and project_id:%(project_id)s',
            'Members of the project that owns the server.',
            deprecated_rule=admin_or_owner,
        ),
        policy.RuleDefault(
            'project_reader_api',
            'role:reader and project_id:%(project_id)s',
            'Readers of the project that owns the server.',
            deprecated_rule=admin_or_owner,
        ),
        policy.RuleDefault(
            'service_api',
            'role:service',
            'Services that act on behalf of the cloud.',
            deprecated_rule=admin_api,
        ),
        policy.RuleDefault(
            'project_manager_or_admin',
            'rule:project_manager_api or rule:context_is_admin',
            'Managers of the owning project, and administrators.',
            deprecated_rule=admin_api,
        ),
        policy.RuleDefault(
            'project_member_or_admin',
            'rule:project_member_api or rule:context_is_admin',
            'Members of the owning project, and administrators.',
            deprecated_rule=admin_or_owner,
        ),
        policy.RuleDefault(
            'project_reader_or_admin',
            'rule:project_reader_api or rule:context_is_admin',
            'Readers of the owning project, and administrators.',
            deprecated_rule=admin_or_owner,
        ),
        policy.RuleDefault(
            'service_or_admin',
            'rule:service_api or rule:context_is_admin',
            'Services and administrators.',
            deprecated_rule=admin_api,
        ),
    ]
