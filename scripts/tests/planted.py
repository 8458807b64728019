"""A checkout in a temporary folder with just the files a test plants."""

from pathlib import Path
from textwrap import dedent


def plant(root: Path, **files: str) -> Path:
    """Write files named like `accounts__views_py` (for accounts/views.py) and return the root."""
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_py", ".py").replace("_html", ".html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"))
    return root
