# SPDX-License-Identifier: Apache-2.0
"""Ways to damage the files of a spool."""

import hashlib
import os

REPORTS = 60


def cut_log(path):
    os.truncate(f'{path}-wal', os.stat(f'{path}-wal').st_size // 2)


def flip(path, at):
    with open(path, 'r+b') as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 0xFF]))


def flip_in_log(path):
    flip(f'{path}-wal', os.stat(f'{path}-wal').st_size // 3)


def zero_header_of_log(path):
    with open(f'{path}-wal', 'r+b') as file:
        file.write(bytes(32))


def cut_file(path):
    os.truncate(path, 0)


def cut_file_and_log(path):
    cut_file(path)
    cut_log(path)


def remove_log(path):
    os.unlink(f'{path}-wal')


DAMAGES = (
    cut_log,
    flip_in_log,
    zero_header_of_log,
    cut_file,
    cut_file_and_log,
    remove_log,
)


def digests(path):
    """Return what tells whether files have changed; an empty log is none."""
    found = {}
    for suffix in ('', '-wal', '.rebuilt'):
        if os.path.exists(path + suffix):
            with open(path + suffix, 'rb') as file:
                content = file.read()
            if content or not suffix:
                found[suffix] = hashlib.sha256(content).hexdigest()
    return found


def make(number, text='x' * 300):
    return {'kind': 'finish', 'uuid': str(number), 'text': text}
