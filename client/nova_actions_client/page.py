# SPDX-License-Identifier: Apache-2.0
"""A drawing as an HTML page that loads nothing and runs no script."""

import base64
import hashlib
import html

from osc_lib import exceptions
from rich import console

from nova_actions_client import text

_STYLE = """
body {{ color: {foreground}; background: {background}; margin: 2em; }}
pre {{ font-family: monospace; line-height: 1.4; overflow-x: auto; }}
{stylesheet}
"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'sha256-{digest}'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<pre>{drawing}</pre>
</body>
</html>
"""
#: Separates style and drawing in what rich exports; neither contains it.
_MARK = '\0'


def write(path: str, screen: console.Console, title: str) -> None:
    """Write what was drawn on a recording screen.

    :raises CommandError: when the file cannot be written
    """
    content = render(screen, title)
    try:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(content)
    except OSError as error:
        raise exceptions.CommandError(
            f'--html {path!r}: {error.strerror}'
        ) from error


def render(screen: console.Console, title: str) -> str:
    """Return the page. Its policy allows nothing but its own style."""
    style, _, drawing = screen.export_html(
        code_format=_STYLE + _MARK + '{code}', inline_styles=False
    ).partition(_MARK)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _PAGE.format(
        digest=digest,
        style=style,
        drawing=drawing,
        title=html.escape(text.printable(title)),
    )
