# Reads TAP files with the parser of perl's `prove` and prints a line for each: file, whether the reader is content with
# it, points, `not ok`, `not ok # TODO`, `ok # TODO`, skipped, what it could not accept.
use strict;
use warnings;
use TAP::Parser;

for my $file (@ARGV) {
    open my $in, '<', $file or die "$file: $!";
    my $parser = TAP::Parser->new( { tap => do { local $/; <$in> } } );
    $parser->run;
    my $unexpected = () = $parser->todo_passed;
    my $todo       = () = $parser->todo;
    my $failed     = () = $parser->failed;
    my $skipped    = () = $parser->skipped;
    # A stream that is skipped as a whole has no point.
    my @counts = ( $parser->tests_run, $failed, $todo - $unexpected, $unexpected, $skipped );
    my $ok = $parser->has_problems ? 'false' : 'true';
    print join( "\t", $file, $ok, @counts, join '; ', $parser->parse_errors ), "\n";
}
