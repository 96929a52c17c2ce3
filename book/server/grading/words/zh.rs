//! What the server says of exercises, in Chinese.

use super::{Mistold, Words};
use crate::grading::editor::Unopened;

pub struct Chinese;

impl Words for Chinese {
    fn wrongly_told(&self, lesson: &str, what: Mistold, status: &str) -> String {
        let what = match what {
            Mistold::Nothing => "什么也没报告",
            Mistold::NotOnce => "没有把每个检查项的结果各报告一次",
            Mistold::OtherEnd => "结束的方式与检查项的结果不符",
        };
        format!("{lesson} 的测试程序{what}（{status}）")
    }

    fn suite_does_not_start(&self, lesson: &str, why: &str) -> String {
        format!("{lesson} 的测试程序启动不了：{why}")
    }

    fn cargo_does_not_start(&self, why: &str) -> String {
        format!("cargo 启动不了：{why}")
    }

    fn nothing_built(&self, said: &str) -> String {
        format!("cargo 什么也没编译出来：\n{said}")
    }

    fn no_such_exercise(&self) -> &'static str {
        "没有这个练习"
    }

    fn passes_first(&self) -> &'static str {
        "你的文件要在现在这个样子通过全部检查项，才能看参考答案"
    }

    fn cannot_compare(&self, name: &str, why: &str) -> String {
        format!("没法比较：{name}：{why}")
    }

    fn too_long(&self) -> &'static str {
        "太长，没法比较"
    }

    fn unopened(&self, why: &Unopened) -> String {
        match why {
            Unopened::Unknown => "没找到能打开窗口的编辑器".to_owned(),
            Unopened::TooMany => "这个页面已经打开五个编辑器，请先关掉一个".to_owned(),
            Unopened::Failed(why) => format!("启动不了 {why}"),
        }
    }
}
