# SPDX-License-Identifier: Apache-2.0

from nova_actions.sanitize import command
from nova_actions.sanitize import tables
from nova_actions.tests.unit.sanitize import planted
from nova_actions.tests.unit.sanitize import rule


class CommandTest(rule.RuleTestCase):
    def test_planted(self):
        for text, secret in planted.commands(planted.Maker(5)):
            if '--' not in text and 'MYSQL_PWD' not in text:
                found = ' '.join(self.found(command, text))
                if found:
                    self.assertIn(secret, found, text)

    def test_programs(self):
        for text, secret in (
            ('ipmitool -I lanplus -U root -P Kx9vQ2rT power on', 'Kx9vQ2rT'),
            ('sshpass -p Kx9vQ2rT ssh root@h', 'Kx9vQ2rT'),
            ('ldapsearch -D cn=a -w Kx9vQ2rT -b x', 'Kx9vQ2rT'),
            ('curl -u admin:Kx9vQ2rT http://h/', 'Kx9vQ2rT'),
            ('mysql -u root -pmy_secret nova', 'my_secret'),
        ):
            self.assertEqual([secret], self.found(command, text))

    def test_the_same_letter_elsewhere(self):
        for text in (
            'ssh -p 2222 root@h',
            'mkdir -p /var/lib/nova',
            'docker run -p 8080:80 nginx',
            'cp -p a b',
        ):
            self.assertEqual([], self.found(command, text), text)

    def test_a_family_for_each_row(self):
        self.assertLessEqual(
            len(tables.rows('programs')), len(command.FAMILIES)
        )
