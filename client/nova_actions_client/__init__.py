# SPDX-License-Identifier: Apache-2.0
"""The command line of nova-actions: a plug-in of python-openstackclient."""
