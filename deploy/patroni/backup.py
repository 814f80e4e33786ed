#!/usr/bin/python3
"""Backups of the node on which it runs: takes them, proves that they can be restored, and restores.

  backup run [full|diff|incr]   a backup into the repository of this region (full unless said otherwise)
  backup drill                  restores the newest backup beside the cluster and compares what is in it
  backup restore [--to TIME] [--stopped]
                                gives this node the data of the newest backup, or that of a time; PostgreSQL is stopped.
                                --stopped: it is, although postmaster.pid is there, which whatever was killed leaves
  backup list                   what is in the repository
  backup schedule               does what is due, for ever, and shows it to Prometheus
  backup configure              writes the configuration of pgBackRest, with its key

Ends with 0 when done, 1 when it failed, 2 when asked wrongly, 3 when another node is primary (each region has a
repository of its own, and only the primary archives, so only its repository can be restored to any time), 4 when
another backup or drill runs, 5 when PostgreSQL runs here and must not.

Read from the environment: BACKUP_AT (02:00, UTC; `never`), RESTORE_DRILL_DAYS (7), BACKUP_METRICS_PORT (9465).
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone

CONFIG = '/run/patroni/pgbackrest.conf'
DATA = '/var/lib/postgresql/data'
SCRATCH = os.path.join(os.path.dirname(DATA), 'drill')
RESULTS = '/var/lib/pgbackrest/results.jsonl'
SOCKETS = '/run/postgresql'
LOCK = '/tmp/btcforecast-backup.lock'
BIN = '/usr/lib/postgresql/15/bin'
TEMPLATE, KEY = '/etc/patroni/pgbackrest.conf', '/run/secrets/backup_key'
RESULTS_KEPT = 1000
REPLAY_SECONDS = 3600
DONE, FAILED, USAGE, NOT_PRIMARY, BUSY, RUNNING = range(6)


class Refused(Exception):
    """Why nothing was done, and the code to end with."""

    def __init__(self, code, reason):
        super().__init__(reason)
        self.code = code


def pgbackrest(*args):
    command = ['pgbackrest', f'--config={CONFIG}', '--stanza=btcforecast', *args]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 50:
        raise Refused(BUSY, 'another backup runs: wait until it has ended')
    if done.returncode != 0:
        raise Refused(FAILED, f'pgbackrest {args[0]}: {(done.stderr or done.stdout).strip()}')
    return done.stdout


def connect(sockets=SOCKETS, database='btcforecast'):
    import psycopg2  # of Patroni; nothing else here needs it

    connection = psycopg2.connect(host=sockets, user='postgres', dbname=database, connect_timeout=5)
    connection.autocommit = True
    return connection


def rows(connection, statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def timeline_of_primary():
    """The timeline on which this node writes. Raises Refused when it is not the primary."""
    try:
        with closing(connect(database='postgres')) as connection:
            standby, timeline = rows(
                connection,
                'SELECT pg_is_in_recovery(), timeline_id FROM pg_control_checkpoint()',
            )[0]
    except Exception as error:  # whatever psycopg2 says of a server that is away
        raise Refused(NOT_PRIMARY, f'PostgreSQL does not answer here: {error}') from error
    if standby:
        raise Refused(NOT_PRIMARY, 'this node is a standby: ask the primary')
    return timeline


def full_backups():
    """When each full backup of the repository ended (epoch seconds), its timeline and its size, oldest first."""
    stanzas = json.loads(pgbackrest('info', '--output=json'))
    backups = [one for stanza in stanzas for one in stanza.get('backup', [])]
    return [
        {
            'at': one['timestamp']['stop'],
            'seconds': one['timestamp']['stop'] - one['timestamp']['start'],
            'timeline': int(one['archive']['start'][:8], 16),
            'bytes': one['info']['size'],
        }
        for one in backups
        if one['type'] == 'full' and not one.get('error')
    ]


def is_backup_due(now, at, newest, timeline):
    """Whether a full backup is lacking: none since the last time of day `at`, or none of this timeline, so that after
    a failover the new primary can be restored from its own repository at once.

    now: aware datetime; at: 'HH:MM' UTC or 'never'; newest: of full_backups, or None
    """
    if at == 'never':
        return False
    if newest is None or newest['timeline'] != timeline:
        return True
    hour, minute = (int(part) for part in at.split(':'))
    last = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if last > now:
        last -= timedelta(days=1)
    return newest['at'] < last.timestamp()


def results(what):
    """Outcomes of backups or drills on this node, oldest first."""
    try:
        with open(RESULTS, encoding='utf8') as lines:
            return [one for one in map(json.loads, lines) if one['what'] == what]
    except FileNotFoundError:
        return []


def note(**result):
    """Appends an outcome, keeping the newest; a line is whole or not there."""
    kept = []
    if os.path.exists(RESULTS):
        with open(RESULTS, encoding='utf8') as lines:
            kept = lines.read().splitlines()[1 - RESULTS_KEPT :]
    with open(f'{RESULTS}.new', 'w', encoding='utf8') as lines:
        lines.write('\n'.join([*kept, json.dumps(result)]) + '\n')
        lines.flush()
        os.fsync(lines.fileno())
    os.replace(f'{RESULTS}.new', RESULTS)
    print(json.dumps(result), flush=True)


@contextmanager
def noted(what):
    """Runs one thing at a time and notes how it went. Refusals are no outcomes: nothing was tried."""
    with open(LOCK, 'w', encoding='utf8') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(BUSY, 'another backup or drill runs: wait until it has ended') from error
        begun, facts = time.time(), {}
        try:
            yield facts
            note(what=what, at=time.time(), seconds=time.time() - begun, outcome='done', **facts)
        except Refused as refusal:
            if refusal.code == FAILED:
                note(what=what, at=time.time(), seconds=time.time() - begun, outcome='failed', reason=str(refusal))
            raise


def run(kind='full'):
    if kind not in ('full', 'diff', 'incr'):
        raise Refused(USAGE, f'{kind} is no kind of backup: full, diff or incr')
    timeline_of_primary()
    with noted('backup') as facts:
        facts['kind'] = kind
        pgbackrest('backup', f'--type={kind}')
        facts['bytes'] = full_backups()[-1]['bytes']


def counts(connection):
    """Rows of each table of the product."""
    tables = rows(connection, "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return {table: rows(connection, f'SELECT count(*) FROM {table}')[0][0] for (table,) in tables}


def drill():
    timeline_of_primary()
    with noted('drill') as facts:
        name = f'drill-{int(time.time())}'
        with closing(connect()) as live:
            before = counts(live)
            rows(live, 'SELECT pg_create_restore_point(%s)', name)
            after = counts(live)
        pgbackrest('check')  # switches to a new file of the log, and waits until the old one is in the repository
        try:
            shutil.rmtree(SCRATCH, ignore_errors=True)
            os.mkdir(SCRATCH, 0o700)
            pgbackrest('restore', f'--pg1-path={SCRATCH}', '--type=name', f'--target={name}', '--target-action=promote')
            with replayed(SCRATCH, keep=True) as sockets, closing(connect(sockets)) as restored:
                facts.update(compared(before, counts(restored), after))
        finally:
            shutil.rmtree(SCRATCH, ignore_errors=True)


def compared(before, restored, after):
    """The table may have grown between the two counts around the point; what is restored lies between them."""
    wrong = [
        f'{table}: {restored.get(table)} rows, not {before.get(table, 0)} to {after[table]}'
        for table in after
        if not min(before.get(table, 0), after[table]) <= restored.get(table, -1) <= max(before.get(table, 0), after[table])
    ]
    if wrong:
        raise Refused(FAILED, f'restored, but not equal: {"; ".join(wrong)}')
    return {'tables': len(after), 'rows': sum(restored.values())}


@contextmanager
def replayed(data, keep):
    """A PostgreSQL on restored data that has replayed what it is to have, reached over a socket only; stopped after.

    keep: false for data that Patroni takes over: it ends with a checkpoint
    """
    options = {
        'listen_addresses': '',
        'unix_socket_directories': data,
        'ssl': 'off',
        'archive_mode': 'off',
        'synchronous_standby_names': '',
        'shared_buffers': '32MB',
    }
    given = ' '.join(f"-c {name}='{value}'" for name, value in options.items())
    control(data, '-l', os.path.join(data, 'replay.log'), '-o', given, 'start')
    try:
        deadline = time.time() + REPLAY_SECONDS
        while 'in production' not in program(f'{BIN}/pg_controldata', data):
            if time.time() > deadline or not os.path.exists(os.path.join(data, 'postmaster.pid')):
                raise Refused(FAILED, f'the restored PostgreSQL does not get ready: {tail(data)}')
            time.sleep(0.2)
        yield data
    finally:
        control(data, '-m', 'immediate' if keep else 'fast', 'stop')


def control(data, *args):
    return program(f'{BIN}/pg_ctl', '-D', data, '-w', '-t', str(REPLAY_SECONDS), *args)


def program(*command):
    # A server that it starts keeps its output open: it must not be a pipe of ours.
    with open(os.path.join('/tmp/', f'backup-{os.getpid()}.out'), 'w+', encoding='utf8') as out:
        os.unlink(out.name)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False)
        out.seek(0)
        said = out.read()
    if done.returncode != 0:
        raise Refused(FAILED, f'{os.path.basename(command[0])}: {said.strip()[-2000:]}')
    return said


def tail(data):
    with open(os.path.join(data, 'replay.log'), encoding='utf8') as log:
        return log.read()[-2000:]


def restore(to=None, stopped=False):
    """The rest is the caller's: what etcd knows of the cluster has to go before this node starts, and the data of the
    other nodes before they do, so that they copy this one.
    """
    left = os.path.join(DATA, 'postmaster.pid')
    if os.path.exists(left):
        if not stopped:
            raise Refused(RUNNING, 'PostgreSQL runs here, or was killed: stop all nodes, and say --stopped')
        os.remove(left)
    os.makedirs(DATA, 0o700, exist_ok=True)
    target = ['--type=time', f'--target={to}', '--target-action=promote'] if to else ['--type=default']
    begun = time.time()
    pgbackrest('restore', *target)
    with replayed(DATA, keep=False):
        pass
    note(what='restore', at=time.time(), seconds=time.time() - begun, outcome='done', to=to)


def configure():
    """PostgreSQL archives, and gets nothing of Patroni's environment: the key of the backups is in the file."""
    with open(TEMPLATE, encoding='utf8') as template, open(KEY, encoding='utf8') as key:
        text = template.read().replace('[global]\n', f'[global]\nrepo1-cipher-pass={key.read().strip()}\n', 1)
    os.makedirs(os.path.dirname(CONFIG), 0o700, exist_ok=True)
    with open(CONFIG, 'w', encoding='utf8', opener=lambda path, flags: os.open(path, flags, 0o600)) as config:
        config.write(text)


def restore_options(args):
    stopped = '--stopped' in args
    rest = [arg for arg in args if arg != '--stopped']
    if rest and (len(rest) != 2 or rest[0] != '--to'):
        raise Refused(USAGE, __doc__)
    return {'to': rest[1] if rest else None, 'stopped': stopped}


def main(args):
    command, rest = (args[0], args[1:]) if args else ('', [])
    if command != 'configure' and not os.path.exists(CONFIG):
        configure()
    if command == 'run' and len(rest) <= 1:
        run(*rest)
    elif command == 'drill' and not rest:
        drill()
    elif command == 'restore':
        restore(**restore_options(rest))
    elif command == 'list' and not rest:
        print(pgbackrest('info'), end='')
    elif command == 'schedule' and not rest:
        import schedule  # beside this file

        schedule.run_for_ever()
    elif command == 'configure' and not rest:
        configure()
    else:
        raise Refused(USAGE, __doc__)


if __name__ == '__main__':
    try:
        main(sys.argv[1:])
    except Refused as refused:
        print(refused, file=sys.stderr)
        sys.exit(refused.code)
