//! The frame of a report, and what becomes of a recording.

words! {
    // Under these, texts are aligned.
    expected() = "        应该得到  ";
    got() = "        实际得到  ";
    // A text begins right behind these.
    hint() = "提示：";
    likely_cause() = "可能的原因：";
    read() = "阅读：";
    nothing() = "什么也没写";
    // Before the cause and the hint of a check that isn't judged.
    if_again() = "机器闲下来以后如果还是这样，就是你的程序有问题：";
    // Instead of the name of a program, in an experiment.
    this_machine() = "这台机器";
    begin_with() = "从这一份开始看：";

    title(program: &str, check: &str) = "{program} 没有通过 {check}";
    title_not_judged(program: &str, check: &str) = "{program} 的 {check} 没有评判：机器太忙";
    machine_busy(others: usize, processors: usize) =
        "没有评判：机器太忙。别的程序有 {others} 个线程在抢 {processors} 个处理器，这个检查项用了多少时间，说明不了什么。等别的程序运行完了再评一次。机器要是一直这么忙，就在命令前面加上 GRADER_PATIENCE=3，检查项就会多等到三倍的时间。";
    // Where `cargo run -p book` serves the book.
    page(section: &str, port: u16) = "http://127.0.0.1:{port}/zh/{section} （先运行 cargo run -p book）";
    in_one_line(expected: &str, got: &str) = "应该得到：{expected}；实际得到：{got}";
    repeated(length: usize, times: usize) =
        "……{}，又重复了 {times} 次……", if length == 1 { "同样的一步" } else { "这几步" };
    left_out(steps: usize) = "……省略 {steps} 步，都没有问题……";
    seed(seed: u64) = "检查项的随机数据出自种子 {seed}：加上 GRADER_SEED={seed}，就能再得到同样的数据。";
    wrote(program: &str) = "{program} 写了什么";
    wrote_in(program: &str, run: usize) = "{program} 第 {run} 次运行时写了什么";
    was_ended(reason: &str) = "grader | 程序遭到中止：{reason}";
    more_lines(count: usize) = "……还有 {count} 行……";
    cut_line(start: &str, bytes: usize) = "{start} ……（共 {bytes} 字节）";
    mib_in_all(bytes: u64) = "……一共 {:.1} MiB……", bytes as f64 / f64::from(1 << 20);
    record_anew(difference: &str, variable: &str, file: &str) =
        "\n{difference}\n运行 {variable}=overwrite cargo test，就会重新录制 {file}\n";
    cannot_write(file: &str, why: &str) = "写不了 {file}：{why}";
    cannot_read(file: &str, why: &str) = "读不了 {file}：{why}";
}
