//! The texts that there are: each is a function of its name in `en` and in `zh`, and a language that lacks one
//! doesn't compile.

use super::{Language, en, language, zh};

/// A function for each text, which says it in this thread's language.
macro_rules! texts {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        $(pub fn $name($($argument: $type),*) -> String {
            match language() {
                Language::English => en::$name($($argument),*),
                Language::Chinese => zh::$name($($argument),*),
            }
        })*
    };
}

texts! {
    bytes(count: usize);
    nothing();
    and_then(then: &str);
}

/// What the threads of a program do.
pub mod activity {
    use std::net::SocketAddr;

    use super::{Language, en::activity as en, language, zh::activity as zh};

    texts! {
        busy();
        polls();
        sleeps();
        waits_for_a_process();
        waits_for_a_thread();
        listener();
        a_connection();
        stdin();
        stdout();
        stderr();
        only_thread(does: &str);
        one_thread(does: &str);
        threads(number: usize, does: &str);
        waits_in(call: &str, on: &str);
        connection(peer: SocketAddr);
        descriptor(number: u64);
        handles(peer: &str, number: usize);
        one_after_the_other(does: &[String]);
        not_accepted(count: u64);
        unread(count: u64, peer: SocketAddr);
    }
}

/// The likely cause of a failure, in plain words.
pub mod causes {
    use super::{Language, en::causes as en, language, zh::causes as zh};

    texts! {
        cut_off(program: &str, why: &str);
        died(program: &str, of: &str);
        thread_died(program: &str, of: &str);
        panic(file: &str, line: &str, message: &str);
        exception(file: &str, line: &str, message: &str);
        last_said(said: &str);
        error_taken_for_success(program: &str);
        no_address(program: &str);
        no_line(program: &str);
        waited_in_vain(step: usize);
        was_doing(program: &str, calls: &[String]);
        sentence(words: &str);
        still_open(program: &str, peers: &[String]);
        did_not_wait(program: &str);
        does_not_listen(program: &str);
        closed_with_unread_input(program: &str);
        ended_too_early(program: &str);
        lacks_newline(program: &str);
        sent_less(program: &str);
        port_zero(program: &str);
        would_block(program: &str);
        lossy_decoder();
        named(sentence: &str, name: &str, address: &str);
        two_sentences(one: &str, other: &str);
        early_end(program: &str, how: Option<String>, last_words: Option<&str>);
    }
}

/// What a step expected, and what it got.
pub mod demands {
    use std::fmt::Display;
    use std::net::SocketAddr;
    use std::process::ExitStatus;
    use std::time::Duration;

    use super::{Language, en::demands as en, language, zh::demands as zh};

    texts! {
        time_up();
        then_time_up();
        error_line();
        has_ended();
        input_ended();
        just_that();
        kernels_view();
        listening();
        not_available_here();
        reads_input();
        rlimit();
        running();
        is_unread();
        runs_on();
        starts();
        takes_signal();
        the_end();
        a_byte();
        a_connection();
        a_reset();
        bytes_and_end();
        clean_end();
        closed_in_time();
        end_of_stream();
        end_read();
        free_port();
        free_port_for_check();
        network();
        no_reply();
        no_room();
        open_connection();
        reads_all();
        refused();
        silence();
        still_open();
        takes_bytes();
        the_end_of();
        time_wait();
        a_panic();
        deadline_that_passes();
        no_panic();
        succeeded();
        on_stream(words: &str, stream: impl Display);
        on_stdout(what: &str);
        not_on_stdout(words: &str);
        error_naming(client: SocketAddr);
        running_and_saying(line: &str);
        exit_code(code: i32);
        ended_by_grader(reason: &str);
        kept_a_processor_busy(busy: Duration, of: Duration);
        nothing(then: &str);
        then(got: &[u8], then: &str);
        no_end(got: &[u8]);
        takes_no_more(sent: usize);
        took(sent: usize);
        right_so_far(count: usize);
        nothing_left_of(attempts: usize);
        recording(name: &str);
        exited(code: Option<i32>);
        ended(status: ExitStatus);
    }
}

/// What a machine lacks, and why a program was ended.
pub mod machine {
    use super::{Language, en::machine as en, language, zh::machine as zh};

    texts! {
        privileged_ports();
        linux_or_windows();
        not_wine();
        list_of_sockets();
        namespaces();
        netem();
        needs(what: &str);
        the_right_to(command: &str);
        too_many_processes(most: usize);
        too_much_memory(mib: u64);
        too_much_output(mib: u64, stream: &str);
    }
}

/// The frame of a report, and what becomes of a recording.
pub mod report {
    use super::{Language, en::report as en, language, zh::report as zh};

    texts! {
        expected();
        got();
        hint();
        likely_cause();
        nothing();
        read();
        if_again();
        this_machine();
        begin_with();
        title(program: &str, check: &str);
        title_not_judged(program: &str, check: &str);
        machine_busy(others: usize, processors: usize);
        page(section: &str, port: u16);
        in_one_line(expected: &str, got: &str);
        repeated(length: usize, times: usize);
        left_out(steps: usize);
        seed(seed: u64);
        wrote(program: &str);
        wrote_in(program: &str, run: usize);
        was_ended(reason: &str);
        more_lines(count: usize);
        cut_line(start: &str, bytes: usize);
        mib_in_all(bytes: u64);
        record_anew(difference: &str, variable: &str, file: &str);
        cannot_write(file: &str, why: &str);
        cannot_read(file: &str, why: &str);
    }
}

/// The steps of a check, as its report numbers them.
pub mod steps {
    use std::fmt::Display;
    use std::net::SocketAddr;
    use std::time::Duration;

    use super::{Language, en::steps as en, language, zh::steps as zh};

    texts! {
        accept();
        becomes_refused();
        close_the_listener();
        each_thread_waits();
        less_than_nine_seconds();
        lift_the_limit();
        network();
        no_more_descriptors();
        no_more_threads();
        starts(command: &str);
        runs_to_end(command: &str);
        listens(program: &str);
        writes(program: &str, what: &str);
        has_not_said(program: &str, words: &str);
        ends(program: &str);
        ends_without_listening(program: &str);
        still_runs(program: &str);
        interrupt(program: &str);
        terminate(program: &str);
        suspend(program: &str);
        resume(program: &str);
        kill(program: &str);
        types(program: &str, text: &str);
        ends_input(program: &str);
        exit_code(code: i32);
        stdout_has(words: &str);
        stderr_has(words: &str);
        stdout_is(text: &str);
        says(what: &str);
        all_threads_wait(program: &str);
        nothing_happens(time: Duration);
        meanwhile_idle(program: &str);
        took(time: Duration);
        had_ended(program: &str);
        connects(peer: &str, address: SocketAddr);
        is_refused(address: SocketAddr);
        listen_on(address: SocketAddr);
        sends(peer: &str, bytes: &[u8]);
        sends_in_chunks(peer: &str, bytes: &[u8], chunks: usize);
        has_been_read(peer: &str);
        finishes_sending(peer: &str);
        has_unread_input(peer: &str);
        receives(peer: &str, bytes: &[u8]);
        receives_end(peer: &str);
        receives_to_end(peer: &str);
        receives_no_reply(peer: &str);
        receives_nothing_for(peer: &str, time: Duration);
        sends_until_cut_off(peer: &str);
        no_later_than(latest: Duration);
        is_reset(peer: &str);
        closes(peer: &str);
        resets(peer: &str);
        sends_and_resets(peer: &str, bytes: &[u8]);
        listed(local: SocketAddr, peer: SocketAddr, state: impl Display);
        nothing_is_left(local: SocketAddr, peer: SocketAddr);
        message_waits(server: SocketAddr);
        fails(what: impl Display, why: impl Display);
        is_recorded(name: &str);
        client(number: usize);
        accepted(number: usize);
    }
}

/// What a suite, and `cargo grade`, say around the reports.
pub mod suite {
    use super::{Language, en::suite as en, language, zh::suite as zh};

    texts! {
        marker_left();
        other_lessons();
        quote_not_closed();
        starter_changed();
        reported_above();
        no_test_matches(lesson: &str, word: &str, nearest: Option<&str>);
        cannot_start(program: &str, why: &str);
        not_started(exercise: &str);
        edited_elsewhere(file: &str, exercise: &str);
        reported_later(milestone: usize, lesson: &str, subject: &str, check: &str);
        milestone(number: usize, name: &str, passed: usize, of: usize);
        all_checks(name: &str, of: usize);
        some_checks(name: &str, passed: usize, of: usize);
        not_run(count: usize);
        not_available(count: usize);
        not_judged(count: usize);
        next(check: &str);
        compare_with(solution: &str);
        read_next(title: &str, page: &str);
    }
}
