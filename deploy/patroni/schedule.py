"""Takes the backups that are due, proves weekly that they can be restored, and shows both to Prometheus.

Runs beside Patroni on every node; whoever is primary does the work. What is due follows from the repository and from
the outcomes noted there, so a restart forgets nothing and a failover begins anew.
"""

import os
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import backup

LOOK_SECONDS = 30
# A failed attempt is followed by the next after this.
AGAIN_SECONDS = {'backup': 600, 'drill': 3600}

AT = os.environ.get('BACKUP_AT', '02:00')
DRILL_DAYS = float(os.environ.get('RESTORE_DRILL_DAYS', '7'))
ADDRESS = ('0.0.0.0', int(os.environ.get('BACKUP_METRICS_PORT', '9465')))

# What this node is; while it is no primary it has nothing to show but that.
state = {'primary': False, 'backups': []}


def run_for_ever():
    server = ThreadingHTTPServer(ADDRESS, Metrics)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        try:
            look()
        except backup.Refused as refused:
            if refused.code == backup.FAILED:
                print(refused, flush=True)
        time.sleep(LOOK_SECONDS)


def look():
    try:
        timeline = backup.timeline_of_primary()
    except backup.Refused:
        state['primary'] = False
        raise
    state.update(primary=True, backups=backup.full_backups())
    newest = state['backups'][-1] if state['backups'] else None
    if backup.is_backup_due(datetime.now(timezone.utc), AT, newest, timeline):
        attempt('backup', backup.run)
    elif is_drill_due(time.time(), backup.results('drill')) and newest:
        attempt('drill', backup.drill)


def is_drill_due(now, drills):
    return AT != 'never' and now - last_success(drills) > DRILL_DAYS * 86400


def attempt(what, work):
    tried = backup.results(what)
    if tried and tried[-1]['outcome'] == 'failed' and time.time() - tried[-1]['at'] < AGAIN_SECONDS[what]:
        return
    work()
    state['backups'] = backup.full_backups()


def last_success(outcomes):
    return max((one['at'] for one in outcomes if one['outcome'] == 'done'), default=0)


def metrics():
    yield 'forecast_backup_primary', 'Whether this node is primary, and so takes the backups', int(state['primary'])
    if not state['primary']:
        return
    newest = state['backups'][-1] if state['backups'] else {'at': 0, 'seconds': 0, 'bytes': 0}
    drills, tries = backup.results('drill'), backup.results('backup')
    done = [one for one in drills if one['outcome'] == 'done']
    last = 'forecast_backup_last_success'
    yield f'{last}_timestamp_seconds', 'When the newest full backup ended; 0: there is none', newest['at']
    yield 'forecast_backup_last_duration_seconds', 'How long it took', newest['seconds']
    yield 'forecast_backup_last_size_bytes', 'Of the cluster that it holds', newest['bytes']
    yield 'forecast_backup_last_failed', '1 when the newest attempt failed', int(failed(tries))
    last = 'forecast_restore_drill_last_success'
    yield f'{last}_timestamp_seconds', 'When a backup was last restored and equal; 0: never here', last_success(drills)
    yield 'forecast_restore_drill_last_duration_seconds', 'How long it took', done[-1]['seconds'] if done else 0
    yield 'forecast_restore_drill_last_failed', '1 when the newest drill failed', int(failed(drills))


def failed(outcomes):
    return bool(outcomes) and outcomes[-1]['outcome'] == 'failed'


class Metrics(BaseHTTPRequestHandler):
    def do_GET(self):  # the name is the library's
        lines = [f'# HELP {name} {text}.\n# TYPE {name} gauge\n{name} {value}\n' for name, text, value in metrics()]
        body = ''.join(lines).encode()
        self.send_response(200 if self.path == '/metrics' else 404)
        self.send_header('Content-Type', 'text/plain; version=0.0.4')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
