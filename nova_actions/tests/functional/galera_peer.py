# SPDX-License-Identifier: Apache-2.0
"""Stores reports as a conductor does: a line of JSON on stdin is a batch, a
line on stdout what became of each report of it.

    python galera_peer.py URL

It is run by its path, and imports nothing of the tests.
"""

import json
import sys

from nova_actions import conf as config
from nova_actions import context
from nova_actions import runtime
from nova_actions.objects import report


def main(url):
    conf = config.load([], default_config_files=[])
    conf.set_override('connection', url, 'database')
    # Each conflict of the cluster is retried, however many there are.
    conf.set_override('db_max_retries', 1000, 'database')
    runtime.set_up(conf)
    for line in sys.stdin:
        reports = [report.Report(**values) for values in json.loads(line)]
        answers = report.ReportList.apply(
            context.get_admin_context(), report.ReportList(objects=reports)
        )
        print(json.dumps([each['verdict'] for each in answers]), flush=True)


if __name__ == '__main__':
    main(sys.argv[1])
