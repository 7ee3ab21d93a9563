//! Who signs: a keystore of Foundry's, a key, or a device, by cast's flags and names.

use std::{env, fmt, fs, io::IsTerminal, path::PathBuf, sync::Arc};

use alloy::{
    dyn_abi::TypedData,
    network::{EthereumWallet, TxSigner},
    primitives::{Address, Signature},
    signers::{Signer as SignsTypedData, local::PrivateKeySigner},
};
#[cfg(feature = "ledger")]
use eyre::Report;
use eyre::{Result, WrapErr, eyre};

use crate::{chain::Account, failure::Failure};

/// Environment of `cast` that stands in for flags, in the order in which it is looked at.
const PRIVATE_KEY: &str = "ETH_PRIVATE_KEY";
const KEYSTORE: &str = "ETH_KEYSTORE";
const ACCOUNT: &str = "ETH_KEYSTORE_ACCOUNT";
const PASSWORD: &str = "ETH_PASSWORD";
#[cfg(feature = "aws")]
const KMS_KEY: &str = "AWS_KMS_KEY_ID";

/// Who signs. A flag goes before any variable of the environment.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Signer")]
pub struct SignerArgs {
    /// Account in Foundry's keystore directory, ~/.foundry/keystores [env: ETH_KEYSTORE_ACCOUNT]
    #[arg(long, value_name = "NAME", group = "signer")]
    account: Option<String>,
    /// Keystore file [env: ETH_KEYSTORE]
    #[arg(long, value_name = "FILE", group = "signer", alias = "keystore-path")]
    keystore: Option<PathBuf>,
    /// File that holds the keystore's password, which is asked for otherwise [env: ETH_PASSWORD]
    #[arg(long, value_name = "FILE", alias = "keystore-password-path")]
    password_file: Option<PathBuf>,
    /// Private key. Every program of this machine can read it here: prefer --account
    /// [env: ETH_PRIVATE_KEY]
    #[arg(long, value_name = "KEY", group = "signer")]
    private_key: Option<Secret>,
    /// Signs on a Ledger
    #[cfg(feature = "ledger")]
    #[arg(long, short, group = "signer")]
    ledger: bool,
    /// Which of the Ledger's accounts, as Ledger Live counts them
    #[cfg(feature = "ledger")]
    #[arg(long, value_name = "INDEX", default_value_t = 0, requires = "ledger")]
    mnemonic_index: usize,
    /// Signs with a key of AWS KMS: of this id, ARN or alias, or else of AWS_KMS_KEY_ID
    #[cfg(feature = "aws")]
    #[arg(
        long,
        value_name = "KEY_ID",
        group = "signer",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    aws: Option<String>,
}

/// Text that is not printed.
#[derive(Clone)]
struct Secret(String);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Signs transactions and typed data.
#[derive(Clone)]
pub struct Signer {
    wallet: EthereumWallet,
    key: Arc<dyn SignsTypedData + Send + Sync>,
}

impl Signer {
    /// Anything of alloy's that can sign.
    pub fn new<S>(key: S) -> Self
    where
        S: TxSigner<Signature> + SignsTypedData + Send + Sync + 'static,
    {
        let key = Arc::new(key);
        Self { wallet: EthereumWallet::new(key.clone()), key }
    }

    /// Signs EIP-712 data, a permit for instance.
    ///
    /// # Errors
    /// The device refuses.
    pub async fn sign(&self, data: &TypedData) -> Result<Signature> {
        Ok(self.key.sign_dynamic_typed_data(data).await?)
    }
}

impl Account for Signer {
    fn address(&self) -> Address {
        self.key.address()
    }

    fn wallet(&self) -> EthereumWallet {
        self.wallet.clone()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signer").field(&self.key.address()).finish()
    }
}

impl SignerArgs {
    /// The signer that the flags or else the environment name, if they name one.
    ///
    /// # Errors
    /// It cannot be opened: no such account, a wrong password, a device that does not answer.
    pub async fn open(&self) -> Result<Option<Signer>> {
        if let Some(device) = self.device().await? {
            return Ok(Some(device));
        }
        let named = [self.key(), self.keystore.clone().map(Source::File), self.named()];
        let environment = || {
            let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
            let key = variable(PRIVATE_KEY).map(|key| Source::Key(Secret(key)));
            let file = variable(KEYSTORE).map(|path| Source::File(path.into()));
            key.or(file).or_else(|| variable(ACCOUNT).map(Source::Account))
        };
        let source = named.into_iter().flatten().next().or_else(environment);
        source.map(|source| self.local(source)).transpose()
    }

    fn key(&self) -> Option<Source> {
        self.private_key.clone().map(Source::Key)
    }

    fn named(&self) -> Option<Source> {
        self.account.clone().map(Source::Account)
    }

    /// This account of the configuration, unless flags say another.
    #[must_use]
    pub fn or_account(mut self, account: Option<&String>) -> Self {
        let flag = self.account.is_some() || self.keystore.is_some() || self.private_key.is_some();
        let variables = [PRIVATE_KEY, KEYSTORE, ACCOUNT];
        if !flag && variables.iter().all(|name| env::var_os(name).is_none()) {
            self.account = account.cloned();
        }
        self
    }

    fn local(&self, source: Source) -> Result<Signer> {
        let file = match source {
            Source::Key(Secret(key)) => return from_key(&key),
            Source::File(file) => file,
            Source::Account(name) => keystores()?.join(name),
        };
        if !file.is_file() {
            let wanted = file.display();
            let how = "make one with `cast wallet import`, or name another";
            return Err(Failure::usage(format!("there is no keystore at {wanted}; {how}")));
        }
        let password = self.password(&file)?;
        let opened = PrivateKeySigner::decrypt_keystore(&file, password);
        let opened = opened.wrap_err_with(|| format!("{} does not open", file.display()))?;
        Ok(Signer::new(opened))
    }

    fn password(&self, keystore: &std::path::Path) -> Result<String> {
        let file = self.password_file.clone().or_else(|| env::var_os(PASSWORD).map(Into::into));
        if let Some(file) = file {
            let text = fs::read_to_string(&file)
                .wrap_err_with(|| format!("the password file {} cannot be read", file.display()))?;
            return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
        }
        if !std::io::stdin().is_terminal() {
            let why = "there is no terminal to ask for the password; give --password-file";
            return Err(Failure::usage(why));
        }
        let prompt = format!("Password of {}", keystore.display());
        Ok(dialoguer::Password::new().with_prompt(prompt).interact()?)
    }

    #[cfg_attr(
        not(any(feature = "ledger", feature = "aws")),
        expect(clippy::unused_async, reason = "devices are asked, where the build knows any")
    )]
    async fn device(&self) -> Result<Option<Signer>> {
        // Boxed: inside every command's future these would nest deeper than the compiler looks.
        #[cfg(feature = "ledger")]
        if self.ledger {
            return Box::pin(on_ledger(self.mnemonic_index)).await.map(Some);
        }
        #[cfg(feature = "aws")]
        if let Some(id) = &self.aws {
            return Box::pin(in_kms(id)).await.map(Some);
        }
        Ok(None)
    }
}

/// The account number `index` of the Ledger that is plugged in.
#[cfg(feature = "ledger")]
async fn on_ledger(index: usize) -> Result<Signer> {
    use alloy::signers::ledger::{HDPath, LedgerSigner};
    // In a task of its own: where there is no USB at all, its driver panics.
    let opened = tokio::spawn(LedgerSigner::new(HDPath::LedgerLive(index), None)).await;
    let opened = opened.map_err(Report::from).and_then(|ledger| Ok(ledger?));
    Ok(Signer::new(opened.wrap_err("the Ledger does not answer; unlock it and open Ethereum")?))
}

/// The key `id` of AWS KMS, or the one that the environment names. Region and credentials are where
/// every AWS tool looks for them.
#[cfg(feature = "aws")]
async fn in_kms(id: &str) -> Result<Signer> {
    use alloy::signers::aws::{AwsSigner, aws_config, aws_sdk_kms};
    let named = || env::var(KMS_KEY).ok().filter(|id| !id.is_empty());
    let id = Some(id.to_owned()).filter(|id| !id.is_empty()).or_else(named);
    let which =
        || Failure::usage(format!("which key of KMS? Write --aws=KEY_ID, or set {KMS_KEY}"));
    let id = id.ok_or_else(which)?;
    let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    let signer = AwsSigner::new(aws_sdk_kms::Client::new(&config), id.clone(), None).await;
    Ok(Signer::new(signer.wrap_err_with(|| format!("AWS KMS does not give the key {id}"))?))
}

/// Where a key of this machine comes from.
enum Source {
    Key(Secret),
    File(PathBuf),
    Account(String),
}

/// The error never repeats the key.
fn from_key(key: &str) -> Result<Signer> {
    let key: Result<PrivateKeySigner, _> = key.trim().parse();
    key.map(Signer::new).map_err(|_| Failure::usage("the private key is not 32 bytes of hex"))
}

fn keystores() -> Result<PathBuf> {
    let home = env::home_dir().ok_or_else(|| eyre!("there is no home directory to look in"))?;
    Ok(home.join(".foundry/keystores"))
}

#[cfg(test)]
mod tests {
    use alloy::primitives::address;

    use super::*;

    /// The example of the Web3 Secret Storage Definition, with the password `testpassword`.
    const KEYSTORE: &str = r#"{"crypto":{"cipher":"aes-128-ctr",
        "cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "kdf":"pbkdf2","kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256",
        "salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
        "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},
        "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;
    const ADDRESS: Address = address!("0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b");

    #[tokio::test]
    async fn a_keystore_opens_with_its_password_file_and_with_no_other() {
        let directory = std::env::temp_dir().join(format!("tributary-keys-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("operator"), KEYSTORE).unwrap();
        for (password, opens) in [("testpassword\n", true), ("guess\n", false)] {
            fs::write(directory.join("password"), password).unwrap();
            let args = SignerArgs {
                keystore: Some(directory.join("operator")),
                password_file: Some(directory.join("password")),
                ..SignerArgs::default()
            };
            let opened = args.open().await.map(|signer| signer.expect("one is named").address());
            assert_eq!(opened.ok(), opens.then_some(ADDRESS));
        }
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn a_key_is_never_shown() {
        let wrong = from_key("0xdeadbeef").expect_err("too short");
        assert!(!format!("{wrong:?}").contains("deadbeef"));
        assert!(!format!("{:?}", Secret("deadbeef".into())).contains("deadbeef"));
    }
}
