#!/usr/bin/env python3
"""Makes a Python wheel that carries the command line: wheel.py PATH_OF_ACCRUEDB FOLDER. No package is needed.

`pip install` puts the program among the scripts, where a shell finds it. The wheel says which C library the program
needs, so that pip refuses it where it would not start.
"""

import base64
import hashlib
import platform
import re
import subprocess
import sys
import zipfile
from pathlib import Path

program, folder = Path(sys.argv[1]), Path(sys.argv[2])
content = program.read_bytes()
version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
minor = max(int(found) for found in re.findall(rb"GLIBC_2\.(\d+)", content))
tag = f"py3-none-manylinux_2_{minor}_{platform.machine()}"
name = f"accruedb-{version}"
description = (Path(__file__).resolve().parents[2] / "README.md").read_text()
files = {
    f"{name}.data/scripts/accruedb": content,
    f"{name}.dist-info/METADATA": (
        f"Metadata-Version: 2.1\nName: accruedb\nVersion: {version}\n"
        "Summary: Storage engine for loyalty points: the command line and the server\n"
        "License: Apache-2.0\nRequires-Python: >=3.8\nDescription-Content-Type: text/markdown\n\n" + description
    ).encode(),
    f"{name}.dist-info/WHEEL": f"Wheel-Version: 1.0\nGenerator: accruedb\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
}


def digest(data):
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


record = "".join(f"{path},{digest(data)},{len(data)}\n" for path, data in files.items())
files[f"{name}.dist-info/RECORD"] = f"{record}{name}.dist-info/RECORD,,\n".encode()
folder.mkdir(parents=True, exist_ok=True)
wheel = folder / f"{name}-{tag}.whl"
with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
    for path, data in files.items():
        # a time of its own would make each wheel another one
        entry = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))
        # a plain file that can be run: pip looks at both
        entry.external_attr = (0o100755 if path.endswith("/accruedb") else 0o100644) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, data)
print(wheel)
