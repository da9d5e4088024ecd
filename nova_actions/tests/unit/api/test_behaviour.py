# SPDX-License-Identifier: Apache-2.0

import falcon
from oslotest import base

from nova_actions.api import behaviour
from nova_actions.api.behaviour import Version


def _negotiated(new=None, old=None):
    headers = {}
    if new is not None:
        headers['OPENSTACK-API-VERSION'] = new
    if old is not None:
        headers['X-OPENSTACK-NOVA-API-VERSION'] = old
    return behaviour.negotiate(headers)


class NegotiationTest(base.BaseTestCase):
    def test_good(self):
        for new, old, expected in (
            (None, None, '2.1'),
            ('compute 2.58', None, '2.58'),
            ('COMPUTE  2.58 ', None, '2.58'),
            ('compute latest', None, '2.104'),
            ('compute 2.58', '2.51', '2.58'),
            ('compute 2.58, compute 2.84', None, '2.84'),
            ('compute 2.62,volume 3.0', None, '2.62'),
            ('volume 3.0', None, '2.1'),
            ('volume 3.0', '2.51', '2.51'),
            ('compute', '2.51', '2.51'),
            ('', '2.51', '2.51'),
            ('2.58', None, '2.1'),
            (None, ' 2.58 ', '2.58'),
            (None, 'latest', '2.104'),
            ('compute 1.0', None, '1.0'),
            ('compute 999999999999.9', None, '999999999999.9'),
            (f'compute 2.{"9" * 4300}', None, f'2.{"9" * 4300}'),
        ):
            self.assertEqual(expected, str(_negotiated(new, old)), (new, old))

    def test_malformed(self):
        for new, old in (
            ('compute 2.01', None),
            ('compute 02.1', None),
            ('compute 0.1', None),
            ('compute +2.1', None),
            ('compute LATEST', None),
            ('compute 2.58 2.84', None),
            ('compute 2', None),
            ('compute 2.1.1', None),
            ('compute \u0662.\u0661', None),
            (None, ''),
            (None, 'foo'),
            (None, 'compute 2.58'),
            (f'compute 2.{"9" * 5000}', None),
        ):
            self.assertRaises(falcon.HTTPBadRequest, _negotiated, new, old)

    def test_served(self):
        for text in ('2.1', '2.104'):
            behaviour.check_served(_negotiated(old=text))
        for text in ('1.1', '2.0', '2.105', '3.1'):
            self.assertRaises(
                falcon.HTTPNotAcceptable,
                behaviour.check_served,
                _negotiated(old=text),
            )


class BehaviourTest(base.BaseTestCase):
    def test_a_change_lasts(self):
        """What a version brings is there in every later one."""
        before = behaviour.Behaviour()
        for minor in range(1, behaviour.MAX.minor + 1):
            now = behaviour.behaviour(Version(2, minor))
            for name, value in vars(before).items():
                if isinstance(value, tuple):
                    self.assertEqual(value, getattr(now, name)[: len(value)])
                else:
                    self.assertGreaterEqual(getattr(now, name), value)
            before = now

    def test_changes_only_where_the_table_says(self):
        for minor in range(2, behaviour.MAX.minor + 1):
            same = behaviour.behaviour(
                Version(2, minor)
            ) == behaviour.behaviour(Version(2, minor - 1))
            self.assertEqual(Version(2, minor) not in behaviour.CHANGES, same)

    def test_introduced(self):
        self.assertEqual(
            Version(2, 66),
            behaviour.introduced('list_parameters', 'changes-before'),
        )
