"""What makes a process of the tests cheap, and changes nothing of what it proves."""

from __future__ import annotations


def passwords_cost_little() -> None:
    """Argon2 as everywhere, over a little memory: the hundred megabytes of each hash are for those who guess, not for us."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 64, 1
