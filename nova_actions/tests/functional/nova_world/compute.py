# SPDX-License-Identifier: Apache-2.0
"""nova-compute with the driver of this folder: Nova loads those alone that
have a name below its own."""

import importlib
import sys

from nova.cmd import compute

# After Nova has chosen its concurrency backend.
sys.modules['nova.virt.guests'] = importlib.import_module('guests')
compute.main()
