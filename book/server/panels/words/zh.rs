//! What a run says, in Chinese.

use std::net::SocketAddr;

use super::Words;
use crate::panels::client::{Actor, Visitor};
use crate::stage::Refused;

pub struct Chinese;

impl Words for Chinese {
    fn takes_too_long(&self) -> &'static str {
        "运行太久"
    }

    fn build_takes_too_long(&self) -> &'static str {
        "编译太久"
    }

    fn nobody_listens(&self) -> &'static str {
        "已经没有页面在看"
    }

    fn another_run(&self) -> &'static str {
        "又开始了一次运行"
    }

    fn own_network(&self) -> &'static str {
        "几个程序只跟彼此通信"
    }

    fn server_alone(&self) -> &'static str {
        "你可以从终端连接这个服务器"
    }

    fn client_alone(&self) -> &'static str {
        "这个客户端要连的服务器由你自己启动"
    }

    fn no_stage(&self, why: &Refused) -> String {
        match why {
            Refused::Unwanted => "这本书启动时带了 --without-namespaces".to_owned(),
            Refused::NotLinux => "只有 Linux 才有网络命名空间".to_owned(),
            Refused::NoCommand => "没有安装 unshare 命令".to_owned(),
            Refused::Kernel(why) => format!("系统不给网络命名空间（{why}）"),
            Refused::Late => "建立网络命名空间花了太久".to_owned(),
        }
    }

    fn nothing_to_watch(&self, why: &str) -> String {
        format!("这里没有过程可看，因为{}。", spaced(why))
    }

    fn differs(&self, before: &str, now: &str) -> String {
        let then = match before {
            "passed" => "上次通过",
            "failed" => "上次没通过",
            _ => "上次没有评判",
        };
        let now = match now {
            "passed" => "这次通过了",
            "failed" => "这次没通过",
            _ => "这次没有评判",
        };
        format!("{then}，{now}。")
    }

    fn server_has_ended(&self) -> &'static str {
        "服务器已经结束"
    }

    fn server_is_being_stopped(&self) -> &'static str {
        "服务器正在停止"
    }

    fn too_many_asked_for(&self) -> &'static str {
        "一下子要的客户端太多"
    }

    fn too_many_at_once(&self) -> &'static str {
        "已经有四个另外的客户端，等走掉一个再来"
    }

    fn too_many_in_all(&self) -> &'static str {
        "已经来过二十个另外的客户端，请重新开始"
    }

    fn no_client_here(&self) -> &'static str {
        "这个服务器在这里没有客户端"
    }

    fn visitor(&self, visitor: Visitor) -> &'static str {
        match visitor {
            Visitor::Silent => "不说话的客户端",
            Visitor::Slow => "慢的客户端",
            Visitor::Resetting => "发重置的客户端",
            Visitor::Crowd => "五十个客户端",
        }
    }

    fn actor(&self, actor: Actor) -> &'static str {
        match actor {
            Actor::Another => "再来一个客户端",
            Actor::Visitor(Visitor::Silent) => "来一个不说话的",
            Actor::Visitor(Visitor::Slow) => "来一个慢的",
            Actor::Visitor(Visitor::Resetting) => "来一个发重置的",
            Actor::Visitor(Visitor::Crowd) => "一下来五十个",
        }
    }

    fn connected(&self, own: SocketAddr) -> String {
        format!("{own} 连上了")
    }

    fn connected_and_silent(&self, own: SocketAddr) -> String {
        format!("{own} 连上了，不说话")
    }

    fn connected_and_slow(&self, own: SocketAddr, bytes: usize) -> String {
        format!("{own} 连上了，要发 {bytes} 字节，每半秒一个")
    }

    fn server_has_finished(&self) -> &'static str {
        "服务器发完了"
    }

    fn server_has_spoken_first(&self) -> &'static str {
        "服务器先开口了"
    }

    fn finished_without_reply(&self) -> &'static str {
        "服务器没有回复就发完了"
    }

    fn ends_with_reply_unread(&self) -> &'static str {
        "结束，回复没读"
    }

    fn clients_come(&self, count: usize) -> String {
        format!("一下来了 {count} 个客户端")
    }

    fn have_their_reply(&self, count: usize) -> String {
        format!("其中 {count} 个拿到了回复")
    }

    fn runs_already(&self) -> &'static str {
        "已经在运行，也许在另一个标签页里：先到那里停掉"
    }

    fn no_such_run(&self) -> &'static str {
        "没有这次运行，或者已经结束"
    }

    fn not_begun(&self) -> &'static str {
        "这个练习还没有开始做"
    }

    fn no_line(&self) -> &'static str {
        "没有内容，或者太长"
    }
}

/// With a blank before it, where it begins with a Latin letter.
fn spaced(why: &str) -> String {
    match why.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        true => format!(" {why}"),
        false => why.to_owned(),
    }
}
