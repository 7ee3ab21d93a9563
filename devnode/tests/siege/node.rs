//! A node in a process of its own.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
};

use serde_json::json;

use crate::http::Client;

/// The argument that makes this program a node.
const SERVE: &str = "--serve";

/// The address space of a node, in KiB: what is reserved counts, so it is several times what is used.
const MEMORY_KIB: u32 = 6 << 20;

/// The connections and files that a node can have open, unless a test is about that.
const DESCRIPTORS: u32 = 4_096;

/// How the node is started.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The file to keep the chain in.
    state: Option<PathBuf>,
}

impl Options {
    /// The options, if this process was started to be a node.
    pub(crate) fn from_arguments() -> Option<Self> {
        let mut arguments = env::args().skip(1);
        let serves = arguments.next().is_some_and(|argument| argument == SERVE);
        serves.then(|| Self { state: arguments.next().map(PathBuf::from) })
    }
}

/// Runs a node until the process is killed.
pub(crate) fn serve(Options { state }: Options) -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("the system has threads");
    runtime.block_on(async {
        let config = devnode::Config { port: 0, state, ..devnode::Config::default() };
        let node = devnode::Node::start(config).await.expect("a free port");
        println!("{}", node.url());
        node.stopped().await;
    });
    ExitCode::SUCCESS
}

/// This program as a node, with a limit that keeps an attack that succeeds from taking the machine along.
fn limited(descriptors: u32) -> Command {
    let limits = format!("ulimit -v {MEMORY_KIB}; ulimit -n {descriptors}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limits} && exec \"$0\" \"$@\"")]);
    shell.arg(env::current_exe().expect("a path")).arg(SERVE);
    shell
}

/// The process, killed when dropped.
#[derive(Debug)]
pub(crate) struct Node {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Node {
    /// Starts a node.
    pub(crate) fn start() -> Self {
        Self::spawn(&mut limited(DESCRIPTORS))
    }

    /// Starts a node that keeps its chain in a file.
    pub(crate) fn start_on(file: &Path) -> Self {
        Self::spawn(limited(DESCRIPTORS).arg(file))
    }

    /// Starts a node that can have only so many files and connections open.
    pub(crate) fn start_with_descriptors(limit: u32) -> Self {
        Self::spawn(&mut limited(limit))
    }

    fn spawn(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program runs");
        let mut url = String::new();
        let output = child.stdout.take().expect("the output is piped");
        BufReader::new(output).read_line(&mut url).expect("a line");
        let address = url.trim().strip_prefix("http://").expect("a URL").parse();
        Self { child, address: address.expect("an address") }
    }

    /// A new connection.
    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// The process still runs and answers.
    pub(crate) fn assert_alive(&mut self) {
        let ended = self.child.try_wait().expect("it can be looked at");
        assert!(ended.is_none(), "the node has ended: {ended:?}");
        let answer = self.client().ask("eth_chainId", json!([]));
        assert_eq!(answer.expect("an answer"), json!("0x64aba"));
    }

    /// The most memory that the process ever held, in MiB; zero where the system does not tell.
    pub(crate) fn peak_mib(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// The memory that the process holds, in MiB; zero where the system does not tell.
    pub(crate) fn resident_mib(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// How many files and connections the process has open; zero where the system does not tell.
    pub(crate) fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.child.id())).map_or(0, Iterator::count)
    }

    fn status(&self, field: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kib.unwrap_or_default() / 1_024
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Fails when it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
