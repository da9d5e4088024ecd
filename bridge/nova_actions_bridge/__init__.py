# SPDX-License-Identifier: Apache-2.0
"""Records what Nova's own services do, from inside of them.

oslo.messaging loads :class:`driver.Driver` into each service of Nova whose
``[oslo_messaging_notifications] driver`` names it. It replaces some public
methods of Nova by ones that report to nova-actions, and then do what they did
before. Nothing here may make a service of Nova fail.
"""
