#!/usr/bin/env bash
# Makes the Debian package: src/packages/deb.sh PATH_OF_ACCRUEDB FOLDER. It needs dpkg-deb and nothing else.
#
# In it: the program, its manual pages, completions for bash, zsh and fish, a unit for systemd, its settings, and a user
# that the unit runs as. The service is neither enabled nor started: it needs tokens first.
set -euo pipefail
accruedb=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
here=$(cd "$(dirname "$0")" && pwd)
version=$("$accruedb" --version | awk '{print $2}')
architecture=$(dpkg --print-architecture)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 0755 "$root"

install -D -m 0755 "$accruedb" "$root/usr/bin/accruedb"
strip --strip-unneeded "$root/usr/bin/accruedb" 2>/dev/null || true
install -D -m 0644 "$here/accruedb.service" "$root/lib/systemd/system/accruedb.service"
install -D -m 0644 "$here/accruedb.default" "$root/etc/default/accruedb"
install -D -m 0644 "$here/../../LICENSE" "$root/usr/share/doc/accruedb/copyright"
mkdir -p "$root/usr/share/man/man1"
"$accruedb" man "$root/usr/share/man/man1" > /dev/null
gzip -9 -n "$root"/usr/share/man/man1/*.1
completions() {
  mkdir -p "$root/$(dirname "$2")"
  "$accruedb" completions "$1" > "$root/$2"
}
completions bash usr/share/bash-completion/completions/accruedb
completions zsh usr/share/zsh/vendor-completions/_accruedb
completions fish usr/share/fish/vendor_completions.d/accruedb.fish

# the C library that the program was linked with, or a newer one
libc=$(grep -a -o 'GLIBC_2\.[0-9]*' "$accruedb" | sort -u -t. -k2 -n | tail -1)
depends="libc6 (>= ${libc#GLIBC_}), libgcc-s1, passwd"
ldd "$accruedb" | grep -q libstdc++ && depends="$depends, libstdc++6"

mkdir "$root/DEBIAN"
echo /etc/default/accruedb > "$root/DEBIAN/conffiles"
cat > "$root/DEBIAN/control" <<CONTROL
Package: accruedb
Version: $version
Architecture: $architecture
Maintainer: the maintainers of AccrueDB <accruedb@localhost>
Section: database
Priority: optional
Depends: $depends
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Description: storage engine for loyalty points, with a server
 Points in lots that expire, exact and durable: accrual, redemption, expiry,
 partners who pay, settlement between merchants. The command line, and a server
 with a console.
CONTROL
cat > "$root/DEBIAN/postinst" <<'POSTINST'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
  getent passwd accruedb >/dev/null ||
    useradd --system --user-group --home-dir /var/lib/accruedb --no-create-home --shell /usr/sbin/nologin accruedb
  install -d -m 0700 -o accruedb -g accruedb /var/lib/accruedb /var/lib/accruedb/backups
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
    # an upgrade goes on with the new program
    [ -z "$2" ] || systemctl try-restart accruedb || true
  fi
fi
POSTINST
cat > "$root/DEBIAN/prerm" <<'PRERM'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl disable --now accruedb || true
fi
PRERM
# what is in /var/lib/accruedb is the owner's: no removal takes it away
chmod 0755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"
dpkg-deb --root-owner-group -Zxz -z4 --build "$root" "$out/accruedb_${version}_${architecture}.deb" > /dev/null
echo "$out/accruedb_${version}_${architecture}.deb"
