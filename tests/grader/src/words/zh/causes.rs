//! The likely cause of a failure, in plain words. `program` is the name of the program under test.

words! {
    cut_off(program: &str, why: &str) = "评测程序中止了 {program}：{why}。";
    died(program: &str, of: &str) = "{program} 异常退出：{of}。";
    thread_died(program: &str, of: &str) = "{program} 的一个线程异常退出：{of}。程序少了这个线程，还在运行。";
    panic(file: &str, line: &str, message: &str) = "{file} 第 {line} 行发生 panic：{message}";
    exception(file: &str, line: &str, message: &str) = "{file} 第 {line} 行抛出异常：{message}";
    last_said(said: &str) = "程序最后写到 stderr 的是：{said}";
    error_taken_for_success(program: &str) =
        "{program} 出了错，却当成功退出：你的 `main` 返回的是什么？";
    no_address(program: &str) =
        "{program} 一直没有打印地址：要么还没开始监听，要么这一行还留在缓冲区里，没有 flush。";
    no_line(program: &str) = "{program} 写了东西，但 stdout 上没有完整的一行。";
    waited_in_vain(step: usize) = "第 {step} 步白等了。";
    was_doing(program: &str, calls: &[String]) = "当时 {program} 的状态：{}。", calls.join("；");
    sentence(words: &str) = "{words}。";
    still_open(program: &str, peers: &[String]) =
        "{program} 在和{}的连接上还没有发完：既没有调用 `shutdown`，也没有关闭连接。",
        super::followed(&super::led(&peers.join("、")));
    did_not_wait(program: &str) = "{program} 没有等：只到了一部分，就当成全部了。";
    does_not_listen(program: &str) =
        "{program} 还在运行，但这个地址上没有程序监听：监听套接字已经关闭，或者监听的是别的地址。";
    closed_with_unread_input(program: &str) =
        "{program} 还在运行，但已经关闭了这个连接，而收到的数据还没有读完。有数据没读就关闭，内核会重置连接。";
    ended_too_early(program: &str) =
        "{program} 太早结束或丢掉了这个连接：关闭不需要调用，变量离开作用域就关闭了。";
    lacks_newline(program: &str) = "{program} 发的内容都对，只是末尾少了 `\\n`。";
    sent_less(program: &str) =
        "{program} 没有发够就关闭了连接，还以退出码 0 结束：程序以为自己全发了。";
    port_zero(program: &str) =
        "{program} 打印的端口是 0。0 的意思是请内核挑一个空闲端口，挑中了哪个，要问 `local_addr`。";
    would_block(program: &str) =
        "{program} 不到一秒就放弃了。非阻塞套接字上的调用不等待：本该阻塞的时候马上失败，报的错和超时一样。";
    lossy_decoder() =
        "`\u{fffd}` 是宽松的解码器写上去的，顶替解不出的字节：那些字节要么根本不是文本，要么只是半个字符。";
    two_sentences(one: &str, other: &str) = "{one}{other}";
}

/// A sentence with a name beside an address. The address has blanks around it, and the name needs none.
pub fn named(sentence: &str, name: &str, address: &str) -> String {
    const HERE: &str = "\0";
    let with_blanks = [format!(" {address} "), format!(" {address}"), format!("{address} ")];
    let mut sentence = sentence.to_owned();
    for place in with_blanks.iter().map(String::as_str).chain([address]) {
        sentence = sentence.replace(place, HERE);
    }
    sentence.replace(HERE, &format!("{name}（{address}）"))
}

pub fn early_end(program: &str, how: Option<String>, last_words: Option<&str>) -> String {
    let how = how.unwrap_or("已经结束".into());
    let words = last_words.map(|line| format!("最后写的是：{line}")).unwrap_or_default();
    format!("{program} 这时已经不在了：{how}。{words}")
}
