# Exercise 0 with Perl's Socket: an address is its bytes, and a range is what they begin with.

use strict;
use warnings;
use IO::Socket::IP;
use Socket qw(AF_INET AF_INET6 inet_pton);

sub parse {
    my ($word) = @_;
    my ($six, $four, $port) = $word =~ /\A(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]+)\z/a or return;
    return if $port > 65535;
    my $bytes = defined $six ? inet_pton(AF_INET6, $six) : inet_pton(AF_INET, $four);
    return defined $bytes ? ($bytes, $port, $six // $four) : ();
}

sub kind {
    my ($bytes) = @_;
    my @bytes = unpack "C*", $bytes;
    if (@bytes == 4) {
        my ($first, $second) = @bytes;
        return "loopback" if $first == 127;
        return "unspecified" if $bytes eq "\0" x 4;
        return "private"
            if $first == 10 || $first == 172 && ($second & 0xf0) == 16
            || $first == 192 && $second == 168;
        return "other";
    }
    return "loopback" if $bytes eq "\0" x 15 . "\1";
    return "unspecified" if $bytes eq "\0" x 16;
    return ($bytes[0] & 0xfe) == 0xfc ? "private" : "other";
}

sub range {
    my ($port) = @_;
    return "no port yet" if $port == 0;
    return $port < 1024 ? "system port" : $port < 49152 ? "user port" : "dynamic port";
}

sub classify {
    my $code = 0;
    for my $word (@_) {
        if (my ($bytes, $port) = parse($word)) {
            print "$word: ", kind($bytes), " address, ", range($port), "\n";
        } else {
            print STDERR "error: '$word' is not an address with a port: try 127.0.0.1:80\n";
            $code = 1;
        }
    }
    return $code;
}

sub ends {
    my ($word) = @_;
    my (undef, $port, $host) = parse($word);
    my $socket = defined $host && IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Timeout => 10);
    if (!$socket) {
        print STDERR "error: cannot connect to $word: ", $@ || $!, "\n";
        return 1;
    }
    my $shown = sub { $_[0] =~ /:/ ? "[$_[0]]:$_[1]" : "$_[0]:$_[1]" };
    print "local ", $shown->($socket->sockhost, $socket->sockport), "\n";
    print "peer ", $shown->($socket->peerhost, $socket->peerport), "\n";
    return 0;
}

my ($command, @words) = @ARGV;
exit(($command // "") eq "classify" ? classify(@words) : ends($command // "127.0.0.1:9090"));
