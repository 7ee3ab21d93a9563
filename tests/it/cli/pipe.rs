//! Where a command's words go: a pipe that is closed, a program that reads JSON.

use std::process::Stdio;

use eyre::{OptionExt, Result};
use serde_json::Value;
use tributary_tests::{Case, World, tokens};

use super::Desk;
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(a_pipe_that_is_closed_ends_a_command_quietly),
        play!(a_closed_pipe_does_not_keep_transactions_from_being_sent),
        play!(failures_are_one_json_object_where_json_is_asked_for),
    ]
}

/// What remains of a command when nobody reads what it says: exit code and complaints.
fn unread(desk: &Desk, line: &str, key: &str) -> Result<(Option<i32>, String)> {
    let mut command = desk.command(line, &[("ETH_PRIVATE_KEY", key)])?;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    drop(child.stdout.take().ok_or_eyre("it has a standard output")?);
    let output = child.wait_with_output()?;
    Ok((output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

async fn a_pipe_that_is_closed_ends_a_command_quietly(world: World) -> Result<()> {
    let (desk, key) = (Desk::new(&world).await?, world.owner.to_bytes().to_string());
    for line in ["source list", "policy list --json", "claim", "claim --json"] {
        assert_eq!(unread(&desk, line, &key)?, (Some(0), String::new()), "{line}");
    }
    Ok(())
}

async fn a_closed_pipe_does_not_keep_transactions_from_being_sent(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.holder("alice", tokens(5)).await?);
    let (code, _) = unread(&desk, "stake 2 --broadcast", &alice.to_bytes().to_string())?;
    assert_eq!(code, Some(0));
    assert_eq!(world.vault().balanceOf(alice.address()).call().await?, tokens(2));
    Ok(())
}

async fn failures_are_one_json_object_where_json_is_asked_for(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.staker("alice", tokens(5)).await?);
    let told = |line: &str| -> Result<Value> {
        let said = desk.signed(&alice, &format!("{line} --json"))?;
        let told: Value = serde_json::from_str(&said.err)?;
        assert_eq!(told["exitCode"].as_i64(), said.code.map(i64::from), "{said:#?}");
        Ok(told)
    };
    let refused = told("withdraw 6 --broadcast")?;
    assert_eq!(refused["exitCode"], 3);
    let message = refused["message"].as_str().unwrap_or_default();
    assert!(
        message.contains("ERC20InsufficientBalance") && message.contains("(6 TEST)"),
        "{refused}"
    );
    assert!(message.contains(&alice.address().to_string()), "with its checksum: {refused}");
    let hint = refused["hint"].as_str().unwrap_or_default();
    assert!(hint.contains("`tributary position`"), "{refused}");
    assert_eq!(told("claim NONE")?["exitCode"], 2);
    assert_eq!(told("stake 1 --weeks")?["exitCode"], 2);
    assert_eq!(told("stake 1 --rpc-url http://127.0.0.1:9")?["exitCode"], 5);
    Ok(())
}
