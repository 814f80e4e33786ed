"""Two routers with the emulated network between them, and what travels over it: for wan.int.spec.ts.

Runs in namespaces of its own. Reads requests as JSON lines, {"tell": [commands], "count": packets, "size": bytes}; sends
so many packets from a to b and one back; answers {"said": answers, "there": [[number, seconds], ...], "back": ...}.
"""

import ctypes
import json
import os
import socket
import subprocess
import sys
import time

QUIET_SECONDS = 0.3
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None)


def run(*commands):
    for command in commands:
        subprocess.run(command.split(), check=True)


run('mkdir -p /run/netns', 'mount -t tmpfs rig /run/netns')
for n in (1, 2):
    run(f'ip netns add r{n}', f'ip -n r{n} link set lo up', f'ip -n r{n} addr add 10.{n}.0.1/32 dev lo')
wan = subprocess.Popen([sys.executable, sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def tell(command):
    wan.stdin.write(command + '\n')
    wan.stdin.flush()
    return wan.stdout.readline().strip()


def socket_of(n):
    there = os.open(f'/run/netns/r{n}', os.O_RDONLY)
    libc.setns(there, CLONE_NEWNET)
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((f'10.{n}.0.1', 7))
    made.settimeout(QUIET_SECONDS)
    return made


def received(receiver):
    try:
        return receiver.recv(2000)
    except TimeoutError:
        return None


def travels(sender, receiver, to, count=1, size=0):
    start, got = time.monotonic(), []
    for n in range(count):
        sender.sendto(n.to_bytes(4, 'big') + bytes(size), (to, 7))
    while len(got) < count and (packet := received(receiver)):
        got.append([int.from_bytes(packet[:4], 'big'), time.monotonic() - start])
    return got


print(json.dumps({'said': [tell('place a /run/netns/r1 10.1.'), tell('place b /run/netns/r2 10.2.')]}), flush=True)
a, b = socket_of(1), socket_of(2)
for line in sys.stdin:
    request = json.loads(line)
    answer = {'said': [tell(command) for command in request['tell']]}
    answer['there'] = travels(a, b, '10.2.0.1', request.get('count', 1), request.get('size', 0))
    answer['back'] = travels(b, a, '10.1.0.1')
    print(json.dumps(answer), flush=True)
