# SPDX-License-Identifier: Apache-2.0
"""The verbs of ``nova-actions-manage instance``."""

from typing import Any

from nova_actions.cmd import failure
from nova_actions.cmd import progress
from nova_actions.context import get_admin_context
from nova_actions.upkeep import importing
from nova_actions.vocabulary import counted


def instance_import(args: Any) -> int:
    """Copy the owners of a cell's servers."""
    done = 0
    with progress.Line('servers') as line:
        for done in importing.instance_import(get_admin_context(), args.cell):
            line.show(done)
    print(f'The owners of {counted(done, "server")} of {args.cell} are known.')
    return failure.OK
