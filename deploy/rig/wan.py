"""A wide-area network between the regions of the rig, in user space: Debian's kernel has no netem everywhere.

Every place (a region, or what there is once) has a router in a network namespace of its own. Here each router gets a TUN
device; a packet that leaves by it arrives at the router of its destination when the line between the two says so.

    wan.py            then commands on standard input, one a line; one line of answer each:
    place NAME NETNS PREFIX               a router: its namespace, and the start of its addresses, such as 10.1.
    line A B delay=40 jitter=2 loss=0.5 rate=50
                                          both directions; milliseconds one way, per cent, Mbit/s (0: no limit)
    cut A B | join A B                    both directions; B may be *
    cut1 A B                              only what A sends to B
    stats                                 packets taken and dropped, by direction, as JSON

It ends when its standard input does. Packets of a line keep their order, whatever the jitter.
"""

import ctypes
import fcntl
import heapq
import json
import os
import random
import selectors
import signal
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
# A sender that is faster than its line waits so long at most; then packets are dropped, as by a router.
QUEUE_SECONDS = 0.3
PACKETS_AT_ONCE = 64
# Packets are looked at so often at most: to be woken for each costs more than to carry it.
PAUSE_SECONDS = 0.002
libc = ctypes.CDLL(None, use_errno=True)


class Line:
    """One direction between two places."""

    def __init__(self):
        self.delay = self.jitter = self.loss = self.rate = 0.0
        self.cut = False
        self.taken = self.dropped = 0
        self._free_at = self._last_arrival = 0.0

    def arrival(self, now, size):
        """When a packet of so many bytes that is sent now arrives; None: never."""
        self.taken += 1
        if self.cut or random.random() * 100 < self.loss:
            return self._drop()
        wait = 0.0
        if self.rate:
            start = max(now, self._free_at)
            wait = start + size * 8 / (self.rate * 1e6) - now
            if wait > QUEUE_SECONDS:
                return self._drop()
            self._free_at = now + wait
        jitter = random.uniform(-self.jitter, self.jitter)
        arrives = now + wait + max(0.0, self.delay + jitter) / 1000
        self._last_arrival = max(self._last_arrival, arrives)
        return self._last_arrival

    def _drop(self):
        self.dropped += 1
        return None


class Wan:
    def __init__(self):
        self.routers, self.prefixes, self.lines = {}, {}, {}
        self.waiting, self.sequence = [], 0
        self.selector = selectors.DefaultSelector()
        self.home = os.open('/proc/self/ns/net', os.O_RDONLY)
        os.set_blocking(sys.stdin.fileno(), False)
        self.selector.register(sys.stdin.fileno(), selectors.EVENT_READ, None)
        self.typed = b''

    def run(self):
        while True:
            due = max(0.0, self.waiting[0][0] - time.monotonic()) if self.waiting else None
            for key, _ in self.selector.select(due):
                if key.data is None:
                    if not self.listen():
                        return
                else:
                    self.take(key.fd, key.data)
            self.deliver()
            time.sleep(PAUSE_SECONDS)

    def take(self, fd, source):
        for _ in range(PACKETS_AT_ONCE):
            try:
                packet = os.read(fd, 65535)
            except BlockingIOError:
                return
            target = self.target(packet)
            if target is None or target == source:
                continue
            arrives = self.lines[source, target].arrival(time.monotonic(), len(packet))
            if arrives is not None:
                self.sequence += 1
                heapq.heappush(self.waiting, (arrives, self.sequence, self.routers[target], packet))

    def target(self, packet):
        if packet[0] >> 4 != 4:
            return None
        return self.prefixes.get(packet[16:18])

    def deliver(self):
        now = time.monotonic()
        while self.waiting and self.waiting[0][0] <= now:
            _, _, fd, packet = heapq.heappop(self.waiting)
            try:
                os.write(fd, packet)
            except OSError:
                pass  # its router is gone

    def listen(self):
        """False at the end of standard input."""
        text = os.read(sys.stdin.fileno(), 65536)
        if not text:
            return False
        *commands, self.typed = (self.typed + text).split(b'\n')
        for command in commands:
            try:
                print(self.obey(command.decode().split()), flush=True)
            except (KeyError, ValueError, OSError, subprocess.CalledProcessError) as error:
                print(f'error: {error!r}', flush=True)
        return True

    def obey(self, words):
        verb, *rest = words
        if verb == 'place':
            return self.add(*rest)
        if verb == 'stats':
            return json.dumps({f'{a}>{b}': [line.taken, line.dropped] for (a, b), line in self.lines.items()})
        a, b, *settings = rest
        if verb not in ('line', 'cut', 'cut1', 'join'):
            raise ValueError(f'no command {verb}')
        for line in self.between(a, b, both=verb != 'cut1'):
            if verb == 'line':
                for name, value in (setting.split('=') for setting in settings):
                    if name not in ('delay', 'jitter', 'loss', 'rate'):
                        raise ValueError(f'a line has no {name}')
                    setattr(line, name, float(value))
            else:
                line.cut = verb != 'join'
        return 'ok'

    def between(self, a, b, both):
        others = [name for name in self.routers if name != a] if b == '*' else [b]
        for other in others:
            yield self.lines[a, other]
            if both:
                yield self.lines[other, a]

    def add(self, name, netns, prefix):
        fd = self.tun_in(netns)
        for other in self.routers:
            self.lines[name, other], self.lines[other, name] = Line(), Line()
        self.routers[name] = fd
        self.prefixes[bytes(int(part) for part in prefix.split('.')[:2])] = name
        self.selector.register(fd, selectors.EVENT_READ, name)
        return 'ok'

    def tun_in(self, netns):
        """A TUN device `wan0` in that namespace, and the default route by it."""
        there = os.open(netns, os.O_RDONLY)
        try:
            self.enter(there)
            fd = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(fd, TUNSETIFF, struct.pack('16sH', b'wan0', IFF_TUN | IFF_NO_PI))
            for command in ('link set wan0 mtu 1500 txqueuelen 5000 up', 'route replace default dev wan0'):
                subprocess.run(['ip', *command.split()], check=True)
            return fd
        finally:
            self.enter(self.home)
            os.close(there)

    def enter(self, netns):
        if libc.setns(netns, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), 'setns')


if __name__ == '__main__':
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started it
    Wan().run()
