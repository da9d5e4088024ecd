# SPDX-License-Identifier: Apache-2.0
"""Records what Nova's services do, from within them.

oslo.messaging loads :class:`driver.Driver` into each service of Nova whose
``[oslo_messaging_notifications] driver`` names it. The driver wraps some
public methods of Nova so that they also report to nova-actions. Nothing here
may make a service of Nova fail.
"""
