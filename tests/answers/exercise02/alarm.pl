#!/usr/bin/perl
# Exercise 2 in Perl: one client after another, and an alarm as the deadline of each.
use strict;
use warnings;
use Encode qw(decode FB_CROAK LEAVE_SRC);
use Socket qw(:all);
use Time::HiRes qw(ualarm setitimer ITIMER_REAL);

$| = 1;
$SIG{PIPE} = 'IGNORE';
my $reply = "\xe9\x97\xae\xe9\xa2\x98\xe6\xad\xa3\xe5\x9c\xa8\xe5\xa4\x84\xe7\x90\x86\xe4\xb8\xad...\n";
my $longest = 1 << 20;

my ($given, $limit) = ('127.0.0.1:9090', 10);
while (defined(my $word = shift @ARGV)) {
    if ($word eq '--time-limit') { $limit = shift @ARGV }
    else                         { $given = $word }
}
my ($host, $port) = $given =~ /^\[?(.*?)\]?:(\d+)$/ or die "error: bad address: $given\n";
my $family = $host =~ /:/ ? AF_INET6 : AF_INET;

sub shown {
    my ($name) = @_;
    my ($port, $ip) = $family == AF_INET6 ? unpack_sockaddr_in6($name) : unpack_sockaddr_in($name);
    my $host = inet_ntop($family, $ip);
    return $family == AF_INET6 ? "[$host]:$port" : "$host:$port";
}

sub serve {
    my ($connection) = @_;
    my $request = '';
    while (length $request <= $longest) {
        my $count = sysread $connection, $request, 65536, length $request;
        defined $count or die "$!\n";
        last if !$count;
    }
    length $request or die "it sent nothing\n";
    length $request <= $longest or die "it is longer than $longest bytes\n";
    # With a hyphen it is the strict one.
    eval { decode('UTF-8', $request, FB_CROAK | LEAVE_SRC); 1 } or die "it is not UTF-8\n";
    my $answer = $reply . $request;
    my $sent = 0;
    while ($sent < length $answer) {
        $sent += syswrite($connection, $answer, length($answer) - $sent, $sent) // die "$!\n";
    }
    shutdown $connection, 1;
}

socket(my $listener, $family, SOCK_STREAM, 0) or die "error: no socket: $!\n";
setsockopt $listener, SOL_SOCKET, SO_REUSEADDR, 1;
my $packed = inet_pton($family, $host);
bind($listener, $family == AF_INET6 ? pack_sockaddr_in6($port, $packed) : pack_sockaddr_in($port, $packed))
    or die "error: cannot bind $given: $!\n";
listen($listener, 128) or die "error: cannot listen on $given: $!\n";
print 'listening on ', shown(getsockname $listener), "\n";

while (my $client = accept(my $connection, $listener)) {
    my $done = eval {
        local $SIG{ALRM} = sub { die "timed out\n" };
        setitimer(ITIMER_REAL, $limit);
        serve($connection);
        setitimer(ITIMER_REAL, 0);
        1;
    };
    my $why = $@;
    setitimer(ITIMER_REAL, 0);
    print STDERR 'error: no reply for ', shown($client), ": $why" if !$done;
    close $connection;
}
