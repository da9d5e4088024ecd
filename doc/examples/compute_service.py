# SPDX-License-Identifier: Apache-2.0
"""Play a compute service: one server is built, then rebooted ten times.

python compute_service.py --config-file nova-actions.conf
"""

import sys
import time
import uuid

from nova_actions import conf
from nova_actions import context
from nova_actions import reporter

config = conf.load(sys.argv[1:])
reporter.setup(config)
server = str(uuid.uuid4())
print(f'server {server}', flush=True)

for number in range(11):
    action = 'reboot' if number else 'create'
    request = context.RequestContext(
        user_id='alice', project_id='demo', roles=['member']
    )
    try:
        with (
            reporter.ActionReporter(request, server, action, config.host),
            reporter.EventReporter(
                request, f'compute_{action}', config.host, server
            ),
        ):
            time.sleep(0.5)  # here the work would be done
            if number == 5:
                raise RuntimeError('the hypervisor does not answer')
    except RuntimeError as error:
        print(f'{action} {number}: {error}', flush=True)
    else:
        print(f'{action} {number}: done, {request.request_id}', flush=True)
