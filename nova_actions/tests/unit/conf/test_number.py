# SPDX-License-Identifier: Apache-2.0
"""Numbers as the values of options: each has limits, and is given."""

import datetime
import threading

from oslo_config import cfg
from oslotest import base

from nova_actions.conf import cell_options
from nova_actions.conf import number
from nova_actions.conf import options

OPTS = [
    opt
    for opts in (*options.GROUPS.values(), cell_options.OPTS)
    for opt in opts
]
NUMBERS = [opt for opt in OPTS if hasattr(opt.type, 'max')]


def value(opt, text):
    """Return the option's value where a file has this text."""
    conf = cfg.ConfigOpts()
    conf.register_opt(opt)
    conf([], project='x', default_config_files=[])
    conf.set_override(opt.name, text)
    return conf[opt.dest]


class NumberTest(base.BaseTestCase):
    def test_all_numbers_are_of_this_module(self):
        self.assertGreater(len(NUMBERS), 20)
        for opt in OPTS:
            self.assertNotIsInstance(
                opt, (cfg.IntOpt, cfg.FloatOpt, cfg.PortOpt), opt.name
            )

    def test_refused(self):
        for opt in NUMBERS:
            for text in (
                '', ' ', 'nan', '-nan', 'inf', '-inf', '1e400', '-1',
                '9' * 20, 'x', '0x10',
            ):  # fmt: skip
                self.assertRaises(ValueError, opt.type, text)
                self.assertRaises(ValueError, value, opt, text)

    def test_names_on_the_bus_are_given_and_short(self):
        for opt in OPTS:
            if opt.name in ('host', 'topic'):
                for text in ('', 'x' * 256):
                    self.assertRaises(ValueError, opt.type, text)

    def test_limits_are_taken(self):
        for opt in NUMBERS:
            for limit in (opt.type.min, opt.type.max, opt.default):
                self.assertEqual(limit, opt.type(str(limit)), opt.name)

    def test_what_waits_and_what_reckons_takes_the_largest(self):
        self.assertGreater(threading.TIMEOUT_MAX, number.MAX)
        self.assertGreater(
            datetime.datetime(2026, 1, 1)
            - datetime.timedelta(seconds=number.MAX),
            datetime.datetime(1000, 1, 1),
        )
