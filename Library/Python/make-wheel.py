"""Makes a wheel of the package with the library in it: .build-library/dist/ksym-VERSION-py3-none-PLATFORM.whl.

    make-wheel.py VERSION LIBRARY [DIRECTORY]

The same input gives the same bytes.
"""

import base64
import hashlib
import os
import pathlib
import platform
import sys
import zipfile

version, library = sys.argv[1:3]
target = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else ".build-library/dist")
tag = f"py3-none-linux_{platform.machine()}"
here = pathlib.Path(__file__).resolve().parent
top = here.parent.parent
information = f"ksym-{version}.dist-info"

files = {f"ksym/{path.name}": path.read_bytes() for path in (here / "ksym").iterdir() if path.is_file()}
files["ksym/libksym.so.1"] = pathlib.Path(library).read_bytes()
files[f"{information}/METADATA"] = f"""Metadata-Version: 2.4
Name: ksym
Version: {version}
Summary: The identity of Linux kernel symbols, and whether a kernel loads a module
License-Expression: Apache-2.0
License-File: LICENSE
Requires-Python: >=3.8
Description-Content-Type: text/markdown

{(top / "Documentation/CLibrary.md").read_text()}""".encode()
files[f"{information}/licenses/LICENSE"] = (top / "LICENSE").read_bytes()
files[f"{information}/WHEEL"] = (
    f"Wheel-Version: 1.0\nGenerator: ksym\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
)
files[f"{information}/entry_points.txt"] = b"[drgn.plugins]\nksym = ksym.drgn\n"
record = [
    f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}"
    for name, data in sorted(files.items())
]
files[f"{information}/RECORD"] = "\n".join(record + [f"{information}/RECORD,,", ""]).encode()

target.mkdir(parents=True, exist_ok=True)
path = target / f"ksym-{version}-{tag}.whl"
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
    for name, data in files.items():
        entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = (0o755 if name.endswith(".so.1") else 0o644) << 16
        wheel.writestr(entry, data)
print(f"{path}: {os.path.getsize(path)} bytes")
