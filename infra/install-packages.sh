#!/bin/sh
# Installs the Debian packages named as arguments, and nothing else happens to the machine: no service is started,
# no database cluster is made, and both switches used for that are put back afterwards, also after a failure.
# Needs root; `python3 -m infra.machine` calls it, through sudo where needed.
set -eu

policy=/usr/sbin/policy-rc.d
kept=$policy.kept-by-lianxin
cluster_dir=/etc/postgresql-common/createcluster.d
cluster_conf=$cluster_dir/zz-lianxin-no-main-cluster.conf

restore() {
    rm -f "$policy" "$cluster_conf"
    if [ -e "$kept" ] || [ -L "$kept" ]; then mv "$kept" "$policy"; fi
    rmdir "$cluster_dir" 2>/dev/null || true
    rmdir /etc/postgresql-common 2>/dev/null || true
}
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A run that was killed outright has left the machine's own policy under the other name: that one is the original.
if [ ! -e "$kept" ] && [ ! -L "$kept" ] && { [ -e "$policy" ] || [ -L "$policy" ]; }; then mv "$policy" "$kept"; fi
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"
mkdir -p "$cluster_dir"
echo 'create_main_cluster = false' >"$cluster_conf"

DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
# A third-party list that cannot be reached must not stop us: what is really missing fails in the next command.
apt-get -q -o DPkg::Lock::Timeout=300 update || true
apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    install --no-install-recommends "$@"
