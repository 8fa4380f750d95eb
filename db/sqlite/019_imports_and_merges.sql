-- Records that are offered no more, and those that turned out to be another; schema version 5.
ALTER TABLE stock ADD COLUMN withdrawn INTEGER;
ALTER TABLE stock ADD COLUMN merged_into BLOB;
ALTER TABLE contact ADD COLUMN withdrawn INTEGER;
ALTER TABLE contact ADD COLUMN merged_into BLOB;
CREATE INDEX stock_merged ON stock (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into IS NOT NULL;

-- To what sums a branch rounds cash: cents, negative where half a step is the customer's.
ALTER TABLE branch ADD COLUMN cash_rounding INTEGER;

-- Pairs that a person has found to be two, the lower id first.
CREATE TABLE not_duplicate (a BLOB NOT NULL, b BLOB NOT NULL, said_at INTEGER NOT NULL, said_by TEXT NOT NULL, PRIMARY KEY (a, b)) STRICT;

-- Files that were imported: what each did to which record, so that it can be taken back.
CREATE TABLE import_batch (
    id INTEGER NOT NULL PRIMARY KEY, kind TEXT NOT NULL, branch INTEGER, name TEXT NOT NULL, hash TEXT NOT NULL, options TEXT NOT NULL, made_by TEXT NOT NULL,
    begun_at INTEGER NOT NULL, beat_at INTEGER NOT NULL, ended_at INTEGER, state TEXT NOT NULL, done INTEGER NOT NULL, made INTEGER NOT NULL, changed INTEGER NOT NULL,
    same INTEGER NOT NULL, rejected INTEGER NOT NULL, told TEXT, undone_at INTEGER, undone_by TEXT) STRICT;
CREATE TABLE import_change (
    batch INTEGER NOT NULL, n INTEGER NOT NULL, record BLOB NOT NULL, deed TEXT NOT NULL, fields TEXT, qty INTEGER, at INTEGER, PRIMARY KEY (batch, n)) STRICT;
CREATE TABLE import_part (batch INTEGER NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (batch, part)) STRICT;

-- How many copies were counted at a moment: what the movements up to it amount to.
CREATE TABLE stock_count (
    branch INTEGER NOT NULL, stock_id BLOB NOT NULL, at INTEGER NOT NULL, qty INTEGER NOT NULL, batch INTEGER, counted_by TEXT, PRIMARY KEY (branch, stock_id, at)) STRICT;

-- Since when a stock record is another.
CREATE TABLE stock_merge (stock_id BLOB NOT NULL PRIMARY KEY, at INTEGER NOT NULL) STRICT;

-- What other programs call a record, each by names of its own.
CREATE TABLE external_key (source TEXT NOT NULL, tab INTEGER NOT NULL, name TEXT NOT NULL, record BLOB NOT NULL, PRIMARY KEY (source, tab, name)) STRICT;

-- What a program was answered, for when it asks the same again.
CREATE TABLE answered (api_key INTEGER NOT NULL, name TEXT NOT NULL, hash BLOB NOT NULL, answer TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (api_key, name)) STRICT;

-- What the shop's accounts are called in its ledger.
CREATE TABLE account (purpose TEXT NOT NULL PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL) STRICT;

-- Emails that are to leave, and what became of them.
CREATE TABLE email_outbox (
    email BLOB NOT NULL PRIMARY KEY, state TEXT NOT NULL, tries INTEGER NOT NULL, next_at INTEGER NOT NULL, told TEXT, settled_at INTEGER) STRICT;
CREATE INDEX email_outbox_open ON email_outbox (next_at) WHERE settled_at IS NULL;
UPDATE tables_version SET version = 19;
