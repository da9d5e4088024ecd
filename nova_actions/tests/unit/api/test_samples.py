# SPDX-License-Identifier: Apache-2.0
"""The samples of the API reference are answers of the API."""

import json
import pathlib

import jsonschema
from oslotest import base

import nova_actions
from nova_actions.api import change_schemas
from nova_actions.api import schemas
from nova_actions.api import search_schemas
from nova_actions.api import stat_schemas

FOLDER = (
    pathlib.Path(nova_actions.__file__).parent.parent
    / 'api-ref'
    / 'source'
    / 'samples'
)
SCHEMAS = {
    'action': search_schemas.show_answer(schemas.NEWEST),
    'actions': search_schemas.list_answer(schemas.NEWEST),
    'changes': change_schemas.answer(schemas.NEWEST),
    'error': schemas.ERROR,
    'list': schemas.list_answer(schemas.NEWEST),
    'server': schemas.server_answer(schemas.NEWEST),
    'servers': schemas.servers_answer(schemas.NEWEST),
    'stats': stat_schemas.answer(schemas.NEWEST),
    'show': schemas.show_answer(schemas.NEWEST),
    'versions': schemas.versions_answer(schemas.NEWEST),
}


class SamplesTest(base.BaseTestCase):
    def test_samples(self):
        if not FOLDER.is_dir():
            self.skipTest('an installed package has no API reference')
        samples = {
            path.stem: json.loads(path.read_text(encoding='utf-8'))
            for path in FOLDER.glob('*.json')
        }
        self.assertEqual(set(SCHEMAS), set(samples))
        for name, sample in samples.items():
            jsonschema.validate(sample, SCHEMAS[name])
