# shellcheck shell=bash
# What the scripts share. Sourced, never run.

# The project's folder and the folder cargo builds into, both absolute.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
if [[ $target != /* ]]; then
  target=$PWD/$target
  export CARGO_TARGET_DIR=$target
fi

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
warn() { printf '\033[1;33mwarning:\033[0m %s\n' "$*" >&2; }
die() {
  printf '\033[1;31merror:\033[0m %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# locked_version CRATE LOCKFILE: the version that the lock file names.
locked_version() {
  awk -v want="name = \"$1\"" '$0 == want { getline; gsub(/"/, "", $3); print $3; exit }' "$2"
}

# The version of the wasm-bindgen program that the build would use; empty when there is none.
wasm_bindgen_version() {
  local words
  words=$(PATH=$target/tools/bin:$PATH wasm-bindgen --version 2>/dev/null) || true
  echo "${words#wasm-bindgen }"
}

# How many megabytes files in /dev/shm may take without anybody missing them; 0 where there is none, or none for programs.
free_mb() {
  local there=0 memory=0
  if awk '$2 == "/dev/shm" && $4 !~ /noexec/ { found = 1 } END { exit !found }' /proc/mounts 2>/dev/null; then
    there=$(df -Pm /dev/shm | awk 'NR == 2 { print $4 }')
    memory=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
  fi
  echo $((there < memory ? there : memory))
}

# The folder of PostgreSQL's server programs, newest first; empty when there are none.
postgres_programs() {
  local dir
  for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) "$(pg_config --bindir 2>/dev/null || true)"; do
    if [[ -x $dir/initdb && -x $dir/pg_ctl && -x $dir/postgres ]]; then
      echo "$dir"
      return
    fi
  done
}

# The Chromium that the browser tests drive; empty when there is none.
chromium_program() {
  local program
  for program in "${AISORA_CHROMIUM:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome; do
    if [[ -n $program && -x $program ]]; then
      echo "$program"
      return
    fi
  done
}
