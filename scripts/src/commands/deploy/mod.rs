//! `tributary deploy`: a platform's contracts onto a chain, as its file says.

mod tell;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use alloy::{primitives::Address, providers::Provider};
use eyre::{Result, WrapErr};

use super::{build, duration, gwei};
use crate::{
    auction::Auction,
    chain::{Account, Chain},
    console,
    deploy::{
        courier::Payer,
        record::{DIRECTORY, Record},
        run::Deployment,
        standing::Standing,
        terms::Terms,
    },
    failure::Failure,
    platform::{Platform, load},
    session::{NodeArgs, Signer, SignerArgs, safe_batch},
    system::PACKAGES,
};

/// How many times the price of gas at the beginning is offered at most.
const RISE: u128 = 10;

/// What, where, and who pays.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Nothing is sent without --broadcast: what would be sent is listed, with what it costs at most.

The same command again goes on where it was stopped, by whatever: it compares what is on chain with the \
file, sends what is missing, and stops if something differs: with 7 if whoever may changed it since, which \
is told with its transaction, and with 6 if no event says why. What is on chain is written down in \
DEPLOYMENTS/<chain id>.json; keep that file.

A transaction that is not mined in time is replaced by a dearer version under the same number, up to \
--max-fee; none is ever done twice.

Examples:
  tributary deploy --platform opur.toml --rpc-url $URL --account deployer
  tributary deploy --platform opur.toml --rpc-url $URL --account deployer --broadcast
  tributary deploy --platform bithash --private-key $KEY --test-tokens --broadcast   # on a dev node")]
pub struct Args {
    /// A .toml file, or one of the presets bithash and opur
    #[arg(long, value_name = "FILE", value_parser = load)]
    platform: Platform,
    /// Sends what is missing
    #[arg(long, conflicts_with = "safe_batch")]
    broadcast: bool,
    /// Once the platform is handed over: writes what is left for its owner to do to a batch for Safe's
    /// Transaction Builder, or adds it to the one that is there; sends nothing
    #[arg(long, value_name = "FILE")]
    safe_batch: Option<PathBuf>,
    /// The account that would deploy, to see what it would do without its key
    #[arg(long, value_name = "ADDRESS", env = "ETH_FROM")]
    from: Option<Address>,
    /// Highest fee for a unit of gas, in gwei [default: ten times what gas costs at the beginning]
    #[arg(long, value_name = "GWEI", value_parser = gwei)]
    max_fee: Option<u128>,
    /// How long a transaction is waited for before it is replaced
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    patience: Duration,
    /// Prints one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    overrides: Overrides,
    #[command(flatten)]
    node: NodeArgs,
    #[command(flatten)]
    signer: SignerArgs,
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
    /// Who may set the stakers' share within the platform's bounds, beside the owner
    #[arg(long, value_name = "ADDRESS")]
    share_setter: Option<Address>,
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
    let (chain, network) = args.node.connect().await?;
    let signer = args.signer.clone().or_account(network.account.as_ref()).open().await?;
    let directory = args.node.deployments(&network).unwrap_or(Path::new(DIRECTORY));
    let terms = args.terms(chain.chain_id(), directory, signer.as_ref())?;
    let artifacts = tokio::task::block_in_place(|| build::contracts(&PACKAGES))?;
    let auction = args.auction(&chain).await?;
    let (terms, artifacts) = (&terms, artifacts.as_slice());
    let deployment = Deployment { chain: &chain, terms, artifacts, directory, auction };
    if let Some(file) = &args.safe_batch {
        args.write_batch(&deployment, file).await
    } else if args.broadcast {
        args.bring_about(&deployment, signer.as_ref()).await
    } else {
        args.list(&deployment).await
    }
}

impl Args {
    fn terms(&self, chain_id: u64, directory: &Path, signer: Option<&Signer>) -> Result<Terms> {
        let mut platform = self.platform.clone();
        let on_chain = platform.chains.entry(chain_id.to_string()).or_default();
        let Overrides {
            owner,
            guardian,
            share_setter,
            token,
            stablecoin,
            weth,
            payees,
            test_tokens,
        } = &self.overrides;
        if share_setter.is_some() && platform.stakers_share.is_none() {
            let why = "--share-setter is given, but the platform has no [stakers_share]";
            return Err(Failure::usage(why));
        }
        on_chain.owner = owner.or(on_chain.owner);
        on_chain.guardian = guardian.or(on_chain.guardian);
        on_chain.share_setter = share_setter.or(on_chain.share_setter);
        on_chain.token = token.or(on_chain.token);
        on_chain.stablecoin = stablecoin.or(on_chain.stablecoin);
        on_chain.weth = weth.or(on_chain.weth);
        on_chain.payees.extend(payees.iter().cloned());
        let recorded = Record::load(directory, chain_id)?.map(|record| record.deployer);
        let deployer = recorded.or(signer.map(Account::address)).or(self.from);
        let deployer = deployer.ok_or_else(|| {
            Failure::usage("who deploys? Give --account NAME, --keystore FILE, or --from to look")
        })?;
        Ok(Terms::settle(platform, chain_id, deployer, *test_tokens)?)
    }

    async fn auction(&self, chain: &Chain) -> Result<Auction> {
        let limit = match self.max_fee {
            Some(limit) => limit,
            None => RISE * chain.provider().get_gas_price().await?,
        };
        Ok(Auction { limit, patience: self.patience })
    }

    async fn list(&self, deployment: &Deployment<'_>) -> Result<()> {
        let standing = deployment.standing().await?;
        self.show(deployment, &standing)?;
        standing.ensure_as_configured()?;
        Ok(standing.ensure_possible(deployment.artifacts)?)
    }

    async fn write_batch(&self, deployment: &Deployment<'_>, file: &Path) -> Result<()> {
        let plan = deployment.for_the_owner(&deployment.standing().await?).await?;
        let (shown, owner) = (file.display(), deployment.terms.owner);
        if plan.steps.is_empty() {
            console::line("Nothing is left to do.")?;
            return Ok(());
        }
        let count = safe_batch::append(file, deployment.terms.chain_id, Some(owner), &plan)?;
        for step in &plan.steps {
            console::line(&step.title)?;
        }
        console::line(format_args!(
            "{shown} holds {count} transactions now, for {owner}. Nothing was sent."
        ))?;
        Ok(())
    }

    async fn bring_about(
        &self,
        deployment: &Deployment<'_>,
        signer: Option<&Signer>,
    ) -> Result<()> {
        let signer = signer.ok_or_else(|| {
            Failure::usage("--broadcast needs who signs: --account NAME or --keystore FILE")
        })?;
        let mut say = |title: &str| eprintln!("deploy: {title}");
        let run = deployment.run(&Payer::of(signer), &mut say).await;
        let standing =
            run.wrap_err("the deployment is not complete; the same command goes on with it")?;
        self.show(deployment, &standing)?;
        Ok(standing.ensure_as_configured()?)
    }

    fn show(&self, deployment: &Deployment<'_>, standing: &Standing) -> Result<()> {
        if self.json {
            console::json(&tell::document(deployment, standing))?;
        } else {
            console::line(tell::text(deployment, standing))?;
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
