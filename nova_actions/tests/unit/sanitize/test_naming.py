# SPDX-License-Identifier: Apache-2.0

from oslotest import base

from nova_actions.sanitize import index
from nova_actions.sanitize import naming


def name_in(text):
    for start, end in naming.stems(text, index.Index(text)):
        if name := naming.at(text, start, end - start):
            return name
    return None


class NamingTest(base.BaseTestCase):
    def test_name_and_value(self):
        for text, key, value in (
            ('os_password = x1', 'os_password', 'x1'),
            ("'admin_pass': 'x1'", 'admin_pass', "'x1'"),
            ('the password for user nova is x1', 'password', 'x1'),
            ('password was changed to x1', 'password', 'x1'),
            ('snmp community string: x1', 'snmp community', 'x1'),
            ('access key => x1', 'access key', 'x1'),
            ('пароль: x1', 'пароль', 'x1'),
            ('das Kennwort lautet x1', 'Kennwort', 'x1'),
            ('la password è x1', 'password', 'x1'),
            ('hasłem jest x1', 'hasłem', 'x1'),
            ('비밀번호는 x1', '비밀번호는', 'x1'),
            ('salasana on x1', 'salasana', 'x1'),
        ):
            name = name_in(text)
            self.assertIsNotNone(name, text)
            self.assertEqual((key, value), (name.key, text[name.end :]))

    def test_no_value_can_stand_there(self):
        for text in ('keyboard', 'passwords', 'heslo x1', 'a.token()'):
            self.assertIsNone(name_in(text), text)

    def test_weak_names_need_what_was_drawn(self):
        self.assertIsNone(name_in('session=closed'))
        self.assertEqual(
            'weak', name_in('session=9f86d081884c7d659a2feaa0').kind
        )

    def test_names_of_secrets(self):
        for name, expected in (
            ('db_password', True),
            ('password_file', False),
            ('token_type', False),
            ('flavor', False),
        ):
            self.assertIs(expected, naming.names_secret(name), name)
