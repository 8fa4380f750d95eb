-- The order of posting, as drawn under the counter's lock: also of what is posted again with its old TransID after records were put back.
ALTER TABLE counter ADD COLUMN posting bigint NOT NULL DEFAULT 0;
CREATE TABLE posting (seq bigint NOT NULL PRIMARY KEY, document_id uuid NOT NULL);
INSERT INTO posting (seq, document_id) SELECT row_number() OVER (ORDER BY trans_id), id FROM document WHERE trans_id IS NOT NULL;
CREATE INDEX posting_document ON posting (document_id);
UPDATE counter SET posting = (SELECT coalesce(max(seq), 0) FROM posting);

-- A day that its branch has closed, with its figures as they stood then, under the server's MAC. What is posted to it later has a higher seq.
CREATE TABLE day_closing (
    branch bigint NOT NULL, day bigint NOT NULL, closed_at bigint NOT NULL, closed_by text COLLATE "C" NOT NULL, posting bigint NOT NULL,
    figures text COLLATE "C" NOT NULL, note text COLLATE "C", mac text COLLATE "C" NOT NULL, PRIMARY KEY (branch, day));

-- What people have decided, and who.
ALTER TABLE finding ADD COLUMN resolved_by text COLLATE "C";
ALTER TABLE finding ADD COLUMN note text COLLATE "C";
ALTER TABLE dropped ADD COLUMN settled_at bigint;
ALTER TABLE dropped ADD COLUMN settled_by text COLLATE "C";
ALTER TABLE dropped ADD COLUMN settled_as text COLLATE "C";
ALTER TABLE dropped ADD COLUMN note text COLLATE "C";
CREATE INDEX dropped_open ON dropped (dropped_at) WHERE settled_at IS NULL;

-- What a till last said of itself at a hello, as JSON (TillReport).
ALTER TABLE till ADD COLUMN report text COLLATE "C";

CREATE INDEX document_contact ON document (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX payment_owing ON payment (document_id) WHERE method = 'owing';
UPDATE tables_version SET version = 18;
