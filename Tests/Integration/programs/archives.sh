#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tar, gzip, xz, bzip2, zstd and cpio.
. "$(dirname "$0")/../lib.sh"
need tar gzip xz
compare_script bash <<'JOB'
mkdir -p d/e; seq 1 200000 > d/n; echo small > d/e/s; ln -s n d/link; ln d/n d/hard; chmod 600 d/e/s; touch -d @1000000000 d/n d/e/s; touch -h -d @1000000000 d/link; touch -d @1000000000 d/e d
tar cf t.tar --sort=name --owner=0 --group=0 d; sha256sum t.tar; tar tvf t.tar; mkdir o; tar xpf t.tar -C o; diff -r d o/d && echo equal; stat -c '%a %Y %h %N' o/d/e/s o/d/n o/d/link; find o | sort
rm d/hard; gzip -n -k d/n; sha256sum d/n.gz; gunzip -c d/n.gz | cmp - d/n; gzip -l d/n.gz; xz -k -T1 d/n; xz -t d/n.xz && xz -dc d/n.xz | sha256sum; xz -T2 -c d/n | xz -dc | sha256sum; bzip2 -k d/n && bunzip2 -c d/n.bz2 | sha256sum; for c in z J j; do tar c${c}f t.$c d/e d/n; tar tf t.$c | sort; done
tar cf - d | tar xf - -C o --strip-components=1; ls o; find d -depth | cpio -o 2>/dev/null | cpio -t 2>/dev/null | sort; zstd -q d/n -o n.zst 2>/dev/null && zstd -dcq n.zst | sha256sum; zcat d/n.gz | tail -n 1; tar xf nothere 2>&1 | head -n 1; tar rf t.tar d/n.gz && tar tf t.tar | tail -n 1; tar --delete -f t.tar d/n.gz; tar df t.tar; tar czf - -C / etc/passwd | tar tzf -; zip -qr d.zip d 2>/dev/null; unzip -l d.zip 2>/dev/null | tail -n 1; true
JOB
