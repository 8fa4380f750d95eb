-- The shop's records. Replicated tables have the columns of src/Schema/BookmineSetup.cs and none of the engine's.
CREATE TABLE branch (
    id bigint NOT NULL PRIMARY KEY, name text COLLATE "C" NOT NULL, time_zone text COLLATE "C" NOT NULL, header text COLLATE "C" NOT NULL,
    tax_rate_bp bigint NOT NULL, currency text COLLATE "C" NOT NULL);

CREATE TABLE operator (
    id bigint NOT NULL PRIMARY KEY, name text COLLATE "C" NOT NULL, pin_hash text COLLATE "C" NOT NULL, disabled bigint NOT NULL);

CREATE TABLE payment_method (
    id bigint NOT NULL PRIMARY KEY, code text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, gives_change bigint NOT NULL);

CREATE TABLE number_block (
    first bigint NOT NULL PRIMARY KEY, last bigint NOT NULL, till bigint NOT NULL, branch bigint NOT NULL, till_name text COLLATE "C" NOT NULL);

CREATE TABLE stock (
    id uuid NOT NULL PRIMARY KEY, code text COLLATE "C" NOT NULL, isbn13 bigint, isbn10 text COLLATE "C", title text COLLATE "C" NOT NULL, authors text COLLATE "C", publisher text COLLATE "C",
    year bigint, binding text COLLATE "C", condition text COLLATE "C", category text COLLATE "C", tax_rate_bp bigint, made_by bigint);
CREATE INDEX stock_isbn13 ON stock (isbn13);
CREATE INDEX stock_code ON stock USING hash (code);

CREATE TABLE contact (
    id uuid NOT NULL PRIMARY KEY, kind text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, email text COLLATE "C", phone text COLLATE "C", address text COLLATE "C", notes text COLLATE "C", made_by bigint);
CREATE INDEX contact_name ON contact USING hash (name);

CREATE TABLE holding (
    branch bigint NOT NULL, stock_id uuid NOT NULL, price_cents bigint, on_hand bigint NOT NULL, PRIMARY KEY (branch, stock_id));

CREATE TABLE till_head (till bigint NOT NULL PRIMARY KEY, branch bigint NOT NULL, n bigint NOT NULL);

CREATE TABLE document (
    id uuid NOT NULL PRIMARY KEY, trans_id bigint, docket bigint NOT NULL, kind text COLLATE "C" NOT NULL, branch bigint NOT NULL, till bigint NOT NULL,
    operator text COLLATE "C", contact_id uuid, started_at bigint NOT NULL, shipped_at bigint, posted_at bigint, posted_day bigint, month bigint,
    taken_day bigint, total_cents bigint NOT NULL, reference text COLLATE "C", note text COLLATE "C", disconnected bigint NOT NULL, original_id uuid, original_number text COLLATE "C");
CREATE UNIQUE INDEX document_trans_id ON document (trans_id);
CREATE UNIQUE INDEX document_docket ON document (docket);
CREATE INDEX document_posted_day ON document (branch, posted_day);
CREATE INDEX document_taken_day ON document (branch, taken_day);
CREATE INDEX document_original ON document (original_id) WHERE original_id IS NOT NULL;
CREATE INDEX document_reference ON document USING hash (reference) WHERE reference IS NOT NULL;

CREATE TABLE document_line (
    id uuid NOT NULL PRIMARY KEY, document_id uuid NOT NULL, branch bigint NOT NULL, month bigint, line bigint NOT NULL, stock_id uuid,
    code text COLLATE "C", isbn13 bigint, title text COLLATE "C" NOT NULL, qty bigint NOT NULL, unit_price_cents bigint NOT NULL, discount_cents bigint NOT NULL,
    tax_rate_bp bigint NOT NULL, original_line_id uuid);
CREATE INDEX document_line_document ON document_line (document_id);
CREATE INDEX document_line_original ON document_line (original_line_id) WHERE original_line_id IS NOT NULL;

CREATE TABLE payment (
    id uuid NOT NULL PRIMARY KEY, document_id uuid NOT NULL, branch bigint NOT NULL, month bigint, method text COLLATE "C" NOT NULL,
    amount_cents bigint NOT NULL, change bigint NOT NULL, taken_at bigint NOT NULL, paid_at bigint, paid_day bigint, taken_day bigint);
CREATE INDEX payment_document ON payment (document_id);
CREATE INDEX payment_paid_day ON payment (branch, paid_day);
CREATE INDEX payment_taken_day ON payment (branch, taken_day);

CREATE TABLE stock_movement (
    id uuid NOT NULL PRIMARY KEY, document_id uuid, branch bigint NOT NULL, month bigint, stock_id uuid, code text COLLATE "C", qty bigint NOT NULL,
    value_cents bigint NOT NULL, reason text COLLATE "C" NOT NULL, taken_at bigint NOT NULL, posted_at bigint, posted_day bigint, taken_day bigint);
CREATE INDEX stock_movement_document ON stock_movement (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX stock_movement_posted_day ON stock_movement (branch, posted_day);
CREATE INDEX stock_movement_taken_day ON stock_movement (branch, taken_day);
CREATE INDEX stock_movement_stock ON stock_movement (stock_id, branch);

CREATE TABLE credit (
    id uuid NOT NULL PRIMARY KEY, document_id uuid NOT NULL, branch bigint NOT NULL, contact_id uuid NOT NULL, amount_cents bigint NOT NULL,
    entered_at bigint);
CREATE INDEX credit_contact ON credit (contact_id);

CREATE TABLE email (
    id uuid NOT NULL PRIMARY KEY, branch bigint NOT NULL, contact_id uuid NOT NULL, subject text COLLATE "C" NOT NULL, body text COLLATE "C" NOT NULL,
    operator text COLLATE "C", sent_at bigint NOT NULL);

CREATE TABLE quarantine (
    id uuid NOT NULL PRIMARY KEY, branch bigint NOT NULL, till bigint NOT NULL, n bigint NOT NULL, state text COLLATE "C" NOT NULL);
CREATE INDEX stock_title ON stock USING hash (title);
