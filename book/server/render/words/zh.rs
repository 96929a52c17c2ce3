//! What the build writes, in Chinese.

use super::Words;
use crate::source::Verdict;

pub struct Chinese;

impl Words for Chinese {
    fn minutes(&self, count: usize) -> String {
        format!("{count} 分钟")
    }

    fn your_exercise(&self) -> &'static str {
        "练习"
    }

    fn chapter(&self, number: &str) -> String {
        let unit = if number.contains('.') { "节" } else { "章" };
        format!("第 {number} {unit}")
    }

    fn verdict(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Right => "对",
            Verdict::RightBut => "对，但不全",
            Verdict::Wrong => "错",
            Verdict::Missing => "没说",
        }
    }

    fn do_now(&self) -> &'static str {
        "现在就动手"
    }

    fn diff(&self, old: &str, new: &str) -> String {
        format!("从 {old} 到 {new}")
    }

    fn client(&self) -> &'static str {
        "客户端"
    }

    fn server(&self) -> &'static str {
        "服务器"
    }

    fn drawn(&self) -> &'static str {
        "过程图"
    }

    fn recorded(&self) -> &'static str {
        "在我们的机器上逐个数据包录制。"
    }

    fn to_run_this(&self, command: &str) -> String {
        format!("想在页面上运行，就在自己的机器上打开这本书：{command}")
    }

    fn right(&self) -> &'static str {
        "对："
    }

    fn wrong(&self) -> &'static str {
        "错："
    }

    fn pdf(&self, href: &str, is_own: bool) -> String {
        let edition = if is_own { " " } else { "英文版 " };
        format!("也可以带走<a href=\"{href}\">整本书的{edition}PDF</a>。")
    }

    fn proof(&self) -> &'static str {
        "依据"
    }

    fn recording(&self, link: &str, said: &str) -> String {
        format!("录制：{link}{}。", behind(said))
    }

    fn check_to_run(&self, command: &str, said: &str) -> String {
        format!("可以自己运行的检查项{}：{command}", behind(said))
    }

    fn check(&self, name: &str, said: &str) -> String {
        format!("检查项 {name}{}。", behind(said))
    }
}

fn behind(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!("，{said}") }
}
