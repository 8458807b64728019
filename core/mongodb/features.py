"""What this database can do, as Django asks it."""

from django_mongodb_backend.features import DatabaseFeatures as Upstream


class DatabaseFeatures(Upstream):
    """5.2.4 reports no transactions because its `atomic` is a no-op; ours is real (core.mongodb.transactions).

    May go with that override: django_mongodb_backend.features.DatabaseFeatures.supports_transactions is True then.
    """

    supports_transactions = True
    uses_savepoints = False
    can_rollback_ddl = False
    # Django then fetches the keys first when an update() joins other tables; 5.2.4 refuses such updates. May go when
    # test_two_steps.py passes without it.
    update_can_self_select = False
    # 5.2.4 asks by a statement that fails, which would end a running transaction; we use no Atlas search. May go when
    # test_nothing_asks_for_atlas_inside_a_transaction (test_transactions.py) fails.
    supports_atlas_search = False
