# shellcheck shell=bash
# What the scripts at the root share: a word to the user, packages, the build.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

# install PACKAGE...: with apt, as root or through sudo.
install() {
  command -v apt-get >/dev/null || fail "Please install these (or what they are called here) and try again: $*"

  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "Missing packages. Please run as root: apt-get install $*"
    say "These packages are missing and are installed with sudo, which may ask for your password: $*"
    as_root=(sudo)
  else
    say "Installing: $*"
  fi

  # A PostgreSQL package starts a server of its own unless it is told not to: we bring ours.
  if [[ " $* " == *" postgresql "* && ! -e /etc/postgresql-common/createcluster.d/denywatch.conf ]]; then
    "${as_root[@]}" mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.d/denywatch.conf >/dev/null
  fi

  # Another apt may be at work: wait for it. RUNLEVEL=1 keeps packages from starting their services.
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -q -o DPkg::Lock::Timeout=600)
  "${apt[@]}" update >&2 </dev/null || say "apt-get update failed; trying with the lists that are there."
  "${apt[@]}" install -y --no-install-recommends "$@" >&2 </dev/null ||
    fail "apt could not install $*. Install them by hand and try again."
}

need_dotnet() {
  command -v dotnet >/dev/null || fail "The .NET SDK 10 is needed: https://dotnet.microsoft.com/download"
  dotnet --version >/dev/null 2>&1 || fail "The .NET SDK that global.json asks for is needed; here is: $(dotnet --list-sdks | tr '\n' ' ')"
}

has_postgres() { [[ -n ${Denywatch__PostgresBin:-} ]] || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null; }

# Bundles style and charts at build time; 18 is what Debian 12 has.
has_node() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    (($(node --version | sed 's/^v//; s/\..*//') >= 18))
}

# missing WHAT...: the packages that are not there, one a line.
missing() {
  local what
  for what in "$@"; do
    case $what in
    postgres) has_postgres || echo postgresql ;;
    node) has_node || { command -v npm >/dev/null || echo npm; echo nodejs; } ;;
    chromium) [[ -x /usr/bin/chromium ]] || echo chromium ;;
    fonts) fc-list 2>/dev/null | grep -qi liberation || [[ -d /usr/share/fonts/truetype/liberation ]] || echo fonts-liberation ;;
    rsyslog)
      [[ -x /usr/sbin/rsyslogd ]] || echo rsyslog
      compgen -G '/usr/lib/*/rsyslog/omelasticsearch.so' >/dev/null || echo rsyslog-elasticsearch
      ;;
    *) fail "Nobody knows how to install $what." ;;
    esac
  done
}

need() {
  local packages
  mapfile -t packages < <(missing "$@" | sort -u)
  ((${#packages[@]} == 0)) || install "${packages[@]}"
}

# build TARGET...: quiet unless something is wrong.
build() {
  local started=$SECONDS
  say "Building $* ..."
  dotnet build "$@" -c Release -v quiet -nologo -tl:off -clp:"ErrorsOnly;NoSummary" >&2 </dev/null || return 1
  say "Built in $((SECONDS - started)) s."
}
