//! The question before anything is sent, at a terminal.

use std::{
    io::{Read, Write},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use alloy::{primitives::U256, signers::local::PrivateKeySigner};
use eyre::{Result, ensure, eyre};
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use tributary_tests::{Case, World, tokens};

use super::{Desk, Said};
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(a_yes_at_the_terminal_sends),
        play!(a_no_at_the_terminal_sends_nothing_and_ends_with_4),
        play!(without_an_answer_nothing_is_sent),
        play!(two_transactions_are_asked_for_together),
    ]
}

/// More than a command takes before it says something, on the slowest machine.
const SILENCE: Duration = Duration::from_secs(120);

/// A command at a terminal of its own.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    screen: Receiver<Vec<u8>>,
    shown: String,
}

impl Terminal {
    /// Runs `line` signed by `key`, as [`Desk::signed`] does, but at a terminal.
    fn open(desk: &Desk, key: &PrivateKeySigner, line: &str) -> Result<Self> {
        let secret = key.to_bytes().to_string();
        let prepared = desk.command(line, &[("ETH_PRIVATE_KEY", &secret)])?;
        let mut command = CommandBuilder::new(prepared.get_program());
        command.args(prepared.get_args());
        command.cwd(&desk.directory);
        for (name, value) in prepared.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            }
        }
        command.env("TERM", "xterm");
        let size = PtySize { rows: 50, cols: 200, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).map_err(|error| eyre!("{error}"))?;
        let child = pair.slave.spawn_command(command).map_err(|error| eyre!("{error}"))?;
        let reader = pair.master.try_clone_reader().map_err(|error| eyre!("{error}"))?;
        let keyboard = pair.master.take_writer().map_err(|error| eyre!("{error}"))?;
        Ok(Self { child, keyboard, screen: watch(reader), shown: String::new() })
    }

    /// Waits until `words` are on the screen.
    fn sees(&mut self, words: &str) -> Result<()> {
        while !self.shown.contains(words) {
            let more = self.screen.recv_timeout(SILENCE);
            let more = more.map_err(|error| eyre!("no {words:?}, {error}: {}", self.shown))?;
            self.shown.push_str(&String::from_utf8_lossy(&more));
        }
        Ok(())
    }

    fn types(&mut self, keys: &str) -> Result<()> {
        self.keyboard.write_all(keys.as_bytes())?;
        Ok(self.keyboard.flush()?)
    }

    /// What was shown until the command ended by itself, and how it did.
    fn ends(mut self) -> Result<Said> {
        while let Ok(more) = self.screen.recv_timeout(SILENCE) {
            self.shown.push_str(&String::from_utf8_lossy(&more));
        }
        let status = self.child.try_wait()?;
        if status.is_none() {
            // The screen went dark, or nothing came for too long.
            let status = self.child.wait()?;
            return Ok(self.said(status.exit_code()));
        }
        let code = status.map(|status| status.exit_code()).unwrap_or_default();
        Ok(self.said(code))
    }

    fn said(self, code: u32) -> Said {
        Said { code: i32::try_from(code).ok(), out: self.shown, err: String::new() }
    }
}

/// What comes from the other side, until that is closed.
fn watch(mut reader: Box<dyn Read + Send>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut buffer = [0; 4_096];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}

async fn a_yes_at_the_terminal_sends(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.holder("alice", tokens(5)).await?);
    let mut terminal = Terminal::open(&desk, &alice, "stake 2.5")?;
    terminal.sees("Send it?")?;
    assert_eq!(world.vault().totalSupply().call().await?, U256::ZERO, "it waits for an answer");
    terminal.types("y")?;
    terminal.ends()?.ends(0, &["stake 2.5", "simulated: succeeds", "sent 0x", "Deposit"]);
    assert_eq!(world.vault().totalSupply().call().await?, tokens(5) / U256::from(2));
    Ok(())
}

async fn a_no_at_the_terminal_sends_nothing_and_ends_with_4(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.holder("alice", tokens(5)).await?);
    for answer in ["n", "\r"] {
        let mut terminal = Terminal::open(&desk, &alice, "stake 2.5")?;
        terminal.sees("Send it?")?;
        terminal.types(answer)?;
        terminal.ends()?.ends(4, &["nothing was sent, as you wished"]);
    }
    assert_eq!(world.vault().totalSupply().call().await?, U256::ZERO);
    Ok(())
}

async fn without_an_answer_nothing_is_sent(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.holder("alice", tokens(5)).await?);
    let mut terminal = Terminal::open(&desk, &alice, "stake 2.5")?;
    terminal.sees("Send it?")?;
    terminal.types("x")?;
    terminal.types("\u{3}")?;
    let said = terminal.ends()?;
    ensure!(said.code != Some(0), "{said:#?}");
    assert_eq!(world.vault().totalSupply().call().await?, U256::ZERO);
    Ok(())
}

async fn two_transactions_are_asked_for_together(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.account("alice").await?);
    let give = tributary::abi::IToken::transferCall { to: alice.address(), value: tokens(5) };
    world.send(&world.owner, *world.token().address(), &give).await?;
    let mut terminal = Terminal::open(&desk, &alice, "stake 5 --approve")?;
    terminal.sees("Send 2 transactions?")?;
    terminal.types("y")?;
    terminal.ends()?.ends(0, &["Approval", "Deposit"]);
    assert_eq!(world.vault().totalSupply().call().await?, tokens(5));
    Ok(())
}
