"""Argon2id at OWASP's figures: strong enough, and quick enough for a front desk with a queue."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class ClinicArgon2Hasher(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: about 30 ms on a clinic's server."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
