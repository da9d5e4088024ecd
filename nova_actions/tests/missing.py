# SPDX-License-Identifier: Apache-2.0
"""What a test needs and a machine may not have."""

import os
from typing import Any, NoReturn

import fixtures
import testtools

#: There, what is missing is a failure; elsewhere a reason to skip.
UNDER_CI = bool(os.environ.get('CI'))


def unavailable(what: str, error: object) -> NoReturn:
    """Skip the test, or fail it under CI, since something is missing."""
    reason = f'{what} is not available: {str(error).strip()}'
    if UNDER_CI:
        raise AssertionError(reason)
    raise testtools.TestCase.skipException(reason)


class Fixture(fixtures.Fixture):
    """One that may find a service missing, or that uses one that may.

    The library wraps what ``_setUp`` raises into a MultipleExceptions, and a
    test whose skip comes in such a wrapping counts as failed.
    """

    def setUp(self) -> None:
        try:
            super().setUp()
        except fixtures.MultipleExceptions as wrapping:
            for _type, error, _traceback in wrapping.args:
                if isinstance(error, testtools.TestCase.skipException):
                    raise error from None
            raise

    def getDetails(self) -> dict[str, Any]:
        # The user of one that has failed asks for its details, which are
        # gone by then.
        return {} if self._details is None else super().getDetails()
