-- The wells table: nine business columns and eight audit columns.
SET client_min_messages = warning; DROP TABLE IF EXISTS wells;
CREATE TABLE wells (
  api10         bigint PRIMARY KEY,
  api14         bigint NOT NULL,
  wellname      text   NOT NULL,
  spuddate      text,
  firstproddate text,
  compldate     text,
  oileur        double precision,
  gaseur        double precision,
  wellspacing   double precision,
  record_uuid   uuid        NOT NULL,
  is_deleted    boolean     NOT NULL DEFAULT false,
  inserted_at   timestamptz NOT NULL,
  inserted_by   text        NOT NULL,
  updated_at    timestamptz,
  updated_by    text,
  deleted_at    timestamptz,
  deleted_by    text
) WITH (autovacuum_enabled = off);
