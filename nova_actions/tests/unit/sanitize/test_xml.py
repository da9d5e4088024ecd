# SPDX-License-Identifier: Apache-2.0

from nova_actions.sanitize import xml
from nova_actions.tests.unit.sanitize import rule


class XmlTest(rule.RuleTestCase):
    def test_elements(self):
        for text in (
            '<password>Kx9 vQ2</password>',
            '<ns:adminPass a="b">Kx9 vQ2</ns:adminPass>',
            '<Password><Value>Kx9 vQ2</Value></Password>',
            '<token>\n  <![CDATA[Kx9 vQ2]]>\n</token>',
            '<secret ephemeral="no"><value>Kx9 vQ2</value></secret>',
        ):
            self.assertEqual(['Kx9 vQ2'], self.found(xml, text), text)

    def test_what_is_none(self):
        for text in (
            '<name>Kx9</name>',
            '<password/>',
            '<password>***</password>',
            '[--os-password <auth-password> or a file]',
            '<secret type="ceph" uuid="457eb676"/>',
        ):
            self.assertEqual([], self.found(xml, text), text)
