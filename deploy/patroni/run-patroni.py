"""Runs Patroni. Before 3.0.3 with a mend of its own: see keep_or_give_up below.

A primary whose Patroni stood still past the end of its lease (a stopped process, a paused virtual machine) takes a new
lease when it wakes. Older Patroni then writes the leader's key whoever holds it by now, and the node that had taken over
loses what it acknowledged. Mended in Patroni 3.0.3 (patroni/patroni#2689, #2693); Debian 12 has 3.0.2. The drill
`btcf drill run postgres-split-brain` shows the difference.
"""

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


if tuple(int(part) for part in __version__.split('.')[:3]) < (3, 0, 3):
    etcd3.Etcd3._update_leader = keep_or_give_up

if __name__ == '__main__':
    main()
