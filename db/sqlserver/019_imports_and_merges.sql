-- Records that are offered no more, and those that turned out to be another; schema version 5.
ALTER TABLE stock ADD withdrawn BIGINT;
ALTER TABLE stock ADD merged_into BINARY(16);
ALTER TABLE contact ADD withdrawn BIGINT;
ALTER TABLE contact ADD merged_into BINARY(16);
EXEC('CREATE INDEX stock_merged ON stock (merged_into) WHERE merged_into IS NOT NULL');
EXEC('CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into IS NOT NULL');

-- To what sums a branch rounds cash: cents, negative where half a step is the customer's.
ALTER TABLE branch ADD cash_rounding BIGINT;

-- Pairs that a person has found to be two, the lower id first.
CREATE TABLE not_duplicate (a BINARY(16) NOT NULL, b BINARY(16) NOT NULL, said_at BIGINT NOT NULL, said_by NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, PRIMARY KEY (a, b));

-- Files that were imported: what each did to which record, so that it can be taken back.
CREATE TABLE import_batch (
    id BIGINT NOT NULL PRIMARY KEY, kind NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, branch BIGINT, name NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, hash NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, options NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, made_by NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    begun_at BIGINT NOT NULL, beat_at BIGINT NOT NULL, ended_at BIGINT, state NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, done BIGINT NOT NULL, made BIGINT NOT NULL, changed BIGINT NOT NULL,
    same BIGINT NOT NULL, rejected BIGINT NOT NULL, told NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, undone_at BIGINT, undone_by NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2);
CREATE TABLE import_change (
    batch BIGINT NOT NULL, n BIGINT NOT NULL, record BINARY(16) NOT NULL, deed NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, fields NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, qty BIGINT, at BIGINT, PRIMARY KEY (batch, n));
CREATE TABLE import_part (batch BIGINT NOT NULL, part BIGINT NOT NULL, bytes VARBINARY(MAX) NOT NULL, PRIMARY KEY (batch, part));

-- How many copies were counted at a moment: what the movements up to it amount to.
CREATE TABLE stock_count (
    branch BIGINT NOT NULL, stock_id BINARY(16) NOT NULL, at BIGINT NOT NULL, qty BIGINT NOT NULL, batch BIGINT, counted_by NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, PRIMARY KEY (branch, stock_id, at));

-- Since when a stock record is another.
CREATE TABLE stock_merge (stock_id BINARY(16) NOT NULL PRIMARY KEY, at BIGINT NOT NULL);

-- What other programs call a record, each by names of its own.
CREATE TABLE external_key (source NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL, tab BIGINT NOT NULL, name NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL, record BINARY(16) NOT NULL, PRIMARY KEY (source, tab, name));

-- What a program was answered, for when it asks the same again.
CREATE TABLE answered (api_key BIGINT NOT NULL, name NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL, hash VARBINARY(MAX) NOT NULL, answer NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (api_key, name));

-- What the shop's accounts are called in its ledger.
CREATE TABLE account (purpose NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY, code NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, name NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL);

-- Emails that are to leave, and what became of them.
CREATE TABLE email_outbox (
    email BINARY(16) NOT NULL PRIMARY KEY, state NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL, tries BIGINT NOT NULL, next_at BIGINT NOT NULL, told NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, settled_at BIGINT);
CREATE INDEX email_outbox_open ON email_outbox (next_at) WHERE settled_at IS NULL;
UPDATE tables_version SET version = 19;
