# SPDX-License-Identifier: Apache-2.0
"""Other users, whom root can run programs as."""

import os

from nova_actions.tests.functional import proxy

#: Who ``nobody`` is on Linux.
NOBODY = 65534


def command(number: int = NOBODY) -> list[str]:
    """Return what runs the command behind it as another user, where this
    process is root's, else as the same.

    That user may read everything, as the environments below root's home, but
    write only what the modes of files let him.
    """
    if os.geteuid():
        return []
    return [
        proxy.find('setpriv'),
        f'--reuid={number}',
        f'--regid={number}',
        '--clear-groups',
        # Else access(2) would answer as if he could not read.
        '--securebits=+no_setuid_fixup',
        *(
            f'--{kind}=-all,+dac_read_search'
            for kind in ('bounding-set', 'inh-caps', 'ambient-caps')
        ),
    ]
