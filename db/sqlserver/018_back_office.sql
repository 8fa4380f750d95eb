-- The order of posting, as drawn under the counter's lock: also of what is posted again with its old TransID after records were put back.
ALTER TABLE counter ADD posting BIGINT NOT NULL DEFAULT 0;
CREATE TABLE posting (seq BIGINT NOT NULL PRIMARY KEY, document_id BINARY(16) NOT NULL);
INSERT INTO posting (seq, document_id) SELECT row_number() OVER (ORDER BY trans_id), id FROM document WHERE trans_id IS NOT NULL;
CREATE INDEX posting_document ON posting (document_id);
EXEC('UPDATE counter SET posting = (SELECT coalesce(max(seq), 0) FROM posting)');

-- A day that its branch has closed, with its figures as they stood then, under the server's MAC. What is posted to it later has a higher seq.
CREATE TABLE day_closing (
    branch BIGINT NOT NULL, day BIGINT NOT NULL, closed_at BIGINT NOT NULL, closed_by NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, posting BIGINT NOT NULL,
    figures NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, note NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, mac NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    PRIMARY KEY (branch, day));

-- What people have decided, and who.
ALTER TABLE finding ADD resolved_by NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2;
ALTER TABLE finding ADD note NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2;
ALTER TABLE dropped ADD settled_at BIGINT;
ALTER TABLE dropped ADD settled_by NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2;
ALTER TABLE dropped ADD settled_as NVARCHAR(100) COLLATE Latin1_General_100_BIN2;
ALTER TABLE dropped ADD note NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2;

-- What a till last said of itself at a hello, as JSON (TillReport).
ALTER TABLE till ADD report NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2;

CREATE INDEX document_contact ON document (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX payment_owing ON payment (document_id) WHERE method = 'owing';
UPDATE tables_version SET version = 18;
