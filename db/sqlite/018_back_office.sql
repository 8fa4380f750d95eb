-- The order of posting, as drawn under the counter's lock: also of what is posted again with its old TransID after records were put back.
ALTER TABLE counter ADD COLUMN posting INTEGER NOT NULL DEFAULT 0;
CREATE TABLE posting (seq INTEGER NOT NULL PRIMARY KEY, document_id BLOB NOT NULL) STRICT;
INSERT INTO posting (seq, document_id) SELECT row_number() OVER (ORDER BY trans_id), id FROM document WHERE trans_id IS NOT NULL;
CREATE INDEX posting_document ON posting (document_id);
UPDATE counter SET posting = (SELECT coalesce(max(seq), 0) FROM posting);

-- A day that its branch has closed, with its figures as they stood then, under the server's MAC. What is posted to it later has a higher seq.
CREATE TABLE day_closing (
    branch INTEGER NOT NULL, day INTEGER NOT NULL, closed_at INTEGER NOT NULL, closed_by TEXT NOT NULL, posting INTEGER NOT NULL, figures TEXT NOT NULL,
    note TEXT, mac TEXT NOT NULL, PRIMARY KEY (branch, day)) STRICT, WITHOUT ROWID;

-- What people have decided, and who.
ALTER TABLE finding ADD COLUMN resolved_by TEXT;
ALTER TABLE finding ADD COLUMN note TEXT;
ALTER TABLE dropped ADD COLUMN settled_at INTEGER;
ALTER TABLE dropped ADD COLUMN settled_by TEXT;
ALTER TABLE dropped ADD COLUMN settled_as TEXT;
ALTER TABLE dropped ADD COLUMN note TEXT;
CREATE INDEX dropped_open ON dropped (dropped_at) WHERE settled_at IS NULL;

-- What a till last said of itself at a hello, as JSON (TillReport).
ALTER TABLE till ADD COLUMN report TEXT;

CREATE INDEX document_contact ON document (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX payment_owing ON payment (document_id) WHERE method = 'owing';
UPDATE tables_version SET version = 18;
