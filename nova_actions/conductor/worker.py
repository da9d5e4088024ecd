# SPDX-License-Identifier: Apache-2.0
"""What a conductor's process is given beside its work."""

import os
import uuid

from oslo_config import cfg
from oslo_log import log as logging

LOG = logging.getLogger(__name__)


def thread_count(conf: cfg.ConfigOpts) -> int:
    """Return how many calls a worker works on at once.

    Each needs a connection of the database. One that waits for it longer
    than ``pool_timeout`` fails, so a thread more than there are connections
    would turn a full queue into errors.
    """
    wanted: int = conf.executor_thread_pool_size
    pool, overflow = (
        conf.database.max_pool_size or 0,
        conf.database.max_overflow or 0,
    )
    if pool <= 0 or overflow < 0 or wanted <= pool + overflow:
        # SQLAlchemy's 0 and -1 mean no limit.
        return wanted
    LOG.warning(
        '[DEFAULT] executor_thread_pool_size is %d, but [database] '
        'max_pool_size + max_overflow allows %d connections: working with '
        'that many threads',
        wanted,
        pool + overflow,
    )
    return pool + overflow


def name(conf: cfg.ConfigOpts) -> str:
    """Return a name that no other process has, nor another call, to hold
    leases by."""
    return f'{conf.host[:200]} {os.getpid()} {uuid.uuid4()}'
