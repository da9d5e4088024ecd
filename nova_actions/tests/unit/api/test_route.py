# SPDX-License-Identifier: Apache-2.0
import re

from oslotest import base

from nova_actions.api import app
from nova_actions.api import behaviour
from nova_actions.api import route


class TemplatesTest(base.BaseTestCase):
    """Where falcon mounts the routes."""

    def test_each_parameter_is_one_segment(self):
        for each in app.ROUTES:
            for template in each.templates:
                found = re.findall(r'\{(\w+):(\w+)\}', template)
                self.assertEqual(
                    [(name, 'segment') for name in each.parameters],
                    [pair for pair in found if pair[0] != 'project_id'],
                )

    def test_no_two_routes_share_one(self):
        templates = [
            re.sub(r'\{\w+', '{', template)
            for each in app.ROUTES
            for template in each.templates
        ]
        self.assertEqual(len(set(templates)), len(templates))

    def test_novas_are_there_as_in_nova(self):
        """In both versions, with and without a project in the path."""
        for each in app.ROUTES:
            is_novas = not each.public and each.path.startswith('/v2.1/')
            self.assertEqual(4 if is_novas else 1, len(each.templates))
            self.assertEqual(
                is_novas,
                any(
                    template.startswith(f'/{route.LEGACY}/')
                    for template in each.templates
                )
                and not each.public,
            )

    def test_whose_microversions(self):
        for each in app.ROUTES:
            expected = (
                behaviour.ACTION_LOG
                if each.path.startswith(f'/{route.OWN}')
                else behaviour.COMPUTE
            )
            self.assertIs(expected, each.service)
