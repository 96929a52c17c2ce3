# Exercise 5 in Perl: one process, a non-blocking socket, and select for both directions.

use strict;
use warnings;
use Errno qw(EAGAIN EINTR EWOULDBLOCK);
use IO::Select;
use IO::Socket::IP;
use Time::HiRes qw(time);

# A write to a connection that the server has closed is an error, not a death.
$SIG{PIPE} = "IGNORE";

my ($limit, $length, $address) = (10, 32 << 20, "127.0.0.1:9090");
while (defined(my $word = shift @ARGV)) {
    if ($word eq "--time-limit") { $limit = shift @ARGV }
    elsif ($word eq "--bytes") { $length = shift @ARGV }
    else { $address = $word }
}
my $deadline = time + $limit;
my $chunk = 64 << 10;

sub fail {
    print STDERR "error: no whole echo from $address: $_[0]\n";
    exit 1;
}

# The bytes of the message from this place on.
sub message {
    my ($place, $count) = @_;
    my ($first, $last) = (int($place / 64), int(($place + $count + 63) / 64));
    my $lines = join "", map {
        sprintf "line %07d: every byte of the message tells where it belongs.\n", $_ % 10_000_000
    } $first + 1 .. $last;
    return substr $lines, $place % 64, $count;
}

my ($host, $port) = $address =~ /\A\[?(.*?)\]?:([0-9]+)\z/ or fail("it is not an address");
my $socket = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Timeout => $limit)
    or fail($@ || $!);
$socket->blocking(0);
my ($reading, $writing) = (IO::Select->new($socket), IO::Select->new($socket));
my ($sent, $received, $rest) = (0, 0, "");

sub is_temporary { $! == EAGAIN || $! == EWOULDBLOCK || $! == EINTR }

while (1) {
    my $left = $deadline - time;
    my ($readable, $writable) =
        $left > 0 ? IO::Select->select($reading, $sent <= $length ? $writing : undef, undef, $left) : ();
    fail("timed out") unless $readable;
    if (@$writable) {
        $rest = message($sent, $length - $sent < $chunk ? $length - $sent : $chunk) if $rest eq "";
        my $count = $rest eq "" ? 0 : syswrite $socket, $rest;
        fail($!) unless defined $count || is_temporary();
        $sent += $count // 0;
        substr($rest, 0, $count // 0) = "";
        if ($sent == $length) {
            shutdown $socket, 1;
            $sent++;
        }
    }
    if (@$readable) {
        my $count = sysread $socket, my $echo, $chunk;
        fail($!) unless defined $count || is_temporary();
        next unless defined $count;
        last if $count == 0;
        fail("a byte is wrong or too many after $received bytes")
            if $received + $count > $length || $echo ne message($received, $count);
        $received += $count;
    }
}
fail("it ended after $received of $length bytes") if $received < $length;
print "echoed $length bytes, each in its place\n";
