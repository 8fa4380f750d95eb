-- Tills whose engine is another's, and keeps no journal (docs/dotmim.md), and the codes to enrol them with.
ALTER TABLE till ADD COLUMN is_foreign bigint NOT NULL DEFAULT 0;
ALTER TABLE enrol_code ADD COLUMN is_foreign bigint NOT NULL DEFAULT 0;
UPDATE tables_version SET version = 17;
