# shellcheck shell=bash
# Debian packages. Sourced, after common.sh.

# missing_packages NAME… prints those that are not installed.
missing_packages() {
  local name
  for name; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s ' "$name"
  done
}

# install_packages NAME… installs what is missing. Where that cannot be done it says why and returns 1.
install_packages() {
  local missing as_root=()
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null; then
    say "no apt-get here to install these Debian packages: $missing" >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "neither root nor sudo here to install these Debian packages: $missing" >&2
      return 1
    fi
    as_root=(sudo)
    [ -t 0 ] || as_root=(sudo -n)
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  # Another apt-get may be at work.
  local apt=("${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
  say "installing Debian packages: $missing"
  quietly apt-update.log "${apt[@]}" update || return 1
  # The names hold no white space.
  # shellcheck disable=SC2086
  quietly apt-install.log "${apt[@]}" install -y --no-install-recommends $missing
}
