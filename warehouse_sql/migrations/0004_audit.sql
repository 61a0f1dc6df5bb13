CREATE TABLE audit.contract (
    sha256 text COLLATE "C" PRIMARY KEY,
    contract jsonb NOT NULL,
    first_seen timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE audit.contract IS 'The resolved contract each submission was read by.';

CREATE TABLE audit.submission (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset text COLLATE "C" NOT NULL,
    skpd text COLLATE "C" NOT NULL,
    path text NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    size bigint NOT NULL,
    mtime_ns bigint NOT NULL,
    contract_sha256 text COLLATE "C" NOT NULL REFERENCES audit.contract (sha256),
    event_id text COLLATE "C" UNIQUE,
    received_at timestamptz NOT NULL DEFAULT now(),
    status text NOT NULL DEFAULT 'diterima' CHECK (status IN
        ('diterima', 'menunggu', 'dirilis', 'dikembalikan', 'digantikan', 'tidak_berubah')),
    label text NOT NULL DEFAULT '',
    periods text[] NOT NULL DEFAULT '{}',
    load_mode text,
    status_data smallint,
    n_received int NOT NULL DEFAULT 0,
    n_loaded int NOT NULL DEFAULT 0,
    n_unchanged int NOT NULL DEFAULT 0,
    n_quarantined int NOT NULL DEFAULT 0,
    n_returned int NOT NULL DEFAULT 0,
    n_figures int NOT NULL DEFAULT 0,
    n_new int NOT NULL DEFAULT 0,
    n_changed int NOT NULL DEFAULT 0,
    n_removed int NOT NULL DEFAULT 0,
    n_corrected int NOT NULL DEFAULT 0,
    skipped jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz,
    finished_at timestamptz
);
CREATE INDEX ON audit.submission (dataset, path);
CREATE UNIQUE INDEX submission_once ON audit.submission (dataset, path, sha256, contract_sha256)
    WHERE status = 'diterima';
COMMENT ON TABLE audit.submission IS
    'One received file or query result. Its rows add up: n_received = n_loaded + n_unchanged + n_quarantined + n_returned.';
COMMENT ON COLUMN audit.submission.event_id IS 'Its entry in the archive''s journal, by which replay knows it again.';
COMMENT ON COLUMN audit.submission.status IS
    'diterima: archived, not read yet; menunggu: read and checked, waits for the walidata; dirilis; dikembalikan to the SKPD; '
    'digantikan by a newer submission before a decision; tidak_berubah: says what was already released.';
COMMENT ON COLUMN audit.submission.n_loaded IS
    'Source rows with a new or changed figure. While `menunggu`: what the release would load as the facts stood at loading.';
COMMENT ON COLUMN audit.submission.n_returned IS 'Good rows of a submission that was returned or replaced as a whole.';
COMMENT ON COLUMN audit.submission.n_figures IS 'Figures read from rows that were not quarantined.';
COMMENT ON COLUMN audit.submission.skipped IS 'Rows left out by kind (kosong, kaki, jumlah): counted apart.';

CREATE TABLE audit.sheet (
    submission_id bigint NOT NULL REFERENCES audit.submission (id),
    sheet_no smallint NOT NULL,
    name text NOT NULL,
    transposed boolean NOT NULL,
    PRIMARY KEY (submission_id, sheet_no)
);
COMMENT ON TABLE audit.sheet IS 'Sheets of a submission.';
COMMENT ON COLUMN audit.sheet.transposed IS
    'Read sideways: what counts as its row (row_no) is a column as the sheet shows it, and the other way round.';

-- No foreign keys below where a submission can have hundreds of thousands of rows: checks/ looks for orphans instead.
CREATE TABLE audit.finding (
    submission_id bigint NOT NULL,
    no int NOT NULL,
    rule text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('tolak', 'catatan')),
    owner text NOT NULL CHECK (owner IN ('skpd', 'diskominfo')),
    message text NOT NULL,
    cause text NOT NULL,
    action text NOT NULL,
    file text NOT NULL DEFAULT '',
    sheet text NOT NULL DEFAULT '',
    row_no int,
    col text NOT NULL DEFAULT '',
    header text NOT NULL DEFAULT '',
    value text NOT NULL DEFAULT '',
    PRIMARY KEY (submission_id, no)
);
COMMENT ON TABLE audit.finding IS 'Every fault found, as the SKPD reads it. Per rule at most 1,000 cells are kept; check_result counts all.';

CREATE TABLE audit.check_result (
    submission_id bigint NOT NULL REFERENCES audit.submission (id),
    no int NOT NULL,
    rule text NOT NULL,
    title text NOT NULL,
    severity text NOT NULL,
    columns text[] NOT NULL,
    checked int NOT NULL,
    failed int NOT NULL,
    failed_rows int NOT NULL,
    PRIMARY KEY (submission_id, no)
);
COMMENT ON TABLE audit.check_result IS 'What each rule said of a submission, the passed ones too: the checks a figure went through.';

CREATE TABLE audit.quarantine (
    submission_id bigint NOT NULL,
    sheet_no smallint NOT NULL,
    row_no int NOT NULL,
    content jsonb NOT NULL,
    rules text[] NOT NULL,
    PRIMARY KEY (submission_id, sheet_no, row_no)
);
COMMENT ON TABLE audit.quarantine IS 'Rows that were kept out, whole and as received, with the rules they broke.';

CREATE TABLE audit.difference (
    submission_id bigint NOT NULL,
    no int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('baru', 'berubah', 'hilang')),
    indikator_id int NOT NULL,
    wilayah_id int NOT NULL,
    periode_id int NOT NULL,
    rincian_id int NOT NULL,
    old_value numeric,
    new_value numeric,
    old_mark text,
    new_mark text,
    row_no int,
    PRIMARY KEY (submission_id, no)
);
COMMENT ON TABLE audit.difference IS 'The largest differences between a submission and what was released before; all are counted in audit.submission.';

CREATE TABLE audit.decision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    submission_id bigint NOT NULL REFERENCES audit.submission (id),
    decision text NOT NULL CHECK (decision IN ('dirilis', 'dikembalikan')),
    decided_by text NOT NULL CHECK (decided_by <> ''),
    reason text NOT NULL,
    automatic boolean NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON audit.decision (submission_id);
COMMENT ON TABLE audit.decision IS 'Who released or returned a submission, when and why. Rows are only added.';

CREATE TABLE audit.release (
    submission_id bigint PRIMARY KEY REFERENCES audit.submission (id),
    decision_id bigint NOT NULL REFERENCES audit.decision (id),
    dataset text COLLATE "C" NOT NULL,
    released_at timestamptz NOT NULL DEFAULT now(),
    n_new int NOT NULL,
    n_changed int NOT NULL,
    n_removed int NOT NULL
);
CREATE INDEX ON audit.release (dataset, released_at);
COMMENT ON TABLE audit.release IS 'The moments at which the facts changed, and by how much.';

CREATE TABLE audit.source_state (
    dataset text COLLATE "C" NOT NULL,
    path text NOT NULL,
    size bigint,
    mtime_ns bigint,
    sha256 text COLLATE "C",
    contract_sha256 text COLLATE "C",
    submission_id bigint,
    checked_at timestamptz NOT NULL DEFAULT now(),
    problem text,
    PRIMARY KEY (dataset, path)
);
COMMENT ON TABLE audit.source_state IS 'What each source looked like when it was last taken, so that what is unchanged is not read again.';

-- What was decided and read is only ever added to; replay, which restores its times, runs as the owner.
REVOKE UPDATE, DELETE ON audit.decision, audit.release, audit.contract FROM satudata_loader;
