-- Version 1.0 took the name of a till for the whole shop's: one enrolled in another branch superseded it. Such tills are in use.
UPDATE till SET state = 'enrolled' WHERE state = 'superseded'
    AND NOT EXISTS (SELECT 1 FROM till o WHERE o.name = till.name AND o.branch = till.branch AND o.id > till.id);
UPDATE tables_version SET version = 16;
