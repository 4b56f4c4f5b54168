#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# git: init, commit, branch, merge, clone, log, gc.
. "$(dirname "$0")/../lib.sh"
need git
compare_script bash <<'JOB'
export GIT_AUTHOR_DATE=@1000000000+0000 GIT_COMMITTER_DATE=@1000000000+0000 GIT_CONFIG_NOSYSTEM=1
git config --global user.name A; git config --global user.email a@example.org; git config --global init.defaultBranch main
git init r; cd r; seq 1 1000 > n; mkdir d; echo x > d/x; git add .; git commit -m one; git log --stat --format='%H %s'; git checkout -b b; echo more >> n; git commit -qam two; git checkout main; echo y > d/y; git add d; git commit -qm three; git merge -m merge b; git log --graph --oneline; git diff HEAD~1 | head -n 12; git status --short; touch u; git status --short
cd ..; git clone r c 2>&1; cd c; git log --format=%H -n 1; ls -R; echo z > z; git add z; git commit -qm four; git push -q origin main:pushed 2>&1; git -C ../r branch; git fetch 2>&1; git tag v1; git describe; git gc -q && git fsck 2>&1; git stash list; git blame -s n | tail -n 1; git grep -c 99; git rebase -q HEAD~1 && git bisect log 2>&1; git worktree add -q ../w -b w && ls ../w; git clone -q --bare "file://$PWD" ../bare.git 2>&1; git -C ../bare.git rev-parse HEAD; git archive HEAD | tar t; git rev-list --count HEAD; git ls-tree -r HEAD
JOB
