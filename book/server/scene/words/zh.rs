//! The sentences in Chinese.

use std::time::Duration;

use common::sockets::State;

use super::super::row::{End, How, Mark, Note, Queue, Sense};
use super::{Words, digits_of, grouped};

pub struct Chinese;

impl Words for Chinese {
    fn end(&self, end: End) -> &'static str {
        match end {
            End::Client => "客户端",
            End::Server => "服务器",
        }
    }

    fn bytes(&self, count: u64) -> String {
        format!("{} 字节", grouped(count))
    }

    fn time(&self, length: Duration) -> String {
        let (digits, is_seconds) = digits_of(length);
        format!("{digits} {}", if is_seconds { "秒" } else { "毫秒" })
    }

    fn state_name(&self, state: State) -> String {
        match state {
            State::Closed => "已关闭".to_owned(),
            _ => state.to_string(),
        }
    }

    fn columns(&self) -> [&'static str; 4] {
        ["客户端", "它的内核", "它的内核", "服务器"]
    }

    fn legend(&self) -> [&'static str; 3] {
        [
            "状态",
            "在内核里看到的",
            "从数据包或程序的话推出来的。程序打印的话，实际可能比画出来的早一点。",
        ]
    }

    fn quoted(&self, text: &str) -> String {
        format!("：“{text}”")
    }

    fn arrow(&self, from: End, sense: Sense, size: &str, content: &str) -> String {
        let (one, other) = (self.end(from), self.end(from.other()));
        match sense {
            Sense::Call => {
                format!("{one}调用了 connect，它的内核向{other}的内核请求建立连接。")
            }
            Sense::OwnCall => {
                "已经没有别的程序了，服务器就自己连接自己，好让自己的 accept 返回。现在左边是它自己发起连接的那一端。"
                    .to_owned()
            }
            Sense::CallAgain => format!("没有应答，{one}的内核再请求一次。"),
            Sense::Answer => format!(
                "{one}的内核同意了。程序什么也不用做，因为它正在监听这个端口。"
            ),
            Sense::AnswerAgain => format!(
                "{one}的内核又应答一次。没收下对方的确认，就会再应答一次；全连接队列满着的时候，确认是不收的。"
            ),
            Sense::Confirm => format!(
                "{one}的内核确认。对{other}的内核来说，连接现在也建立了，不管程序有没有调用 accept。"
            ),
            Sense::Data => {
                format!("{one}发送 {size}{content}。{other}的内核先存着，等程序来读。")
            }
            Sense::DataAgain => {
                format!("{one}的内核把 {size}再发一次，因为没有及时收到确认。")
            }
            Sense::DataAfterEnd => format!(
                "{one}发送 {size}{content}。{other}只是自己发完了，内核照样收下。（要是{other}已经全部关闭，回来的就是重置。）"
            ),
            Sense::Received => format!("{one}的内核确认收到。这不代表程序已经读了。"),
            Sense::ReceivedEnd => format!("{one}的内核确认：知道{other}发完了。"),
            Sense::Nothing => format!(
                "没有新内容：{one}的内核只是再说一遍自己收到了哪里，还有多少空间。"
            ),
            Sense::Probe => {
                format!("{one}的内核来问：{other}的内核还在吗？有空间了吗？")
            }
            Sense::FirstEnd => format!(
                "{one}不会再发了：它关闭了套接字，或者关闭了发送方向。{other}把数据全部读完后，下一次读就读到流结束。"
            ),
            Sense::SecondEnd => format!("{one}也不会再发了。现在两个方向都结束了。"),
            Sense::EndAgain => {
                format!("{one}的内核再发一次 FIN，因为没有及时收到确认。")
            }
            Sense::Refused => {
                format!("没有程序监听这个端口，{one}的内核自己回绝，connect 失败。")
            }
            Sense::Unread(count) => format!(
                "{one}关闭了，还有 {}没读。所以它的内核不正常结束连接，而是重置。",
                self.bytes(count)
            ),
            Sense::GivenUp => format!(
                "来的是重置，不是 FIN。多半是{one}关闭时还有数据没读，这种情况内核不会正常结束连接。"
            ),
            Sense::CutOff => format!(
                "来的是重置，不是 FIN。{one}的内核直接丢掉连接，程序可以要求它这样做。"
            ),
            Sense::Gone => format!(
                "{one}已经关闭了这个连接，却还有数据包来。再也没有程序能读，{one}的内核就用重置来回答。"
            ),
        }
    }

    fn last_bytes(&self, size: &str, content: &str, sentence: &str) -> String {
        format!("最后 {size}{content}。接着：{sentence}")
    }

    fn of_own_call(&self, sentence: &str) -> String {
        sentence.replace("客户端", "发起连接的一端")
    }

    fn state(&self, end: End, mark: Mark) -> String {
        let Mark { state, is_seen, how } = mark;
        let one = self.end(end);
        let sentence = match state {
            State::Listen => {
                format!("{one}的内核接收这个端口上的连接请求，不管程序这时在做什么。")
            }
            State::SynSent => format!("{one}发起了连接，还没有应答。"),
            State::SynReceived => {
                format!("{one}的内核应答了，在等对方确认。程序还不知道这个连接。")
            }
            State::Established if end == End::Client => {
                "连接建立了：connect 成功，两个方向都能传数据。".to_owned()
            }
            State::Established => {
                "连接建立了，两个方向都能传数据。程序调用 accept 就拿到它。".to_owned()
            }
            State::FinWait1 => format!("{one}发完了，内核在等对方的内核确认。"),
            State::FinWait2 => {
                format!("对方的内核知道{one}发完了。现在这一边等对方也发完。")
            }
            State::CloseWait => {
                format!("对方发完了。{one}的内核等自己的程序也关闭，多久都等。")
            }
            State::Closing => "双方同时发完，都还没有得到确认。".to_owned(),
            State::LastAck => format!("{one}后发完。内核只等最后一个确认，等到就结束。"),
            State::TimeWait if how == How::Crossing => {
                "双方同时发完。内核再等一分钟，防的是自己最后那个包丢了。".to_owned()
            }
            State::TimeWait => {
                "这一边先发完，内核再等一分钟，防的是自己最后那个包丢了。".to_owned()
            }
            State::Closed => match how {
                How::Refused => "没有连接：connect 失败，错误是“connection refused”。",
                How::Reset => "内核丢掉了连接，缓冲区里的数据也全丢了。",
                How::WasReset => {
                    "重置到了，连接在这一边也结束了。在 Linux 上，已经到达的数据还能读，之后再读或再写就会失败。"
                }
                How::Usual | How::Crossing => "内核已经忘掉这个连接。",
            }
            .to_owned(),
        };
        let source = match state {
            State::Listen if !is_seen => "（程序自己这么说。）",
            _ => source(is_seen),
        };
        format!("{sentence}{source}")
    }

    fn heard_from(&self, mark: Mark) -> &'static str {
        match mark.state {
            _ if mark.is_seen => "",
            State::Listen => "，程序这么说",
            _ => "，从数据包推出",
        }
    }

    fn waiting_label(&self, queue: Queue, amount: u64) -> String {
        match queue {
            Queue::Send => format!("{}在路上", self.bytes(amount)),
            Queue::Receive => format!("{}没读", self.bytes(amount)),
            Queue::Accept => format!("{amount} 个等待 accept"),
        }
    }

    fn waiting(&self, end: End, queue: Queue, amount: u64) -> String {
        let (one, other) = (self.end(end), self.end(end.other()));
        match queue {
            Queue::Send => {
                format!("{one}写了 {}，内核先留着，等{other}的内核确认。", self.bytes(amount))
            }
            Queue::Receive => {
                format!("{}已经到了{one}的内核，程序还没读。", self.bytes(amount))
            }
            Queue::Accept => {
                format!("{amount} 个连接在{one}的内核里等着，等程序调用 accept。")
            }
        }
    }

    fn accepted_label(&self, count: u64) -> String {
        match count {
            1 => "已接受".to_owned(),
            _ => format!("已接受 {count} 个"),
        }
    }

    fn accepted(&self, count: u64, left: u64, is_seen: bool) -> String {
        let taken = match count {
            1 => "服务器程序调用了 accept，现在拿到了这个连接。".to_owned(),
            _ => format!("服务器程序调用了 accept，现在又拿到 {count} 个连接。"),
        };
        let rest = match left {
            0 => String::new(),
            _ => format!("还有 {left} 个在等。"),
        };
        format!("{taken}{rest}{}", source(is_seen))
    }

    fn left(&self, end: End, count: usize) -> String {
        let one = self.end(end);
        format!(
            "上一次运行在这里留下了 {count} 个连接，{one}的内核要保留一分钟，{one}的端口也一起占着。"
        )
    }

    fn left_label(&self) -> &'static str {
        "上一次运行留下的"
    }

    fn more(&self, packets: usize, size: u64) -> String {
        format!("还有 {packets} 个数据包，{}", self.bytes(size))
    }

    fn crowd(&self, conversations: usize, packets: usize, size: u64) -> String {
        let packets = match packets {
            0 => String::new(),
            _ => format!("：{packets} 个数据包，{}", self.bytes(size)),
        };
        match conversations {
            0 => format!("没画出来的客户端{packets}"),
            _ => format!("同时还有 {conversations} 个客户端{packets}"),
        }
    }

    fn pause(&self, length: Duration) -> String {
        format!("{}后", self.time(length))
    }

    fn exit(&self, code: Option<i32>, signal: Option<i32>) -> String {
        match (code, signal) {
            (Some(code), _) => format!("退出码 {code}"),
            (None, Some(2)) => "由 Ctrl-C 结束".to_owned(),
            (None, Some(9)) => "被强行终止".to_owned(),
            (None, Some(signal)) => format!("由信号 {signal} 结束"),
            (None, None) => "已结束".to_owned(),
        }
    }

    fn note(&self, note: &Note) -> String {
        match note {
            Note::Stopped(why) => format!("已停止：{why}。"),
            Note::Cut => "后面还有，不再显示。".to_owned(),
            Note::Uncaptured => "数据包太多，没有全部抓下来。这里只有最前面的。".to_owned(),
            Note::Lost(count) => {
                format!("抓包时内核丢了 {} 个数据包，这里没有画出来。", grouped(*count))
            }
            Note::Step(text) => text.clone(),
            Note::Report { status, differs } => {
                let ending = match status.as_str() {
                    "passed" => "检查项通过。",
                    "failed" => "检查项没有通过。",
                    "not judged" => "机器太忙，检查项没有评判。",
                    _ => "检查项没有运行。",
                };
                format!("{ending}{}", differs.as_deref().unwrap_or_default())
            }
            Note::Unseen => "这里看不到内核里的情况。".to_owned(),
            Note::Again => "接着再启动一次，端口不变。".to_owned(),
            Note::Full => "图已经画满。从这里起，只显示程序说的话。".to_owned(),
        }
    }

    fn another(&self, name: &str) -> String {
        format!("又一个 {name}")
    }

    fn comes(&self) -> &'static str {
        "来了"
    }

    fn calling_port(&self, port: u16) -> String {
        format!("，从端口 {port}")
    }

    fn says(&self, name: &str, is_error: bool) -> String {
        format!("{name}{}：", if is_error { "，错误输出" } else { "" })
    }

    fn between(&self, from: End) -> String {
        format!("{}到{}：", self.end(from), self.end(from.other()))
    }

    fn numbered(&self) -> &'static str {
        "客户端 "
    }

    fn in_kernel(&self, end: End) -> String {
        format!("在{}的内核里：", self.end(end))
    }

    fn server_does(&self) -> &'static str {
        "服务器："
    }

    fn comes_into(&self, end: End) -> String {
        format!("；{}现在是 ", self.end(end))
    }

    fn kernel(&self) -> &'static str {
        "内核"
    }
}

/// What is behind a sentence on the kernel that no look at it has shown.
fn source(is_seen: bool) -> &'static str {
    if is_seen { "" } else { "（这是从数据包推出来的。）" }
}
