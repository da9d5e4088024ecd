# SPDX-License-Identifier: Apache-2.0
"""What slow and idle connections cost others, of the embedded server.

    python bench/connections.py [--requests N]

Each figure is how many requests a second one client gets answered, one after
the other on new connections, while others hang; and that beside a quiet
server in the same run: a machine's own speed cancels out in the ratio.
"""

import argparse
import contextlib
import http.client
import socket
import tempfile
import time

from nova_actions import cmd  # noqa: F401  (settles on threads)
from nova_actions import conf
from nova_actions import runtime
from nova_actions.api import server

HEADERS = b'GET /v2.1 HTTP/1.1\r\nHost: bench\r\n'
BODY = HEADERS + b'Content-Length: 100000\r\n\r\nx'
BLANKS = HEADERS + b'X: %sx\r\n\r\n' % (b' ' * 100_000)
CASES = {
    'quiet': (b'', 0),
    '12 slow bodies': (BODY, 12),
    '12 slow headers': (HEADERS, 12),
    '500 idle': (b'', 500),
    '1000 slow bodies': (BODY, 1000),
    '12 headers of 100 KB': (BLANKS, 12),
}


def rate(address, requests):
    """Return the requests a second."""
    began = time.perf_counter()
    for _number in range(requests):
        with contextlib.closing(
            http.client.HTTPConnection(*address, timeout=60)
        ) as connection:
            connection.request('GET', '/v2.1')
            if connection.getresponse().status != 200:
                raise RuntimeError('the API refuses')
    return requests / (time.perf_counter() - began)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--requests', type=int, default=500)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        options = conf.load([], default_config_files=[])
        options.set_override('state_path', folder)
        options.set_override('auth_strategy', 'noauth2', group='api')
        options.set_override('bind_port', 0, group='api')
        runtime.set_up_policy(options)
        service = server.Service(options)
        service.start()
        quiet = 0.0
        for name, (sent, number) in CASES.items():
            with contextlib.ExitStack() as hanging:
                for _number in range(number):
                    client = hanging.enter_context(
                        socket.create_connection(service.address)
                    )
                    client.sendall(sent)
                found = rate(service.address, arguments.requests)
            quiet = quiet or found
            print(
                f'{name:<22}{found:8.0f} requests/s '
                f'{found / quiet:6.2f} of quiet',
                flush=True,
            )
        service.stop()
        service.wait()


if __name__ == '__main__':
    main()
