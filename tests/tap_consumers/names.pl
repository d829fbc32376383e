# Reads a TAP file with the parser of perl's `prove` and prints each point as it was read, as JSON.
use strict;
use warnings;
use JSON::PP;
use TAP::Parser;

my ($file) = @ARGV;
open my $in, '<:utf8', $file or die "$file: $!";
my $parser = TAP::Parser->new( { tap => do { local $/; <$in> } } );
my @points;
while ( my $line = $parser->next ) {
    if ( $line->is_test ) {
        my $ok = $line->is_actual_ok ? JSON::PP::true : JSON::PP::false;
        push @points, { ok => $ok, name => $line->description, reason => $line->explanation };
    }
    elsif ( $line->is_yaml ) {
        $points[-1]{diagnostics} = $line->data;
    }
}
print JSON::PP->new->ascii->allow_blessed->encode( \@points );
