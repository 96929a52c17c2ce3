//! What a suite, and `cargo grade`, say around the reports.

words! {
    marker_left() = "改过了，但第一行还是\n\
     `// NOT STARTED: delete this line to be graded`。删掉这一行才会评测。";
    other_lessons() =
        "cargo test 遇到第一个没通过的课就停，别的课可能还没运行。要评测全部，用 `cargo grade`。";
    quote_not_closed() = "SUBJECT 里有一个引号没有配对。这一行会像 shell 那样拆成单词。";
    starter_changed() = "如果本来就是要改起始代码：SNAPSHOTS=overwrite cargo test 会重新录制。";
    reported_above() = "（报告在上面）";

    no_test_matches(lesson: &str, word: &str, nearest: Option<&str>) =
        "{lesson} 没有哪个测试的名字里有 `{word}`{}",
        nearest.map(|name| format!("；你要的是 `{name}` 吗？")).unwrap_or_else(|| {
            format!("（cargo test -p {lesson} -- --list 会列出所有名字）")
        });
    cannot_start(program: &str, why: &str) = "启动不了 `{program}`：{why}";
    not_started(exercise: &str) = "{exercise}：还没开始（删掉 exercise.rs 的第一行才会评测）";
    edited_elsewhere(file: &str, exercise: &str) =
        "{file} 改过了，{exercise} 却没有改。你的答案是不是写错了文件？";
    reported_later(milestone: usize, lesson: &str, subject: &str, check: &str) =
        "也没有通过；等阶段 {milestone} 通过了再看报告。现在就想看：\
         {}cargo test -p {lesson} {subject}::{check}",
        if subject == "subject" { "SUBJECT=\"…\" " } else { "" };
    milestone(number: usize, name: &str, passed: usize, of: usize) =
        "阶段 {number}（{name}）：{passed} / {of}{}", if passed == of { "，完成" } else { "" };
    all_checks(name: &str, of: usize) = "{name}：{of} 个检查项全部通过";
    some_checks(name: &str, passed: usize, of: usize) = "{name}：{of} 个检查项通过了 {passed} 个";
    not_run(count: usize) = "，{count} 个没有运行";
    not_available(count: usize) = "，{count} 个在这台机器上运行不了";
    not_judged(count: usize) = "，{count} 个没有评判（机器太忙）";
    next(check: &str) = "；下一个：{check}";
    compare_with(solution: &str) = "和 {solution} 比较一下你的答案。";
}

/// The title would be an English one.
pub fn read_next(_title: &str, page: &str) -> String {
    format!("书里接着读：{page}")
}
