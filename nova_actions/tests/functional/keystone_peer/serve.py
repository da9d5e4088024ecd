# SPDX-License-Identifier: Apache-2.0
"""A real Keystone on a loopback port; run by Keystone's Python.

It says its URL in a line of JSON, then answers each line that it is given:
``{"user_id": …, "project_id": …}`` with a token of theirs that has expired.
It ends with its input, so it never outlives the test.
"""

import datetime
import json
import os
import sys
import threading

from keystone.common import provider_api
from keystone.server import wsgi
from werkzeug import serving

AN_HOUR = datetime.timedelta(hours=1)


class Quiet(serving.WSGIRequestHandler):
    """Does not tell of each request."""

    def log_request(self, *_arguments):
        pass


def expired_token(user_id, project_id):
    """Return a token as Keystone issued it two hours ago."""
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    token = provider_api.ProviderAPIs.token_provider_api.issue_token(
        user_id, ['password'], expires_at=now - AN_HOUR, project_id=project_id
    )
    return token.id


def main():
    """Serve until the input ends."""
    app = wsgi.initialize_public_application()
    server = serving.make_server(
        '127.0.0.1', 0, app, threaded=True, request_handler=Quiet
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say({'url': f'http://127.0.0.1:{server.port}/v3'})
    for line in sys.stdin:
        with app.app_context():
            say({'token': expired_token(**json.loads(line))})


def say(answer):
    """Answer the test."""
    sys.stdout.write(json.dumps(answer) + '\n')
    sys.stdout.flush()


if __name__ == '__main__':
    main()
    # Requests under way do not matter any more.
    os._exit(0)
