# SPDX-License-Identifier: Apache-2.0
"""Fuzz by coverage (``pip install -e '.[test,fuzz]'``):

    PYTHONHASHSEED=0 python bench/fuzz.py rest|objects|messages|spool|sanitize

The bounded tests (``tests/functional/test_fuzz_*.py``) say what must hold;
here libFuzzer chooses their examples by the code that they reach. Each run
replays ``bench/corpus``, then tries a fixed number of inputs from a fixed
seed: for the same commit the same ones on every machine. To look for more,
with a random seed and for as long as wanted:

    python bench/fuzz.py sanitize -seed=0 -runs=-1 -max_total_time=600 [folder]

What it finds becomes a test, and a file in the corpus.
"""

import datetime
import os
import random
import sys
import uuid

import atheris
import hypothesis
from hypothesis import strategies as st
from oslo_utils import timeutils

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
    return _by_hypothesis(
        case, test_fuzz_objects.calls(), lambda drawn: case.check(*drawn)
    )


def messages():
    case = test_fuzz_objects.TestSqlite('test_any_call_as_json')
    return _by_hypothesis(
        case, test_fuzz_objects.calls(), lambda drawn: case.check_json(*drawn)
    )


def spool():
    case = test_fuzz_spool.TestFile('test_forged_rows')
    return _by_hypothesis(
        case,
        st.one_of(
            st.tuples(test_fuzz_spool.rows).map(
                lambda drawn: (case.check_forged, drawn)
            ),
            st.tuples(test_fuzz_spool.damages, test_fuzz_spool.lengths).map(
                lambda drawn: (case.check_damaged, drawn)
            ),
        ),
        lambda drawn: drawn[0](*drawn[1]),
    )


def sanitizer():
    safe = sanitize.Sanitizer()

    def one(data):
        once = safe.text(data, sanitize.DETAILS_LIMIT).text
        twice = safe.text(once, sanitize.DETAILS_LIMIT).text
        if once != twice:
            raise AssertionError((once, twice))

    return one


#: Each target, and the inputs that are about 50 s of one CPU.
TARGETS = {
    'rest': (rest, 10_000),
    'objects': (objects, 3_000),
    'messages': (messages, 2_500),
    'spool': (spool, 20_000),
    'sanitize': (sanitizer, 15_000),
}


class _Clock:
    """Where ``timeutils`` takes times from: each look is a second later."""

    now = datetime.datetime(2026, 1, 1)

    def pop(self, _index):
        self.now += datetime.timedelta(seconds=1)
        return self.now


def settle():
    """Give each run the same identifiers and times."""
    chance = random.Random(1)
    uuid.uuid4 = lambda: uuid.UUID(int=chance.getrandbits(128), version=4)
    timeutils.utcnow.override_time = _Clock()


def defaults(name, runs):
    """Return libFuzzer's options; what is given later on wins."""
    folder = os.path.join(os.path.dirname(__file__), 'corpus', name)
    # As a list, not as a folder: libFuzzer writes into a folder, and reads
    # it again by the clock.
    seeds = ','.join(
        os.path.join(folder, seed) for seed in sorted(os.listdir(folder))
    )
    # What the code compares becomes a part of inputs, which makes sense only
    # where an input is what the code sees. Entropic weighs each branch by how
    # often it was taken, which a slow machine could change.
    compared = int(name == 'sanitize')
    return [
        f'-runs={runs}',
        '-seed=1',
        f'-use_cmp={compared}',
        '-entropic=0',
        f'-seed_inputs={seeds}',
    ]


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f'usage: {sys.argv[0]} {"|".join(TARGETS)} [libFuzzer …]')
    program, name, *options = sys.argv
    target, runs = TARGETS[name]
    settle()
    atheris.Setup([program, *defaults(name, runs), *options], target())
    atheris.Fuzz()


if __name__ == '__main__':
    main()
