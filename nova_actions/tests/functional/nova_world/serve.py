# SPDX-License-Identifier: Apache-2.0
"""Serves a WSGI application by threads, as its environment configures it.

Usage: serve.py MODULE PORT
"""

import importlib
import socketserver
import sys
from wsgiref import simple_server


class Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True


def main():
    module, port = sys.argv[1:]
    # It reads the arguments of the program.
    del sys.argv[1:]
    application = importlib.import_module(module).application
    simple_server.make_server(
        '127.0.0.1', int(port), application, Server
    ).serve_forever()


main()
