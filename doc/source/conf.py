# SPDX-License-Identifier: Apache-2.0
"""Sphinx configuration of the documentation."""

from nova_actions.version import version_string

project = 'nova-actions'
copyright = '2026, The nova-actions developers'
release = version_string()

extensions = [
    'openstackdocstheme',
    'oslo_config.sphinxext',
    'oslo_policy.sphinxext',
]
exclude_patterns = ['_build']

# The documentation is complete without a network and without tags.
openstackdocs_repo_name = 'nova-actions'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
html_theme = 'openstackdocs'
