//! The live record, and what else a suite says of an exercise. This program is both: with `A_SUITE` in its
//! environment it is a suite of three checks, and otherwise it tests what that suite writes, and what it
//! leaves behind.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(unix)]
    return unix::main();
    // The subjects here are commands of Unix.
    #[cfg(not(unix))]
    ExitCode::SUCCESS
}

#[cfg(unix)]
mod unix {
    use std::env;
    use std::fs;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::path::Path;
    use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
    use std::sync::mpsc;
    use std::thread;
    use std::time::{Duration, Instant};

    use grader::{
        Check, Exercise, Graded, LIVE, Lesson, Needs, Outcome, RECORD, Run, Status, check,
    };
    use harness::{Arguments, Trial};
    use rustix::process::{Pid, test_kill_process};
    use serde_json::Value;

    const A_SUITE: &str = "A_SUITE";

    const DEADLINE: Duration = Duration::from_secs(60);

    const CHECKS: &[Check] = &[
        check("says_hello", says_hello)
            .demands("It says `hello`.")
            // It has a Chinese message, since an exercise asks it.
            .hint("Is an empty word an address?")
            .section("02-2-server.html#exercise"),
        check("says_its_name", says_its_name)
            .demands("It says which process it is.")
            .hint("Who is it?")
            .section("02-2-server.html#exercise"),
        check("is_elsewhere", |_| Ok(()))
            .demands("It is somewhere else.")
            .needs(Needs::Program("a program that nobody has")),
    ];

    fn says_hello(run: &mut Run) -> Outcome {
        run.start(&[])?.says("hello")
    }

    fn says_its_name(run: &mut Run) -> Outcome {
        let mut program = run.start(&[])?;
        let line = program.line("its name", |line| line.starts_with("I am "))?;
        // Who waits for this check is told the name, and can see what becomes of it.
        println!("\n{}", line.trim_start_matches("I am "));
        program.ends().map(drop)
    }

    pub fn main() -> ExitCode {
        if env::var_os(A_SUITE).is_some() {
            let exercise = Exercise::new("exercise09", "solution09", CHECKS);
            return Lesson::new("lesson09").exercise(exercise).main();
        }
        let test = |name: &str, run: fn()| {
            Trial::test(name, move || {
                run();
                Ok(())
            })
        };
        let trials = vec![
            test("each_check_is_told_as_it_ends", each_check_is_told_as_it_ends),
            test("steps_are_told_where_they_are_asked_for", steps_are_told),
            test("a_suite_ends_with_its_stdin", a_suite_ends_with_its_stdin),
            test("a_suite_ends_with_who_reads_it", a_suite_ends_with_who_reads_it),
            test("people_read_the_report_and_the_grade", people_read_the_report_and_the_grade),
            test("a_chinese_reader_reads_chinese", a_chinese_reader_reads_chinese),
            test("programs_read_events_and_the_record", programs_read_events_and_the_record),
            test("a_word_that_matches_nothing_is_an_error", a_word_that_matches_nothing),
            test("a_subject_is_graded_by_the_exercises_name", a_subject_by_the_exercises_name),
            test("a_subject_is_split_as_a_shell_does_it", a_subject_is_split),
            test("a_program_that_is_not_found_is_named", a_program_that_is_not_found_is_named),
            test("the_first_line_left_is_one_message", the_first_line_left_is_one_message),
            test("a_reader_may_go_away", a_reader_may_go_away),
        ];
        harness::run(&Arguments::from_args(), trials).exit_code()
    }

    fn each_check_is_told_as_it_ends() {
        let mut suite = Suite::grading("echo I am somebody");
        let lines = suite.lines();
        let told = |line: &&Value| line["live"].is_string();
        let told: Vec<&Value> = lines.iter().filter(told).collect();
        let first = told[0];
        assert_eq!((&first["live"], &first["lesson"]), (&"checks".into(), &"lesson09".into()));
        let checks = first["checks"].as_array().unwrap();
        assert_eq!(checks.len(), 3);
        assert_eq!(checks[0]["demands"], "It says `hello`.");
        assert_eq!(checks[0]["hint"], "Is an empty word an address?");
        assert_eq!(checks[0]["status"], "waiting");
        assert_eq!(checks[2]["status"], "not available");
        assert!(checks[2]["message"].as_str().unwrap().starts_with("needs a program"));
        let place = |live: &str, check: &str| {
            let is_it = |line: &&&Value| line["live"] == live && line["check"] == check;
            told.iter().position(|line| is_it(&line)).unwrap_or_else(|| panic!("no {live} {check}"))
        };
        assert!(place("running", "says_hello") < place("ended", "says_hello"));
        assert_eq!(told[place("ended", "says_its_name")]["status"], "passed");
        let failed = told[place("ended", "says_hello")];
        assert_eq!(failed["status"], "failed");
        // The report without its hint, which is not shown until it is asked for.
        let report = failed["report"].as_str().unwrap();
        assert!(report.contains("-->") && report.contains("I am somebody"), "{report}");
        assert!(!report.contains("Hint") && !report.contains("Likely cause"), "{report}");
        assert!(!failed["likely"].as_array().unwrap().is_empty());
        // It is a line of the record, too.
        assert!(failed["message"].as_str().unwrap().contains("Hint: Is an empty word an address?"));
        assert_eq!(told.len(), 5);
        // A graded program could write to this one.
        let mut stdout = String::new();
        suite.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        assert!(!stdout.contains("\"live\""), "{stdout}");
    }

    /// Each when it begins, in its order, and only of what grades: not of the run that explains a failure.
    fn steps_are_told() {
        let steps = |lines: &[Value]| -> Vec<(String, u64)> {
            let steps = lines.iter().filter(|line| line["live"] == "step");
            let step = |line: &Value| {
                (line["step"].as_str().unwrap().to_owned(), line["at"].as_u64().unwrap_or(0))
            };
            steps.map(step).collect()
        };
        let mut quiet = Suite::grading("echo I am somebody");
        assert_eq!(steps(&quiet.lines()), []);

        let mut told = Suite::grading_with("echo I am somebody", |suite| {
            suite.env(grader::STEPS, "1").args(["subject::says_its_name", "--exact"]);
        });
        let lines = told.lines();
        let steps = steps(&lines);
        let texts: Vec<&str> = steps.iter().map(|(text, _)| &**text).collect();
        assert_eq!(texts.len(), 3, "{texts:?}");
        assert!(texts[0].contains("start"), "{texts:?}");
        assert!(texts[1].contains("its name"), "{texts:?}");
        assert!(texts[2].contains("end"), "{texts:?}");
        let times: Vec<u64> = steps.iter().map(|(_, at)| *at).collect();
        assert!(times.is_sorted(), "{times:?}");
        assert!(!cfg!(target_os = "linux") || times[0] > 0, "{times:?}");
        // Before the check's end is told.
        let place = |live: &str| lines.iter().position(|line| line["live"] == live);
        assert!(place("running") < place("step") && place("step") < place("ended"), "{lines:?}");
    }

    fn a_suite_ends_with_its_stdin() {
        let mut suite = Suite::grading("sh sleeper");
        let sleeper = suite.sleeper();
        drop(suite.told.take());
        is_gone(sleeper);
        until("the suite ends", || suite.child.try_wait().unwrap().is_some());
    }

    /// As when the reader is killed: no program closes anything, the kernel does.
    fn a_suite_ends_with_who_reads_it() {
        let mut suite = Suite::grading("sh sleeper");
        let sleeper = suite.sleeper();
        drop((suite.told.take(), suite.stdout.take()));
        is_gone(sleeper);
    }

    fn people_read_the_report_and_the_grade() {
        let said = said(&["--color", "never"]);
        let report = "subject does not pass says_hello\nIt says `hello`.\n";
        let again = format!("\nBegin with this one:\n\n{report}");
        let (first, rest) = said.split_once(&again).expect("the report to begin with");
        assert!(first.contains(&format!("\n{report}")), "at once, too: {first}");
        assert!(first.contains("(its report is above)") && !said.contains('\x1b'), "{said}");
        let grade = "\n\nsubject: 1 of 3 checks, 1 not available; next: says_hello\n\n";
        assert!(rest.ends_with(grade), "{rest}");
        let coloured = self::said(&["--color", "always"]);
        assert!(coloured.contains("\x1b[1msubject does not pass says_hello\x1b[0m"), "{coloured}");
    }

    /// By the locale, where no variable of the grader's says otherwise; and `cargo test` pins no language.
    fn a_chinese_reader_reads_chinese() {
        let said = |variables: &[(&str, &str)]| {
            let mut suite = suite(&["--color", "never"]);
            suite.env_remove("GRADER_LANG").envs(variables.iter().copied());
            String::from_utf8(suite.output().unwrap().stdout).unwrap()
        };
        let locale = ("LC_ALL", "zh_CN.UTF-8");
        let chinese = said(&[locale]);
        for words in [
            "\nsubject 没有通过 says_hello\n",
            "\n        应该得到  stdout 上有 \"hello\"\n",
            "\n提示：空的词是地址吗？\n",
            "\n阅读：http://127.0.0.1:3000/zh/02-2-server.html#exercise （",
            "（报告在上面）",
            "\nsubject：3 个检查项通过了 1 个，1 个在这台机器上运行不了；下一个：says_hello\n",
            // The harness's lines are those of every test.
            "\ntest subject::says_its_name                                  ... ok\n",
            "\ntest [needs a program that nobody has] subject::is_elsewhere ... ignored",
        ] {
            assert!(chinese.contains(words), "no {words} in\n{chinese}");
        }
        let english = said(&[locale, ("GRADER_LANG", "en")]);
        assert!(english.contains("\nsubject does not pass says_hello\n"), "{english}");
        let asked_for = said(&[("LC_ALL", "C.UTF-8"), ("GRADER_LANG", "zh")]);
        assert!(asked_for.contains("没有通过"), "{asked_for}");
        // A page gets the same in its lines, whose keys are those of every language.
        let mut told = Suite::grading_with("echo I am somebody", |suite| {
            suite.env("GRADER_LANG", "zh").env(grader::STEPS, "1");
        });
        let lines = told.lines();
        let first = &lines[0]["checks"];
        assert_eq!(
            (&first[0]["check"], &first[0]["hint"]),
            (&"says_hello".into(), &"空的词是地址吗？".into())
        );
        assert_eq!(first[2]["status"], "not available");
        assert_eq!(first[2]["message"], "需要 a program that nobody has");
        let line = |live: &str, check: &str| {
            lines.iter().find(|line| line["live"] == live && line["check"] == check).unwrap()
        };
        let ended = line("ended", "says_hello");
        assert_eq!(ended["status"], "failed");
        assert!(ended["report"].as_str().unwrap().contains("应该得到"), "{ended}");
        assert!(ended["likely"][0].as_str().unwrap().contains("这时已经不在了"), "{ended}");
        let step = lines.iter().find(|line| line["live"] == "step").unwrap();
        assert!(step["step"].as_str().unwrap().starts_with("启动 "), "{step}");
    }

    fn programs_read_events_and_the_record() {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        ours.write_all(b"the key\n").unwrap();
        let mut suite = Command::new(env::current_exe().unwrap());
        suite
            .args(["--format", "json"])
            .env(A_SUITE, "1")
            .env("GRADER_LANG", "en")
            .env("SUBJECT", "echo I am somebody");
        suite.env_remove(LIVE).env(RECORD, "1").stdin(OwnedFd::from(theirs));
        let output = suite.stdout(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        drop(suite);
        assert_eq!(output.status.code(), Some(101));
        let events = String::from_utf8(output.stdout).unwrap();
        let mut events = events.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let failed = events.find(|event| event["event"] == "failed").expect("a check that fails");
        assert_eq!(failed["name"], "subject::says_hello");
        assert!(
            failed["stdout"].as_str().unwrap().contains("does not pass says_hello"),
            "{failed}"
        );
        assert!(events.all(|event| event["type"].is_string()));
        assert!(!said(&["--format", "json"]).contains("Begin with this one"));
        let mut graded = String::new();
        ours.read_to_string(&mut graded).unwrap();
        let read = |line: &str| Graded::from_json(line.strip_prefix("the key ")?);
        let graded: Vec<Graded> = graded.lines().map(|line| read(line).unwrap()).collect();
        let statuses: Vec<Status> = graded.iter().map(|graded| graded.status).collect();
        assert_eq!(statuses, [Status::Failed, Status::Passed, Status::NotAvailable]);
        // What has not run has no grade.
        assert!(!said(&["--list"]).contains("subject: "));
    }

    fn a_word_that_matches_nothing() {
        let assert = suite(&["says_helo"]).assert().code(101);
        let said = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        let expected = "no test of lesson09 matches `says_helo`; do you mean `says_hello`?";
        assert!(said.contains(expected), "{said}");
        suite(&["exercise04"]).assert().code(0);
        suite(&["no_such_thing"]).assert().code(101);
    }

    fn a_subject_by_the_exercises_name() {
        let count = |word: &str| {
            let said = said(&[word, "--color", "never"]);
            said.lines()
                .filter(|line| line.starts_with("test ") && line.contains(" subject::"))
                .count()
        };
        assert_eq!([count("exercise"), count("exercise09"), count("exercise09::")], [3, 3, 3]);
        assert_eq!([count("exercise09::says_its_name"), count("says_its_name")], [1, 1]);
    }

    fn a_subject_is_split() {
        let passes = |subject: &str| {
            suite(&["says_its_name"]).env("SUBJECT", subject).assert().code(0);
        };
        passes("sh -c 'echo I am somebody'");
        passes(r#"sh -c "echo I am 'some body'""#);
        let unclosed = suite(&[]).env("SUBJECT", "sh 'my server").assert().code(101);
        let said = String::from_utf8(unclosed.get_output().stderr.clone()).unwrap();
        assert!(said.contains("error: SUBJECT has a quote that isn't closed"), "{said}");
    }

    fn a_program_that_is_not_found_is_named() {
        let output = suite(&["says_hello"]).env("SUBJECT", "./my-server --fast").output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("cannot start `./my-server`: No such file"), "{said}");
    }

    fn the_first_line_left_is_one_message() {
        const FIRST: &str = "// NOT STARTED: delete this line to be graded\n";
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        write("book.toml", "");
        write("tests/starters/exercise09.rs", &format!("{FIRST}fn main() {{}}\n"));
        let graded = |text: &str| {
            write("lessons/lesson09/exercise.rs", text);
            let mut suite = suite(&["exercise09", "--color", "never"]);
            suite.env_remove("SUBJECT").env("CARGO_MANIFEST_DIR", folder.path());
            let output = suite.output().unwrap();
            (output.status.code(), String::from_utf8(output.stdout).unwrap())
        };
        let (code, said) = graded(&format!("{FIRST}fn main() {{ serve() }}\n"));
        assert_eq!(code, Some(101));
        assert_eq!(said.lines().filter(|line| line.contains("FAILED")).count(), 2, "{said}");
        let expected = "lessons/lesson09/exercise.rs has been edited, and its first line is still";
        assert!(said.contains(expected) && said.contains("Delete that line"), "{said}");
        // No `cargo test` has started it that leaves out other lessons, as Linux knows.
        let says_more = said.contains("`cargo grade` runs all");
        assert_eq!(says_more, !cfg!(target_os = "linux"), "{said}");
        for untouched in [format!("\u{feff}{FIRST}fn main() {{}}\n"), format!("\n{FIRST}")] {
            let (_, said) = graded(&untouched);
            assert!(said.contains("exercise09: not started (delete"), "{said}");
        }
    }

    fn a_reader_may_go_away() {
        let mut suite = Command::new(env::current_exe().unwrap());
        suite
            .env(A_SUITE, "1")
            .env("GRADER_LANG", "en")
            .env("SUBJECT", "echo I am somebody")
            .env_remove(LIVE);
        let mut suite = suite.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(suite.stdout.take());
        let said = String::from_utf8(suite.wait_with_output().unwrap().stderr).unwrap();
        assert!(!said.contains("panicked"), "{said}");
    }

    /// This program as a suite of an exercise that passes one check of three.
    fn suite(arguments: &[&str]) -> assert_cmd::Command {
        let mut suite = assert_cmd::Command::new(env::current_exe().unwrap());
        suite
            .args(arguments)
            .env(A_SUITE, "1")
            .env("GRADER_LANG", "en")
            .env("SUBJECT", "echo I am somebody");
        suite.env_remove(LIVE).env_remove(RECORD).timeout(DEADLINE);
        suite
    }

    fn said(arguments: &[&str]) -> String {
        String::from_utf8(suite(arguments).output().unwrap().stdout).unwrap()
    }

    /// This program as a suite, whose record is read live.
    struct Suite {
        child: Child,
        /// The other end of its stdin, where the record comes from.
        told: Option<UnixStream>,
        stdout: Option<BufReader<ChildStdout>>,
        _folder: tempfile::TempDir,
    }

    impl Suite {
        fn grading(subject: &str) -> Suite {
            Suite::grading_with(subject, |_| {})
        }

        /// With more arguments, or in another environment.
        fn grading_with(subject: &str, change: impl FnOnce(&mut Command)) -> Suite {
            let folder = tempfile::tempdir().unwrap();
            let sleeper = "sleep 1000 & echo I am $!; wait\n";
            std::fs::write(folder.path().join("sleeper"), sleeper).unwrap();
            let mut command = Command::new(env::current_exe().unwrap());
            command
                .env(A_SUITE, "1")
                .env(LIVE, "1")
                .env("GRADER_LANG", "en")
                .env("SUBJECT", subject)
                .env("PWD", folder.path());
            // So long that no check ends its program by itself.
            command.env("GRADER_PATIENCE", "100");
            change(&mut command);
            let (mut ours, theirs) = UnixStream::pair().unwrap();
            ours.write_all(b"the key\n").unwrap();
            command.stdin(OwnedFd::from(theirs)).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut child = command.spawn().unwrap();
            let stdout = child.stdout.take().map(BufReader::new);
            Suite { child, told: Some(ours), stdout, _folder: folder }
        }

        /// All lines of the record up to its end.
        fn lines(&mut self) -> Vec<Value> {
            let told = BufReader::new(self.told.take().unwrap());
            let (sender, lines) = mpsc::channel();
            thread::spawn(move || {
                let lines = told.lines().map_while(Result::ok);
                let line = |line: String| {
                    let line = line.strip_prefix("the key ").expect("a line with the key");
                    serde_json::from_str(line).expect("JSON")
                };
                let _ = sender.send(lines.map(line).collect::<Vec<_>>());
            });
            lines.recv_timeout(DEADLINE).expect("the end of the suite")
        }

        /// What the subject has started, when the check has seen it.
        fn sleeper(&mut self) -> Pid {
            let mut sleeper = None;
            until("the subject runs", || {
                let mut line = String::new();
                self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
                sleeper = line.trim().parse().ok().and_then(Pid::from_raw);
                sleeper.is_some()
            });
            sleeper.unwrap()
        }
    }

    impl Drop for Suite {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    fn is_gone(process: Pid) {
        until("the process is gone", || !is_alive(process));
    }

    fn until(what: &str, mut is_so: impl FnMut() -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !is_so() {
            assert!(Instant::now() < deadline, "in vain: until {what}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether a process is there, and more than a dead child that its parent has not waited for.
    fn is_alive(process: Pid) -> bool {
        match fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())) {
            Ok(stat) => !stat.rsplit(") ").next().is_some_and(|fields| fields.starts_with('Z')),
            Err(_) if Path::new("/proc/self/stat").exists() => false,
            Err(_) => test_kill_process(process).is_ok(),
        }
    }
}
