# What ./run, ./test and .ci/run need on this machine. To be sourced; "root" is the root of the repository.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
# Nothing that was started for a build stays after it.
export MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

require_dotnet() {
    command -v dotnet >/dev/null || fail "The .NET SDK 10 is missing: install 'dotnet-sdk-10.0' from Microsoft's package feed, or add its folder to PATH."
    local why
    # The version is that of global.json, which counts from the current folder upward.
    why=$(cd "$root" && dotnet --version 2>&1) || fail "$why"
}

missing_packages() {
    local path="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
    compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || echo postgresql
    PATH=$path command -v redis-server >/dev/null || echo redis-server
    PATH=$path command -v rabbitmq-server >/dev/null || echo rabbitmq-server
}

# Installs the servers where they are missing. The platform runs instances of its own, so the system's are neither started nor
# enabled; one that was there before is left as it is.
install_packages() {
    local packages
    mapfile -t packages < <(missing_packages)
    [ ${#packages[@]} -gt 0 ] || return 0

    local command="apt-get install -y --no-install-recommends ${packages[*]}"
    command -v apt-get >/dev/null ||
        fail "Missing: ${packages[*]}. There is no apt-get here; install them with this system's package manager, then run this again with --no-install."
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || fail "Missing: ${packages[*]}. Run 'sudo apt-get update && sudo $command', then run this again."
        as_root=(sudo -n)
    fi

    say "Installing ${packages[*]} …"
    "${as_root[@]}" bash -s -- "${packages[@]}" >&2 <<'END' || fail "They could not be installed. Try 'sudo apt-get update && sudo $command', then run this again."
set -u
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt() { apt-get -qq -o DPkg::Lock::Timeout=120 "$@"; }
apt-cache show "$@" >/dev/null 2>&1 || apt update
apt install -y --no-install-recommends "$@" >/dev/null || { apt update && apt install -y --no-install-recommends "$@" >/dev/null; } || exit 1
if command -v systemctl >/dev/null && [ -d /run/systemd/system ]; then
    for package in "$@"; do
        systemctl disable --quiet "$package" 2>/dev/null
        [ "$package" != rabbitmq-server ] || systemctl disable --quiet epmd.socket 2>/dev/null
    done
fi
exit 0
END
}

# build_solution <configuration>
build_solution() {
    say "Building …"
    (cd "$root" && dotnet build Platform.sln -c "$1" --nologo -v quiet -clp:NoSummary -p:UseSharedCompilation=false >&2) ||
        fail "The build failed; what is above says why."
}
