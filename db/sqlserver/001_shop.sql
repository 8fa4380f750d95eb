-- The shop's records. Replicated tables have the columns of src/Schema/BookmineSetup.cs and none of the engine's.
CREATE TABLE branch (
    id BIGINT NOT NULL PRIMARY KEY, name NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, time_zone NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, header NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    tax_rate_bp BIGINT NOT NULL, currency NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL);

CREATE TABLE operator (
    id BIGINT NOT NULL PRIMARY KEY, name NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, pin_hash NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, disabled BIGINT NOT NULL);

CREATE TABLE payment_method (
    id BIGINT NOT NULL PRIMARY KEY, code NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, name NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, gives_change BIGINT NOT NULL);

CREATE TABLE number_block (
    first BIGINT NOT NULL PRIMARY KEY, last BIGINT NOT NULL, till BIGINT NOT NULL, branch BIGINT NOT NULL, till_name NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL);

CREATE TABLE stock (
    id BINARY(16) NOT NULL PRIMARY KEY, code NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, isbn13 BIGINT, isbn10 NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, title NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, authors NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, publisher NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2,
    year BIGINT, binding NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, condition NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, category NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, tax_rate_bp BIGINT, made_by BIGINT,
    code_key AS CAST(LEFT(code, 400) AS NVARCHAR(400)) PERSISTED,
    title_key AS CAST(LEFT(title, 400) AS NVARCHAR(400)) PERSISTED);
CREATE INDEX stock_isbn13 ON stock (isbn13);
CREATE INDEX stock_code ON stock (code_key);

CREATE TABLE contact (
    id BINARY(16) NOT NULL PRIMARY KEY, kind NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, name NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, email NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, phone NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, address NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, notes NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, made_by BIGINT,
    name_key AS CAST(LEFT(name, 400) AS NVARCHAR(400)) PERSISTED);
CREATE INDEX contact_name ON contact (name_key);

CREATE TABLE holding (
    branch BIGINT NOT NULL, stock_id BINARY(16) NOT NULL, price_cents BIGINT, on_hand BIGINT NOT NULL, PRIMARY KEY (branch, stock_id));

CREATE TABLE till_head (till BIGINT NOT NULL PRIMARY KEY, branch BIGINT NOT NULL, n BIGINT NOT NULL);

CREATE TABLE document (
    id BINARY(16) NOT NULL PRIMARY KEY, trans_id BIGINT, docket BIGINT NOT NULL, kind NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, branch BIGINT NOT NULL, till BIGINT NOT NULL,
    operator NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, contact_id BINARY(16), started_at BIGINT NOT NULL, shipped_at BIGINT, posted_at BIGINT, posted_day BIGINT, month BIGINT,
    taken_day BIGINT, total_cents BIGINT NOT NULL, reference NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, note NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, disconnected BIGINT NOT NULL, original_id BINARY(16), original_number NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2,
    reference_key AS CAST(LEFT(reference, 400) AS NVARCHAR(400)) PERSISTED);
CREATE UNIQUE INDEX document_trans_id ON document (trans_id) WHERE trans_id IS NOT NULL;
CREATE UNIQUE INDEX document_docket ON document (docket);
CREATE INDEX document_posted_day ON document (branch, posted_day);
CREATE INDEX document_taken_day ON document (branch, taken_day);
CREATE INDEX document_original ON document (original_id) WHERE original_id IS NOT NULL;
CREATE INDEX document_reference ON document (reference_key);

CREATE TABLE document_line (
    id BINARY(16) NOT NULL PRIMARY KEY, document_id BINARY(16) NOT NULL, branch BIGINT NOT NULL, month BIGINT, line BIGINT NOT NULL, stock_id BINARY(16),
    code NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, isbn13 BIGINT, title NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, qty BIGINT NOT NULL, unit_price_cents BIGINT NOT NULL, discount_cents BIGINT NOT NULL,
    tax_rate_bp BIGINT NOT NULL, original_line_id BINARY(16));
CREATE INDEX document_line_document ON document_line (document_id);
CREATE INDEX document_line_original ON document_line (original_line_id) WHERE original_line_id IS NOT NULL;

CREATE TABLE payment (
    id BINARY(16) NOT NULL PRIMARY KEY, document_id BINARY(16) NOT NULL, branch BIGINT NOT NULL, month BIGINT, method NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    amount_cents BIGINT NOT NULL, change BIGINT NOT NULL, taken_at BIGINT NOT NULL, paid_at BIGINT, paid_day BIGINT, taken_day BIGINT);
CREATE INDEX payment_document ON payment (document_id);
CREATE INDEX payment_paid_day ON payment (branch, paid_day);
CREATE INDEX payment_taken_day ON payment (branch, taken_day);

CREATE TABLE stock_movement (
    id BINARY(16) NOT NULL PRIMARY KEY, document_id BINARY(16), branch BIGINT NOT NULL, month BIGINT, stock_id BINARY(16), code NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, qty BIGINT NOT NULL,
    value_cents BIGINT NOT NULL, reason NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, taken_at BIGINT NOT NULL, posted_at BIGINT, posted_day BIGINT, taken_day BIGINT);
CREATE INDEX stock_movement_document ON stock_movement (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX stock_movement_posted_day ON stock_movement (branch, posted_day);
CREATE INDEX stock_movement_taken_day ON stock_movement (branch, taken_day);
CREATE INDEX stock_movement_stock ON stock_movement (stock_id, branch);

CREATE TABLE credit (
    id BINARY(16) NOT NULL PRIMARY KEY, document_id BINARY(16) NOT NULL, branch BIGINT NOT NULL, contact_id BINARY(16) NOT NULL, amount_cents BIGINT NOT NULL,
    entered_at BIGINT);
CREATE INDEX credit_contact ON credit (contact_id);

CREATE TABLE email (
    id BINARY(16) NOT NULL PRIMARY KEY, branch BIGINT NOT NULL, contact_id BINARY(16) NOT NULL, subject NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL, body NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    operator NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2, sent_at BIGINT NOT NULL);

CREATE TABLE quarantine (
    id BINARY(16) NOT NULL PRIMARY KEY, branch BIGINT NOT NULL, till BIGINT NOT NULL, n BIGINT NOT NULL, state NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL);
CREATE INDEX stock_title ON stock (title_key);
