# SPDX-License-Identifier: Apache-2.0
"""Fuzz by coverage, for as long as wanted (``pip install -e '.[test,fuzz]'``):

    python bench/fuzz.py rest|objects|messages|spool|sanitize [corpus]
        [-max_total_time=600]

The bounded tests (``tests/functional/test_fuzz_*.py``) say what must hold;
here libFuzzer chooses their examples by the code that they reach. CI gives
each target two minutes. What it finds becomes a test.
"""

import sys

import atheris
import hypothesis
from hypothesis import strategies as st

# It settles how services run, before anything of oslo's can.
import nova_actions.tests  # noqa: F401

with atheris.instrument_imports(include=['nova_actions']):
    from nova_actions import sanitize
    from nova_actions.tests.functional import test_fuzz_objects
    from nova_actions.tests.functional import test_fuzz_rest
    from nova_actions.tests.functional import test_fuzz_spool


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


def messages():
    case = test_fuzz_objects.TestSqlite('test_any_call_as_json')
    return _by_hypothesis(case, test_fuzz_objects.calls(),
                          lambda drawn: case.check_json(*drawn))


def spool():
    case = test_fuzz_spool.TestFile('test_forged_rows')
    return _by_hypothesis(case, st.one_of(
        st.tuples(test_fuzz_spool.rows).map(
            lambda drawn: (case.check_forged, drawn)),
        st.tuples(test_fuzz_spool.damages, test_fuzz_spool.lengths).map(
            lambda drawn: (case.check_damaged, drawn)),
    ), lambda drawn: drawn[0](*drawn[1]))


def sanitizer():
    safe = sanitize.Sanitizer()

    def one(data):
        once = safe.text(data, sanitize.DETAILS_LIMIT).text
        twice = safe.text(once, sanitize.DETAILS_LIMIT).text
        if once != twice:
            raise AssertionError((once, twice))
    return one


TARGETS = {'rest': rest, 'objects': objects, 'messages': messages,
           'spool': spool, 'sanitize': sanitizer}


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f'usage: {sys.argv[0]} {"|".join(TARGETS)} [libFuzzer …]')
    one = TARGETS[sys.argv.pop(1)]()
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == '__main__':
    main()
