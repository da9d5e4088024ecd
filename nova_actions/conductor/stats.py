# SPDX-License-Identifier: Apache-2.0
"""The conductor counts each hour for the statistics."""

from oslo_config import cfg

from nova_actions.conductor import leased
from nova_actions.db.stat import rollup

#: Seconds between two looks at what has changed.
INTERVAL = 5.0
#: Seconds of rest for each second of work, so that the database has most of
#: its time for others.
REST = 3.0


class Stats(leased.Leased):
    """Counts what has changed, again and again while it runs."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        super().__init__(conf, rollup.advance, rollup.release, INTERVAL, REST)
