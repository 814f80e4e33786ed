#!/usr/bin/python3
"""Keeps the leader of etcd out of the region whose PostgreSQL is primary, as long as another member can lead.

Were both in one region, its loss would cost two elections one after the other: that of etcd, and the lease of Patroni,
which a new leader of etcd lets begin anew, since it does not know when it was last renewed. Runs beside Patroni on every
node; whoever is primary looks, and hands over. By the interface that Patroni uses as well: etcd's v3 API over JSON.
"""

import json
import os
import ssl
import time
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

LOOK_SECONDS = 10
# A standby's etcd may be far; the answer to a move comes after the election.
TIMEOUT_SECONDS = 10
TLS = os.environ.get('TLS_COPY', '/run/patroni')

tls = ssl.create_default_context(cafile='/run/secrets/ca.pem')
tls.load_cert_chain(f'{TLS}/data.pem', f'{TLS}/data-key.pem')


def is_primary():
    """As Patroni says; it answers 503 where it is not."""
    try:
        with urlopen(f'https://{os.environ["PATRONI_RESTAPI_CONNECT_ADDRESS"]}/primary', timeout=5, context=tls):
            return True
    except HTTPError:
        return False


def ask(path, body):
    host = os.environ['PATRONI_ETCD3_HOSTS'].split(',')[0]
    request = Request(f'https://{host}/v3/{path}', data=json.dumps(body).encode())
    with urlopen(request, timeout=TIMEOUT_SECONDS, context=tls) as reply:
        return json.load(reply)


def others(members, leader):
    """Members that have started, by a number of their own, but for the leader."""
    return [one['ID'] for one in members if one['ID'] != leader and one.get('name') and not one.get('isLearner')]


def hand_over():
    """Unless the member of this region is not the leader. The first of the others that takes it leads."""
    status = ask('maintenance/status', {})
    leader = status['leader']
    if status['header']['member_id'] != leader:
        return
    for member in others(ask('cluster/member/list', {})['members'], leader):
        try:
            ask('maintenance/transfer-leadership', {'targetID': member})
            print(f'etcd is led by member {member} now, not from the region of the primary', flush=True)
            return
        except (URLError, OSError) as refused:
            print(f'etcd cannot be led by member {member}: {refused}', flush=True)


if __name__ == '__main__':
    while True:
        time.sleep(LOOK_SECONDS)
        try:
            if is_primary():
                hand_over()
        except (URLError, OSError, KeyError, ValueError) as away:
            print(f'who leads etcd is not known: {away}', flush=True)
