# SPDX-License-Identifier: Apache-2.0
"""Sphinx configuration of the API reference."""

from nova_actions.version import version_string

project = 'nova-actions API reference'
copyright = '2026, The nova-actions developers'
release = version_string()

extensions = ['openstackdocstheme', 'os_api_ref']
exclude_patterns = ['_build']

# The reference is complete without a network and without tags.
openstackdocs_repo_name = 'nova-actions'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
html_theme = 'openstackdocs'
html_theme_options = {'sidebar_mode': 'toc'}
