# SPDX-License-Identifier: Apache-2.0
"""The tests of our other distributions, each in a folder of its own beside
this package: they run with ours where the distribution is installed."""

import importlib.util
import pathlib
import unittest

ROOT = pathlib.Path(__file__).parents[2]
#: folder -> package
PACKAGES = {'client': 'nova_actions_client'}


def tests(pattern: str | None) -> unittest.TestSuite:
    """Return the tests of those that are installed from this tree."""
    found = unittest.TestSuite()
    for folder, package in PACKAGES.items():
        top = ROOT / folder
        if importlib.util.find_spec(package) and top.is_dir():
            # A loader of its own: it has one top folder.
            found.addTests(
                unittest.TestLoader().discover(
                    str(top / package / 'tests'),
                    pattern or 'test*.py',
                    str(top),
                )
            )
    return found
