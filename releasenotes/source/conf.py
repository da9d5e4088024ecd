# SPDX-License-Identifier: Apache-2.0
"""Sphinx configuration of the release notes."""

project = 'nova-actions'
copyright = '2026, The nova-actions developers'
extensions = ['openstackdocstheme', 'reno.sphinxext']
openstackdocs_repo_name = 'nova-actions'
openstackdocs_auto_name = False
openstackdocs_auto_version = False
html_theme = 'openstackdocs'
