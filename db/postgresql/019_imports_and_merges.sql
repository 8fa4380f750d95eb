-- Records that are offered no more, and those that turned out to be another; schema version 5.
ALTER TABLE stock ADD COLUMN withdrawn bigint;
ALTER TABLE stock ADD COLUMN merged_into uuid;
ALTER TABLE contact ADD COLUMN withdrawn bigint;
ALTER TABLE contact ADD COLUMN merged_into uuid;
CREATE INDEX stock_merged ON stock (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into IS NOT NULL;

-- To what sums a branch rounds cash: cents, negative where half a step is the customer's.
ALTER TABLE branch ADD COLUMN cash_rounding bigint;

-- Pairs that a person has found to be two, the lower id first.
CREATE TABLE not_duplicate (a uuid NOT NULL, b uuid NOT NULL, said_at bigint NOT NULL, said_by text COLLATE "C" NOT NULL, PRIMARY KEY (a, b));

-- Files that were imported: what each did to which record, so that it can be taken back.
CREATE TABLE import_batch (
    id bigint NOT NULL PRIMARY KEY, kind text COLLATE "C" NOT NULL, branch bigint, name text COLLATE "C" NOT NULL, hash text COLLATE "C" NOT NULL, options text COLLATE "C" NOT NULL, made_by text COLLATE "C" NOT NULL,
    begun_at bigint NOT NULL, beat_at bigint NOT NULL, ended_at bigint, state text COLLATE "C" NOT NULL, done bigint NOT NULL, made bigint NOT NULL, changed bigint NOT NULL,
    same bigint NOT NULL, rejected bigint NOT NULL, told text COLLATE "C", undone_at bigint, undone_by text COLLATE "C");
CREATE TABLE import_change (
    batch bigint NOT NULL, n bigint NOT NULL, record uuid NOT NULL, deed text COLLATE "C" NOT NULL, fields text COLLATE "C", qty bigint, at bigint, PRIMARY KEY (batch, n));
CREATE TABLE import_part (batch bigint NOT NULL, part bigint NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (batch, part));

-- How many copies were counted at a moment: what the movements up to it amount to.
CREATE TABLE stock_count (
    branch bigint NOT NULL, stock_id uuid NOT NULL, at bigint NOT NULL, qty bigint NOT NULL, batch bigint, counted_by text COLLATE "C", PRIMARY KEY (branch, stock_id, at));

-- Since when a stock record is another.
CREATE TABLE stock_merge (stock_id uuid NOT NULL PRIMARY KEY, at bigint NOT NULL);

-- What other programs call a record, each by names of its own.
CREATE TABLE external_key (source text COLLATE "C" NOT NULL, tab bigint NOT NULL, name text COLLATE "C" NOT NULL, record uuid NOT NULL, PRIMARY KEY (source, tab, name));

-- What a program was answered, for when it asks the same again.
CREATE TABLE answered (api_key bigint NOT NULL, name text COLLATE "C" NOT NULL, hash bytea NOT NULL, answer text COLLATE "C" NOT NULL, at bigint NOT NULL, PRIMARY KEY (api_key, name));

-- What the shop's accounts are called in its ledger.
CREATE TABLE account (purpose text COLLATE "C" NOT NULL PRIMARY KEY, code text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL);

-- Emails that are to leave, and what became of them.
CREATE TABLE email_outbox (
    email uuid NOT NULL PRIMARY KEY, state text COLLATE "C" NOT NULL, tries bigint NOT NULL, next_at bigint NOT NULL, told text COLLATE "C", settled_at bigint);
CREATE INDEX email_outbox_open ON email_outbox (next_at) WHERE settled_at IS NULL;
UPDATE tables_version SET version = 19;
