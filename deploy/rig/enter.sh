#!/bin/sh
# enter.sh FOLDER USER:GROUP GROUPS DIRECTORY PROGRAM [ARGUMENT…]: runs a service of a compose file without an engine.
# In a mount namespace of its own (the caller unshares it) it gets what a container of that service has: a root that
# cannot be written, over this machine's programs, with the mounts that FOLDER/mounts lists, one a line:
#   bind SOURCE TARGET ro|rw       tmpfs - TARGET OPTIONS
# and it has neither capabilities nor a way to new privileges. All of it goes with its last process.
set -eu
folder=$1 user=$2 groups=$3 directory=$4
shift 4

mount -t tmpfs -o mode=0755 rig "$folder/fs"
mkdir "$folder/fs/upper" "$folder/fs/work" "$folder/fs/root"
root=$folder/fs/root
mount -t overlay -o "lowerdir=/,upperdir=$folder/fs/upper,workdir=$folder/fs/work" rig "$root"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
# Nothing of what this machine runs shows.
for empty in /run /tmp /var/log; do mount -t tmpfs -o mode=0755 rig "$root$empty"; done
mkdir -m 1777 "$root/var/log/nginx" "$root/var/log/pgbackrest"

while read -r kind source target options; do
  [ ! -L "$root$target" ] || rm "$root$target" # it would lead out of here
  case $kind in
    tmpfs)
      mkdir -p "$root$target"
      mount -t tmpfs -o "$options" rig "$root$target"
      ;;
    bind)
      if [ -d "$source" ]; then
        mkdir -p "$root$target"
      else
        mkdir -p "$root$(dirname "$target")"
        [ -e "$root$target" ] || : > "$root$target"
      fi
      # With what is mounted below, as an engine does it.
      mount --rbind "$source" "$root$target"
      [ "$options" != ro ] || mount -o remount,bind,ro "$root$target"
      ;;
  esac
done < "$folder/mounts"
mount -o remount,bind,ro "$root"

# shellcheck disable=SC2016
exec chroot "$root" setpriv --reuid "${user%:*}" --regid "${user#*:}" --groups "$groups" \
  --no-new-privs --inh-caps=-all --bounding-set=-all sh -c 'cd "$0" && exec "$@"' "$directory" "$@"
