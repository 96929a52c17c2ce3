//! The frame of a report, and what becomes of a recording.

words! {
    // Under these, texts are aligned.
    expected() = "        expected  ";
    got() = "        got       ";
    hint() = "Hint: ";
    likely_cause() = "Likely cause: ";
    nothing() = "nothing";
    read() = "Read: ";
    // Before the cause and the hint of a check that isn't judged.
    if_again() = "If it says the same on a quiet machine, it's your program:";
    // Instead of the name of a program, in an experiment.
    this_machine() = "this machine";
    begin_with() = "Begin with this one:";

    title(program: &str, check: &str) = "{program} does not pass {check}";
    title_not_judged(program: &str, check: &str) =
        "{program} is not judged on {check}: the machine was busy";
    machine_busy(others: usize, processors: usize) =
        "not judged: the machine was busy. {others} threads of other programs wanted its {processors} processors, so the time that this check took says nothing. Run it again when they are done. Where the machine is always busy, put GRADER_PATIENCE=3 before the command: checks then wait three times as long.";
    // Where `cargo run -p book` serves the book.
    page(section: &str, port: u16) = "http://127.0.0.1:{port}/{section} (while cargo run -p book is running)";
    in_one_line(expected: &str, got: &str) = "expected {expected}, got {got}";
    repeated(length: usize, times: usize) =
        "… {}, {times} times more …", if length == 1 { "the same" } else { "these steps" };
    left_out(steps: usize) = "… {steps} more that went well …";
    seed(seed: u64) = "The check's random data came from seed {seed}: GRADER_SEED={seed} gives the same again.";
    wrote(program: &str) = "what {program} wrote";
    wrote_in(program: &str, run: usize) = "what {program} wrote in its run {run}";
    was_ended(reason: &str) = "grader | it was ended: {reason}";
    more_lines(count: usize) = "… and {count} lines more …";
    cut_line(start: &str, bytes: usize) = "{start} … ({bytes} bytes)";
    mib_in_all(bytes: u64) = "… {:.1} MiB in all …", bytes as f64 / f64::from(1 << 20);
    record_anew(difference: &str, variable: &str, file: &str) =
        "\n{difference}\n{variable}=overwrite cargo test records {file} anew\n";
    cannot_write(file: &str, why: &str) = "cannot write {file}: {why}";
    cannot_read(file: &str, why: &str) = "cannot read {file}: {why}";
}
