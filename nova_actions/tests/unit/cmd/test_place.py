# SPDX-License-Identifier: Apache-2.0
"""How far somebody has read, kept in a file."""

import json
import os
from unittest import mock

import fixtures
from oslotest import base

from nova_actions.cmd import failure
from nova_actions.cmd import place


class PlaceTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path
        self.path = os.path.join(self.folder, 'state')

    def test_what_is_kept_is_read(self):
        with place.Place(self.path) as kept:
            self.assertIsNone(kept.read())
            for cursor in ('one', 'two'):
                kept.write(cursor)
                self.assertEqual(cursor, kept.read())
        with place.Place(self.path) as again:
            self.assertEqual('two', again.read())
        self.assertEqual(0o600, os.stat(self.path).st_mode & 0o777)
        self.assertEqual({'state', 'state.lock'}, set(os.listdir(self.folder)))

    def test_nothing_is_kept_nowhere(self):
        with place.Place(None) as kept:
            kept.write('one')
            self.assertIsNone(kept.read())

    def test_one_at_a_time(self):
        with place.Place(self.path):
            error = self.assertRaises(
                failure.Refusal, place.Place(self.path).__enter__
            )
        self.assertIn('another export uses it', str(error))

    def test_it_is_on_disk_before_it_takes_the_place(self):
        done = []
        with (
            place.Place(self.path) as kept,
            mock.patch.object(
                os,
                'fsync',
                autospec=True,
                side_effect=lambda _file: done.append('fsync'),
            ),
            mock.patch.object(
                os,
                'replace',
                autospec=True,
                side_effect=lambda *_paths: done.append('replace'),
            ),
        ):
            kept.write('one')
        self.assertEqual(['fsync', 'replace', 'fsync'], done)

    def test_a_full_disk_leaves_the_old_one(self):
        with place.Place(self.path) as kept:
            kept.write('one')
            with mock.patch.object(
                os,
                'fsync',
                autospec=True,
                side_effect=OSError(28, 'No space left on device'),
            ):
                error = self.assertRaises(failure.Refusal, kept.write, 'two')
            self.assertEqual(
                f'--state {self.path}: No space left on device', str(error)
            )
            self.assertEqual('one', kept.read())
        self.assertEqual({'state', 'state.lock'}, set(os.listdir(self.folder)))

    def test_what_is_no_state(self):
        for text in (
            '',
            'abc',
            '[]',
            '{}',
            '{"cursor": 5}',
            'null',
            json.dumps({'cursor': 'a' * 5000}),
        ):
            with open(self.path, 'w', encoding='utf-8') as file:
                file.write(text)
            with place.Place(self.path) as kept:
                error = self.assertRaises(failure.Refusal, kept.read)
            self.assertIn('it is not the state of an export', str(error))

    def test_where_there_is_no_folder(self):
        error = self.assertRaises(
            failure.Refusal,
            place.Place(os.path.join(self.folder, 'no', 'state')).__enter__,
        )
        self.assertIn('No such file or directory', str(error))
