#!/bin/bash
# HEALTHCHECK of every service: whether it lives. Whether it is ready is asked by those who send it work.
# By the shell alone: a Node for each question of each container would take a good part of a small machine.
port=${INTERNAL_PORT:-9464}
if ! exec 3<> "/dev/tcp/127.0.0.1/$port"; then
  echo "nothing listens at port $port" >&2
  exit 1
fi
printf 'GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r -t 5 _ status _ <&3
[ "$status" = 200 ] && exit 0
echo "port $port answered ${status:-nothing}" >&2
exit 1
