//! `tributary deploy`: a platform's contracts onto a chain, as its file says.

mod tell;

use std::path::PathBuf;

use alloy::{network::EthereumWallet, primitives::Address, signers::local::PrivateKeySigner};
use artifact::Artifact;
use eyre::{Result, WrapErr, eyre};

use super::build;
use crate::{
    chain::Chain,
    deploy::{
        courier::Payer,
        record::{DIRECTORY, Record},
        run::{Deployment, Standing},
        terms::Terms,
    },
    platform::{Platform, load},
    system::PACKAGES,
};

/// What, where, and who pays.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Nothing is sent without --broadcast: what would be sent is listed, with what it costs at most.

The same command again goes on where it was stopped, by whatever: it compares what is on chain with the \
file, sends what is missing, and stops if something differs. What is on chain is written down in \
DEPLOYMENTS/<chain id>.json; keep that file.

Examples:
  tributary deploy --platform opur.toml --rpc-url $URL --private-key $KEY
  tributary deploy --platform opur.toml --rpc-url $URL --private-key $KEY --broadcast
  tributary deploy --platform bithash --private-key $KEY --test-tokens --broadcast   # on a dev node")]
pub struct Args {
    /// A .toml file, or one of the presets bithash and opur.
    #[arg(long, value_name = "FILE", value_parser = load)]
    platform: Platform,
    /// The node.
    #[arg(
        long,
        short,
        value_name = "URL",
        env = "ETH_RPC_URL",
        default_value = "http://localhost:8547"
    )]
    rpc_url: String,
    /// The key that pays and deploys.
    #[arg(long, value_name = "KEY", hide_env_values = true)]
    private_key: Option<PrivateKeySigner>,
    /// The account that would deploy, to see what it would do without its key.
    #[arg(long, value_name = "ADDRESS", env = "ETH_FROM", conflicts_with = "private_key")]
    from: Option<Address>,
    /// Sends what is missing.
    #[arg(long)]
    broadcast: bool,
    /// Where the records of deployments are.
    #[arg(long, value_name = "DIR", default_value = DIRECTORY)]
    deployments: PathBuf,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    overrides: Overrides,
}

/// What else would stand under `[chain.<id>]` of the file.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "On this chain (instead of what the file says)")]
struct Overrides {
    /// Who is to own vault and splitter: a timelock or a Safe.
    #[arg(long, value_name = "ADDRESS")]
    owner: Option<Address>,
    /// Who may pause entering.
    #[arg(long, value_name = "ADDRESS")]
    guardian: Option<Address>,
    /// The platform's token, if it is there already.
    #[arg(long, value_name = "ADDRESS")]
    token: Option<Address>,
    /// The dollar token.
    #[arg(long, value_name = "ADDRESS")]
    stablecoin: Option<Address>,
    /// Wrapped ether.
    #[arg(long, value_name = "ADDRESS")]
    weth: Option<Address>,
    /// The account of a payee that policies name by role.
    #[arg(long = "payee", value_name = "ROLE=ADDRESS", value_parser = payee)]
    payees: Vec<(String, Address)>,
    /// Deploys tokens of no value for a dollar and wrapped ether that have no address.
    #[arg(long)]
    test_tokens: bool,
}

fn payee(text: &str) -> Result<(String, Address), String> {
    let wrong = || format!("{text:?} should be a role and its address, such as treasury=0x…");
    let (role, address) = text.split_once('=').ok_or_else(wrong)?;
    Ok((role.to_owned(), address.parse().map_err(|_| wrong())?))
}

/// Lists what is missing, or brings it about.
///
/// # Errors
/// Something differs from the file, cannot be done on this chain, or failed.
pub async fn run(args: Args) -> Result<()> {
    let chain = Chain::connect(&args.rpc_url).await?;
    let artifacts = tokio::task::block_in_place(|| build::contracts(&PACKAGES))?;
    let terms = args.terms(&chain)?;
    let deployment = Deployment {
        chain: &chain,
        terms: &terms,
        artifacts: &artifacts,
        directory: &args.deployments,
    };
    if args.broadcast {
        args.bring_about(&deployment).await
    } else {
        args.list(&deployment, &artifacts).await
    }
}

impl Args {
    fn terms(&self, chain: &Chain) -> Result<Terms> {
        let mut platform = self.platform.clone();
        let on_chain = platform.chains.entry(chain.chain_id().to_string()).or_default();
        let Overrides { owner, guardian, token, stablecoin, weth, payees, test_tokens } =
            &self.overrides;
        on_chain.owner = owner.or(on_chain.owner);
        on_chain.guardian = guardian.or(on_chain.guardian);
        on_chain.token = token.or(on_chain.token);
        on_chain.stablecoin = stablecoin.or(on_chain.stablecoin);
        on_chain.weth = weth.or(on_chain.weth);
        on_chain.payees.extend(payees.iter().cloned());
        let recorded = Record::load(&self.deployments, chain.chain_id())?;
        let deployer = recorded.map(|record| record.deployer).or(self.account());
        let deployer =
            deployer.ok_or_else(|| eyre!("who deploys? Give --private-key or --from"))?;
        Ok(Terms::settle(platform, chain.chain_id(), deployer, *test_tokens)?)
    }

    fn account(&self) -> Option<Address> {
        self.private_key.as_ref().map(PrivateKeySigner::address).or(self.from)
    }

    async fn list(&self, deployment: &Deployment<'_>, artifacts: &[Artifact]) -> Result<()> {
        let standing = deployment.standing().await?;
        self.show(deployment, &standing)?;
        Ok(standing.ensure_possible(artifacts)?)
    }

    async fn bring_about(&self, deployment: &Deployment<'_>) -> Result<()> {
        let key = self.private_key.as_ref();
        let key = key.ok_or_else(|| eyre!("--broadcast needs a key that signs: --private-key"))?;
        let payer = Payer { address: key.address(), wallet: EthereumWallet::from(key.clone()) };
        let mut say = |title: &str| eprintln!("deploy: {title}");
        let run = deployment.run(&payer, &mut say).await;
        let standing =
            run.wrap_err("the deployment is not complete; the same command goes on with it")?;
        self.show(deployment, &standing)
    }

    fn show(&self, deployment: &Deployment<'_>, standing: &Standing) -> Result<()> {
        if self.json {
            println!("{}", serde_json::to_string_pretty(&tell::document(deployment, standing))?);
        } else {
            println!("{}", tell::text(deployment, standing));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payee_is_a_role_and_an_address() {
        let address = Address::repeat_byte(7);
        assert_eq!(payee(&format!("treasury={address}")), Ok(("treasury".to_owned(), address)));
        for wrong in ["treasury", "treasury=", "treasury=0x12"] {
            assert!(payee(wrong).unwrap_err().contains("such as treasury=0x"), "{wrong}");
        }
    }
}
