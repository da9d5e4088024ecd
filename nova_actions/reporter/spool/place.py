# SPDX-License-Identifier: Apache-2.0
"""Where a spool is: in a folder that only its user can use."""

import os
import stat

#: Where the spools of all users were in the first release.
FORMER = 'spool'


def own(state_path: str) -> str:
    """Return the folder of the spools of this process's user, who can
    neither read nor hold up what others record."""
    return os.path.join(state_path, f'{FORMER}-{os.geteuid()}')


def former(state_path: str) -> str:
    """Return the folder in which a release before may have left spools."""
    return os.path.join(state_path, FORMER)


def problem(folder: str) -> str | None:
    """Return why a folder that is there cannot hold a spool, None if it can.

    :raises OSError: it cannot be looked at
    """
    found = os.lstat(folder)
    if stat.S_ISLNK(found.st_mode):
        return 'it is a symbolic link'
    if not stat.S_ISDIR(found.st_mode):
        return 'it is no folder'
    if found.st_uid != os.geteuid():
        return (
            f'it belongs to user {found.st_uid}, and this process is '
            f'user {os.geteuid()}'
        )
    if mode := stat.S_IMODE(found.st_mode) & 0o077:
        return f'others have rights to it ({mode:03o}); its mode must be 0700'
    return None


def make(folder: str) -> None:
    """See that a folder is there, and is its user's alone.

    :raises OSError: it cannot be had, or must not be used
    """
    os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
    try:
        os.mkdir(folder, mode=0o700)
    except FileExistsError:
        reason = problem(folder)
        if reason is not None:
            raise PermissionError(
                f'the folder of the spool, {folder}, is refused: {reason}'
            ) from None
