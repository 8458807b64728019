#!/usr/bin/env python
"""Run the clinic's commands: `manage.py serve`, `migrate`, `demo`, `recover_admin` ..."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
