-- The shop's records. Replicated tables have the columns of src/Schema/BookmineSetup.cs and none of the engine's.
CREATE TABLE branch (
    id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, time_zone TEXT NOT NULL, header TEXT NOT NULL,
    tax_rate_bp INTEGER NOT NULL, currency TEXT NOT NULL) STRICT;

CREATE TABLE operator (
    id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, pin_hash TEXT NOT NULL, disabled INTEGER NOT NULL) STRICT;

CREATE TABLE payment_method (
    id INTEGER NOT NULL PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL, gives_change INTEGER NOT NULL) STRICT;

CREATE TABLE number_block (
    first INTEGER NOT NULL PRIMARY KEY, last INTEGER NOT NULL, till INTEGER NOT NULL, branch INTEGER NOT NULL, till_name TEXT NOT NULL) STRICT;

CREATE TABLE stock (
    id BLOB NOT NULL PRIMARY KEY, code TEXT NOT NULL, isbn13 INTEGER, isbn10 TEXT, title TEXT NOT NULL, authors TEXT, publisher TEXT,
    year INTEGER, binding TEXT, condition TEXT, category TEXT, tax_rate_bp INTEGER, made_by INTEGER) STRICT;
CREATE INDEX stock_isbn13 ON stock (isbn13);
CREATE INDEX stock_code ON stock (code);

CREATE TABLE contact (
    id BLOB NOT NULL PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, email TEXT, phone TEXT, address TEXT, notes TEXT, made_by INTEGER) STRICT;
CREATE INDEX contact_name ON contact (name);

CREATE TABLE holding (
    branch INTEGER NOT NULL, stock_id BLOB NOT NULL, price_cents INTEGER, on_hand INTEGER NOT NULL, PRIMARY KEY (branch, stock_id)) STRICT, WITHOUT ROWID;

CREATE TABLE till_head (till INTEGER NOT NULL PRIMARY KEY, branch INTEGER NOT NULL, n INTEGER NOT NULL) STRICT;

CREATE TABLE document (
    id BLOB NOT NULL PRIMARY KEY, trans_id INTEGER, docket INTEGER NOT NULL, kind TEXT NOT NULL, branch INTEGER NOT NULL, till INTEGER NOT NULL,
    operator TEXT, contact_id BLOB, started_at INTEGER NOT NULL, shipped_at INTEGER, posted_at INTEGER, posted_day INTEGER, month INTEGER,
    taken_day INTEGER, total_cents INTEGER NOT NULL, reference TEXT, note TEXT, disconnected INTEGER NOT NULL, original_id BLOB, original_number TEXT) STRICT;
CREATE UNIQUE INDEX document_trans_id ON document (trans_id);
CREATE UNIQUE INDEX document_docket ON document (docket);
CREATE INDEX document_posted_day ON document (branch, posted_day);
CREATE INDEX document_taken_day ON document (branch, taken_day);
CREATE INDEX document_original ON document (original_id) WHERE original_id IS NOT NULL;
CREATE INDEX document_reference ON document (reference) WHERE reference IS NOT NULL;

CREATE TABLE document_line (
    id BLOB NOT NULL PRIMARY KEY, document_id BLOB NOT NULL, branch INTEGER NOT NULL, month INTEGER, line INTEGER NOT NULL, stock_id BLOB,
    code TEXT, isbn13 INTEGER, title TEXT NOT NULL, qty INTEGER NOT NULL, unit_price_cents INTEGER NOT NULL, discount_cents INTEGER NOT NULL,
    tax_rate_bp INTEGER NOT NULL, original_line_id BLOB) STRICT, WITHOUT ROWID;
CREATE INDEX document_line_document ON document_line (document_id);
CREATE INDEX document_line_original ON document_line (original_line_id) WHERE original_line_id IS NOT NULL;

CREATE TABLE payment (
    id BLOB NOT NULL PRIMARY KEY, document_id BLOB NOT NULL, branch INTEGER NOT NULL, month INTEGER, method TEXT NOT NULL,
    amount_cents INTEGER NOT NULL, change INTEGER NOT NULL, taken_at INTEGER NOT NULL, paid_at INTEGER, paid_day INTEGER, taken_day INTEGER) STRICT, WITHOUT ROWID;
CREATE INDEX payment_document ON payment (document_id);
CREATE INDEX payment_paid_day ON payment (branch, paid_day);
CREATE INDEX payment_taken_day ON payment (branch, taken_day);

CREATE TABLE stock_movement (
    id BLOB NOT NULL PRIMARY KEY, document_id BLOB, branch INTEGER NOT NULL, month INTEGER, stock_id BLOB, code TEXT, qty INTEGER NOT NULL,
    value_cents INTEGER NOT NULL, reason TEXT NOT NULL, taken_at INTEGER NOT NULL, posted_at INTEGER, posted_day INTEGER, taken_day INTEGER) STRICT, WITHOUT ROWID;
CREATE INDEX stock_movement_document ON stock_movement (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX stock_movement_posted_day ON stock_movement (branch, posted_day);
CREATE INDEX stock_movement_taken_day ON stock_movement (branch, taken_day);
CREATE INDEX stock_movement_stock ON stock_movement (stock_id, branch);

CREATE TABLE credit (
    id BLOB NOT NULL PRIMARY KEY, document_id BLOB NOT NULL, branch INTEGER NOT NULL, contact_id BLOB NOT NULL, amount_cents INTEGER NOT NULL,
    entered_at INTEGER) STRICT;
CREATE INDEX credit_contact ON credit (contact_id);

CREATE TABLE email (
    id BLOB NOT NULL PRIMARY KEY, branch INTEGER NOT NULL, contact_id BLOB NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
    operator TEXT, sent_at INTEGER NOT NULL) STRICT;

CREATE TABLE quarantine (
    id BLOB NOT NULL PRIMARY KEY, branch INTEGER NOT NULL, till INTEGER NOT NULL, n INTEGER NOT NULL, state TEXT NOT NULL) STRICT;
CREATE INDEX stock_title ON stock (title);
