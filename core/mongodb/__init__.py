"""Django's database backend for MongoDB: django-mongodb-backend with what it lacks for this project.

ENGINE = "core.mongodb". Every override names the defect it mends; docs/adr/0007-mongodb-backend.md says when each
may go. Integer keys, real transactions, unique indexes that queries use: migrations of Django and of third-party
packages run unmodified, and the same code is right here as on PostgreSQL and SQLite.
"""
