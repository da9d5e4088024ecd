# SPDX-License-Identifier: Apache-2.0
from importlib import metadata
from unittest import mock

from oslotest import base

from nova_actions.cmd import extra


class ExtraTestCase(base.BaseTestCase):
    def missing_of(self, requires, installed):
        def version(name):
            if name not in installed:
                raise metadata.PackageNotFoundError(name)
            return '1'

        with (
            mock.patch.object(
                metadata, 'requires', autospec=True, return_value=requires
            ),
            mock.patch.object(
                metadata, 'version', autospec=True, side_effect=version
            ),
        ):
            return extra.missing()

    def test_only_parts_of_the_server_are_missed(self):
        self.assertEqual(
            ['falcon', 'waitress'],
            self.missing_of(
                [
                    'pbr>=6',
                    'alembic>=1; extra == "server"',
                    'waitress>=3; extra == "server"',
                    'falcon>=4; extra == "server"',
                    'PyMySQL>=1; extra == "mysql"',
                ],
                installed={'alembic'},
            ),
        )

    def test_what_is_whole_misses_nothing(self):
        self.assertEqual([], extra.missing())

    def test_what_is_not_installed_cannot_tell(self):
        with mock.patch.object(
            metadata,
            'requires',
            autospec=True,
            side_effect=metadata.PackageNotFoundError('nova-actions'),
        ):
            self.assertEqual([], extra.missing())
