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

is_debian() { grep -qx 'ID=debian' /etc/os-release; }

# The browser of the tests: that which SURE_CHROMIUM names, or one that is installed.
has_chromium() {
    [ -n "${SURE_CHROMIUM-}" ] || command -v chromium >/dev/null || command -v google-chrome >/dev/null || command -v chromium-browser >/dev/null
}

missing_packages() {
    local path="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
    compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || echo postgresql
    PATH=$path command -v redis-server >/dev/null || echo redis-server
    PATH=$path command -v rabbitmq-server >/dev/null || echo rabbitmq-server
    command -v npm >/dev/null || printf '%s\n' nodejs npm
    [ "${1-}" = tests ] || return 0
    PATH=$path command -v promtool >/dev/null || echo prometheus
    command -v slowhttptest >/dev/null || echo slowhttptest
    # Ubuntu has no package of them – its chromium is a snap –; there the tests that need one say that it is missing.
    if is_debian; then
        has_chromium || echo chromium
        PATH=$path command -v kubectl >/dev/null || echo kubernetes-client
    fi
    [ "${2-}" = images ] || return 0
    local tool
    for tool in podman buildah mmdebstrap runc curl; do
        PATH=$path command -v "$tool" >/dev/null || echo "$tool"
    done
}

# Installs the servers where they are missing. The platform runs instances of its own, so the system's are neither started nor
# enabled; one that was there before is left as it is. "tests" as argument
# installs what only they need too, "tests images" what images are built and started with besides.
install_packages() {
    local packages
    mapfile -t packages < <(missing_packages "$@")
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

# Node 18.18 is the oldest that builds the dashboard.
node_is_new_enough() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 18 || (a === 18 && b >= 18) ? 0 : 1)'
}

# What the dashboard is made of, in one number; without what is made of that.
dashboard_sources() {
    (cd "$root/Dashboard" && find . \( -name node_modules -o -name dist -o -name e2e -o -name screenshots -o -name test-results -o -name playwright-report -o -path ./src/shared/api/openapi.ts \) -prune -o -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1)
}

# Whether what is built of the dashboard was made from the sources that are here.
dashboard_is_built() {
    [ -f "$root/Dashboard/dist/index.html" ] && [ "$(cat "$root/Dashboard/node_modules/.built" 2>/dev/null)" = "$(dashboard_sources)" ]
}

# Builds the dashboard where it is not. Without a fitting Node the platform runs without it.
build_dashboard() {
    if ! node_is_new_enough; then
        say "Node 18.18 or newer is missing (there is $(node --version 2>/dev/null || echo none)): the platform starts without its dashboard."
        return 0
    fi

    ! dashboard_is_built || return 0
    local sources
    sources=$(dashboard_sources)
    install_dashboard
    say "Building the dashboard …"
    (cd "$root/Dashboard" && npm run --silent build >&2) || fail "The dashboard could not be built; what is above says why."
    printf '%s' "$sources" >"$root/Dashboard/node_modules/.built"
}

# Installs what the dashboard is built and tested with, where it is not what the lock file says.
install_dashboard() {
    local lock installed="$root/Dashboard/node_modules/.installed"
    lock=$(sha256sum <"$root/Dashboard/package-lock.json")
    [ "$(cat "$installed" 2>/dev/null)" != "$lock" ] || return 0
    say "Installing what the dashboard is built with …"
    (cd "$root/Dashboard" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
        fail "What the dashboard is built with could not be installed: 'npm ci' in Dashboard/ says why."
    printf '%s' "$lock" >"$installed"
}
