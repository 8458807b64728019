"""Makes the passwords of the services in compose.yaml, once: `python -m clinic.container_keys FOLDER`.

Each file belongs to the user of the one service that reads it. Imports nothing of the clinic: no database is there yet.
"""

import os
import secrets
import sys
from pathlib import Path

# The users of the images that compose.yaml names.
CLINIC, MONGO, REDIS, ELASTIC = 10001, 999, 999, 1000
_DONE = "complete"
_REDIS = "requirepass {password}\ndir /data\nappendonly yes\nmaxmemory-policy noeviction\nprotected-mode no\n"


def contents() -> dict[str, tuple[int, str]]:
    """Every file with its owner and fresh content."""
    root, mongo, redis, elastic = (secrets.token_hex(24) for _ in range(4))
    at = "mongodb://clinic:{}@mongo:27017/clinic?replicaSet=rs0&authSource=clinic"
    return {
        "mongo_root_password": (MONGO, root),
        "mongo_password": (MONGO, mongo),
        "mongo.key": (MONGO, secrets.token_hex(128)),
        "mongo_uri": (CLINIC, at.format(mongo)),
        "redis_password": (REDIS, redis),
        "redis.conf": (REDIS, _REDIS.format(password=redis)),
        "redis_url": (CLINIC, f"redis://:{redis}@redis:6379/0"),
        "elastic_password": (ELASTIC, elastic),
        "elasticsearch_url": (CLINIC, f"http://elastic:{elastic}@elasticsearch:9200"),
    }


def make(folder: Path) -> bool:
    """Write them unless they are there; whether it was done now. An interrupted start is made good by the next one."""
    if (folder / _DONE).exists():
        return False
    for name, (owner, text) in contents().items():
        path = folder / name
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
            file.write(text)
        if os.geteuid() == 0:
            os.chown(path, owner, owner)
    (folder / _DONE).touch(mode=0o444)
    return True


if __name__ == "__main__":
    print("Passwords made." if make(Path(sys.argv[1])) else "Passwords are there.")
