#!/usr/bin/env bash
# Installs the packages in a clean root and uses them: src/packages/check.sh FOLDER_OF_PACKAGES.
#
# With debootstrap and as root, the .deb is installed by dpkg in a new Debian. Without, it is unpacked into an empty root
# with the libraries that the program names and nothing else. The wheel is installed in a new environment of Python.
set -euo pipefail
packages=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root="$work/root"
deb=$(ls "$packages"/accruedb_*.deb)

# A server by the service's own settings takes commands over HTTP; then the command line audits what it wrote.
cat > "$work/use.sh" <<'USE'
set -e
accruedb --version
cd /var/lib/accruedb
set -a; . /etc/default/accruedb; set +a
mkdir -p "$ACCRUEDB_BACKUPS"
token=$(accruedb token new --file "$ACCRUEDB_TOKENS" check --scope catalog --scope post --scope read)
ACCRUEDB_LISTEN=127.0.0.1:0 accruedb --json serve > said 2> log &
server=$!
for i in $(seq 60); do [ -s said ] && break; sleep 1; done
[ -s said ] || { cat log; exit 1; }
port=$(sed 's/.*:\([0-9]*\)".*/\1/' said)
post() {
  length=$(printf %s "$3" | wc -c)
  printf 'POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nIdempotency-Key: %s\r\nContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' \
    "$1" "$token" "$2" "$length" "$3" > request
  if [ -n "$BASH" ]; then
    exec 3<>"/dev/tcp/127.0.0.1/$port"; cat request >&3; head -1 <&3; exec 3>&-
  else
    nc 127.0.0.1 "$port" < request | head -1
  fi
}
post /v1/programs/1 p '{"enrolment":"on_first_accrual"}'
post /v1/programs/1/point-types t '{"point_type":1}'
post /v1/programs/1/accruals a '{"member":"M1","awards":[{"point_type":1,"points":100}]}'
kill -TERM $server; wait $server
accruedb verify --db "$ACCRUEDB_DB"
accruedb balance --db "$ACCRUEDB_DB" M1
USE

# A new Debian with the package in it.
new_debian() {
  [ "$(id -u)" = 0 ] || return 1
  if ! command -v debootstrap >/dev/null && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq debootstrap; } >/dev/null 2>&1 || true
  fi
  command -v debootstrap >/dev/null || return 1
  . /etc/os-release
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -1)
  if ! debootstrap --variant=minbase "${VERSION_CODENAME:-bookworm}" "$root" ${mirror:+"$mirror"} > "$work/debootstrap.log" 2>&1; then
    tail -3 "$work/debootstrap.log"
    rm -rf "$root"
    return 1
  fi
  cp "$deb" "$root/tmp/accruedb.deb"
}

if new_debian; then
  chroot "$root" sh -c 'dpkg -i /tmp/accruedb.deb || apt-get install -y -f' > "$work/dpkg.log" 2>&1 ||
    { cat "$work/dpkg.log"; exit 1; }
  chroot "$root" dpkg -s accruedb | grep Status
  chroot "$root" id accruedb
  how="in a new Debian (debootstrap)"
else
  echo 'SKIPPED a whole Debian: it needs root and debootstrap. The package is unpacked into an empty root.'
  mkdir -p "$root/bin" "$root/tmp"
  dpkg-deb -x "$deb" "$root"
  shell=$(command -v busybox || true)
  if [ -z "$shell" ] || [ "$(id -u)" != 0 ]; then
    echo 'SKIPPED using it there: that needs root and busybox-static. What was unpacked:'
    find "$root" -type f | sed "s|$root||" | sort
    how=
  else
    for library in $(ldd "$root/usr/bin/accruedb" | grep -o '/[^ ]*'); do
      install -D "$library" "$root$library"
    done
    install -D "$shell" "$root/bin/busybox"
    chroot "$root" /bin/busybox --install -s /bin
    mkdir -p "$root/var/lib/accruedb" "$root/proc" "$root/dev"
    how="in an empty root"
  fi
fi
if [ -n "$how" ]; then
  cp "$work/use.sh" "$root/tmp/use.sh"
  shell=/bin/sh
  [ ! -x "$root/bin/bash" ] || shell=/bin/bash
  chroot "$root" "$shell" /tmp/use.sh
  ls "$root"/usr/share/man/man1/accruedb-serve.1.gz "$root"/usr/share/bash-completion/completions/accruedb \
    "$root"/lib/systemd/system/accruedb.service > /dev/null
  echo "accruedb.deb: installed and used $how"
fi

python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install --no-index "$packages"/accruedb-[0-9]*.whl
(cd "$work" && env -i PATH="$work/venv/bin:/usr/bin:/bin" HOME="$work" accruedb --version)
echo 'the wheel: installed and used in a new environment of Python'
