# SPDX-License-Identifier: Apache-2.0
import importlib.metadata
from unittest import mock

from oslotest import base

from nova_actions import version


class VersionTest(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        version.version_string.cache_clear()
        self.addCleanup(version.version_string.cache_clear)

    def test_it_is_that_of_the_package(self):
        with mock.patch.object(
            importlib.metadata, 'version', autospec=True, return_value='1.2'
        ) as asked:
            for _again in range(2):
                self.assertEqual('1.2', version.version_string())
        asked.assert_called_once_with(version.PACKAGE)

    def test_it_is_not_installed(self):
        with mock.patch.object(version, 'PACKAGE', 'no-package-of-this-name'):
            self.assertEqual('unknown', version.version_string())
