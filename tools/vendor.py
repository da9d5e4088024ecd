#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetch the JavaScript that others wrote with npm, at pinned versions.

tools/vendor.py          the libraries of the page, into the source tree
tools/vendor.py FILE     axe-core, which its tests use, into that file
"""

import base64
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

FOLDER = (
    pathlib.Path(__file__).parents[1]
    / 'nova_actions'
    / 'api'
    / 'ui'
    / 'static'
    / 'vendor'
)
#: In FOLDER: where each file comes from, and its SHA-256.
MANIFEST = 'manifest.json'

#: name, version -> its licence, npm's hash of the archive, and its files that
#: are taken.
PAGE = {
    ('lit-html', '3.3.3'): (
        'BSD-3-Clause',
        'el8M6jK2o3RXBnrSHX3ZKrsN8zEV63pSExTO1wYJz7QndGYZ8353e2a5PPX+qHe2aGa'
        'yfnchQmkAojaWAREOIA==',
        (
            'LICENSE',
            'lit-html.js',
            'directive.js',
            'directive-helpers.js',
            'directives/live.js',
            'directives/repeat.js',
        ),
    ),
    ('uplot', '1.6.32'): (
        'MIT',
        'KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuG'
        'GzQm/ep3tOkyTxpiQIw==',
        ('LICENSE', 'dist/uPlot.iife.min.js', 'dist/uPlot.min.css'),
    ),
}
AXE = ('axe-core', '4.14.1')
AXE_HASH = (
    'FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyF'
    'NNtuFooJpZe37OgudVGtQ=='
)
#: Seconds.
TIMEOUT = 60


def fetch(name: str, version: str, expected: str) -> tarfile.TarFile:
    """Return the archive of a package.

    :param expected: its SHA-512 in base64
    """
    package = f'{name}@{version}'
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(  # noqa: S603
            (  # noqa: S607
                'npm',
                'pack',
                '--silent',
                package,
                '--pack-destination',
                folder,
            ),
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=TIMEOUT,
        )
        (path,) = pathlib.Path(folder).iterdir()
        content = path.read_bytes()
    found = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if found != expected:
        sys.exit(f'{package}: SHA-512 {found}, not {expected}')
    return tarfile.open(fileobj=io.BytesIO(content))


def read(archive: tarfile.TarFile, name: str) -> bytes:
    """Return a file of a package, without the address of its source map,
    which is not taken."""
    file = archive.extractfile(f'package/{name}')
    assert file is not None
    lines = file.read().splitlines(keepends=True)
    return b''.join(
        line for line in lines if not line.startswith(b'//# sourceMappingURL=')
    )


def vendor_page() -> None:
    """Write the libraries of the page, and what they are."""
    manifest = {}
    for (name, version), (licence, expected, files) in PAGE.items():
        with fetch(name, version, expected) as archive:
            hashes = {}
            for each in files:
                content = read(archive, each)
                place = f'{name}/{each.removeprefix("dist/")}'
                path = FOLDER / place
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                hashes[place] = hashlib.sha256(content).hexdigest()
        manifest[name] = {
            'version': version,
            'licence': licence,
            'sha512': expected,
            'files': hashes,
        }
    (FOLDER / MANIFEST).write_text(
        json.dumps(manifest, indent=2) + '\n', encoding='utf-8'
    )


def main() -> None:
    """Fetch what the arguments say."""
    if len(sys.argv) == 1:
        vendor_page()
        return
    with fetch(*AXE, AXE_HASH) as archive:
        pathlib.Path(sys.argv[1]).write_bytes(read(archive, 'axe.min.js'))


if __name__ == '__main__':
    main()
