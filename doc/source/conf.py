# SPDX-License-Identifier: Apache-2.0
"""Sphinx configuration of the documentation."""

import pathlib
import sys

from nova_actions.version import version_string

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'ext'))

project = 'nova-actions'
copyright = '2026, The nova-actions developers'
release = version_string()

extensions = [
    'commands',
    'openstackdocstheme',
    'sphinx.ext.autodoc',
    'oslo_config.sphinxext',
    'oslo_policy.sphinxext',
]
exclude_patterns = ['_build']

# The documentation is complete without a network and without tags.
openstackdocs_repo_name = 'nova-actions'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
html_theme = 'openstackdocs'
