"""Runs Patroni, with two changes of our own.

It asks the etcd of its own region as long as that answers: see stay_home below. Patroni asks any member, and stays with
it. A standby whose member was in the region that is lost goes on believing what it was told last until its connection
breaks, and takes the lease of the lost primary that much later: six to nine seconds in `btcf drill run primary-region-cut`.

Before 3.0.3 a mend as well: see keep_or_give_up below.

A primary whose Patroni stood still past the end of its lease (a stopped process, a paused virtual machine) takes a new
lease when it wakes. Older Patroni then writes the leader's key whoever holds it by now, and the node that had taken over
loses what it acknowledged. Mended in Patroni 3.0.3 (patroni/patroni#2689, #2693); Debian 12 has 3.0.2. The drill
`btcf drill run postgres-split-brain` shows the difference.
"""

import json
import os
import time

from patroni.__main__ import main
from patroni.dcs import Leader, catch_return_false_exception, etcd3
from patroni.version import __version__


@catch_return_false_exception
def keep_or_give_up(self):
    """Renews the lease. Writes the key only if it is our own or nobody's; otherwise false, and Patroni demotes us."""
    retry = self._retry.copy()

    def again(*args, **kwargs):
        kwargs['retry'] = retry
        return retry(*args, **kwargs)

    self._run_and_handle_exceptions(self._do_refresh_lease, True, retry=again)
    leader = self.cluster and self.cluster.leader
    if not self._lease or (isinstance(leader, Leader) and leader.session == self._lease):
        return bool(self._lease)
    key, name = etcd3.base64_encode(self.leader_path), etcd3.base64_encode(self._name)
    still_ours = {'key': key, 'target': 'VALUE', 'value': name}
    write = {'request_put': {'key': key, 'value': name, 'lease': self._lease}}

    def take():
        return again(self._client.txn, still_ours, write) or again(
            self._client.put, self.leader_path, self._name, self._lease, '0'
        )

    taken = self._run_and_handle_exceptions(take, retry=None)
    if not taken:
        self._client._restart_watcher()  # what we knew of the cluster is old
    return bool(taken)


# The first that is named is that of this region, by the name under which the others know it, too.
HOME = 'https://' + os.environ.get('PATRONI_ETCD3_HOSTS', '').split(',')[0]
# One that does not answer is left alone for so long, and whether it does is seen so often.
AWAY_SECONDS = 60
Client = etcd3.PatroniEtcd3Client
choose, refresh, keep_list_for = Client.set_base_uri, Client._refresh_machines_cache, Client.set_machines_cache_ttl


def choose_and_note(self, uri):
    if self._base_uri == HOME and uri != HOME:
        self.left_home = time.monotonic()
    choose(self, uri)


def stay_home(self, machines=None):
    """After Patroni has asked who the members are: back to ours, if it is one, and a majority stands behind it."""
    changed = refresh(self, machines)
    away = time.monotonic() - getattr(self, 'left_home', -AWAY_SECONDS)
    if HOME in self._machines_cache and self._base_uri != HOME and away >= AWAY_SECONDS:
        self.left_home = time.monotonic()
        if reads_what_all_agreed(self):
            self.set_base_uri(HOME)
    return changed


def reads_what_all_agreed(self):
    """A linearizable read of etcd, of a key that need not be there."""
    body = json.dumps({'key': etcd3.base64_encode('/')})
    url = HOME + self.version_prefix + '/kv/range'
    try:
        return self.http.urlopen('POST', url, body=body, headers=self._get_headers(), timeout=1, retries=0).status == 200
    except Exception:
        return False


Client.set_base_uri = choose_and_note
Client._refresh_machines_cache = stay_home
Client.set_machines_cache_ttl = lambda self, ttl: keep_list_for(self, min(ttl, AWAY_SECONDS))

if tuple(int(part) for part in __version__.split('.')[:3]) < (3, 0, 3):
    etcd3.Etcd3._update_leader = keep_or_give_up

if __name__ == '__main__':
    main()
