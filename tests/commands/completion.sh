#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The scripts of completion, in the shells they are for: completion.sh WEIR WEIR_GEN
set -uo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/here" "$work/here/more" "$work/home"
export HOME=$work/home
for program in "$@"; do ln -s "$(realpath "$program")" "$work/bin/${program##*/}"; done
export PATH=$work/bin:$PATH
touch "$work/here/shop.yaml" "$work/here/old.yml" "$work/here/notes.txt"
cd "$work/here" || exit 1
failed=0

# expect SHELL WANTED FOUND WHAT: words, in any order.
expect() {
    local wanted found
    wanted=$(tr ' ' '\n' <<<"$2" | sort | tr '\n' ' ')
    found=$(tr ' ' '\n' <<<"$3" | sort | tr '\n' ' ')
    [ "$wanted" = "$found" ] || { echo "$1 completes \"$4\" with: $3; wanted: $2"; failed=1; }
}

in_bash() {
    # shellcheck disable=SC2016
    bash --norc --noprofile -c '
        source <("$1" completion bash)
        compopt() { :; }
        read -ra COMP_WORDS <<<"${2//=/ = }"
        [[ $2 != *[\ =] ]] || COMP_WORDS+=("")
        [[ $2 != *= ]] || unset "COMP_WORDS[-1]"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        "_${1//-/_}_complete"
        echo "${COMPREPLY[*]}"' bash "${1%% *}" "$1"
}

in_fish() {
    fish --no-config -c '$argv[1] completion fish | source; complete -C "$argv[2]"' "${1%% *}" "$1" | cut -f1 | tr '\n' ' ' | sed 's/ $//'
}

# Without a terminal zsh completes nothing: what its functions are given is looked at.
in_zsh() {
    # shellcheck disable=SC2016
    zsh -f -c '
        compdef() { completer=$1 }
        _describe() { print -rl -- ${(P)4%%:*} }
        _files() { case $* in (-/) print -rl -- *(/) ;; (-g*) print -rl -- *(/) *.(yaml|yml) ;; (*) print -rl -- * ;; esac }
        source <($1 completion zsh)
        words=(${(z)2}); [[ $2 != *\  ]] || words+=("")
        CURRENT=$#words
        $completer' zsh "${1%% *}" "$1" | tr '\n' ' ' | sed 's/ $//'
}

for shell in bash fish zsh; do
    command -v "$shell" >/dev/null || { echo "no $shell here: its completion was not tried"; continue; }
    while IFS='|' read -r shells line wanted; do
        [[ $shells != *$shell* ]] || expect "$shell" "$wanted" "$("in_$shell" "$line")" "$line"
    done <<'CASES'
bash fish zsh|weir mig|migrate
bash fish zsh|weir migrate --app|--approve
bash fish zsh|weir migrate --dry-run --dr|
bash fish zsh|weir migrate --format |text json
bash fish zsh|weir-gen ddl --dialect l|lakebase
bash|weir-gen ddl --dialect=l|lakebase
fish zsh|weir-gen ddl --dialect=l|--dialect=lakebase
bash fish zsh|weir completion z|zsh
bash fish zsh|weir migrate --approve |
bash|weir migrate |more old.yml shop.yaml
zsh|weir migrate |more old.yml shop.yaml
fish|weir migrate |more/ notes.txt old.yml shop.yaml
bash zsh|weir-gen generate --out-dir |more
fish|weir-gen generate --out-dir |more/
CASES
done
exit $failed
