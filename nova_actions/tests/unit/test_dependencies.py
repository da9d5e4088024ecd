# SPDX-License-Identifier: Apache-2.0
"""What we depend on is what the documentation explains."""

import configparser
import csv
import pathlib
import re
import tomllib

from oslotest import base

ROOT = pathlib.Path(__file__).parents[3]

_PIN = re.compile(r'([\w.-]+)==([\w.]+)(?:; python_version >= "[0-9.]+")?')
_REQUIREMENT = re.compile(r'([\w.-]+)(?:\[[\w,]+\])?(.*)')


def _name(text):
    return re.sub('[-_.]+', '-', text).lower()


def _numbers(version):
    return [int(number) for number in re.findall('[0-9]+', version)]


def _parse(lines):
    for line in lines:
        # An extra may stand on another one of ours.
        if line.strip() and not line.startswith(('#', 'nova-actions[')):
            yield _REQUIREMENT.fullmatch(line.strip()).groups()


def required():
    """Yield every requirement: what for, its name, its bounds."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / 'setup.cfg', encoding='utf-8')
    for each in _parse(
        (ROOT / 'requirements.txt').read_text(encoding='utf-8').splitlines()
    ):
        yield 'runtime', *each
    for extra, text in setup['extras'].items():
        for each in _parse(text.splitlines()):
            yield extra, *each
    client = tomllib.loads(
        (ROOT / 'client' / 'pyproject.toml').read_text(encoding='utf-8')
    )
    for each in _parse(client['project']['dependencies']):
        yield 'client', *each


class TestDependencies(base.BaseTestCase):
    def setUp(self):
        super().setUp()
        if not (ROOT / 'setup.cfg').exists():
            self.skipTest('not a source tree')

    def test_each_is_explained(self):
        with open(
            ROOT / 'doc' / 'source' / 'dependencies.csv',
            encoding='utf-8',
            newline='',
        ) as file:
            rows = list(csv.DictReader(file))
        explained = {
            (row['for'], _name(row['library'])) for row in rows if row['why']
        }
        found = {(extra, _name(name)) for extra, name, _bounds in required()}
        # The drivers are there for the tests, too.
        found -= {
            ('test', name)
            for extra, name in found
            if extra in ('mysql', 'postgresql')
        }
        self.assertEqual(explained, found)

    def test_each_is_pinned_within_its_bounds(self):
        pins = {}
        for line in (
            (ROOT / 'constraints.txt').read_text(encoding='utf-8').splitlines()
        ):
            if not line.startswith('#'):
                name, version = _PIN.fullmatch(line).groups()
                pins[_name(name)] = version
        for _extra, name, bounds in required():
            self.assertIn(_name(name), pins)
            self.assertGreaterEqual(
                _numbers(pins[_name(name)]), _numbers(bounds), name
            )

    def test_each_has_a_lower_bound_and_no_upper(self):
        for _extra, name, bounds in required():
            self.assertRegex(bounds, r'\A>=[0-9.]+\Z', name)
