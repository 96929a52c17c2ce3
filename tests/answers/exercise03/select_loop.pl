#!/usr/bin/perl
# Exercise 3 in Perl: select, and the kernel's list of sockets instead of a client that asks.
use strict;
use warnings;
use utf8;
use Errno qw(EADDRINUSE);
use Socket qw(:all);
use Time::HiRes qw(time);

$| = 1;
$SIG{PIPE} = 'IGNORE';
my $reply = "问题正在处理中...";
utf8::encode($reply);

my ($given, $limit, $queue) = ('127.0.0.1:9090', 10, 128);
while (defined(my $word = shift @ARGV)) {
    if    ($word eq '--time-limit') { $limit = shift @ARGV }
    elsif ($word eq '--queue')      { $queue = shift @ARGV }
    else                            { $given = $word }
}
my ($host, $port) = $given =~ /^\[?(.*?)\]?:(\d+)$/ or die "error: bad address: $given\n";
my $family = $host =~ /:/ ? AF_INET6 : AF_INET;
my $name = $family == AF_INET6
    ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $host))
    : pack_sockaddr_in($port, inet_pton(AF_INET, $host));

sub shown {
    my ($name) = @_;
    return sprintf '[%s]:%d', inet_ntop(AF_INET6, $_->[1]), $_->[0] for
        $family == AF_INET6 ? [unpack_sockaddr_in6($name)] : ();
    my ($port, $ip) = unpack_sockaddr_in($name);
    return inet_ntop(AF_INET, $ip) . ":$port";
}

# A line of /proc/net/tcp in the state 0A is a listener (proc(5)).
sub holder {
    my $at = sprintf ':%04X', $port;
    for my $file ('/proc/net/tcp', '/proc/net/tcp6') {
        open my $list, '<', $file or next;
        while (my $line = <$list>) {
            my (undef, $local, undef, $state) = split ' ', $line;
            return 'a server listens there' if $state eq '0A' && $local =~ /$at$/ && is_at($local);
        }
    }
    return 'no server listens there';
}

sub is_at {
    my ($local) = split /:/, $_[0];
    my $ours = uc unpack 'H*', join '', map { scalar reverse $_ }
        inet_pton($family, $host) =~ /(.{4})/gs;
    return $local eq $ours || $local =~ /^0+$/;
}

sub give_up {
    my $why = $!;
    my $holder = $!{EADDRINUSE} ? holder() : 'nothing to do with a server';
    print STDERR "error: cannot listen on $given: $why: $holder\n";
    exit 1;
}

socket(my $listener, $family, SOCK_STREAM, 0) or give_up();
setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1) or give_up();
bind($listener, $name) or give_up();
listen($listener, $queue - 1) or give_up();
print 'listening on ', shown(getsockname $listener), "\n";

while (my $client = accept(my $connection, $listener)) {
    my $end = time + $limit;
    my $replied = 0;
    while (1) {
        my $left = $end - time;
        vec(my $ready = '', fileno $connection, 1) = 1;
        if ($left <= 0 || !select($ready, undef, undef, $left)) {
            print STDERR 'error: ', shown($client), ": timed out\n";
            last;
        }
        my $count = sysread $connection, my $bytes, 65536;
        if (!defined $count) {
            print STDERR 'error: ', shown($client), ": $!\n";
            last;
        }
        last if !$count;
        if (!$replied++) {
            syswrite $connection, $reply;
            shutdown $connection, 1;
        }
    }
    close $connection;
}
