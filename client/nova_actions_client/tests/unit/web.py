# SPDX-License-Identifier: Apache-2.0
"""A session whose services answer what a test says."""

import json
import types
from urllib import parse

import requests

from nova_actions_client import http

ROOT = 'http://log.example.org:1'


class Session:
    """Answers GET requests.

    :param answers: status and body by URL without a query; an exception is
        raised; anything else is 404
    """

    auth = None
    user = None
    token = None

    def __init__(self, answers):
        self._answers = answers
        #: path and parameters of each request
        self.asked = []

    def get(self, url, headers, **_options):
        parts = parse.urlsplit(url)
        self.asked.append((parts.path, parse.parse_qs(parts.query)))
        found = self._answers.get(
            url, self._answers.get(url.partition('?')[0], (404, {}))
        )
        if isinstance(found, Exception):
            raise found
        answer = requests.Response()
        answer.status_code, body = found
        answer._content = (
            body if isinstance(body, bytes) else json.dumps(body).encode()
        )
        return answer

    def get_user_id(self):
        return self.user

    def get_token(self):
        return self.token


def service(answers, root=ROOT):
    """Return a service whose paths below its root answer so."""
    return http.Service(
        Session({root + path: answer for path, answer in answers.items()}),
        root,
        'compute 2.84',
    )


def version(name):
    """Return the answer of an API of that version."""
    return 200, {'version': {'id': name}}


class Manager(types.SimpleNamespace):
    """The parts of osc-lib's client manager that a log is found with."""

    region_name = interface = None

    def __init__(self, session, **endpoints):
        """:param endpoints: of the catalog, by service type with "_" """
        super().__init__(session=session)
        self._endpoints = endpoints
        session.get_endpoint = lambda service_type, **_options: endpoints.get(
            service_type.replace('-', '_')
        )

    def setup_auth(self):
        """Do nothing: there is no Keystone."""

    def get_configuration(self):
        return {}
