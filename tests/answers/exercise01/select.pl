# Exercise 1 in Perl: select waits for the next bytes, for the time that is left until the deadline.
use strict;
use warnings;
use Encode qw(decode);
use Errno qw(EINPROGRESS EINTR EAGAIN);
use Fcntl qw(F_SETFL O_NONBLOCK);
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6 AF_INET6 SHUT_WR);
use Time::HiRes qw(time);

my ($address, $limit) = ('127.0.0.1:9090', 10);
while (defined(my $word = shift @ARGV)) {
    if ($word eq '--time-limit') { $limit = shift @ARGV } else { $address = $word }
}
my $deadline = time + $limit;

sub fail {
    print STDERR "error: no reply from $address: $_[0]\n";
    exit 1;
}

my ($host, $port) = $address =~ /^\[?(.*?)\]?:(\d+)$/ or fail('not an address');
my $is_v6 = $host =~ /:/;
my $family = $is_v6 ? AF_INET6 : AF_INET;
my $ip = inet_pton($family, $host) or fail('not an address');
my $to = $is_v6 ? pack_sockaddr_in6($port, $ip) : pack_sockaddr_in($port, $ip);

# Waits until the socket can be read, or written to.
sub await {
    my ($socket, $writes) = @_;
    while (1) {
        my $left = $deadline - time;
        fail('timed out') if $left <= 0;
        my $bits = '';
        vec($bits, fileno($socket), 1) = 1;
        my ($read, $write) = $writes ? (undef, $bits) : ($bits, undef);
        return if select($read, $write, undef, $left) > 0;
    }
}

socket(my $server, $family, SOCK_STREAM, 0) or fail($!);
fcntl($server, F_SETFL, O_NONBLOCK) or fail($!);
if (!connect($server, $to)) {
    fail($!) unless $!{EINPROGRESS};
    await($server, 1);
    my $error = unpack('i', getsockopt($server, SOL_SOCKET, SO_ERROR));
    if ($error) { $! = $error; fail($!) }
}
my $message = "\xe4\xbd\xa0\xe5\xa5\xbd,\xe6\x88\x91\xe6\x98\xaf\xe5\xae\xa2\xe6\x88\xb7\xe7\xab\xaf";
while (length $message) {
    await($server, 1);
    my $count = syswrite($server, $message);
    if (defined $count) { substr($message, 0, $count) = '' } else { fail($!) unless $!{EAGAIN} || $!{EINTR} }
}
shutdown($server, SHUT_WR);

sub take {
    my ($wanted) = @_;
    my $data = '';
    while (length($data) < $wanted) {
        await($server, 0);
        my $count = sysread($server, $data, $wanted - length $data, length $data);
        if (!defined $count) { next if $!{EAGAIN} || $!{EINTR}; fail($!) }
        fail('the stream ended after ' . length($data) . " of $wanted bytes") if $count == 0;
    }
    return $data;
}

my $length = unpack('N', take(4));
fail("a text of $length bytes is too long") if $length > 16 << 20;
my $text = take($length);
eval { decode('UTF-8', my $copy = $text, Encode::FB_CROAK); 1 } or fail('it is not UTF-8');
binmode(STDOUT);
print STDOUT $text, "\n";
close(STDOUT) or fail($!);
