//! What breaks a program, and what does not: the tables of the book's page "How fast is it, and what breaks
//! it".
//!
//! Each suite demands that its programs are listed with the checks that they pass, no more and no fewer, and
//! that none of its troubles is missing. `tests/book.rs` demands that the page has these tables.

use std::fmt::Write;

/// Who or what does it.
pub struct Group {
    pub title: &'static str,
    pub troubles: &'static [Trouble],
}

pub struct Trouble {
    /// What comes.
    pub what: &'static str,
    pub ends: &'static [End],
}

/// What becomes of it.
pub struct End {
    /// Their names, with spaces between them.
    pub programs: &'static str,
    /// In a few words.
    pub happens: &'static str,
    /// Each of the programs passes each of these.
    pub shown_by: &'static [&'static str],
}

const fn group(title: &'static str, troubles: &'static [Trouble]) -> Group {
    Group { title, troubles }
}

const fn trouble(what: &'static str, ends: &'static [End]) -> Trouble {
    Trouble { what, ends }
}

const fn end(
    programs: &'static str,
    happens: &'static str,
    shown_by: &'static [&'static str],
) -> End {
    End { programs, happens, shown_by }
}

/// The lasting servers: all that serve more than one client.
const LASTING: &str = "solution02 solution.py solution03 lesson04 solution04";

pub const GROUPS: &[Group] = &[
    group(
        "What a client does to a server",
        &[
            trouble(
                "It resets the connection before, in or after its request",
                &[
                    end(
                        "lesson02 lesson03",
                        "that is an error, exit code 1",
                        &["reports_a_reset", "reports_a_reset_later_on"],
                    ),
                    end(LASTING, "the next client is served", &["survives_resets_at_any_moment"]),
                    end(
                        "solution02 solution.py lesson04 solution04",
                        "and nobody else is disturbed",
                        &["survives_a_reset"],
                    ),
                    end("lesson04", "it is in the log", &["says_who_broke_off"]),
                ],
            ),
            trouble(
                "It closes without a word",
                &[
                    end(
                        "lesson02 lesson03",
                        "that is an error, no empty message",
                        &["reports_an_empty_message"],
                    ),
                    end(
                        "solution02 solution.py",
                        "it gets no reply; the next one is served",
                        &["survives_an_empty_request"],
                    ),
                ],
            ),
            trouble(
                "It says nothing",
                &[
                    end(
                        "lesson02 lesson03 solution02 solution.py",
                        "the wait ends with the time limit",
                        &["gives_up_on_a_silent_client"],
                    ),
                    end(LASTING, "the next client is served", &["is_not_held_by_who_says_nothing"]),
                    end(
                        "lesson04",
                        "it is told goodbye after the idle limit",
                        &["ends_silent_clients"],
                    ),
                    end(
                        "lesson04 solution04",
                        "meanwhile others are served, and its thread uses no processor time",
                        &["serves_clients_side_by_side", "rests_while_clients_are_silent"],
                    ),
                ],
            ),
            trouble(
                "It sends a byte now and then",
                &[
                    end(
                        "lesson02 lesson03 solution02 solution.py solution03",
                        "the time limit is for the whole conversation",
                        &["gives_up_on_a_dripping_client"],
                    ),
                    end(
                        "lesson04 solution04",
                        "meanwhile others are served",
                        &["serves_others_while_one_drips"],
                    ),
                ],
            ),
            trouble(
                "It sends and never reads",
                &[
                    end(
                        LASTING,
                        "no processor time is used; the next client is served",
                        &["is_not_held_by_who_reads_nothing"],
                    ),
                    end(
                        "lesson04",
                        "its thread is free after the idle limit",
                        &["ends_clients_that_never_read"],
                    ),
                ],
            ),
            trouble(
                "It has its reply, and keeps its side open",
                &[end(
                    "lesson02 lesson03",
                    "it has been served: the time limit ends that, exit code 0",
                    &["parts_with_a_client_that_stays"],
                )],
            ),
            trouble(
                "It ends its side, and waits for the reply",
                &[
                    end(
                        "lesson02 lesson03",
                        "it gets the reply",
                        &["serves_a_client_that_ends_its_side"],
                    ),
                    end("solution03", "the same", &["gives_memory_back"]),
                    end(
                        "solution02 solution.py",
                        "that is how a request ends",
                        &["answers_a_request"],
                    ),
                    end(
                        "lesson04",
                        "it has all its replies, and then the end",
                        &["answers_every_piece"],
                    ),
                    end(
                        "solution04",
                        "a last line without an end is answered",
                        &["answers_the_last_line"],
                    ),
                ],
            ),
            trouble(
                "It sends a megabyte without an end of line",
                &[
                    end(
                        "lesson02 lesson03",
                        "it gets the whole reply",
                        &["delivers_the_whole_reply"],
                    ),
                    end(
                        "solution02 solution.py",
                        "that is the longest request; it is answered",
                        &["answers_a_long_request"],
                    ),
                    end(
                        "solution04",
                        "it is cut off after 64 KiB, in however many pieces they come",
                        &["parts_with_a_line_that_is_too_long", "refuses_a_line_that_comes_slowly"],
                    ),
                    end(
                        LASTING,
                        "it gets an end, and the next client is served",
                        &["survives_whatever_is_sent"],
                    ),
                ],
            ),
            trouble(
                "It sends without end",
                &[
                    end("lesson02 lesson03", "it is cut off after 4 MiB", &["bounds_the_message"]),
                    end(
                        "solution02 solution.py",
                        "it is cut off after 1 MiB; the next one is served",
                        &["refuses_a_request_that_is_too_long"],
                    ),
                ],
            ),
            trouble(
                "It sends zeros and control characters",
                &[
                    end(
                        "lesson02 lesson03",
                        "they are printed as escapes",
                        &["shows_zeros_as_escapes"],
                    ),
                    end(
                        LASTING,
                        "it gets an end, and the next client is served",
                        &["survives_whatever_is_sent"],
                    ),
                ],
            ),
            trouble(
                "It sends bytes that are not UTF-8, such as GBK",
                &[
                    end(
                        "lesson02 lesson03",
                        "it gets its reply; that is an error, exit code 1",
                        &["reports_bytes_that_are_not_text"],
                    ),
                    end(
                        "solution02 solution.py",
                        "it gets no reply; the next one is served",
                        &["survives_bytes_that_are_not_text"],
                    ),
                    end(
                        "lesson04 solution04",
                        "it is reported and ended, the others are served",
                        &["parts_with_bytes_that_are_not_text"],
                    ),
                    end(
                        "lesson04 solution04",
                        "after the replies to what came before",
                        &["parts_when_replies_have_arrived"],
                    ),
                    end(
                        "lesson04",
                        "with `--encoding gbk`, GBK is text",
                        &["speaks_gbk_when_told"],
                    ),
                ],
            ),
            trouble(
                "A character of its text is cut in two, at whatever place",
                &[
                    end(
                        "lesson02 lesson03 solution03",
                        "the text is read as it was meant",
                        &["reads_a_message_cut_anywhere"],
                    ),
                    end("solution02 solution.py", "the same", &["answers_requests_cut_anywhere"]),
                    end("lesson04", "the same", &["reads_characters_cut_anywhere"]),
                    end("solution04", "the same", &["answers_lines_cut_anywhere"]),
                ],
            ),
            trouble(
                "A thousand clients connect at once, and vanish",
                &[end(
                    LASTING,
                    "the next one is served; no descriptor and no thread is left of them",
                    &["survives_a_crowd"],
                )],
            ),
            trouble(
                "Many clients come one after the other",
                &[
                    end(LASTING, "memory does not grow with them", &["gives_memory_back"]),
                    end(
                        "lesson04 solution04",
                        "nothing is left of them",
                        &["leaves_nothing_behind"],
                    ),
                ],
            ),
        ],
    ),
    group(
        "What the machine and its user do to a server",
        &[
            trouble(
                "No descriptor is left",
                &[
                    end(
                        "lesson02 lesson03",
                        "that is an error, exit code 1",
                        &["reports_a_lack_of_descriptors"],
                    ),
                    end(
                        LASTING,
                        "clients wait and the server rests; with a descriptor they are served",
                        &["waits_for_descriptors"],
                    ),
                    end(
                        "lesson04 solution04",
                        "those who are connected are served",
                        &["survives_without_descriptors"],
                    ),
                ],
            ),
            trouble(
                "No thread can be started",
                &[end(
                    "lesson04 solution04",
                    "the newcomer is turned away, the others are served",
                    &["survives_a_lack_of_threads"],
                )],
            ),
            trouble(
                "Standard output takes nothing (`/dev/full`)",
                &[
                    end(
                        "lesson02 lesson03",
                        "that is an error, exit code 1",
                        &["reports_a_full_output"],
                    ),
                    end(
                        LASTING,
                        "the same: nobody would learn where it listens",
                        &["reports_a_full_output"],
                    ),
                ],
            ),
            trouble(
                "Standard output is closed later on",
                &[
                    end(
                        "lesson02 lesson03",
                        "that is an error, exit code 1; a client that is connected has its reply, one that comes later has none",
                        &["reports_a_closed_output"],
                    ),
                    end(LASTING, "clients are served all the same", &["does_without_its_output"]),
                    end("lesson04", "the same", &["survives_a_closed_output"]),
                ],
            ),
            trouble(
                "Standard error is closed later on",
                &[end(
                    LASTING,
                    "when something goes wrong with a client, the next one is served all the same",
                    &["does_without_its_errors"],
                )],
            ),
            trouble(
                "Standard output is a full pipe that nobody reads",
                &[
                    end(
                        "lesson02 lesson03 solution03",
                        "the client has its reply; then the server waits until somebody reads",
                        &["waits_for_who_reads_its_output"],
                    ),
                    end(
                        "solution02 solution.py solution04",
                        "clients are served: once it listens, it says nothing there",
                        &["does_not_wait_for_its_output"],
                    ),
                    end(
                        "lesson04",
                        "clients do not wait for it, and neither does Ctrl-C",
                        &["does_not_wait_for_its_terminal", "stops_though_its_terminal_does_not"],
                    ),
                ],
            ),
            trouble(
                "Standard error is a full pipe that nobody reads",
                &[
                    end(
                        "solution02 solution.py solution03",
                        "after something has gone wrong, the next client waits until somebody reads, and is served then",
                        &["waits_for_who_reads_its_errors"],
                    ),
                    end(
                        "lesson04 solution04",
                        "clients do not wait for it, and neither does Ctrl-C",
                        &["does_not_wait_for_who_reads_its_errors"],
                    ),
                ],
            ),
            trouble(
                "Ctrl-C (SIGINT) or SIGTERM in the middle of a reply",
                &[
                    end(
                        "lesson02 lesson03 solution03",
                        "it ends at once; what it has written arrives, and the next run has the port",
                        &["ends_in_the_middle_of_a_reply"],
                    ),
                    end(
                        "solution02 solution.py",
                        "the same; what it has not written is missing, and the client sees an end like any other",
                        &["ends_in_the_middle_of_a_reply"],
                    ),
                    end(
                        "lesson04",
                        "the reply is finished first",
                        &["finishes_replies", "finishes_replies_when_told_to_end"],
                    ),
                    end(
                        "solution04",
                        "lines that have arrived are answered first",
                        &["finishes_lines_that_have_arrived", "finishes_lines_when_told_to_end"],
                    ),
                    end("lesson04 solution04", "but that has a time limit", &["stops_in_time"]),
                    end(
                        "lesson04 solution04",
                        "an idle client holds up nothing",
                        &["stops_without_delay"],
                    ),
                    end(
                        "lesson04 solution04",
                        "it works without a descriptor, too, and with `accept` holding the last",
                        &["stops_without_descriptors", "stops_with_the_last_descriptor"],
                    ),
                ],
            ),
            trouble(
                "Ctrl-Z, and on it goes",
                &[end(
                    "lesson04 solution04",
                    "who was connected is served",
                    &["serves_on_after_ctrl_z"],
                )],
            ),
            trouble(
                "`kill -9`, and a new start at once",
                &[
                    end(
                        "lesson02 lesson03",
                        "the next run has the same port",
                        &["runs_again_after_kill"],
                    ),
                    end(LASTING, "the same", &["runs_again_after_kill"]),
                ],
            ),
        ],
    ),
    group(
        "What a server does to a client",
        &[
            trouble(
                "Nobody listens",
                &[end(
                    "solution00 lesson01 solution01 solution05",
                    "that is an error, exit code 1",
                    &["reports_a_refusal"],
                )],
            ),
            trouble(
                "It does not answer the handshake",
                &[end(
                    "lesson01 solution01 solution05",
                    "the wait ends with the time limit",
                    &["gives_up_connecting"],
                )],
            ),
            trouble(
                "It accepts, and says nothing",
                &[end(
                    "lesson01 solution01 solution05",
                    "the wait ends with the time limit",
                    &["gives_up_on_a_silent_server"],
                )],
            ),
            trouble(
                "It sends a byte now and then",
                &[
                    end(
                        "lesson01 solution01",
                        "the time limit is for the whole conversation",
                        &["gives_up_on_a_dripping_server"],
                    ),
                    end("solution05", "the same", &["keeps_the_time_limit"]),
                ],
            ),
            trouble(
                "It closes at once",
                &[
                    end(
                        "lesson01 solution01 solution05",
                        "that is an error, exit code 1",
                        &["reports_a_server_that_hangs_up"],
                    ),
                    end(
                        "lesson01 solution01",
                        "the same, though it has read the message: no reply is no empty reply",
                        &["reports_no_reply"],
                    ),
                ],
            ),
            trouble(
                "It resets in the middle of the reply",
                &[
                    end("lesson01", "that is an error, no short reply", &["reports_a_reset"]),
                    end("solution01", "the same", &["reports_a_reply_that_breaks_off"]),
                    end("solution05", "the same", &["notices_a_reset"]),
                ],
            ),
            trouble(
                "It sends 4 MiB, and no more",
                &[end(
                    "lesson01 solution01",
                    "all of it is taken",
                    &["takes_a_reply_that_just_fits"],
                )],
            ),
            trouble(
                "It sends without end",
                &[
                    end(
                        "lesson01 solution01",
                        "it is cut off after 4 MiB: an error",
                        &["parts_with_a_server_that_sends_for_ever"],
                    ),
                    end(
                        "solution05",
                        "it is cut off at its first wrong byte: an error",
                        &[
                            "parts_with_a_server_that_sends_for_ever",
                            "does_not_wait_for_the_end_of_too_much",
                        ],
                    ),
                ],
            ),
            trouble(
                "It reads on only when somebody reads its echo",
                &[end(
                    "solution05",
                    "all comes back, and the client stays small",
                    &["reads_while_it_writes", "stays_small"],
                )],
            ),
            trouble(
                "It sends bytes that are not text",
                &[
                    end(
                        "lesson01 solution01",
                        "that is an error; nothing is printed",
                        &["reports_bytes_that_are_not_text"],
                    ),
                    end(
                        "solution01",
                        "the same for half a character at the end",
                        &["reports_half_a_character_at_the_end"],
                    ),
                ],
            ),
            trouble(
                "It takes its time, and meanwhile somebody presses Ctrl-Z, and on the client goes",
                &[end("lesson01 solution01", "it gets the reply", &["goes_on_after_ctrl_z"])],
            ),
            trouble(
                "The client's standard output takes nothing (`/dev/full`)",
                &[end(
                    "lesson01 solution01 solution05",
                    "that is an error, exit code 1",
                    &["reports_a_full_output"],
                )],
            ),
        ],
    ),
    group(
        "What the network does",
        &[
            trouble(
                "The cable is cut, and mended",
                &[end(
                    "solution04",
                    "what was lost is sent again; the reply arrives",
                    &["S6_what_is_lost_is_sent_again"],
                )],
            ),
            trouble(
                "The cable is cut for good",
                &[
                    end(
                        "lesson04",
                        "nobody is told; the idle limit ends the wait",
                        &["S19_a_cut_cable_is_silence"],
                    ),
                    end(
                        "",
                        "a client with keepalive notices, one without waits on",
                        &["S19_keepalive_notices_a_dead_peer"],
                    ),
                ],
            ),
            trouble(
                "One packet in five is lost, at random",
                &[end(
                    "solution04",
                    "what was lost is sent again; all replies arrive, and whole",
                    &["S6_losses_are_made_good"],
                )],
            ),
            trouble(
                "Each packet takes 300 ms",
                &[end(
                    "lesson04",
                    "a reply does not wait until the one before it has been acknowledged",
                    &["a_reply_waits_for_no_acknowledgement"],
                )],
            ),
        ],
    ),
];

/// The checks that the page names, each with the programs that it names with it. A program without a name:
/// it is a fact, of no program of ours.
pub fn named() -> impl Iterator<Item = (&'static str, &'static str)> {
    let ends = GROUPS.iter().flat_map(|group| group.troubles).flat_map(|trouble| trouble.ends);
    ends.flat_map(|end| {
        let programs = end.programs.split(' ');
        programs.flat_map(|program| end.shown_by.iter().map(move |check| (*check, program)))
    })
}

/// The tables, in Markdown.
pub fn tables() -> String {
    let mut text = String::new();
    for Group { title, troubles } in GROUPS {
        write!(
            text,
            "### {title}\n\n<div class=\"calls shown-by troubles\">\n\n\
             | what comes | what happens | shown by |\n|---|---|---|\n"
        )
        .expect("a String takes all that is written");
        for Trouble { what, ends } in *troubles {
            for (place, End { programs, happens, shown_by }) in ends.iter().enumerate() {
                let what = if place == 0 { what } else { "" };
                let happens = match *programs {
                    "" => (*happens).to_owned(),
                    LASTING => format!("**lasting servers**: {happens}"),
                    _ => format!("**{}**: {happens}", programs.replace(' ', ", ")),
                };
                let checks: Vec<String> =
                    shown_by.iter().map(|check| format!("`{check}`")).collect();
                let checks = checks.join(", ");
                writeln!(text, "| {what} | {happens} | {checks} |")
                    .expect("a String takes all that is written");
            }
        }
        text += "\n</div>\n\n";
    }
    text.truncate(text.trim_end().len());
    text
}
