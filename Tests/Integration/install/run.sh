#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs under a fresh prefix whose path has a space, runs the installed command where the source tree is not to be seen, and
# removes it again.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
prefix="$work/a prefix"
trap 'rm -rf "$work"' EXIT

fail() {
    echo "install: error: $1" >&2
    exit 1
}

"$root/scripts/install.sh" "$prefix" >"$work/log"
for file in bin/cloister bin/cloister-broker libexec/cloister/cloister-kernel libexec/cloister/cloister-platform libexec/cloister/cloister-agent libexec/cloister/cloister-shield share/man/man1/cloister.1 share/man/man1/cloister-keys-new.1 \
    share/man/man1/cloister-broker-secret-put.1 share/bash-completion/completions/cloister-broker \
    share/bash-completion/completions/cloister share/zsh/site-functions/_cloister share/fish/vendor_completions.d/cloister.fish; do
    [[ -s $prefix/$file ]] || fail "$file is missing under the prefix"
done
bash -n "$prefix/share/bash-completion/completions/cloister"
bash -n "$prefix/share/bash-completion/completions/cloister-broker"
for shell in zsh fish; do
    script=$prefix/share/zsh/site-functions/_cloister
    [[ $shell == zsh ]] || script=$prefix/share/fish/vendor_completions.d/cloister.fish
    if command -v "$shell" >/dev/null; then
        "$shell" -n "$script" || fail "the completion for $shell is not valid"
    else
        echo "install: completion for $shell not parsed: $shell is not installed"
    fi
done

# A page for every command that the help names, with the example that its help has.
mapfile -t commands < <("$prefix/bin/cloister" --help | sed -n '/^SUBCOMMANDS/,$s/^  \([a-z]\+\) .*/\1/p')
[[ ${#commands[@]} -ge 14 ]] || fail "the help lists only ${#commands[@]} commands"
for command in "${commands[@]}"; do
    grep -q "cloister $command\|cloister \\\\-" "$prefix/share/man/man1/cloister-$command.1" || fail "no example in cloister-$command.1"
done

# The installed command in a mount namespace of its own, in which the source tree is an empty folder.
cat >"$work/job.sh" <<'JOB'
set -euo pipefail
mount -t tmpfs none "$1"
[[ ! -e $1/Makefile ]]
cd /
export HOME="$3/home" CLOISTER_STATE="$3/state"
mkdir "$HOME"
cloister=("$2/bin/cloister")
[[ $("${cloister[@]}" run --quiet --insecure-host-root -- /bin/echo works 2>/dev/null) == works ]]
[[ $("${cloister[@]}" run --quiet --insecure-host-root -- cat /dev/attestation/quote 2>/dev/null | wc -c) -gt 4000 ]]
cd "$HOME"
"${cloister[@]}" new hello >/dev/null
"${cloister[@]}" keys new key.pem >/dev/null
# bash alone: the point is the way, not the packages.
printf '%s\n' 'name: hello' 'entry_point: /bin/bash' 'args: [-c, "echo hello"]' 'packages: [bash]' 'essential: false' >hello/cloister.yaml
"${cloister[@]}" build --key key.pem hello >/dev/null
[[ $("${cloister[@]}" run --quiet hello) == hello ]]
"${cloister[@]}" verify hello >/dev/null
"${cloister[@]}" broker operator new ann --role secrets ann.key >/dev/null
[[ $("$2/bin/cloister-broker" audit verify broker.db) == 'intact: 1 entries, head '* ]]
JOB
env -u CLOISTER_KERNEL unshare --mount --map-root-user bash "$work/job.sh" "$root" "$prefix" "$work" ||
    fail "the installed command does not run without the source tree"

"$root/scripts/install.sh" --remove "$prefix" >>"$work/log"
left=$(find "$prefix" -type f)
[[ -z $left ]] || fail "left after the removal: $left"
echo "install: ok"
