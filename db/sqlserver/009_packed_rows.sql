-- The feed keeps rows packed from here on (src/Sync/Rows/PackedRow.cs); those that lie there stay as they are until they change. A program
-- that knows only earlier files would send packed rows on as they lie.
UPDATE tables_version SET version = 9;
