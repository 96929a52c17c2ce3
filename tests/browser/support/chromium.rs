//! Chromium, driven over WebDriver: one chromedriver, one session, one window.

use std::env;
use std::fmt;
use std::fs;
use std::future::Future;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::error::CmdError;
use fantoccini::wd::{TimeoutConfiguration, WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use url::Url;

use super::DEADLINE;
use super::process::says;

/// The program that drives a browser, if this machine has both. It finds the browser by itself, and
/// prefers the one that its makers test it with.
pub fn driver() -> Option<PathBuf> {
    BROWSERS.into_iter().find_map(on_path)?;
    on_path(DRIVER)
}

const BROWSERS: [&str; 3] = ["google-chrome", "chromium", "chromium-browser"];
const DRIVER: &str = "chromedriver";

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

/// The browser. It ends with [`Chromium::stop`], or when it is dropped.
pub struct Chromium {
    runtime: Runtime,
    client: Option<Client>,
    driver: Child,
    /// The browser's own temporary files; no other process has this path in its command line.
    profile: TempDir,
}

impl Chromium {
    /// `everywhere` is a script that every page gets before its own.
    pub fn start(driver: &Path, everywhere: &str) -> Chromium {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let profile = tempfile::Builder::new().prefix("browser-").tempdir().expect("a directory");
        let start = || {
            // Asked for port 0 where IPv6 is off, it says that it listens on port 0.
            Command::new(driver)
                .arg(format!("--port={}", free_port()))
                .env("TMPDIR", profile.path())
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("chromedriver starts")
        };
        // Another program may have taken the port. And seen once on a busy machine: it ended before it said
        // anything. Why is not known.
        let mut driver = start();
        let mut port = ready(&mut driver);
        for _ in 0..5 {
            if port.is_ok() {
                break;
            }
            let _ = driver.kill();
            let _ = driver.wait();
            driver = start();
            port = ready(&mut driver);
        }
        // From here on, a panic ends the driver.
        let mut chromium = Chromium { runtime, client: None, driver, profile };
        let port = port.expect("chromedriver says its port");

        let capabilities = json!({
            "goog:chromeOptions": {
                "args": [
                    "--headless=new",
                    format!("--user-data-dir={}", chromium.profile.path().join("profile").display()),
                    // What it shows is ours, and as root, as in a container, the sandbox cannot start.
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--disable-background-networking",
                    "--no-first-run",
                    // A phone's scrollbars take no room.
                    "--hide-scrollbars",
                    // Requests to other hosts are seen, and go nowhere. One name points here, as
                    // any web site can make its own do.
                    "--host-resolver-rules=MAP rebound.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                ],
            },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Json::Object(capabilities) = capabilities else { unreachable!("it is an object") };
        let client = chromium.wait(
            "start a session",
            ClientBuilder::new(HttpConnector::new())
                .capabilities(capabilities)
                .connect(&format!("http://127.0.0.1:{port}")),
        );
        chromium.client = Some(client);
        let patient =
            TimeoutConfiguration::new(Some(DEADLINE), Some(DEADLINE), Some(Duration::ZERO));
        chromium.wait("set time limits", chromium.client().update_timeouts(patient));
        chromium.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": everywhere }));
        chromium
    }

    fn client(&self) -> &Client {
        self.client.as_ref().expect("a session")
    }

    fn wait<T, E: fmt::Display>(&self, what: &str, doing: impl Future<Output = Result<T, E>>) -> T {
        self.wait_within(DEADLINE, what, doing)
    }

    fn wait_within<T, E: fmt::Display>(
        &self,
        limit: Duration,
        what: &str,
        doing: impl Future<Output = Result<T, E>>,
    ) -> T {
        let doing = async { tokio::time::timeout(limit, doing).await };
        match self.runtime.block_on(doing) {
            Ok(Ok(done)) => done,
            Ok(Err(why)) => panic!("cannot {what}: {why}"),
            Err(_) => panic!("cannot {what}: not done in time"),
        }
    }

    /// Goes to a page, and returns when it has loaded.
    pub fn open(&self, url: &str) {
        self.wait(&format!("open {url}"), self.client().goto(url));
    }

    /// Runs the body of a function in the page, and returns its result; waits for a promise.
    pub fn run(&self, script: &str, arguments: &[Json]) -> Json {
        self.wait("run a script", self.client().execute(script, arguments.to_vec()))
    }

    /// Runs a script until its result is true.
    pub fn until(&self, what: &str, script: &str) {
        self.until_within(DEADLINE, what, script);
    }

    /// The same for what takes longer than anything else, such as a first build.
    pub fn until_within(&self, limit: Duration, what: &str, script: &str) {
        let repeated = async {
            while self.client().execute(script, Vec::new()).await? != json!(true) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok::<_, CmdError>(())
        };
        self.wait_within(limit, what, repeated);
    }

    /// Opens another tab and goes there; returns the one that was shown before.
    pub fn open_tab(&self) -> WindowHandle {
        let client = self.client();
        let before = self.wait("name the tab", client.window());
        let tab = self.wait("open a tab", client.new_window(true));
        self.wait("go to the tab", client.switch_to_window(tab.handle));
        before
    }

    /// Closes the tab that is shown, and goes to another one.
    pub fn close_tab(&self, next: &WindowHandle) {
        self.wait("close the tab", self.client().close_window());
        self.wait("go to the tab", self.client().switch_to_window(next.clone()));
    }

    /// Presses and releases keys, one after the other. WebDriver names those that write nothing.
    pub fn press(&self, keys: &[char]) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for &value in keys {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.wait("press keys", self.client().perform_actions(actions));
    }

    /// Sets the window's width, and whether the system prefers dark pages. Nothing moves: colours that
    /// are on their way to others have no contrast to measure.
    pub fn emulate(&self, width: u32, dark: bool) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false }),
        );
        let scheme = if dark { "dark" } else { "light" };
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "media": "screen", "features": [
                { "name": "prefers-color-scheme", "value": scheme },
                { "name": "prefers-reduced-motion", "value": "reduce" },
            ] }),
        );
    }

    /// A command of the Chrome DevTools Protocol.
    pub fn devtools(&self, command: &'static str, parameters: Json) -> Json {
        let command = Vendor {
            path: "goog/cdp/execute",
            body: json!({ "cmd": command, "params": parameters }),
        };
        self.wait("command the browser", self.client().issue_cmd(command))
    }

    /// What was logged since this was asked last: `browser` is the console, `performance` the events
    /// of the network.
    pub fn log(&self, kind: &str) -> Vec<Json> {
        let command = Vendor { path: "se/log", body: json!({ "type": kind }) };
        match self.wait("read the log", self.client().issue_cmd(command)) {
            Json::Array(entries) => entries,
            other => panic!("not a log: {other}"),
        }
    }

    /// Ends the browser and its driver, and whatever they have started.
    fn stop(&mut self) {
        if let Some(client) = self.client.take() {
            let closing = async { tokio::time::timeout(DEADLINE, client.close()).await };
            // It fails only where the browser is gone already.
            let _ = self.runtime.block_on(closing);
        }
        // Both fail only when it has ended already.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        // What is left of them has lost its parent, and would write into a directory that is gone.
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = processes_with(self.profile.path());
            if left.is_empty() || Instant::now() > deadline {
                break;
            }
            let _ = Command::new("kill").arg("-KILL").args(left).stderr(Stdio::null()).status();
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A port that nothing listens on just now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// The port that a driver listens on.
fn ready(driver: &mut Child) -> Result<String, RecvTimeoutError> {
    says(driver, |line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        Some(port.trim_end_matches('.').to_owned())
    })
}

impl Drop for Chromium {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The processes that have a path in their command line.
fn processes_with(path: &Path) -> Vec<String> {
    let path = path.to_string_lossy();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names
        .filter(|name| name.parse::<u32>().is_ok())
        .filter(|pid| {
            // Of a process that has just ended nothing can be read.
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(&*path)
        })
        .collect()
}

/// A command that WebDriver leaves to the makers of drivers.
#[derive(Debug)]
struct Vendor {
    path: &'static str,
    body: Json,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
