//! Submissions that attack their grade, and the class: each beside an honest one, which must not suffer.
//!
//! With `A_SUITE` in its environment this program is the suite of lesson 2, with two checks; cargo is played
//! by `fake/cargo`. `cargo grade` and the programs that are graded are real. What a program of the same user
//! can do anyway is on the book's page for teachers.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Scripts find their parent in /proc.
    #[cfg(target_os = "linux")]
    return linux::main();
    #[cfg(not(target_os = "linux"))]
    ExitCode::SUCCESS
}

#[cfg(target_os = "linux")]
mod linux {
    use std::env;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::process::{ExitCode, Output};
    use std::time::Duration;

    use grader::{Check, Exercise, Lesson, Outcome, Run, check, workspace};
    use harness::{Arguments, Trial};
    use serde_json::{Value, json};
    use tempfile::TempDir;

    const A_SUITE: &str = "A_SUITE";

    const CHECKS: &[Check] = &[
        check("says_hello", says_hello)
            .demands("It says `hello, world`.")
            .hint("What does it say?")
            .section("02-2-server.html#exercise"),
        check("ends_well", ends_well)
            .demands("It ends with exit code 0.")
            .hint("How does it end?")
            .section("02-2-server.html#exercise"),
    ];

    fn says_hello(run: &mut Run) -> Outcome {
        run.start(&[])?.says("hello, world")
    }

    fn ends_well(run: &mut Run) -> Outcome {
        run.start(&[])?.exits_with(0)
    }

    /// A line of a record, as an attacker would write it.
    const LINES: &str = r#"
        line() { printf '%s{"lesson":"lesson02","check":"%s","status":"passed","message":"","seconds":0.1}\n' "$1" "$2"; }
        forge() { line "" says_hello; line "" ends_well; line "1 " says_hello; line "1 " ends_well; }"#;

    pub fn main() -> ExitCode {
        if env::var_os(A_SUITE).is_some() {
            let exercise = Exercise::new("exercise02", "solution02", CHECKS);
            return Lesson::new("lesson02").exercise(exercise).main();
        }
        let test = |name: &str, run: fn()| {
            Trial::test(name, move || {
                run();
                Ok(())
            })
        };
        let trials = vec![
            test("lines_on_its_own_output", lines_on_its_own_output),
            test("lines_in_the_descriptors_of_its_parents", lines_in_the_descriptors),
            test("lines_where_the_environment_points", lines_where_the_environment_points),
            test("it_kills_its_suite", it_kills_its_suite),
            test("it_kills_its_suite_and_stays", it_kills_its_suite_and_stays),
            test("it_stops_its_suite", it_stops_its_suite),
            test("it_stops_its_suite_again_and_again", it_stops_its_suite_again_and_again),
            test("it_writes_to_the_terminal", it_writes_to_the_terminal),
            test("it_writes_a_line_of_10_mib", it_writes_a_line_of_10_mib),
            test("it_knows_nothing_of_the_grader", it_knows_nothing_of_the_grader),
        ];
        let mut arguments = Arguments::from_args();
        arguments.test_threads = arguments.test_threads.or(Some(4));
        harness::run(&arguments, trials).exit_code()
    }

    fn lines_on_its_own_output() {
        let class = Class::new(&format!("{LINES}\nforge; forge >&2; exit 1"));
        class.fails_both(&class.grade("1"));
    }

    fn lines_in_the_descriptors() {
        let deed = r#"
            grandparent=$(sed 's/.*) . \([0-9]*\) .*/\1/' /proc/$PPID/stat)
            for process in $PPID $grandparent; do
                for descriptor in /proc/$process/fd/*; do
                    # The first three of `cargo grade` are the teacher's. Only root can open them.
                    case $descriptor in
                        /proc/$grandparent/fd/[012]) continue ;;
                    esac
                    # What can't be written to immediately is left alone.
                    [ -S "$descriptor" ] || forge | timeout 0.2 dd of="$descriptor" conv=notrunc 2>/dev/null
                    [ -S "$descriptor" ] && forge > "$descriptor"
                done
            done
            kill -9 $PPID"#;
        let class = Class::new(&format!("{LINES}\n{deed}"));
        let output = class.grade("1");
        class.fails_both(&output);
        assert!(!String::from_utf8_lossy(&output.stderr).contains("\"check\":"), "{output:?}");
    }

    fn lines_where_the_environment_points() {
        let deed = r#"
            for variable in $(tr '\0' '\n' < /proc/$PPID/environ | grep '^GRADER' | sed 's/[^=]*=//'); do
                forge >> "$variable"
                key=$variable
                line "$key " says_hello >> /proc/$PPID/fd/0
                line "$key " ends_well >> /proc/$PPID/fd/0
            done
            kill -9 $PPID"#;
        let class = Class::new(&format!("{LINES}\n{deed}"));
        class.fails_both(&class.grade("1"));
    }

    fn it_kills_its_suite() {
        let class = Class::new("kill -9 $PPID");
        let output = class.grade("1");
        let lines = class.fails_both(&output);
        let why = lines[0]["message"].as_str().unwrap();
        assert!(why.contains("the suite of lesson02 left no record (signal: 9"), "{why}");
    }

    /// Nothing of it outlives its suite, not even where it has killed all that the suite would end it with.
    fn it_kills_its_suite_and_stays() {
        let class = Class::new(
            r#"
            echo $$ > stays.$$
            for stat in /proc/[0-9]*/stat; do
                [ "$(sed 's/.*) . \([0-9]*\) .*/\1/' "$stat" 2>/dev/null)" = $PPID ] || continue
                process=${stat#/proc/}; process=${process%/stat}
                [ "$process" = $$ ] || kill -9 "$process"
            done
            kill -9 $PPID
            exec sleep 1000"#,
        );
        class.fails_both(&class.grade("3"));
        let files = fs::read_dir(class.folder.path().join("bad")).unwrap().flatten();
        let mut stayed = files.filter_map(|file| {
            file.file_name().to_str()?.strip_prefix("stays.").map(str::to_owned)
        });
        let one = stayed.next().expect("it has run");
        for process in [one].into_iter().chain(stayed) {
            let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            assert!(stat.is_empty() || stat.contains(") Z"), "{stat}");
        }
    }

    /// The grader lets the suite go on.
    fn it_stops_its_suite() {
        let class = Class::new("kill -STOP $PPID; echo hello, world");
        let output = class.grade("1");
        let lines = class.graded(&output, "bad");
        assert_eq!(lines[0]["status"], "passed", "{output:?}");
        class.is_honest(&output);
        // Who passes everything is told how to go on.
        let by_hand = String::from_utf8(class.by_hand("honest")).unwrap();
        assert!(
            by_hand.contains("Compare your answer with lessons/lesson02/solution.rs"),
            "{by_hand}"
        );
        assert!(by_hand.contains("Next in the book: "), "{by_hand}");
    }

    fn it_stops_its_suite_again_and_again() {
        // In a group and a session of its own, without the mark: nothing ends it but its own clock.
        let deed = "setsid env -i sh -c 'for i in $(seq 3000); do kill -STOP '$PPID' 2>/dev/null || exit; \
                    sleep 0.002; done' >/dev/null 2>&1 &\nexec sleep 1000";
        let class = Class::new(deed);
        // A tenth of the time: 6 s for a suite.
        class.fails_both(&class.grade("0.1"));
    }

    const NASTY: &str =
        "\\033[2J\\033]0;x\\007\\302\\233 \\342\\200\\256 \\357\\277\\276 \\r \\177";

    fn it_writes_to_the_terminal() {
        let class =
            Class::new(&format!("printf '{NASTY}\\n'; printf 'error: {NASTY}\\n' >&2; exit 3"));
        let output = class.grade("1");
        let lines = class.fails_both(&output);
        // The program's output is in the report, and can be read.
        let report = lines[0]["message"].as_str().unwrap();
        assert!(report.contains("\\u{1b}[2J") && report.contains("\\u{fffe}"), "{report}");
        // So is the report of a suite that a person runs by hand.
        let by_hand = class.by_hand("bad");
        for text in [&output.stdout, &output.stderr, &by_hand] {
            let text = String::from_utf8(text.clone()).unwrap();
            let is_nasty = |c: char| {
                c.is_control() && c != '\n' && c != '\t' || "\u{202e}\u{fffe}".contains(c)
            };
            assert!(!text.contains(is_nasty), "{text:?}");
        }
    }

    fn it_writes_a_line_of_10_mib() {
        let class = Class::new("head -c 10485760 /dev/zero | tr '\\0' x; exit 1");
        let output = class.grade("3");
        class.fails_both(&output);
        let length = output.stdout.len();
        assert!(length < 100_000, "{length} bytes of record");
    }

    fn it_knows_nothing_of_the_grader() {
        let class = Class::new(
            "env | grep -E '^(GRADER_[^P]|GRADER_PA|SUBJECT)' && exit 1; echo hello, world",
        );
        let output = class.grade("1");
        for line in class.graded(&output, "bad") {
            assert_eq!(line["status"], "passed", "{line}");
        }
    }

    /// Two learners: one attacks, and one is honest.
    struct Class {
        folder: TempDir,
        /// What cargo says.
        fake: TempDir,
    }

    impl Class {
        fn new(deed: &str) -> Class {
            let class = Class { folder: TempDir::new().unwrap(), fake: TempDir::new().unwrap() };
            class.hands_in("bad", deed);
            class.hands_in("honest", "echo hello, world");
            let message = json!({
                "reason": "compiler-artifact",
                "manifest_path": class.fake.path().join("Cargo.toml"),
                "target": { "kind": ["test"], "name": "lesson02" },
                "executable": env::current_exe().unwrap(),
            });
            fs::write(class.fake.path().join("suites"), format!("{message}\n")).unwrap();
            let metadata = json!({ "target_directory": class.fake.path(), "packages": [] });
            fs::write(class.fake.path().join("metadata"), metadata.to_string()).unwrap();
            class
        }

        fn hands_in(&self, learner: &str, deed: &str) {
            let folder = self.folder.path().join(learner);
            fs::create_dir(&folder).unwrap();
            let file = folder.join("exercise02");
            // Its parent is the suite, and not the first process, to which it falls when the suite is killed.
            let guard = "grep -q attacks /proc/$PPID/cmdline || exit 1";
            fs::write(&file, format!("#!/bin/sh\n{guard}\n{deed}\n")).unwrap();
            fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
        }

        fn grade(&self, patience: &str) -> Output {
            let mut grade = assert_cmd::Command::new(grader::program_file("grade"));
            grade.args(["--format", "json", "--submissions"]).arg(self.folder.path());
            grade.env("CARGO", workspace().join("tests/grader/tests/fake/cargo"));
            grade.env("FAKE", self.fake.path()).env(A_SUITE, "1").env("GRADER_LANG", "en");
            grade.env("GRADER_PATIENCE", patience).env("GRADER_SEED", "7");
            grade.timeout(Duration::from_secs(100)).output().unwrap()
        }

        /// What the suite says of a learner in a terminal.
        fn by_hand(&self, learner: &str) -> Vec<u8> {
            let mut suite = assert_cmd::Command::new(env::current_exe().unwrap());
            suite.env(A_SUITE, "1").env("SUBJECT", "./exercise02").env("GRADER_LANG", "en");
            suite.env("PWD", self.folder.path().join(learner));
            suite.timeout(Duration::from_secs(100)).output().unwrap().stdout
        }

        fn graded(&self, output: &Output, learner: &str) -> Vec<Value> {
            let text = String::from_utf8(output.stdout.clone()).unwrap();
            let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            let its: Vec<Value> = lines.filter(|line| line["learner"] == learner).collect();
            assert_eq!(its.len(), CHECKS.len(), "{output:?}");
            its
        }

        fn fails_both(&self, output: &Output) -> Vec<Value> {
            self.is_honest(output);
            let bad = self.graded(output, "bad");
            for line in &bad {
                // A machine that is very busy may not come to it in time.
                assert!(line["status"] == "failed" || line["status"] == "not judged", "{line}");
            }
            bad
        }

        fn is_honest(&self, output: &Output) {
            for line in self.graded(output, "honest") {
                assert_eq!(line["status"], "passed", "{line}");
            }
        }
    }
}
