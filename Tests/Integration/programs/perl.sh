#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# perl.
. "$(dirname "$0")/../lib.sh"
need perl
compare_script perl <<'JOB'
use strict; use warnings; use POSIX; use File::Temp qw(tempfile); use Socket; use Time::HiRes qw(sleep time alarm); use IO::Socket::INET; use Digest::SHA qw(sha256_hex); use List::Util qw(sum); use File::Find; use IPC::Open3;
$| = 1;
print sum(1 .. 1000), " ", sha256_hex("cloister"), "\n";
my $pid = fork; if (!$pid) { print "child\n"; exit 5 } waitpid $pid, 0; print "status ", $? >> 8, "\n";
pipe my $r, my $w; if (!fork) { close $r; print $w "through a pipe\n"; exit } close $w; print <$r>; wait;
print `echo from backticks`; system "exit 3"; print $? >> 8, "\n"; open my $p, "-|", "seq 3"; print while <$p>; close $p;
$SIG{ALRM} = sub { die "alarm\n" }; eval { alarm 0.1; select undef, undef, undef, 5 }; print $@;
$SIG{USR1} = sub { print "usr1\n" }; kill USR1 => $$; $SIG{CHLD} = sub { }; 
my ($fh, $name) = tempfile; print $fh "line $_\n" for 1 .. 1000; close $fh; open $fh, "<", $name; my @l = <$fh>; print scalar @l, "\n"; print -s $name, "\n"; unlink $name;
my %h = map { $_ => ord } "a" .. "e"; print "$_=$h{$_} " for sort keys %h; print "\n"; (my $t = "hello world") =~ s/(\w+)/\u$1/g; print "$t\n";
my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") or die "listen: $!"; my $port = $s->sockport;
if (!fork) { my $c = IO::Socket::INET->new("127.0.0.1:$port") or die "connect: $!"; print $c "over tcp\n"; exit } my $c = $s->accept; print <$c>; wait;
socketpair my $a, my $b, AF_UNIX, SOCK_STREAM, PF_UNSPEC; syswrite $a, "pair"; sysread $b, my $buf, 10; print "$buf\n";
print strftime("%Y-%m-%d", gmtime 86400), "\n"; my $n = 0; find(sub { $n++ }, "/usr/share/perl5"); print $n > 10, "\n"; my $q = open3(my $in, my $out, undef, "cat"); print $in "open3\n"; close $in; print <$out>; waitpid $q, 0;
exec "echo", "exec'd";
JOB
