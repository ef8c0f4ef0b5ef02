-- The three roles of the system and what each may do, for psql run by a superuser on the system's database.
-- It may be run again at any time. Bounded waits belong to the roles and not to connection options, which a pooler
-- refuses. Passwords are taken from the environment where it has them.
\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;

SELECT format('CREATE ROLE %I LOGIN', role)
FROM unnest(ARRAY['oms_web', 'oms_report', 'oms_migration']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec

\getenv web_password OMS_WEB_PASSWORD
\if :{?web_password}
ALTER ROLE oms_web PASSWORD :'web_password';
\endif
\getenv report_password OMS_REPORT_PASSWORD
\if :{?report_password}
ALTER ROLE oms_report PASSWORD :'report_password';
\endif
\getenv migration_password OMS_MIGRATION_PASSWORD
\if :{?migration_password}
ALTER ROLE oms_migration PASSWORD :'migration_password';
\endif

-- Who waits longer than this for a lock is told to come back; nobody holds one for longer than a request may take.
ALTER ROLE oms_web SET lock_timeout = '5s';
ALTER ROLE oms_web SET statement_timeout = '15s';
ALTER ROLE oms_web SET idle_in_transaction_session_timeout = '15s';

-- A report may take its time and can change nothing.
ALTER ROLE oms_report SET default_transaction_read_only = on;
ALTER ROLE oms_report SET lock_timeout = '5s';
ALTER ROLE oms_report SET statement_timeout = '15min';
ALTER ROLE oms_report SET idle_in_transaction_session_timeout = '5min';

-- A migration may work for long, but while it waits for its lock all others queue behind it.
ALTER ROLE oms_migration SET lock_timeout = '5s';
ALTER ROLE oms_migration SET statement_timeout = 0;
ALTER ROLE oms_migration SET idle_in_transaction_session_timeout = '5min';

SELECT current_setting('server_version_num')::int >= 170000 AS knows_transaction_timeout \gset
\if :knows_transaction_timeout
ALTER ROLE oms_web SET transaction_timeout = '30s';
ALTER ROLE oms_report SET transaction_timeout = '30min';
ALTER ROLE oms_migration SET transaction_timeout = 0;
\endif

-- The owner makes the tables; whatever it makes, the others get their rights to by themselves.
ALTER DATABASE :"DBNAME" OWNER TO oms_migration;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO oms_web, oms_report;
GRANT USAGE ON SCHEMA public TO oms_web, oms_report;

ALTER DEFAULT PRIVILEGES FOR ROLE oms_migration IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO oms_web;
ALTER DEFAULT PRIVILEGES FOR ROLE oms_migration IN SCHEMA public GRANT USAGE ON SEQUENCES TO oms_web;
ALTER DEFAULT PRIVILEGES FOR ROLE oms_migration IN SCHEMA public GRANT SELECT ON TABLES TO oms_report;

-- For the tables of a database that was restored.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO oms_web;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO oms_web;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO oms_report;

-- Only on somebody's own machine: tests make and drop databases of their own, and need not survive a power cut.
\if :{?with_test_role}
SELECT 'CREATE ROLE oms_test LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'oms_test') \gexec
ALTER ROLE oms_test CREATEDB;
ALTER ROLE oms_test SET synchronous_commit = off;
ALTER ROLE oms_test SET lock_timeout = '5s';
ALTER ROLE oms_test SET statement_timeout = '60s';
ALTER ROLE oms_test SET idle_in_transaction_session_timeout = '60s';
\endif
