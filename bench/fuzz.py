# SPDX-License-Identifier: Apache-2.0
"""Fuzz by coverage, by hand, for as long as wanted (atheris must be there):

    python bench/fuzz.py rest|objects|spool|sanitize [corpus] [-runs=100000]

The bounded tests (``tests/functional/test_fuzz_*.py``) say what must hold;
here libFuzzer chooses their examples by the code that they reach. What it
finds becomes a test.
"""

import os
import sys
import tempfile

import atheris
import hypothesis

# It settles how services run, before anything of oslo's can.
import nova_actions.tests  # noqa: F401

with atheris.instrument_imports(include=['nova_actions']):
    from nova_actions import sanitize
    from nova_actions.reporter import salvage
    from nova_actions.tests.functional import test_fuzz_objects
    from nova_actions.tests.functional import test_fuzz_rest


def _by_hypothesis(case, strategy, check):
    case.setUp()

    @hypothesis.settings(database=None, deadline=None)
    @hypothesis.given(strategy)
    def one(drawn):
        check(drawn)
    return one.hypothesis.fuzz_one_input


def rest():
    case = test_fuzz_rest.TestSqlite('test_any_request')
    return _by_hypothesis(case, test_fuzz_rest.requests, case.check)


def objects():
    case = test_fuzz_objects.TestSqlite('test_any_call')
    return _by_hypothesis(case, test_fuzz_objects.calls(),
                          lambda drawn: case.check(*drawn))


def spool_file():
    path = os.path.join(tempfile.mkdtemp(), 'spool')

    def one(data):
        with open(path, 'wb') as file:
            file.write(data)
        salvage.read(path)
    return one


def sanitizer():
    safe = sanitize.Sanitizer()

    def one(data):
        once = safe.text(data, sanitize.DETAILS_LIMIT).text
        twice = safe.text(once, sanitize.DETAILS_LIMIT).text
        if once != twice:
            raise AssertionError((once, twice))
    return one


TARGETS = {'rest': rest, 'objects': objects, 'spool': spool_file,
           'sanitize': sanitizer}


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f'usage: {sys.argv[0]} {"|".join(TARGETS)} [libFuzzer …]')
    one = TARGETS[sys.argv.pop(1)]()
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == '__main__':
    main()
